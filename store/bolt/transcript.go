package bolt

import (
	"bytes"
	"math"
	"slices"

	"go.etcd.io/bbolt"

	"aidesk/store"
)

// transcripts holds the ends of transcripts that were read last, as they are on disk. db.mu
// guards it.
type transcripts struct {
	young, old map[string][]store.Entry // by conversation; the old ones are dropped next
	size       int                      // bytes of bodies in young
	missed     int                      // changes of what was not held: who reads it meanwhile may lack them
}

// maxRemembered is how many bytes of bodies young holds at most.
const maxRemembered = 2 << 20

// get returns the end of a transcript; false: it is not held.
func (t *transcripts) get(conversation string) ([]store.Entry, bool) {
	if entries, ok := t.young[conversation]; ok {
		return entries, true
	}
	entries, ok := t.old[conversation]
	if ok {
		t.put(conversation, entries)
	}
	return entries, ok
}

// put holds the end of a transcript.
func (t *transcripts) put(conversation string, entries []store.Entry) {
	t.size += sizeOf(entries) - sizeOf(t.young[conversation])
	if t.young == nil || t.size > maxRemembered {
		t.old, t.young, t.size = t.young, map[string][]store.Entry{}, sizeOf(entries)
	}
	t.young[conversation] = entries
}

// add appends an entry to the end of a transcript, if that is held.
func (t *transcripts) add(conversation string, e store.Entry) {
	entries, ok := t.get(conversation)
	if !ok {
		t.missed++
		return
	}
	e.Body = slices.Clone(e.Body)             // it is the caller's
	entries = append(slices.Clip(entries), e) // readers have the ones before
	if sizeOf(entries) > 2*store.MaxTranscript {
		entries = slices.Clone(entries[len(entries)-len(newest(entries))-1:])
	}
	t.put(conversation, entries)
}

// forget drops everything, because entries were deleted.
func (t *transcripts) forget() {
	t.young, t.old, t.size = nil, nil, 0
	t.missed++
}

func sizeOf(entries []store.Entry) int {
	n := 0
	for _, e := range entries {
		n += len(e.Body)
	}
	return n
}

// newest cuts entries to the newest one and those before it up to store.MaxTranscript bytes.
func newest(entries []store.Entry) []store.Entry {
	size := 0
	for i, e := range slices.Backward(entries) {
		if size += len(e.Body); size > store.MaxTranscript && i < len(entries)-1 {
			return entries[i+1:]
		}
	}
	return entries
}

// recentEntries returns the end of a transcript: the newest entry, and those before it up to
// store.MaxTranscript bytes. Where there are more, they begin at an anchor.
// missed is how many changes were missed before the transaction began.
func (db *DB) recentEntries(tx *bbolt.Tx, conversation string, missed int) ([]store.Entry, error) {
	db.mu.Lock()
	entries, known := db.transcripts.get(conversation)
	db.mu.Unlock()
	if !known {
		var err error
		if entries, err = readEntries(tx, conversation); err != nil {
			return nil, err
		}
		db.mu.Lock()
		if db.transcripts.missed == missed {
			db.transcripts.put(conversation, entries)
		}
		db.mu.Unlock()
	}
	recent := newest(entries)
	if len(recent) < len(entries) {
		recent = fromAnchor(recent)
	}
	return slices.Clone(recent), nil
}

// readEntries reads the end of a transcript, with one entry more than newest would leave.
func readEntries(tx *bbolt.Tx, conversation string) ([]store.Entry, error) {
	var found []store.Entry
	prefix := scopeKey(conversation)
	cursor := tx.Bucket([]byte(entryBucket)).Cursor()
	cursor.Seek(append(slices.Clone(prefix), numKey(math.MaxUint64)...))
	key, value := cursor.Prev()
	if key == nil { // the transcript is the last in the bucket
		key, value = cursor.Last()
	}
	for size := 0; bytes.HasPrefix(key, prefix) && size <= store.MaxTranscript; key, value = cursor.Prev() {
		var k storedEntry
		body, err := decodeValueAt(entryBucket, key, value, &k)
		if err != nil {
			return nil, err
		}
		size += len(body)
		found = append(found, store.Entry{Seq: keyNum(key), Member: k.Member, Sources: k.Sources, Body: body})
	}
	slices.Reverse(found)
	return found, nil
}

// fromAnchor cuts entries to begin at an anchor: an entry chosen by its number alone, so
// that most calls begin at the same one. If the beginning moved with each new entry, no
// model provider could reuse a cached prompt.
func fromAnchor(entries []store.Entry) []store.Entry {
	for i, e := range entries[:len(entries)/2] {
		if e.Seq*0x9E3779B97F4A7C15>>60 == 0 { // a hash of the number picks one entry in 16
			return entries[i:]
		}
	}
	return entries
}
