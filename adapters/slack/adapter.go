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
	"sync"
	"time"

	"aidesk/core/chat"
)

// The ways in which events come from Slack.
const (
	ModeSocket = "socket" // over connections that the adapter opens; nothing has to be reachable
	ModeHTTP   = "http"   // as requests to Handler, which has to be reachable by Slack
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
	people  *people
	groups  *groups
	states  *statuses
	directs *directs
	threads *chat.Recall // in which the desk takes part
	started *chat.Recall // replies that were begun where they cannot be searched for

	once sync.Mutex // guards asking who we are
	who  *identity  // nil: not yet known

	gate  sync.RWMutex // held for reading while something is taken in
	shift *shift       // nil: not running
	lines *lines       // of ModeSocket
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
	miss(c.Mode != ModeSocket && c.Mode != ModeHTTP, fmt.Sprintf("slack: mode %q is neither socket nor http", c.Mode))
	miss(c.BotToken == "", "slack: the bot token (xoxb-…) is missing; copy it from “OAuth & Permissions” of the app")
	miss(c.Mode == ModeSocket && c.AppToken == "", "slack: socket mode needs an app token (xapp-…); make one with the scope connections:write under “Basic Information” of the app")
	miss(c.Mode == ModeHTTP && c.SigningSecret == "", "slack: http mode needs the signing secret; copy it from “Basic Information” of the app")
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
	client := http.Client{Timeout: 2 * callTime}
	if c.Client != nil {
		client = *c.Client
	}
	client.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	c.Client = &client

	a := &Adapter{Config: c, lines: &lines{}}
	a.web = &web{client: c.Client, base: base, token: c.BotToken, now: c.Now, until: map[string]time.Time{}}
	a.pace = newPace(c.Now)
	a.people = &people{now: c.Now, known: map[string]known{}}
	a.groups = &groups{now: c.Now, known: map[string]group{}}
	a.states = newStatuses(a.web, c.Logger)
	a.directs = &directs{ids: map[string]string{}}
	a.threads, a.started = chat.NewRecall("threads"), chat.NewRecall("started")
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
	a.enter(&shift{desk: h, keeper: k, self: self})
	defer a.enter(nil)
	defer a.states.rest()
	if a.Mode == ModeHTTP {
		<-ctx.Done()
		return nil
	}
	return a.listen(ctx)
}

// enter begins a shift, or ends one: then it waits for what is being taken in.
func (a *Adapter) enter(s *shift) {
	a.gate.Lock()
	defer a.gate.Unlock()
	a.shift = s
	if s != nil { // replies are sent beyond the end of a shift, and remembered
		a.threads.Use(s.keeper)
		a.started.Use(s.keeper)
	}
}

// Ready says why nothing can be received or sent, or nil.
func (a *Adapter) Ready() error {
	a.gate.RLock()
	running := a.shift != nil
	a.gate.RUnlock()
	if err := a.web.fails(); err != nil {
		return err
	}
	if !running {
		return errors.New("slack: not running")
	}
	if a.Mode == ModeSocket {
		return a.lines.ready()
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
	for pause := time.Second; ; pause = min(2*pause, time.Minute) {
		self, err := a.identify(ctx)
		if err == nil {
			return self, nil
		}
		if hopeless[codeOf(err)] {
			return self, fmt.Errorf("slack refuses the bot token (%s): %s", codeOf(err), remedy(err))
		}
		if ctx.Err() != nil {
			return self, ctx.Err()
		}
		a.Logger.WarnContext(ctx, "slack cannot be reached", "error", err, "remedy", remedy(err), "again", pause)
		if r, ok := errors.AsType[*refusal](err); ok {
			pause = max(pause, r.after)
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
	var who identity
	if err := a.web.call(ctx, "auth.test", "", url.Values{}, &who); err != nil {
		return who, err
	}
	a.who = &who
	return who, nil
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
