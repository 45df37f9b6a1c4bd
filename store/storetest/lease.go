package storetest

import (
	"fmt"
	"slices"
	"strings"
	"sync"
	"time"

	"aidesk/store"
)

func longestFirst(d *fixture) {
	for _, c := range []string{"c2", "c3", "c1"} {
		d.ingest(d.event(c, "first of "+c))
		d.Pass(time.Second)
	}
	d.ingest(d.event("c2", "second of c2"))
	var got []string
	for _, l := range d.claim(2) {
		got = append(got, l.Conversation)
	}
	equal(d, "claimed", got, []string{"c2", "c3"})
	equal(d, "left", d.one().Conversation, "c1")
	d.none()
}

// fair has one scope with many conversations and two with few: each gets its share.
func fair(d *fixture) {
	for i := range 10 {
		d.ingest(d.event(fmt.Sprint("desk/slate/busy/c", i), fmt.Sprint("busy", i)))
	}
	d.ingest(d.event("desk/slate/calm/c0", "calm0"), d.event("desk/slate/calm/c1", "calm1"))
	d.ingest(d.event("desk/slate/third/c0/thread", "third0"))
	claim := func(limit, share int) []string {
		d.Helper()
		leases, err := d.Claim(d.Context(), "tester", limit, share, ttl)
		d.must(err)
		var got []string
		for _, l := range leases {
			_, name, _ := strings.Cut(l.Conversation, "slate/")
			got = append(got, name)
		}
		return got
	}
	equal(d, "one after the other", claim(4, 3), []string{"busy/c0", "calm/c0", "third/c0/thread", "busy/c1"})
	equal(d, "who has fewer comes first", claim(2, 3), []string{"calm/c1", "busy/c2"})
	equal(d, "no more than its share", claim(10, 3), []string(nil))
	d.ingest(d.event("desk/slate/third/c1", "third1"))
	equal(d, "who comes late is first", claim(1, 4), []string{"third/c1"})
	equal(d, "the rest, where there is no bound", claim(10, 0), []string{"busy/c3", "busy/c4", "busy/c5", "busy/c6", "busy/c7", "busy/c8", "busy/c9"})

	// What was given back or ended by itself is not held.
	d.Pass(ttl)
	equal(d, "after the leases ended", claim(3, 1), []string{"busy/c0", "calm/c0", "third/c0/thread"})
	d.reopen()
	l := d.one()
	equal(d, "after a restart", l.Conversation, "desk/slate/busy/c0")
	d.release(l, 0)
	equal(d, "after a release", claim(4, 2), []string{"busy/c0", "calm/c0", "third/c0/thread", "busy/c1"})
}

func oneHolder(d *fixture) {
	const conversations = 20
	for i := range conversations {
		d.ingest(d.event(fmt.Sprint("c", i), fmt.Sprint("e", i)))
	}
	var mu sync.Mutex
	var all []store.Lease
	var wg sync.WaitGroup
	for i := range 8 {
		wg.Go(func() {
			for {
				leases, err := d.Claim(d.Context(), fmt.Sprint("owner", i), 3, 0, ttl)
				if err != nil {
					d.Error(err)
				}
				if len(leases) == 0 {
					return
				}
				mu.Lock()
				all = append(all, leases...)
				mu.Unlock()
			}
		})
	}
	wg.Wait()
	names, epochs := map[string]bool{}, map[uint64]bool{}
	for _, l := range all {
		names[l.Conversation], epochs[l.Epoch] = true, true
	}
	if len(all) != conversations || len(names) != conversations || len(epochs) != conversations {
		d.Fatalf("%d leases of %d conversations in %d epochs, want %d", len(all), len(names), len(epochs), conversations)
	}
	// New events do not make a held conversation claimable.
	d.ingest(d.event("c1", "more"))
	d.none()
}

func leaseEnds(d *fixture) {
	old := d.begin("c")
	d.Pass(ttl - time.Second)
	x, err := d.Extend(d.Context(), old, ttl)
	d.must(err)
	if x.Lost || !x.Lease.Until.After(old.Until) || x.Lease.Epoch != old.Epoch {
		d.Fatalf("extension %+v of %+v", x, old)
	}
	d.Pass(ttl - time.Second)
	d.none()
	d.Pass(time.Second)
	fresh := d.one()
	if fresh.Epoch <= old.Epoch {
		d.Fatalf("epoch %d after %d", fresh.Epoch, old.Epoch)
	}
	if x, err = d.Extend(d.Context(), old, ttl); err != nil || !x.Lost {
		d.Fatalf("extension of a lost lease: %+v, %v", x, err)
	}
	d.release(old, time.Hour) // no error, and it does not disturb the new holder
	d.work(fresh)
	d.release(fresh, 0)
	d.one()
}

func fencing(d *fixture) {
	old := d.begin("c")
	w := d.work(old)
	d.Pass(ttl)
	d.fails(d.Commit(d.Context(), old, store.Commit{Done: seqs(w.Events)}), store.ErrFenced) // its time is over
	fresh := d.one()
	d.fails(d.Commit(d.Context(), old, store.Commit{Done: seqs(w.Events)}), store.ErrFenced)
	_, err := d.Work(d.Context(), old)
	d.fails(err, store.ErrFenced)
	equal(d, "events of the new holder", seqs(d.work(fresh).Events), seqs(w.Events))
	d.commit(fresh, store.Commit{Done: seqs(w.Events)})
	d.release(fresh, 0)
	d.fails(d.Commit(d.Context(), fresh, store.Commit{}), store.ErrFenced)

	before := d.begin("c")
	d.reopen()
	d.fails(d.Commit(d.Context(), before, store.Commit{}), store.ErrFenced)
	if after := d.one(); after.Epoch <= before.Epoch {
		d.Fatalf("epoch %d after %d of an earlier process", after.Epoch, before.Epoch)
	}
}

func delay(d *fixture) {
	l := d.begin("c")
	d.release(l, time.Minute)
	d.ingest(d.event("c", "more"))
	d.none()
	d.Pass(59 * time.Second)
	d.none()
	d.Pass(time.Second)
	l = d.one()
	w := d.work(l)
	if len(w.Events) != 2 {
		d.Fatalf("events %v", ids(w.Events))
	}
	d.commit(l, store.Commit{Done: seqs(w.Events)})
	d.release(l, time.Minute)
	d.ingest(d.event("c", "first after the delay began"))
	l = d.one() // nothing waited, so nothing is delayed
	d.release(l, 0)
	d.one()
}

func delayInterrupted(d *fixture) {
	stop := func(id string) store.Event {
		e := d.event("c", id)
		e.Interrupt = true
		return e
	}
	d.release(d.begin("c"), time.Hour)
	d.none()
	d.ingest(stop("stop1"))
	l := d.one() // it came while the conversation waited
	d.work(l)
	d.ingest(stop("stop2"))
	d.release(l, time.Hour)
	l = d.one() // it came before the conversation was released
	d.work(l)
	d.release(l, time.Hour)
	d.none()
}

func interrupt(d *fixture) {
	l := d.begin("c")
	stop := d.event("c", "stop1")
	stop.Interrupt = true
	d.ingest(stop)
	interrupted := func() []string {
		x, err := d.Extend(d.Context(), l, ttl)
		d.must(err)
		if x.Lost {
			d.Fatal("the lease is lost")
		}
		return ids(x.Interrupted)
	}
	w := d.work(l)
	equal(d, "told by Work", ids(w.Events)[1:], []string{"stop1"})
	equal(d, "told by Work already", interrupted(), []string(nil))
	stop2, stop3 := stop, stop
	stop2.ID, stop3.ID = "stop2", "stop3"
	elsewhere := stop
	elsewhere.ID, elsewhere.Conversation = "elsewhere", "c2"
	d.ingest(stop2, d.event("c", "message"), elsewhere, stop3)
	equal(d, "told", interrupted(), []string{"stop2", "stop3"})
	equal(d, "told once", interrupted(), []string(nil))
	d.ingest(d.event("c", "another message"))
	equal(d, "a message does not interrupt", interrupted(), []string(nil))
	equal(d, "worked in order", ids(d.work(l).Events)[1:], []string{"stop1", "stop2", "message", "stop3", "another message"})
}

func tries(d *fixture) {
	d.ingest(d.event("c", "e1"), d.event("c", "e2"))
	count := func(l store.Lease) []int {
		var n []int
		for _, e := range d.work(l).Events {
			n = append(n, e.Tries)
		}
		return n
	}
	try := func(l store.Lease, want int) {
		d.Helper()
		n, err := d.Try(d.Context(), l, d.work(l).Events[0].Seq)
		d.must(err)
		equal(d, "tries", n, want)
	}
	l := d.one()
	equal(d, "before the first try", count(l), []int{0, 0})
	try(l, 1)
	d.must(d.Untry(d.Context(), l, d.work(l).Events[0].Seq))
	equal(d, "taken back", count(l), []int{0, 0})
	try(l, 1)
	equal(d, "asked again", count(l), []int{1, 0})
	d.release(l, 0)
	old := l
	l = d.one()
	try(l, 2)
	_, err := d.Try(d.Context(), old, d.work(l).Events[0].Seq)
	d.fails(err, store.ErrFenced)
	d.reopen()
	l = d.one()
	equal(d, "after reopening", count(l), []int{2, 0})
	try(l, 3)
	d.commit(l, store.Commit{Done: seqs(d.work(l).Events)[:1]})
	equal(d, "the next", count(l), []int{0})
	try(l, 1)
	d.reopen()
	d.reopen()
	equal(d, "after reopening twice", count(d.one()), []int{1})
}

func hundred(d *fixture) {
	var want []string
	var events []store.Event
	for i := range 130 {
		want = append(want, fmt.Sprintf("e%03d", i))
		events = append(events, d.event("c", want[i]))
	}
	d.ingest(events...)
	var got []string
	for l := d.one(); ; {
		w := d.work(l)
		if len(w.Events) == 0 {
			break
		}
		if len(w.Events) > 100 {
			d.Fatalf("%d events", len(w.Events))
		}
		got = slices.Concat(got, ids(w.Events))
		d.commit(l, store.Commit{Done: seqs(w.Events)})
	}
	equal(d, "events", got, want)
}

// longTranscript: of each conversation Work reads the newest entries that fit, and the
// newest one always, wherever its keys lie among those of others.
func longTranscript(d *fixture) {
	entry := func(i, size int) store.Entry {
		return store.Entry{Member: "ann", Body: []byte(fmt.Sprintf("%0*d", size, i))}
	}
	const each = 1 << 10
	for _, name := range []string{"a", "b", "c"} {
		l := d.begin(name)
		c := store.Commit{Done: seqs(d.work(l).Events)}
		for i := range store.MaxTranscript/each + 10 {
			c.Entries = append(c.Entries, entry(i, each))
		}
		d.commit(l, c)
		d.release(l, 0)
	}
	for _, name := range []string{"a", "b", "c"} {
		d.ingest(d.event(name, "once more in "+name))
		l := d.one()
		w := d.work(l)
		const most, all = store.MaxTranscript / each, store.MaxTranscript/each + 10
		if n := len(w.Entries); n > most || n < most/2 {
			d.Fatalf("%s: %d entries, want %d at most and no less than half of them", name, n, most)
		}
		for i, e := range w.Entries {
			equal(d, "entry", string(e.Body), string(entry(all-len(w.Entries)+i, each).Body))
		}
		first, moved := w.Entries[0].Seq, 0
		for i := range 50 {
			d.commit(l, store.Commit{Entries: []store.Entry{entry(all+i, each)}})
			if next := d.work(l).Entries[0].Seq; next != first {
				first, moved = next, moved+1
			}
		}
		if moved > 10 {
			d.Errorf("%s: the beginning moved %d times in 50 entries", name, moved)
		}
		d.commit(l, store.Commit{Done: seqs(w.Events), Entries: []store.Entry{entry(0, store.MaxTranscript+1)}})
		if w = d.work(l); len(w.Entries) != 1 || len(w.Entries[0].Body) != store.MaxTranscript+1 {
			d.Fatalf("%s: %d entries, want the newest alone", name, len(w.Entries))
		}
		d.release(l, 0)
	}
}
