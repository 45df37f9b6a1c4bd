package bottest

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"log/slog"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"aidesk/adapters/adaptertest"
	"aidesk/bots"
	"aidesk/bots/bot"
	"aidesk/core/agent"
	"aidesk/core/audit"
	"aidesk/core/chat"
	"aidesk/core/egress"
	"aidesk/core/model"
	"aidesk/core/model/middleware"
	"aidesk/core/model/script"
	"aidesk/core/plugin"
	"aidesk/core/policy"
	"aidesk/core/preview"
	"aidesk/core/secret"
	"aidesk/store"
	"aidesk/store/bolt"
)

// Setup is what a stage is made of.
type Setup struct {
	Model    model.Model // defaults to a script without steps
	Plugins  []Plugin
	FirstUse string           // of plugins, as the operator chose
	Others   []string         // addresses, host:port, of plugins that an administrator may add
	Price    middleware.Price // of Model
	Access   policy.Access
	Limits   bot.Limits
	Turn     agent.Limits
	Tell     []string // who is told when a limit is near
	Observe  bot.Observer
	Patience time.Duration // with what is away
	Nightly  bool          // the sources of plugins are read anew each night
	Threads  bool          // what was said in a thread before is read, as an administrator may switch it
	Stream   bool          // answers are shown while they are written
	Key      string        // that seals what is entrusted to the desk, as it is configured; one is made where there is none
}

// Plugin is a plugin on loopback.
type Plugin struct {
	Address string // host:port
	Default bool   // enabled for everybody
}

// Stage is a desk that runs on a platform.
type Stage struct {
	Platform
	T      testing.TB
	Clock  *Clock
	Script *script.Model // the model, where it is a script
	Store  store.Store   // changes with Restart

	setup   Setup
	path    string
	secrets *secret.Ring
	board   *board
	log     *adaptertest.Log
	live    *live    // nil: closed
	bot     *bot.Bot // changes with Restart
}

// live is what ends with the process.
type live struct {
	store *mortal
	db    store.Store
	bot   *bot.Bot
	end   context.CancelFunc
	ended chan error
}

// Start opens a desk on a platform until the test ends.
func Start(t testing.TB, p Platform, clock *Clock, setup Setup) *Stage {
	t.Helper()
	if setup.Model == nil {
		setup.Model = script.New()
	}
	s := &Stage{Platform: p, T: t, Clock: clock, setup: setup, path: filepath.Join(t.TempDir(), "desk.db"), board: newBoard(), log: &adaptertest.Log{}}
	s.Script, _ = setup.Model.(*script.Model)
	var err error
	if s.secrets, err = secret.Parse([]string{cmp.Or(setup.Key, secret.Generate("k1"))}); err != nil {
		t.Fatal(err)
	}
	s.open()
	t.Cleanup(func() {
		s.Close()
		if t.Failed() && testing.Verbose() {
			t.Logf("the log of the desk:\n%s", s.log)
		}
	})
	return s
}

func (s *Stage) open() {
	s.T.Helper()
	db, err := bolt.Open(s.path, bolt.Options{Now: s.Clock.Now})
	if err != nil {
		s.T.Fatal(err)
	}
	m := &mortal{Store: db, rests: make(chan struct{}, 1000), waits: make(chan struct{}, 1000)}
	s.Store = m
	if !s.setup.Threads {
		off := store.Record{Key: "threads/desk/" + s.Place.Scope(), Value: []byte("false")}
		if _, err := m.Put(s.T.Context(), off); err != nil && !errors.Is(err, store.ErrConflict) {
			s.T.Fatal(err)
		}
	}
	rules := egress.Rules{AllowAll: true, AllowHosts: slices.Clone(s.setup.Others)}
	var configured []plugin.Configured
	for _, p := range s.setup.Plugins {
		rules.Trusted = append(rules.Trusted, egress.Trusted{Host: p.Address, Plugin: p.Address})
		rules.AllowHosts = append(rules.AllowHosts, p.Address)
		configured = append(configured, plugin.Configured{Source: "http://" + p.Address, Default: p.Default, FirstUse: s.setup.FirstUse})
	}
	guard, err := egress.New(rules)
	if err != nil {
		s.T.Fatal(err)
	}
	logger := slog.New(slog.NewTextHandler(s.log, &slog.HandlerOptions{Level: slog.LevelDebug}))
	registry := &plugin.Registry{Bot: "desk", Records: m, Guard: guard, Logger: logger, Now: s.Clock.Now, Reserve: m.Reserve}
	if err := registry.Configure(s.T.Context(), configured); err != nil {
		s.T.Fatal(err)
	}
	b := &bot.Bot{
		Name: "desk", Adapters: []chat.Adapter{tapped(s.Open(), s.board)}, Plugins: registry, Access: s.setup.Access, Limits: s.setup.Limits,
		Tell: map[string][]string{s.Place.Platform: s.setup.Tell}, Nightly: s.setup.Nightly, Whole: !s.setup.Stream,
		Agent: &agent.Agent{
			Model: s.paid(), Plugins: registry, Persona: "You are the desk of a test.", Limits: s.setup.Turn,
			Previews: &preview.Fetcher{Guard: guard}, Now: s.Clock.Now, Logger: logger,
		},
	}
	registry.Members = b.Member
	s.bot = b
	desk := &bots.Desk{Store: m, Bots: []*bot.Bot{b}, Secrets: s.secrets, Patience: s.setup.Patience, Now: s.Clock.Now, Logger: logger, Observe: s.setup.Observe}
	ctx, end := context.WithCancel(context.Background())
	s.board.add(func() { s.board.desk = nil })
	s.live = &live{store: m, db: db, bot: b, end: end, ended: make(chan error, 1)}
	go func(l *live) { l.ended <- desk.Run(ctx) }(s.live)
	s.board.until(s.T, "the adapter to run", func() bool { return s.board.desk != nil })
}

// paid is the model with each request paid for, where it is a language model.
func (s *Stage) paid() model.Model {
	if s.setup.Model.Info().Literal {
		return s.setup.Model
	}
	return &middleware.Budget{Model: s.setup.Model, Price: s.setup.Price}
}

// Log is all that the desk wrote into its log.
func (s *Stage) Log() string { return s.log.String() }

// Disk is what stands in the store's file.
func (s *Stage) Disk() []byte {
	s.T.Helper()
	data, err := os.ReadFile(s.path)
	if err != nil {
		s.T.Fatal(err)
	}
	return data
}

// Close ends the desk as a shutdown does: what runs comes to its end.
func (s *Stage) Close() {
	s.T.Helper()
	if s.live == nil {
		return
	}
	l := s.live
	s.live = nil
	l.end()
	select {
	case err := <-l.ended:
		if err != nil && !errors.Is(err, context.Canceled) {
			s.T.Errorf("the desk ended with %v", err)
		}
	case <-time.After(patience):
		s.T.Fatalf("the desk did not end within %s", patience)
	}
	if err := l.db.Close(); err != nil {
		s.T.Error(err)
	}
}

// Restart closes the desk and opens it again over the same file. After a kill so much time
// passes that nothing is on its way to the platform any more.
func (s *Stage) Restart() {
	s.T.Helper()
	killed := s.live != nil && s.live.store.dead.Load()
	s.Close()
	if killed {
		s.Clock.Advance(30 * time.Second)
	}
	s.open()
}

// Kill makes the process dead: from now on it writes nothing, whatever it still
// does. Restart ends it and begins the next.
func (s *Stage) Kill() { s.live.store.dead.Store(true) }

// KillAfter kills the process right after the first commit for which is says so
// was written; the channel is closed then.
func (s *Stage) KillAfter(is func(store.Commit) bool) <-chan struct{} {
	dead := make(chan struct{})
	var once sync.Once
	kill := func(c store.Commit) bool {
		if !is(c) {
			return false
		}
		once.Do(func() { close(dead) })
		return true
	}
	s.live.store.after.Store(&kill)
	return dead
}

// rest lets pass the time for which a conversation rests after a failure, once it
// does.
func (s *Stage) rest() {
	s.T.Helper()
	s.Await("a conversation to rest after a failure", s.live.store.rests)
	s.Clock.Advance(2 * time.Second)
}

// KillOnDelivery kills the process when the next message is at the platform, and
// before that is on disk.
func (s *Stage) KillOnDelivery() { s.live.store.last.Store(true) }

// Unknown has the adapter answer with an error who a member is; nil: it answers itself.
func (s *Stage) Unknown(err error) { s.board.add(func() { s.board.unknown = err }) }

// Leave has the adapter say from now on that the workspace has no such member.
func (s *Stage) Leave(member string) { s.board.add(func() { s.board.gone[member] = true }) }

// Give gives a member these roles beside those that the platform knows of.
func (s *Stage) Give(member string, roles ...string) {
	s.board.add(func() { s.board.roles[member] = roles })
}

// Rule makes the rules of the workspace anew, as administrators do.
func (s *Stage) Rule(rules policy.Rules) {
	s.T.Helper()
	value, err := json.Marshal(rules)
	if err != nil {
		s.T.Fatal(err)
	}
	r, err := s.Store.Get(s.T.Context(), "rules/desk/"+s.Place.Scope())
	if err != nil && !errors.Is(err, store.ErrNotFound) {
		s.T.Fatal(err)
	}
	if _, err := s.Store.Put(s.T.Context(), store.Record{Key: "rules/desk/" + s.Place.Scope(), Version: r.Version, Value: value}); err != nil {
		s.T.Fatal(err)
	}
}

// Undelivered waits until a delivery has failed and its next try is on disk.
func (s *Stage) Undelivered() {
	s.T.Helper()
	s.Await("a delivery to fail", s.live.store.waits)
}

// Await waits for a signal.
func (s *Stage) Await(what string, signal <-chan struct{}) {
	s.T.Helper()
	limit := time.NewTimer(patience)
	defer limit.Stop()
	select {
	case <-signal:
	case <-limit.C:
		s.T.Fatalf("waited %s for %s", patience, what)
	}
}

// Tell lets a member say something and returns the event once it is on disk.
func (s *Stage) Tell(member, text string) chat.Event {
	s.T.Helper()
	return s.event("the desk to receive "+text, func() { s.Say(member, text) })
}

// TellIn is Tell in another conversation, named by a word.
func (s *Stage) TellIn(member, thread, text string) chat.Event {
	s.T.Helper()
	return s.event("the desk to receive "+text, func() { s.Thread(member, thread, text) })
}

// Receive gives an event to the desk as the adapter does.
func (s *Stage) Receive(e chat.Event) error {
	s.board.mu.Lock()
	desk := s.board.desk
	s.board.mu.Unlock()
	return desk.Receive(s.T.Context(), e)
}

// Push presses a button and returns the event once it is on disk.
func (s *Stage) Push(member string, b chat.Button) chat.Event {
	s.T.Helper()
	return s.event("the desk to receive a press of "+b.Label, func() { s.Press(member, b) })
}

// Change edits a message, or deletes it where text is empty.
func (s *Stage) Change(member, message, text string) chat.Event {
	s.T.Helper()
	return s.event("the desk to receive a change", func() {
		if text == "" {
			s.Delete(member, message)
		} else {
			s.Edit(member, message, text)
		}
	})
}

// Submit fills in the form that a member sees and returns the event once it is on disk.
func (s *Stage) Submit(member string, inputs ...adaptertest.Filled) chat.Event {
	s.T.Helper()
	return s.event("the desk to receive a form", func() { s.Fill(member, inputs, "") })
}

func (s *Stage) event(what string, cause func()) chat.Event {
	s.T.Helper()
	before := s.count(func() int { return len(s.board.events) })
	cause()
	var e chat.Event
	s.board.until(s.T, what, func() bool {
		if len(s.board.events) > before {
			e = s.board.events[before]
		}
		return e.ID != ""
	})
	return e
}

func (s *Stage) count(n func() int) int {
	s.board.mu.Lock()
	defer s.board.mu.Unlock()
	return n()
}

// Done waits until everything that an event caused was done and shown.
func (s *Stage) Done(e chat.Event) {
	s.T.Helper()
	s.board.until(s.T, "the end of "+e.ID, func() bool { return s.board.settled[e.ID] > 0 })
}

// Again delivers an event once more, as a platform does that heard no answer.
func (s *Stage) Again(e chat.Event) {
	s.T.Helper()
	before := s.count(func() int { return s.board.settled[e.ID] })
	if err := s.Receive(e); err != nil {
		s.T.Fatal(err)
	}
	s.board.until(s.T, "the second end of "+e.ID, func() bool { return s.board.settled[e.ID] > before })
}

// Mark is a point in what was shown.
func (s *Stage) Mark() int { return s.count(func() int { return len(s.board.shown) }) }

// Since is all that was shown since a mark, notes too.
func (s *Stage) Since(mark int) string {
	s.board.mu.Lock()
	defer s.board.mu.Unlock()
	return strings.Join(s.board.shown[mark:], "\n")
}

// Ask says something as the member who asks and returns the reply, when there is
// nothing more to come of it.
func (s *Stage) Ask(text string) chat.Reply {
	s.T.Helper()
	return s.AskAs(s.Member, text)
}

// AskAs is Ask for another member.
func (s *Stage) AskAs(member, text string) chat.Reply {
	s.T.Helper()
	before := s.count(func() int { return len(s.board.sends) })
	s.Done(s.Tell(member, text))
	s.board.mu.Lock()
	defer s.board.mu.Unlock()
	if len(s.board.sends) == before {
		s.T.Fatalf("%q was not answered", text)
	}
	return s.board.sends[len(s.board.sends)-1]
}

// Act presses a button and returns what was shown because of it, notes too.
func (s *Stage) Act(member string, b chat.Button) string {
	s.T.Helper()
	mark := s.Mark()
	s.Done(s.Push(member, b))
	return s.Since(mark)
}

// Wait waits until the newest version of some reply is what the test wants.
func (s *Stage) Wait(what string, is func(chat.Reply) bool) chat.Reply {
	s.T.Helper()
	var found chat.Reply
	s.board.until(s.T, what, func() bool {
		for _, r := range s.board.last() {
			if is(r) {
				found = r
				return true
			}
		}
		return false
	})
	return found
}

// Replies are all replies in their newest version.
func (s *Stage) Replies() []chat.Reply {
	s.board.mu.Lock()
	defer s.board.mu.Unlock()
	return s.board.last()
}

// Now is a reply in its newest version.
func (s *Stage) Now(id string) chat.Reply {
	s.T.Helper()
	i := slices.IndexFunc(s.Replies(), func(r chat.Reply) bool { return r.ID == id })
	if i < 0 {
		s.T.Fatalf("there is no reply %q", id)
	}
	return s.Replies()[i]
}

// Audits are the audit entries of the place's workspace, the newest first.
func (s *Stage) Audits() []audit.Line {
	s.T.Helper()
	var all []audit.Line
	err := s.Store.Audits(s.T.Context(), chat.Key("desk")+"/"+s.Place.Scope(), func(a store.Audit) bool {
		entry, err := audit.Read(a.Body)
		if err != nil {
			s.T.Error(err)
		}
		all = append(all, entry)
		return true
	})
	if err != nil {
		s.T.Fatal(err)
	}
	return all
}

// Button finds a button of a reply by its label.
func (s *Stage) Button(r chat.Reply, label string) chat.Button {
	s.T.Helper()
	all := buttons(r)
	i := slices.IndexFunc(all, func(b chat.Button) bool { return b.Label == label })
	if i < 0 {
		s.T.Fatalf("no button %q in:\n%s", label, Text(r))
	}
	return all[i]
}
