package workspace

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"testing"

	"pgregory.net/rapid"

	"aidesk/core/secret"
	"aidesk/store"
	"aidesk/store/bolt"
)

func ring(t testing.TB, entries ...string) *secret.Ring {
	t.Helper()
	r, err := secret.Parse(entries)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func open(t testing.TB, path string) *bolt.DB {
	t.Helper()
	db, err := bolt.Open(path, bolt.Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = db.Close() })
	return db
}

func newStore(t testing.TB) *bolt.DB {
	t.Helper()
	return open(t, filepath.Join(t.TempDir(), "desk.db"))
}

// sealed seals, and fails the test where that fails.
func sealed(t testing.TB, k *Keys, scope, path, value string) string {
	t.Helper()
	text, err := k.Seal(t.Context(), scope, path, []byte(value))
	if err != nil {
		t.Fatal(err)
	}
	return text
}

func opens(t testing.TB, k *Keys, scope, path, text, want string) {
	t.Helper()
	if got, err := k.Open(t.Context(), scope, path, text); err != nil || string(got) != want {
		t.Errorf("%s in %s opens as %q, %v; want %q", path, scope, got, err, want)
	}
}

func fails(t testing.TB, k *Keys, scope, path, text string, want error) {
	t.Helper()
	if got, err := k.Open(t.Context(), scope, path, text); !errors.Is(err, want) {
		t.Errorf("%s in %s opens as %q, %v; want %v", path, scope, got, err, want)
	}
}

func TestSealOpen(t *testing.T) {
	t.Parallel()
	k := New(ring(t, secret.Generate("k1")), newStore(t))
	text := sealed(t, k, "desk/slack/T1", "p", "hush")
	rapid.Check(t, func(t *rapid.T) {
		scope := rapid.SampledFrom([]string{"desk/slack/T1", "desk/slack/T2", "a", "a/b", "1/a"}).Draw(t, "scope")
		path, value := rapid.String().Draw(t, "path"), rapid.SliceOf(rapid.Byte()).Draw(t, "value")
		text, err := k.Seal(context.Background(), scope, path, value)
		if err != nil {
			t.Fatal(err)
		}
		if !strings.HasPrefix(text, "w1.") || len(value) > 3 && strings.Contains(text, string(value)) {
			t.Fatalf("sealed as %q", text)
		}
		got, err := k.Open(context.Background(), scope, path, text)
		if err != nil || !bytes.Equal(got, value) {
			t.Fatalf("opened as %q, %v", got, err)
		}
		if _, err := k.Open(context.Background(), scope, path+"x", text); !errors.Is(err, secret.ErrForged) {
			t.Fatalf("under another path: %v", err)
		}
		if _, err := k.Open(context.Background(), scope+"x", path, text); !errors.Is(err, secret.ErrLocked) {
			t.Fatalf("for another workspace: %v", err)
		}
		at := rapid.IntRange(0, len(text)-1).Draw(t, "at")
		with := rapid.SampledFrom([]string{"", "A", "B", "-", "=", "\n", ".", "1"}).Draw(t, "with")
		if forged := text[:at] + with + text[at+1:]; forged != text {
			if _, err := k.Open(context.Background(), scope, path, forged); err == nil {
				t.Fatalf("%q opens too", forged)
			}
		}
	})
	opens(t, k, "desk/slack/T1", "p", text, "hush")
}

// TestSwapped puts what is sealed to every other place.
func TestSwapped(t *testing.T) {
	t.Parallel()
	r, db := ring(t, secret.Generate("k1")), newStore(t)
	k := New(r, db)
	const path = "account/trello/ann/1/access"
	a, b := sealed(t, k, "desk/slack/T1", path, "hush-a"), sealed(t, k, "desk/slack/T2", path, "hush-b")
	fails(t, k, "desk/slack/T1", path, b, secret.ErrLocked)
	fails(t, k, "desk/slack/T2", path, a, secret.ErrLocked)
	fails(t, k, "desk/slack/T3", path, a, ErrForgotten)
	fails(t, k, "desk/slack/T1", "account/trello/ann/1/refresh", a, secret.ErrForged)
	fails(t, k, "desk/slack/T1", "account/trello/ben/1/access", a, secret.ErrForged)
	fails(t, k, "desk/slack", "T1/"+path, a, secret.ErrLocked)
	// The id of the other workspace's key in front.
	idA, bodyA, _ := strings.Cut(a[3:], ".")
	idB, _, _ := strings.Cut(b[3:], ".")
	fails(t, k, "desk/slack/T2", path, "w1."+idB+"."+bodyA, secret.ErrForged)
	// The ring and a workspace open nothing of each other.
	fails(t, k, "desk/slack/T1", path, "v1."+idA+"."+bodyA, secret.ErrForged)
	if _, err := r.Open(path, a); !errors.Is(err, secret.ErrForged) {
		t.Errorf("the ring opens what a workspace sealed: %v", err)
	}
	own, err := r.Seal(path, []byte("x"))
	if err != nil {
		t.Fatal(err)
	}
	fails(t, k, "desk/slack/T1", path, own, secret.ErrForged)
	// The key of one workspace under the name of another, and another's value under its.
	record, err := db.Get(t.Context(), RecordPrefix+"desk/slack/T1")
	if err != nil {
		t.Fatal(err)
	}
	other, err := db.Get(t.Context(), RecordPrefix+"desk/slack/T2")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := db.Put(t.Context(), store.Record{Key: other.Key, Version: other.Version, Value: record.Value}); err != nil {
		t.Fatal(err)
	}
	fails(t, k, "desk/slack/T2", path, a, secret.ErrForged)
	if _, err := k.Seal(t.Context(), "desk/slack/T2", path, []byte("x")); !errors.Is(err, secret.ErrForged) {
		t.Errorf("sealed with a key that was moved: %v", err)
	}
	opens(t, k, "desk/slack/T1", path, a, "hush-a")
}

func TestForget(t *testing.T) {
	t.Parallel()
	r, db := ring(t, secret.Generate("k1")), newStore(t)
	k, beside := New(r, db), New(r, db)
	a, b := sealed(t, k, "s/1", "p", "hush-a"), sealed(t, k, "s/2", "p", "hush-b")
	opens(t, beside, "s/1", "p", a, "hush-a")
	for range 2 {
		if err := k.Forget(t.Context(), "s/1"); err != nil {
			t.Fatal(err)
		}
	}
	fails(t, k, "s/1", "p", a, ErrForgotten)
	fails(t, beside, "s/1", "p", a, secret.ErrLocked) // it had the key open
	anew := sealed(t, beside, "s/1", "p", "hush-c")
	fails(t, k, "s/1", "p", a, ErrForgotten)
	opens(t, k, "s/1", "p", anew, "hush-c")
	opens(t, k, "s/2", "p", b, "hush-b")
	for _, err := range []error{k.Forget(t.Context(), ""), second(k.Seal(t.Context(), "", "p", nil)), second(k.Open(t.Context(), "", "p", a))} {
		if !errors.Is(err, store.ErrInvalid) {
			t.Errorf("without a workspace: %v", err)
		}
	}
}

func second[T any](_ T, err error) error { return err }

func TestKeysOfRing(t *testing.T) {
	t.Parallel()
	old, next, db := secret.Generate("k1"), secret.Generate("k2"), newStore(t)
	a := sealed(t, New(ring(t, old), db), "s/1", "p", "hush")
	opens(t, New(ring(t, next, old), db), "s/1", "p", a, "hush")
	fails(t, New(ring(t, next), db), "s/1", "p", a, secret.ErrLocked)
	fails(t, New(ring(t, secret.Generate("k1")), db), "s/1", "p", a, secret.ErrForged)
	fails(t, New(nil, db), "s/1", "p", a, secret.ErrNoKey)
	fails(t, New(nil, db), "s/9", "p", a, secret.ErrNoKey)
	if _, err := New(nil, db).Seal(t.Context(), "s/1", "p", nil); !errors.Is(err, secret.ErrNoKey) {
		t.Errorf("sealed without a key: %v", err)
	}
	if err := second(New(ring(t, next), db).Open(t.Context(), "s/1", "p", a)); errors.Is(err, ErrForgotten) {
		t.Errorf("a key that the ring lacks is no workspace that was forgotten: %v", err)
	}
	// A record that is no key at all.
	sealed, err := ring(t, old).Seal(RecordPrefix+"s/2", []byte("hush-nonsense"))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := db.Put(t.Context(), store.Record{Key: RecordPrefix + "s/2", Value: []byte(sealed)}); err != nil {
		t.Fatal(err)
	}
	err = second(New(ring(t, old), db).Open(t.Context(), "s/2", "p", a))
	if !errors.Is(err, secret.ErrForged) || strings.Contains(err.Error(), "hush") {
		t.Errorf("a record that is no key: %v", err)
	}
}

// TestAtOnce: whoever seals first for a workspace makes the key of all, in this process or
// in another, which has the records in common and nothing else.
func TestAtOnce(t *testing.T) {
	t.Parallel()
	r, db := ring(t, secret.Generate("k1")), newStore(t)
	var processes []*Keys
	for range 8 {
		processes = append(processes, New(r, db))
	}
	for i := range 20 {
		scope := fmt.Sprint("s/", i)
		texts := make([]string, len(processes))
		var wg sync.WaitGroup
		for n, k := range processes {
			wg.Go(func() {
				text, err := k.Seal(t.Context(), scope, "p", []byte{byte(n)})
				if err != nil {
					t.Error(err)
				}
				texts[n] = text
			})
		}
		wg.Wait()
		for n, text := range texts {
			opens(t, processes[0], scope, "p", text, string(rune(n)))
			opens(t, processes[7-n], scope, "p", text, string(rune(n)))
		}
	}
}

// TestAtOnceForgotten seals while the workspace is forgotten: no call fails, and what is
// sealed last opens.
func TestAtOnceForgotten(t *testing.T) {
	t.Parallel()
	k := New(ring(t, secret.Generate("k1")), newStore(t))
	var wg sync.WaitGroup
	for range 4 {
		wg.Go(func() {
			for range 50 {
				if _, err := k.Seal(t.Context(), "s/1", "p", nil); err != nil {
					t.Error(err)
				}
			}
		})
	}
	for range 20 {
		if err := k.Forget(t.Context(), "s/1"); err != nil {
			t.Error(err)
		}
	}
	wg.Wait()
	opens(t, k, "s/1", "p", sealed(t, k, "s/1", "p", "hush"), "hush")
}

// TestCanary: neither a value nor a key of a workspace can be read in the store's file.
func TestCanary(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "desk.db")
	r, db := ring(t, secret.Generate("k1")), open(t, path)
	k := New(r, db)
	text := sealed(t, k, "s/1", "p", "hush-canary")
	if _, err := db.Put(t.Context(), store.Record{Key: "account/1", Value: []byte(text)}); err != nil {
		t.Fatal(err)
	}
	record, err := db.Get(t.Context(), RecordPrefix+"s/1")
	if err != nil {
		t.Fatal(err)
	}
	entry, err := r.Open(record.Key, string(record.Value))
	if err != nil {
		t.Fatal(err)
	}
	_, base, _ := strings.Cut(string(entry), ":")
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
	onDisk, err := os.ReadFile(path)
	if err != nil || !bytes.Contains(onDisk, []byte(text)) {
		t.Fatalf("the file cannot be searched: %v", err)
	}
	for _, canary := range []string{"hush-canary", base} {
		if bytes.Contains(onDisk, []byte(canary)) {
			t.Error("a secret can be read in the store")
		}
	}
	if shown := fmt.Sprintf("%v %+v %#v", k.opened, k.opened, k.opened); strings.Contains(shown, base) {
		t.Errorf("a key is shown: %s", shown)
	}
}

// TestMany: no more keys than maxOpened are kept open, and all open.
func TestMany(t *testing.T) {
	t.Parallel()
	db := &counted{Store: newStore(t)}
	k := New(ring(t, secret.Generate("k1")), db)
	texts := make([]string, maxOpened+100)
	var wg sync.WaitGroup
	for part := range 10 {
		wg.Go(func() {
			for i := part; i < len(texts); i += 10 {
				texts[i] = sealed(t, k, fmt.Sprint("s/", i), "p", strconv.Itoa(i))
			}
		})
	}
	wg.Wait()
	for i, text := range texts {
		opens(t, k, fmt.Sprint("s/", i), "p", text, strconv.Itoa(i))
	}
	if n := len(k.opened); n != maxOpened {
		t.Errorf("%d keys are open", n)
	}
	last := len(texts) - 1
	before := db.gets
	for range 100 {
		opens(t, k, fmt.Sprint("s/", last), "p", texts[last], strconv.Itoa(last))
	}
	if db.gets != before {
		t.Errorf("a key that was open was read %d times", db.gets-before)
	}
}

// counted counts what is read.
type counted struct {
	store.Store
	mu   sync.Mutex
	gets int
}

func (c *counted) Get(ctx context.Context, key string) (store.Record, error) {
	c.mu.Lock()
	c.gets++
	c.mu.Unlock()
	return c.Store.Get(ctx, key)
}

// TestForm pins the form of what is sealed: what stands in stores must open for ever.
func TestForm(t *testing.T) {
	t.Parallel()
	db := newStore(t)
	for key, value := range map[string]string{
		RecordPrefix + "desk/slack/T1": formKey,
	} {
		if _, err := db.Put(t.Context(), store.Record{Key: key, Value: []byte(value)}); err != nil {
			t.Fatal(err)
		}
	}
	k := New(ring(t, "k1:BwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwc="), db)
	opens(t, k, "desk/slack/T1", "account/trello/ann/1/access", formText, "hush-hush")
}

// What TestForm opens, as the first version of this package made it.
const (
	formKey  = "v1.k1.px70oJkrHOpPRoQjzOh-S0EmM8gh38K2_fM8nonro9yO2k_tauqKwSaWk03pOAFPYz82yRqUWujFNJpN6Q19nAbWzlBCUQh9d_7St2-RiHnFdoZN4p9ScVU"
	formText = "w1.5a9b0e9abd7d943f.2LevD8yodbJixQl-On9QscBbBoqXBxmcm6kIL6F9wPzf6m0W3g"
)

func TestOpenForged(t *testing.T) {
	t.Parallel()
	k := New(ring(t, secret.Generate("k1")), newStore(t))
	text := sealed(t, k, "s/1", "p", "hush")
	id := text[3:19]
	for _, forged := range []string{
		"", "hush", "w1", "w1.", "w1.k1", "w1.k1.", "w1.k1.AAAA", "w1.K1.AAAA", "w2" + text[2:], "w1..AAAA", "W1" + text[2:],
		"w1." + id + ".", "w1." + id + ".!", "w1." + id + "." + strings.Repeat("A", 100), text + ".b", text + "\n", "\x00", text + text,
		"w1.w1." + text[3:],
	} {
		fails(t, k, "s/1", "p", forged, secret.ErrForged)
	}
}

// FuzzOpen opens anything without a panic, and nothing that was not sealed.
func FuzzOpen(f *testing.F) {
	k := New(ring(f, secret.Generate("k1")), newStore(f))
	text := sealed(f, k, "s/1", "p", "hush")
	f.Add("s/1", "p", text)
	f.Add("s/1", "p", "w1.k1.AAAA")
	f.Add("s", "1/p", text)
	f.Add("", "", "v1"+text[2:])
	f.Fuzz(func(t *testing.T, scope, path, text string) {
		got, err := k.Open(context.Background(), scope, path, text)
		if err == nil && (scope != "s/1" || path != "p" || string(got) != "hush") {
			t.Errorf("%q opens for %q under %q as %q", text, scope, path, got)
		}
		if err != nil && strings.Contains(err.Error(), "hush") && !strings.Contains(scope, "hush") {
			t.Errorf("it is shown: %v", err)
		}
	})
}
