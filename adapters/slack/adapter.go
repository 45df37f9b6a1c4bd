// Package slack brings the desk to Slack: over connections of Socket Mode or as an
// HTTP endpoint, and out through the Web API. How things look there is decided in the
// package render below it.
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

	"aidesk/adapters/session"
	"aidesk/adapters/slack/setup"
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

	Grammar       chat.Grammar // the slash commands
	Admins        []string     // ids of members and user groups; replaces the workspace's admins and owners where set
	Groups        []string     // ids of user groups that become the roles of their members
	FollowThreads bool         // replies in a thread where the desk takes part are for the desk, also without a mention

	Logger *slog.Logger     // Defaults to none
	Now    func() time.Time // Defaults to time.Now
}

// Adapter brings the desk to one Slack workspace. In the order of what happens:
//
//	socket.go, server.go  the two ways in; take.go is where they meet
//	event.go              messages and changes; mrkdwn.go reads their text
//	interaction.go        presses and shortcuts; command.go and form.go the rest
//	send.go, posting.go   a Reply becomes messages; file.go, find.go and pace.go help
//	web.go, remedy.go     the Web API, and what its errors mean to an admin
//	manifest.go, diagnose.go, live.go  setting it up
type Adapter struct {
	Config

	web     *web
	pace    *pace
	people  *session.Cache[chat.Member]
	groups  *session.Cache[[]string] // members of user groups
	states  *session.StatusBoard
	newest  *session.Cache[string]   // the newest message of a direct message, by channel
	directs *session.Cache[string]   // channels of direct messages, by member
	threads *session.PersistentCache // in which the desk takes part
	started *session.PersistentCache // replies that were begun where they cannot be searched for

	who   *session.Identity[identity]
	run   session.RunState[shift]
	lines *session.ConnectionStatus // of ModeSocket
}

// shift is one Run: the desk behind the adapter.
type shift struct {
	desk chat.Handler
	self identity
}

var (
	_ chat.Adapter   = (*Adapter)(nil)
	_ chat.Finder    = (*Adapter)(nil)
	_ chat.Historian = (*Adapter)(nil)
	_ chat.Homer     = (*Adapter)(nil)
	_ chat.Noter     = (*Adapter)(nil)
	_ chat.Typer     = (*Adapter)(nil)
)

// platform is the word for Slack in every Place.
const platform = "slack"

// slackAPI is where the Web API is.
const slackAPI = "https://slack.com/api/"

// New makes an adapter. The error names everything that is missing.
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
	base, err := url.Parse(cmp.Or(c.APIBaseURL, slackAPI))
	miss(err != nil || base.Host == "", "slack: the base address of the API is none")
	if len(faults) > 0 {
		return nil, errors.Join(faults...)
	}
	base.Path = strings.TrimSuffix(base.Path, "/") + "/"
	c.APIBaseURL = base.String()
	c.Logger = cmp.Or(c.Logger, slog.New(slog.DiscardHandler))
	if c.Now == nil {
		c.Now = time.Now
	}
	c.Client = session.HTTPClient(c.Client, 2*session.CallTimeout)

	a := &Adapter{Config: c, lines: session.NewConnectionStatus(platform, connections), states: session.NewStatusBoard()}
	a.web = &web{client: c.Client, base: base, token: c.BotToken, now: c.Now, until: map[string]time.Time{}}
	a.pace = newPace(c.Now)
	a.people = session.NewCache[chat.Member](c.Now, session.MemberLife)
	a.groups = session.NewCache[[]string](c.Now, session.MemberLife)
	a.newest, a.directs = session.NewCache[string](c.Now, 0), session.NewCache[string](c.Now, 0)
	a.threads, a.started = session.NewPersistentCache("threads"), session.NewPersistentCache("started")
	a.who = session.NewIdentity(a.askIdentity)
	return a, nil
}

// Platform is "slack".
func (a *Adapter) Platform() string { return platform }

// Run finds out who the app is and receives until ctx is done or Slack refuses the
// tokens for good.
func (a *Adapter) Run(ctx context.Context, h chat.Handler, k chat.Keeper) error {
	self, err := a.introduce(ctx)
	if err != nil {
		return err
	}
	a.threads.Use(k) // replies are sent beyond the end of a run, and remembered
	a.started.Use(k)
	a.run.Start(shift{desk: h, self: self})
	defer a.run.Stop()
	defer a.states.Stop()
	if a.Mode == setup.ModeHTTP {
		<-ctx.Done()
		return nil
	}
	return a.listen(ctx)
}

// Ready says why nothing can be received or sent, or nil.
func (a *Adapter) Ready() error {
	if err := a.web.fails(); err != nil {
		return err
	}
	if !a.run.Running() {
		return errors.New("slack: not running")
	}
	if a.Mode == setup.ModeSocket {
		return a.lines.Ready()
	}
	return nil
}

// identity is who the app is in the workspace.
type identity struct {
	User       string `json:"user_id"`
	Bot        string `json:"bot_id"`
	Team       string `json:"team_id"`
	Enterprise string `json:"enterprise_id"`
	Wide       bool   `json:"is_enterprise_install"` // installed for a whole organisation
	URL        string `json:"url"`                   // of the workspace
}

// introduce asks Slack who we are until it says so or refuses the token for good.
func (a *Adapter) introduce(ctx context.Context) (identity, error) {
	return a.who.Wait(ctx, func(err error, pause time.Duration) (f session.Failure) {
		if hopeless[codeOf(err)] {
			f.Final = fmt.Errorf("slack refuses the bot token (%s): %s", codeOf(err), remedy(err))
			return f
		}
		if r, ok := errors.AsType[*refusal](err); ok {
			f.After = r.after
		}
		a.Logger.WarnContext(ctx, "slack cannot be reached", "error", err, "remedy", remedy(err), "again", pause)
		return f
	})
}

// askIdentity asks Slack who we are.
func (a *Adapter) askIdentity(ctx context.Context) (who identity, err error) {
	err = a.web.call(ctx, "auth.test", "", url.Values{}, &who)
	return who, err
}
