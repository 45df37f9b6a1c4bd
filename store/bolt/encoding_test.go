package bolt

import (
	"bytes"
	"cmp"
	"errors"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"
)

// TestKeyOrder: keys order as what they are made of.
func TestKeyOrder(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		a, b := rapid.Int64().Draw(t, "a"), rapid.Int64().Draw(t, "b")
		id := rapid.String().Draw(t, "id")
		if got, want := bytes.Compare(timeKey(a, id), timeKey(b, id)), cmp.Compare(a, b); got != want {
			t.Fatalf("times %d, %d compare as %d, their keys as %d", a, b, want, got)
		}
		if got := keyTime(timeKey(a, id)); got != a {
			t.Fatalf("time %d came back as %d", a, got)
		}
		m, n := rapid.Uint64().Draw(t, "m"), rapid.Uint64().Draw(t, "n")
		if got, want := bytes.Compare(numKey(m), numKey(n)), cmp.Compare(m, n); got != want {
			t.Fatalf("numbers %d, %d compare as %d, their keys as %d", m, n, want, got)
		}
		if got := keyNum(append([]byte(id), numKey(m)...)); got != m {
			t.Fatalf("number %d came back as %d", m, got)
		}
	})
}

// TestScopeKey: the keys of a name lie together and hold no other name's.
func TestScopeKey(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		a, b := rapid.String().Draw(t, "a"), rapid.String().Draw(t, "b")
		ka, kb := scopeKey(a), scopeKey(b)
		if got, want := bytes.HasPrefix(ka, kb), a == b; got != want {
			t.Fatalf("%q among the keys of %q: %t", a, b, got)
		}
		tail := rapid.SliceOf(rapid.Byte()).Draw(t, "tail")
		if end := prefixEnd(ka); end == nil || bytes.Compare(append(ka, tail...), end) >= 0 {
			t.Fatalf("a key of %q is after the last one, %x", a, end)
		}
	})
	if end := prefixEnd([]byte{0xff, 0xff}); end != nil {
		t.Fatalf("after the last of all: %x", end)
	}
	if end := prefixEnd([]byte{1, 0xff}); !bytes.Equal(end, []byte{2}) {
		t.Fatalf("after 01ff: %x", end)
	}
}

// TestMicros: times are kept to the microsecond, the zero time too.
func TestMicros(t *testing.T) {
	for _, at := range []time.Time{{}, time.Unix(1, 2000), time.Unix(-1e9, 0), time.Date(9999, 12, 31, 0, 0, 0, 0, time.UTC)} {
		if got := fromMicros(toMicros(at)); !got.Equal(at) || got.IsZero() != at.IsZero() {
			t.Errorf("%s came back as %s", at, got)
		}
	}
}

// TestExpiryKey: what it was made of can be read again.
func TestExpiryKey(t *testing.T) {
	key := expiryKey(42, countBucket, "turns/a/b")
	bucket, name, _ := strings.Cut(string(key[8:]), "\x00")
	if keyTime(key) != 42 || bucket != countBucket || name != "turns/a/b" {
		t.Fatalf("%x", key)
	}
}

// FuzzOpen: no bytes make open panic, and only those that seal made are taken.
func FuzzOpen(f *testing.F) {
	good, err := encodeValue(storedEntry{Member: "ann"}, []byte("body"))
	if err != nil {
		f.Fatal(err)
	}
	f.Add(good, 0, byte(0))
	f.Add(good, len(good)-1, byte(1))
	f.Add([]byte{1, 0, 0, 0, 0}, 0, byte(0))
	f.Fuzz(func(t *testing.T, value []byte, at int, flip byte) {
		var k storedEntry
		if body, err := decodeValue(value, &k); err == nil {
			if _, err := encodeValue(k, body); err != nil {
				t.Fatal(err)
			}
		} else if !errors.Is(err, errDamaged) {
			t.Fatal(err)
		}
		sealed, err := encodeValue(nil, value)
		if err != nil {
			t.Fatal(err)
		}
		if body, err := decodeValue(sealed, nil); err != nil || !bytes.Equal(body, value) {
			t.Fatalf("%x came back as %x, %v", value, body, err)
		}
		if flip != 0 {
			sealed[uint(at)%uint(len(sealed))] ^= flip
			if _, err := decodeValue(sealed, nil); err == nil {
				t.Fatal("a changed value was taken")
			}
		}
	})
}
