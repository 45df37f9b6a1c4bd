package discord_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"aidesk/adapters/adaptertest"
	"aidesk/adapters/discord"
	fakediscord "aidesk/adapters/fake/discord"
	"aidesk/adapters/fake/faketest"
	"aidesk/core/chat"
	"aidesk/core/markdown"
)

// grammar is a small table of commands.
var grammar = chat.Grammar{
	{Name: "plugins", Summary: "See plugins", Verbs: []chat.Verb{
		{Name: "", Summary: "The list", Example: "/plugins"},
		{Name: "list", Summary: "The list", Example: "/plugins list"},
		{Name: "enable", Summary: "Use a plugin", Example: "/plugins enable NAME", Options: []chat.Option{{Name: "plugin", Kind: chat.Rest, Required: true, Completes: true}}},
		{Name: "run", Summary: "Use an operation", Example: "/plugins run NAME", Form: true, Options: []chat.Option{{Name: "operation", Kind: chat.Word, Required: true}}},
	}},
	{Name: "plugins-admin", Summary: "Add plugins", Who: chat.Admins, Verbs: []chat.Verb{
		{Name: "add", Summary: "Add one", Example: "/plugins-admin add example.com", Options: []chat.Option{{Name: "source", Kind: chat.Word, Required: true}}},
		{Name: "default", Summary: "For everyone", Example: "/plugins-admin default on", Options: []chat.Option{{Name: "state", Kind: chat.Choice, Choices: []string{"on", "off"}, Required: true}}},
	}},
	{Name: "aidesk", Summary: "Ask", Verbs: []chat.Verb{
		{Name: "ask", Summary: "Ask a question", Example: "/aidesk ask why?", Options: []chat.Option{{Name: "question", Kind: chat.Rest, Required: true}}},
		{Name: "stop", Summary: "Stop", Example: "/aidesk stop"},
	}},
}

// mention is how a member calls the bot.
const mention = "<@" + fakediscord.BotUser + "> "

// The ways in which interactions come.
const (
	gateway = "gateway"
	web     = "http"
)

var modes = []string{gateway, web}

// judge holds what is sent against Discord's own document, made once; nil: there are no
// corpora.
var judge = sync.OnceValues(func() (*faketest.Judge, error) {
	dir := os.Getenv("AIDESK_CORPORA")
	if dir == "" {
		return nil, nil
	}
	return faketest.NewJudge(filepath.Join(dir, "specs", "discord__openapi_v10_2026-07.json"))
})

// front is where the adapter is reached that runs now.
type front struct{ now atomic.Pointer[http.Handler] }

func (f *front) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if h := f.now.Load(); h != nil {
		(*h).ServeHTTP(w, r)
		return
	}
	http.Error(w, "nobody is there", http.StatusServiceUnavailable)
}

// stage is a fake Discord with an adapter that runs against it.
type stage struct {
	*fakediscord.Discord
	t       testing.TB
	adapter *discord.Adapter
	desk    *adaptertest.Recorder
	keeper  *adaptertest.Memory
	config  discord.Config
	fake    fakediscord.Config
	log     *paper
	front   *front
	stop    func() error
	over    atomic.Bool // Run has ended
	silent  time.Duration
}

type ctx = context.Context

// ended says whether Run has ended by itself.
func (s *stage) ended() bool { return s.over.Load() }

// paper is a log that can be read.
type paper struct {
	mu   sync.Mutex
	text bytes.Buffer
}

func (p *paper) Write(data []byte) (int, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.text.Write(data)
}

func (p *paper) String() string {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.text.String()
}

// both runs a test with both ways in.
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
func play(t testing.TB, mode string, changes ...func(*stage)) *stage {
	t.Helper()
	s := prepare(t, mode, changes...)
	s.run()
	return s
}

// prepare makes a stage whose adapter does not run yet.
func prepare(t testing.TB, mode string, changes ...func(*stage)) *stage {
	t.Helper()
	s := &stage{t: t, desk: &adaptertest.Recorder{}, keeper: &adaptertest.Memory{}, log: &paper{}, front: &front{}}
	s.config = discord.Config{
		Token: fakediscord.Token, Grammar: grammar,
		Logger: slog.New(slog.NewTextHandler(s.log, &slog.HandlerOptions{Level: slog.LevelDebug})),
		Now:    func() time.Time { return time.Now().Add(time.Minute) }, // what was sent just now is old enough to be looked for
	}
	if mode == web {
		server := httptest.NewServer(s.front)
		t.Cleanup(server.Close)
		s.config.PublicKey = fakediscord.PublicKey
		s.fake.InteractionsURL = server.URL + discord.PathInteractions
	}
	for _, change := range changes {
		change(s)
	}
	s.Discord = faketest.Discord(t, s.fake)
	if j, err := judge(); err != nil {
		t.Fatal(err)
	} else if j != nil {
		j.Attach(t, s.Discord)
	}
	s.config.APIBaseURL = s.APIURL()
	s.config.Files = faketest.Files(t, s.APIURL())
	t.Cleanup(func() {
		s.safe()
		if t.Failed() && testing.Verbose() {
			t.Logf("the log:\n%s", s.log)
		}
	})
	return s
}

// safe checks what must hold whatever happened: no secret in the log, and nothing sent
// that could ping others than the asker or that Discord would not take.
func (s *stage) safe() {
	s.t.Helper()
	if strings.Contains(s.log.String(), fakediscord.Token) {
		s.t.Error("the token stands in the log")
	}
	for _, r := range s.Requests() {
		if strings.HasPrefix(r.Path, "/interactions/") || strings.HasPrefix(r.Path, "/webhooks/") {
			if parts := strings.Split(r.Path, "/"); len(parts) > 3 && strings.Contains(s.log.String(), parts[3]) {
				s.t.Error("the token of an interaction stands in the log")
			}
		}
		var body struct {
			Data json.RawMessage `json:"data"`
		}
		data := r.Body
		if json.Unmarshal(data, &body) == nil && len(body.Data) > 0 {
			data = body.Data
		}
		var m struct {
			Content  *string                          `json:"content"`
			Mentions *struct{ Parse, Users []string } `json:"allowed_mentions"`
		}
		if r.Method == http.MethodGet || json.Unmarshal(data, &m) != nil || m.Content == nil {
			continue
		}
		if m.Mentions == nil || m.Mentions.Parse == nil || len(m.Mentions.Parse) > 0 || len(m.Mentions.Users) > 1 {
			s.t.Errorf("%s may ping: %s", r.Name(), data)
		}
	}
}

// open makes an adapter; it is the one that is reached from now on.
func (s *stage) open() *discord.Adapter {
	s.t.Helper()
	a, err := discord.New(s.config)
	if err != nil {
		s.t.Fatal(err)
	}
	discord.Hasten(a, s.silent)
	h := a.Handler()
	s.front.now.Store(&h)
	return a
}

// run runs an adapter until the test ends or stop is called.
func (s *stage) run() {
	s.t.Helper()
	s.begin()
	s.ready(s.adapter)
}

// begin is run without waiting until it is ready.
func (s *stage) begin() {
	s.t.Helper()
	s.adapter = s.open()
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	go func(a *discord.Adapter) {
		err := a.Run(ctx, s.desk, s.keeper)
		s.over.Store(true)
		ended <- err
	}(s.adapter)
	var once sync.Once
	var err error
	s.stop = func() error {
		once.Do(func() {
			cancel()
			select {
			case err = <-ended:
			case <-time.After(20 * time.Second):
				s.t.Error("Run did not end")
			}
		})
		return err
	}
	s.t.Cleanup(func() { _ = s.stop() })
}

// ready waits until an adapter is.
func (s *stage) ready(a *discord.Adapter) {
	s.t.Helper()
	s.await("the adapter to be ready", func() bool { return a.Ready() == nil && len(s.Commands()) > 0 })
}

// await waits for something that nobody tells of.
func (s *stage) await(what string, ok func() bool) {
	s.t.Helper()
	tick := time.NewTicker(2 * time.Millisecond)
	defer tick.Stop()
	limit := time.After(20 * time.Second)
	for !ok() {
		select {
		case <-tick.C:
		case <-limit:
			s.t.Fatalf("waited for %s in vain; the log:\n%s", what, s.log)
		}
	}
}

func (s *stage) must(err error) {
	s.t.Helper()
	if err != nil {
		s.t.Fatal(err)
	}
}

// post lets a user write and returns the id of the message.
func (s *stage) post(user, channel, text string) string {
	s.t.Helper()
	id, err := s.Post(user, channel, text, fakediscord.PostOptions{})
	s.must(err)
	return id
}

// done waits for the answer to an interaction.
func (s *stage) done(r *fakediscord.Receipt, err error) fakediscord.Answer {
	s.t.Helper()
	s.must(err)
	a, err := r.Wait(s.t.Context())
	s.must(err)
	return a
}

// next is the next event.
func (s *stage) next() chat.Event {
	s.t.Helper()
	return s.desk.Next(s.t)
}

// settle waits until an event of ours was received, so that whatever came before was.
func (s *stage) settle() []chat.Event {
	s.t.Helper()
	const last = "the very last"
	s.post(fakediscord.Owner, fakediscord.General, mention+last)
	var got []chat.Event
	for e := s.next(); e.Message == nil || e.Message.Text != last; e = s.next() {
		got = append(got, e)
	}
	return got
}

// send sends a reply that must arrive.
func (s *stage) send(r chat.Reply, posted string) string {
	s.t.Helper()
	for {
		id, err := s.adapter.Send(s.t.Context(), r, posted)
		if later, ok := errors.AsType[*chat.Later](err); ok {
			select {
			case <-time.After(later.After):
				continue
			case <-s.t.Context().Done():
				s.t.Fatal(s.t.Context().Err())
			}
		}
		s.must(err)
		return id
	}
}

// button finds the last button with a label in a channel, also on an older version.
func (s *stage) button(channel, label string) (message, id string) {
	s.t.Helper()
	for _, m := range s.Messages(channel) {
		for _, v := range m.Versions {
			var rows []struct {
				Components []struct {
					Label    string `json:"label"`
					CustomID string `json:"custom_id"`
				} `json:"components"`
			}
			_ = json.Unmarshal(v.Components, &rows)
			for _, row := range rows {
				for _, b := range row.Components {
					if b.Label == label {
						message, id = m.ID, b.CustomID
					}
				}
			}
		}
	}
	if id == "" {
		s.t.Fatalf("no button %q in %s", label, channel)
	}
	return message, id
}

// visit makes the bot known to a member: it uses a button there that is none.
func (s *stage) visit(user, server string) {
	s.t.Helper()
	before := len(s.Requests())
	s.Inject("INTERACTION_CREATE", json.RawMessage(fmt.Sprintf(
		`{"id":"899999999999999999","application_id":%q,"type":3,"token":"visit","guild_id":%q,"channel_id":%q,"member":{"user":{"id":%q}},"data":{"custom_id":"none"}}`,
		fakediscord.ApplicationID, server, fakediscord.General, user)))
	s.await("a visit", func() bool {
		for _, r := range s.Requests()[before:] {
			if strings.Contains(r.Path, "/visit/") {
				return true
			}
		}
		return false
	})
}

// shown is all that a user was shown in a channel, and in passing.
func (s *stage) shown(user, channel string) string {
	var b strings.Builder
	add := func(m fakediscord.Message) {
		fmt.Fprintf(&b, "%s\n%s\n%s\n", m.Text, m.Embeds, m.Components)
		for _, f := range m.Files {
			fmt.Fprintf(&b, "%s\n%s\n", f.Name, f.Content)
		}
	}
	for _, m := range s.From(channel) {
		add(m)
	}
	for _, m := range s.Ephemerals(user) {
		add(m)
	}
	if dm := s.DM(user); dm != channel {
		for _, m := range s.From(dm) {
			add(m)
		}
	}
	return b.String()
}

// text is a text of one paragraph.
func text(words string) markdown.Document {
	return markdown.New(markdown.Paragraph(markdown.Text(words)))
}
