package account

import (
	"cmp"
	"context"
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"maps"
	"slices"
	"strings"
	"sync"
	"time"

	"aidesk/core/egress"
	"aidesk/core/secret"
	"aidesk/store"
)

// Seals seals what a workspace keeps, each value under a path that must be given again
// to open it.
type Seals interface {
	Seal(ctx context.Context, scope, path string, value []byte) (string, error)
	Open(ctx context.Context, scope, path, sealed string) ([]byte, error)
}

// Accounts keeps the accounts of all workspaces, and the OAuth clients by which members
// connect them. It may be used concurrently, by several processes on one store too.
type Accounts struct {
	Records store.Records
	Hold    func(ctx context.Context, name, owner string, ttl time.Duration) (bool, error) // store.Journal's
	Owner   string                                                                         // names this process among those on the store
	Seals   Seals
	Guard   *egress.Guard
	// Clients gives the OAuth client of a plugin that the configuration names, for the workspaces
	// of a bot: it stands before what an administrator gave in the chat. nil: there are none.
	Clients func(scope, plugin string) (Client, bool)
	Now     func() time.Time
	Logger  *slog.Logger

	mu     sync.Mutex
	failed map[string]failure // the last refresh of an account that came to nothing, by key, until one succeeds
}

// The first parts of record keys, and the name of the owner of what is shared.
const (
	kindAccount = "account"
	kindClient  = "account-client"
	ownerShared = "shared"
)

// maxFields is how many values a Credential may have.
const maxFields = 16

// tries is how often a record is read and written again when others write it meanwhile.
const tries = 10

// Key names the record of an account: account/<scope>/<plugin>/<owner or shared>/<id>. A
// scope is a path already; a slash or percent sign inside another part is escaped.
func (s *Accounts) Key(a Account) string {
	owner := escape(a.Owner)
	switch a.Owner {
	case "":
		owner = ownerShared
	case ownerShared:
		owner = "%" + ownerShared // no escaped part begins like this
	}
	return kindAccount + "/" + a.Scope + "/" + escape(a.Plugin) + "/" + owner + "/" + escape(a.ID)
}

// escape makes one part of a path of a text.
func escape(part string) string { return inKey.Replace(part) }

var inKey = strings.NewReplacer("%", "%25", "/", "%2F")

// randomText is 32 random bytes in letters that go into keys and URLs.
func randomText() string { return rand.Text() + rand.Text() }

// Get reads an account. ErrNotConnected where there is none.
func (s *Accounts) Get(ctx context.Context, key string) (Account, error) {
	if !strings.HasPrefix(key, kindAccount+"/") {
		return Account{}, fmt.Errorf("reading an account: %w", ErrNotConnected)
	}
	record, err := s.Records.Get(ctx, key)
	switch {
	case errors.Is(err, store.ErrNotFound):
		return Account{}, fmt.Errorf("reading an account: %w", ErrNotConnected)
	case err != nil:
		return Account{}, fmt.Errorf("reading an account: %w", err)
	}
	return s.decode(record)
}

// decode reads an account from its record, which must stand under its own key: one moved
// to another member or workspace is nobody's.
func (s *Accounts) decode(record store.Record) (Account, error) {
	var a Account
	if err := json.Unmarshal(record.Value, &a); err != nil || s.Key(a) != record.Key {
		return Account{}, fmt.Errorf("the record %s of an account is damaged", record.Key)
	}
	a.Version = record.Version
	return a, nil
}

// scan lists the accounts under a prefix that fit. A damaged one hides no other.
func (s *Accounts) scan(ctx context.Context, prefix string, fits func(Account) bool) ([]Account, error) {
	var found []Account
	var damaged []error
	err := s.Records.Scan(ctx, prefix, func(r store.Record) bool {
		switch a, err := s.decode(r); {
		case err != nil:
			damaged = append(damaged, err)
		case fits(a):
			found = append(found, a)
		}
		return true
	})
	if err != nil {
		return nil, fmt.Errorf("listing accounts: %w", err)
	}
	for _, err := range damaged {
		s.Logger.ErrorContext(ctx, "an account cannot be read", "error", err)
	}
	return found, nil
}

// Of lists what a member can use at a plugin: their own accounts, then those that the
// workspace shares, each oldest first. Expired ones are among them, since they can be
// connected again; who may use a shared one is decided elsewhere.
func (s *Accounts) Of(ctx context.Context, scope, owner, plugin string) ([]Account, error) {
	var all []Account
	for _, o := range slices.Compact([]string{owner, ""}) {
		found, err := s.scan(ctx, prefixOf(s.Key(Account{Scope: scope, Plugin: plugin, Owner: o})), func(a Account) bool { return a.State != Revoked })
		if err != nil {
			return nil, err
		}
		slices.SortFunc(found, byAge)
		all = append(all, found...)
	}
	return all, nil
}

// prefixOf is the prefix of the keys of all accounts with the same owner.
func prefixOf(key string) string { return key[:strings.LastIndexByte(key, '/')+1] }

// List gives every account of a workspace, by plugin, then owner.
func (s *Accounts) List(ctx context.Context, scope string) ([]Account, error) {
	return s.scan(ctx, kindAccount+"/"+scope+"/", func(a Account) bool { return a.Scope == scope })
}

// Put keeps an account that was connected, or connected again: then its ID is the known
// one, and what it was connected with before is gone. It returns the account as it is kept.
func (s *Accounts) Put(ctx context.Context, a Account, c Credential) (Account, error) {
	switch {
	case a.Scope == "" || a.Plugin == "" || a.Kind == None || len(a.Hosts) == 0:
		return Account{}, errors.New("keeping an account: it needs a workspace, a plugin, a kind and hosts")
	case a.Kind == OAuth && (a.Provider == nil || c[FieldAccess] == ""):
		return Account{}, errors.New("keeping an account: an account of OAuth needs a provider and an access token")
	}
	if a.ID == "" {
		a.ID = randomText()
	}
	if a.Kind == OAuth {
		client, err := s.Client(ctx, a.Scope, a.Plugin)
		if err != nil && !errors.Is(err, ErrNoClient) {
			return Account{}, err
		}
		a.ClientID = client.ID
	}
	var err error
	if a.Sealed, err = s.seal(ctx, a, c); err != nil {
		return Account{}, err
	}
	if len(a.Sealed) == 0 {
		return Account{}, errors.New("keeping an account: every field of its credential is empty")
	}
	a.State, a.Renewed = Connected, time.Time{}
	if a.Created.IsZero() {
		a.Created = s.Now().UTC()
	}
	kept, err := s.change(ctx, s.Key(a), func(known Account, ok bool) (Account, error) {
		if ok && a.Connection != "" && known.Connection == a.Connection {
			return known, errSame // the same login, finished twice: the first may have been refreshed since
		}
		if ok {
			a.Created, a.Used = known.Created, known.Used
		}
		return a, nil
	})
	if errors.Is(err, errSame) {
		err = nil
	}
	return kept, err
}

// errSame stops a change: what is kept is right as it is.
var errSame = errors.New("nothing to change")

// change reads an account, changes it and writes it, again when somebody else wrote it
// meanwhile; ok says that there is one. With an error of fn it returns the account as it is kept.
func (s *Accounts) change(ctx context.Context, key string, fn func(a Account, ok bool) (Account, error)) (Account, error) {
	for range tries {
		known, err := s.Get(ctx, key)
		if err != nil && !errors.Is(err, ErrNotConnected) {
			return Account{}, err
		}
		a, err := fn(known, err == nil)
		if err != nil {
			return known, err
		}
		value, err := json.Marshal(a)
		if err != nil {
			return known, fmt.Errorf("writing the account %s: %w", key, err)
		}
		a.Version, err = s.Records.Put(ctx, store.Record{Key: key, Version: known.Version, Value: value})
		switch {
		case err == nil:
			return a, nil
		case !errors.Is(err, store.ErrConflict):
			return known, fmt.Errorf("writing the account %s: %w", key, err)
		}
	}
	return Account{}, fmt.Errorf("writing the account %s: %w", key, store.ErrConflict)
}

// seal seals the values of a credential, each under a path of its own.
func (s *Accounts) seal(ctx context.Context, a Account, c Credential) (map[string]string, error) {
	if len(c) > maxFields {
		return nil, fmt.Errorf("keeping an account: a credential has at most %d fields", maxFields)
	}
	sealed := make(map[string]string, len(c))
	for _, field := range slices.Sorted(maps.Keys(c)) {
		value := c[field].Reveal()
		if value == "" {
			continue
		}
		if err := checkValue(field, value); err != nil {
			return nil, fmt.Errorf("keeping an account: %w", err)
		}
		text, err := s.Seals.Seal(ctx, a.Scope, s.path(a, field), []byte(value))
		if err != nil {
			return nil, fmt.Errorf("sealing the field %q of an account: %w", field, err)
		}
		sealed[field] = text
	}
	return sealed, nil
}

// path is what a sealed value is bound to.
func (s *Accounts) path(a Account, field string) string { return s.Key(a) + "/" + escape(field) }

// open gives the credential of an account.
func (s *Accounts) open(ctx context.Context, a Account) (Credential, error) {
	c := make(Credential, len(a.Sealed))
	for field, text := range a.Sealed {
		value, err := s.Seals.Open(ctx, a.Scope, s.path(a, field), text)
		if err != nil {
			return nil, fmt.Errorf("opening the field %q of the account %s: %w", field, s.Key(a), err)
		}
		c[field] = secret.Text(value)
	}
	return c, nil
}

// clientRecord is how a Client is kept.
type clientRecord struct {
	ID     string `json:"id"`
	Sealed string `json:"sealed,omitempty"` // its secret
}

func clientKey(scope, plugin string) string { return kindClient + "/" + scope + "/" + escape(plugin) }

// Client gives the OAuth client of a workspace at a plugin. ErrNoClient.
func (s *Accounts) Client(ctx context.Context, scope, plugin string) (Client, error) {
	if c, given := s.ConfiguredClient(scope, plugin); given {
		return c, nil
	}
	key := clientKey(scope, plugin)
	record, err := s.Records.Get(ctx, key)
	switch {
	case errors.Is(err, store.ErrNotFound):
		return Client{}, ErrNoClient
	case err != nil:
		return Client{}, fmt.Errorf("reading an OAuth client: %w", err)
	}
	var kept clientRecord
	if err := json.Unmarshal(record.Value, &kept); err != nil {
		return Client{}, fmt.Errorf("the record %s of an OAuth client is damaged", key)
	}
	c := Client{ID: kept.ID}
	if kept.Sealed != "" {
		value, err := s.Seals.Open(ctx, scope, clientPath(key), kept.Sealed)
		if err != nil {
			return Client{}, fmt.Errorf("opening the secret of the OAuth client %s: %w", key, err)
		}
		c.Secret = secret.Text(value)
	}
	return c, nil
}

// ConfiguredClient gives the OAuth client that the configuration names.
func (s *Accounts) ConfiguredClient(scope, plugin string) (Client, bool) {
	if s.Clients == nil {
		return Client{}, false
	}
	return s.Clients(scope, plugin)
}

// clientPath is what the secret of a client is bound to.
func clientPath(key string) string { return key + "/secret" }

// SetClient keeps the OAuth client of a workspace at a plugin in the place of another;
// without an ID it deletes it. Accounts that were connected by another client have to be
// connected again when their token is due.
func (s *Accounts) SetClient(ctx context.Context, scope, plugin string, c Client) error {
	key := clientKey(scope, plugin)
	if c.ID == "" {
		return s.delete(ctx, key)
	}
	for field, value := range map[string]string{"client id": c.ID, "client secret": c.Secret.Reveal()} {
		if err := checkValue(field, value); err != nil {
			return fmt.Errorf("keeping an OAuth client: %w", err)
		}
	}
	kept := clientRecord{ID: c.ID}
	if c.Secret != "" {
		var err error
		if kept.Sealed, err = s.Seals.Seal(ctx, scope, clientPath(key), []byte(c.Secret.Reveal())); err != nil {
			return fmt.Errorf("sealing the secret of an OAuth client: %w", err)
		}
	}
	value, err := json.Marshal(kept)
	if err != nil {
		return fmt.Errorf("keeping an OAuth client: %w", err)
	}
	for range tries {
		known, err := s.Records.Get(ctx, key)
		if err != nil && !errors.Is(err, store.ErrNotFound) {
			return fmt.Errorf("keeping an OAuth client: %w", err)
		}
		if _, err = s.Records.Put(ctx, store.Record{Key: key, Version: known.Version, Value: value}); !errors.Is(err, store.ErrConflict) {
			return err
		}
	}
	return fmt.Errorf("keeping an OAuth client: %w", store.ErrConflict)
}

// delete deletes a record in whatever version it is; that there is none is no error.
func (s *Accounts) delete(ctx context.Context, key string) error {
	for range tries {
		record, err := s.Records.Get(ctx, key)
		if err == nil {
			err = s.Records.Delete(ctx, key, record.Version)
		}
		switch {
		case err == nil, errors.Is(err, store.ErrNotFound):
			return nil
		case !errors.Is(err, store.ErrConflict):
			return fmt.Errorf("deleting %s: %w", key, err)
		}
	}
	return fmt.Errorf("deleting %s: %w", key, store.ErrConflict)
}

// byAge puts the oldest account first.
func byAge(a, b Account) int { return cmp.Or(a.Created.Compare(b.Created), cmp.Compare(a.ID, b.ID)) }
