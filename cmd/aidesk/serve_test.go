package main

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"runtime"
	"strings"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"aidesk/adapters/fake/faketest"
	fakeslack "aidesk/adapters/fake/slack"
	"aidesk/adapters/slack"
	"aidesk/adapters/slack/setup"
	"aidesk/bots/command"
	"aidesk/core/model/modeltest"
)

// TestServe runs the program as a service does, in each mode: a member asks and is
// answered, a signal ends it well, and what was only accepted is worked by the next.
func TestServe(t *testing.T) {
	t.Parallel()
	if runtime.GOOS == "windows" {
		t.Skip("no signals")
	}
	for _, mode := range []string{"socket", "http"} {
		t.Run(mode, func(t *testing.T) {
			t.Parallel()
			proxy := newProxy(t)
			fake := fakeSlackIn(t, mode, proxy)
			model := modeltest.NewChat(t, modeltest.Text("Good morning to you."), modeltest.Text("And to you too."))
			path := served(t, t.TempDir(), mode, fake, model.URL)

			first := serving(t, fake, proxy, path)
			first.ask("good morning")
			faketest.Until(t, fake, "an answer", func() bool { return said(fake, "Good morning to you.") })
			if status, line := first.get("/healthz"); status != http.StatusOK || line != "alive" {
				t.Errorf("/healthz: %d %s", status, line)
			}
			if status, page := first.get("/metrics"); status != http.StatusOK || !strings.Contains(page, `aidesk_turns_total{outcome="answered"} 1`) {
				t.Errorf("/metrics: %d %s", status, page)
			}
			first.terminate()

			accepting := serving(t, fake, proxy, path, "--accept-only")
			accepting.ask("and again")
			faketest.Until(t, fake, "the event to be accepted", func() bool { return acknowledged(fake) >= 2 })
			accepting.terminate()
			if n := len(model.Queries()); n != 1 {
				t.Errorf("the model was asked %d times by now, want once", n)
			}

			last := serving(t, fake, proxy, path)
			faketest.Until(t, fake, "an answer", func() bool { return said(fake, "And to you too.") })
			last.terminate()
			store, err := os.ReadFile(filepath.Join(filepath.Dir(path), "aidesk.db"))
			if err != nil || !bytes.Contains(store, []byte("good morning")) || bytes.Contains(store, []byte(fakeslack.BotToken)) {
				t.Errorf("the store does not hold what it should, %v", err)
			}
		})
	}
}

// TestServeRefused: a token that Slack refuses ends the program with a plain line.
func TestServeRefused(t *testing.T) {
	t.Parallel()
	fake := faketest.Slack(t, fakeslack.Config{})
	fake.Revoke(fakeslack.BotToken, "token_revoked")
	path := served(t, t.TempDir(), "socket", fake, "")
	var out, errs bytes.Buffer
	if code := run(t.Context(), []string{"serve", "--config", path}, strings.NewReader(""), &out, &errs); code != exitFailure {
		t.Errorf("exit code %d\n%s", code, errs.String())
	}
	lines := strings.Split(strings.TrimSpace(errs.String()), "\n")
	last := lines[len(lines)-1]
	if !strings.HasPrefix(last, "aidesk: desk on slack: ") || !strings.Contains(last, "token_revoked") || strings.Contains(errs.String(), fakeslack.BotToken) {
		t.Errorf("got %s", errs.String())
	}
}

// served writes a configuration for a fake Slack.
func served(t *testing.T, dir, mode string, fake *fakeslack.Slack, model string) string {
	t.Helper()
	main := "{provider: planner}"
	if model != "" {
		main = fmt.Sprintf("{provider: openai-chat, model: m, base_url: %q}", model)
	}
	text := fmt.Sprintf(`http: {listen: "127.0.0.1:0", public_url: "http://127.0.0.1", metrics_token: scrape}
models: {main: %s}
bots:
  - name: desk
    model: main
    answers: whole
    slack: {mode: %s, bot_token: %s, app_token: %s, signing_secret: %s, api_base_url: %q}
`, main, mode, fakeslack.BotToken, fakeslack.AppToken, fakeslack.SigningSecret, fake.APIURL())
	path := filepath.Join(dir, "config.yaml")
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

// fakeSlackIn is a fake Slack whose app works in a mode, by way of the proxy.
func fakeSlackIn(t *testing.T, mode string, proxy *proxy) *fakeslack.Slack {
	t.Helper()
	app := installed(t)
	if mode == "http" {
		app = app.WithHTTP(proxy.URL)
	}
	return faketest.Slack(t, fakeslack.Config{App: app})
}

// installed is the app that our own manifest makes, all it may ask for granted.
func installed(t *testing.T) fakeslack.App {
	t.Helper()
	manifest, err := setup.Manifest(slack.ModeSocket, "", command.Table)
	if err != nil {
		t.Fatal(err)
	}
	app, err := fakeslack.ParseManifest(manifest)
	if err != nil {
		t.Fatal(err)
	}
	return app
}

// proxy stands before the program, as in a deployment: its address is always the same.
type proxy struct {
	*httptest.Server
	to atomic.Pointer[string]
}

func newProxy(t *testing.T) *proxy {
	t.Helper()
	p := &proxy{}
	forward := &httputil.ReverseProxy{Rewrite: func(r *httputil.ProxyRequest) {
		to, err := url.Parse(*p.to.Load())
		if err != nil {
			t.Error(err)
		}
		r.SetURL(to)
	}}
	p.Server = httptest.NewServer(forward)
	t.Cleanup(p.Close)
	return p
}

// server is the program at work beside a fake Slack.
type server struct {
	*process
	fake *fakeslack.Slack
	url  string
}

var listening = regexp.MustCompile(`"address":"([^"]+)"`)

// serving starts the program and waits until it is ready.
func serving(t *testing.T, fake *fakeslack.Slack, proxy *proxy, path string, args ...string) *server {
	t.Helper()
	s := &server{process: start(t, append([]string{"serve", "--config", path}, args...)...), fake: fake}
	found := listening.FindStringSubmatch(s.wait(`"accept_only":`))
	if found == nil {
		t.Fatal("the log does not say where it listens")
	}
	s.url = "http://" + found[1]
	proxy.to.Store(&s.url)
	ticker := time.NewTicker(10 * time.Millisecond)
	defer ticker.Stop()
	patience := time.After(20 * time.Second)
	for {
		status, line := s.get("/readyz")
		if status == http.StatusOK {
			return s
		}
		select {
		case <-ticker.C:
		case <-patience:
			t.Fatalf("/readyz: %s", line)
		}
	}
}

func (s *server) get(path string) (int, string) {
	s.t.Helper()
	ctx, cancel := context.WithTimeout(s.t.Context(), 10*time.Second)
	defer cancel()
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, s.url+path, http.NoBody)
	if err != nil {
		s.t.Fatal(err)
	}
	request.Header.Set("Authorization", "Bearer scrape")
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		s.t.Fatal(err)
	}
	defer response.Body.Close()
	body, err := io.ReadAll(response.Body)
	if err != nil {
		s.t.Fatal(err)
	}
	return response.StatusCode, strings.TrimSpace(string(body))
}

// ask lets a member mention aidesk.
func (s *server) ask(text string) {
	s.t.Helper()
	if _, err := s.fake.Post(fakeslack.Ben, fakeslack.General, "<@"+fakeslack.BotUser+"> "+text, ""); err != nil {
		s.t.Fatal(err)
	}
}

// terminate asks the program to end, which it does well.
func (s *server) terminate() {
	s.t.Helper()
	if err := s.cmd.Process.Signal(syscall.SIGTERM); err != nil {
		s.t.Fatal(err)
	}
	s.wait(`"msg":"stopping"`)
	s.wait(`"msg":"stopped"`)
	<-s.ended
	if err := s.cmd.Wait(); err != nil {
		s.t.Errorf("it ended with %v", err)
	}
}

// said reports whether aidesk has said something in the channel.
func said(fake *fakeslack.Slack, text string) bool {
	for _, m := range fake.From(fakeslack.General) {
		if strings.Contains(m.Text, text) {
			return true
		}
	}
	return false
}

// acknowledged counts the mentions that aidesk has taken in.
func acknowledged(fake *fakeslack.Slack) int {
	ids := map[string]bool{}
	for _, d := range fake.Deliveries() {
		if d.Acked && bytes.Contains(d.Payload, []byte(`"app_mention"`)) {
			ids[d.Receipt] = true
		}
	}
	return len(ids)
}
