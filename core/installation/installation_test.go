package installation_test

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"aidesk/core/installation"
	"aidesk/core/secret"
	"aidesk/core/secret/workspace"
	"aidesk/store"
	"aidesk/store/bolt"
)

// open makes a store with keys.
func open(t *testing.T) (*bolt.DB, *workspace.Keys) {
	t.Helper()
	db, err := bolt.Open(filepath.Join(t.TempDir(), "desk.db"), bolt.Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := db.Close(); err != nil {
			t.Error(err)
		}
	})
	ring, err := secret.Parse([]string{secret.Generate("k1")})
	if err != nil {
		t.Fatal(err)
	}
	return db, workspace.New(ring, db)
}

func of(db *bolt.DB, keys *workspace.Keys) *installation.Installations {
	return &installation.Installations{Bot: "desk", Platform: "slack", Store: db, Keys: keys, Now: time.Now}
}

func made(id string, more func(*installation.Installation)) installation.Installation {
	i := installation.Installation{ID: id, Name: "Acme", BotUser: "U" + id, Token: secret.Text("token-" + id), Refresh: "refresh-1", At: time.Unix(1, 0).UTC()}
	if more != nil {
		more(&i)
	}
	return i
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// TestRenew: of two processes with fifty callers each, one asks the platform; everybody gets
// what came, and it is on disk.
func TestRenew(t *testing.T) {
	t.Parallel()
	db, keys := open(t)
	one, two := of(db, keys), of(db, keys)
	must(t, one.Put(t.Context(), made("T1", nil)))
	var asked atomic.Int32
	var calls sync.WaitGroup
	for i := range 100 {
		s := []*installation.Installations{one, two}[i%2]
		calls.Go(func() {
			got, err := s.Renew(t.Context(), "T1", "token-T1", func(_ context.Context, i installation.Installation) (installation.Installation, error) {
				n := asked.Add(1)
				i.Token, i.Refresh = secret.Text(fmt.Sprintf("next-%d", n)), "refresh-2"
				return i, nil
			})
			if err != nil || got.Token != "next-1" {
				t.Errorf("%q, %v", got.Token.Reveal(), err)
			}
		})
	}
	calls.Wait()
	if n := asked.Load(); n != 1 {
		t.Errorf("asked %d times", n)
	}
	if got, err := of(db, keys).Get(t.Context(), "T1"); err != nil || got.Token != "next-1" || got.Refresh != "refresh-2" {
		t.Errorf("%+v, %v", got, err)
	}
}

// TestRenewFails: those who wait get the failure of the one who asked; a refusal is for good,
// until the app is installed again.
func TestRenewFails(t *testing.T) {
	t.Parallel()
	db, keys := open(t)
	s := of(db, keys)
	must(t, s.Put(t.Context(), made("T1", nil)))
	away := errors.New("away")
	var asked atomic.Int32
	var calls sync.WaitGroup
	begun := make(chan struct{})
	for range 20 {
		calls.Go(func() {
			_, err := s.Renew(t.Context(), "T1", "token-T1", func(context.Context, installation.Installation) (installation.Installation, error) {
				if asked.Add(1) == 1 {
					<-begun
				}
				return installation.Installation{}, away
			})
			if !errors.Is(err, away) {
				t.Error(err)
			}
		})
	}
	time.AfterFunc(50*time.Millisecond, func() { close(begun) })
	calls.Wait()
	if n := asked.Load(); n > 3 { // late comers ask once more
		t.Errorf("asked %d times", n)
	}
	refuse := func(context.Context, installation.Installation) (installation.Installation, error) {
		asked.Add(1)
		return installation.Installation{}, &installation.Refusal{Reason: "it is over"}
	}
	before := asked.Load()
	for range 3 {
		if _, err := s.Renew(t.Context(), "T1", "token-T1", refuse); err == nil || !strings.Contains(err.Error(), "it is over") {
			t.Error(err)
		}
	}
	if got, err := s.Get(t.Context(), "T1"); err != nil || got.Broken != "it is over" || asked.Load() != before+1 {
		t.Errorf("%+v, %v, asked %d times", got, err, asked.Load()-before)
	}
	must(t, s.Put(t.Context(), made("T1", func(i *installation.Installation) { i.Token = "again" })))
	if got, err := s.Get(t.Context(), "T1"); err != nil || got.Broken != "" || got.Token != "again" {
		t.Errorf("%+v, %v", got, err)
	}
}

// TestEnd: what is ended is gone, whoever renews it meanwhile, with everything of its
// workspaces; what only looks like it stays.
func TestEnd(t *testing.T) {
	t.Parallel()
	db, keys := open(t)
	s := of(db, keys)
	wide := func(i *installation.Installation) { i.Wide = true }
	for _, i := range []installation.Installation{made("T1", nil), made("T11", nil), made("T3", nil), made("E1", wide)} {
		must(t, s.Put(t.Context(), i))
	}
	organisation, err := s.Get(t.Context(), "E1")
	must(t, err)
	must(t, s.Seen(t.Context(), organisation, "T2"))
	must(t, s.Seen(t.Context(), organisation, "T3")) // which has its own, too
	for _, key := range []string{
		"enable/desk/slack/T1/a", "enable/desk/slack/T11/a", "enable/desk/slack/T2/a", "enable/desk/slack/T3/a", "kept/desk/slack/T1%2Fa",
		"enable/desk/discord/T1/a", "enable/other/slack/T1/a", "threads/desk/slack/T1",
	} {
		_, err := db.Put(t.Context(), store.Record{Key: key, Value: []byte("x")})
		must(t, err)
	}
	if got, err := s.Of(t.Context(), "T2"); err != nil || got.ID != "E1" || got.Token != "token-E1" {
		t.Errorf("T2 is served by %q, %v", got.ID, err)
	}
	if got, err := s.Of(t.Context(), "T3"); err != nil || got.ID != "T3" {
		t.Errorf("T3 is served by %q, %v", got.ID, err)
	}
	sealed, err := keys.Seal(t.Context(), s.Scope("T1"), "account", []byte("x"))
	must(t, err)

	// The end waits for a renewal under way, and one that comes later finds nothing.
	renewing, ended := make(chan struct{}), make(chan error, 1)
	go func() {
		<-renewing
		ended <- s.End(context.Background(), "T1", installation.Installation{})
	}()
	_, err = s.Renew(t.Context(), "T1", "token-T1", func(_ context.Context, i installation.Installation) (installation.Installation, error) {
		close(renewing)
		<-time.After(20 * time.Millisecond)
		i.Token = "next"
		return i, nil
	})
	must(t, err)
	must(t, <-ended)
	if _, err := s.Renew(t.Context(), "T1", "next", nil); !errors.Is(err, installation.ErrNone) {
		t.Errorf("renewed after the end: %v", err)
	}
	if _, err := s.Get(t.Context(), "T1"); !errors.Is(err, installation.ErrNone) {
		t.Errorf("read after the end: %v", err)
	}
	if _, err := keys.Open(t.Context(), s.Scope("T1"), "account", sealed); !errors.Is(err, workspace.ErrForgotten) {
		t.Errorf("what was sealed for it opens: %v", err)
	}
	must(t, s.End(t.Context(), "T1", installation.Installation{})) // again
	must(t, s.End(t.Context(), "E1", organisation))
	if _, err := s.Of(t.Context(), "T2"); !errors.Is(err, installation.ErrNone) {
		t.Errorf("T2 after the end of its organisation: %v", err)
	}
	third, err := s.Get(t.Context(), "T3")
	must(t, err)
	third.At = third.At.Add(-time.Hour)
	must(t, s.End(t.Context(), "T3", third)) // another one than that which is there
	left := map[string]bool{}
	must(t, db.Scan(t.Context(), "", func(r store.Record) bool {
		left[r.Key] = true
		return true
	}))
	for _, key := range []string{
		"enable/desk/slack/T11/a", "enable/desk/slack/T3/a", "enable/desk/discord/T1/a", "enable/other/slack/T1/a", "installation/desk/slack/T11",
		"installation/desk/slack/T3", "workspace-key/desk/slack/T11", "workspace-key/desk/slack/T3",
	} {
		if !left[key] {
			t.Errorf("%s is gone", key)
		}
		delete(left, key)
	}
	if len(left) > 0 {
		t.Errorf("still there: %v", left)
	}
}

// TestHidden: an installation that is printed or encoded shows no token.
func TestHidden(t *testing.T) {
	t.Parallel()
	db, keys := open(t)
	must(t, of(db, keys).Put(t.Context(), made("T1", nil)))
	i, err := of(db, keys).Get(t.Context(), "T1")
	must(t, err)
	all, err := of(db, keys).All(t.Context())
	must(t, err)
	if text := fmt.Sprintf("%v %+v %#v %+v", i, i, i, all); strings.Contains(text, "token-T1") || strings.Contains(text, "refresh-1") || all[0].Token != "" {
		t.Errorf("it shows its token: %s", text)
	}
}

// TestMany: with ten thousand installations a call finds its own by a look into memory.
func TestMany(t *testing.T) {
	t.Parallel()
	if testing.Short() {
		t.Skip("long")
	}
	db, keys := open(t)
	s := of(db, keys)
	var puts sync.WaitGroup
	room := make(chan struct{}, 64)
	const many = 2_000
	for i := range many {
		room <- struct{}{}
		puts.Go(func() {
			defer func() { <-room }()
			if err := s.Put(t.Context(), made(fmt.Sprintf("T%d", i), nil)); err != nil {
				t.Error(err)
			}
		})
	}
	puts.Wait()
	begun := time.Now()
	for i := range 10 * many {
		id := fmt.Sprintf("T%d", i%many)
		if got, err := s.Of(t.Context(), id); err != nil || got.Token.Reveal() != "token-"+id {
			t.Fatalf("%s: %+v, %v", id, got, err)
		}
	}
	if took := time.Since(begun); took > 20*time.Second {
		t.Errorf("it took %s", took)
	}
	begun = time.Now()
	must(t, s.End(t.Context(), "T7", installation.Installation{}))
	if took := time.Since(begun); took > 2*time.Second {
		t.Errorf("the end of one took %s", took)
	}
}
