package main

import (
	"bufio"
	"context"
	"io"
	"net/http"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// TestFake: each fake serves until it is ended, and says how to connect aidesk.
func TestFake(t *testing.T) {
	for _, tt := range []struct{ name, says, path string }{
		{"slack", `mode: http, .*signing_secret: .*api_base_url: "([^"]+)"`, "api.test"},
		{"discord", `discord: .*token: .*public_key: .*api_base_url: "([^"]+)"`, "/v10/gateway"},
	} {
		t.Run(tt.name, func(t *testing.T) { fake(t, tt.name, tt.says, tt.path) })
	}
}

func fake(t *testing.T, name, says, path string) {
	t.Helper()
	ctx, end := context.WithCancel(t.Context())
	in, out := io.Pipe()
	code := make(chan int, 1)
	go func() {
		code <- run(ctx, []string{"fake", name, "--listen", "127.0.0.1:0", "--http", "http://127.0.0.1:1"}, strings.NewReader(""), out, io.Discard)
		_ = out.Close()
	}()
	lines := bufio.NewScanner(in)
	var api string
	for api == "" && lines.Scan() {
		if found := regexp.MustCompile(says).FindStringSubmatch(lines.Text()); found != nil {
			api = found[1]
		}
	}
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, api+path, nil)
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("User-Agent", "DiscordBot (https://desk.example.com, 1)")
	answer, err := http.DefaultClient.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	if err := answer.Body.Close(); err != nil || answer.StatusCode != http.StatusOK {
		t.Errorf("%s, %v", answer.Status, err)
	}
	end()
	if got := <-code; got != exitOK {
		t.Errorf("it ended with %d", got)
	}
}

// TestFakeMisuse: what is wrong is said in one line.
func TestFakeMisuse(t *testing.T) {
	for line, want := range map[string]int{
		"fake": exitOK, "fake dance": exitUsage, "fake slack now": exitUsage, "fake slack --loud": exitUsage, "fake discord now": exitUsage, "fake discord --listen nowhere:x": exitFailure,
		"fake slack --listen nowhere:x": exitFailure, "fake slack --manifest " + filepath.Join(t.TempDir(), "none.yaml"): exitUsage,
	} {
		var errs strings.Builder
		if got := run(t.Context(), strings.Fields(line), strings.NewReader(""), io.Discard, &errs); got != want {
			t.Errorf("%s: %d, %s; want %d", line, got, errs.String(), want)
		}
		if want != exitOK && strings.Count(errs.String(), "\n") != 1 {
			t.Errorf("%s: said %q", line, errs.String())
		}
	}
}
