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

	publicKey      ed25519.PublicKey // nil: interactions come over the gateway
	base           *url.URL          // of the API
	rest           *rest.Client
	members        *session.Cache[chat.Member]     // by server and member
	guilds         *session.Cache[guild]           // who administers a server
	locales        *session.Cache[string]          // the languages of members' clients
	channels       *session.Cache[payload.Channel] // as Discord described them
	statuses       *session.StatusBoard
	typingOnly     time.Duration                     // how long a status is shown by the sign of typing alone
	statusMessages *session.PersistentCache          // messages with the words of a status, so that none outlives a crash
	tokens         *session.Cache[interactionToken]  // of each member's last interaction
	recent         *session.Cache[recentMessage]     // the messages that were taken in lately
	dmChannels     *session.PersistentCache          // channels of direct messages, by member
	homeGuilds     *session.PersistentCache          // servers in which members last used the desk
	threads        *session.PersistentCache          // in which the desk takes part, with where they hang
	chains         *session.PersistentCache          // our messages outside of threads, with the first of their chain
	hinted         *session.PersistentCache          // threads in which was said how to reach the desk
	longFormIDs    *session.PersistentCache          // names of forms that are too long for Discord
	drafts         *session.Cache[map[string]string] // forms with a fault in them, by member and form
	threadLocks    *threadLocks
	cursor         *cursor

	identity   *session.Identity[appIdentity]
	run        session.RunState[runInfo]
	connection *session.ConnectionStatus
	times      gateway.Times
}

// runInfo is one Run: the desk behind the adapter.
type runInfo struct {
	handler chat.Handler
	self    appIdentity
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
	c.Client = session.HTTPClient(c.Client, 2*session.CallTimeout)

	a := &Adapter{
		Config: c, base: base, rest: rest.NewClient(c.Client, base, c.Token), typingOnly: typingOnlyTime,
		connection: session.NewConnectionStatus(platform, 1), statuses: session.NewStatusBoard(),
		times:  gateway.Times{Open: 20 * time.Second, Pause: time.Second, Silent: 52 * time.Second},
		cursor: &cursor{}, threadLocks: &threadLocks{busy: map[string]chan struct{}{}},
	}
	if len(key) > 0 {
		a.publicKey = key
	}
	a.identity = session.NewIdentity(a.askIdentity)
	a.members = session.NewCache[chat.Member](c.Now, session.MemberLife)
	a.guilds = session.NewCache[guild](c.Now, session.MemberLife)
	a.tokens = session.NewCache[interactionToken](c.Now, tokenLife)
	a.locales, a.channels = session.NewCache[string](c.Now, 0), session.NewCache[payload.Channel](c.Now, 0)
	a.recent = session.NewCache[recentMessage](c.Now, 0)
	a.drafts = session.NewCache[map[string]string](c.Now, 0).Bound(maxDrafts)
	a.dmChannels, a.homeGuilds = session.NewPersistentCache("directs"), session.NewPersistentCache("homes")
	a.threads, a.chains = session.NewPersistentCache("threads"), session.NewPersistentCache("chains")
	a.hinted, a.longFormIDs = session.NewPersistentCache("hinted"), session.NewPersistentCache("forms")
	a.statusMessages = session.NewPersistentCache("status")
	return a, nil
}

// Platform is "discord".
func (a *Adapter) Platform() string { return platform }

// Run finds out who the application is, registers the commands and receives until ctx
// is done or Discord refuses the token or the intents for good.
func (a *Adapter) Run(ctx context.Context, h chat.Handler, k chat.Keeper) error {
	self, err := a.waitForIdentity(ctx)
	if err != nil {
		return err
	}
	for _, c := range []*session.PersistentCache{a.dmChannels, a.homeGuilds, a.threads, a.chains, a.hinted, a.longFormIDs, a.statusMessages} {
		c.Use(k) // replies are sent beyond the end of a run, and remembered
	}
	a.run.Start(runInfo{handler: h, self: self})
	defer a.run.Stop()
	defer a.statuses.Stop()
	var back sync.WaitGroup
	defer back.Wait()
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	back.Go(func() { a.registerCommands(ctx, self, k) })
	back.Go(func() { a.removeOldStatuses(ctx) })
	return a.listen(ctx, self, k)
}

// Ready says why nothing can be received or sent, or nil.
func (a *Adapter) Ready() error {
	if err := a.rest.TokenFault(); err != nil {
		return err
	}
	if !a.run.Running() {
		return errors.New("discord: not running")
	}
	return a.connection.Ready()
}

// appIdentity is who the application is.
type appIdentity struct {
	Application string // its id
	User        string // the bot's id, which may be another
	Name        string
}

// errAnother says that a token is not the one that was meant.
var errAnother = errors.New("not to the one that the configuration names")

// waitForIdentity asks Discord who we are until it says so or refuses the token for good.
func (a *Adapter) waitForIdentity(ctx context.Context) (appIdentity, error) {
	return a.identity.Wait(ctx, func(err error, pause time.Duration) (f session.Failure) {
		switch r, refused := errors.AsType[*rest.Error](err); {
		case rest.StatusOf(err) == http.StatusUnauthorized:
			f.Final = errors.New("discord refuses the bot token: " + rest.TokenRemedy)
			return f
		case errors.Is(err, errAnother):
			f.Final = err
			return f
		case refused:
			f.After = r.RetryAfter
		}
		a.Logger.WarnContext(ctx, "discord cannot be reached", "error", err, "remedy", rest.Remedy(err), "again", pause)
		return f
	})
}

// askIdentity asks Discord who we are.
func (a *Adapter) askIdentity(ctx context.Context) (appIdentity, error) {
	var me payload.User
	if err := a.rest.Do(ctx, rest.Call{Method: http.MethodGet, Path: "/users/@me", MaxWait: session.CallTimeout}, &me); err != nil {
		return appIdentity{}, err
	}
	var app payload.Application
	if err := a.rest.Do(ctx, rest.Call{Method: http.MethodGet, Path: "/applications/@me", MaxWait: session.CallTimeout}, &app); err != nil {
		return appIdentity{}, err
	}
	if me.ID == "" || app.ID == "" {
		return appIdentity{}, errors.New("GET /users/@me: Discord names nobody")
	}
	if a.ApplicationID != "" && a.ApplicationID != app.ID {
		return appIdentity{}, fmt.Errorf("discord: the token belongs to the application %s and %w, %s", app.ID, errAnother, a.ApplicationID)
	}
	return appIdentity{Application: app.ID, User: me.ID, Name: me.Name}, nil
}
