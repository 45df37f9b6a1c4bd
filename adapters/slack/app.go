package slack

import (
	"context"
	"errors"
	"log/slog"
	"net/http"
	"net/url"
	"sync"
	"time"

	"aidesk/adapters/session"
	"aidesk/adapters/slack/install"
	"aidesk/adapters/slack/webapi"
	"aidesk/core/chat"
	"aidesk/core/installation"
	"aidesk/core/markdown"
	"aidesk/core/secret"
)

// AppConfig is one Slack app that several workspaces install.
type AppConfig struct {
	Config // without tokens; the mode is ModeHTTP

	ClientID      string
	ClientSecret  secret.Text
	Scopes        []string // that are asked for. Defaults to those of the manifest
	Workspaces    []string // ids of workspaces and organisations that may install it; none: every one
	PublicURL     string
	Installations *installation.Installations
	Secrets       *secret.Ring // seals what travels through a browser during an installation
}

// App is one Slack app in several workspaces: an Adapter for each of them, which has that
// workspace's token, identity, caches and rate limits and knows of no other, and the pages by
// which a workspace is added. What comes from Slack goes to the Adapter of the installation
// that it is for (app_route.go); what is sent to a place goes to that of the place's
// workspace.
type App struct {
	config AppConfig
	flow   *install.Flow
	base   *url.URL

	mu       sync.Mutex
	handler  chat.Handler // nil: before Run, and after it
	keeper   chat.Keeper
	sessions map[sessionKey]*workspaceSession
	ending   sync.WaitGroup // of sessions
	ended    bool           // Run waits for them, or has
}

// sessionKey is a workspace with the installation that serves it: in an organisation these
// are not the same.
type sessionKey struct{ installation, workspace string }

// workspaceSession is the Adapter of one workspace under one act of installing.
type workspaceSession struct {
	*Adapter
	installed installation.Installation
	kept      *workspaceKeeper

	checking sync.Mutex
	checked  time.Time // when Slack was asked whether the token is still good
}

var (
	_ chat.Adapter       = (*App)(nil)
	_ chat.Downloader    = (*App)(nil)
	_ chat.Finder        = (*App)(nil)
	_ chat.Historian     = (*App)(nil)
	_ chat.HomePublisher = (*App)(nil)
	_ chat.Namer         = (*App)(nil)
	_ chat.Rater         = (*App)(nil)
	_ chat.Streamer      = (*App)(nil)
	_ chat.Noter         = (*App)(nil)
	_ chat.Prompter      = (*App)(nil)
	_ chat.Titler        = (*App)(nil)
	_ chat.Typer         = (*App)(nil)
	_ chat.Workplace     = (*App)(nil)
)

// NewApp makes an App. The error names everything that is missing in the configuration.
func NewApp(c AppConfig) (*App, error) {
	var faults []error
	miss := func(missing bool, text string) {
		if missing {
			faults = append(faults, errors.New(text))
		}
	}
	miss(c.Mode != ModeHTTP, "slack: an app in several workspaces needs the mode http")
	miss(c.BotToken != "", "slack: an app in several workspaces has a token for each, and none in the configuration")
	miss(c.ClientID == "" || c.ClientSecret == "", "slack: an app in several workspaces needs its client id and client secret; copy them from “Basic Information” of the app")
	miss(c.SigningSecret == "", "slack: http mode needs the signing secret; copy it from “Basic Information” of the app")
	miss(c.Installations == nil || c.Secrets.First() == "", "slack: an app in several workspaces needs a store and keys")
	base, err := apiBase(c.APIBaseURL)
	miss(err != nil, "slack: the base address of the API is none")
	if len(faults) > 0 {
		return nil, errors.Join(faults...)
	}
	c.setDefaults(base)
	a := &App{config: c, base: base, sessions: map[sessionKey]*workspaceSession{}}
	a.flow, err = install.New(install.Config{
		ClientID: c.ClientID, ClientSecret: c.ClientSecret, Scopes: c.Scopes, Allowed: c.Workspaces, PublicURL: c.PublicURL,
		Installations: c.Installations, Secrets: c.Secrets, Base: base, Client: c.Client, Logger: c.Logger, Now: c.Now,
	})
	return a, err
}

// Platform is "slack".
func (a *App) Platform() string { return platform }

// Rates is true, as of an Adapter.
func (a *App) Rates() bool { return true }

// Handler serves what Handler of an Adapter in ModeHTTP serves, and the pages of an
// installation.
func (a *App) Handler() http.Handler {
	mux := http.NewServeMux()
	e := &endpoints{secret: a.config.SigningSecret, receive: a.receive, Logger: a.config.Logger}
	e.addTo(mux)
	a.flow.AddTo(mux)
	return mux
}

// Run receives until ctx is done.
func (a *App) Run(ctx context.Context, h chat.Handler, k chat.Keeper) error {
	a.mu.Lock()
	a.handler, a.keeper = h, k
	for _, s := range a.sessions { // made to send before
		s.begin(h, k)
	}
	a.mu.Unlock()
	<-ctx.Done()
	a.mu.Lock()
	a.handler, a.ended = nil, true
	var all []*workspaceSession
	for _, s := range a.sessions {
		all = append(all, s)
	}
	a.mu.Unlock()
	for _, s := range all {
		s.stop()
	}
	a.ending.Wait()
	return nil
}

// Ready returns why nothing can be received, or nil. That the token of one workspace is
// refused is no matter of the others.
func (a *App) Ready() error {
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.handler == nil {
		return errors.New("slack: not running")
	}
	return nil
}

// begin lets a session receive.
func (s *workspaceSession) begin(h chat.Handler, k chat.Keeper) {
	s.kept.use(k)
	who, _ := s.identity.Get(context.Background()) // it is known
	s.start(who, h, s.kept)
}

// session is the Adapter of a workspace that an installation serves, made if need be. One of
// an earlier installation there ends.
func (a *App) session(i installation.Installation, workspace string) *workspaceSession {
	key := sessionKey{i.ID, workspace}
	a.mu.Lock()
	s := a.sessions[key]
	var old *workspaceSession
	if s == nil || !s.installed.Same(i) {
		old, s = s, a.newSession(i, workspace)
		a.sessions[key] = s
		if a.handler != nil {
			s.begin(a.handler, a.keeper)
		} else if a.keeper != nil { // after Run replies are still sent
			s.kept.use(a.keeper)
			s.followedThreads.Use(s.kept)
			s.startedReplies.Use(s.kept)
			s.deletedMessages.Use(s.kept)
		}
	}
	a.mu.Unlock()
	if old != nil {
		a.end(old)
	}
	return s
}

func (a *App) newSession(i installation.Installation, workspace string) *workspaceSession {
	c := a.config.Config
	c.Logger = c.Logger.With(slog.String("workspace", workspace))
	kept := &workspaceKeeper{workspace: workspace}
	s := &workspaceSession{installed: i, kept: kept}
	s.Adapter = newAdapter(c, a.base, func(ctx context.Context, rejected string) (string, error) { return a.flow.Token(ctx, i, rejected) })
	s.client.SetScopes(i.Scopes)
	s.several = true
	if i.Wide {
		s.team = workspace
	}
	who := identity{User: i.BotUser, Bot: i.Bot, Team: workspace, Enterprise: i.Enterprise, URL: i.URL}
	if !i.Wide { // the name of an organisation is not that of each of its workspaces
		who.Name = i.Name
	}
	s.identity = session.NewIdentity(func(context.Context) (identity, error) { return who, nil })
	return s
}

// end lets a session receive and keep nothing more. It does not wait for what is being taken
// in, which may be what ends the session.
func (a *App) end(s *workspaceSession) {
	s.kept.use(nil)
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.ended {
		go s.stop()
		return
	}
	a.ending.Go(s.stop)
}

// forget ends the sessions of an installation.
func (a *App) forget(id string) {
	a.mu.Lock()
	var ended []*workspaceSession
	for key, s := range a.sessions {
		if key.installation == id {
			ended = append(ended, s)
			delete(a.sessions, key)
		}
	}
	a.mu.Unlock()
	for _, s := range ended {
		a.end(s)
	}
}

// of is the Adapter of a place's workspace. The error is webapi.ErrRemoved where the app is
// not installed there, or *chat.Later where that cannot be found out.
func (a *App) of(ctx context.Context, p chat.Place) (*workspaceSession, error) {
	i, err := a.config.Installations.Of(ctx, p.Workspace)
	switch {
	case errors.Is(err, installation.ErrNone):
		return nil, webapi.ErrRemoved
	case err != nil:
		return nil, &chat.Later{After: session.RetryAfter, Reason: err.Error()}
	}
	return a.session(i, p.Workspace), nil
}

// workspaceKeeper keeps the values of one workspace apart from those of the others. Without a
// Keeper it keeps nothing, as after the end of an installation.
type workspaceKeeper struct {
	workspace string

	mu sync.Mutex
	to chat.Keeper
}

func (k *workspaceKeeper) use(to chat.Keeper) {
	k.mu.Lock()
	defer k.mu.Unlock()
	k.to = to
}

func (k *workspaceKeeper) keeper() (chat.Keeper, error) {
	k.mu.Lock()
	defer k.mu.Unlock()
	if k.to == nil {
		return nil, chat.ErrNotRunning
	}
	return k.to, nil
}

// Keep keeps a value of the workspace.
func (k *workspaceKeeper) Keep(ctx context.Context, name string, value []byte) error {
	to, err := k.keeper()
	if err != nil {
		return err
	}
	return to.Keep(ctx, k.workspace+"/"+name, value)
}

// Kept reads a value of the workspace.
func (k *workspaceKeeper) Kept(ctx context.Context, name string) ([]byte, error) {
	to, err := k.keeper()
	if err != nil {
		return nil, err
	}
	return to.Kept(ctx, k.workspace+"/"+name)
}

// Member is Adapter.Member of the place's workspace.
func (a *App) Member(ctx context.Context, p chat.Place, id string) (chat.Member, error) {
	s, err := a.of(ctx, p)
	if err != nil {
		return chat.Member{}, err
	}
	defer a.checkRefused(ctx, s)
	return s.Member(ctx, p, id)
}

// Workplace is Adapter.Workplace of the place's workspace.
func (a *App) Workplace(p chat.Place) (name, back string) {
	s, err := a.of(context.Background(), p)
	if err != nil {
		return "", ""
	}
	return s.Workplace(p)
}

// Send is Adapter.Send in the place's workspace. Where the app is not installed any more the
// place is gone.
func (a *App) Send(ctx context.Context, r chat.Reply, posted string) (string, error) {
	s, err := a.of(ctx, r.Place)
	switch {
	case errors.Is(err, webapi.ErrRemoved):
		return posted, errors.Join(chat.ErrGone, err)
	case err != nil:
		return posted, err
	}
	defer a.checkRefused(ctx, s)
	return s.Send(ctx, r, posted)
}

// Find is Adapter.Find in the place's workspace. Where the app is not installed any more,
// Send says so.
func (a *App) Find(ctx context.Context, r chat.Reply, posted string, since time.Time) (string, bool, error) {
	s, err := a.of(ctx, r.Place)
	if err == nil {
		all, whole, err := s.Find(ctx, r, posted, since)
		if !errors.Is(err, webapi.ErrRemoved) {
			return all, whole, err
		}
		return posted, false, nil
	}
	if errors.Is(err, webapi.ErrRemoved) {
		return posted, false, nil
	}
	return posted, false, err
}

// History is Adapter.History in the place's workspace.
func (a *App) History(ctx context.Context, p chat.Place, before string, limit int) (chat.History, error) {
	s, err := a.of(ctx, p)
	if err != nil {
		return chat.History{}, err
	}
	return s.History(ctx, p, before, limit)
}

// Delete is Adapter.Delete in the place's workspace.
func (a *App) Delete(ctx context.Context, p chat.Place, link string) error {
	s, err := a.of(ctx, p)
	if err != nil {
		return err
	}
	return s.Delete(ctx, p, link)
}

// Download is Adapter.Download with the token of the place's workspace.
func (a *App) Download(ctx context.Context, p chat.Place, f chat.Attachment, limit int64) ([]byte, error) {
	s, err := a.of(ctx, p)
	if err != nil {
		return nil, err
	}
	return s.Download(ctx, p, f, limit)
}

// Names is Adapter.Names in the place's workspace.
func (a *App) Names(ctx context.Context, p chat.Place, marks []string) map[string]string {
	s, err := a.of(ctx, p)
	if err != nil {
		return nil
	}
	return s.Names(ctx, p, marks)
}

// Note is Adapter.Note in the place's workspace.
func (a *App) Note(ctx context.Context, e chat.Event, text markdown.Document) error {
	s, err := a.of(ctx, e.Place)
	if err != nil {
		return err
	}
	return s.Note(ctx, e, text)
}

// Type is Adapter.Type in the place's workspace.
func (a *App) Type(ctx context.Context, p chat.Place, progress chat.Progress) error {
	s, err := a.of(ctx, p)
	if err != nil {
		return err
	}
	return s.Type(ctx, p, progress)
}

// Home is Adapter.Home in the place's workspace.
func (a *App) Home(ctx context.Context, p chat.Place, member string, h chat.Home) error {
	s, err := a.of(ctx, p)
	if err != nil {
		return err
	}
	return s.Home(ctx, p, member, h)
}
