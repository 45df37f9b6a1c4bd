package bolt

import (
	"context"
	"encoding/binary"
	"fmt"
	"slices"

	"aidesk/store"
)

// ownedHead has the fields of a head that say of whom and when a value is.
type ownedHead struct {
	Member       string `json:"member"`
	Conversation string `json:"conv"`
	At           int64  `json:"at"`
	Ingested     int64  `json:"in"`
}

// ownedKinds are what the values of memberBuckets are.
var ownedKinds = map[string]store.OwnedKind{
	entryBucket: store.OwnedEntry, buttonBucket: store.OwnedButton, inboxBucket: store.OwnedEvent,
	timerBucket: store.OwnedEvent, replyBucket: store.OwnedReply, actionBucket: store.OwnedAction,
}

// Owned is store.Journal's. It scans all of memberBuckets page by page.
func (db *DB) Owned(ctx context.Context, member string, fn func(store.Owned) bool) error {
	if err := checkKeys("owned", member); err != nil {
		return err
	}
	more := true
	for _, bucket := range []string{entryBucket, inboxBucket, timerBucket, actionBucket, replyBucket, buttonBucket} {
		err := db.scanPages(ctx, bucket, nil, nil, false, func(key, value []byte) (bool, error) {
			var h ownedHead
			body, err := decodeValue(value, &h)
			if err != nil || h.Member != member { // a damaged one is nobody's until Forget or Purge set it aside
				return true, nil //nolint:nilerr // as said
			}
			o := store.Owned{Kind: ownedKinds[bucket], ID: string(key), Conversation: h.Conversation, Time: fromMicros(max(h.At, h.Ingested)), Body: slices.Clone(body)}
			switch bucket {
			case entryBucket:
				o.Conversation, o.ID = conversationOf(key), ""
			case inboxBucket, timerBucket:
				o.ID = ""
			}
			more = fn(o)
			return more, nil
		})
		if err != nil {
			return fmt.Errorf("what is kept of %s: %w", member, err)
		}
		if !more {
			return nil
		}
	}
	return nil
}

// conversationOf is the conversation in the key of an entry.
func conversationOf(key []byte) string {
	return string(key[2 : 2+int(binary.BigEndian.Uint16(key))])
}
