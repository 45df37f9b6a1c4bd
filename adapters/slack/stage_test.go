package slack_test

import (
	"context"
	"encoding/json"
	"errors"
	"log/slog"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"aidesk/adapters/adaptertest"
	"aidesk/adapters/fake"
	"aidesk/adapters/fake/faketest"
	fakeslack "aidesk/adapters/fake/slack"
	"aidesk/adapters/slack"
	"aidesk/adapters/slack/setup"
	"aidesk/core/chat"
	"aidesk/core/markdown"
)

// grammar is a small table of commands.
var grammar = chat.Grammar{
	{Name: "plugins", Summary: "See plugins", Verbs: []chat.Verb{
		{Name: "", Summary: "The list", Example: "/plugins"},
		{Name: "run", Summary: "Use an operation", Example: "/plugins run NAME", Form: true, Options: []chat.Option{{Name: "operation", Kind: chat.Word, Required: true}}},
	}},
	{Name: "plugins-admin", Summary: "Add plugins", Who: chat.Admins, Verbs: []chat.Verb{
		{Name: "add", Summary: "Add one", Example: "/plugins-admin add example.com", Options: []chat.Option{{Name: "source", Kind: chat.Word, Required: true}}},
	}},
	{Name: "aidesk", Summary: "Ask", Verbs: []chat.Verb{
		{Name: "ask", Summary: "Ask a question", Example: "/aidesk ask why?", Options: []chat.Option{{Name: "question", Kind: chat.Rest, Required: true}}},
	}},
}

// stage is a fake Slack with an adapter that runs against it.
type stage struct {
	*fakeslack.Slack
	t       *testing.T
	adapter *slack.Adapter
	desk    *adaptertest.Recorder
	keeper  *adaptertest.Memory
	config  slack.Config
	log     *adaptertest.Log
	app     fakeslack.App
	clock   fake.Clock // of the fake; nil: the real time
	door    *faketest.Handler
	stop    func()
}

// modes are the two ways in.
var modes = []string{slack.ModeSocket, slack.ModeHTTP}

// both runs a test in both modes.
func both(t *testing.T, test func(s *stage)) {
	t.Helper()
	for _, mode := range modes {
		t.Run(mode, func(t *testing.T) {
			t.Parallel()
			test(play(t, mode))
		})
	}
}

// play is prepare with an adapter that runs.
func play(t *testing.T, mode string, changes ...func(*stage)) *stage {
	t.Helper()
	s := prepare(t, mode, changes...)
	s.run()
	return s
}

// prepare makes a stage whose adapter does not run yet.
func prepare(t *testing.T, mode string, changes ...func(*stage)) *stage {
	t.Helper()
	s := &stage{t: t, desk: &adaptertest.Recorder{}, keeper: &adaptertest.Memory{}, log: &adaptertest.Log{}, door: &faketest.Handler{}}
	manifest, err := setup.Manifest(mode, "https://desk.example.com", grammar)
	if err != nil {
		t.Fatal(err)
	}
	if s.app, err = fakeslack.ParseManifest(manifest); err != nil {
		t.Fatal(err)
	}
	if mode == slack.ModeHTTP {
		server := httptest.NewServer(s.door)
		t.Cleanup(server.Close)
		s.app = s.app.WithHTTP(server.URL)
	}
	s.config = slack.Config{
		Mode: mode, BotToken: fakeslack.BotToken, AppToken: fakeslack.AppToken, SigningSecret: fakeslack.SigningSecret, Grammar: grammar,
		Logger: slog.New(slog.NewTextHandler(s.log, &slog.HandlerOptions{Level: slog.LevelDebug})),
		Now:    func() time.Time { return time.Now().Add(time.Minute) }, // what was sent just now is old enough to be looked for
	}
	for _, change := range changes {
		change(s)
	}
	s.Slack = faketest.Slack(t, fakeslack.Config{App: s.app, Clock: s.clock})
	s.config.APIBaseURL = s.APIURL()
	s.config.Files = faketest.Files(t, s.APIURL())
	t.Cleanup(func() {
		for _, secret := range []string{fakeslack.BotToken, fakeslack.AppToken, fakeslack.SigningSecret} {
			if strings.Contains(s.log.String(), secret) {
				t.Errorf("the log has %s:\n%s", secret, s.log)
			}
		}
	})
	return s
}

// open makes an adapter that does not run yet.
func (s *stage) open() *slack.Adapter {
	s.t.Helper()
	a, err := slack.New(s.config)
	if err != nil {
		s.t.Fatal(err)
	}
	s.door.Set(a.Handler())
	return a
}

// run runs an adapter until the test ends or stop is called.
func (s *stage) run() {
	s.t.Helper()
	s.adapter = s.open()
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	go func() { ended <- s.adapter.Run(ctx, s.desk, s.keeper) }()
	s.stop = sync.OnceFunc(func() {
		cancel()
		if err := <-ended; err != nil && !errors.Is(err, context.Canceled) {
			s.t.Errorf("Run: %v", err)
		}
	})
	s.t.Cleanup(s.stop)
	s.ready(s.adapter)
}

// ready waits until an adapter is.
func (s *stage) ready(a *slack.Adapter) {
	s.t.Helper()
	tick := time.NewTicker(time.Millisecond)
	defer tick.Stop()
	limit := time.After(20 * time.Second)
	for a.Ready() != nil {
		select {
		case <-tick.C:
		case <-limit:
			s.t.Fatalf("the adapter is not ready: %v\n%s", a.Ready(), s.log)
		}
	}
}

// ask posts a mention into a new thread of a channel and returns its event.
func (s *stage) ask(user, channel, text string) chat.Event {
	s.t.Helper()
	s.post(user, channel, "<@"+fakeslack.BotUser+"> "+text, "")
	return s.desk.Next(s.t)
}

// post lets a user write.
func (s *stage) post(user, channel, text, parent string) string {
	s.t.Helper()
	ts, err := s.Post(user, channel, text, parent)
	if err != nil {
		s.t.Fatal(err)
	}
	return ts
}

// done waits until the app acknowledged something, and returns what it said.
func (s *stage) done(r *fakeslack.Receipt, err error) fakeslack.Delivery {
	s.t.Helper()
	if err != nil {
		s.t.Fatal(err)
	}
	d, err := r.Wait(s.t.Context())
	if err != nil {
		s.t.Fatal(err)
	}
	return d
}

// send sends a reply that must arrive.
func (s *stage) send(r chat.Reply, posted string) string {
	s.t.Helper()
	id, err := s.adapter.Send(s.t.Context(), r, posted)
	if err != nil {
		s.t.Fatal(err)
	}
	return id
}

// shown is what somebody reads of messages.
func shown(user string, messages []fakeslack.Message) string {
	var out strings.Builder
	for _, m := range messages {
		if m.Deleted || m.To != "" && m.To != user {
			continue
		}
		if m.Blocks == nil {
			out.WriteString(m.Text + "\n")
		} else {
			out.WriteString(reads(m.Blocks) + "\n")
		}
		for _, f := range m.Files {
			out.WriteString(f.Name + "\n" + string(f.Content) + "\n")
		}
	}
	return out.String()
}

// reads is what can be read in blocks, in its order.
func reads(blocks json.RawMessage) string {
	var v any
	if err := json.Unmarshal(blocks, &v); err != nil {
		return err.Error()
	}
	var out strings.Builder
	var walk func(v any)
	walk = func(v any) {
		switch v := v.(type) {
		case []any:
			for _, e := range v {
				walk(e)
			}
		case map[string]any:
			for _, key := range []string{"text", "url", "image_url", "alt_text", "elements", "element", "accessory", "rows", "fields", "label", "hint"} {
				if s, ok := v[key].(string); ok {
					out.WriteString(s + "\n")
				} else {
					walk(v[key])
				}
			}
		}
	}
	walk(v)
	return out.String()
}

// button finds the newest button with a label: its message and id.
func (s *stage) button(channel, label string) (ts, id string) {
	s.t.Helper()
	for _, m := range slices.Backward(s.From(channel)) {
		if id := idOf(m.Blocks, label); id != "" {
			return m.TS, id
		}
	}
	s.t.Fatalf("no button %q is shown:\n%s", label, shown("", s.Messages(channel)))
	return "", ""
}

// idOf is the action_id of the button with a label.
func idOf(blocks json.RawMessage, label string) string {
	type button struct {
		Type string `json:"type"`
		ID   string `json:"action_id"`
		Text struct {
			Text string `json:"text"`
		} `json:"text"`
	}
	var all []struct {
		Elements  json.RawMessage `json:"elements"`
		Accessory button          `json:"accessory"`
	}
	if json.Unmarshal(blocks, &all) != nil {
		return ""
	}
	for _, b := range all {
		var elements []button
		_ = json.Unmarshal(b.Elements, &elements)
		for _, e := range append(elements, b.Accessory) {
			if e.Type == "button" && e.Text.Text == label {
				return e.ID
			}
		}
	}
	return ""
}

// text is a text of one paragraph.
func text(s string) markdown.Document { return markdown.New(markdown.Paragraph(markdown.Text(s))) }
