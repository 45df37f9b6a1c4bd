// Package secret seals what must not be read where it is stored: tokens, keys and
// passwords that members, plugins and platforms entrust to aidesk.
//
// A Ring holds keys of 32 random bytes, each under a short id. The first seals, all
// of them open, so that a new key is put before the old one and both stay until
// nothing is left that the old one sealed. What is sealed is bound to a path that says
// what it is ("kept/desk/slack/watermark"): moved to another place, it does not open.
//
// A sealed text has the form v1.<key id>.<base64url>: AES-256 in Galois counter mode,
// the random nonce of 96 bits in front, the path with the first two parts as
// associated data. Keys are never made of a passphrase, and no error names one.
package secret

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"
)

// The errors of Open and Seal on which callers branch.
var (
	ErrNoKey  = errors.New("no key was given to seal with: set keys, or let one be made beside the store")
	ErrLocked = errors.New("sealed with a key that is not among keys: put that key back, behind the first")
	ErrForged = errors.New("cannot be opened: it was changed, moved to another place, or its key was")
)

// version begins every sealed text.
const version = "v1"

// keySize is the length of a key in bytes.
const keySize = 32

// overhead is how much longer than its value a sealed one is in bytes: nonce and tag.
const overhead = 12 + 16

// word is what an id of a key looks like: it stands between dots and before a colon.
var word = regexp.MustCompile(`^[a-z0-9][a-z0-9_-]{0,31}$`)

// encoding is of sealed texts: one text for one value, so that it cannot be changed
// without being noticed.
var encoding = base64.RawURLEncoding.Strict()

// Ring holds keys; the first seals, all open. The nil Ring holds none. It may be used
// concurrently and shows its ids when it is printed, never a key.
type Ring struct{ keys []key }

// key is one key under its id.
type key struct {
	id    string
	box   cipher.AEAD
	check string
}

// Fault says what is wrong with one entry of a key ring. It never quotes the entry,
// which is a key, or was meant to be one.
type Fault struct {
	At   int    // which entry, from 0
	Text string // what is wrong and the remedy
}

// Error is the fault in one line.
func (f *Fault) Error() string { return fmt.Sprintf("key %d: %s", f.At+1, f.Text) }

// Parse makes a Ring of entries of the form id:base64, of which the first seals. An id
// is up to 32 small letters, digits, hyphens and underscores; the base64 text (with
// the usual or the URL alphabet, padded or not) is of exactly 32 bytes. The error of a
// wrong entry is a *Fault.
func Parse(entries []string) (*Ring, error) {
	if len(entries) == 0 {
		return nil, ErrNoKey
	}
	r := &Ring{}
	for i, entry := range entries {
		id, text, _ := strings.Cut(strings.TrimSpace(entry), ":")
		bytes, ok := decode(text)
		switch {
		case !ok || !word.MatchString(id):
			return nil, &Fault{i, "want an id, a colon and 32 random bytes in base64; this makes one: echo k1:$(openssl rand -base64 32)"}
		case slices.ContainsFunc(r.keys, func(k key) bool { return k.id == id }):
			return nil, &Fault{i, "another key before it has this id; give each an id of its own"}
		}
		k, err := newKey(id, bytes)
		if err != nil {
			return nil, fmt.Errorf("making key %d ready: %w", i+1, err)
		}
		r.keys = append(r.keys, k)
	}
	return r, nil
}

// decode reads the bytes of a key in any of the usual forms of base64.
func decode(text string) ([]byte, bool) {
	text = strings.NewReplacer("-", "+", "_", "/").Replace(strings.TrimRight(text, "="))
	bytes, err := base64.RawStdEncoding.DecodeString(text)
	return bytes, err == nil && len(bytes) == keySize
}

func newKey(id string, bytes []byte) (key, error) {
	block, err := aes.NewCipher(bytes)
	if err != nil {
		return key{}, err
	}
	box, err := cipher.NewGCMWithRandomNonce(block)
	if err != nil {
		return key{}, err
	}
	mac := hmac.New(sha256.New, bytes)
	mac.Write([]byte("aidesk key check value"))
	return key{id, box, hex.EncodeToString(mac.Sum(nil)[:16])}, nil
}

// Generate is a new entry with the given id and 32 random bytes.
func Generate(id string) string {
	var bytes [keySize]byte
	_, _ = rand.Read(bytes[:]) // it never fails: without randomness the process ends
	return id + ":" + base64.StdEncoding.EncodeToString(bytes[:])
}

// Seal seals a value under a path, which must be given again to open it.
func (r *Ring) Seal(path string, value []byte) (string, error) {
	if r == nil || len(r.keys) == 0 {
		return "", ErrNoKey
	}
	k := r.keys[0]
	head := version + "." + k.id + "."
	sealed := k.box.Seal(nil, nil, value, []byte(head+path)) //nolint:gosec // G407: it takes no nonce, and makes a random one
	return head + encoding.EncodeToString(sealed), nil
}

// Open gives the value that was sealed under a path. The errors are ErrNoKey,
// ErrLocked and ErrForged.
func (r *Ring) Open(path, sealed string) ([]byte, error) {
	if r == nil || len(r.keys) == 0 {
		return nil, ErrNoKey
	}
	id, text, ok := split(sealed)
	if !ok {
		return nil, ErrForged
	}
	at := slices.IndexFunc(r.keys, func(k key) bool { return k.id == id })
	if at < 0 {
		return nil, ErrLocked
	}
	bytes, err := encoding.DecodeString(text)
	if err != nil {
		return nil, ErrForged
	}
	value, err := r.keys[at].box.Open(nil, nil, bytes, []byte(version+"."+id+"."+path))
	if err != nil {
		return nil, ErrForged
	}
	return value, nil
}

// split reads the form of a sealed text.
func split(sealed string) (id, text string, ok bool) {
	rest, ok := strings.CutPrefix(sealed, version+".")
	id, text, dotted := strings.Cut(rest, ".")
	ok = ok && dotted && word.MatchString(id) && !strings.ContainsAny(text, "\r\n") // the decoder skips ends of lines
	return id, text, ok
}

// KeyOf gives the id of the key with which a text was sealed; false: it has not the form
// of what Seal returns.
func KeyOf(sealed string) (id string, ok bool) {
	id, text, ok := split(sealed)
	if !ok {
		return "", false
	}
	if bytes, err := encoding.DecodeString(text); err != nil || len(bytes) < overhead {
		return "", false
	}
	return id, true
}

// First is the id of the key that seals; empty: there is none.
func (r *Ring) First() string {
	if r == nil || len(r.keys) == 0 {
		return ""
	}
	return r.keys[0].id
}

// IDs are the ids of all keys, in their order.
func (r *Ring) IDs() []string {
	if r == nil {
		return nil
	}
	ids := make([]string, len(r.keys))
	for i, k := range r.keys {
		ids[i] = k.id
	}
	return ids
}

// Checks gives for the id of each key its check value: 32 hexadecimal digits that tell
// one key from another and nothing about it. Kept beside what is sealed, they show a
// wrong key at the start.
func (r *Ring) Checks() map[string]string {
	checks := map[string]string{}
	if r != nil {
		for _, k := range r.keys {
			checks[k.id] = k.check
		}
	}
	return checks
}

// String lists the ids.
func (r *Ring) String() string {
	if r == nil || len(r.keys) == 0 {
		return "no keys"
	}
	return "keys " + strings.Join(r.IDs(), ", ")
}

// GoString lists the ids too.
func (r *Ring) GoString() string { return r.String() }
