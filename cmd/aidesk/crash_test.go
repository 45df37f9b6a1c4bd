package main

import (
	"bytes"
	"encoding/json"
	"flag"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"aidesk/core/model/modeltest"
)

var update = flag.Bool("update", false, "rewrite the golden files")

const booking = `{"body":{"stay":"Canal Loft","nights":2,"from":"2026-12-05"}}`

// TestModel is the whole story with a language model over HTTP: question, call,
// woven answer; a write, its card, kill -9, start, approval, exactly one request,
// and the outcome reaches the model.
func TestModel(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	server := modeltest.NewChat(t,
		modeltest.Call([2]string{"stays__searchStays", `{"city":"Paris"}`}),
		modeltest.Text("There is the **Canal Loft**. See https://evil.example/?q=secret too."),
		modeltest.Call([2]string{"stays__bookStay", booking}),
		modeltest.Text("I prepared the booking."),
	)
	args := []string{"demo", "--data", dir, "--model-url", server.URL, "--model", "test-model"}

	first := start(t, args...)
	first.say("Where can I stay in Paris?")
	answer := first.wait("> Where can I stay in Paris?") + first.wait("Source: Stays")
	if !strings.Contains(answer, "Canal Loft") || strings.Contains(answer, "q=secret") {
		t.Errorf("the answer is not the model's, or keeps an invented address whole:\n%s", answer)
	}
	first.say("Book it for two nights from 5 December")
	card := first.wait("[1] Approve")
	for _, part := range []string{"I prepared the booking.", "Canal Loft", "POST", "/bookings", "2026-12-05"} {
		if !strings.Contains(card, part) {
			t.Errorf("the card lacks %q:\n%s", part, card)
		}
	}
	first.kill()
	if n := count(t, dir, "plugins.log", `"method":"POST"`); n != 0 {
		t.Fatalf("%d requests with effect before the approval", n)
	}

	server.Then(modeltest.Text("It is booked."))
	second := start(t, args...)
	second.wait("Still waiting for you")
	second.wait("[1] Approve")
	second.say("1")
	second.wait("It is booked.")
	second.say("1")
	second.wait("already decided")
	second.end()
	if n := count(t, dir, "plugins.log", `"method":"POST"`); n != 1 {
		t.Errorf("%d requests with effect, want exactly one", n)
	}
	queries := server.Queries()
	if len(queries) != 5 {
		t.Fatalf("the model was asked %d times, want 5", len(queries))
	}
	if last := queries[4].Last(); !strings.Contains(last.Content, "Canal Loft") || strings.Contains(last.Content, "waiting") {
		t.Errorf("the outcome did not reach the model: %+v", last)
	}
	golden(t, "request.golden", queries[0].Body)
	golden(t, "outcome.golden", queries[4].Body)
	for _, q := range queries {
		if system := q.Messages[0].Content; strings.Contains(system, "Stays") || strings.Contains(system, "stays") {
			t.Errorf("a plugin's text is in the system role: %s", system)
		}
	}
}

// TestDisabled disables every plugin: not a byte of them is in the next request.
func TestDisabled(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	server := modeltest.NewChat(t, modeltest.Text("All three, hello."), modeltest.Text("None, hello."))
	p := start(t, "demo", "--data", dir, "--model-url", server.URL, "--model", "test-model")
	p.say("hello")
	out := p.wait("All three, hello.")
	for _, name := range []string{"stays", "handbook", "scores"} {
		p.say("/plugins disable " + name)
		p.wait("is now disabled for you")
	}
	p.say("hello again")
	out += p.wait("None, hello.")
	p.end()
	queries := server.Queries()
	if len(queries[0].Tools) == 0 || len(queries[1].Tools) != 0 {
		t.Errorf("%d tools, then %d; want some, then none", len(queries[0].Tools), len(queries[1].Tools))
	}
	for _, word := range []string{"stays", "Stays", "handbook", "Handbook", "scores", "Scores", "GET /", "Example:"} {
		if bytes.Contains(queries[1].Body, []byte(word)) {
			t.Errorf("the request still holds %q:\n%s", word, queries[1].Body)
		}
		if !bytes.Contains(queries[0].Body, []byte(word)) {
			t.Errorf("the first request lacks %q", word)
		}
	}
	for _, hidden := range []string{"Example:", "stays__", "asks the member first"} {
		if strings.Contains(out, hidden) {
			t.Errorf("a member saw %q", hidden)
		}
	}
}

// TestUnknown kills the program while a write is on its way: it is told that nobody
// knows, and nothing is sent again.
func TestUnknown(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	plugin := newSlowPlugin(t)
	args := []string{"demo", "--data", dir, "--plugin", plugin.url}
	first := start(t, args...)
	first.say("launch the thing")
	first.wait("[1] Approve")
	first.say("1")
	select {
	case <-plugin.arrived:
	case <-time.After(30 * time.Second):
		t.Fatal("the request did not arrive")
	}
	first.kill()
	close(plugin.goOn)
	second := start(t, args...)
	out := second.wait("before you send it again")
	if !strings.Contains(out, "may or may not have happened") {
		t.Errorf("not told:\n%s", out)
	}
	second.wait("Send again")
	if n := plugin.posts.Load(); n != 1 {
		t.Errorf("%d requests, want 1", n)
	}
	second.kill()
}

// TestPrompt: the prompt is there before a person can wonder. The bound is generous
// because tests run side by side; the benchmark measures.
func TestPrompt(t *testing.T) {
	t.Parallel()
	begun := time.Now()
	p := start(t, "demo", "--data", t.TempDir())
	p.wait("ends it.")
	if took := time.Since(begun); took > 3*time.Second {
		t.Errorf("the prompt came after %s", took)
	}
	p.end()
}

// BenchmarkPrompt is the time from the start of the process to the end of an empty
// conversation.
func BenchmarkPrompt(b *testing.B) {
	self, err := os.Executable()
	if err != nil {
		b.Fatal(err)
	}
	for b.Loop() {
		c := exec.CommandContext(b.Context(), self, "demo")
		c.Env = append(os.Environ(), asProgram+"=1")
		if out, err := c.CombinedOutput(); err != nil {
			b.Fatalf("%v\n%s", err, out)
		}
	}
}

var (
	port   = regexp.MustCompile(`127\.0\.0\.1:\d+`)
	clock  = regexp.MustCompile(`\([A-Z][a-z]+, \d+ [A-Z][a-z]+ \d+, [^)]*\)`)
	fence  = regexp.MustCompile(`\b[0-9a-f]{16}\b`) // of framed data: a hash of it
	callID = regexp.MustCompile(`call_[A-Za-z0-9_-]+`)
)

// golden compares JSON with a file, without what changes from run to run.
func golden(t *testing.T, name string, body []byte) {
	t.Helper()
	var pretty bytes.Buffer
	if err := json.Indent(&pretty, body, "", "  "); err != nil {
		t.Fatal(err)
	}
	got := port.ReplaceAllString(pretty.String(), "127.0.0.1:PORT")
	got = clock.ReplaceAllString(got, "(NOW)")
	got = fence.ReplaceAllString(got, "FENCE")
	got = callID.ReplaceAllString(got, "call_ID")
	path := filepath.Join("testdata", name)
	if *update {
		if err := os.WriteFile(path, []byte(got+"\n"), 0o600); err != nil {
			t.Fatal(err)
		}
		return
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), got+"\n"); diff != "" {
		t.Errorf("%s (-want +got), -update rewrites it:\n%s", name, diff)
	}
}
