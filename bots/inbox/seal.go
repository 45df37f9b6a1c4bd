package inbox

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"

	"aidesk/bots/bot"
	"aidesk/core/chat"
	"aidesk/core/secret"
	"aidesk/store"
)

// keyRecord is the prefix of the records of keys with which something here was sealed.
const keyRecord = "key/"

// Unlock holds a key ring against the keys with which a store's values were sealed,
// and notes the first one, which seals from now on. Others seal nothing, so that one which
// Rotate has retired can be left behind the first for a while. A key that is missing, or another one under the same
// id, is an error that says so (the first wraps secret.ErrLocked); a nil ring fits a
// store in which nothing was sealed.
func Unlock(ctx context.Context, records store.Records, ring *secret.Ring) error {
	checks := ring.Checks()
	known, err := notedKeys(ctx, records)
	if err != nil {
		return err
	}
	for _, id := range slices.Sorted(maps.Keys(known)) {
		switch check, given := checks[id]; {
		case !given:
			return fmt.Errorf("the key %s is missing: the store was %w", id, secret.ErrLocked)
		case check != known[id]:
			return fmt.Errorf("the key %s is not the one with which the store was sealed: put that one back, and give a new key an id of its own", id)
		}
	}
	first := ring.First()
	if _, noted := known[first]; noted || first == "" {
		return nil
	}
	_, err = records.Put(ctx, store.Record{Key: keyRecord + first, Value: []byte(checks[first])})
	if errors.Is(err, store.ErrConflict) { // another process came first: is its key the same?
		return Unlock(ctx, records, ring)
	}
	if err != nil {
		return fmt.Errorf("noting a key: %w", err)
	}
	return nil
}

// notedKeys gives for the id of each key without which a store does not open its check value.
func notedKeys(ctx context.Context, records store.Records) (map[string]string, error) {
	noted := map[string]string{}
	err := records.Scan(ctx, keyRecord, func(r store.Record) bool {
		noted[strings.TrimPrefix(r.Key, keyRecord)] = string(r.Value)
		return true
	})
	if err != nil {
		return nil, fmt.Errorf("reading which keys the store was sealed with: %w", err)
	}
	return noted, nil
}

// sealEvent seals the token of an event and the secret values of its form, each bound to
// the event's id and its own name.
func sealEvent(ring *secret.Ring, id string, e chat.Event) (chat.Event, error) {
	var err error
	if e.Token != "" {
		if e.Token, err = ring.Seal(tokenPath(id), []byte(e.Token)); err != nil {
			return e, fmt.Errorf("sealing a token: %w", err)
		}
	}
	if e.Filled == nil || len(e.Filled.Secret) == 0 {
		return e, nil
	}
	filled := *e.Filled // the adapter's own is not changed
	filled.Values = maps.Clone(filled.Values)
	for _, name := range filled.Secret {
		value, given := filled.Values[name]
		if !given {
			continue
		}
		if filled.Values[name], err = ring.Seal(valuePath(id, name), []byte(value)); err != nil {
			return e, fmt.Errorf("sealing a form: %w", err)
		}
	}
	e.Filled = &filled
	return e, nil
}

// OpenEvent reads an event of the Journal and opens the values that are sealed in it.
func OpenEvent(ring *secret.Ring, stored store.Event) (bot.Event, error) {
	e, err := bot.ReadEvent(stored)
	if err != nil || e.Chat == nil {
		return e, err
	}
	if e.Chat.Token != "" {
		token, err := ring.Open(tokenPath(stored.ID), e.Chat.Token)
		if err != nil {
			return e, fmt.Errorf("opening a token: %w", err)
		}
		e.Chat.Token = string(token)
	}
	if e.Chat.Filled == nil {
		return e, nil
	}
	for _, name := range e.Chat.Filled.Secret {
		sealed, given := e.Chat.Filled.Values[name]
		if !given {
			continue
		}
		value, err := ring.Open(valuePath(stored.ID, name), sealed)
		if err != nil {
			return e, fmt.Errorf("opening a form: %w", err)
		}
		e.Chat.Filled.Values[name] = string(value)
	}
	return e, nil
}

func tokenPath(event string) string { return "event/" + event + "/token" }

func valuePath(event, name string) string { return "event/" + event + "/value/" + chat.Key(name) }
