package slack_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/cookiejar"
	"net/http/httptest"
	"net/url"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"aidesk/adapters/adaptertest"
	"aidesk/adapters/fake"
	"aidesk/adapters/fake/faketest"
	fakeslack "aidesk/adapters/fake/slack"
	"aidesk/adapters/session"
	"aidesk/adapters/slack"
	"aidesk/adapters/slack/setup"
	"aidesk/core/chat"
	"aidesk/core/installation"
	"aidesk/core/secret"
	"aidesk/core/secret/workspace"
	"aidesk/store"
	"aidesk/store/bolt"
)

// movedClock is the real time, moved.
type movedClock struct {
	fake.WallClock

	by *atomic.Int64
}

func (c movedClock) Now() time.Time { return time.Now().Add(time.Duration(c.by.Load())) }

// several are two workspaces with one app.
type several struct {
	*fakeslack.Site
	t          *testing.T
	desk, acme *fakeslack.Slack
	app        *slack.App
	received   *adaptertest.Recorder
	keeper     *adaptertest.Memory
	db         *bolt.DB
	ring       *secret.Ring
	log        *adaptertest.Log
	door       *faketest.Handler
	public     string
	moved      atomic.Int64
	change     func(*slack.AppConfig)
	stop       func()
}

// workspaces makes two workspaces in which the app is not installed yet, and runs it.
func workspaces(t *testing.T, change func(*fakeslack.App)) *several {
	t.Helper()
	s := &several{t: t, received: &adaptertest.Recorder{}, keeper: &adaptertest.Memory{}, log: &adaptertest.Log{}, door: &faketest.Handler{}}
	server := httptest.NewServer(s.door)
	t.Cleanup(server.Close)
	s.public = server.URL
	manifest, err := setup.Manifest(slack.ModeHTTP, "https://desk.example.com", grammar)
	if err != nil {
		t.Fatal(err)
	}
	app, err := fakeslack.ParseManifest(manifest)
	if err != nil {
		t.Fatal(err)
	}
	app = app.WithHTTP(server.URL)
	if change != nil {
		change(&app)
	}
	clock := movedClock{by: &s.moved}
	first, second := fakeslack.Config{App: app, Clock: clock, Stamp: time.Now, Uninstalled: true}, fakeslack.AcmeConfig(app)
	second.Clock, second.Stamp = clock, time.Now
	s.Site = faketest.Site(t, first, second)
	s.desk, s.acme = s.Teams[0], s.Teams[1]
	if s.ring, err = secret.Parse([]string{secret.Generate("k1")}); err != nil {
		t.Fatal(err)
	}
	if s.db, err = bolt.Open(filepath.Join(t.TempDir(), "desk.db"), bolt.Options{}); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.db.Close(); err != nil {
			t.Error(err)
		}
	})
	s.start()
	t.Cleanup(func() {
		s.stop()
		for _, secret := range []string{"xoxb-", "xoxe", fakeslack.SigningSecret, fakeslack.ClientSecret, "code-"} {
			if strings.Contains(s.log.String(), secret) {
				t.Errorf("the log has %s:\n%s", secret, s.log)
			}
		}
	})
	return s
}

// open makes the app as a new process does, without running it.
func (s *several) open() *slack.App {
	s.t.Helper()
	now := movedClock{by: &s.moved}.Now
	c := slack.AppConfig{
		Config: slack.Config{
			Mode: slack.ModeHTTP, SigningSecret: fakeslack.SigningSecret, Grammar: grammar, APIBaseURL: s.APIURL(), Now: now,
			Logger: slog.New(slog.NewTextHandler(s.log, &slog.HandlerOptions{Level: slog.LevelDebug})), Files: faketest.Files(s.t, s.APIURL()),
		},
		ClientID: fakeslack.ClientID, ClientSecret: fakeslack.ClientSecret, PublicURL: s.public, Secrets: s.ring,
		Installations: &installation.Installations{Bot: "desk", Platform: "slack", Store: s.db, Keys: workspace.New(s.ring, s.db), Now: now},
	}
	if s.change != nil {
		s.change(&c)
	}
	app, err := slack.NewApp(c)
	if err != nil {
		s.t.Fatal(err)
	}
	s.door.Set(app.Handler())
	return app
}

// start starts the program, so to say; it is called again after stop.
func (s *several) start() {
	s.t.Helper()
	app := s.open()
	s.app = app
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	go func() { ended <- app.Run(ctx, s.received, s.keeper) }()
	s.stop = sync.OnceFunc(func() {
		cancel()
		if err := <-ended; err != nil {
			s.t.Errorf("Run: %v", err)
		}
	})
	s.ready(app)
}

// ready waits until the app runs.
func (s *several) ready(app *slack.App) {
	s.t.Helper()
	tick := time.NewTicker(time.Millisecond)
	defer tick.Stop()
	limit := time.After(20 * time.Second)
	for app.Ready() != nil {
		select {
		case <-tick.C:
		case <-limit:
			s.t.Fatal(app.Ready())
		}
	}
}

// TestAppContract holds an app in several workspaces against the contract of an adapter, in
// the workspace that is not the first.
func TestAppContract(t *testing.T) {
	t.Parallel()
	adaptertest.Run(t, func(tb testing.TB) adaptertest.Platform {
		tb.Helper()
		s := workspaces(tb.(*testing.T), nil)
		s.install(fakeslack.TeamID)
		s.install(fakeslack.AcmeID)
		s.stop()
		place := chat.Place{Platform: "slack", Workspace: fakeslack.AcmeID, Channel: fakeslack.Lobby}
		var err error
		if place.Thread, err = s.acme.Post(fakeslack.Abe, fakeslack.Lobby, "a thread", ""); err != nil {
			tb.Fatal(err)
		}
		var last *slack.App
		at := &stage{Slack: s.acme, t: tb.(*testing.T)}
		press := func(label string) {
			ts, id := at.button(place.Channel, label)
			at.done(s.acme.Press(fakeslack.Amy, place.Channel, ts, id))
		}
		return adaptertest.Platform{
			Place: place, Member: fakeslack.Amy,
			Open: func() chat.Adapter {
				last = s.open()
				return last
			},
			Say: func(text string) {
				s.ready(last)
				at.post(fakeslack.Amy, place.Channel, "<@"+fakeslack.AcmeBot+"> "+text, place.Thread)
			},
			Press: func(label string) {
				s.ready(last)
				press(label)
			},
			Fill: func(label string, inputs []adaptertest.Filled, _ int, fault string) {
				s.ready(last)
				if label != "" {
					press(label)
				}
				var answers []faketest.Answer
				for _, in := range inputs {
					answers = append(answers, faketest.Answer(in))
				}
				if got := strings.Join(faketest.FillSlack(tb, s.acme, fakeslack.Amy, answers), ""); got != "" && !strings.HasSuffix(got, ": "+fault) || got == "" && fault != "" {
					tb.Errorf("the form says %q; want %q", got, fault)
				}
			},
			Shown: func() string { return shown(fakeslack.Amy, s.acme.Messages(place.Channel)) },
		}
	})
}

// browser is a browser with cookies of its own that follows no redirect.
func browser(t *testing.T) *http.Client {
	t.Helper()
	jar, err := cookiejar.New(nil)
	if err != nil {
		t.Fatal(err)
	}
	return &http.Client{Jar: jar, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
}

// get opens an address, and returns the status, the page and where it leads.
func get(t *testing.T, c *http.Client, address string) (int, string, string) {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, address, http.NoBody)
	if err != nil {
		t.Fatal(err)
	}
	resp, err := c.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = resp.Body.Close() }()
	body, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Fatal(err)
	}
	return resp.StatusCode, string(body), resp.Header.Get("Location")
}

// authorize goes from the start to Slack and agrees there for a workspace. It returns the
// address to which Slack sends the browser back.
func (s *several) authorize(b *http.Client, team string) string {
	s.t.Helper()
	status, page, to := get(s.t, b, s.public+setup.PathStart)
	if status != http.StatusSeeOther {
		s.t.Fatalf("start: %d %s", status, page)
	}
	status, page, back := get(s.t, b, to+"&team="+team)
	if status != http.StatusFound {
		s.t.Fatalf("authorize: %d %s", status, page)
	}
	return back
}

// install installs the app in a workspace.
func (s *several) install(team string) {
	s.t.Helper()
	b := browser(s.t)
	if status, page, _ := get(s.t, b, s.authorize(b, team)); status != http.StatusOK || !strings.Contains(page, " now.") {
		s.t.Fatalf("callback: %d %s", status, page)
	}
}

// keys are the keys of all records that name a workspace.
func (s *several) keys(team string) (all []string) {
	s.t.Helper()
	err := s.db.Scan(s.t.Context(), "", func(r store.Record) bool {
		if strings.Contains(r.Key, team) {
			all = append(all, r.Key)
		}
		return true
	})
	if err != nil {
		s.t.Fatal(err)
	}
	return all
}

// foreign are the requests at a workspace that show another token than its own.
func foreign(of *fakeslack.Slack, prefix ...string) (all []string) {
	for _, r := range of.Requests() {
		if r.Token != "" && !slices.ContainsFunc(prefix, func(p string) bool { return strings.HasPrefix(r.Token, p) }) {
			all = append(all, r.Method+" with "+r.Token)
		}
	}
	return all
}

func reply(id, team, channel, thread string) chat.Reply {
	return chat.Reply{ID: id, Place: chat.Place{Platform: "slack", Workspace: team, Channel: channel, Thread: thread}, Text: text("For " + team)}
}

// TestAppWorkspaces: two workspaces in one app: what happens in one is worked with its own
// token, under its own name, and nothing of it reaches the other.
func TestAppWorkspaces(t *testing.T) {
	t.Parallel()
	s := workspaces(t, nil)
	if ts, err := s.desk.Post(fakeslack.Ada, fakeslack.General, "<@"+fakeslack.BotUser+"> too early", ""); err != nil {
		t.Fatal(ts, err)
	}
	faketest.Idle(t, s.desk)
	if got := s.received.Events(); len(got) > 0 {
		t.Errorf("received before it was installed: %+v", got)
	}
	s.install(fakeslack.TeamID)
	s.install(fakeslack.AcmeID)
	s.acme.SetUser(fakeslack.User{ID: fakeslack.Ada, Name: "another", RealName: "Another Ada"}) // ids may be the same
	s.change = func(c *slack.AppConfig) { c.Groups = []string{"S0DESK"} }                       // which the other does not have
	s.desk.SetGroup("S0DESK", fakeslack.Ada)
	s.stop()
	s.start()
	for range 2 { // once again from memory
		for team, name := range map[string]string{fakeslack.TeamID: "ada", fakeslack.AcmeID: "another"} {
			m, err := s.app.Member(t.Context(), chat.Place{Platform: "slack", Workspace: team}, fakeslack.Ada)
			if err != nil || m.Name != name || m.Admin != (name == "ada") || slices.Contains(m.Roles, "S0DESK") != (name == "ada") {
				t.Errorf("in %s: %+v, %v", team, m, err)
			}
		}
	}
	for _, at := range []struct {
		slack               *fakeslack.Slack
		user, channel, team string
		bot                 string
	}{
		{s.desk, fakeslack.Ada, fakeslack.General, fakeslack.TeamID, fakeslack.BotUser},
		{s.acme, fakeslack.Amy, fakeslack.Lobby, fakeslack.AcmeID, fakeslack.AcmeBot},
	} {
		ts, err := at.slack.Post(at.user, at.channel, "<@"+at.bot+"> what is new?", "")
		if err != nil {
			t.Fatal(err)
		}
		e := s.received.Next(t)
		want := chat.Place{Platform: "slack", Workspace: at.team, Channel: at.channel, Thread: ts}
		if e.Place != want || e.Message == nil || e.Message.Text != "what is new?" {
			t.Errorf("received %+v", e)
		}
		if _, err := s.app.Send(t.Context(), chat.Reply{ID: "r", Place: e.Place, Text: text("For " + at.team)}, ""); err != nil {
			t.Error(err)
		}
		if got := shown("", at.slack.From(at.channel)); !strings.Contains(got, "For "+at.team) || strings.Count(got, "For ") != 1 {
			t.Errorf("in %s stands %q", at.team, got)
		}
	}
	// A press belongs to the workspace whose message has the button, whoever presses it.
	for author, want := range map[string]string{fakeslack.BotUser: fakeslack.TeamID, fakeslack.AcmeBot: fakeslack.AcmeID, "U0ELSEWHERE": ""} {
		before := len(s.received.Events())
		receipt := s.acme.Inject(fakeslack.Interactive, fmt.Appendf(nil, `{"type":"block_actions","team":{"id":%q},"user":{"id":%q,"team_id":%q},
			"channel":{"id":%q},"message":{"user":%q,"bot_id":"B1","ts":"1.000002"},"actions":[{"type":"button","action_id":"b","action_ts":"1.000003"}]}`,
			fakeslack.AcmeID, fakeslack.Amy, fakeslack.AcmeID, fakeslack.Shared, author))
		if _, err := receipt.Wait(t.Context()); err != nil {
			t.Error(err)
		}
		got := s.received.Events()[before:]
		if want == "" && len(got) > 0 || want != "" && (len(got) != 1 || got[0].Place.Workspace != want) {
			t.Errorf("a press below a message of %s: %+v", author, got)
		}
	}
	// The token of one is no key to the other.
	if posted, err := s.app.Send(t.Context(), reply("r2", fakeslack.TeamID, fakeslack.Lobby, "1.000001"), ""); !errors.Is(err, chat.ErrGone) || posted != "" {
		t.Errorf("sending to another's channel: %q, %v", posted, err)
	}
	if _, err := s.app.Send(t.Context(), reply("r3", "T0NOWHERE", fakeslack.General, "1.000001"), ""); !errors.Is(err, chat.ErrGone) {
		t.Errorf("sending to a workspace without the app: %v", err)
	}
	if _, err := s.app.Member(t.Context(), chat.Place{Platform: "slack", Workspace: "T0NOWHERE"}, fakeslack.Ada); err == nil {
		t.Error("a member was read in a workspace without the app")
	}
	if got := append(foreign(s.desk, fakeslack.BotToken), foreign(s.acme, fakeslack.AcmeToken)...); len(got) > 0 {
		t.Errorf("tokens went to another workspace: %q", got)
	}
	if got := s.received.Events(); len(got) > 4 {
		t.Errorf("received %d events", len(got))
	}
}

// TestAppSealed: tokens stand nowhere in the store as they are, and those of one workspace do
// not open as another's.
func TestAppSealed(t *testing.T) {
	t.Parallel()
	s := workspaces(t, nil)
	s.install(fakeslack.TeamID)
	s.install(fakeslack.AcmeID)
	records := map[string]store.Record{}
	if err := s.db.Scan(t.Context(), "", func(r store.Record) bool {
		if strings.Contains(string(r.Value), "xox") {
			t.Errorf("%s holds a token", r.Key)
		}
		records[r.Key] = r
		return true
	}); err != nil {
		t.Fatal(err)
	}
	mine, other := records["installation/desk/slack/"+fakeslack.TeamID], records["installation/desk/slack/"+fakeslack.AcmeID]
	mine.Value = other.Value
	if _, err := s.db.Put(t.Context(), mine); err != nil {
		t.Fatal(err)
	}
	if _, err := s.app.Send(t.Context(), reply("r", fakeslack.TeamID, fakeslack.General, "1.000001"), ""); err == nil || errors.Is(err, chat.ErrGone) {
		t.Errorf("sent with a swapped record: %v", err)
	}
	if got := foreign(s.desk, fakeslack.BotToken); len(got) > 0 || len(s.acme.From(fakeslack.Lobby)) > 0 {
		t.Errorf("%q", got)
	}
}

// TestAppRotation: of many calls with a token that is over one renews it, and what came is on
// disk before it is used.
func TestAppRotation(t *testing.T) {
	t.Parallel()
	s := workspaces(t, func(a *fakeslack.App) { a.Rotates = true })
	s.install(fakeslack.TeamID)
	first := s.desk.Token()
	burst := func() {
		t.Helper()
		var calls sync.WaitGroup
		for i := range 50 {
			calls.Go(func() {
				place := chat.Place{Platform: "slack", Workspace: fakeslack.TeamID}
				if _, err := s.app.Member(t.Context(), place, []string{fakeslack.Ada, fakeslack.Ben, fakeslack.Gus}[i%3]); err != nil {
					t.Error(err)
				}
			})
		}
		calls.Wait()
	}
	refreshes := func() (n int) {
		for _, r := range s.desk.Requests("oauth.v2.access") {
			if r.Args["grant_type"] == "refresh_token" {
				n++
			}
		}
		return n
	}
	burst()
	s.moved.Store(int64(12 * time.Hour))
	burst()
	if n, now := refreshes(), s.desk.Token(); n != 1 || now == first {
		t.Errorf("%d refreshes, token %q after %q", n, now, first)
	}
	s.stop()
	s.start() // the next process knows the token that came last
	s.moved.Add(int64(time.Hour))
	burst()
	if n := refreshes(); n != 1 {
		t.Errorf("%d refreshes after the restart", n)
	}
	// Somebody else made it expire early: the call is made once more, with the next token.
	s.moved.Add(int64(11*time.Hour - time.Minute))
	burst()
	if n := refreshes(); n != 2 {
		t.Errorf("%d refreshes", n)
	}
	for _, r := range s.desk.Requests() {
		if r.Error != "" && r.Error != "token_expired" {
			t.Errorf("%s: %s", r.Method, r.Error)
		}
	}
}

// TestAppRefreshLost: a refresh token that Slack takes no more ends in "install again", and
// not in a loop; installing again mends it.
func TestAppRefreshLost(t *testing.T) {
	t.Parallel()
	s := workspaces(t, func(a *fakeslack.App) { a.Rotates = true })
	s.install(fakeslack.TeamID)
	s.moved.Store(int64(13 * time.Hour))
	s.desk.Fail("oauth.v2.access", fakeslack.Fault{Done: true, Cut: true}) // the answer is lost
	place := chat.Place{Platform: "slack", Workspace: fakeslack.TeamID}
	for range 5 {
		if _, err := s.app.Member(t.Context(), place, fakeslack.Ada); err == nil {
			t.Fatal("a member was read without a token")
		}
	}
	if n := len(s.desk.Requests("oauth.v2.access")); n != 3 { // the installation, what was lost, the refusal
		t.Errorf("%d requests for tokens", n)
	}
	kept, err := installation.List(t.Context(), s.db, "desk", "slack")
	if err != nil {
		t.Fatal(err)
	}
	if got := slack.DiagnoseInstallations(kept, s.public); !slices.ContainsFunc(got, func(f session.Finding) bool {
		return f.Err != nil && strings.Contains(f.Err.Error(), "install it there again")
	}) {
		t.Errorf("the doctor says %v", got)
	}
	s.install(fakeslack.TeamID)
	if _, err := s.app.Member(t.Context(), place, fakeslack.Ada); err != nil {
		t.Error(err)
	}
}

// TestAppRemoved: a workspace that removes the app is forgotten at once, whatever tells of
// it; the other one goes on, and it can come back.
func TestAppRemoved(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name string
		end  func(s *several)
	}{
		{"uninstalled", func(s *several) { s.acme.Uninstall() }},
		{"tokens revoked", func(s *several) { s.acme.RevokeTokens() }},
		{"unheard", func(s *several) {
			s.acme.Revoke(fakeslack.AcmeToken, "account_inactive")
			if _, err := s.app.Member(s.t.Context(), chat.Place{Platform: "slack", Workspace: fakeslack.AcmeID}, fakeslack.Abe); err == nil {
				s.t.Error("a member was read")
			}
		}},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			s := workspaces(t, nil)
			s.install(fakeslack.TeamID)
			s.install(fakeslack.AcmeID)
			for _, key := range []string{"enable/desk/slack/" + fakeslack.AcmeID + "/trello", "enable/desk/slack/" + fakeslack.TeamID + "/trello", "kept/desk/slack/" + fakeslack.AcmeID + "%2Fthreads%2F01"} {
				if _, err := s.db.Put(t.Context(), store.Record{Key: key, Value: []byte("x")}); err != nil {
					t.Fatal(err)
				}
			}
			ts, err := s.acme.Post(fakeslack.Amy, fakeslack.Lobby, "<@"+fakeslack.AcmeBot+"> hello", "")
			if err != nil {
				t.Fatal(err)
			}
			e := s.received.Next(t) // the turn begins
			c.end(s)
			faketest.Idle(t, s.acme)
			before := len(s.acme.Requests())
			if _, err := s.app.Send(t.Context(), chat.Reply{ID: "r", Place: e.Place, Text: text("late")}, ""); !errors.Is(err, chat.ErrGone) {
				t.Errorf("sending afterwards: %v", err)
			}
			if all, whole, err := s.app.Find(t.Context(), chat.Reply{ID: "r", Place: e.Place, Text: text("late")}, "", time.Now()); all != "" || whole || err != nil {
				t.Errorf("finding afterwards: %q, %v, %v", all, whole, err)
			}
			if n := len(s.acme.Requests()); n != before {
				t.Errorf("%d calls were made afterwards", n-before)
			}
			if got := s.keys(fakeslack.AcmeID); len(got) > 0 {
				t.Errorf("kept of the workspace: %q", got)
			}
			if got := s.keys(fakeslack.TeamID); len(got) != 3 {
				t.Errorf("kept of the other: %q", got)
			}
			root, err := s.desk.Post(fakeslack.Ben, fakeslack.General, "a thread", "")
			if err != nil {
				t.Fatal(err)
			}
			if _, err := s.app.Send(t.Context(), reply("r", fakeslack.TeamID, fakeslack.General, root), ""); err != nil {
				t.Errorf("the other workspace: %v", err)
			}
			s.install(fakeslack.AcmeID)
			if _, err := s.app.Send(t.Context(), chat.Reply{ID: "r2", Place: e.Place, Text: text("again")}, ""); err != nil || !strings.Contains(shown("", s.acme.From(fakeslack.Lobby)), "again") {
				t.Errorf("after installing again, to %s: %v", ts, err)
			}
		})
	}
}

// TestAppOldRemoval: what tells of the end of an installation may come when the app is
// installed again already.
func TestAppOldRemoval(t *testing.T) {
	t.Parallel()
	s := workspaces(t, nil)
	s.install(fakeslack.AcmeID)
	s.acme.Uninstall()
	faketest.Idle(t, s.acme)
	var told []fakeslack.Delivery
	for _, d := range s.acme.Deliveries() {
		if strings.Contains(string(d.Payload), "app_uninstalled") || strings.Contains(string(d.Payload), "tokens_revoked") {
			told = append(told, d)
		}
	}
	s.moved.Store(int64(2 * time.Second))
	s.install(fakeslack.AcmeID)
	for _, d := range told {
		if _, err := s.acme.Inject(fakeslack.Events, d.Payload).Wait(t.Context()); err != nil {
			t.Error(err)
		}
	}
	if len(told) != 2 || len(s.keys(fakeslack.AcmeID)) == 0 {
		t.Errorf("%d events; kept: %q", len(told), s.keys(fakeslack.AcmeID))
	}
	if _, err := s.app.Member(t.Context(), chat.Place{Platform: "slack", Workspace: fakeslack.AcmeID}, fakeslack.Amy); err != nil {
		t.Error(err)
	}
	// By a clock of ours that is fast, the end looks older than its installation.
	s.moved.Store(0)
	s.acme.Uninstall()
	faketest.Idle(t, s.acme)
	if got := s.keys(fakeslack.AcmeID); len(got) > 0 {
		t.Errorf("kept: %q", got)
	}
}

// TestAppPages: every way to come back that is not the one that began, in one plain line.
func TestAppPages(t *testing.T) {
	t.Parallel()
	s := workspaces(t, nil)
	s.change = func(c *slack.AppConfig) { c.Workspaces = []string{fakeslack.TeamID} }
	s.stop()
	s.start()
	with := func(address string, change func(q url.Values)) string {
		u, err := url.Parse(address)
		if err != nil {
			t.Fatal(err)
		}
		q := u.Query()
		change(q)
		u.RawQuery = q.Encode()
		return u.String()
	}
	mine := browser(t)
	check := func(name string, b *http.Client, address string, status int, line string) {
		t.Helper()
		got, page, _ := get(t, b, address)
		if got != status || !strings.Contains(page, line) || strings.Count(page, "\n") != 1 || strings.Contains(page, "<") {
			t.Errorf("%s: %d %q", name, got, page)
		}
	}
	back := s.authorize(mine, fakeslack.TeamID)
	check("no cookie", browser(t), back, 403, "did not begin here")
	other := browser(t)
	theirs := s.authorize(other, fakeslack.TeamID)
	check("another browser", other, back, 403, "another browser began this")
	check("wrong state", mine, with(back, func(q url.Values) { q.Set("state", q.Get("state")+"x") }), 403, "was not made by aidesk")
	check("no state", mine, with(back, func(q url.Values) { q.Del("state") }), 403, "was not made by aidesk")
	check("a long query", mine, s.public+setup.PathCallback+"?"+strings.Repeat("x", 10_000), 400, "cannot be read")
	if len(s.keys("installation")) > 0 || len(s.desk.Requests("oauth.v2.access")) > 0 {
		t.Error("something was installed, or a code exchanged")
	}
	s.stop()
	s.start() // a restart in between is no matter
	check("as it should be", mine, back, 200, "aidesk is in desk now.")
	check("replayed", mine, back, 403, "was used already")
	s.stop()
	s.start()
	check("replayed after a restart", mine, back, 403, "takes its code once")
	check("another's code", other, with(theirs, func(q url.Values) { q.Set("code", "code-stolen") }), 403, "takes its code once")
	check("and then their own", other, theirs, 403, "was used already")
	check("declined", mine, with(s.authorize(mine, fakeslack.TeamID), func(q url.Values) { q.Del("code"); q.Set("error", "access_denied") }), 200, "Slack was told no")
	check("a workspace that may not", mine, s.authorize(mine, fakeslack.AcmeID), 403, "does not serve your workspace")
	if s.acme.Token() != "" || len(s.keys(fakeslack.AcmeID)) > 0 {
		t.Error("the token of a workspace that may not install was kept")
	}
	late := s.authorize(mine, fakeslack.TeamID)
	s.moved.Store(int64(10 * time.Minute))
	check("late", mine, late, 403, "longer than ten minutes")
	s.desk.Fail("oauth.v2.access", fakeslack.Fault{Status: 500})
	check("Slack is away", mine, s.authorize(mine, fakeslack.TeamID), 502, "did not give access")
}
