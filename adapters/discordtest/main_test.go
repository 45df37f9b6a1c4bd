package discordtest_test

import (
	"os"
	"path/filepath"
	"sync"
	"testing"

	"aidesk/adapters/discordtest"
)

// judge is made once, as reading the document takes half a second. Nil: there are no
// corpora.
var judge = sync.OnceValues(func() (*discordtest.Judge, error) {
	folder := os.Getenv("AIDESK_CORPORA")
	if folder == "" {
		return nil, nil
	}
	return discordtest.NewJudge(filepath.Join(folder, "specs", "discord__openapi_v10_2026-07.json"))
})

// start starts a fake, and has at the end of the test everything judged that it took
// and answered.
func start(t *testing.T, c discordtest.Config) *discordtest.Discord {
	t.Helper()
	d := discordtest.Start(t, c)
	j, err := judge()
	if err != nil {
		t.Fatal(err)
	}
	if j == nil {
		return d
	}
	t.Cleanup(func() {
		said := map[string]bool{}
		for _, r := range d.Requests() {
			key := r.Name() + string(r.Body)
			if r.Route == "" || said[key] || r.Status == 0 || r.Status >= 400 {
				continue
			}
			said[key] = true
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
