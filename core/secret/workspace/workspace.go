// Package workspace seals what belongs to one workspace with a key of its own, so that a
// workspace can be forgotten as a whole by deleting one record.
//
// The key of a workspace is 32 random bytes, made when something is sealed for it first. It
// is kept in a record, sealed with the first key of the ring under the record's key, which
// names the workspace: put under the name of another one, it does not open. A sealed value
// is bound to its workspace and to a path that says what it is.
//
// A sealed text has the form w1.<key id>.<base64url>. It is what secret.Ring makes, with the
// workspace's key as the only one of the ring and another version in front, so that neither
// opens what the other sealed.
//
// # Forgetting
//
// Forget deletes the key. From then on nothing opens that was sealed with it, wherever a
// copy of the sealed text is. But a copy of the key itself, sealed with the ring, is in every
// backup that was made before, and may be in a part of the store's file that is free. Who
// must be sure forgets, seals anew with a new key of the ring (aidesk keys rotate), and then
// destroys the old key of the ring and every copy of it: without it no older backup opens.
package workspace

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"sync"

	"aidesk/core/secret"
	"aidesk/store"
)

// RecordPrefix begins the keys of the records in which the keys are kept; a scope follows.
const RecordPrefix = "workspace-key/"

// The versions that begin a text which this package sealed, and one of a ring.
const (
	version     = "w1"
	ringVersion = "v1"
)

// maxOpened bounds how many keys are kept open in memory.
const maxOpened = 1000

// maxTries bounds how often a key is read again that others make and delete meanwhile.
const maxTries = 10

// ErrForgotten is what Open returns where a workspace's key is not the one of the text: it
// was forgotten since, or the text is another workspace's. It is a secret.ErrLocked.
var ErrForgotten error = forgotten{}

type forgotten struct{}

func (forgotten) Error() string {
	return "sealed with a key that the workspace no longer has: it was forgotten since"
}
func (forgotten) Is(target error) bool { return target == secret.ErrLocked }

// Keys are the keys of all workspaces. They may be used concurrently, by several processes
// over one store, too.
type Keys struct {
	ring    *secret.Ring
	records store.Records
	changes func() uint64 // of the records of keys

	mu     sync.Mutex
	opened map[string]*secret.Ring // by scope, as of seen
	seen   uint64                  // what changes gave
}

// New returns the keys in a store, which a ring opens. Without a ring nothing is sealed and
// nothing opened.
func New(ring *secret.Ring, records store.Records) *Keys {
	return &Keys{ring: ring, records: records, changes: records.Changes(RecordPrefix), opened: map[string]*secret.Ring{}}
}

// Seal seals a value for a workspace, under a path that must be given again to open it. The
// scope is the workspace as the store knows it, bot/platform/workspace. secret.ErrNoKey.
func (k *Keys) Seal(ctx context.Context, scope, path string, value []byte) (string, error) {
	for range maxTries {
		own, err := k.key(ctx, scope)
		if errors.Is(err, store.ErrNotFound) {
			err = k.create(ctx, scope)
			if err == nil || errors.Is(err, store.ErrConflict) { // who came first made the key of both
				continue
			}
		}
		if err != nil {
			return "", fmt.Errorf("sealing for the workspace %s: %w", scope, err)
		}
		sealed, err := own.Seal(bound(scope, path), value)
		if err != nil {
			return "", fmt.Errorf("sealing for the workspace %s: %w", scope, err)
		}
		return version + strings.TrimPrefix(sealed, ringVersion), nil
	}
	return "", fmt.Errorf("sealing for the workspace %s: its key is made and deleted again and again: %w", scope, store.ErrConflict)
}

// Open gives the value that was sealed for a workspace under a path. The errors are
// secret.ErrNoKey; secret.ErrLocked, where the ring lacks a key, and as ErrForgotten where
// the workspace does; secret.ErrForged; and those of the store.
func (k *Keys) Open(ctx context.Context, scope, path, sealed string) ([]byte, error) {
	value, err := k.open(ctx, scope, path, sealed)
	if err != nil {
		return nil, fmt.Errorf("opening for the workspace %s: %w", scope, err)
	}
	return value, nil
}

func (k *Keys) open(ctx context.Context, scope, path, sealed string) ([]byte, error) {
	rest, ok := strings.CutPrefix(sealed, version+".")
	if !ok {
		return nil, secret.ErrForged
	}
	sealed = ringVersion + "." + rest
	if _, ok := secret.KeyOf(sealed); !ok {
		return nil, secret.ErrForged
	}
	own, err := k.key(ctx, scope)
	if errors.Is(err, store.ErrNotFound) {
		return nil, ErrForgotten
	}
	if err != nil {
		return nil, err
	}
	value, err := own.Open(bound(scope, path), sealed)
	if errors.Is(err, secret.ErrLocked) {
		return nil, ErrForgotten
	}
	return value, err
}

// Forget deletes the key of a workspace, so that nothing opens that was sealed for it. It is
// no error that there is none. What is sealed for the workspace later gets a new key. The
// package's comment says what Forget does not reach.
func (k *Keys) Forget(ctx context.Context, scope string) error {
	if err := checkScope(scope); err != nil {
		return err
	}
	for range maxTries {
		r, err := k.records.Get(ctx, RecordPrefix+scope)
		if err == nil {
			err = k.records.Delete(ctx, r.Key, r.Version)
		}
		switch {
		case err == nil, errors.Is(err, store.ErrNotFound):
			k.mu.Lock()
			delete(k.opened, scope)
			k.mu.Unlock()
			return nil
		case !errors.Is(err, store.ErrConflict):
			return fmt.Errorf("forgetting the key of the workspace %s: %w", scope, err)
		}
	}
	return fmt.Errorf("forgetting the key of the workspace %s: it changes again and again: %w", scope, store.ErrConflict)
}

// key returns the key of a workspace; store.ErrNotFound.
func (k *Keys) key(ctx context.Context, scope string) (*secret.Ring, error) {
	if k.ring.First() == "" {
		return nil, secret.ErrNoKey
	}
	if err := checkScope(scope); err != nil {
		return nil, err
	}
	at := k.changes() // before the record is read: a later change is seen at the next call
	if own := k.cached(scope, at); own != nil {
		return own, nil
	}
	r, err := k.records.Get(ctx, RecordPrefix+scope)
	if err != nil {
		return nil, err
	}
	entry, err := k.ring.Open(r.Key, string(r.Value))
	if err != nil {
		return nil, fmt.Errorf("its key: %w", err)
	}
	own, err := secret.Parse([]string{string(entry)})
	if err != nil {
		return nil, fmt.Errorf("its key: %w", secret.ErrForged)
	}
	k.keep(scope, own, at)
	return own, nil
}

// create makes the key of a workspace that has none; store.ErrConflict.
func (k *Keys) create(ctx context.Context, scope string) error {
	var id [8]byte
	_, _ = rand.Read(id[:]) // it never fails: without randomness the process ends
	key := RecordPrefix + scope
	sealed, err := k.ring.Seal(key, []byte(secret.Generate(hex.EncodeToString(id[:]))))
	if err != nil {
		return err
	}
	_, err = k.records.Put(ctx, store.Record{Key: key, Value: []byte(sealed)})
	return err
}

// cached returns a key that is open already, if no record of a key changed since.
func (k *Keys) cached(scope string, at uint64) *secret.Ring {
	k.mu.Lock()
	defer k.mu.Unlock()
	if at != k.seen {
		clear(k.opened)
		k.seen = at
	}
	return k.opened[scope]
}

// keep keeps a key open that was read after changes gave at.
func (k *Keys) keep(scope string, own *secret.Ring, at uint64) {
	k.mu.Lock()
	defer k.mu.Unlock()
	if at != k.seen {
		return
	}
	if len(k.opened) >= maxOpened {
		for some := range k.opened {
			delete(k.opened, some)
			break
		}
	}
	k.opened[scope] = own
}

func checkScope(scope string) error {
	if scope == "" {
		return fmt.Errorf("no workspace is named: %w", store.ErrInvalid)
	}
	return nil
}

// bound is the path to which a value is bound in its workspace's ring. The length keeps
// scope and path apart.
func bound(scope, path string) string {
	return "workspace/" + strconv.Itoa(len(scope)) + "/" + scope + "/" + path
}
