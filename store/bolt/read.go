package bolt

import (
	"bytes"
	"context"
	"fmt"
	"time"

	"go.etcd.io/bbolt"

	"aidesk/store"
)

// maxPage is how many values one reading transaction collects: a long one would
// keep the file from reusing its pages.
const maxPage = 256

// Action is store.Journal's.
func (db *DB) Action(ctx context.Context, id string) (store.Action, error) {
	var k keptAction
	body, err := db.find(ctx, actionBucket, id, &k)
	if err != nil {
		return store.Action{}, err
	}
	return k.action(id, body), nil
}

// Button is store.Journal's.
func (db *DB) Button(ctx context.Context, id string) (store.Button, error) {
	var k keptButton
	body, err := db.find(ctx, buttonBucket, id, &k)
	if err != nil {
		return store.Button{}, err
	}
	return store.Button{ID: id, Conversation: k.Conversation, Member: k.Member, Until: moment(k.Until), Body: body}, nil
}

// Reply is store.Journal's.
func (db *DB) Reply(ctx context.Context, id string) (store.Reply, error) {
	var k keptReply
	body, err := db.find(ctx, replyBucket, id, &k)
	if err != nil {
		return store.Reply{}, err
	}
	return k.reply(id, body), nil
}

// find reads one value by its id.
func (db *DB) find(ctx context.Context, bucket, id string, head any) (body []byte, err error) {
	found := false
	err = db.view(ctx, func(tx *bbolt.Tx) error {
		body, found, err = read(tx, bucket, []byte(id), head)
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

// Audits is store.Journal's.
func (db *DB) Audits(ctx context.Context, scope string, fn func(store.Audit) bool) error {
	prefix := scopeKey(scope)
	err := db.pages(ctx, auditBucket, prefix, after(prefix), true, func(key, value []byte) (bool, error) {
		var k keptAudit
		body, err := openAt(auditBucket, key, value, &k)
		if err != nil {
			return false, err
		}
		return fn(store.Audit{Scope: scope, Time: moment(k.Time), Body: body}), nil
	})
	if err != nil {
		return fmt.Errorf("audits of %s: %w", scope, err)
	}
	return nil
}

// Usages is store.Journal's.
func (db *DB) Usages(ctx context.Context, scope string, since time.Time, fn func(store.Usage) bool) error {
	prefix := scopeKey(scope)
	from := prefix
	if !since.IsZero() {
		from = appendTime(bytes.Clone(prefix), micros(since))
	}
	err := db.pages(ctx, usageBucket, from, after(prefix), false, func(key, value []byte) (bool, error) {
		var k keptUsage
		if _, err := openAt(usageBucket, key, value, &k); err != nil {
			return false, err
		}
		return fn(k.usage(scope)), nil
	})
	if err != nil {
		return fmt.Errorf("usages of %s: %w", scope, err)
	}
	return nil
}

// Backlog is store.Journal's.
func (db *DB) Backlog(ctx context.Context) (store.Backlog, error) {
	if err := db.usable(ctx); err != nil {
		return store.Backlog{}, err
	}
	db.mu.Lock()
	defer db.mu.Unlock()
	return store.Backlog{Events: db.timers.count + db.inbox.Len(), Replies: db.outbox.Len()}, nil
}

// pair is a key and its value, copied.
type pair struct{ key, value []byte }

// pages calls fn with the values from key from up to before key to, in either direction,
// outside of any transaction, until it says false.
func (db *DB) pages(ctx context.Context, bucket string, from, to []byte, backwards bool, fn func(key, value []byte) (bool, error)) error {
	for {
		var page []pair
		err := db.view(ctx, func(tx *bbolt.Tx) error {
			cursor := tx.Bucket([]byte(bucket)).Cursor()
			key, value := cursor.Seek(from)
			step := cursor.Next
			if backwards {
				step = cursor.Prev
				if key, value = seekBefore(cursor, to); key != nil && bytes.Compare(key, from) < 0 {
					key = nil
				}
			}
			for key != nil && len(page) < maxPage && bytes.Compare(key, from) >= 0 && (to == nil || bytes.Compare(key, to) < 0) {
				page = append(page, pair{bytes.Clone(key), bytes.Clone(value)})
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

// seekBefore finds the last key before to (nil: the last of all).
func seekBefore(cursor *bbolt.Cursor, to []byte) (key, value []byte) {
	if to == nil {
		return cursor.Last()
	}
	if key, _ = cursor.Seek(to); key == nil {
		return cursor.Last()
	}
	return cursor.Prev()
}
