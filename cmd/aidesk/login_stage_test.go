package main

import (
	"bytes"
	"context"
	"fmt"
	"log/slog"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"aidesk/adapters/fake/faketest"
	"aidesk/bots"
	"aidesk/bots/bot"
	"aidesk/cmd/aidesk/config"
	"aidesk/cmd/aidesk/logintest"
	"aidesk/core/account"
	"aidesk/core/chat"
	"aidesk/core/model/modeltest"
	"aidesk/store/bolt"
)

// shown is a message of the program as its readers see it.
type shown struct {
	place, id string // channel or thread, and the message in it
	thread    string
	to        string // the only user who sees it; empty: everybody there
	text      string
	raw       string // all that was sent
}

// loginMessenger is a fake messenger in which logins are tested.
type loginMessenger interface {
	faketest.Fake
	bot() string // what the configuration says of the bot
	known()      // waits until the messenger knows the program
	users() (ada, ben string)
	// mention lets a user write to the program, in one thread of a channel that all can read.
	mention(user, text string)
	leave() // the thread: the next message begins another
	all() []shown
	inThread(shown) bool
	dm(user string) string
	inDirect(m shown, user string) bool
	press(user string, m shown, label string) error
	fill(user, label, value string) []string
	fillAll(user string, labels, values []string) []string
	command(user, name, text string)
	sent() string // all bytes that the program sent to the messenger
}

// loginStage is the whole program in this process, over one store file, with a provider and
// a plugin that wants to know who calls it.
type loginStage struct {
	t        *testing.T
	dir      string
	config   string
	at       loginMessenger
	proxy    *proxy
	model    *modeltest.Server
	provider *logintest.Provider
	plugin   *logintest.Plugin
	log      lockedLog
	ahead    atomic.Int64 // of the machine's clock
	alone    bool         // administrators add plugins of this machine
	act      func(modeltest.Query) modeltest.Answer
	mu       sync.Mutex
	presses  int

	desk *bots.Desk
	db   *bolt.DB
	end  func()
}

type lockedLog struct {
	mu     sync.Mutex
	buffer bytes.Buffer
}

func (l *lockedLog) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.buffer.Write(p)
}

func (l *lockedLog) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.buffer.String()
}

// messengers make the messengers in which the stories of logins are told.
var messengers = []struct {
	name string
	make func(*testing.T) loginMessenger
}{{"slack", newSlackLogins}, {"discord", newDiscordLogins}}

// newLoginStage starts the program with the plugin Boards, at which members log in at the
// provider, and with more plugins.
func newLoginStage(t *testing.T, at loginMessenger, more ...*logintest.Plugin) *loginStage {
	t.Helper()
	provider := logintest.NewProvider(t)
	return newLoginStageWith(t, at, provider, append([]*logintest.Plugin{logintest.NewOAuthPlugin(t, "boards", provider)}, more...)...)
}

// newLoginStageWith starts the program with plugins, the first of which is the stage's.
func newLoginStageWith(t *testing.T, at loginMessenger, provider *logintest.Provider, plugins ...*logintest.Plugin) *loginStage {
	t.Helper()
	s := readyLoginStage(t, at, provider, nil, plugins...)
	s.start()
	s.setClients(plugins...)
	return s
}

// readyLoginStage makes a stage on which the program is not started yet; plugins may reach
// the addresses in reach, whatever they are.
func readyLoginStage(t *testing.T, at loginMessenger, provider *logintest.Provider, reach []string, plugins ...*logintest.Plugin) *loginStage {
	t.Helper()
	s := &loginStage{t: t, dir: t.TempDir(), at: at, proxy: newProxy(t), provider: provider, plugin: plugins[0]}
	s.act = actWithBoards
	s.model = modeltest.NewActor(t, modeltest.Chat, func(q modeltest.Query) modeltest.Answer {
		s.mu.Lock()
		act := s.act
		s.mu.Unlock()
		return act(q)
	})
	s.config = filepath.Join(s.dir, "config.yaml")
	hosts, sources := []string{inQuotes(host(provider.URL))}, []string(nil)
	for _, address := range reach {
		hosts = append(hosts, inQuotes(host(address)))
	}
	for _, p := range plugins {
		hosts, sources = append(hosts, inQuotes(host(p.URL))), append(sources, fmt.Sprintf("{source: %q, default: true}", p.URL))
	}
	text := fmt.Sprintf(`http: {listen: "127.0.0.1:0", public_url: %q, metrics_token: scrape}
store: {url: %q}
models: {main: {provider: openai-chat, model: m, base_url: %q}}
limits: {turns_per_member_hour: 100000, tokens_per_day: 1000000000}
egress: {allow_hosts: [%s]}
bots:
  - name: desk
    model: main
    answers: whole
    plugins: [%s]
%s`, s.proxy.URL, "bolt:"+filepath.Join(s.dir, "aidesk.db"), s.model.URL, strings.Join(hosts, ", "), strings.Join(sources, ", "), at.bot())
	if err := os.WriteFile(s.config, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	s.end = func() {}
	t.Cleanup(func() { s.end() })
	return s
}

// setClients tells the program the client as which the provider knows it.
func (s *loginStage) setClients(plugins ...*logintest.Plugin) {
	s.t.Helper()
	for _, p := range plugins {
		if err := s.accounts().SetClient(s.t.Context(), s.scope(), host(p.URL), account.Client{ID: logintest.ClientID, Secret: logintest.ClientSecret}); err != nil {
			s.t.Fatal(err)
		}
	}
}

func inQuotes(text string) string { return `"` + text + `"` }

func host(address string) string { return strings.TrimPrefix(address, "http://") }

// do changes how the model acts.
func (s *loginStage) do(act func(modeltest.Query) modeltest.Answer) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.act = act
}

func (s *loginStage) now() time.Time { return time.Now().Add(time.Duration(s.ahead.Load())) }

// pass lets time pass.
func (s *loginStage) pass(d time.Duration) { s.ahead.Add(int64(d)) }

// start starts the program as serve does, but with a clock of the test.
func (s *loginStage) start() {
	s.t.Helper()
	ctx, cancel := context.WithCancel(context.WithoutCancel(s.t.Context()))
	logger := slog.New(slog.NewJSONHandler(&s.log, &slog.HandlerOptions{Level: slog.LevelDebug}))
	cfg, err := config.Load(s.config, os.LookupEnv, func(string) {})
	if err != nil {
		s.t.Fatal(err)
	}
	file, err := storePath(cfg.Store.URL)
	if err != nil {
		s.t.Fatal(err)
	}
	if s.db, err = openStore(cfg.Store.URL, bolt.Options{Now: s.now, Logger: logger}); err != nil {
		s.t.Fatal(err)
	}
	ring, err := openKeys(ctx, cfg.Keys, keyFile(file), s.db)
	if err != nil {
		s.t.Fatal(err)
	}
	w := &webServer{store: s.db, metrics: newMetrics(cfg.Limits.Currency), token: cfg.HTTP.MetricsToken.Reveal()}
	s.desk, err = newDesk(ctx, cfg, dependencies{store: s.db, secrets: ring.Ring, serve: w.serve, metrics: w.metrics, now: s.now, patience: bot.KeepTime, alone: s.alone, logger: logger, adapters: func(b config.Bot) ([]chat.Adapter, error) {
		return newAdapters(cfg, b, w, s.db, ring.Ring, s.now, logger)
	}})
	if err != nil {
		s.t.Fatal(err)
	}
	before, ended := len(s.log.String()), make(chan error, 1)
	go func() { ended <- runDesk(ctx, s.desk, w, cfg.HTTP.Listen) }()
	var once sync.Once
	s.end = func() {
		once.Do(func() {
			cancel()
			if err := <-ended; err != nil {
				s.t.Errorf("the program ended with %v", err)
			}
			if err := s.db.Close(); err != nil {
				s.t.Error(err)
			}
		})
	}
	ticker := time.NewTicker(5 * time.Millisecond)
	defer ticker.Stop()
	for found := []string(nil); found == nil; {
		select {
		case err := <-ended:
			s.t.Fatalf("the program ended: %v\n%s", err, s.log.String())
		case <-ticker.C:
		}
		if found = listening.FindStringSubmatch(s.log.String()[before:]); found != nil {
			address := "http://" + found[1]
			s.proxy.to.Store(&address)
		}
	}
	s.at.known()
}

// restart ends the program and starts it again over the same store.
func (s *loginStage) restart() {
	s.t.Helper()
	s.end()
	s.start()
}

func (s *loginStage) accounts() *account.Accounts { return s.desk.Bots[0].Logins.Accounts }

// scope is the workspace as the store knows it.
func (s *loginStage) scope() string {
	switch at := s.at.(type) {
	case *slackLogins:
		return s.desk.Bots[0].Scope(chat.Place{Platform: "slack", Workspace: at.Team.ID})
	default:
		return s.desk.Bots[0].Scope(chat.Place{Platform: "discord", Workspace: discordGuild})
	}
}

// list are the accounts of the workspace.
func (s *loginStage) list() []account.Account {
	s.t.Helper()
	all, err := s.accounts().List(s.t.Context(), s.scope())
	if err != nil {
		s.t.Fatal(err)
	}
	return all
}

// find waits until a message that fits is shown, and returns the newest.
func (s *loginStage) find(what string, fits func(shown) bool) shown {
	s.t.Helper()
	var found shown
	ctx, cancel := context.WithTimeout(s.t.Context(), 20*time.Second)
	defer cancel()
	err := s.at.Wait(ctx, what, func() bool {
		for _, m := range slices.Backward(s.at.all()) {
			if fits(m) {
				found = m
				return true
			}
		}
		return false
	})
	if err != nil {
		var all []string
		for _, m := range s.at.all() {
			all = append(all, fmt.Sprintf("%s %s to %q: %s", m.place, m.id, m.to, m.text))
		}
		s.t.Fatalf("%v\nshown:\n%s\nlog:\n%s", err, strings.Join(all, "\n---\n"), tail(s.log.String(), 6000))
	}
	return found
}

func tail(text string, most int) string { return text[max(0, len(text)-most):] }

// direct waits for a text in the direct message of a user.
func (s *loginStage) direct(user, text string) shown {
	s.t.Helper()
	return s.find(text+" for "+user, func(m shown) bool { return s.at.inDirect(m, user) && strings.Contains(m.text, text) })
}

// public waits for a text in the thread.
func (s *loginStage) public(text string) shown {
	s.t.Helper()
	return s.find(text+" in the thread", func(m shown) bool { return s.at.inThread(m) && m.to == "" && strings.Contains(m.text, text) })
}

// told waits for a text that a user sees, wherever.
func (s *loginStage) told(user, text string) shown {
	s.t.Helper()
	return s.find(text+" told to "+user, func(m shown) bool {
		return (m.to == user || s.at.inDirect(m, user)) && strings.Contains(m.text, text)
	})
}

// idle waits until the program has nothing left to do.
func (s *loginStage) idle() {
	s.t.Helper()
	faketest.Idle(s.t, s.at)
	ticker := time.NewTicker(10 * time.Millisecond)
	defer ticker.Stop()
	patience := time.After(20 * time.Second)
	last := ""
	for calm := 0; calm < 20; calm++ {
		select {
		case <-ticker.C:
		case <-patience:
			s.t.Fatal("the program does not come to rest")
		}
		b, err := s.db.Backlog(s.t.Context())
		if err != nil {
			s.t.Fatal(err)
		}
		now := fmt.Sprint(b.Events, b.Replies, s.asked(), len(s.plugin.Calls()))
		if now != last || b.Replies > 0 || !s.at.Idle() {
			calm = 0
		}
		last = now
	}
}

func (s *loginStage) press(user string, m shown, label string) {
	s.t.Helper()
	s.presses++
	if err := s.at.press(user, m, label); err != nil {
		s.t.Fatalf("pressing %s: %v\n%s", label, err, m.text)
	}
}

var loginLink = regexp.MustCompile(`http://127\.0\.0\.1:\d+/oauth/start\?t=[A-Za-z0-9._%-]+`)

// link is that of a card.
func (s *loginStage) link(card shown) string {
	s.t.Helper()
	found := loginLink.FindString(card.raw)
	if found == "" {
		s.t.Fatalf("no link on the card: %s", card.raw)
	}
	return found
}

// connect goes the way from a card to the digits in the form, as whoever uses a browser at the
// provider.
func (s *loginStage) connect(user, name string, card shown) {
	s.t.Helper()
	s.presses++ // the link
	digits := logintest.NewBrowser(s.t, name).LogIn(s.link(card))
	s.presses++ // Continue
	s.enter(user, card, digits)
}

// enter types digits into the form of a card.
func (s *loginStage) enter(user string, card shown, digits string) {
	s.t.Helper()
	s.press(user, card, "Enter code")
	if faults := s.at.fill(user, "Code", digits); len(faults) > 0 {
		s.t.Errorf("the form of the digits: %q", faults)
	}
	s.presses++ // to submit it
}

// queries are those to the model from one on, as one text.
func (s *loginStage) queries(from int) string {
	var all strings.Builder
	for _, q := range s.model.Queries()[from:] {
		all.Write(q.Body)
		all.WriteString("\n")
	}
	return all.String()
}

// asked is how often the model was asked so far.
func (s *loginStage) asked() int { return len(s.model.Queries()) }

// answerWords stand in the model's answer about a user's boards, and nowhere else.
func answerWords(private string) string { return "The model says heliotrope about " + private }

var privateWords = regexp.MustCompile(`quartz-[a-z]+-lagoon`)

// actWithBoards is a model that lists boards, adds cards and tells of results.
func actWithBoards(q modeltest.Query) modeltest.Answer {
	last := q.Last()
	said := last.Content
	switch {
	case last.Role == "tool" && privateWords.MatchString(said):
		return modeltest.Text(answerWords(privateWords.FindString(said)))
	case last.Role == "tool" && strings.Contains(said, "waiting"):
		return modeltest.Text("You are asked first.")
	case last.Role == "tool":
		return modeltest.Text("That did not work: " + clipped(said))
	case strings.Contains(said, "addCard") && !strings.Contains(said, "please"):
		return modeltest.Text("The card: " + clipped(privateWords.ReplaceAllString(said, "done")))
	case privateWords.MatchString(said) && !strings.Contains(said, "please"):
		return modeltest.Text(answerWords(privateWords.FindString(said)))
	case strings.Contains(said, "what was said here"):
		return modeltest.Text("I heard you.")
	case strings.Contains(said, "boards please"):
		return modeltest.Call([2]string{"boards__listBoards", `{}`})
	case strings.Contains(said, "card please"):
		return modeltest.Call([2]string{"boards__addCard", `{"title":"buy milk"}`})
	}
	return modeltest.Text("I heard you.")
}

func clipped(text string) string {
	text = strings.Join(strings.Fields(text), " ")
	return text[:min(len(text), 80)]
}

// query is a part of an address.
func query(address, name string) string {
	u, err := url.Parse(address)
	if err != nil {
		return ""
	}
	return u.Query().Get(name)
}

// amendLine replaces a text in a configuration.
func amendLine(t *testing.T, path, old, other string) {
	t.Helper()
	text, err := os.ReadFile(path)
	if err != nil || !bytes.Contains(text, []byte(old)) {
		t.Fatalf("the configuration has no %q: %v", old, err)
	}
	if err := os.WriteFile(path, bytes.Replace(text, []byte(old), []byte(other), 1), 0o600); err != nil {
		t.Fatal(err)
	}
}

// answersTo are values for the inputs with these labels.
func answersTo(labels, values []string) []faketest.Answer {
	all := make([]faketest.Answer, len(labels))
	for i, label := range labels {
		all[i] = faketest.Answer{Label: label, Value: values[i]}
	}
	return all
}
