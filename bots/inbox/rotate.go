package inbox

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"
	"sync"

	"aidesk/bots/bot"
	"aidesk/core/secret"
	"aidesk/core/secret/workspace"
	"aidesk/store"
)

// Sealed counts what one key of the ring seals in a store.
type Sealed struct {
	Workspaces int `json:"workspaces"` // keys of workspaces, under which their values are
	Kept       int `json:"kept"`       // values that adapters keep
	Others     int `json:"others"`     // records of another kind
	Events     int `json:"events"`     // tokens and values of forms, in events that wait
}

// Total is how many values that are.
func (s Sealed) Total() int { return s.Workspaces + s.Kept + s.Others + s.Events }

// count counts a record.
func (s *Sealed) count(record string) {
	switch {
	case strings.HasPrefix(record, workspace.RecordPrefix):
		s.Workspaces++
	case strings.HasPrefix(record, keptRecord):
		s.Kept++
	default:
		s.Others++
	}
}

// KeyUse is what is known of one key.
type KeyUse struct {
	ID     string `json:"id"`
	Given  bool   `json:"given"` // it is in the ring
	First  bool   `json:"first"` // it seals
	Noted  bool   `json:"noted"` // the store does not open without it
	Sealed Sealed `json:"sealed"`
}

// Uses says of every key, of the ring and of those with which something in a store is
// sealed, what it seals: the ring's in their order, then others.
func Uses(ctx context.Context, s store.Store, ring *secret.Ring) ([]KeyUse, error) {
	noted, err := notedKeys(ctx, s)
	if err != nil {
		return nil, err
	}
	found, err := findSealed(ctx, s)
	if err != nil {
		return nil, err
	}
	sealed := map[string]Sealed{}
	for _, r := range found.records {
		n := sealed[r.key]
		n.count(r.record)
		sealed[r.key] = n
	}
	for key, n := range found.events {
		v := sealed[key]
		v.Events = n
		sealed[key] = v
	}
	given := ring.IDs()
	var uses []KeyUse
	for _, id := range given {
		uses = append(uses, KeyUse{ID: id, Given: true})
	}
	others := maps.Clone(noted)
	for id := range sealed {
		others[id] = ""
	}
	for _, id := range slices.Sorted(maps.Keys(others)) {
		if !slices.Contains(given, id) {
			uses = append(uses, KeyUse{ID: id})
		}
	}
	for i := range uses {
		u := &uses[i]
		_, u.Noted = noted[u.ID]
		u.First, u.Sealed = u.ID == ring.First(), sealed[u.ID]
	}
	return uses, nil
}

// Rotation is what Rotate did.
type Rotation struct {
	First    string   `json:"first"`    // the key with which everything is sealed now
	Resealed Sealed   `json:"resealed"` // what was sealed with another one before
	Retired  []string `json:"retired"`  // the keys without which the store opens now, that it did not open without before
	Unused   []string `json:"unused"`   // the other keys of the ring that nothing is sealed with
	Waiting  int      `json:"waiting"`  // values in events that do not open; their keys must stay until the events are worked
	Left     []string `json:"left"`     // records in which something stays sealed with an older key, because it does not open
}

// Rotate seals everything anew that an older key of the ring sealed, with the first key,
// and then strikes each older key with which nothing is sealed any more off those without
// which the store does not open. Values of workspaces stay as they are: only the
// workspaces' keys are sealed anew.
//
// It may run while a desk with this ring works, and be broken off anywhere: each value is
// replaced by itself, and its key is struck off last, so another Rotate comes to the end. No
// process with another first key may use the store meanwhile. A key that is missing from
// the ring is an error, as with Unlock.
func Rotate(ctx context.Context, s store.Store, ring *secret.Ring) (Rotation, error) {
	done := Rotation{First: ring.First()}
	if done.First == "" {
		return done, secret.ErrNoKey
	}
	if err := Unlock(ctx, s, ring); err != nil {
		return done, err
	}
	found, err := findSealed(ctx, s)
	if err != nil {
		return done, err
	}
	if err := resealRecords(ctx, s, ring, found, &done); err != nil {
		return done, err
	}
	if err := resealEvents(ctx, s, ring, &done); err != nil {
		return done, err
	}
	// What is there now decides, and not what was done: a value of which nothing is known
	// here must not be lost.
	if found, err = findSealed(ctx, s); err != nil {
		return done, err
	}
	noted, err := notedKeys(ctx, s)
	if err != nil {
		return done, err
	}
	older := ring.IDs()[1:]
	inUse := maps.Clone(found.events)
	for _, r := range found.records {
		inUse[r.key]++
		if slices.Contains(older, r.key) {
			done.Left = append(done.Left, r.record)
		}
	}
	for _, id := range older {
		done.Waiting += found.events[id]
		if inUse[id] > 0 {
			continue
		}
		if _, ok := noted[id]; !ok {
			done.Unused = append(done.Unused, id)
			continue
		}
		if err := retire(ctx, s, id); err != nil {
			return done, err
		}
		done.Retired = append(done.Retired, id)
	}
	return done, nil
}

// retire strikes a key off those without which the store does not open.
func retire(ctx context.Context, s store.Store, id string) error {
	r, err := s.Get(ctx, keyRecord+id)
	if err == nil {
		err = s.Delete(ctx, r.Key, r.Version)
	}
	if err != nil && !errors.Is(err, store.ErrNotFound) {
		return fmt.Errorf("striking off the key %s: %w", id, err)
	}
	return nil
}

// sealedRecord is a record in which something is sealed.
type sealedRecord struct {
	record string // its key
	key    string // that sealed it
	within bool   // it is not the whole value, so it is not known under which path it was sealed
}

// sealedValues are what is sealed in a store.
type sealedValues struct {
	records []sealedRecord
	events  map[string]int // by key
}

// quoted finds sealed texts as values of JSON.
var quoted = regexp.MustCompile(`"(v1\.[a-z0-9_-]{1,32}\.[A-Za-z0-9_-]{38,})"`)

// findSealed looks through a store. A record whose whole value is sealed, is sealed under
// its own key.
func findSealed(ctx context.Context, s store.Store) (sealedValues, error) {
	found := sealedValues{events: map[string]int{}}
	err := s.Scan(ctx, "", func(r store.Record) bool {
		if id, ok := secret.KeyOf(string(r.Value)); ok {
			found.records = append(found.records, sealedRecord{record: r.Key, key: id})
			return true
		}
		for _, text := range quoted.FindAllSubmatch(r.Value, -1) {
			if id, ok := secret.KeyOf(string(text[1])); ok {
				found.records = append(found.records, sealedRecord{record: r.Key, key: id, within: true})
			}
		}
		return true
	})
	if err == nil {
		_, err = s.Rewrite(ctx, func(e store.Event) ([]byte, error) {
			for _, v := range sealedIn(e) {
				if id, ok := secret.KeyOf(v.text); ok {
					found.events[id]++
				}
			}
			return nil, nil
		})
	}
	if err != nil {
		return found, fmt.Errorf("looking for what is sealed: %w", err)
	}
	return found, nil
}

// resealers is how many records are sealed anew at once: they share the writing.
const resealers = 16

// resealRecords seals the records anew that another key than the first sealed.
func resealRecords(ctx context.Context, s store.Records, ring *secret.Ring, found sealedValues, done *Rotation) error {
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	todo := make(chan string)
	var mu sync.Mutex
	var workers sync.WaitGroup
	for range resealers {
		workers.Go(func() {
			for key := range todo {
				changed, err := resealRecord(ctx, s, ring, key)
				if err != nil {
					cancel(fmt.Errorf("sealing %s anew: %w", key, err))
				}
				if changed {
					mu.Lock()
					done.Resealed.count(key)
					mu.Unlock()
				}
			}
		})
	}
	for _, r := range found.records {
		if r.within || r.key == done.First {
			continue
		}
		select {
		case todo <- r.record:
			continue
		case <-ctx.Done():
		}
		break
	}
	close(todo)
	workers.Wait()
	return context.Cause(ctx)
}

// resealRecord seals one record anew. One that cannot be opened stays, and so does one that
// was changed meanwhile to something else.
func resealRecord(ctx context.Context, s store.Records, ring *secret.Ring, key string) (bool, error) {
	for {
		r, err := s.Get(ctx, key)
		if errors.Is(err, store.ErrNotFound) {
			return false, nil
		}
		if err != nil {
			return false, err
		}
		anew, changed, err := reseal(ring, key, string(r.Value))
		if err != nil || !changed {
			return false, nil //nolint:nilerr // it is found again, and its key stays
		}
		r.Value = []byte(anew)
		_, err = s.Put(ctx, r)
		if !errors.Is(err, store.ErrConflict) {
			return err == nil, err
		}
	}
}

// reseal seals a text anew if another key than the first sealed it.
func reseal(ring *secret.Ring, path, sealed string) (anew string, changed bool, err error) {
	if id, ok := secret.KeyOf(sealed); !ok || id == ring.First() {
		return "", false, nil
	}
	value, err := ring.Open(path, sealed)
	if err != nil {
		return "", false, err
	}
	anew, err = ring.Seal(path, value)
	return anew, err == nil, err
}

// resealEvents seals anew what is sealed in the events that wait.
func resealEvents(ctx context.Context, s store.Journal, ring *secret.Ring, done *Rotation) error {
	_, err := s.Rewrite(ctx, func(e store.Event) ([]byte, error) {
		body := e.Body
		for _, v := range sealedIn(e) {
			anew, changed, err := reseal(ring, v.path, v.text)
			if err != nil || !changed {
				continue // it is found again, and its key stays until the event is worked
			}
			// The text itself is replaced, so that nothing else of the event changes.
			body = bytes.ReplaceAll(body, []byte(v.text), []byte(anew))
			done.Resealed.Events++
		}
		if bytes.Equal(body, e.Body) {
			return nil, nil
		}
		return body, nil
	})
	if err != nil {
		return fmt.Errorf("sealing events anew: %w", err)
	}
	return nil
}

// sealedText is a sealed text of an event and the path under which it is.
type sealedText struct{ path, text string }

// sealedIn are the sealed texts of an event, as sealEvent makes them. One that cannot be
// read has none: it will not be worked.
func sealedIn(stored store.Event) []sealedText {
	e, err := bot.ReadEvent(stored)
	if err != nil || e.Chat == nil {
		return nil
	}
	var all []sealedText
	if e.Chat.Token != "" {
		all = append(all, sealedText{tokenPath(stored.ID), e.Chat.Token})
	}
	if e.Chat.Filled != nil {
		for _, name := range e.Chat.Filled.Secret {
			if text, given := e.Chat.Filled.Values[name]; given {
				all = append(all, sealedText{valuePath(stored.ID, name), text})
			}
		}
	}
	return all
}
