package bolt

import (
	"bytes"
	"context"
	"fmt"
	"time"

	"go.etcd.io/bbolt"

	"aidesk/store"
)

// maxPage is how many values one reading transaction collects: bbolt cannot reuse pages
// of the file while a transaction reads.
const maxPage = 256

// Action is store.Journal's.
func (db *DB) Action(ctx context.Context, id string) (store.Action, error) {
	var k storedAction
	body, err := db.readOne(ctx, actionBucket, id, &k)
	if err != nil {
		return store.Action{}, err
	}
	return k.action(id, body), nil
}

// Button is store.Journal's.
func (db *DB) Button(ctx context.Context, id string) (store.Button, error) {
	var k storedButton
	body, err := db.readOne(ctx, buttonBucket, id, &k)
	if err != nil {
		return store.Button{}, err
	}
	return store.Button{ID: id, Conversation: k.Conversation, Member: k.Member, Until: fromMicros(k.Until), Sources: k.Sources, Body: body}, nil
}

// Reply is store.Journal's.
func (db *DB) Reply(ctx context.Context, id string) (store.Reply, error) {
	var k storedReply
	body, err := db.readOne(ctx, replyBucket, id, &k)
	if err != nil {
		return store.Reply{}, err
	}
	return k.reply(id, body), nil
}

// readOne reads one value by its id; ErrNotFound.
func (db *DB) readOne(ctx context.Context, bucket, id string, head any) (body []byte, err error) {
	found := false
	err = db.view(ctx, func(tx *bbolt.Tx) error {
		body, found, err = readValue(tx, bucket, []byte(id), head)
		return err
	})
	if err == nil && !found {
		err = store.ErrNotFound
	}
	if err != nil {
		return nil, fmt.Errorf("%s %s: %w", bucket, id, err)
	}
	return body, nil
}

// Usages is store.Journal's.
func (db *DB) Usages(ctx context.Context, scope string, since time.Time, fn func(store.Usage) bool) error {
	prefix := scopeKey(scope)
	from := prefix
	if !since.IsZero() {
		from = appendTime(bytes.Clone(prefix), toMicros(since))
	}
	err := db.scanPages(ctx, usageBucket, from, prefixEnd(prefix), false, func(key, value []byte) (bool, error) {
		var k storedUsage
		if _, err := decodeValueAt(usageBucket, key, value, &k); err != nil {
			return false, err
		}
		return fn(k.usage(scope)), nil
	})
	if err != nil {
		return fmt.Errorf("usages of %s: %w", scope, err)
	}
	return nil
}

// Backlog is store.Journal's. It also finds out that the file was taken away while nothing
// is written: who wants to know in time asks every second.
func (db *DB) Backlog(ctx context.Context) (store.Backlog, error) {
	err := db.usable(ctx)
	if err == nil {
		err = db.checkPlace()
	}
	if err != nil {
		return store.Backlog{}, err
	}
	db.mu.Lock()
	defer db.mu.Unlock()
	return store.Backlog{Events: db.timers.count + db.inbox.Len(), Replies: db.outbox.Len()}, nil
}

// keyValue is a copied key with its value.
type keyValue struct{ key, value []byte }

// scanPages calls fn, outside of any transaction, with the values whose keys are at least
// from and less than to (nil: no bound), in either direction, until fn returns false.
func (db *DB) scanPages(ctx context.Context, bucket string, from, to []byte, backwards bool, fn func(key, value []byte) (bool, error)) error {
	for {
		var page []keyValue
		err := db.view(ctx, func(tx *bbolt.Tx) error {
			cursor := tx.Bucket([]byte(bucket)).Cursor()
			key, value := cursor.Seek(from)
			step := cursor.Next
			if backwards {
				step = cursor.Prev
				if key, value = seekLastBefore(cursor, to); key != nil && bytes.Compare(key, from) < 0 {
					key = nil
				}
			}
			for key != nil && len(page) < maxPage && bytes.Compare(key, from) >= 0 && (to == nil || bytes.Compare(key, to) < 0) {
				page = append(page, keyValue{bytes.Clone(key), bytes.Clone(value)})
				key, value = step()
			}
			return nil
		})
		if err != nil {
			return err
		}
		for _, p := range page {
			if more, err := fn(p.key, p.value); err != nil || !more {
				return err
			}
		}
		if len(page) < maxPage {
			return nil
		}
		last := page[len(page)-1].key
		if backwards {
			to = last
		} else {
			from = append(bytes.Clone(last), 0)
		}
	}
}

// seekLastBefore moves to the last key before to (nil: the last of all).
func seekLastBefore(cursor *bbolt.Cursor, to []byte) (key, value []byte) {
	if to == nil {
		return cursor.Last()
	}
	if key, _ = cursor.Seek(to); key == nil {
		return cursor.Last()
	}
	return cursor.Prev()
}
