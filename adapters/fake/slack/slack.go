// Package slack is a fake Slack: a real server with which real clients talk, whose
// people do what a test (or its page in a browser) tells them.
//
// It has the Web API under /api/, Socket Mode, signed deliveries to request URLs,
// response URLs, uploads and modals; one workspace with one app in it. What Slack
// refuses it refuses with Slack's own words: tokens, scopes, membership, blocks and
// views beyond the documented limits, triggers older than three seconds, response URLs
// used too often. It knows nothing of the app under test. Several of them behind one address,
// with the same app in each, are a [Site].
//
// [New] makes one, which is an http.Handler; a test starts one with package faketest,
// points a client to [Slack.APIURL], lets people act ([Slack.Post], [Slack.Press],
// [Slack.Submit], [Slack.Command], …) and waits for what it expects with [Slack.Wait].
// Everything is recorded: [Slack.Requests] is what the app asked for,
// [Slack.Deliveries] what it was told, [Slack.Messages] what stands in a channel, with
// all versions.
//
// What is Slack's own and not documented is a guess on the strict side; the comments
// say where. Not here: streaming, work objects, unfurling on behalf of an app, dialogs and
// workflows.
package slack

import (
	"context"
	"fmt"
	"log/slog"
	"net/http"
	"slices"
	"sync"
	"time"

	"aidesk/adapters/fake"
)

// Config is what a fake is made of. Everything has a default.
type Config struct {
	// URL is where the fake can be reached, "http://127.0.0.1:4020".
	URL string
	// App is the app in the workspace; a nil Scopes means [DefaultApp].
	App App
	// Team is the workspace; defaults to [DefaultTeam].
	Team Team
	// Uninstalled says that the app is not in the workspace until somebody installs it.
	Uninstalled bool
	// Users and Channels are the workspace; none means the default one.
	Users    []User
	Channels []Channel
	// Clock is the time; defaults to the real one.
	Clock fake.Clock
	// Stamp is the time that signatures carry; defaults to the Clock's. An app that
	// checks them by the real time needs time.Now beside a clock that stands still.
	Stamp func() time.Time
	// RateLimits enforces Slack's rate limits.
	RateLimits bool
	// Ping is how often sockets are pinged, in real time; defaults to 10 s.
	Ping time.Duration
	// Unfetchable says of which pictures Slack cannot get at the address; a message
	// with one is refused. Defaults to none.
	Unfetchable func(url string) bool
	// Client sends the deliveries to request URLs; defaults to one of its own.
	Client *http.Client
	// Misbehave may make any request of a method end in a fault, beside [Slack.Fail]; nil:
	// none does.
	Misbehave func(method string) *Fault
	// Page is where a page shows the messages to which permalinks lead; empty: nowhere.
	Page string
	// Logger is told what happens; defaults to nobody.
	Logger *slog.Logger
}

// Slack is a fake Slack. Its methods may be called concurrently.
type Slack struct {
	Config
	mux    *http.ServeMux
	ctx    context.Context //nolint:containedctx // of the fake's own goroutines, ended by Close
	cancel context.CancelFunc
	work   sync.WaitGroup

	mu         fake.State
	users      []User
	channels   []Channel
	groups     map[string][]string // members of user groups, by id
	messages   []*message
	views      []*view
	homes      map[string]*view // by user
	files      map[string]*upload
	statuses   map[threadKey]status
	titles     map[threadKey]string
	prompts    map[string][]Prompt // by channel
	revoked    map[string]string   // tokens, by the error that they give
	oauthCodes map[string]*oauthCode
	tokens     map[string]time.Time // those that were given with rotation, until when they are good
	refresh    string               // the refresh token that is good
	issued     int                  // tokens with rotation

	sockets        []*socket
	tickets        map[string]bool
	nextSocket     int // which socket is next
	unacknowledged map[string]*pendingAck
	inFlight       int // deliveries under way
	triggers       map[string]*trigger
	responseURLs   map[string]*responseURL // response URLs
	buckets        map[string]*bucket
	faults         fake.Faults[Fault]

	requests   []Request
	deliveries []Delivery
	lastID     int    // of ids
	lastTS     string // timestamp given last
}

// threadKey is a thread of a channel.
type threadKey struct{ channel, ts string }

// New makes a fake. It serves no address by itself: it is an http.Handler. Close
// ends what it started.
func New(c Config) *Slack {
	if c.App.Scopes == nil {
		c.App = DefaultApp()
	}
	if c.Clock == nil {
		c.Clock = fake.WallClock{}
	}
	if c.Stamp == nil {
		c.Stamp = c.Clock.Now
	}
	if c.Ping == 0 {
		c.Ping = 10 * time.Second
	}
	if c.Client == nil {
		c.Client = &http.Client{}
	}
	if c.Logger == nil {
		c.Logger = slog.New(slog.DiscardHandler)
	}
	if c.Team.ID == "" {
		c.Team = DefaultTeam()
	}
	users, channels := defaultWorkspace()
	if c.Users != nil || c.Channels != nil {
		users, channels = c.Users, c.Channels
	}
	s := &Slack{
		Config: c, homes: map[string]*view{}, groups: map[string][]string{}, files: map[string]*upload{}, statuses: map[threadKey]status{},
		titles: map[threadKey]string{}, prompts: map[string][]Prompt{},
		revoked: map[string]string{}, oauthCodes: map[string]*oauthCode{}, tokens: map[string]time.Time{}, tickets: map[string]bool{}, unacknowledged: map[string]*pendingAck{},
		triggers: map[string]*trigger{}, responseURLs: map[string]*responseURL{}, buckets: map[string]*bucket{}, faults: fake.Faults[Fault]{Draw: c.Misbehave},
	}
	s.users = append(s.users, User{ID: c.Team.BotUser, Name: "aidesk", RealName: "aidesk", Bot: true})
	s.users = append(s.users, users...)
	for _, ch := range channels {
		s.setChannel(ch)
	}
	if c.Uninstalled {
		s.revoked[c.Team.Token] = "account_inactive"
	}
	s.ctx, s.cancel = context.WithCancel(context.Background())
	s.mux = s.routes()
	return s
}

// Close ends deliveries and sockets, and waits for that.
func (s *Slack) Close() {
	s.mu.Lock()
	s.cancel() // with the lock, so that nothing begins after it
	sockets := slices.Clone(s.sockets)
	s.mu.Unlock()
	for _, c := range sockets {
		c.drop()
	}
	s.work.Wait()
}

// APIURL is the base of the Web API, with a slash at its end.
func (s *Slack) APIURL() string { return s.URL + "/api/" }

// ServeHTTP serves everything: the Web API, sockets, response URLs, uploads and the
// controls.
func (s *Slack) ServeHTTP(w http.ResponseWriter, r *http.Request) { s.mux.ServeHTTP(w, r) }

func (s *Slack) routes() *http.ServeMux {
	mux := http.NewServeMux()
	mux.HandleFunc("/api/{method}", s.serveAPI)
	mux.HandleFunc("GET /link", s.serveSocket)
	mux.HandleFunc("POST /response/{id}", s.serveResponseURL)
	mux.HandleFunc("POST /upload/{id}", s.serveUpload)
	mux.HandleFunc("GET /files/{id}", s.serveFile)
	mux.HandleFunc("GET /files-pri/{id}/{name}", s.servePrivate)
	mux.HandleFunc("GET /files-pri/{id}/download/{name}", s.servePrivate)
	mux.HandleFunc("GET /oauth/v2/authorize", s.serveAuthorize)
	s.console().Routes(mux)
	mux.HandleFunc("GET /archives/{channel}/{message}", s.serveArchive)
	return mux
}

// Wait returns when ok does, which is asked now and after every change; it may call
// any method of s. The error says what was awaited in vain.
func (s *Slack) Wait(ctx context.Context, what string, ok func() bool) error {
	return s.mu.Wait(ctx, what, ok)
}

// Idle reports whether nothing is on its way to the app: everything was acknowledged, or
// given up.
func (s *Slack) Idle() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.inFlight == 0
}

// newID makes an id that begins with a letter, as Slack's do. The lock is held.
func (s *Slack) newID(letter string) string {
	s.lastID++
	return fmt.Sprintf("%s%08X", letter, s.lastID)
}

// newTS makes the timestamp of something that happens now: they never repeat, and
// grow. The lock is held.
func (s *Slack) newTS() string {
	now := s.Clock.Now().UnixMicro()
	ts := fmt.Sprintf("%d.%06d", now/1e6, now%1e6)
	if ts <= s.lastTS {
		var sec, micro int64
		_, _ = fmt.Sscanf(s.lastTS, "%d.%d", &sec, &micro)
		now = sec*1e6 + micro + 1
		ts = fmt.Sprintf("%d.%06d", now/1e6, now%1e6)
	}
	s.lastTS = ts
	return ts
}
