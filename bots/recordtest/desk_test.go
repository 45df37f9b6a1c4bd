package recordtest_test

import (
	"bytes"
	"context"
	"errors"
	"log/slog"
	"net"
	"net/netip"
	"sync"
	"testing"
	"time"

	"aidesk/adapters/discord"
	fakediscord "aidesk/adapters/fake/discord"
	"aidesk/adapters/fake/faketest"
	fakeslack "aidesk/adapters/fake/slack"
	"aidesk/adapters/slack"
	"aidesk/adapters/slack/setup"
	"aidesk/bots"
	"aidesk/bots/bot"
	"aidesk/bots/bottest"
	"aidesk/bots/command"
	"aidesk/core/agent"
	"aidesk/core/chat"
	"aidesk/core/egress"
	"aidesk/core/model/middleware"
	"aidesk/core/model/modeltest"
	"aidesk/core/model/openai"
	"aidesk/core/plugin"
	"aidesk/core/preview"
	"aidesk/core/secret"
	"aidesk/store"
	"aidesk/store/bolt"
)

// patience is how long anything may take on a busy machine.
const patience = 20 * time.Second

// The plugins stand at the same addresses in every run, so that what names them is the
// same: the shop is in the configuration, the depot is added by an administrator.
const (
	shopAddress  = "127.0.0.1:4010"
	depotAddress = "127.0.0.1:4011"
)

// sealKey seals the recorded store. It protects nothing.
const sealKey = "k1:VGhpcyBrZXkgc2VhbHMgYSByZWNvcmRlZCBzdG9yZS4="

// world is what stands around a desk: both platforms, the plugins, a model and the time.
type world struct {
	t           *testing.T
	clock       *faketest.StillClock
	slack       *fakeslack.Slack
	discord     *fakediscord.Discord
	model       *modeltest.Server
	shop, depot *bottest.Shop
	ports       map[string]string // where what stands at an address listens
}

// newWorld makes a world in the morning of a Monday.
func newWorld(t *testing.T, m *modeltest.Server) *world {
	t.Helper()
	w := &world{t: t, clock: faketest.NewClock(time.Date(2026, 11, 23, 9, 0, 0, 0, time.UTC)), model: m}
	w.slack = faketest.Slack(t, fakeslack.Config{App: app(t), Clock: w.clock})
	w.discord = faketest.Discord(t, fakediscord.Config{Clock: w.clock})
	w.shop, w.depot = bottest.NewShop(t, "shop"), bottest.NewShop(t, "depot")
	w.ports = map[string]string{shopAddress: w.shop.Address, depotAddress: w.depot.Address}
	w.shop.Address, w.depot.Address = shopAddress, depotAddress
	return w
}

// app is the app that our own manifest makes.
func app(t *testing.T) fakeslack.App {
	t.Helper()
	manifest, err := setup.Manifest(slack.ModeSocket, "", command.Table)
	must(t, err)
	a, err := fakeslack.ParseManifest(manifest)
	must(t, err)
	return a
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// guard leads what is sent to the plugins' addresses to where they listen.
func (w *world) guard() *egress.Guard {
	w.t.Helper()
	guard, err := egress.New(egress.Rules{AllowHosts: []string{shopAddress, depotAddress}, AllowAll: true, Trusted: []egress.Trusted{{Host: shopAddress, Plugin: shopAddress}}},
		egress.WithConnect(func(ctx context.Context, to netip.AddrPort) (net.Conn, error) {
			return new(net.Dialer).DialContext(ctx, "tcp", w.ports[to.String()])
		}))
	must(w.t, err)
	return guard
}

// desk is one run of the program over a store.
type desk struct {
	*board
	t     *testing.T
	store *bolt.DB
	log   *log
	end   context.CancelFunc
	ended chan error
}

// ample limits count and stop nobody.
var ample = bot.Limits{TurnsPerMemberHour: 1000, TokensPerMemberDay: 10_000_000, TokensPerDay: 100_000_000, MoneyPerDay: 1_000_000_000, Currency: "EUR"}

// run is how a desk is run.
type run struct {
	acceptOnly bool
	limits     bot.Limits
	wrap       func(store.Store) store.Store // what stands between the desk and its store
}

// open starts a desk over the file at path; both its adapters are ready when it returns.
func (w *world) open(path string, how run) *desk {
	w.t.Helper()
	db, err := bolt.Open(path, bolt.Options{Now: w.clock.Now})
	must(w.t, err)
	var s store.Store = &acknowledged{db, w.discord}
	if how.wrap != nil {
		s = how.wrap(s)
	}
	d := &desk{board: newBoard(), t: w.t, store: db, log: &log{}, ended: make(chan error, 1)}
	logger := slog.New(slog.NewTextHandler(d.log, &slog.HandlerOptions{Level: slog.LevelDebug}))
	guard := w.guard()
	registry := &plugin.Registry{Bot: "desk", Records: s, Guard: guard, Logger: logger, Now: w.clock.Now, Reserve: s.Reserve}
	must(w.t, registry.Configure(w.t.Context(), []plugin.Configured{{Source: "http://" + shopAddress, Default: true}}))
	ring, err := secret.Parse([]string{sealKey})
	must(w.t, err)
	at, err := slack.New(slack.Config{
		BotToken: fakeslack.BotToken, AppToken: fakeslack.AppToken, APIBaseURL: w.slack.APIURL(), Grammar: command.Table, Logger: logger, Now: w.clock.Now,
	})
	must(w.t, err)
	beside, err := discord.New(discord.Config{
		Token: fakediscord.Token, APIBaseURL: w.discord.APIURL(), Grammar: command.Table, Logger: logger, Now: w.clock.Now,
	})
	must(w.t, err)
	chatModel := openai.NewChat(openai.Config{BaseURL: w.model.URL, Model: "recorded", APIKey: "k"})
	desk := &bot.Bot{
		Name: "desk", Plugins: registry,
		Adapters: []chat.Adapter{&slackAdapter{Adapter: at, board: d.board}, &discordAdapter{Adapter: beside, board: d.board}},
		Limits:   how.limits, Whole: true, // what is seen of an answer early is a matter of time
		Agent: &agent.Agent{
			Model:    &middleware.Budget{Model: chatModel, Price: middleware.Price{Input: 1_000_000, Output: 2_000_000}},
			Plugins:  registry,
			Persona:  "You are the desk of a recording.",
			Previews: &preview.Fetcher{Guard: guard}, Now: w.clock.Now, Logger: logger,
		},
	}
	all := &bots.Desk{Store: s, Bots: []*bot.Bot{desk}, Secrets: ring, Now: w.clock.Now, Logger: logger, AcceptOnly: how.acceptOnly}
	ctx, end := context.WithCancel(context.Background())
	d.end = end
	go func() { d.ended <- all.Run(ctx) }()
	w.t.Cleanup(d.close)
	_, err = db.Get(w.t.Context(), "kept/desk/discord/commands")
	registered := err == nil // by an older program, which says so
	d.until("both adapters to be ready", func() bool {
		return at.Ready() == nil && beside.Ready() == nil && (registered || len(w.discord.Commands()) > 0)
	})
	return d
}

// acknowledged is a store that hands out no work while Discord waits for an answer to an
// interaction: a note below an interaction that has no answer yet is refused, and goes
// elsewhere, so that which comes first would change what is recorded.
type acknowledged struct {
	store.Store
	discord *fakediscord.Discord
}

// Claim is the store's.
func (a *acknowledged) Claim(ctx context.Context, owner string, limit, share int, ttl time.Duration) ([]store.Lease, error) {
	tick := time.NewTicker(time.Millisecond)
	defer tick.Stop()
	late := time.After(5 * time.Second)
	for len(a.discord.Requests("POST /interactions/{interaction}/{token}/callback")) < len(a.discord.Deliveries("INTERACTION_CREATE")) {
		select {
		case <-tick.C:
		case <-late:
			return nil, errors.New("an interaction was not answered")
		}
	}
	return a.Store.Claim(ctx, owner, limit, share, ttl)
}

// close ends a desk as a shutdown does.
func (d *desk) close() {
	if d.end == nil {
		return
	}
	d.end()
	d.end = nil
	select {
	case err := <-d.ended:
		if err != nil && !errors.Is(err, context.Canceled) {
			d.t.Errorf("the desk ended with %v", err)
		}
	case <-time.After(patience):
		d.t.Errorf("the desk did not end")
	}
	if err := d.store.Close(); err != nil {
		d.t.Error(err)
	}
	if d.t.Failed() && testing.Verbose() {
		d.t.Logf("the log of the desk:\n%s", d.log)
	}
}

// until waits for something to become true.
func (d *desk) until(what string, ok func() bool, state ...func() string) {
	d.t.Helper()
	tick := time.NewTicker(5 * time.Millisecond)
	defer tick.Stop()
	limit := time.After(patience)
	for !ok() {
		select {
		case <-tick.C:
		case <-limit:
			d.t.Errorf("waited %s for %s", patience, what)
			for _, text := range state {
				d.t.Log(text())
			}
			d.t.Fatalf("the log:\n%s", d.log)
		}
	}
}

// board knows which events were received and which are dealt with.
type board struct {
	mu   sync.Mutex
	open map[string]bool // by event; false: all that it caused is shown
	desk chat.Handler    // as Slack's adapter sees it
}

func newBoard() *board { return &board{open: map[string]bool{}} }

// Settled makes an adapter one that is told when an event is dealt with.
func (b *board) Settled(event string) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.open[event] = false
}

// count is how many events were received, and how many of them are not dealt with.
func (b *board) count() (all, open int) {
	b.mu.Lock()
	defer b.mu.Unlock()
	for _, o := range b.open {
		if o {
			open++
		}
	}
	return len(b.open), open
}

// ear writes down what the desk receives.
type ear struct {
	chat.Handler
	board *board
}

// Receive writes the event down first: it may be dealt with before Receive returns.
func (e *ear) Receive(ctx context.Context, event chat.Event) error {
	e.board.mu.Lock()
	if _, known := e.board.open[event.ID]; !known {
		e.board.open[event.ID] = true
	}
	e.board.mu.Unlock()
	return e.Handler.Receive(ctx, event)
}

// slackAdapter and discordAdapter are the adapters with all that they can do, and the
// board beside them.
type slackAdapter struct {
	*slack.Adapter
	*board
}

func (a *slackAdapter) Run(ctx context.Context, h chat.Handler, k chat.Keeper) error {
	e := &ear{h, a.board}
	a.mu.Lock()
	a.desk = e
	a.mu.Unlock()
	return a.Adapter.Run(ctx, e, k)
}

type discordAdapter struct {
	*discord.Adapter
	*board
}

func (a *discordAdapter) Run(ctx context.Context, h chat.Handler, k chat.Keeper) error {
	return a.Adapter.Run(ctx, &ear{h, a.board}, k)
}

// log is a writer for several goroutines.
type log struct {
	mu  sync.Mutex
	all bytes.Buffer
}

func (l *log) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.all.Write(p)
}

func (l *log) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.all.String()
}
