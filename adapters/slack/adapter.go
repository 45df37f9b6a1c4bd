// Package slack is the adapter for Slack: it turns what Slack sends into chat.Events and
// chat.Replies into Slack messages. Events come over Socket Mode or as HTTP requests;
// messages go out through the Web API.
//
// A message comes in through socket.go or http.go, and events.go makes an event of it;
// outbound.go posts the reply. Four packages below hold what needs no adapter: payload
// reads what Slack sends, render lays out what it gets, webapi calls it, and setup writes
// the manifest of the app.
package slack

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"net/url"
	"strings"
	"time"

	"golang.org/x/time/rate"

	"aidesk/adapters/session"
	"aidesk/adapters/slack/setup"
	"aidesk/adapters/slack/webapi"
	"aidesk/core/chat"
)

// The ways in which events come from Slack.
const (
	ModeSocket = setup.ModeSocket // over connections that the adapter opens; nothing has to be reachable
	ModeHTTP   = setup.ModeHTTP   // as requests to Handler, which has to be reachable by Slack
)

// Config is one Slack app in one workspace.
type Config struct {
	Mode          string // ModeSocket or ModeHTTP. Defaults to ModeSocket
	BotToken      string // xoxb-…
	AppToken      string // xapp-…, with the scope connections:write; needed for ModeSocket
	SigningSecret string // needed for ModeHTTP

	APIBaseURL string       // of the Web API. Defaults to https://slack.com/api/
	Client     *http.Client // for the Web API. Defaults to one with a timeout
	Files      *http.Client // for what members attach: reaches FileHosts and APIBaseURL alone; nil: no files are read

	Grammar       chat.Grammar // the slash commands
	Admins        []string     // ids of members and user groups; replaces the workspace's admins and owners where set
	Groups        []string     // ids of user groups that become the roles of their members
	FollowThreads bool         // answer in threads that aidesk takes part in also without a mention

	Logger *slog.Logger     // Defaults to none
	Now    func() time.Time // Defaults to time.Now
}

// Adapter connects aidesk with one Slack workspace. Its files, in the order in which
// things happen:
//
//	socket.go, http.go     the two ways in
//	events.go              messages and changes of messages become events
//	interactions.go        pressed buttons and shortcuts; commands.go and forms.go the rest
//	outbound.go            a Reply becomes messages; files.go uploads what is attached
//	ephemeral.go, home.go, status.go  what else is shown
//	members.go, history.go what is read from Slack; attached.go the files of members
//	diagnose.go            the checks of the doctor
type Adapter struct {
	Config

	client          *webapi.Client
	several         bool   // the configuration is for other workspaces, too
	team            string // the workspace that calls have to name, where the token is a whole organisation's
	limiter         *webapi.Limiter
	streamLimit     *rate.Limiter
	memberCache     *session.Cache[chat.Member]
	zones           chat.Zones
	groupCache      *session.Cache[[]string] // members of user groups
	nameCache       *session.Cache[string]   // names of channels and user groups
	statusBoard     *session.StatusBoard
	lastMessage     *session.Cache[string]   // timestamp of the newest message, by direct-message channel
	topLevel        *session.Cache[bool]     // direct messages below which a status stands that is for no thread, by channel and timestamp
	dmCache         *session.Cache[string]   // direct-message channels, by member
	followedThreads *session.PersistentCache // threads that aidesk takes part in
	startedReplies  *session.PersistentCache // placeholders of replies, where the app may not read messages
	deletedMessages *session.PersistentCache // see posted
	posted          *session.Posted

	identity    *session.Identity[identity]
	runState    session.RunState[activeRun]
	connections *session.ConnectionStatus // of ModeSocket
}

// activeRun is what one call of Run knows.
type activeRun struct {
	handler chat.Handler
	self    identity
}

var (
	_ chat.Adapter       = (*Adapter)(nil)
	_ chat.Downloader    = (*Adapter)(nil)
	_ chat.Finder        = (*Adapter)(nil)
	_ chat.Historian     = (*Adapter)(nil)
	_ chat.HomePublisher = (*Adapter)(nil)
	_ chat.Rater         = (*Adapter)(nil)
	_ chat.Noter         = (*Adapter)(nil)
	_ chat.Streamer      = (*Adapter)(nil)
	_ chat.Prompter      = (*Adapter)(nil)
	_ chat.Titler        = (*Adapter)(nil)
	_ chat.Typer         = (*Adapter)(nil)
	_ chat.Workplace     = (*Adapter)(nil)
)

// platform is the value of Place.Platform.
const platform = "slack"

// slackAPI is the default of Config.APIBaseURL.
const slackAPI = "https://slack.com/api/"

// New makes an adapter. The error names everything that is missing in the configuration.
func New(c Config) (*Adapter, error) {
	c.Mode = cmp.Or(c.Mode, ModeSocket)
	var faults []error
	miss := func(missing bool, text string) {
		if missing {
			faults = append(faults, errors.New(text))
		}
	}
	miss(c.Mode != ModeSocket && c.Mode != setup.ModeHTTP, fmt.Sprintf("slack: mode %q is neither socket nor http", c.Mode))
	miss(c.BotToken == "", "slack: the bot token (xoxb-…) is missing; copy it from “OAuth & Permissions” of the app")
	miss(c.Mode == setup.ModeSocket && c.AppToken == "", "slack: socket mode needs an app token (xapp-…); make one with the scope connections:write under “Basic Information” of the app")
	miss(c.Mode == setup.ModeHTTP && c.SigningSecret == "", "slack: http mode needs the signing secret; copy it from “Basic Information” of the app")
	base, err := apiBase(c.APIBaseURL)
	miss(err != nil, "slack: the base address of the API is none")
	if len(faults) > 0 {
		return nil, errors.Join(faults...)
	}
	c.setDefaults(base)
	a := newAdapter(c, base, webapi.Static(c.BotToken))
	a.identity = session.NewIdentity(a.askIdentity)
	return a, nil
}

// apiBase is the address of the Web API, which ends with a slash.
func apiBase(address string) (*url.URL, error) {
	base, err := url.Parse(cmp.Or(address, slackAPI))
	if err != nil || base.Host == "" {
		return nil, errors.New("no address")
	}
	base.Path = strings.TrimSuffix(base.Path, "/") + "/"
	return base, nil
}

// setDefaults fills in what is not set. base is the address of the Web API.
func (c *Config) setDefaults(base *url.URL) {
	c.APIBaseURL = base.String()
	c.Logger = cmp.Or(c.Logger, slog.New(slog.DiscardHandler))
	if c.Now == nil {
		c.Now = time.Now
	}
	c.Client = session.HTTPClient(c.Client, 2*session.CallTimeout)
}

// newAdapter makes an adapter for one workspace that does not know yet who the app is there.
func newAdapter(c Config, base *url.URL, tokens webapi.TokenSource) *Adapter {
	a := &Adapter{Config: c, connections: session.NewConnectionStatus(platform, connectionCount), statusBoard: session.NewStatusBoard()}
	a.client = webapi.New(base, tokens, c.AppToken, c.Client, c.Now)
	a.limiter = webapi.NewLimiter(c.Now)
	a.streamLimit = rate.NewLimiter(rate.Every(streamInterval), streamBurst)
	a.memberCache = session.NewCache[chat.Member](c.Now, session.MemberLife)
	a.groupCache = session.NewCache[[]string](c.Now, session.MemberLife)
	a.nameCache = session.NewCache[string](c.Now, session.MemberLife)
	a.topLevel = session.NewCache[bool](c.Now, 0)
	a.lastMessage, a.dmCache = session.NewCache[string](c.Now, 0), session.NewCache[string](c.Now, 0)
	a.followedThreads, a.startedReplies = session.NewPersistentCache("threads"), session.NewPersistentCache("started")
	a.deletedMessages = session.NewPersistentCache("deleted")
	a.posted = session.NewPosted(session.NewCache[string](c.Now, 0), a.deletedMessages)
	return a
}

// Platform is "slack".
func (a *Adapter) Platform() string { return platform }

// Rates is true: an answer has two thumbs below it.
func (a *Adapter) Rates() bool { return true }

// Run finds out who the app is and receives until ctx is done or Slack refuses the
// tokens for good.
func (a *Adapter) Run(ctx context.Context, h chat.Handler, k chat.Keeper) error {
	self, err := a.waitForIdentity(ctx)
	if err != nil {
		return err
	}
	a.start(self, h, k)
	defer a.stop()
	if a.Mode == setup.ModeHTTP {
		<-ctx.Done()
		return nil
	}
	return a.runSocketMode(ctx)
}

// start begins to take in what happens.
func (a *Adapter) start(self identity, h chat.Handler, k chat.Keeper) {
	a.followedThreads.Use(k) // for good: replies are sent after the end of Run, too
	a.startedReplies.Use(k)
	a.deletedMessages.Use(k)
	a.runState.Start(activeRun{handler: h, self: self})
}

// stop takes in nothing more, and waits for what is being taken in.
func (a *Adapter) stop() {
	a.statusBoard.Stop()
	a.runState.Stop()
}

// Ready returns why nothing can be received or sent, or nil.
func (a *Adapter) Ready() error {
	if err := a.client.TokenError(); err != nil {
		return err
	}
	if !a.runState.Running() {
		return errors.New("slack: not running")
	}
	if a.Mode == setup.ModeSocket {
		return a.connections.Ready()
	}
	return nil
}

// identity is who the app is in the workspace.
type identity struct {
	User       string `json:"user_id"`
	Bot        string `json:"bot_id"`
	Team       string `json:"team_id"`
	Name       string `json:"team"` // of the workspace, for people
	Enterprise string `json:"enterprise_id"`
	Wide       bool   `json:"is_enterprise_install"` // installed for a whole organisation
	URL        string `json:"url"`                   // of the workspace
}

// Workplace is what the workspace is called, and the address that leads a browser to a channel
// in it. Before Slack said who the app is there is no name.
func (a *Adapter) Workplace(p chat.Place) (name, back string) {
	ended, cancel := context.WithCancel(context.Background())
	cancel() // what is known is enough
	who, _ := a.identity.Get(ended)
	at := url.Values{"team": {p.Workspace}}
	if p.Channel != "" {
		at.Set("channel", p.Channel)
	}
	return who.Name, "https://slack.com/app_redirect?" + at.Encode()
}

// waitForIdentity asks Slack who the app is until it answers or refuses the token for good.
func (a *Adapter) waitForIdentity(ctx context.Context) (identity, error) {
	return a.identity.Wait(ctx, func(err error, pause time.Duration) (f session.Failure) {
		if webapi.IsAuthCode(webapi.CodeOf(err)) {
			f.Final = fmt.Errorf("slack refuses the bot token (%s): %s", webapi.CodeOf(err), webapi.Remedy(err))
			return f
		}
		if r, ok := errors.AsType[*webapi.Error](err); ok {
			f.After = r.After
		}
		a.Logger.WarnContext(ctx, "slack cannot be reached", "error", err, "remedy", webapi.Remedy(err), "again", pause)
		return f
	})
}

// askIdentity asks Slack once who the app is.
func (a *Adapter) askIdentity(ctx context.Context) (who identity, err error) {
	err = a.client.Fetch(ctx, "auth.test", url.Values{}, &who) // slack-go drops is_enterprise_install
	return who, err
}
