// Package discord is a fake Discord: a real server with which real clients talk, whose
// people do what a test (or its page in a browser) tells them.
//
// It has the REST API under /api/v9 and /api/v10, the gateway, interactions (over the
// gateway, or signed over HTTP), their callbacks and follow-ups, threads, direct
// messages, files and modals; servers ("guilds") with one application in them. What
// Discord refuses it refuses with Discord's own codes and words: tokens, permissions,
// messages, modals and commands beyond the documented limits, answers after three
// seconds or a second time, tokens older than fifteen minutes, intents that are not
// enabled. It knows nothing of the application under test.
//
// [New] makes one, which is an http.Handler; a test starts one with package faketest,
// points a client to [Discord.APIURL], lets people act ([Discord.Post],
// [Discord.Press], [Discord.Submit], [Discord.Command], …), makes the gateway
// misbehave ([Discord.Drop], [Discord.Reconnect], [Discord.Invalidate], …) and waits
// for what it expects with [Discord.Wait]. Everything is recorded: [Discord.Requests]
// is what the application asked for, [Discord.Deliveries] what it was told,
// [Discord.Messages] what stands in a channel, with all versions.
//
// What is Discord's own and not documented is a guess on the strict side; the comments
// say where. Not here: voice, forums, polls, stickers, reactions, scheduled events,
// compressed gateway payloads, several applications.
package discord

import (
	"context"
	"log/slog"
	"net/http"
	"slices"
	"strconv"
	"sync"
	"time"

	"aidesk/adapters/fake"
)

// Config is what a fake is made of. Everything has a default.
type Config struct {
	// URL is where the fake can be reached, "http://127.0.0.1:4030".
	URL string
	// Intents are the privileged intents that are enabled in the developer portal:
	// [IntentMembers], [IntentPresences], [IntentContent]. Defaults to none.
	Intents int
	// Guilds, Roles, Users and Channels are what there is; no guilds means the default
	// ones of all four.
	Guilds   []Guild
	Roles    []Role
	Users    []User
	Channels []Channel
	// InteractionsURL is where interactions are sent, signed; empty: to the gateway.
	InteractionsURL string
	// Clock is the time; defaults to the real one.
	Clock fake.Clock
	// Stamp is the time that signatures carry; defaults to the Clock's. An application
	// that checks them by the real time needs time.Now beside a clock that stands still.
	Stamp func() time.Time
	// RateLimits enforces rate limits, with their headers.
	RateLimits bool
	// Heartbeat is how often clients are told to show that they live, in real time;
	// defaults to 41.25 s. Who is silent for twice as long, and a second, is closed.
	Heartbeat time.Duration
	// Client sends the interactions to InteractionsURL; defaults to one of its own.
	Client *http.Client
	// Misbehave may make any request of a route, by its [Request.Name], end in a fault,
	// beside [Discord.Fail]; nil: none does.
	Misbehave func(name string) *Fault
	// Logger is told what happens; defaults to nobody.
	Logger *slog.Logger
}

// Discord is a fake Discord. Its methods may be called concurrently.
type Discord struct {
	Config
	mux    *http.ServeMux
	ctx    context.Context //nolint:containedctx // of the fake's own goroutines, ended by Close
	cancel context.CancelFunc
	work   sync.WaitGroup

	mu       fake.State
	guilds   []Guild
	roles    []Role
	users    []User
	channels []Channel
	blocked  map[string]bool // users who take no direct messages of the application
	messages []*message
	files    map[string]*file
	typings  []Typing
	commands []*registration
	created  map[string][]time.Time // commands, by guild

	conns          []*gatewayConn
	sessions       []*session
	identified     int
	resumed        int
	reconnectFirst bool                    // the next client is sent away first
	closeCodes     []int                   // close codes for the next clients
	interactions   map[string]*interaction // by token
	modals         map[string]*modal       // open, by user
	inFlight       int                     // interactions under way
	buckets        map[string]*bucket
	faults         fake.Faults[Fault]

	requests   []Request
	deliveries []Delivery
	lastID     uint64
}

// New makes a fake. It serves no address by itself: it is an http.Handler. Close
// ends what it started.
func New(c Config) *Discord {
	if c.Clock == nil {
		c.Clock = fake.WallClock{}
	}
	if c.Stamp == nil {
		c.Stamp = c.Clock.Now
	}
	if c.Heartbeat == 0 {
		c.Heartbeat = 41250 * time.Millisecond
	}
	if c.Client == nil {
		c.Client = &http.Client{}
	}
	if c.Logger == nil {
		c.Logger = slog.New(slog.DiscardHandler)
	}
	if c.Guilds == nil {
		c.Guilds, c.Roles, c.Users, c.Channels = defaultGuilds()
	}
	d := &Discord{
		Config: c, blocked: map[string]bool{}, files: map[string]*file{}, modals: map[string]*modal{},
		created: map[string][]time.Time{}, interactions: map[string]*interaction{}, buckets: map[string]*bucket{}, faults: fake.Faults[Fault]{Draw: c.Misbehave},
	}
	d.users = append(d.users, User{ID: BotUser, Name: "aidesk", Bot: true, Roles: []string{BotRole}, Guilds: ids(c.Guilds)})
	for _, g := range c.Guilds {
		d.setGuild(g)
	}
	for _, r := range c.Roles {
		d.setRole(r)
	}
	for _, u := range c.Users {
		d.setUser(u)
	}
	for _, ch := range c.Channels {
		d.setChannel(ch)
	}
	d.ctx, d.cancel = context.WithCancel(context.Background())
	d.mux = d.routes()
	return d
}

// Close ends the connections and what is on its way, and waits for that.
func (d *Discord) Close() {
	d.mu.Lock()
	d.cancel() // with the lock, so that nothing begins after it
	links := slices.Clone(d.conns)
	d.mu.Unlock()
	for _, l := range links {
		l.drop()
	}
	d.work.Wait()
}

// APIURL is what stands for https://discord.com/api: the version follows it,
// APIURL()+"/v10/users/@me".
func (d *Discord) APIURL() string { return d.URL + "/api" }

// ServeHTTP serves everything: the REST API, the gateway, files and the controls.
func (d *Discord) ServeHTTP(w http.ResponseWriter, r *http.Request) { d.mux.ServeHTTP(w, r) }

func (d *Discord) routes() *http.ServeMux {
	mux := http.NewServeMux()
	mux.HandleFunc("/api/{version}/{rest...}", d.serveAPI)
	for _, path := range []string{"/link", "/link/", "/resume", "/resume/"} { // some clients add a slash
		mux.HandleFunc("GET "+path, d.serveGateway)
	}
	mux.HandleFunc("GET /attachments/{channel}/{id}/{name}", d.serveFile)
	d.console().Routes(mux)
	return mux
}

// epoch is the first moment of Discord's ids, in milliseconds.
const epoch = 1420070400000

// newID makes a snowflake: the time and a number, always greater than the one before.
// The lock is held.
func (d *Discord) newID() string {
	next := uint64(max(d.Clock.Now().UnixMilli()-epoch, 0)) << 22
	d.lastID = max(d.lastID+1, next)
	return strconv.FormatUint(d.lastID, 10)
}

// Wait returns when ok does, which is asked now and after every change; it may call
// any method of d. The error says what was awaited in vain.
func (d *Discord) Wait(ctx context.Context, what string, ok func() bool) error {
	return d.mu.Wait(ctx, what, ok)
}

// Idle reports whether no interaction is without its answer: each was answered, or it is
// too late. Gateway events are acknowledged by nobody.
func (d *Discord) Idle() bool {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.inFlight == 0
}
