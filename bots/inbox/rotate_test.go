package inbox_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"aidesk/bots/bot"
	"aidesk/bots/inbox"
	"aidesk/core/chat"
	"aidesk/core/secret"
	"aidesk/core/secret/workspace"
	"aidesk/store"
	"aidesk/store/bolt"
)

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func ringOf(t testing.TB, entries ...string) *secret.Ring {
	t.Helper()
	r, err := secret.Parse(entries)
	must(t, err)
	return r
}

func openStore(t testing.TB, path string) *bolt.DB {
	t.Helper()
	db, err := bolt.Open(path, bolt.Options{})
	must(t, err)
	t.Cleanup(func() { _ = db.Close() })
	return db
}

// How much of each kind the store of these tests holds.
const (
	workspaces = 3
	kept       = 20
	events     = 4 // each with a token and a value of a form
)

type platform struct{ chat.Adapter }

func (platform) Platform() string { return "desktop" }

// handler takes in what happens and keeps what an adapter wants, as a desk does.
func handler(s store.Store, ring *secret.Ring) *inbox.Handler {
	return &inbox.Handler{
		Store: s, Secrets: ring, Bot: &bot.Bot{Name: "desk"}, Adapter: platform{},
		Stored: func() {}, Interrupted: func(string) {}, Repeated: func(chat.Adapter, string) {},
	}
}

func form(n int) chat.Event {
	return chat.Event{
		ID: fmt.Sprint("e", n), Time: time.Unix(int64(n), 0).UTC(), Place: chat.Place{Platform: "desktop", Workspace: "w", Channel: "c"},
		Member: "ann", Token: fmt.Sprint("hush-token ", n),
		Filled: &chat.Submitted{Form: "none", Secret: []string{"key", "absent"}, Values: map[string]string{"key": fmt.Sprint("hush-value ", n), "name": "v1.k1.plain"}},
	}
}

// fill seals something of every kind in a store, which a ring then opens.
func fill(t testing.TB, s store.Store, ring *secret.Ring) {
	t.Helper()
	must(t, inbox.Unlock(t.Context(), s, ring))
	h, keys := handler(s, ring), workspace.New(ring, s)
	for n := range kept {
		must(t, h.Keep(t.Context(), fmt.Sprint("name ", n), fmt.Append(nil, "hush-kept ", n)))
	}
	for n := range workspaces {
		scope := fmt.Sprint("desk/slack/T", n)
		text, err := keys.Seal(t.Context(), scope, "account/1/access", fmt.Append(nil, "hush-access ", n))
		must(t, err)
		body, err := json.Marshal(map[string]string{"access": text})
		must(t, err)
		_, err = s.Put(t.Context(), store.Record{Key: "account/" + scope, Value: body})
		must(t, err)
	}
	for n := range events {
		must(t, h.Receive(t.Context(), form(n)))
	}
	text, err := ring.Seal("other/1", []byte("hush-other"))
	must(t, err)
	_, err = s.Put(t.Context(), store.Record{Key: "other/1", Value: []byte(text)})
	must(t, err)
}

// whole checks that everything that fill sealed opens.
func whole(t testing.TB, s store.Store, ring *secret.Ring) {
	t.Helper()
	must(t, inbox.Unlock(t.Context(), s, ring))
	h, keys := handler(s, ring), workspace.New(ring, s)
	for n := range kept {
		if got, err := h.Kept(t.Context(), fmt.Sprint("name ", n)); err != nil || string(got) != fmt.Sprint("hush-kept ", n) {
			t.Errorf("kept %d: %q, %v", n, got, err)
		}
	}
	for n := range workspaces {
		scope := fmt.Sprint("desk/slack/T", n)
		r, err := s.Get(t.Context(), "account/"+scope)
		must(t, err)
		var sealed map[string]string
		must(t, json.Unmarshal(r.Value, &sealed))
		if got, err := keys.Open(t.Context(), scope, "account/1/access", sealed["access"]); err != nil || string(got) != fmt.Sprint("hush-access ", n) {
			t.Errorf("of workspace %d: %q, %v", n, got, err)
		}
	}
	var got []chat.Event
	_, err := s.Rewrite(t.Context(), func(e store.Event) ([]byte, error) {
		open, err := inbox.OpenEvent(ring, e)
		if err == nil && open.Chat != nil {
			got = append(got, *open.Chat)
		}
		return nil, err
	})
	must(t, err)
	var want []chat.Event
	for n := range events {
		want = append(want, form(n))
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("events (-want +got):\n%s", diff)
	}
	r, err := s.Get(t.Context(), "other/1")
	must(t, err)
	if got, err := ring.Open(r.Key, string(r.Value)); err != nil || string(got) != "hush-other" {
		t.Errorf("other: %q, %v", got, err)
	}
}

var everything = inbox.Sealed{Workspaces: workspaces, Kept: kept, Others: 1, Events: 2 * events}

func TestRotate(t *testing.T) {
	t.Parallel()
	one, two, three := secret.Generate("k1"), secret.Generate("k2"), secret.Generate("k3")
	db := openStore(t, filepath.Join(t.TempDir(), "desk.db"))
	fill(t, db, ringOf(t, one))
	uses := func(ring *secret.Ring, want ...inbox.KeyUse) {
		t.Helper()
		got, err := inbox.Uses(t.Context(), db, ring)
		must(t, err)
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("uses (-want +got):\n%s", diff)
		}
	}
	rotated := func(ring *secret.Ring, want inbox.Rotation) {
		t.Helper()
		got, err := inbox.Rotate(t.Context(), db, ring)
		must(t, err)
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("rotation (-want +got):\n%s", diff)
		}
	}
	uses(ringOf(t, one), inbox.KeyUse{ID: "k1", Given: true, First: true, Noted: true, Sealed: everything})
	rotated(ringOf(t, one), inbox.Rotation{First: "k1"})
	both := ringOf(t, two, one)
	uses(both, inbox.KeyUse{ID: "k2", Given: true, First: true}, inbox.KeyUse{ID: "k1", Given: true, Noted: true, Sealed: everything})
	rotated(both, inbox.Rotation{First: "k2", Resealed: everything, Retired: []string{"k1"}})
	whole(t, db, both)
	rotated(both, inbox.Rotation{First: "k2", Unused: []string{"k1"}})
	uses(both, inbox.KeyUse{ID: "k2", Given: true, First: true, Noted: true, Sealed: everything}, inbox.KeyUse{ID: "k1", Given: true})
	// The old key may stay a while behind the new one, and go then; another may have its id.
	must(t, inbox.Unlock(t.Context(), db, both))
	must(t, inbox.Unlock(t.Context(), db, ringOf(t, two, secret.Generate("k1"))))
	whole(t, db, ringOf(t, two))
	if err := inbox.Unlock(t.Context(), db, ringOf(t, one)); !errors.Is(err, secret.ErrLocked) {
		t.Errorf("the old key alone: %v", err)
	}
	// Several older keys at once; what is sealed meanwhile is sealed with the second.
	must(t, handler(db, both).Keep(t.Context(), "name 0", []byte("hush-kept 0")))
	rotated(ringOf(t, three, one, two), inbox.Rotation{First: "k3", Resealed: everything, Retired: []string{"k2"}, Unused: []string{"k1"}})
	whole(t, db, ringOf(t, three))
	// And back to a key that was retired.
	rotated(ringOf(t, one, three), inbox.Rotation{First: "k1", Resealed: everything, Retired: []string{"k3"}})
	whole(t, db, ringOf(t, one))
}

// TestRotateMissing: without a key that is needed nothing is done.
func TestRotateMissing(t *testing.T) {
	t.Parallel()
	one, two := secret.Generate("k1"), secret.Generate("k2")
	for name, test := range map[string]struct {
		ring *secret.Ring
		want string
	}{
		"no key":          {nil, "no key was given"},
		"without the old": {ringOf(t, two), "the key k1 is missing"},
		"another old":     {ringOf(t, two, secret.Generate("k1")), "the key k1 is not the one"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			db := openStore(t, filepath.Join(t.TempDir(), "desk.db"))
			fill(t, db, ringOf(t, one))
			if got, err := inbox.Rotate(t.Context(), db, test.ring); err == nil || !strings.Contains(err.Error(), test.want) {
				t.Errorf("%+v, %v; want %s", got, err, test.want)
			}
			whole(t, db, ringOf(t, one))
		})
	}
}

// TestRotateLeft: what does not open, or is sealed within a record in a way that is not known
// here, keeps its key; the rest is sealed anew.
func TestRotateLeft(t *testing.T) {
	t.Parallel()
	one, two := secret.Generate("k1"), secret.Generate("k2")
	old, both := ringOf(t, one), ringOf(t, two, one)
	db := openStore(t, filepath.Join(t.TempDir(), "desk.db"))
	fill(t, db, old)
	text, err := old.Seal("elsewhere", []byte("hush"))
	must(t, err)
	puts := map[string]string{
		"moved":  text,
		"within": `{"token":"` + text + `"}`,
		"not":    `{"text":"see ` + text + ` there","short":"v1.k1.AAAA","other":"v1.k9.` + strings.Repeat("A", 40) + `"}`,
	}
	for key, value := range puts {
		_, err := db.Put(t.Context(), store.Record{Key: key, Value: []byte(value)})
		must(t, err)
	}
	for range 2 {
		got, err := inbox.Rotate(t.Context(), db, both)
		must(t, err)
		if diff := cmp.Diff([]string{"moved", "within"}, got.Left); diff != "" || got.Retired != nil || got.Unused != nil {
			t.Errorf("%+v (-want +got):\n%s", got, diff)
		}
		if err := inbox.Unlock(t.Context(), db, ringOf(t, two)); !errors.Is(err, secret.ErrLocked) {
			t.Errorf("the key may go: %v", err)
		}
	}
	for key, want := range puts {
		r, err := db.Get(t.Context(), key)
		must(t, err)
		if string(r.Value) != want {
			t.Errorf("%s was changed", key)
		}
		if key != "not" {
			must(t, db.Delete(t.Context(), key, r.Version))
		}
	}
	got, err := inbox.Rotate(t.Context(), db, both)
	must(t, err)
	if diff := cmp.Diff(inbox.Rotation{First: "k2", Retired: []string{"k1"}}, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	whole(t, db, ringOf(t, two))
}

// dying is a store whose process dies at one of its writings: before it is done, or after.
type dying struct {
	store.Store
	left  atomic.Int64 // writings until then
	after bool
	dead  atomic.Bool
}

var errDied = errors.New("the process died")

func (d *dying) do(write func() error) error {
	if d.dead.Load() {
		return errDied
	}
	last := d.left.Add(-1) == 0
	if last {
		d.dead.Store(true)
		if !d.after {
			return errDied
		}
	}
	if err := write(); err != nil {
		return err
	}
	if last {
		return errDied
	}
	return nil
}

func (d *dying) Put(ctx context.Context, r store.Record) (v uint64, err error) {
	err = d.do(func() error { v, err = d.Store.Put(ctx, r); return err })
	return v, err
}

func (d *dying) Delete(ctx context.Context, key string, version uint64) error {
	return d.do(func() error { return d.Store.Delete(ctx, key, version) })
}

func (d *dying) Rewrite(ctx context.Context, fn func(store.Event) ([]byte, error)) (n int, err error) {
	err = d.do(func() error { n, err = d.Store.Rewrite(ctx, fn); return err })
	return n, err
}

// TestRotateKilled breaks a rotation off at every writing, before and after it: everything
// opens with both keys, and the next rotation comes to the end.
func TestRotateKilled(t *testing.T) {
	t.Parallel()
	one, two := secret.Generate("k1"), secret.Generate("k2")
	both, next := ringOf(t, two, one), ringOf(t, two)
	dir := t.TempDir()
	first := openStore(t, filepath.Join(dir, "first.db"))
	fill(t, first, ringOf(t, one))
	must(t, first.Close())
	data, err := os.ReadFile(filepath.Join(dir, "first.db"))
	must(t, err)
	path, ended := filepath.Join(dir, "desk.db"), 0
	for at := int64(1); ended < 2; at++ {
		ended = 0
		for _, after := range []bool{false, true} {
			must(t, os.WriteFile(path, data, 0o600))
			db := openStore(t, path)
			d := &dying{Store: db, after: after}
			d.left.Store(at)
			_, err := inbox.Rotate(t.Context(), d, both)
			if err == nil {
				ended++
			} else if !errors.Is(err, errDied) {
				t.Fatal(err)
			}
			must(t, db.Close())
			db = openStore(t, path)
			whole(t, db, both)
			_, err = inbox.Rotate(t.Context(), db, both)
			must(t, err)
			must(t, db.Close())
			db = openStore(t, path)
			whole(t, db, next)
			uses, err := inbox.Uses(t.Context(), db, next)
			must(t, err)
			if diff := cmp.Diff([]inbox.KeyUse{{ID: "k2", Given: true, First: true, Noted: true, Sealed: everything}}, uses); diff != "" {
				t.Fatalf("broken off at %d, after %v (-want +got):\n%s", at, after, diff)
			}
			must(t, db.Close())
			if t.Failed() {
				t.Fatalf("broken off at %d, after %v", at, after)
			}
		}
		if at > 1000 {
			t.Fatal("it never came to its end")
		}
	}
}

// TestRotateBusy rotates while adapters keep values, workspaces are made and forgotten, and
// events come: nothing fails, nothing is lost.
func TestRotateBusy(t *testing.T) {
	t.Parallel()
	one, two := secret.Generate("k1"), secret.Generate("k2")
	both := ringOf(t, two, one)
	db := openStore(t, filepath.Join(t.TempDir(), "desk.db"))
	fill(t, db, ringOf(t, one))
	must(t, inbox.Unlock(t.Context(), db, both))
	h, keys := handler(db, both), workspace.New(both, db)
	end := make(chan struct{})
	var busy sync.WaitGroup
	loop := func(do func(n int) error) {
		busy.Go(func() {
			for n := 0; ; n++ {
				select {
				case <-end:
					return
				default:
				}
				if err := do(n); err != nil {
					t.Error(err)
					return
				}
			}
		})
	}
	loop(func(n int) error {
		return h.Keep(t.Context(), fmt.Sprint("name ", n%kept), fmt.Append(nil, "hush-kept ", n%kept))
	})
	loop(func(n int) error {
		_, err := keys.Seal(t.Context(), fmt.Sprint("desk/slack/new", n%50), "p", nil)
		return err
	})
	loop(func(n int) error { return keys.Forget(t.Context(), fmt.Sprint("desk/slack/new", n%50)) })
	for range 5 {
		got, err := inbox.Rotate(t.Context(), db, both)
		must(t, err)
		if len(got.Left) > 0 {
			t.Errorf("left: %v", got.Left)
		}
	}
	close(end)
	busy.Wait()
	whole(t, db, ringOf(t, two))
}

// TestRotateShown: what Rotate says holds no secret.
func TestRotateShown(t *testing.T) {
	t.Parallel()
	one, two := secret.Generate("k1"), secret.Generate("k2")
	db := openStore(t, filepath.Join(t.TempDir(), "desk.db"))
	fill(t, db, ringOf(t, one))
	got, err := inbox.Rotate(t.Context(), db, ringOf(t, two, one))
	must(t, err)
	uses, err := inbox.Uses(t.Context(), db, ringOf(t, two, one))
	must(t, err)
	shown := fmt.Sprintf("%+v %+v", got, uses)
	for _, canary := range []string{"hush", one[3:], two[3:]} {
		if strings.Contains(shown, canary) {
			t.Errorf("a secret is shown: %s", shown)
		}
	}
	if !slices.Contains(got.Retired, "k1") {
		t.Errorf("retired %v", got.Retired)
	}
}

// BenchmarkRotate seals ten thousand values anew.
func BenchmarkRotate(b *testing.B) {
	one, two := secret.Generate("k1"), secret.Generate("k2")
	db := openStore(b, filepath.Join(b.TempDir(), "desk.db"))
	ring := ringOf(b, one)
	must(b, inbox.Unlock(b.Context(), db, ring))
	h := handler(db, ring)
	var wg sync.WaitGroup
	for part := range 50 {
		wg.Go(func() {
			for n := range 200 {
				if err := h.Keep(b.Context(), fmt.Sprint("name ", part, n), []byte("hush")); err != nil {
					b.Error(err)
				}
			}
		})
	}
	wg.Wait()
	rings := []*secret.Ring{ringOf(b, two, one), ringOf(b, one, two)}
	n := 0
	for b.Loop() {
		got, err := inbox.Rotate(b.Context(), db, rings[n%2])
		if err != nil || got.Resealed.Kept != 10_000 {
			b.Fatalf("%+v, %v", got, err)
		}
		n++
	}
}
