package discord

import (
	"cmp"
	"context"
	"crypto/ed25519"
	"encoding/hex"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"time"

	"aidesk/adapters/discord/gateway"
	"aidesk/adapters/discord/payload"
	"aidesk/adapters/discord/rest"
	"aidesk/adapters/session"
	"aidesk/core/chat"
)

// Config is one Discord application with its bot.
type Config struct {
	Token string // of the bot
	// PublicKey of the application, in hex: then presses, forms and commands come as
	// requests to Handler. Empty: they come over the gateway, as messages always do.
	PublicKey string
	// ApplicationID is asked of Discord where it is empty.
	ApplicationID string
	// MessageContent says that the privileged intent is switched on for the
	// application: then everything in a thread where the desk takes part is for it.
	MessageContent bool

	APIBaseURL string       // Defaults to https://discord.com/api
	Client     *http.Client // Defaults to one with a timeout; its transport's proxy serves the gateway too

	Grammar chat.Grammar // the slash commands
	Admins  []string     // ids of members, or role:ID; replaces owners and administrators where set

	Logger *slog.Logger     // Defaults to none
	Now    func() time.Time // Defaults to time.Now
}

// Adapter brings the desk to the servers that one application is in. In the order of
// what happens:
//
//	gateway.go, wire.go    the connection, and what is done when it breaks
//	lane.go, take.go       what it brings, in order; mark.go fetches what was missed
//	server.go              interactions as requests
//	event.go, place.go     messages and changes; dialect.go reads their text
//	interaction.go         presses and questions about messages; command.go and form.go the rest
//	thread.go, send.go     a Reply becomes messages in a thread; posting.go, find.go help
//	web.go, bucket.go      the REST API and its limits; remedy.go says what its errors mean
//	register.go            the slash commands
//	invite.go, diagnose.go, live.go  setting it up
type Adapter struct {
	Config

	key     ed25519.PublicKey // nil: interactions come over the gateway
	base    *url.URL          // of the API
	web     *rest.Client
	people  *people
	rooms   *rooms
	states  *statuses
	tokens  *tokens
	heard   *utterances
	directs *session.PersistentCache // channels of direct messages, by member
	homes   *session.PersistentCache // servers in which members last used the desk
	threads *session.PersistentCache // in which the desk takes part, with where they hang
	chains  *session.PersistentCache // our messages outside of threads, with the first of their chain
	hinted  *session.PersistentCache // threads in which was said how to reach the desk
	forms   *session.PersistentCache // names of forms that are too long for Discord
	drafts  *drafts
	openers *openers
	mark    *bookmark

	once sync.Mutex // guards asking who we are
	who  *identity  // nil: not yet known

	gate  sync.RWMutex // held for reading while something is taken in
	shift *shift       // nil: not running
	line  *gateway.Status
	times gateway.Times
}

// shift is one Run: the desk behind the adapter.
type shift struct {
	desk   chat.Handler
	keeper chat.Keeper
	self   identity
}

var (
	_ chat.Adapter   = (*Adapter)(nil)
	_ chat.Finder    = (*Adapter)(nil)
	_ chat.Historian = (*Adapter)(nil)
	_ chat.Noter     = (*Adapter)(nil)
	_ chat.Typer     = (*Adapter)(nil)
)

// platform is the word for Discord in every Place.
const platform = "discord"

// discordAPI is where the API is; its version follows.
const discordAPI = "https://discord.com/api"

// New makes an adapter. The error names everything that is wrong.
func New(c Config) (*Adapter, error) {
	var faults []error
	miss := func(missing bool, text string) {
		if missing {
			faults = append(faults, errors.New(text))
		}
	}
	c.Token = strings.TrimPrefix(strings.TrimSpace(c.Token), "Bot ")
	miss(c.Token == "", "discord: the token is missing; "+rest.TokenRemedy)
	key, err := hex.DecodeString(c.PublicKey)
	miss(err != nil || len(key) != 0 && len(key) != ed25519.PublicKeySize, "discord: the public key is none; copy it from “General Information” of the application")
	base, err := url.Parse(cmp.Or(c.APIBaseURL, discordAPI))
	miss(err != nil || base.Host == "", "discord: the base address of the API is none")
	if len(faults) > 0 {
		return nil, errors.Join(faults...)
	}
	base.Path = strings.TrimSuffix(base.Path, "/") + "/"
	c.Logger = cmp.Or(c.Logger, slog.New(slog.DiscardHandler))
	if c.Now == nil {
		c.Now = time.Now
	}
	client := http.Client{Timeout: 2 * rest.Timeout}
	if c.Client != nil {
		client = *c.Client
	}
	client.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	c.Client = &client

	a := &Adapter{Config: c, base: base, line: &gateway.Status{}, times: gateway.Times{Open: 20 * time.Second, Pause: time.Second, Silent: 52 * time.Second}}
	if len(key) > 0 {
		a.key = key
	}
	a.web = rest.NewClient(c.Client, base, c.Token)
	a.people = &people{now: c.Now, known: map[string]known{}, servers: map[string]server{}, locales: map[string]string{}}
	a.rooms = &rooms{known: map[string]payload.Channel{}}
	a.states = newStatuses(a)
	a.tokens = &tokens{now: c.Now, by: map[string]token{}}
	a.heard = &utterances{by: map[string]utterance{}}
	a.directs, a.homes, a.threads, a.chains = session.NewPersistentCache("directs"), session.NewPersistentCache("homes"), session.NewPersistentCache("threads"), session.NewPersistentCache("chains")
	a.hinted, a.forms = session.NewPersistentCache("hinted"), session.NewPersistentCache("forms")
	a.mark, a.drafts, a.openers = &bookmark{}, &drafts{by: map[string]map[string]string{}}, &openers{busy: map[string]chan struct{}{}}
	return a, nil
}

// Platform is "discord".
func (a *Adapter) Platform() string { return platform }

// Run finds out who the application is, registers the commands and receives until ctx
// is done or Discord refuses the token or the intents for good.
func (a *Adapter) Run(ctx context.Context, h chat.Handler, k chat.Keeper) error {
	self, err := a.introduce(ctx)
	if err != nil {
		return err
	}
	a.enter(&shift{desk: h, keeper: k, self: self})
	defer a.enter(nil)
	defer a.states.rest()
	var back sync.WaitGroup
	defer back.Wait()
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	back.Go(func() { a.register(ctx, self, k) })
	back.Go(func() { a.states.clear(ctx) })
	return a.listen(ctx, self, k)
}

// enter begins a shift, or ends one: then it waits for what is being taken in.
func (a *Adapter) enter(s *shift) {
	a.gate.Lock()
	defer a.gate.Unlock()
	a.shift = s
	if s != nil { // replies are sent beyond the end of a shift, and remembered
		for _, r := range []*session.PersistentCache{a.directs, a.homes, a.threads, a.chains, a.hinted, a.forms, a.states.left} {
			r.Use(s.keeper)
		}
	}
}

// Ready says why nothing can be received or sent, or nil.
func (a *Adapter) Ready() error {
	a.gate.RLock()
	running := a.shift != nil
	a.gate.RUnlock()
	if err := a.web.TokenFault(); err != nil {
		return err
	}
	if !running {
		return errors.New("discord: not running")
	}
	return a.line.Ready()
}

// identity is who the application is.
type identity struct {
	Application string // its id
	User        string // the bot's id, which may be another
	Name        string
}

// errAnother says that a token is not the one that was meant.
var errAnother = errors.New("not to the one that the configuration names")

// introduce asks Discord who we are until it says so or refuses the token for good.
func (a *Adapter) introduce(ctx context.Context) (identity, error) {
	for pause := time.Second; ; pause = min(2*pause, time.Minute) {
		self, err := a.identify(ctx)
		if err == nil {
			return self, nil
		}
		if rest.StatusOf(err) == http.StatusUnauthorized {
			return self, errors.New("discord refuses the bot token: " + rest.TokenRemedy)
		}
		if errors.Is(err, errAnother) {
			return self, err
		}
		if ctx.Err() != nil {
			return self, ctx.Err()
		}
		a.Logger.WarnContext(ctx, "discord cannot be reached", "error", err, "remedy", rest.Remedy(err), "again", pause)
		if r, ok := errors.AsType[*rest.Error](err); ok {
			pause = max(pause, r.RetryAfter)
		}
		if err := sleep(ctx, pause); err != nil {
			return self, err
		}
	}
}

// identify is who we are; it asks once.
func (a *Adapter) identify(ctx context.Context) (identity, error) {
	a.once.Lock()
	defer a.once.Unlock()
	if a.who != nil {
		return *a.who, nil
	}
	var me payload.User
	if err := a.web.Do(ctx, rest.Call{Method: http.MethodGet, Path: "/users/@me", MaxWait: rest.Timeout}, &me); err != nil {
		return identity{}, err
	}
	var app payload.Application
	if err := a.web.Do(ctx, rest.Call{Method: http.MethodGet, Path: "/applications/@me", MaxWait: rest.Timeout}, &app); err != nil {
		return identity{}, err
	}
	if me.ID == "" || app.ID == "" {
		return identity{}, errors.New("GET /users/@me: Discord names nobody")
	}
	if a.ApplicationID != "" && a.ApplicationID != app.ID {
		return identity{}, fmt.Errorf("discord: the token belongs to the application %s and %w, %s", app.ID, errAnother, a.ApplicationID)
	}
	a.who = &identity{Application: app.ID, User: me.ID, Name: me.Name}
	return *a.who, nil
}

// sleep waits for d or for the end of ctx.
func sleep(ctx context.Context, d time.Duration) error {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-timer.C:
		return nil
	}
}
