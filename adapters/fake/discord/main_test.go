package discord_test

import (
	"encoding/json"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/bwmarrin/discordgo"
	"go.uber.org/goleak"

	fakediscord "aidesk/adapters/fake/discord"
	"aidesk/adapters/fake/faketest"
)

// openapi is made once, as reading the document takes half a second. Nil: there are no
// corpora.
var openapi = sync.OnceValues(func() (*faketest.Judge, error) {
	folder := os.Getenv("AIDESK_CORPORA")
	if folder == "" {
		return nil, nil
	}
	return faketest.NewJudge(filepath.Join(folder, "specs", "discord__openapi_v10_2026-07.json"))
})

// taken are the bodies that fakes took in the tests of this package.
var taken = &faketest.Oracle{Script: "builders.mjs"}

// start starts a fake, and has at the end of the test everything judged that it took
// and answered: by Discord's own document at once, by npm's builders when all tests
// are over.
func start(t *testing.T, c fakediscord.Config) *fakediscord.Discord {
	t.Helper()
	d := faketest.Discord(t, c)
	j, err := openapi()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		said := map[string]bool{}
		for _, r := range d.Requests() {
			key := r.Name() + string(r.Body)
			if r.Route == "" || said[key] || r.Status == 0 || r.Status >= 400 {
				continue
			}
			said[key] = true
			keep(t, r)
			if j == nil {
				continue
			}
			if err := j.Request(r); err != nil {
				t.Errorf("taken, though Discord's document says: %v", err)
			}
			if err := j.Answer(r); err != nil {
				t.Errorf("answered, though Discord's document says: %v", err)
			}
		}
	})
	return d
}

// keep keeps what was taken for the builders.
func keep(t testing.TB, r fakediscord.Request) {
	t.Helper()
	kind, body := "", r.Body
	switch {
	case strings.HasSuffix(r.Route, "/callback"):
		var a struct {
			Type int
			Data json.RawMessage
		}
		_ = json.Unmarshal(r.Body, &a)
		kind, body = map[int]string{4: "message", 7: "message", 8: "choices", 9: "modal"}[a.Type], a.Data
	case strings.Contains(r.Route, "/messages") && (r.Method == http.MethodPost || r.Method == http.MethodPatch) && !strings.HasSuffix(r.Route, "/threads"):
		kind = "message"
	case r.Method == http.MethodPut && strings.HasSuffix(r.Route, "/commands"):
		kind = "commands"
	}
	if kind != "" {
		taken.Add(t, map[string]any{"name": t.Name() + " " + r.Name(), "kind": kind, "body": body})
	}
}

// TestMain has the builders look at what all tests together made the fake take.
func TestMain(m *testing.M) {
	discordgo.Logger = func(int, int, string, ...any) {} // a session goes on for a while after its fake is gone
	var left []goleak.Option
	for _, f := range []string{"reconnect", "listen", "heartbeat"} {
		left = append(left, goleak.IgnoreAnyFunction("github.com/bwmarrin/discordgo.(*Session)."+f))
	}
	faketest.Main(m, taken, left...)
}
