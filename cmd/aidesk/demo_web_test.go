package main

import (
	"bufio"
	"context"
	"encoding/json"
	"io"
	"net/http"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"

	fakes "aidesk/adapters/fake"
)

// webDemo starts the demo of the page, and returns its address.
func webDemo(t *testing.T) string {
	t.Helper()
	ctx, end := context.WithCancel(t.Context())
	in, out := io.Pipe()
	dir := t.TempDir() // removed after the program has ended
	code := make(chan int, 1)
	go func() {
		var errs strings.Builder
		code <- run(ctx, []string{"demo", "--web", "--data", dir}, strings.NewReader(""), out, &errs)
		if errs.Len() > 0 {
			t.Errorf("it said %q", &errs)
		}
		_ = out.Close()
	}()
	t.Cleanup(func() {
		end()
		if got := <-code; got != exitOK {
			t.Errorf("it ended with %d", got)
		}
	})
	lines := bufio.NewScanner(in)
	for lines.Scan() {
		if at := regexp.MustCompile(`http://127\.0\.0\.1:\d+/\w+/`).FindString(lines.Text()); at != "" {
			go func() { _, _ = io.Copy(io.Discard, in) }()
			return at
		}
	}
	t.Fatal("the demo says no address")
	return ""
}

// webAsk asks the page's server, and decodes what it answers.
func webAsk(t *testing.T, method, url, body string, into any) {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), method, url, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	answer, err := http.DefaultClient.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer answer.Body.Close()
	if err := json.NewDecoder(answer.Body).Decode(into); err != nil {
		t.Fatalf("%s %s: %s, %v", method, url, answer.Status, err)
	}
}

// TestDemoWeb: the same people and plugins are at both messengers, and a question is answered
// at each.
func TestDemoWeb(t *testing.T) {
	t.Parallel()
	at := webDemo(t)
	for _, platform := range []string{"slack", "discord"} {
		var page fakes.Page
		webAsk(t, http.MethodGet, at+platform+"/_control/page", "", &page)
		var names []string
		for _, u := range page.Users {
			names = append(names, u.Name+":"+u.Standing)
		}
		if got := strings.Join(names, " "); !strings.HasPrefix(got, "ada:administrator ben: gus:") {
			t.Errorf("%s: there are %s", platform, got)
		}
		question, err := json.Marshal(map[string]string{"user": page.User, "channel": page.Channel, "text": "@aidesk show the standings"})
		if err != nil {
			t.Fatal(err)
		}
		for deadline := time.Now().Add(time.Minute); page.Connected == 0; {
			if time.Now().After(deadline) {
				t.Fatalf("%s: aidesk does not connect", platform)
			}
			webAsk(t, http.MethodGet, at+platform+"/_control/page?after="+strconv.Itoa(page.Version), "", &page)
		}
		var said struct{ OK bool }
		if webAsk(t, http.MethodPost, at+platform+"/_control/say", string(question), &said); !said.OK {
			t.Errorf("%s: it was not said", platform)
		}
		for answered := false; !answered; {
			webAsk(t, http.MethodGet, at+platform+"/_control/page?after="+strconv.Itoa(page.Version), "", &page)
			text, err := json.Marshal(page.Messages)
			if err != nil {
				t.Fatal(err)
			}
			answered = strings.Contains(string(text), "Harbour Lights")
		}
	}
	answer, err := http.Get(regexp.MustCompile(`^http://[^/]+/`).FindString(at))
	if err != nil {
		t.Fatal(err)
	}
	if answer.Body.Close(); answer.StatusCode != http.StatusNotFound {
		t.Errorf("without the token: %s", answer.Status)
	}
}

// TestDemoWebMisuse: the page is for this machine, and only --web has one.
func TestDemoWebMisuse(t *testing.T) {
	t.Parallel()
	for line, want := range map[string]string{
		"demo --web --listen 0.0.0.0:4040": "for this machine alone",
		"demo --web --listen nonsense":     "for this machine alone",
		"demo --listen 127.0.0.1:0":        "give both",
	} {
		var errs strings.Builder
		if code := run(t.Context(), strings.Fields(line), strings.NewReader(""), io.Discard, &errs); code != exitUsage || !strings.Contains(errs.String(), want) || strings.Count(errs.String(), "\n") != 1 {
			t.Errorf("%s: %d, %q", line, code, &errs)
		}
	}
}
