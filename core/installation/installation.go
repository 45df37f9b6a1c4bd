// Package installation keeps the installations of an app that several workspaces have put
// into their messenger: which workspace, who did it, what the app may do there, and the
// tokens, sealed with the key of that workspace.
//
// Everything that changes an installation does so under a lease, so that two processes never
// renew the same token, and none revives an installation that ended meanwhile. A renewed
// token is on disk before anybody gets it.
package installation

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"time"

	"aidesk/core/secret"
	"aidesk/core/secret/workspace"
	"aidesk/store"
)

// RecordPrefix begins the keys of the records; bot, platform and id follow.
const RecordPrefix = "installation/"

// ErrNone says that there is no such installation, or not any more.
var ErrNone = errors.New("the app is not installed there")

// Installation is an app in one workspace, or in a whole organisation of workspaces.
type Installation struct {
	ID         string        `json:"id"` // the workspace's; of a whole organisation, the organisation's
	Wide       bool          `json:"wide,omitempty"`
	Enterprise string        `json:"enterprise,omitempty"` // the organisation, where there is one
	Name       string        `json:"name"`                 // of the workspace or organisation, as it calls itself
	URL        string        `json:"url,omitempty"`        // where its members use the messenger
	App        string        `json:"app"`
	BotUser    string        `json:"bot_user"`
	Bot        string        `json:"bot,omitempty"`
	Scopes     string        `json:"scopes"` // comma-separated, granted
	By         string        `json:"by"`     // the member who installed it
	At         time.Time     `json:"at"`
	Expires    time.Time     `json:"expires,omitzero"` // of the token; zero: it does not
	Life       time.Duration `json:"life,omitempty"`   // from when the token came until then
	Renewed    time.Time     `json:"renewed,omitzero"`
	Broken     string        `json:"broken,omitempty"` // why its token cannot be renewed
	Workspaces []string      `json:"workspaces,omitempty"`

	Token   secret.Text `json:"-"`
	Refresh secret.Text `json:"-"` // empty: the token stays

	Sealed  string `json:"sealed"` // both
	version uint64
}

// tokens are what is sealed of an installation.
type tokens struct {
	Token   string `json:"token"`
	Refresh string `json:"refresh,omitempty"`
}

// Same reports whether two are the same act of installing, whatever their tokens are now.
func (i Installation) Same(other Installation) bool {
	return i.ID == other.ID && i.At.Equal(other.At) && i.BotUser == other.BotUser
}

// SameBot reports whether two are of the same bot in the same place, which may have been
// installed anew in between.
func (i Installation) SameBot(other Installation) bool {
	return i.ID == other.ID && i.BotUser == other.BotUser
}

// Installations are those of one bot at one platform. The fields are set before it is used.
// It may be used concurrently, by several processes over one store, too.
type Installations struct {
	Bot, Platform string
	Store         store.Store
	Keys          *workspace.Keys
	Now           func() time.Time

	once    sync.Once
	changes func() uint64

	mu       sync.Mutex
	seen     uint64
	known    map[string]Installation // as of seen
	servedBy map[string]string       // workspaces, by the organisation whose installation serves them; as of seen
	failures uint64                  // of renewals
	failed   map[string]failure      // the last of each installation
}

// failure is a renewal that came to nothing, with its number among all of them.
type failure struct {
	number uint64
	err    error
}

// maxWorkspaces bounds how many workspaces of an organisation are remembered.
const maxWorkspaces = 10_000

// Scope is the workspace of an id as the store knows it.
func (s *Installations) Scope(id string) string { return s.Bot + "/" + s.Platform + "/" + escape(id) }

// escape keeps what parts keys out of an id.
func escape(id string) string { return strings.NewReplacer("%", "%25", "/", "%2F").Replace(id) }

func (s *Installations) key(id string) string { return RecordPrefix + s.Scope(id) }

// Get reads an installation with its tokens. ErrNone.
func (s *Installations) Get(ctx context.Context, id string) (Installation, error) {
	if id == "" {
		return Installation{}, ErrNone
	}
	s.once.Do(s.watch)
	at := s.changes() // before the record is read: a later change is seen at the next call
	if known, ok := s.cached(id, at); ok {
		return known, nil
	}
	r, err := s.Store.Get(ctx, s.key(id))
	if errors.Is(err, store.ErrNotFound) {
		return Installation{}, ErrNone
	}
	if err != nil {
		return Installation{}, fmt.Errorf("reading the installation of %s: %w", id, err)
	}
	i, err := s.open(ctx, r)
	if err != nil {
		return Installation{}, fmt.Errorf("opening the installation of %s: %w", id, err)
	}
	s.keep(i, at)
	return i, nil
}

// Of reads the installation that serves a workspace: its own, else that of the organisation
// in which the workspace was seen before. ErrNone.
func (s *Installations) Of(ctx context.Context, workspace string) (Installation, error) {
	s.once.Do(s.watch)
	at := s.changes()
	s.cached(workspace, at)
	s.mu.Lock()
	wide := s.servedBy[workspace]
	s.mu.Unlock()
	if wide != "" {
		return s.Get(ctx, wide)
	}
	i, err := s.Get(ctx, workspace)
	if !errors.Is(err, ErrNone) || workspace == "" {
		return i, err
	}
	all, err := s.All(ctx)
	if err != nil {
		return Installation{}, err
	}
	for _, wide := range all {
		if wide.Wide && slices.Contains(wide.Workspaces, workspace) {
			s.mu.Lock()
			if at == s.seen && len(s.servedBy) < maxWorkspaces {
				s.servedBy[workspace] = wide.ID
			}
			s.mu.Unlock()
			return s.Get(ctx, wide.ID)
		}
	}
	return Installation{}, ErrNone
}

// All are the installations in the order of their ids, without tokens.
func (s *Installations) All(ctx context.Context) ([]Installation, error) {
	return List(ctx, s.Store, s.Bot, s.Platform)
}

// List is All for whoever has no keys.
func List(ctx context.Context, records store.Records, bot, platform string) ([]Installation, error) {
	var all []Installation
	var fault error
	err := records.Scan(ctx, RecordPrefix+bot+"/"+platform+"/", func(r store.Record) bool {
		var i Installation
		if err := json.Unmarshal(r.Value, &i); err != nil {
			fault = fmt.Errorf("reading %s: %w", r.Key, err)
			return true
		}
		i.version = r.Version
		all = append(all, i)
		return true
	})
	if err = errors.Join(err, fault); err != nil {
		return all, fmt.Errorf("listing installations: %w", err)
	}
	return all, nil
}

// watch begins to notice changes.
func (s *Installations) watch() {
	s.changes = s.Store.Changes(RecordPrefix + s.Bot + "/" + s.Platform + "/")
	s.known, s.servedBy = map[string]Installation{}, map[string]string{}
}

func (s *Installations) cached(id string, at uint64) (Installation, bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if at != s.seen {
		clear(s.known)
		clear(s.servedBy)
		s.seen = at
	}
	i, ok := s.known[id]
	return i, ok
}

func (s *Installations) keep(i Installation, at uint64) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if at == s.seen && len(s.known) < maxWorkspaces {
		s.known[i.ID] = i
	}
}

// open reads a record and what is sealed in it.
func (s *Installations) open(ctx context.Context, r store.Record) (i Installation, err error) {
	if err := json.Unmarshal(r.Value, &i); err != nil {
		return i, err
	}
	if s.key(i.ID) != r.Key {
		return i, fmt.Errorf("it is that of %s: %w", i.ID, secret.ErrForged)
	}
	i.version = r.Version
	value, err := s.Keys.Open(ctx, s.Scope(i.ID), r.Key, i.Sealed)
	if err != nil {
		return i, err
	}
	var t tokens
	if err := json.Unmarshal(value, &t); err != nil {
		return i, secret.ErrForged
	}
	i.Token, i.Refresh = secret.Text(t.Token), secret.Text(t.Refresh)
	return i, nil
}

// write seals and stores an installation over the version that it was read in.
func (s *Installations) write(ctx context.Context, i Installation) (Installation, error) {
	value, err := json.Marshal(tokens{i.Token.Reveal(), i.Refresh.Reveal()})
	if err != nil {
		return i, err
	}
	if i.Sealed, err = s.Keys.Seal(ctx, s.Scope(i.ID), s.key(i.ID), value); err != nil {
		return i, err
	}
	body, err := json.Marshal(i)
	if err != nil {
		return i, err
	}
	i.version, err = s.Store.Put(ctx, store.Record{Key: s.key(i.ID), Version: i.version, Value: body})
	return i, err
}
