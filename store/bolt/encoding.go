package bolt

import (
	"bytes"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"hash/crc32"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"go.etcd.io/bbolt"

	"aidesk/store"
)

// The buckets; doc.go says what each holds.
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
	lineBucket     = "line"
	chainBucket    = "chain"
	usageBucket    = "usage"
	recordBucket   = "record"
	documentBucket = "document"
	metaBucket     = "meta"
	asideBucket    = "aside"
	sourceBucket   = "source"
)

var buckets = []string{
	inboxBucket, dedupBucket, timerBucket, entryBucket, actionBucket, openBucket, replyBucket, outboxBucket,
	buttonBucket, countBucket, expiryBucket, lineBucket, chainBucket, usageBucket, recordBucket, documentBucket, metaBucket, asideBucket, sourceBucket,
}

// maxKeyLen is how many bytes an id, key or name may have.
const maxKeyLen = 1000

// toMicros converts a time to what is stored: microseconds since 1970, 0 for the zero time.
func toMicros(t time.Time) int64 {
	if t.IsZero() {
		return 0
	}
	return t.UnixMicro()
}

// fromMicros is the inverse of toMicros.
func fromMicros(n int64) time.Time {
	if n == 0 {
		return time.Time{}
	}
	return time.UnixMicro(n).UTC()
}

// numKey returns a key that sorts by n.
func numKey(n uint64) []byte { return binary.BigEndian.AppendUint64(nil, n) }

// appendTime appends a time so that keys sort by it, also before 1970.
func appendTime(key []byte, n int64) []byte {
	return binary.BigEndian.AppendUint64(key, uint64(n)^1<<63)
}

// keyTime reads the time at the beginning of a key.
func keyTime(key []byte) int64 {
	return int64(binary.BigEndian.Uint64(key) ^ 1<<63)
}

// timeKey returns a key that sorts by time, then by id.
func timeKey(n int64, id string) []byte {
	return append(appendTime(make([]byte, 0, 8+len(id)), n), id...)
}

// scopeKey returns the prefix of all keys that belong to a name, and of no other name's.
func scopeKey(name string) []byte {
	key := binary.BigEndian.AppendUint16(make([]byte, 0, 2+len(name)+16), uint16(len(name)))
	return append(key, name...)
}

// keyNum reads the number at the end of a key.
func keyNum(key []byte) uint64 { return binary.BigEndian.Uint64(key[len(key)-8:]) }

// prefixEnd returns the first key after all that begin with prefix; nil: there is none.
func prefixEnd(prefix []byte) []byte {
	end := bytes.Clone(prefix)
	for i := len(end) - 1; i >= 0; i-- {
		if end[i]++; end[i] != 0 {
			return end[:i+1]
		}
	}
	return nil
}

// checkKeys returns ErrInvalid for a value that cannot be a key or a part of one.
func checkKeys(what string, values ...string) error {
	if slices.Contains(values, "") {
		return fmt.Errorf("%s: empty: %w", what, store.ErrInvalid)
	}
	return checkNames(what, values...)
}

// checkNames returns ErrInvalid for a value that is too long or not text.
func checkNames(what string, values ...string) error {
	for _, v := range values {
		if len(v) > maxKeyLen {
			return fmt.Errorf("%s: %d bytes, at most %d: %w", what, len(v), maxKeyLen, store.ErrInvalid)
		}
		if !utf8.ValidString(v) || strings.Contains(v, "\x00") {
			return fmt.Errorf("%s: %q is not text: %w", what, v, store.ErrInvalid)
		}
	}
	return nil
}

// valueVersion is the first byte of every value.
const valueVersion = 1

// headerSize is the size of what stands before a value's head: version, checksum, length of the head.
const headerSize = 1 + 4 + 4

var castagnoli = crc32.MakeTable(crc32.Castagnoli)

var errDamaged = errors.New("damaged")

// encodeValue builds a value from a head, which becomes JSON (nil: none), and a body.
func encodeValue(head any, body []byte) ([]byte, error) {
	var text []byte
	if head != nil {
		var err error
		if text, err = json.Marshal(head); err != nil {
			return nil, fmt.Errorf("encode a value: %w", err)
		}
	}
	value := make([]byte, headerSize, headerSize+len(text)+len(body))
	value[0] = valueVersion
	binary.BigEndian.PutUint32(value[5:], uint32(len(text)))
	value = append(append(value, text...), body...)
	binary.BigEndian.PutUint32(value[1:], crc32.Checksum(value[5:], castagnoli))
	return value, nil
}

// decodeValue checks a value, decodes its head (nil: it has none) and returns its body, which is
// part of the value.
func decodeValue(value []byte, head any) ([]byte, error) {
	if len(value) < headerSize {
		return nil, errDamaged
	}
	if value[0] != valueVersion {
		return nil, fmt.Errorf("%w: version %d of a value", errDamaged, value[0])
	}
	if binary.BigEndian.Uint32(value[1:]) != crc32.Checksum(value[5:], castagnoli) {
		return nil, fmt.Errorf("%w: wrong checksum", errDamaged)
	}
	n := uint64(binary.BigEndian.Uint32(value[5:]))
	if n > uint64(len(value)-headerSize) {
		return nil, errDamaged
	}
	if head != nil {
		if err := json.Unmarshal(value[headerSize:headerSize+n], head); err != nil {
			return nil, fmt.Errorf("%w: %w", errDamaged, err)
		}
	}
	return value[headerSize+n:], nil
}

// readValue looks up a value, checks it and decodes its head. The body is a copy, never
// nil when the value was found.
func readValue(tx *bbolt.Tx, bucket string, key []byte, head any) (body []byte, found bool, err error) {
	value := tx.Bucket([]byte(bucket)).Get(key)
	if value == nil {
		return nil, false, nil
	}
	body, err = decodeValueAt(bucket, key, value, head)
	return body, err == nil, err
}

// decodeValueAt is decodeValue for the value of a key. It copies the body, and an error
// names bucket and key.
func decodeValueAt(bucket string, key, value []byte, head any) ([]byte, error) {
	body, err := decodeValue(value, head)
	if err != nil {
		return nil, fmt.Errorf("the store's bucket %s, key %x: %w: restore it from a backup", bucket, key, err)
	}
	return append([]byte{}, body...), nil
}

// The heads of values as they are stored. They are types of their own, so that renaming
// a field in package store does not change the file. Times are microseconds.

type storedEvent struct {
	ID           string `json:"id"`
	Conversation string `json:"conv"`
	Member       string `json:"member,omitempty"`
	Kind         string `json:"kind,omitempty"`
	Time         int64  `json:"time,omitempty"`
	Due          int64  `json:"due,omitempty"`
	Interrupt    bool   `json:"interrupt,omitempty"`
	Ingested     int64  `json:"in"`
	Tries        int    `json:"tries,omitempty"`
}

func (k storedEvent) event(seq uint64, body []byte) store.Event {
	return store.Event{
		ID: k.ID, Conversation: k.Conversation, Member: k.Member, Kind: k.Kind,
		Time: fromMicros(k.Time), Due: fromMicros(k.Due), Interrupt: k.Interrupt, Body: body,
		Seq: seq, Ingested: fromMicros(k.Ingested), Tries: k.Tries,
	}
}

type storedEntry struct {
	Member string `json:"member,omitempty"`
	At     int64  `json:"at,omitempty"` // when it was written

	Sources []string `json:"from,omitempty"`
}

type storedAction struct {
	Conversation string `json:"conv"`
	Member       string `json:"member,omitempty"`
	State        string `json:"state"`
	Final        bool   `json:"final,omitempty"`
	Until        int64  `json:"until,omitempty"`
	Order        uint64 `json:"n"` // its number among all actions, by creation
	At           int64  `json:"at,omitempty"`
}

func (k storedAction) action(id string, body []byte) store.Action {
	return store.Action{
		ID: id, Conversation: k.Conversation, Member: k.Member,
		State: k.State, Final: k.Final, Until: fromMicros(k.Until), Body: body,
	}
}

// openKey returns the key under which an action that is not final is listed in the open bucket.
func (k storedAction) openKey() []byte { return append(scopeKey(k.Conversation), numKey(k.Order)...) }

type storedButton struct {
	Conversation string `json:"conv"`
	Member       string `json:"member,omitempty"`
	Until        int64  `json:"until,omitempty"`

	Sources []string `json:"from,omitempty"`
}

// storedReply describes a reply's wanted state, whose body is the value's, and what is known
// of the delivered one.
type storedReply struct {
	Conversation string `json:"conv"`
	Member       string `json:"member,omitempty"`
	Adapter      string `json:"adapter"`
	Version      uint64 `json:"v"`
	At           int64  `json:"at,omitempty"`
	Sent         uint64 `json:"sent,omitempty"` // the newest version that was delivered or given up
	Posted       string `json:"posted,omitempty"`
	Sending      int64  `json:"sending,omitempty"` // when a delivery began whose outcome is not known
	Handed       uint64 `json:"handed,omitempty"`  // the version that was given to Outbox's caller last
	Retry        int64  `json:"retry,omitempty"`   // not before
	Wait         int64  `json:"wait,omitempty"`    // how long that was when it was said
	First        int64  `json:"first,omitempty"`   // when the version that is being sent was handed out first
	Tries        int    `json:"tries,omitempty"`   // how often it was
	Order        uint64 `json:"n,omitempty"`       // its order in the outbox while Version > Sent
	Next         uint64 `json:"next,omitempty"`    // the order of a version that was committed while another was being sent
}

func (k storedReply) reply(id string, body []byte) store.Reply {
	return store.Reply{
		ID: id, Conversation: k.Conversation, Member: k.Member,
		Adapter: k.Adapter, Version: k.Version, Body: body,
	}
}

type storedCount struct {
	N     int64 `json:"n"`
	Until int64 `json:"until,omitempty"`
}

type storedLine struct {
	Time   int64             `json:"time,omitempty"`
	Member string            `json:"member,omitempty"`
	Names  map[string]string `json:"names,omitempty"`
	Key    string            `json:"key,omitempty"`
	Link   []byte            `json:"link"`
}

func (k storedLine) audit(scope string, seq uint64, body []byte) store.Audit {
	return store.Audit{
		Scope: scope, Time: fromMicros(k.Time), Member: k.Member, Body: body,
		Names: k.Names, Seq: seq, Key: k.Key, Link: k.Link,
	}
}

type storedHead struct {
	Seq       uint64 `json:"n"`
	Link      []byte `json:"link"`
	After     uint64 `json:"after,omitempty"`
	AfterLink []byte `json:"afterLink,omitempty"`
	Mended    uint64 `json:"mended,omitempty"`
	Key       string `json:"key,omitempty"`
	Seal      []byte `json:"seal"`
}

func (k storedHead) head(scope string) store.AuditHead {
	return store.AuditHead{Scope: scope, Seq: k.Seq, Link: k.Link, After: k.After, AfterLink: k.AfterLink, Mended: k.Mended, Key: k.Key, Seal: k.Seal}
}

type storedUsage struct {
	Member string `json:"member,omitempty"`
	Model  string `json:"model,omitempty"`
	Time   int64  `json:"time,omitempty"`
	Turns  int    `json:"turns,omitempty"`
	Input  int    `json:"in,omitempty"`
	Output int    `json:"out,omitempty"`
	Micros int64  `json:"micros,omitempty"`

	Channel string         `json:"channel,omitempty"`
	Calls   map[string]int `json:"calls,omitempty"`
}

func (k storedUsage) usage(scope string) store.Usage {
	return store.Usage{
		Scope: scope, Member: k.Member, Model: k.Model,
		Time: fromMicros(k.Time), Turns: k.Turns, Input: k.Input, Output: k.Output, Micros: k.Micros,
		Channel: k.Channel, Calls: k.Calls,
	}
}

type storedRecord struct {
	Version uint64 `json:"v"`
}

// storedAside describes a damaged value, which is the body.
type storedAside struct {
	Bucket string `json:"bucket"`
	Key    []byte `json:"key"`
	At     int64  `json:"at"`
	Reason string `json:"why"`
}

// metaValue is a number or a word about the file itself: schema, instance, boot, backup,
// restored, restores.
type metaValue struct {
	Number uint64 `json:"n,omitempty"`
	Word   string `json:"w,omitempty"`
}
