// Package chain says what links the lines of an audit, so that it shows when one was
// changed, taken away or put elsewhere.
//
// The link of a line is a signature of the link of the line before, and of everything that
// the line says but the names of people, which can be forgotten. So the newest link vouches
// for all lines. The head of a scope names the newest line and the newest one that was
// purged, and has a seal of its own: it shows that lines are missing at either end.
//
// Lines that were written while there was no key are linked by a bare hash, which everybody
// can compute. The first line with a key vouches for them; behind it there are no others.
//
// What nobody can see from the store alone is that all of it went back to what it was
// earlier. Whoever compares it with an export, or with a head in the log, sees that too.
package chain

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/binary"
	"fmt"

	"aidesk/store"
)

// The first bytes of what is signed, so that no signature of one kind passes for another.
const (
	lineDomain = "aidesk audit line 1\n"
	headDomain = "aidesk audit head 1\n"
)

// Keys are keys that sign, by their ids. The nil Keys has none, and signs nothing but with
// the empty id.
type Keys struct {
	first string
	keys  map[string][]byte
}

// Add adds a key. The first that is added signs what is new.
func (k *Keys) Add(id string, key []byte) {
	if k.keys == nil {
		k.first, k.keys = id, map[string][]byte{}
	}
	k.keys[id] = key
}

// First is the id of the key that signs what is new; empty: there is none.
func (k *Keys) First() string {
	if k == nil {
		return ""
	}
	return k.first
}

// Sum is the HMAC-SHA256 of data; store.ErrNotFound.
func (k *Keys) Sum(id string, data []byte) ([]byte, error) {
	if k == nil || k.keys[id] == nil {
		return nil, fmt.Errorf("the key %s of the audit: %w", id, store.ErrNotFound)
	}
	mac := hmac.New(sha256.New, k.keys[id])
	mac.Write(data)
	return mac.Sum(nil), nil
}

// Line is the link of a line, which names its key, behind the link of the one before.
func Line(s store.Signer, before []byte, a store.Audit) ([]byte, error) {
	data := []byte(lineDomain)
	for _, part := range []string{string(before), a.Key, a.Scope, a.Member} {
		data = appendPart(data, part)
	}
	data = binary.BigEndian.AppendUint64(data, a.Seq)
	data = binary.BigEndian.AppendUint64(data, uint64(a.Time.UnixMicro()))
	return sum(s, a.Key, append(data, a.Body...))
}

// Head is the seal of a head, which names its key.
func Head(s store.Signer, h store.AuditHead) ([]byte, error) {
	data := []byte(headDomain)
	for _, part := range []string{h.Key, h.Scope, string(h.Link), string(h.AfterLink)} {
		data = appendPart(data, part)
	}
	for _, n := range []uint64{h.Seq, h.After, h.Mended} {
		data = binary.BigEndian.AppendUint64(data, n)
	}
	return sum(s, h.Key, data)
}

// sum signs data with a key, or hashes it where none is named.
func sum(s store.Signer, key string, data []byte) ([]byte, error) {
	if key == "" {
		hash := sha256.Sum256(data)
		return hash[:], nil
	}
	if s == nil {
		return nil, fmt.Errorf("the key %s of the audit: %w", key, store.ErrNotFound)
	}
	return s.Sum(key, data)
}

// appendPart appends a text behind its length, so that no two lists of texts are the same bytes.
func appendPart(data []byte, part string) []byte {
	return append(binary.BigEndian.AppendUint32(data, uint32(len(part))), part...)
}
