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

// Config describes one Discord application and its bot.
type Config struct {
	Token string // of the bot
	// PublicKey of the application, in hex. If set, interactions (buttons, forms and
	// commands) come as HTTP requests to Handler; if empty, over the gateway. Messages
	// always come over the gateway.
	PublicKey string
	// ApplicationID is checked against the token. Defaults to the token's application.
	ApplicationID string
	// MessageContent says that the privileged intent is enabled for the application. Then
	// the bot also answers messages without a mention in threads that it takes part in.
	MessageContent bool

	APIBaseURL string       // Defaults to https://discord.com/api
	Files      *http.Client // for what members attach: reaches FileHosts and APIBaseURL alone; nil: no files are read
	Client     *http.Client // Defaults to one with a timeout; its transport's proxy serves the gateway too

	Grammar chat.Grammar // the slash commands
	Admins  []string     // ids of members, or role:ID; replaces owners and administrators where set

	Logger *slog.Logger     // Defaults to none
	Now    func() time.Time // Defaults to time.Now
}

// Adapter connects aidesk to the Discord servers that one application is in. Its files,
// in the order in which things happen:
//
//	gateway.go       events from the gateway, queued per channel
//	cursor.go        which messages were handled; fetches those missed while offline
//	http.go          interactions that Discord sends as HTTP requests
//	events.go        new, edited and deleted messages
//	interactions.go  buttons, and the command "Ask aidesk" on a message
//	commands.go      slash commands: running, completing and registering them
//	forms.go         modals: opening, checking and correcting them
//	pages.go         forms of more than one modal, filled in page by page
//	responses.go     answers to interactions, and ephemeral notes
//	places.go        which thread, channel or server a conversation belongs to
//	outbound.go      posts, updates and deletes the messages of a Reply
//	history.go       reads messages back: for context, and to find a Reply after a crash
//	status.go        "typing" and the status message while a turn runs
//	attached.go      files of members
//	members.go       members, their roles and whether they are admins
//	setup.go         what "aidesk doctor" and "aidesk discord invite" call
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
	typingOnly     time.Duration            // how long only "typing" is shown before a status message is posted
	deleted        *session.PersistentCache // see posted
	posted         *session.Posted
	statusMessages *session.PersistentCache          // status messages to delete after a crash, by channel
	tokens         *session.Cache[interactionToken]  // the token of each member's last interaction
	recent         *session.Cache[recentMessage]     // messages received lately, by id
	dmChannels     *session.PersistentCache          // channels of direct messages, by member
	homeGuilds     *session.PersistentCache          // the server in which a member last used the bot
	threads        *session.PersistentCache          // threads that the bot takes part in, see threadRef
	chains         *session.PersistentCache          // the first message of the reply chain that a message belongs to
	hinted         *session.PersistentCache          // threads in which members were told to mention the bot
	longFormIDs    *session.PersistentCache          // ids of forms that do not fit into a custom_id, by hash
	drafts         *session.Cache[map[string]string] // rejected values of a form, by member and form
	opening        session.KeyedLock                 // of threads, so that each is opened once
	filling        session.KeyedLock                 // of members who fill in a form page by page
	cursor         *cursor

	identity   *session.Identity[appIdentity]
	run        session.RunState[runInfo]
	connection *session.ConnectionStatus
	times      gateway.Times
}

// runInfo is what one call of Run knows: the handler that gets the events, where things are
// kept, and who the application is.
type runInfo struct {
	handler chat.Handler
	keeper  chat.Keeper
	self    appIdentity
}

var (
	_ chat.Adapter    = (*Adapter)(nil)
	_ chat.Downloader = (*Adapter)(nil)
	_ chat.Finder     = (*Adapter)(nil)
	_ chat.Historian  = (*Adapter)(nil)
	_ chat.Rater      = (*Adapter)(nil)
	_ chat.Noter      = (*Adapter)(nil)
	_ chat.Streamer   = (*Adapter)(nil)
	_ chat.Typer      = (*Adapter)(nil)
	_ chat.Workplace  = (*Adapter)(nil)
)

// platform is the value of Place.Platform for Discord.
const platform = "discord"

// discordAPI is the default address of the REST API, without the version.
const discordAPI = "https://discord.com/api"

// New makes an adapter. The error names everything that is wrong with the configuration.
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
		cursor: &cursor{},
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
	a.statusMessages, a.deleted = session.NewPersistentCache("status"), session.NewPersistentCache("deleted")
	a.posted = session.NewPosted(session.NewCache[string](c.Now, 0), a.deleted)
	return a, nil
}

// Platform returns "discord".
func (a *Adapter) Platform() string { return platform }

// Rates is true: an answer has two thumbs below it.
func (a *Adapter) Rates() bool { return true }

// Run asks Discord who the application is, registers the slash commands and receives
// events until ctx is done, or until Discord refuses the token or the intents for good.
func (a *Adapter) Run(ctx context.Context, h chat.Handler, k chat.Keeper) error {
	self, err := a.waitForIdentity(ctx)
	if err != nil {
		return err
	}
	for _, c := range []*session.PersistentCache{a.dmChannels, a.homeGuilds, a.threads, a.chains, a.hinted, a.longFormIDs, a.statusMessages, a.deleted} {
		c.Use(k) // replies are also sent after Run has ended
	}
	a.run.Start(runInfo{handler: h, keeper: k, self: self})
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

// Ready returns why nothing can be received or sent at the moment, or nil.
func (a *Adapter) Ready() error {
	if err := a.rest.TokenFault(); err != nil {
		return err
	}
	if !a.run.Running() {
		return errors.New("discord: not running")
	}
	return a.connection.Ready()
}

// appIdentity is the application and its bot user.
type appIdentity struct {
	Application string // its id
	User        string // the bot's id, which may be another
	Name        string
}

// errAnother means that the token belongs to another application than the configured
// one.
var errAnother = errors.New("not to the one that the configuration names")

// waitForIdentity asks Discord who the application is, until it answers or refuses the
// token for good.
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

// askIdentity asks Discord once who the application and its bot user are.
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
