//go:build unix

package crashtest

import (
	"cmp"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"aidesk/store/failpoint"
)

// total is what all rounds came to; the last line of the output says it.
var total struct {
	sync.Mutex
	verdict

	rounds, mutants, caught int
	seed                    uint64
	begun                   time.Time
}

// TestMain prints the summary behind everything else.
func TestMain(m *testing.M) {
	total.begun = time.Now()
	code := m.Run()
	if total.rounds > 0 {
		fmt.Printf("crash: %s; %d of %d mutants caught, %d rounds in %s, seed %d\n",
			&total.verdict, total.caught, total.mutants, total.rounds, time.Since(total.begun).Round(time.Second), total.seed)
	}
	os.Exit(code)
}

// TestCrash plays the rounds. Those of `make crash-long` are the same with more ends, and
// those that need a power cut.
func TestCrash(t *testing.T) {
	t.Parallel()
	size := os.Getenv("AIDESK_CRASH")
	if size == "" {
		t.Skip("AIDESK_CRASH is not set: make crash sets it")
	}
	seed := seedOf(t)
	times := 1
	if size == "long" {
		times = 5
	}
	binary := build(t, filepath.Join(t.TempDir(), "aidesk"), "")
	for _, r := range rounds(size, times) {
		t.Run(r.name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t, binary, workDir(t, r.name), seed, r)
			v := r.play(w)
			total.Lock()
			total.add(v)
			total.rounds++
			total.Unlock()
			t.Logf("%s: %s", r.name, v)
			if bad := v.violations(); bad != nil {
				w.dump()
				t.Errorf("%s (seed %d): %s\n  %s\n  log: %s", r.name, seed, strings.Join(bad, ", "), strings.Join(v.notes, "\n  "), w.logFile())
			}
		})
	}
}

// seedOf is the seed of this run.
func seedOf(t *testing.T) uint64 {
	t.Helper()
	total.Lock()
	defer total.Unlock()
	if total.seed == 0 {
		var err error
		if total.seed, err = strconv.ParseUint(cmp.Or(os.Getenv("AIDESK_CRASH_SEED"), strconv.FormatInt(total.begun.Unix()%100_000+1, 10)), 10, 64); err != nil {
			t.Fatal(err)
		}
	}
	return total.seed
}

// rounds are all rounds, with so many times the ends of the short ones.
func rounds(size string, times int) []*round {
	kill := []manner{killed}
	all := []*round{
		{name: "kill", ends: 60 * times, how: kill, rates: noise},
		{name: "kill, platforms ahead", ends: 45 * times, how: kill, rates: noise, ahead: 4 * time.Minute},
		{name: "kill, platforms behind", ends: 45 * times, how: kill, rates: noise, ahead: -3 * time.Minute},
		{name: "kill, clock steps", ends: 40 * times, how: kill, rates: noise, steps: true},
		{name: "stop and freeze", ends: 16 * times, how: []manner{killed, terminated, killed, frozen}, rates: noise},
		{name: "fail-points", every: failpoint.Points, rates: noise, cards: 0.6},
		{name: "outages", ends: 15 * times, how: []manner{killed, killed, left}, rates: rates{lost: 0.03, unheard: 0.03, refused: 0.06, limited: 0.05, hung: 0.01, outage: 0.02}},
		{name: "no history", ends: 30 * times, how: kill, rates: noise, blind: true},
		{name: "disk faults", ends: 20 * times, how: []manner{diskFull, diskErrors, diskSlow}, rates: noise, disk: true},
	}
	if size == "long" {
		all = append(all, &round{name: "power cuts", ends: 100, how: []manner{powerCut}, rates: noise, disk: true})
	}
	return all
}

// workDir is a folder for a round, which stays if the round fails.
func workDir(t *testing.T, name string) string {
	t.Helper()
	keep := os.Getenv("AIDESK_CRASH_KEEP")
	if keep == "" {
		dir, err := os.MkdirTemp("", "aidesk-crash-") //nolint:usetesting // it outlives a test that fails
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() {
			if !t.Failed() {
				_ = os.RemoveAll(dir)
			}
		})
		return dir
	}
	dir, err := filepath.Abs(filepath.Join(keep, strings.NewReplacer(" ", "-", ",", "").Replace(name)))
	if err == nil {
		err = os.MkdirAll(dir, 0o700)
	}
	if err != nil {
		t.Fatal(err)
	}
	return dir
}
