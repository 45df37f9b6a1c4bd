package storetest

import (
	"bytes"
	"time"

	"aidesk/store"
)

// said commits entries of members to conversations of scope b/p/w, and lets them become old.
func (d *fixture) said(entries map[string][]store.Entry) {
	for conversation, all := range entries {
		d.ingest(d.event(conversation, "e "+conversation))
		l := d.one()
		d.commit(l, store.Commit{
			Done: seqs(d.work(l).Events), Entries: all,
			Audits: []store.Audit{{Scope: store.Scope(conversation), Time: d.Now()}}, Usages: []store.Usage{{Scope: store.Scope(conversation), Member: "ann", Time: d.Now()}},
		})
		d.release(l, 0)
	}
	d.Pass(48 * time.Hour)
}

// left are the bodies of the entries of a conversation.
func (d *fixture) left(conversation string) (bodies []string) {
	d.ingest(d.event(conversation, "look "+conversation+d.Now().String()))
	l := d.one()
	w := d.work(l)
	for _, e := range w.Entries {
		bodies = append(bodies, string(e.Body))
	}
	d.commit(l, store.Commit{Done: seqs(w.Events)})
	d.release(l, 0)
	return bodies
}

// purgeHeld: what is held stays whatever its age, and the audit and usage of its scope too.
func purgeHeld(d *fixture) {
	d.said(map[string][]store.Entry{
		"b/p/w/c": {{Member: "ann", Body: []byte("ann's")}, {Member: "bob", Body: []byte("bob's")}},
		"b/p/w/d": {{Member: "bob", Body: []byte("held")}},
		"b/p/v/c": {{Member: "bob", Body: []byte("elsewhere")}},
	})
	old := store.Old{Conversations: d.Now(), Audit: d.Now(), Held: func(conversation, member string) bool {
		return member == "ann" || conversation == "b/p/w/d" || conversation == "b/p/w"
	}}
	n, err := d.Purge(d.Context(), old)
	d.must(err)
	equal(d, "purged", n, 3) // two entries, and a line of the audit of the other scope; all usage is ann's
	equal(d, "left in c", d.left("b/p/w/c"), []string{"ann's"})
	equal(d, "left in d", d.left("b/p/w/d"), []string{"held"})
	equal(d, "left elsewhere", d.left("b/p/v/c"), []string(nil))
	old.Held = nil
	n, err = d.Purge(d.Context(), old)
	d.must(err)
	equal(d, "purged when nothing is held", n, 7) // two entries, two lines, three of usage
}

// purgePart: entries lose a part, or go, as the caller says of each.
func purgePart(d *fixture) {
	d.said(map[string][]store.Entry{"b/p/w/c": {{Member: "ann", Body: []byte("words+trace"), Sources: []string{"m1"}}, {Member: "ann", Body: []byte("rating")}, {Member: "bob", Body: []byte("words")}}})
	d.said(map[string][]store.Entry{"b/p/w/d": {{Member: "ann", Body: []byte("new+trace")}}})
	before := d.Now().Add(-72 * time.Hour)
	old := store.Old{Entry: func(written time.Time, body []byte) []byte {
		if string(body) == "rating" {
			return nil
		}
		if written.Before(before) {
			body, _, _ = bytes.Cut(body, []byte("+"))
		}
		return body
	}}
	for _, want := range []int{2, 0} {
		n, err := d.Purge(d.Context(), old)
		d.must(err)
		equal(d, "changed", n, want)
	}
	d.reopen()
	equal(d, "left in c", d.left("b/p/w/c"), []string{"words", "words"})
	equal(d, "left in d", d.left("b/p/w/d"), []string{"new+trace"})
	held := true
	n, kept, err := d.Retract(d.Context(), "m1", func(conversation, member string) bool {
		return held && conversation == "b/p/w/c" && member == "ann"
	})
	d.must(err)
	if n != 0 || !kept {
		d.Errorf("retracted %d of what is held; kept: %t", n, kept)
	}
	held = false
	n, _, err = d.Retract(d.Context(), "m1", nil)
	d.must(err)
	equal(d, "retracted", n, 1)
}
