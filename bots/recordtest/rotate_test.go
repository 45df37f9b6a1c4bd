package recordtest_test

import (
	"testing"

	"aidesk/bots/inbox"
	"aidesk/core/model/modeltest"
	"aidesk/core/secret"
	"aidesk/store"
	"aidesk/store/bolt"
)

// TestRotatedStore seals a store anew that an older program left: what adapters kept and what
// waits in events opens with the new key alone, and the old one is not needed.
func TestRotatedStore(t *testing.T) {
	t.Parallel()
	path, next := recorded(t), secret.Generate("next")
	w := newWorld(t, modeltest.NewChat(t))
	both, err := secret.Parse([]string{next, sealKey})
	must(t, err)
	ring, err := secret.Parse([]string{next})
	must(t, err)
	db, err := bolt.Open(path, bolt.Options{Now: w.clock.Now})
	must(t, err)
	done, err := inbox.Rotate(t.Context(), db, both)
	must(t, err)
	if done.Resealed.Kept == 0 || done.Resealed.Events == 0 || done.Left != nil || len(done.Retired) != 1 || done.Retired[0] != both.IDs()[1] {
		t.Errorf("%+v", done)
	}
	must(t, inbox.Unlock(t.Context(), db, ring))
	kept := 0
	must(t, db.Scan(t.Context(), "kept/", func(r store.Record) bool {
		kept++
		if _, err := ring.Open(r.Key, string(r.Value)); err != nil {
			t.Errorf("%s: %v", r.Key, err)
		}
		return true
	}))
	if kept != done.Resealed.Kept {
		t.Errorf("%d of %d values were sealed anew", done.Resealed.Kept, kept)
	}
	word := ""
	_, err = db.Rewrite(t.Context(), func(e store.Event) ([]byte, error) {
		opened, err := inbox.OpenEvent(ring, e)
		if err == nil && opened.Chat != nil && opened.Chat.Filled != nil {
			word = opened.Chat.Filled.Values["kind"]
		}
		return nil, err
	})
	must(t, err)
	if word != "a sealed word" {
		t.Errorf("the form says %q", word)
	}
	must(t, db.Close())
}
