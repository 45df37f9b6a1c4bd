//go:build unix && !race

package audit_test

import (
	"os"
	"path/filepath"
	"syscall"
	"testing"
	"time"

	"aidesk/core/audit"
)

// TestYear: a year of a thousand lines a day is exported and verified while one waits. What
// counts is the time of the processor: other tests run beside this one.
func TestYear(t *testing.T) {
	if testing.Short() {
		t.Skip("it writes 365,000 lines")
	}
	db := opened(t, filepath.Join(t.TempDir(), "desk.db"), ring(t, "k1"))
	for day := range 365 {
		write(t, db, "desk/slack/T1", day*1000, (day+1)*1000)
	}
	begun := used(t)
	out, err := os.Create(filepath.Join(t.TempDir(), "audit.jsonl"))
	must(t, err)
	done, err := audit.Export(t.Context(), db, "desk/slack/T1", 0, out)
	must(t, out.Close())
	exported := used(t) - begun
	if err != nil || done.Lines != 365_000 || exported > 10*time.Second {
		t.Errorf("%+v, %v in %v", done, err, exported)
	}
	begun = used(t)
	got := verdicts(t, db, ring(t, "k1"))
	t.Logf("exported %d lines in %v of the processor, verified in %v", done.Lines, exported, used(t)-begun)
	if got != "desk/slack/T1 365000/365000 to 365000" {
		t.Error(got)
	}
}

// used is the processor's time that this process has had.
func used(t *testing.T) time.Duration {
	t.Helper()
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		t.Fatal(err)
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}
