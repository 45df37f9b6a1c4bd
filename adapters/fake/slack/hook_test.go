package slack_test

import (
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/slack-go/slack"

	"aidesk/adapters/fake/faketest"
	fakeslack "aidesk/adapters/fake/slack"
)

// got is one request that an app received.
type got struct {
	path, kind, body string
	retry, reason    string
}

// listen serves an app that checks signatures and answers as it is told.
func listen(t *testing.T, answer func(w http.ResponseWriter, r got)) (string, chan got) {
	t.Helper()
	seen := make(chan got, 100)
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		v, err := slack.NewSecretsVerifier(r.Header, fakeslack.SigningSecret)
		if err == nil {
			_, _ = v.Write(body)
			err = v.Ensure()
		}
		if err != nil {
			t.Errorf("signature: %v", err)
		}
		g := got{r.URL.Path, r.Header.Get("Content-Type"), string(body), r.Header.Get("X-Slack-Retry-Num"), r.Header.Get("X-Slack-Retry-Reason")}
		seen <- g
		answer(w, g)
	}))
	t.Cleanup(server.Close)
	return server.URL, seen
}

// TestHTTP: events, commands and presses are signed and say the same as sockets do.
func TestHTTP(t *testing.T) {
	t.Parallel()
	base, seen := listen(t, func(w http.ResponseWriter, r got) {
		switch {
		case strings.Contains(r.body, "challenge"):
			var said struct {
				Challenge string `json:"challenge"`
			}
			_ = json.Unmarshal([]byte(r.body), &said)
			_, _ = io.WriteString(w, said.Challenge)
		case r.path == "/slack/commands":
			w.Header().Set("Content-Type", "application/json")
			_, _ = io.WriteString(w, `{"response_type":"in_channel","text":"hello all"}`)
		}
	})
	s := start(t, fakeslack.Config{App: fakeslack.DefaultApp().WithHTTP(base)})
	if err := s.Verify(t.Context()); err != nil {
		t.Error(err)
	}
	if err := s.CheckSSL(t.Context()); err != nil {
		t.Error(err)
	}
	<-seen
	<-seen
	ts, _ := s.Post(fakeslack.Ada, fakeslack.General, "<@"+fakeslack.BotUser+"> hi", "")
	event := <-seen
	var outer struct {
		TeamID string `json:"team_id"`
		Event  struct {
			Type string `json:"type"`
			TS   string `json:"ts"`
		} `json:"event"`
	}
	if err := json.Unmarshal([]byte(event.body), &outer); err != nil || event.path != "/slack/events" || event.kind != "application/json" ||
		outer.TeamID != fakeslack.TeamID || outer.Event.Type != "app_mention" || outer.Event.TS != ts {
		t.Errorf("got %+v", event)
	}
	r, err := s.Command(fakeslack.Ada, fakeslack.General, "/aidesk", "a&b=c é")
	faketest.Result(t, r, err)
	command := <-seen
	if !strings.Contains(command.body, "text=a%26b%3Dc+%C3%A9") || command.path != "/slack/commands" {
		t.Errorf("got %+v", command)
	}
	if m := s.From(fakeslack.General); len(m) != 1 || m[0].Text != "hello all" || m[0].To != "" {
		t.Errorf("shown is %+v", m)
	}
	r, err = s.Press(fakeslack.Ada, fakeslack.General, button(t, s, fakeslack.General, ""), "go")
	faketest.Result(t, r, err)
	press := <-seen
	if !strings.HasPrefix(press.body, "payload=%7B") || press.path != "/slack/interactivity" {
		t.Errorf("got %+v", press)
	}
	faketest.Idle(t, s)
}

// TestHTTPRetries: an event comes again at once, after a minute and after five, with
// the reason; then it is given up.
func TestHTTPRetries(t *testing.T) {
	t.Parallel()
	late := make(chan struct{})
	base, seen := listen(t, func(w http.ResponseWriter, r got) {
		switch r.retry {
		case "":
			w.WriteHeader(http.StatusServiceUnavailable)
		case "1":
			<-late
		case "2":
			panic(http.ErrAbortHandler)
		default:
			w.WriteHeader(http.StatusInternalServerError)
		}
	})
	t.Cleanup(func() { close(late) }) // before the server is closed
	clock := faketest.NewClock(monday)
	s := start(t, fakeslack.Config{App: fakeslack.DefaultApp().WithHTTP(base), Clock: clock, Stamp: time.Now})
	if _, err := s.Post(fakeslack.Ada, s.DM(fakeslack.Ada), "hello", ""); err != nil {
		t.Fatal(err)
	}
	ended := func(n int) {
		t.Helper()
		faketest.Until(t, s, "an attempt to end", func() bool { return len(s.Deliveries()) == n })
		if err := clock.Wait(t.Context(), 1); err != nil {
			t.Fatal(err)
		}
	}
	<-seen // 503, so again at once, and then too late
	<-seen
	ended(1)
	clock.Advance(3 * time.Second)
	ended(2)
	clock.Advance(time.Minute)
	<-seen // cut
	ended(3)
	clock.Advance(5 * time.Minute)
	<-seen
	faketest.Idle(t, s)
	var reasons []string
	for _, d := range s.Deliveries() {
		reasons = append(reasons, d.Failure)
	}
	if diff := cmp.Diff([]string{"http_error", "http_timeout", "connection_failed", "http_error"}, reasons); diff != "" {
		t.Errorf("failures (-want +got):\n%s", diff)
	}
	if d := s.Deliveries(); d[1].Reason != "http_error" || d[3].Reason != "connection_failed" || d[1].Took != 3*time.Second {
		t.Errorf("deliveries %+v", d)
	}
}

// TestHTTPNoRetry: an app can say that it does not want an event again; a press never
// comes again.
func TestHTTPNoRetry(t *testing.T) {
	t.Parallel()
	base, seen := listen(t, func(w http.ResponseWriter, _ got) {
		w.Header().Set("X-Slack-No-Retry", "1")
		w.WriteHeader(http.StatusInternalServerError)
	})
	s := start(t, fakeslack.Config{App: fakeslack.DefaultApp().WithHTTP(base)})
	if _, err := s.Post(fakeslack.Ada, s.DM(fakeslack.Ada), "hello", ""); err != nil {
		t.Fatal(err)
	}
	faketest.Idle(t, s)
	r, err := s.Press(fakeslack.Ada, fakeslack.General, button(t, s, fakeslack.General, ""), "go")
	if err != nil {
		t.Fatal(err)
	}
	if d, err := r.Wait(t.Context()); err == nil || d.Status != http.StatusInternalServerError {
		t.Errorf("%+v, %v", d, err)
	}
	if len(seen) != 2 {
		t.Errorf("%d requests", len(seen))
	}
	if err := s.Verify(t.Context()); err == nil {
		t.Error("a URL that does not repeat the challenge was taken")
	}
}

// TestEvents: what the app hears of, and what not.
func TestEvents(t *testing.T) {
	t.Parallel()
	base, _ := listen(t, func(http.ResponseWriter, got) {})
	app := fakeslack.DefaultApp().WithHTTP(base)
	app.Events = append(app.Events, "message.channels", "message.groups")
	s := start(t, fakeslack.Config{App: app})
	heard := func(what string, do func(), want ...string) {
		t.Helper()
		faketest.Idle(t, s)
		before := len(s.Deliveries())
		do()
		faketest.Idle(t, s)
		got := []string{}
		for _, d := range s.Deliveries()[before:] {
			var p struct {
				Event struct {
					Type    string `json:"type"`
					Subtype string `json:"subtype"`
				} `json:"event"`
			}
			if err := json.Unmarshal(d.Payload, &p); err != nil {
				t.Fatal(err)
			}
			got = append(got, strings.TrimSpace(p.Event.Type+" "+p.Event.Subtype))
		}
		slices.Sort(got) // in which order they arrive is not promised
		if diff := cmp.Diff(append([]string{}, want...), got); diff != "" {
			t.Errorf("%s (-want +got):\n%s", what, diff)
		}
	}
	post := func(user, channel, text string) (ts string) {
		t.Helper()
		ts, err := s.Post(user, channel, text, "")
		if err != nil {
			t.Fatal(err)
		}
		return ts
	}
	var ts string
	heard("a message", func() { ts = post(fakeslack.Ada, fakeslack.General, "https://e.com") }, "message")
	heard("a preview", func() { _ = s.Unfurl(fakeslack.General, ts, "https://e.com") }, "message message_changed")
	heard("an edit", func() { _ = s.Edit(fakeslack.Ada, fakeslack.General, ts, "b") }, "message message_changed")
	heard("a deletion", func() { _ = s.Delete(fakeslack.Ada, fakeslack.General, ts) }, "message message_deleted")
	heard("a direct message", func() { post(fakeslack.Ada, s.DM(fakeslack.Ada), "<@"+fakeslack.BotUser+">") }, "message")
	heard("a private channel", func() { post(fakeslack.Ada, fakeslack.Closed, "a") }, "message")
	heard("where the bot is not", func() { post(fakeslack.Ada, fakeslack.Quiet, "<@"+fakeslack.BotUser+">") })
	heard("its own message", func() {
		_, own, err := client(s).PostMessageContext(t.Context(), fakeslack.General, slack.MsgOptionText("mine <@"+fakeslack.BotUser+">", false))
		if err != nil {
			t.Fatal(err)
		}
		_, _, _, err = client(s).UpdateMessageContext(t.Context(), fakeslack.General, own, slack.MsgOptionText("mine!", false))
		if err != nil {
			t.Fatal(err)
		}
	}, "message", "message message_changed")
	heard("what it cannot understand", func() { s.Inject(fakeslack.Events, []byte(`{"type":"event_callback","event":{"type":"dance"}}`)) }, "dance")
	s.SetScopes("chat:write")
	heard("without a scope", func() { post(fakeslack.Ada, fakeslack.General, "<@"+fakeslack.BotUser+">") })
	heard("the end", func() { s.Uninstall() }, "app_uninstalled", "tokens_revoked")
	_, err := client(s).AuthTestContext(t.Context())
	refused(t, err, "account_inactive")
	if err := s.Edit(fakeslack.Ben, fakeslack.General, ts, "x"); err == nil {
		t.Error("somebody edited what another wrote")
	}
	if _, err := s.Post(fakeslack.Del, fakeslack.General, "x", ""); err == nil {
		t.Error("somebody who is gone wrote")
	}
	if _, err := s.Post(fakeslack.Ada, fakeslack.Old, "x", ""); err == nil {
		t.Error("somebody wrote into an archived channel")
	}
}
