package main

import (
	"bufio"
	"bytes"
	"encoding/json"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"aidesk/cmd/aidesk/trial"
	"aidesk/core/plugin"
)

// TestPluginCodes: 0 good, 1 a finding or failure, 2 wrong use; an error is one line.
func TestPluginCodes(t *testing.T) {
	t.Parallel()
	missing := filepath.Join(t.TempDir(), "missing.yaml")
	for _, test := range []struct {
		want int
		args []string
	}{
		{exitOK, []string{"plugin"}},
		{exitOK, []string{"plugin", "check", "--help"}},
		{exitOK, []string{"plugin", "new", filepath.Join(t.TempDir(), "new")}},
		{exitFailure, []string{"plugin", "check", missing}},
		{exitFailure, []string{"plugin", "check", missing, "--json"}},
		{exitFailure, []string{"plugin", "check", "http://127.0.0.1:1", "--spec", missing}},
		{exitFailure, []string{"plugin", "request", missing, "x", "--args", "{}"}},
		{exitFailure, []string{"plugin", "new", "."}},
		{exitUsage, []string{"plugin", "chekc", missing}},
		{exitUsage, []string{"plugin", "check"}},
		{exitUsage, []string{"plugin", "check", "--jsno", missing}},
		{exitUsage, []string{"plugin", "check", "https://me:secret@example.com"}},
		{exitUsage, []string{"plugin", "check", missing, "--base", "nowhere"}},
		{exitUsage, []string{"plugin", "request", missing}},
		{exitUsage, []string{"plugin", "request", missing, "x", "--args", "{"}},
		{exitUsage, []string{"plugin", "new"}},
		{exitUsage, []string{"plugin", "new", "a", "b"}},
	} {
		var out, errs bytes.Buffer
		code := run(t.Context(), test.args, strings.NewReader(""), &out, &errs)
		line := strings.TrimSuffix(errs.String(), "\n")
		if code != test.want || strings.Contains(line, "\n") || (line == "") != (code == exitOK) || strings.Contains(line, "secret") {
			t.Errorf("%q ends with %d and says %q; want %d and one line", test.args, code, line, test.want)
		}
	}
}

// TestNewPlugin builds and runs what plugin new writes: check finds nothing to say
// about it, and aidesk uses it at once.
func TestNewPlugin(t *testing.T) {
	t.Parallel()
	dir := filepath.Join(t.TempDir(), "mine")
	quiet(t, "plugin", "new", dir)
	program := filepath.Join(dir, "mine.exe")
	build := exec.CommandContext(t.Context(), "go", "build", "-o", program, ".")
	build.Dir = dir
	build.Env = append(build.Environ(), "GOWORK=off", "GOFLAGS=-mod=mod", "GOPROXY=off")
	if out, err := build.CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	serving := exec.CommandContext(t.Context(), program, "-listen", "127.0.0.1:0")
	said, err := serving.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := serving.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = serving.Process.Kill()
		_ = serving.Wait()
	})
	line, err := bufio.NewReader(said).ReadString('\n')
	if err != nil {
		t.Fatal(err)
	}
	address := strings.TrimSpace(strings.TrimPrefix(line, "The plugin is at "))

	var r plugin.Report
	if err := json.Unmarshal([]byte(quiet(t, "plugin", "check", address, "--json")), &r); err != nil {
		t.Fatal(err)
	}
	if r.Verdict != "ok" || len(r.Notes) > 0 || len(r.Operations) != 2 {
		t.Errorf("the check of a new plugin: %+v", r)
	}
	for _, o := range r.Operations {
		if o.Verdict != "ok" || len(o.Notes) > 0 {
			t.Errorf("the check of a new plugin: %+v", o)
		}
	}
	var sent trial.Sending
	if err := json.Unmarshal([]byte(quiet(t, "plugin", "request", address, "addIdea", "--args", `{"text":"less paper"}`, "--json")), &sent); err != nil {
		t.Fatal(err)
	}
	body := `{"text":"less paper"}`
	sent.Digest = ""
	if diff := cmp.Diff(trial.Sending{
		Method: "POST", URL: address + "/ideas", Body: &body, Effect: "write",
		Headers: map[string]string{"Accept": "application/json, text/plain;q=0.8, */*;q=0.5", "Content-Type": "application/json"},
	}, sent); diff != "" {
		t.Errorf("request (-want +got):\n%s", diff)
	}

	var out, errs bytes.Buffer
	in := strings.NewReader("what ideas are there?\nadd the idea less paper\n1\nwhat ideas are there?\n")
	if code := run(t.Context(), []string{"demo", "--plugin", address}, in, &out, &errs); code != exitOK {
		t.Fatalf("the demo ends with %d: %s", code, errs.String())
	}
	text := out.String()
	approved := strings.Index(text, "confirmed it")
	if approved < 0 || !strings.Contains(text[approved:], "less paper") || strings.Count(text, "Source: Ideas") < 2 {
		t.Errorf("the demo with a new plugin:\n%s", text)
	}
}

// quiet runs the program, which must succeed without a word on stderr.
func quiet(t *testing.T, args ...string) string {
	t.Helper()
	var out, errs bytes.Buffer
	if code := run(t.Context(), args, strings.NewReader(""), &out, &errs); code != exitOK || errs.Len() > 0 {
		t.Fatalf("%q ends with %d and says %q\n%s", args, code, errs.String(), out.String())
	}
	return out.String()
}
