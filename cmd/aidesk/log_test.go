package main

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// TestLogAddresses: no line of the log has the user, query or fragment of an address,
// however it got there.
func TestLogAddresses(t *testing.T) {
	t.Parallel()
	const address = "https://ada:hunter2@api.example:8443/v1/stays?key=hunter2&q=hunter2%20in%20Paris#hunter2"
	parsed, err := url.Parse(address)
	if err != nil {
		t.Fatal(err)
	}
	var out bytes.Buffer
	log := loggerTo(&out)
	failed := &url.Error{Op: "Get", URL: address, Err: errors.New("EOF")}
	log.Error("asking "+address, "error", failed, "wrapped", fmt.Errorf("asking: %w", failed), "address", address, "url", parsed,
		"all", []string{address, address}, slog.Group("deep", "at", address), "n", 5, "none", nil)
	log.With("source", address).WithGroup("g").Info("socket", "error", errors.New(`dial "wss://wss.example/link/?ticket=hunter2&app_id=hunter2": refused`))
	if strings.Contains(out.String(), "hunter2") {
		t.Errorf("the log holds a secret:\n%s", out.String())
	}
	for _, want := range []string{`"address":"https://api.example:8443/v1/stays"`, `"n":5`, `"deep":{"at":"https://api.example:8443/v1/stays"}`, `EOF`, `wss://wss.example/link/\": refused`} {
		if !strings.Contains(out.String(), want) {
			t.Errorf("the log lacks %s:\n%s", want, out.String())
		}
	}
	for text, want := range map[string]string{
		"what?":                              "what?",
		"see http://a.example?x=1, then":     "see http://a.example then",
		`"http://a.example/p?x=1" <b>`:       `"http://a.example/p" <b>`,
		"postgres://u:p@db/x":                "postgres://db/x",
		"http://a.example/@me":               "http://a.example/@me",
		"aidesk plugin add a.example#key=v":  "aidesk plugin add a.example#key=v",
		`{"u":"https:\/\/a.example\/p?k=v"}`: `{"u":"https:\/\/a.example\/p"}`,
	} {
		if got := withoutQueries(text); got != want {
			t.Errorf("%s became %s; want %s", text, got, want)
		}
	}
}

// TestLoggers: every logger of the program is a discreet one, or one that writes nothing.
func TestLoggers(t *testing.T) {
	t.Parallel()
	made := regexp.MustCompile(`slog\.(New|SetDefault|Default|Info|Warn|Error|Debug)(Context)?\(`)
	found := 0
	err := filepath.WalkDir("../..", func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || !strings.HasSuffix(path, ".go") || strings.HasSuffix(path, "_test.go") || strings.HasSuffix(filepath.Dir(path), "test") { // or is of tests alone
			return err
		}
		source, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		for line := range strings.Lines(string(source)) {
			if made.MatchString(line) && !strings.Contains(line, "slog.DiscardHandler") {
				found++
				if !strings.Contains(line, "func discreet(") {
					t.Errorf("%s: a logger that quotes addresses as they are: %s", path, strings.TrimSpace(line))
				}
			}
		}
		return nil
	})
	if err != nil || found == 0 {
		t.Errorf("%d loggers, %v", found, err)
	}
}
