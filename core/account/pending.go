package account

import (
	"context"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/base32"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"net/url"
	"strings"
	"sync"

	"aidesk/core/secret"
	"aidesk/store"
)

// pendingPrefix is of the keys of connections.
const pendingPrefix = "connect/"

// word spells random bytes and hashes so that they can stand anywhere.
var word = base32.NewEncoding("abcdefghijklmnopqrstuvwxyz234567").WithPadding(base32.NoPadding)

// pending is the record of a connection. Of link, state and cookie it has hashes; what has to
// be read again is sealed under a path that names the connection and the field.
type pending struct {
	Connection

	Link   string `json:"link"`             // hash of the link's secret
	State  string `json:"state,omitempty"`  // hash of the state that is out at the provider; empty: none
	Cookie string `json:"cookie,omitempty"` // hash of the secret of the browser that went on
	Starts int    `json:"starts,omitempty"` // how often one did
	Tries  int    `json:"tries,omitempty"`  // how often the digits were wrong

	ClientID string            `json:"client_id,omitempty"` // with which the browser was sent to the provider
	Sealed   map[string]string `json:"sealed,omitempty"`
	Draft    Account           `json:"draft,omitzero"` // that it will be, nothing sealed in it
	Done     *Account          `json:"done,omitempty"` // that it became, nothing sealed in it

	version uint64
}

// Fields that are sealed in a pending, beside the values of the credential.
const (
	sealedVerifier = "verifier"
	sealedDigits   = "digits"
	sealedValue    = "value/" // and the field of the Credential
)

// hash is what is kept of a secret that is only ever compared. The secrets are random and
// long, so nothing is gained by hashing them slowly.
func hash(secret string) string {
	sum := sha256.Sum256([]byte(secret))
	return hex.EncodeToString(sum[:])
}

// matches compares a secret with the hash that is kept of it, which may be of none.
func matches(secret, kept string) bool {
	return kept != "" && subtle.ConstantTimeCompare([]byte(hash(secret)), []byte(kept)) == 1
}

// memberTag begins the ids of what one member began in a workspace.
func memberTag(scope, by string) string {
	sum := sha256.Sum256([]byte(url.PathEscape(scope) + "/" + url.PathEscape(by)))
	return word.EncodeToString(sum[:10])
}

// idLength is of a memberTag and 16 random bytes.
const idLength = 16 + 26

// split takes a link's token or a cookie apart.
func split(token string) (id, secret string, ok bool) {
	id, secret, ok = strings.Cut(token, ".")
	return id, secret, ok && isID(id) && secret != "" && len(secret) <= 64
}

// isID reports whether a text can be the id of a connection.
func isID(id string) bool {
	return len(id) == idLength && strings.Trim(id, "abcdefghijklmnopqrstuvwxyz234567") == ""
}

// load reads a connection; ErrLink where there is none.
func (c *Connections) load(ctx context.Context, id string) (*pending, error) {
	if !isID(id) {
		return nil, ErrLink
	}
	record, err := c.Accounts.Records.Get(ctx, pendingPrefix+id)
	if errors.Is(err, store.ErrNotFound) {
		return nil, ErrLink
	}
	if err != nil {
		return nil, fmt.Errorf("reading a login: %w", err)
	}
	return readPending(record)
}

func readPending(record store.Record) (*pending, error) {
	p := &pending{version: record.Version}
	if err := json.Unmarshal(record.Value, p); err != nil {
		return nil, fmt.Errorf("reading a login: %w", err)
	}
	return p, nil
}

// byLink reads the connection of a link that can still be continued.
func (c *Connections) byLink(ctx context.Context, token string) (*pending, error) {
	id, secret, ok := split(token)
	if !ok {
		return nil, ErrLink
	}
	p, err := c.load(ctx, id)
	switch {
	case err != nil:
		return nil, err
	case !matches(secret, p.Link), !c.Accounts.Now().Before(p.Until):
		return nil, ErrLink
	case p.Phase != Begun && p.Phase != Consenting && p.Phase != Exchanging:
		return nil, ErrUsed
	}
	return p, nil
}

// byCookie reads the connection with which a browser went on.
func (c *Connections) byCookie(ctx context.Context, cookie string) (*pending, error) {
	id, secret, ok := split(cookie)
	if !ok {
		return nil, ErrBrowser
	}
	p, err := c.load(ctx, id)
	switch {
	case err != nil:
		return nil, err
	case !matches(secret, p.Cookie):
		return nil, ErrBrowser
	}
	return p, nil
}

// put writes a connection if nobody changed it since it was read; store.ErrConflict.
func (c *Connections) put(ctx context.Context, p *pending) error {
	value, err := json.Marshal(p)
	if err != nil {
		return fmt.Errorf("writing a login: %w", err)
	}
	version, err := c.Accounts.Records.Put(ctx, store.Record{Key: pendingPrefix + p.ID, Version: p.version, Value: value})
	if err != nil {
		return fmt.Errorf("writing a login: %w", err)
	}
	p.version = version
	return nil
}

// scan reads the connections whose id begins with a prefix.
func (c *Connections) scan(ctx context.Context, prefix string) ([]*pending, error) {
	var found []*pending
	err := c.Accounts.Records.Scan(ctx, pendingPrefix+prefix, func(record store.Record) bool {
		// One that cannot be read must not keep its member from beginning another.
		if p, err := readPending(record); err == nil {
			found = append(found, p)
		}
		return true
	})
	if err != nil {
		return nil, fmt.Errorf("reading logins: %w", err)
	}
	return found, nil
}

// discard deletes a connection as it was read, and gives back what it holds;
// store.ErrConflict where another changed or discarded it.
func (c *Connections) discard(ctx context.Context, p *pending, why string) error {
	held, err := c.drop(ctx, p, why)
	if err != nil {
		return err
	}
	c.giveBack(ctx, p, held)
	return nil
}

// drop deletes a connection as it was read and returns what is to be given back. The errors
// are those of discard.
func (c *Connections) drop(ctx context.Context, p *pending, why string) (Credential, error) {
	held, err := c.credential(ctx, p)
	if err != nil || p.Phase == Finishing {
		// What cannot be opened cannot be given back; and by what is held when it is
		// finished, an account may live already.
		held = nil
	}
	err = c.Accounts.Records.Delete(ctx, pendingPrefix+p.ID, p.version)
	if errors.Is(err, store.ErrNotFound) {
		err = store.ErrConflict // another did, and told what came of it
	}
	if err != nil {
		return nil, fmt.Errorf("discarding a login: %w", err)
	}
	if p.Phase != Finished {
		c.log(ctx, p, why)
	}
	return held, nil
}

// discardAll discards several. All are deleted before a provider is asked anything: one that
// does not answer keeps none alive. What another changes meanwhile is left to that one.
func (c *Connections) discardAll(ctx context.Context, all []*pending, why string) error {
	var faults []error
	var giving sync.WaitGroup
	room := make(chan struct{}, maxPending)
	for _, p := range all {
		held, err := c.drop(ctx, p, why)
		switch {
		case errors.Is(err, store.ErrConflict):
		case err != nil:
			faults = append(faults, err)
		case len(held) > 0:
			giving.Go(func() {
				room <- struct{}{}
				defer func() { <-room }()
				c.giveBack(ctx, p, held)
			})
		}
	}
	giving.Wait()
	return errors.Join(faults...)
}

// log writes the one line that a login leaves that came to nothing.
func (c *Connections) log(ctx context.Context, p *pending, why string) {
	c.Accounts.Logger.InfoContext(ctx, "a login came to nothing", slog.String("connection", p.ID),
		slog.String("plugin", p.Plugin), slog.String("phase", string(p.Phase)), slog.String("reason", why))
}

// path is where a field of a connection is sealed.
func (p *pending) path(field string) string {
	parts := []string{"connect", p.Scope, p.Plugin, p.By, p.ID, field}
	for i, part := range parts {
		parts[i] = url.PathEscape(part)
	}
	return strings.Join(parts, "/")
}

// seal keeps a value in a connection, which is still to be written.
func (c *Connections) seal(ctx context.Context, p *pending, field, value string) error {
	sealed, err := c.Accounts.Seals.Seal(ctx, p.Scope, p.path(field), []byte(value))
	if err != nil {
		return fmt.Errorf("sealing a login: %w", err)
	}
	if p.Sealed == nil {
		p.Sealed = map[string]string{}
	}
	p.Sealed[field] = sealed
	return nil
}

// unseal opens a value of a connection.
func (c *Connections) unseal(ctx context.Context, p *pending, field string) (string, error) {
	value, err := c.Accounts.Seals.Open(ctx, p.Scope, p.path(field), p.Sealed[field])
	if err != nil {
		return "", fmt.Errorf("opening a login: %w", err)
	}
	return string(value), nil
}

// credential opens what a connection will be an account with.
func (c *Connections) credential(ctx context.Context, p *pending) (Credential, error) {
	held := Credential{}
	for field := range p.Sealed {
		name, ok := strings.CutPrefix(field, sealedValue)
		if !ok {
			continue
		}
		value, err := c.unseal(ctx, p, field)
		if err != nil {
			return nil, err
		}
		held[name] = secret.Text(value)
	}
	return held, nil
}
