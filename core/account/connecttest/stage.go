package connecttest

import (
	"bytes"
	"context"
	"log/slog"
	"net/url"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"aidesk/core/account"
	"aidesk/core/egress"
	"aidesk/core/secret"
	"aidesk/store"
	"aidesk/store/bolt"
)

// Public is the address under which aidesk is reached on a Stage.
const Public = "https://desk.example.com"

// Stage is a store with what logins need around it.
type Stage struct {
	T        testing.TB
	Provider *Provider
	Wrap     func(store.Records) store.Records // stands between the logins and the store; nil: nothing

	file  string
	db    *bolt.DB
	ring  *secret.Ring
	guard *egress.Guard

	mu  sync.Mutex
	now time.Time
	log lockedBuffer
}

// NewStage makes a stage with a provider whose client is known in the workspaces of Ann and
// Zoe.
func NewStage(t testing.TB) *Stage {
	s := &Stage{T: t, Provider: NewProvider(t), file: filepath.Join(t.TempDir(), "desk.db"), now: time.Date(2026, 11, 30, 9, 0, 0, 0, time.UTC)}
	var err error
	if s.ring, err = secret.Parse([]string{secret.Generate("k1")}); err != nil {
		t.Fatal(err)
	}
	s.open()
	t.Cleanup(func() { _ = s.db.Close() })
	s.Allow(s.Provider)
	for _, scope := range []string{"slack/T1", "slack/T2"} {
		s.SetClient(scope, "trello.example")
	}
	return s
}

// SetClient makes a plugin's client known in a workspace.
func (s *Stage) SetClient(scope, plugin string) {
	s.T.Helper()
	if err := s.Accounts().SetClient(s.T.Context(), scope, plugin, account.Client{ID: ClientID, Secret: ClientSecret}); err != nil {
		s.T.Fatal(err)
	}
}

// Allow opens the way to providers.
func (s *Stage) Allow(providers ...*Provider) {
	s.T.Helper()
	rules := egress.Rules{AllowAll: true}
	for _, p := range providers {
		u, err := url.Parse(p.URL)
		if err != nil {
			s.T.Fatal(err)
		}
		rules.AllowHosts = append(rules.AllowHosts, u.Host)
	}
	var err error
	if s.guard, err = egress.New(rules); err != nil {
		s.T.Fatal(err)
	}
}

func (s *Stage) open() {
	s.T.Helper()
	var err error
	if s.db, err = bolt.Open(s.file, bolt.Options{}); err != nil {
		s.T.Fatal(err)
	}
}

// Restart closes the store and opens it again.
func (s *Stage) Restart() {
	s.T.Helper()
	if err := s.db.Close(); err != nil {
		s.T.Fatal(err)
	}
	s.open()
}

// Records is the store.
func (s *Stage) Records() store.Records {
	if s.Wrap != nil {
		return s.Wrap(s.db)
	}
	return s.db
}

// Accounts are accounts of another process over the same store.
func (s *Stage) Accounts() *account.Accounts {
	return &account.Accounts{
		Records: s.Records(), Hold: s.db.Hold, Owner: "test", Seals: seals{s.ring}, Guard: s.guard, Now: s.Now,
		Logger: slog.New(slog.NewTextHandler(&s.log, nil)),
	}
}

// Connections are logins of another process over the same store.
func (s *Stage) Connections() *account.Connections {
	return &account.Connections{Accounts: s.Accounts(), Redirect: Public + "/oauth/callback"}
}

// Now is the time on the stage.
func (s *Stage) Now() time.Time {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.now
}

// Pass lets time pass.
func (s *Stage) Pass(d time.Duration) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.now = s.now.Add(d)
}

// Log is what was logged.
func (s *Stage) Log() string { return s.log.String() }

// Stored is all that the store's records hold.
func (s *Stage) Stored(prefix string) string {
	s.T.Helper()
	var all bytes.Buffer
	err := s.db.Scan(context.Background(), prefix, func(r store.Record) bool {
		all.WriteString(r.Key + " " + string(r.Value) + "\n")
		return true
	})
	if err != nil {
		s.T.Fatal(err)
	}
	return all.String()
}

// Ann wants to connect her account at the provider, in Acme.
func (s *Stage) Ann() account.NewConnection {
	provider := s.Provider.Account()
	return account.NewConnection{
		Scope: "slack/T1", Plugin: "trello.example", Name: "Trello", By: "slack/T1/U1", Member: "U1", MemberName: "Ann",
		Workspace: "Acme", Platform: "Slack", Back: "slack://open?team=T1", Conversation: "slack/T1/C1/1",
		Label: "Ann's Trello", Login: account.Login{Kind: account.OAuth, Provider: &provider}, Hosts: []string{"api.trello.example"},
	}
}

// Eve wants the same, in the same workspace.
func (s *Stage) Eve() account.NewConnection {
	n := s.Ann()
	n.By, n.Member, n.MemberName, n.Label = "slack/T1/U2", "U2", "Eve", "Eve's Trello"
	return n
}

// Zoe wants the same, in another workspace.
func (s *Stage) Zoe() account.NewConnection {
	n := s.Ann()
	n.Scope, n.By, n.Member, n.MemberName, n.Workspace, n.Label = "slack/T2", "slack/T2/U1", "U1", "Zoe", "Zenith", "Zoe's Trello"
	return n
}

// Keyed is a login by a user name and a key.
func (s *Stage) Keyed() account.NewConnection {
	n := s.Ann()
	n.Login = account.Login{Kind: account.UserKey, Fields: []account.Field{
		{Name: "user", Label: "User name", Hint: "The address with which you log in at Trello."},
		{Name: "key", Label: "API key", Secret: true},
	}}
	return n
}

// seals seals with a ring.
type seals struct{ ring *secret.Ring }

func (s seals) Seal(_ context.Context, scope, path string, value []byte) (string, error) {
	return s.ring.Seal(scope+" "+path, value)
}

func (s seals) Open(_ context.Context, scope, path, sealed string) ([]byte, error) {
	return s.ring.Open(scope+" "+path, sealed)
}

type lockedBuffer struct {
	mu     sync.Mutex
	buffer bytes.Buffer
}

func (b *lockedBuffer) Write(p []byte) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.buffer.Write(p)
}

func (b *lockedBuffer) String() string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.buffer.String()
}
