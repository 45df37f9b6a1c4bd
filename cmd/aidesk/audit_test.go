package main

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	"go.etcd.io/bbolt"

	"aidesk/adapters/fake/faketest"
	fakeslack "aidesk/adapters/fake/slack"
	"aidesk/core/model/modeltest"
)

// TestAuditUse is wrong use of what operators do with the audit: each is one plain line.
func TestAuditUse(t *testing.T) {
	t.Parallel()
	s := keysScene(t, faketest.Slack(t, fakeslack.Config{App: installed(t)}))
	for _, c := range []struct {
		code  int
		words string
		args  []string
	}{
		{exitUsage, "say which configuration", []string{"audit", "verify"}},
		{exitUsage, "say to which file", []string{"audit", "export", "--config", s.config}},
		{exitUsage, "each workspace has numbers of its own", []string{"audit", "export", "--config", s.config, "--after", "3", "out"}},
		{exitUsage, "--resume goes on", []string{"audit", "export", "--config", s.config, "--resume", "-"}},
		{exitFailure, "there is no key yet", []string{"audit", "verify", "--config", s.config}},
		{exitUsage, "say which command", []string{"admin", "--config", s.config}},
		{exitUsage, "say which button by its number", []string{"admin", "--config", s.config, "press", "x"}},
		{exitUsage, "want NAME=VALUE", []string{"admin", "--config", s.config, "--set", "x", "audit"}},
		{exitFailure, "no aidesk runs here that could do it", []string{"admin", "--config", s.config, "audit", "refused"}},
	} {
		if code, out := s.command(c.args...); code != c.code || !strings.Contains(out, c.words) || strings.Count(out, "\n") != 1 {
			t.Errorf("%v: exit code %d, want %d with %q: %s", c.args, code, c.code, c.words, out)
		}
	}
}

// TestAuditStory: while the program runs and without it, an operator verifies and exports the
// audit, asks it, and gives commands; all of that is in the audit with their name.
func TestAuditStory(t *testing.T) {
	t.Parallel()
	if runtime.GOOS == "windows" {
		t.Skip("no signals")
	}
	s := newSlackStory(t, "socket")
	s.serve()
	ada, _ := s.users()
	s.model.Then(modeltest.Call([2]string{"stays__bookStay", booking}), modeltest.Text("I prepared it."))
	s.mention("book it")
	s.model.Then(modeltest.Text("It is booked."))
	s.press(ada, s.shows("Approve"), "Approve")
	s.shows("It is booked.")
	says := func(code int, words string, args ...string) string {
		t.Helper()
		got, out := s.scene.command(append(args, "--config", s.config)...)
		if got != code || !strings.Contains(out, words) {
			t.Errorf("%v: exit code %d, want %d with %q: %s", args, got, code, words, out)
		}
		return out
	}
	name := operatorName(os.Getuid())
	before := len(s.fake.From(fakeslack.General))
	out := says(exitOK, "bookStay at ", "admin", "audit", "who", "sent", "what", "to", "Stays", "this", "month?")
	if !strings.Contains(out, "1 line") || !strings.Contains(out, "ada") {
		t.Errorf("the audit says: %s", out)
	}
	says(exitOK, "", "admin", "--workspace", "slack/"+fakeslack.TeamID, "threads", "off", "workspace")
	says(exitFailure, "/plugins-admin has no “reviw”. Did you mean review, ", "admin", "reviw", "stays")
	says(exitFailure, "say about which workspace: --workspace with one of", "admin", "--workspace", "slack/", "audit")
	says(exitFailure, "there is no button 7", "admin", "press", "7")
	for range 7 {
		says(exitOK, "read", "admin", "threads", "on", "workspace")
		says(exitOK, "no longer read", "admin", "threads", "off", "workspace")
	}
	says(exitOK, "To press a button", "admin", "audit", "operators")
	says(exitFailure, "this opens no form: leave out --set", "admin", "press", "1", "--set", "a=b")
	out = says(exitOK, "These are 13 to 15 of them", "admin", "press", "1")
	if strings.Count(out, name+" on the machine") != 3 {
		t.Errorf("the older lines: %s", out)
	}
	says(exitOK, "[1] Change", "admin", "policy", "stays")
	t.Log(says(exitFailure, "the form has no nothing; it has: ", "admin", "press", "1", "--set", "nothing=1"))
	if got := len(s.fake.From(fakeslack.General)); got != before {
		t.Errorf("%d messages in the channel, %d before", got, before)
	}
	says(exitOK, "whole, ", "audit", "verify")
	export := filepath.Join(s.dir, "audit.jsonl")
	says(exitOK, "Exported: ", "audit", "export", export)
	says(exitFailure, "is there already", "audit", "export", export)
	first, err := os.ReadFile(export)
	if err != nil {
		t.Fatal(err)
	}
	for i, line := range bytes.Split(bytes.TrimSpace(first), []byte("\n")) {
		var l struct {
			N     int
			Actor struct{ Kind, ID string }
		}
		if err := json.Unmarshal(line, &l); err != nil || l.N != i+1 || l.Actor.Kind == "operator" && !strings.HasPrefix(l.Actor.ID, name) {
			t.Errorf("%s: %v", line, err)
		}
	}
	if !bytes.Contains(first, []byte(`"action":"call.done"`)) || !bytes.Contains(first, []byte(`"action":"threads.off"`)) {
		t.Errorf("the export lacks what was done:\n%s", first)
	}
	s.desk.terminate()

	says(exitOK, "all ", "audit", "verify", "--against", export)
	says(exitOK, "Exported: 1 lines.", "audit", "export", "--resume", export) // that it was exported
	says(exitFailure, "no aidesk runs here that could do it", "admin", "audit")
	db, err := bbolt.Open(filepath.Join(s.dir, "aidesk.db"), 0o600, nil)
	if err != nil {
		t.Fatal(err)
	}
	err = db.Update(func(tx *bbolt.Tx) error {
		c := tx.Bucket([]byte("line")).Cursor()
		c.First()
		key, _ := c.Next()
		return tx.Bucket([]byte("line")).Delete(bytes.Clone(key))
	})
	if closeErr := db.Close(); err != nil || closeErr != nil {
		t.Fatal(err, closeErr)
	}
	says(exitFailure, "NOT WHOLE: line 2 is missing", "audit", "verify")
	says(exitFailure, "line 2 is in the export and not in the store", "audit", "verify", "--against", export)
}
