package bolt

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"aidesk/store"
)

// The buckets, as doc.go lists them.
const (
	inboxBucket    = "inbox"
	dedupBucket    = "dedup"
	timerBucket    = "timer"
	entryBucket    = "entry"
	actionBucket   = "action"
	openBucket     = "open"
	replyBucket    = "reply"
	outboxBucket   = "outbox"
	buttonBucket   = "button"
	countBucket    = "count"
	expiryBucket   = "expiry"
	auditBucket    = "audit"
	usageBucket    = "usage"
	recordBucket   = "record"
	documentBucket = "document"
	metaBucket     = "meta"
)

var buckets = []string{
	inboxBucket, dedupBucket, timerBucket, entryBucket, actionBucket, openBucket, replyBucket, outboxBucket,
	buttonBucket, countBucket, expiryBucket, auditBucket, usageBucket, recordBucket, documentBucket, metaBucket,
}

// maxName is how long an id, key or name may be.
const maxName = 1000

// micros is how times are kept; the zero time is 0.
func micros(t time.Time) int64 {
	if t.IsZero() {
		return 0
	}
	return t.UnixMicro()
}

// moment is the time that micros kept.
func moment(n int64) time.Time {
	if n == 0 {
		return time.Time{}
	}
	return time.UnixMicro(n).UTC()
}

// numKey is a key that orders by n.
func numKey(n uint64) []byte { return binary.BigEndian.AppendUint64(nil, n) }

// appendTime adds micros so that bytes order as times, those before 1970 too.
func appendTime(key []byte, n int64) []byte {
	return binary.BigEndian.AppendUint64(key, uint64(n)^1<<63)
}

// keyTime is the time at the beginning of a key.
func keyTime(key []byte) int64 {
	return int64(binary.BigEndian.Uint64(key) ^ 1<<63)
}

// timeKey is a key that orders by time, then by id.
func timeKey(n int64, id string) []byte {
	return append(appendTime(make([]byte, 0, 8+len(id)), n), id...)
}

// scopeKey is the beginning of all keys that belong to a name. No other name's keys begin with it.
func scopeKey(name string) []byte {
	key := binary.BigEndian.AppendUint16(make([]byte, 0, 2+len(name)+16), uint16(len(name)))
	return append(key, name...)
}

// lastNum is the number at the end of a key.
func lastNum(key []byte) uint64 { return binary.BigEndian.Uint64(key[len(key)-8:]) }

// after is the first key beyond all that begin with prefix; nil: there is none.
func after(prefix []byte) []byte {
	end := bytes.Clone(prefix)
	for i := len(end) - 1; i >= 0; i-- {
		if end[i]++; end[i] != 0 {
			return end[:i+1]
		}
	}
	return nil
}

// checkKeys is ErrInvalid for a value that cannot be a key or a part of one.
func checkKeys(what string, values ...string) error {
	if slices.Contains(values, "") {
		return fmt.Errorf("%s: empty: %w", what, store.ErrInvalid)
	}
	return checkNames(what, values...)
}

// checkNames is ErrInvalid for a value that is too long or not text.
func checkNames(what string, values ...string) error {
	for _, v := range values {
		if len(v) > maxName {
			return fmt.Errorf("%s: %d bytes, at most %d: %w", what, len(v), maxName, store.ErrInvalid)
		}
		if !utf8.ValidString(v) || strings.Contains(v, "\x00") {
			return fmt.Errorf("%s: %q is not text: %w", what, v, store.ErrInvalid)
		}
	}
	return nil
}
