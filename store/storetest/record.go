package storetest

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"aidesk/store"
)

func (d *fixture) put(key, value string, version uint64) uint64 {
	d.Helper()
	v, err := d.Put(d.Context(), store.Record{Key: key, Version: version, Value: []byte(value)})
	d.must(err)
	return v
}

func records(d *fixture) {
	_, err := d.Get(d.Context(), "k")
	d.fails(err, store.ErrNotFound)
	v1 := d.put("k", "one", 0)
	if v1 == 0 {
		d.Fatal("version 0")
	}
	_, err = d.Put(d.Context(), store.Record{Key: "k", Value: []byte("there is one")})
	d.fails(err, store.ErrConflict)
	v2 := d.put("k", "two", v1)
	if v2 <= v1 {
		d.Fatalf("version %d after %d", v2, v1)
	}
	_, err = d.Put(d.Context(), store.Record{Key: "k", Version: v1, Value: []byte("too late")})
	d.fails(err, store.ErrConflict)
	d.reopen()
	r, err := d.Get(d.Context(), "k")
	d.must(err)
	equal(d, "record", r, store.Record{Key: "k", Version: v2, Value: []byte("two")})
	d.fails(d.Delete(d.Context(), "k", v1), store.ErrConflict)
	d.must(d.Delete(d.Context(), "k", v2))
	d.fails(d.Delete(d.Context(), "k", v2), store.ErrNotFound)
	_, err = d.Put(d.Context(), store.Record{Key: "k", Version: v2, Value: []byte("too late")})
	d.fails(err, store.ErrConflict)
	if v3 := d.put("k", "", 0); v3 <= v2 {
		d.Fatalf("version %d after %d was deleted", v3, v2)
	}
	r, err = d.Get(d.Context(), "k")
	d.must(err)
	if r.Value == nil || len(r.Value) != 0 {
		d.Fatalf("an empty value: %v", r.Value)
	}
	// Of many who put the same version, one wins.
	won := d.race(store.ErrConflict, func(i int) error {
		_, err := d.Put(d.Context(), store.Record{Key: "race", Value: []byte{byte(i)}})
		return err
	})
	equal(d, "winners", won, 1)
}

func scan(d *fixture) {
	var want []string
	for i := range 700 {
		want = append(want, fmt.Sprintf("a/%04d", i))
	}
	var c store.Commit
	for _, k := range slices.Backward(append([]string{"a", "a0", "b", "ä", "a/\U0010FFFF"}, want...)) {
		c.Puts = append(c.Puts, store.Record{Key: k, Value: []byte("x")})
	}
	d.commit(d.begin("c"), c)
	keys := func(prefix string, limit int) []string {
		var got []string
		d.must(d.Scan(d.Context(), prefix, func(r store.Record) bool {
			got = append(got, r.Key)
			return len(got) < limit
		}))
		return got
	}
	equal(d, "under a/0", keys("a/0", 1000), want)
	equal(d, "stopped", keys("a/0", 3), want[:3])
	equal(d, "everything", len(keys("", 1000)), 705)
	equal(d, "the last", keys("a/", 1000)[700], "a/\U0010FFFF")
	equal(d, "nothing", keys("c", 1000), []string(nil))
}

// receive waits for the next record of a watch.
func receive(d *fixture, ch <-chan store.Record) store.Record {
	d.Helper()
	select {
	case r, ok := <-ch:
		if !ok {
			d.Fatal("the watch ended")
		}
		return r
	case <-time.After(10 * time.Second):
		d.Fatal("the watch tells nothing")
	}
	return store.Record{}
}

func watch(d *fixture) {
	ctx, cancel := context.WithCancel(d.Context())
	ch := d.Watch(ctx, "enable/")
	d.put("elsewhere", "x", 0)
	v := d.put("enable/a", "one", 0)
	equal(d, "put", receive(d, ch), store.Record{Key: "enable/a", Version: v, Value: []byte("one")})
	l := d.begin("c")
	d.commit(l, store.Commit{Puts: []store.Record{{Key: "enable/a", Version: v, Value: []byte("two")}}})
	r := receive(d, ch)
	if string(r.Value) != "two" || r.Version <= v {
		d.Fatalf("commit: %+v", r)
	}
	d.must(d.Delete(d.Context(), "enable/a", r.Version))
	gone := receive(d, ch)
	if gone.Key != "enable/a" || gone.Value != nil || gone.Version <= r.Version {
		d.Fatalf("delete: %+v", gone)
	}
	d.put("enable/b", "", 0)
	if r = receive(d, ch); r.Value == nil {
		d.Fatalf("an empty value reads as deleted: %+v", r)
	}
	cancel()
	for range ch {
	}
	ended := d.Watch(d.Context(), "enable/")
	d.reopen()
	if _, ok := <-ended; ok {
		d.Fatal("the watch of a closed store is open")
	}
}

func watchSlow(d *fixture) {
	ctx, cancel := context.WithCancel(d.Context())
	defer cancel()
	ch := d.Watch(ctx, "k/")
	var last [3]uint64
	for i := range 60 {
		key := fmt.Sprint("k/", i%3)
		last[i%3] = d.put(key, strconv.Itoa(i), last[i%3]) // nobody reads, nobody is held up
	}
	seen := map[string]uint64{}
	for range 60 {
		r := receive(d, ch)
		if r.Version <= seen[r.Key] {
			d.Fatalf("%s: version %d after %d", r.Key, r.Version, seen[r.Key])
		}
		seen[r.Key] = r.Version
		if seen["k/0"] == last[0] && seen["k/1"] == last[1] && seen["k/2"] == last[2] {
			return
		}
	}
	d.Fatalf("seen %v, want %v", seen, last)
}

func documents(d *fixture) {
	document := []byte(strings.Repeat("openapi: 3.1.0\n", 100_000))
	hash, err := d.PutDocument(d.Context(), document)
	d.must(err)
	if len(hash) != 64 {
		d.Fatalf("hash %q", hash)
	}
	again, err := d.PutDocument(d.Context(), document)
	d.must(err)
	equal(d, "the same document", again, hash)
	empty, err := d.PutDocument(d.Context(), nil)
	d.must(err)
	d.reopen()
	got, err := d.Document(d.Context(), hash)
	d.must(err)
	if !bytes.Equal(got, document) {
		d.Fatalf("%d bytes of %d came back", len(got), len(document))
	}
	if got, err = d.Document(d.Context(), empty); err != nil || len(got) != 0 {
		d.Fatalf("the empty document: %q, %v", got, err)
	}
	for _, hash := range []string{"", "xyz", strings.Repeat("0", 64), strings.Repeat("0", 63), strings.ToUpper(hash)[:10]} {
		_, err := d.Document(d.Context(), hash)
		d.fails(err, store.ErrNotFound)
	}
}

func invalid(d *fixture) {
	l := d.begin("c")
	long := strings.Repeat("x", 1000)
	d.ingest(d.event(long, long)) // just so
	for _, bad := range []string{"", long + "x", "a\x00b", "a\xffb"} {
		d.fails(d.Reserve(d.Context(), store.Count{Key: bad, N: 1}), store.ErrInvalid)
		_, err := d.Put(d.Context(), store.Record{Key: bad})
		d.fails(err, store.ErrInvalid)
		_, err = d.Hold(d.Context(), bad, "ann", time.Minute)
		d.fails(err, store.ErrInvalid)
		_, err = d.Ingest(d.Context(), store.Event{ID: "e", Conversation: bad})
		d.fails(err, store.ErrInvalid)
		for i, c := range []store.Commit{
			{Actions: []store.Transition{{Action: store.Action{ID: bad, Conversation: "c"}}}},
			{Replies: []store.Reply{{ID: bad, Conversation: "c"}}},
			{Buttons: []store.Button{{ID: "b", Conversation: bad}}},
			{Events: []store.Event{{ID: bad, Conversation: "c"}}},
			{Audits: []store.Audit{{Scope: bad}}},
			{Usages: []store.Usage{{Scope: bad}}},
			{Usages: []store.Usage{{Scope: "s", Calls: map[string]int{bad: 1}}}},
			{Counts: []store.Count{{Key: bad}}},
			{Puts: []store.Record{{Key: bad}}},
		} {
			if err := d.Commit(d.Context(), l, c); !errors.Is(err, store.ErrInvalid) {
				d.Fatalf("commit %d with %q: %v", i, bad, err)
			}
		}
		if bad != "" {
			d.fails(d.Commit(d.Context(), l, store.Commit{Entries: []store.Entry{{Member: bad}}}), store.ErrInvalid)
			d.fails(d.Sent(d.Context(), store.Receipt{ID: "r", Posted: bad}), store.ErrInvalid)
		}
	}
}

func reopen(d *fixture) {
	l := d.begin("c")
	c := d.whole(d.work(l))
	d.commit(l, c)
	hash, err := d.PutDocument(d.Context(), []byte("document"))
	d.must(err)
	d.ingest(d.event("c", "waiting"))
	for range 2 {
		d.reopen()
		got, err := d.Document(d.Context(), hash)
		d.must(err)
		equal(d, "document", string(got), "document")
		claimed := map[string]store.Lease{}
		for _, l := range d.claim(10) {
			claimed[l.Conversation] = l
		}
		if len(claimed) != 2 {
			d.Fatalf("claimed %v", claimed)
		}
		equal(d, "events of c2", ids(d.work(claimed["c2"]).Events), []string{"for another"})
		equal(d, "events of c", ids(d.work(claimed["c"]).Events), []string{"waiting"})
	}
	d.Pass(time.Hour)
	done := false
	for _, l := range d.claim(10) {
		if l.Conversation == "c" {
			w := d.work(l)
			equal(d, "events with the timer", ids(w.Events), []string{"waiting", "expire a1"})
			d.commit(l, store.Commit{Done: seqs(w.Events)})
			d.allOf(l, c)
			done = true
		}
	}
	if !done {
		d.Fatal("c was not claimed")
	}
	if r := d.delivers("r1", 1, "card"); r.Adapter != "slate" {
		d.Fatalf("delivery %+v", r)
	}
}
