package fake_test

import (
	"context"
	"net/http"
	"net/http/httptest"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"

	"go.uber.org/goleak"

	"aidesk/adapters/fake"
	"aidesk/adapters/fake/faketest"
)

func TestMain(m *testing.M) {
	goleak.VerifyTestMain(m, goleak.IgnoreCurrent())
}

// request is what the console of the tests can be asked for.
type request struct {
	Text string `json:"text"`
}

// console serves a console with one control, which changes the text that its page shows.
func console(t *testing.T) (browser faketest.Browser, say func(text string), end context.CancelFunc) {
	t.Helper()
	ended, end := context.WithCancel(context.Background())
	t.Cleanup(end)
	state, text := &fake.State{}, "nothing"
	say = func(said string) {
		defer state.Changing()()
		text = said
	}
	c := fake.Console[request]{
		State: state, Ended: ended, Timeout: time.Second,
		Controls: map[string]func(context.Context, request) (fake.Object, error){
			"say": func(_ context.Context, r request) (fake.Object, error) {
				say(r.Text)
				return fake.Object{"length": len(r.Text)}, nil
			},
		},
		Page: func(user, channel string) fake.Page {
			state.Lock()
			defer state.Unlock()
			return fake.Page{
				Title: "A fake", User: user, Channel: channel, Messages: []fake.PageMessage{{ID: "1", Name: "ada", Text: text}}, Version: state.Version(),
			}
		},
	}
	mux := http.NewServeMux()
	c.Routes(mux)
	server := httptest.NewServer(mux)
	t.Cleanup(func() {
		http.DefaultClient.CloseIdleConnections()
		server.Close()
	})
	return faketest.Browser{T: t, URL: server.URL}, say, end
}

var after = regexp.MustCompile(`/_control/changed\?after=(\d+)`)

// TestChangedSincePage: what changes between the loading of the page and its first
// question is not lost: the page asks for what came after the version that it shows.
func TestChangedSincePage(t *testing.T) {
	browser, say, _ := console(t)
	page := browser.Get("/")
	found := after.FindStringSubmatch(page)
	if found == nil || !strings.Contains(page, "nothing") {
		t.Fatalf("the page does not ask for changes after its version:\n%s", page)
	}
	say("hello")
	if got := browser.Get(found[0]); strings.TrimSpace(got) != "true" {
		t.Errorf("changed after version %s: %s", found[1], got)
	}
	page = browser.Get("/")
	next := after.FindStringSubmatch(page)
	before, _ := strconv.Atoi(found[1])
	if now, _ := strconv.Atoi(next[1]); now != before+1 || !strings.Contains(page, "hello") {
		t.Errorf("the page of version %d:\n%s", now, page)
	}
	changed := make(chan string, 1)
	go func() { changed <- browser.Get(next[0]) }()
	browser.Control("say", `{"text":"again"}`, `"length":5`)
	if got := <-changed; strings.TrimSpace(got) != "true" {
		t.Errorf("waited for a change: %s", got)
	}
}

// TestPageControl: the fields of a form on the page are those of the control API, and an
// error is shown on the page.
func TestPageControl(t *testing.T) {
	browser, _, _ := console(t)
	if page := browser.Submit("say", "text", "from the page"); !strings.Contains(page, "from the page") {
		t.Errorf("the page:\n%s", page)
	}
	if page := browser.Submit("dance"); !strings.Contains(page, "there is no control &#34;dance&#34;") {
		t.Errorf("the page:\n%s", page)
	}
}

// TestChangedEnds: who waits for a change is let go when the fake is closed.
func TestChangedEnds(t *testing.T) {
	browser, _, end := console(t)
	end()
	if got := browser.Get("/_control/changed"); got != "" {
		t.Errorf("after the end: %q", got)
	}
}
