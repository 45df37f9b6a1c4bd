//go:build unix

package crashtest

import (
	"encoding/json"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"
)

// mutant is a fault that is put into a source for the build alone. The harness must see what
// it does; one that nobody sees means that the harness is blind.
type mutant struct {
	name string
	file string
	// old must stand in the file once; new takes its place, and more comes to the file's end.
	old, new, more string

	round  *round
	caught func(v *verdict) int
}

var kills = []manner{killed}

// mutants are all that need no power cut.
var mutants = []mutant{
	{
		name: "an event is acknowledged before it is durable",
		file: "bots/inbox/intake.go",
		old:  "got, err := h.Store.Ingest(ctx, stored)",
		new:  "got, err := h.ingestSoon(stored)",
		more: `
func (h *Handler) ingestSoon(e store.Event) ([]store.Ingested, error) {
	time.AfterFunc(50*time.Millisecond, func() {
		_, _ = h.Store.Ingest(context.Background(), e)
		h.Stored()
	})
	return make([]store.Ingested, 1), nil
}
`,
		round:  &round{ends: 20, how: kills},
		caught: func(v *verdict) int { return v.lost },
	},
	{
		name: "a call found executing is sent again",
		file: "bots/turn/execute.go",
		old:  "plugin.Outcome{Sent: plugin.Unsure}",
		new:  "d.sendAgain(ctx, a)",
		more: `
func (d *decision) sendAgain(ctx context.Context, a confirm.Action) plugin.Outcome {
	on, _, err := d.Bot.Plugins.Enabled(ctx, a.Place, a.Member)
	if err != nil {
		panic(err)
	}
	got, err := d.Bot.Plugins.Send(ctx, a.Place, pluginOf(on, a.Call), a.Call)
	if err != nil {
		panic(err)
	}
	return got
}
`,
		round:  &round{ends: 60, how: kills, cards: 0.7},
		caught: func(v *verdict) int { return v.sent2 },
	},
	{
		name:   "a reply of unknown fate is sent again at once",
		file:   "bots/outbox/deliver.go",
		old:    "f, ok := a.(chat.Finder)",
		new:    "f, ok := chat.Finder(nil), false",
		round:  &round{ends: 60, how: kills},
		caught: func(v *verdict) int { return v.posted2 + v.answered2 },
	},
	{
		name:   "a reply is looked for from our time on",
		file:   "adapters/slack/history.go",
		old:    "oldest := r.Answers",
		new:    "oldest := strconv.FormatInt(since.Add(-time.Minute).Unix(), 10)",
		round:  &round{ends: 60, how: kills, ahead: -4 * time.Minute},
		caught: func(v *verdict) int { return v.posted2 + v.answered2 },
	},
}

// unsynced is the mutant that only a power cut shows.
var unsynced = mutant{
	name:   "the store is not synced",
	file:   "store/bolt/redo/log.go",
	old:    "if err := syncData(l.file); err != nil {",
	new:    "if err := error(nil); err != nil {",
	round:  &round{ends: 10, how: []manner{powerCut}, disk: true},
	caught: func(v *verdict) int { return v.lost + v.damaged },
}

// TestMutants builds each mutant and plays its round until it is caught.
func TestMutants(t *testing.T) {
	t.Parallel()
	size := os.Getenv("AIDESK_CRASH")
	if size == "" {
		t.Skip("AIDESK_CRASH is not set: make crash sets it")
	}
	seed := seedOf(t)
	all := slices.Clone(mutants)
	if size == "long" {
		all = append(all, unsynced)
	}
	for _, m := range all {
		m.play(t, seed)
	}
}

// play builds the mutant now, and plays it beside others.
func (m mutant) play(t *testing.T, seed uint64) {
	dir := workDir(t, m.name)
	binary := build(t, filepath.Join(t.TempDir(), "aidesk"), m.overlay(t, dir))
	t.Run(m.name, func(t *testing.T) {
		t.Parallel()
		r := m.round
		r.name = m.name
		r.until = func(v *verdict) bool { return m.caught(v) > 0 }
		if m.caught(&verdict{lost: 1}) > 0 {
			r.until = nil // what is not answered yet is no loss before the end
		}
		v := r.play(newWorld(t, binary, dir, seed, r))
		total.Lock()
		defer total.Unlock()
		total.mutants++
		if m.caught(v) > 0 {
			total.caught++
			t.Logf("caught: %s", strings.Join(v.violations(), ", "))
			return
		}
		t.Errorf("the harness does not see that %s: %s", m.name, v)
	})
}

// overlay writes the mutant's source, and the file that tells go build of it.
func (m mutant) overlay(t *testing.T, dir string) string {
	t.Helper()
	path := filepath.Join(root(t), m.file)
	source, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if n := strings.Count(string(source), m.old); n != 1 {
		t.Fatalf("%s: %q stands %d times, want once: let mutant_test.go follow the source", m.file, m.old, n)
	}
	changed := filepath.Join(dir, "mutant.go")
	list, err := json.Marshal(map[string]any{"Replace": map[string]string{path: changed}})
	if err == nil {
		err = os.WriteFile(changed, []byte(strings.Replace(string(source), m.old, m.new, 1)+m.more), 0o600)
	}
	overlay := filepath.Join(dir, "overlay.json")
	if err == nil {
		err = os.WriteFile(overlay, list, 0o600)
	}
	if err != nil {
		t.Fatal(err)
	}
	return overlay
}

// TestMutantAnchors sees that each mutant still finds its place, which costs nothing.
func TestMutantAnchors(t *testing.T) {
	for _, m := range append(slices.Clone(mutants), unsynced) {
		m.overlay(t, t.TempDir())
	}
}
