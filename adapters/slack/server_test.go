package slack_test

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strconv"
	"strings"
	"testing"
	"time"

	fakeslack "aidesk/adapters/fake/slack"
	"aidesk/adapters/slack"
)

// sign signs a body as Slack does.
func sign(h http.Header, secret string, at time.Time, body string) {
	stamp := strconv.FormatInt(at.Unix(), 10)
	mac := hmac.New(sha256.New, []byte(secret))
	mac.Write([]byte("v0:" + stamp + ":" + body))
	h.Set("X-Slack-Request-Timestamp", stamp)
	h.Set("X-Slack-Signature", "v0="+hex.EncodeToString(mac.Sum(nil)))
}

// TestDoor: what is not from Slack, or cannot be read, gets the right status and
// reaches nobody.
func TestDoor(t *testing.T) {
	t.Parallel()
	s := play(t, slack.ModeHTTP)
	server := httptest.NewServer(s.door)
	t.Cleanup(server.Close)
	const (
		kindJSON = "application/json"
		kindForm = "application/x-www-form-urlencoded"
		secret   = fakeslack.SigningSecret
	)
	now := s.config.Now
	event := string(wrap(`{"type":"app_mention","user":"U00000ADA","text":"hi","ts":"1700000000.000300","channel":"C0GENERAL"}`))
	press := "payload=" + url.QueryEscape(`{"type":"block_actions","user":{"id":"U1"},"channel":{"id":"C1"},"actions":[{"type":"button","action_id":"b","action_ts":"1.000001"}]}`)
	for _, c := range []struct {
		name, method, path, kind, body string
		secret                         string // empty: not signed
		at                             time.Time
		status                         int
		answer                         string
	}{
		{name: "not signed", path: "/slack/events", kind: kindJSON, body: event, status: 401},
		{name: "signed by another", path: "/slack/events", kind: kindJSON, body: event, secret: "guess", at: now(), status: 401},
		{name: "signed long ago", path: "/slack/events", kind: kindJSON, body: event, secret: secret, at: now().Add(-6 * time.Minute), status: 401},
		{name: "signed tomorrow", path: "/slack/events", kind: kindJSON, body: event, secret: secret, at: now().Add(6 * time.Minute), status: 401},
		{name: "not by POST", method: http.MethodGet, path: "/slack/events", status: 405},
		{name: "of another type", path: "/slack/events", kind: "text/plain", body: event, secret: secret, at: now(), status: 415},
		{name: "an event as a form", path: "/slack/events", kind: kindForm, body: event, secret: secret, at: now(), status: 415},
		{name: "too long", path: "/slack/events", kind: kindJSON, body: strings.Repeat(" ", 10<<20), secret: secret, at: now(), status: 413},
		{name: "no JSON", path: "/slack/events", kind: kindJSON, body: "{", secret: secret, at: now(), status: 400},
		{name: "nothing", path: "/slack/events", kind: kindJSON, secret: secret, at: now(), status: 400},
		{name: "payload in the query", path: "/slack/interactivity?" + press, kind: kindForm, secret: secret, at: now(), status: 400},
		{name: "command in the query", path: "/slack/commands?command=/plugins&user_id=U1", kind: kindForm, secret: secret, at: now(), status: 400},
		{name: "press not signed", path: "/slack/interactivity", kind: kindForm, body: press, status: 401},
		{name: "elsewhere", path: "/slack/other", kind: kindJSON, body: event, secret: secret, at: now(), status: 404},
		{name: "challenge not signed", path: "/slack/events", kind: kindJSON, body: `{"type":"url_verification","challenge":"abc"}`, status: 401},
		{name: "challenge", path: "/slack/events", kind: kindJSON, body: `{"type":"url_verification","challenge":"abc"}`, secret: secret, at: now(), status: 200, answer: `{"challenge":"abc"}`},
		{name: "certificate", path: "/slack/commands", kind: kindForm, body: "ssl_check=1&token=x", status: 200},
	} {
		method := c.method
		if method == "" {
			method = http.MethodPost
		}
		req, err := http.NewRequestWithContext(t.Context(), method, server.URL+c.path, strings.NewReader(c.body))
		if err != nil {
			t.Fatal(err)
		}
		req.Header.Set("Content-Type", c.kind)
		if c.secret != "" {
			sign(req.Header, c.secret, c.at, c.body)
		}
		resp, err := http.DefaultClient.Do(req)
		if err != nil {
			t.Fatalf("%s: %v", c.name, err)
		}
		answer, _ := io.ReadAll(resp.Body)
		_ = resp.Body.Close()
		if resp.StatusCode != c.status || c.answer != "" && strings.TrimSpace(string(answer)) != c.answer {
			t.Errorf("%s: got %d %q; want %d %q", c.name, resp.StatusCode, answer, c.status, c.answer)
		}
	}
	if got := s.desk.Events(); len(got) > 0 {
		t.Errorf("aidesk received %+v", got)
	}
}

// TestReplay: a request that is sent twice gives the same event, which aidesk keeps
// once.
func TestReplay(t *testing.T) {
	t.Parallel()
	s := play(t, slack.ModeHTTP)
	body := string(wrap(`{"type":"app_mention","user":"U00000ADA","text":"hi","ts":"1700000000.000300","channel":"C0GENERAL"}`))
	header := http.Header{"Content-Type": {"application/json"}}
	sign(header, fakeslack.SigningSecret, s.config.Now(), body)
	for range 2 {
		req := httptest.NewRequestWithContext(t.Context(), http.MethodPost, "/slack/events", strings.NewReader(body))
		req.Header = header
		answer := httptest.NewRecorder()
		s.adapter.Handler().ServeHTTP(answer, req)
		if answer.Code != http.StatusOK {
			t.Errorf("status %d", answer.Code)
		}
	}
	if a, b := s.desk.Next(t), s.desk.Next(t); a.ID != b.ID {
		t.Errorf("ids %s and %s", a.ID, b.ID)
	}
}

// TestResting: before and after Run nothing is received, and Slack is told to try
// again.
func TestResting(t *testing.T) {
	t.Parallel()
	s := prepare(t, slack.ModeHTTP)
	post := func(a *slack.Adapter) int {
		const body = `{"type":"event_callback"}`
		req := httptest.NewRequestWithContext(t.Context(), http.MethodPost, "/slack/events", strings.NewReader(body))
		req.Header.Set("Content-Type", "application/json")
		sign(req.Header, fakeslack.SigningSecret, s.config.Now(), body)
		answer := httptest.NewRecorder()
		a.Handler().ServeHTTP(answer, req)
		return answer.Code
	}
	before := s.open()
	if got := post(before); got != http.StatusServiceUnavailable || before.Ready() == nil {
		t.Errorf("before Run: %d, ready %v", got, before.Ready())
	}
	s.run()
	if got := post(s.adapter); got != http.StatusOK {
		t.Errorf("while it runs: %d", got)
	}
	s.stop()
	if got := post(s.adapter); got != http.StatusServiceUnavailable || s.adapter.Ready() == nil {
		t.Errorf("after Run: %d, ready %v", got, s.adapter.Ready())
	}
}

// TestNew: everything that is missing is named at once.
func TestNew(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		config slack.Config
		want   []string
	}{
		{slack.Config{}, []string{"the bot token (xoxb-…) is missing", "socket mode needs an app token"}},
		{slack.Config{Mode: "http", BotToken: "xoxb-1"}, []string{"http mode needs the signing secret"}},
		{slack.Config{Mode: "smoke", BotToken: "xoxb-1"}, []string{`mode "smoke" is neither socket nor http`}},
		{slack.Config{BotToken: "xoxb-1", AppToken: "xapp-1", APIBaseURL: "nowhere"}, []string{"the base address of the API is none"}},
		{slack.Config{BotToken: "xoxb-1", AppToken: "xapp-1"}, nil},
	} {
		_, err := slack.New(c.config)
		if (err != nil) != (len(c.want) > 0) {
			t.Errorf("%+v: %v", c.config, err)
		}
		for _, w := range c.want {
			if !strings.Contains(err.Error(), w) {
				t.Errorf("%v does not say %q", err, w)
			}
		}
	}
}
