package main

import (
	"encoding/json"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	"aidesk/core/model/modeltest"
)

// TestMemberStory: while the program runs, an operator sees who receives words, exports what is
// kept of a member, holds it, and has it forgotten; nothing else of it is left in the store.
func TestMemberStory(t *testing.T) {
	t.Parallel()
	if runtime.GOOS == "windows" {
		t.Skip("no sockets")
	}
	s := newSlackStory(t, "socket")
	says := func(code int, words string, args ...string) string {
		t.Helper()
		got, out := s.scene.command(append(args, "--config", s.config)...)
		if got != code || !strings.Contains(out, words) {
			t.Errorf("%v: exit code %d, want %d with %q: %s", args, got, code, words, out)
		}
		return out
	}
	says(exitFailure, "no aidesk runs here", "admin", "export", "U1")
	says(exitUsage, "of which member", "admin", "export")
	says(exitUsage, "say --yes", "admin", "forget", "U1")
	s.serve()
	ada, ben := s.users()
	s.model.Then(modeltest.Call([2]string{"stays__bookStay", booking}), modeltest.Text("I prepared it."))
	s.mention("book it")
	s.model.Then(modeltest.Text("It is booked."))
	s.press(ada, s.shows("Approve"), "Approve")
	s.shows("It is booked.")

	report := says(exitOK, "not stated", "privacy", "report")
	for _, want := range []string{"model ", "plugin ", "Stays", "messenger ", "Slack", "telemetry ", "REGION"} {
		if !strings.Contains(report, want) {
			t.Errorf("the report lacks %q:\n%s", want, report)
		}
	}
	var recipients []recipient
	if err := json.Unmarshal([]byte(says(exitOK, "", "privacy", "report", "--json")), &recipients); err != nil || len(recipients) < 4 {
		t.Errorf("%d recipients, %v", len(recipients), err)
	}

	file := filepath.Join(s.dir, "ada.json")
	says(exitOK, "is in "+file, "admin", "export", "--out", file, ada)
	says(exitFailure, "is there already", "admin", "export", "--out", file, ada)
	exported, err := os.ReadFile(file)
	if err != nil || !json.Valid(exported) {
		t.Fatalf("the export: %v", err)
	}
	for _, want := range []string{"book it", "It is booked.", "bookStay", "call.done"} {
		if !strings.Contains(string(exported), want) {
			t.Errorf("the export lacks %q", want)
		}
	}
	if info, err := os.Stat(file); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("the export is open to others: %v", err)
	}
	if other := says(exitOK, "{", "admin", "export", "--out", "-", ben); strings.Contains(other, "book it") {
		t.Errorf("another's export has it:\n%s", other)
	}

	says(exitOK, "Held", "admin", "hold", ada, "on")
	says(exitOK, "What must be kept", "admin", "hold")
	says(exitOK, "is held: nothing was deleted", "admin", "forget", "--yes", ada)
	says(exitOK, "something else holds them: 1", "admin", "hold", ada, "off")
	if left := says(exitOK, "{", "admin", "export", "--out", "-", ada); strings.Contains(left, "book it") || !strings.Contains(left, "call.done") {
		t.Errorf("after it was forgotten:\n%s", left)
	}
	audit := says(exitOK, "", "admin", "audit", "operators")
	for _, want := range []string{"exported", "forgotten", "hold"} {
		if !strings.Contains(audit, want) {
			t.Errorf("the audit lacks %q:\n%s", want, audit)
		}
	}
}
