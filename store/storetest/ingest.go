package storetest

import (
	"context"
	"errors"
	"strings"
	"time"

	"aidesk/store"
)

func duplicates(d *fixture) {
	e := d.event("c", "e1")
	e.Time = d.Now().Add(-time.Hour)
	first, err := d.Ingest(d.Context(), e, e)
	d.must(err)
	if first[0].Duplicate || first[0].Seq == 0 || !first[1].Duplicate {
		d.Fatalf("in one call: %+v", first)
	}
	again, err := d.Ingest(d.Context(), d.event("c", "e2"), e)
	d.must(err)
	if again[0].Duplicate || !again[1].Duplicate || again[1].Seq != 0 {
		d.Fatalf("in another call: %+v", again)
	}
	d.reopen()
	again, err = d.Ingest(d.Context(), e)
	d.must(err)
	if !again[0].Duplicate {
		d.Fatal("the duplicate was not known after reopening")
	}
	// What is worked stays known.
	l := d.one()
	w := d.work(l)
	equal(d, "events", ids(w.Events), []string{"e1", "e2"})
	d.commit(l, store.Commit{Done: seqs(w.Events)})
	again, err = d.Ingest(d.Context(), e)
	d.must(err)
	if !again[0].Duplicate {
		d.Fatal("the duplicate was not known after it was worked")
	}
}

func duplicatesWithoutTime(d *fixture) {
	e := store.Event{ID: "e1", Conversation: "c"}
	d.ingest(e)
	for range 8 {
		d.Pass(23 * time.Hour)
		again, err := d.Ingest(d.Context(), e)
		d.must(err)
		if !again[0].Duplicate {
			d.Fatal("the duplicate was not known")
		}
	}
	// A platform's clock that is far off must not make an event unknown.
	for _, at := range []time.Time{d.Now().Add(-1000 * time.Hour), d.Now().Add(100 * time.Hour), time.Unix(-1e6, 0)} {
		e := store.Event{ID: "off " + at.String(), Conversation: "c", Time: at}
		d.ingest(e)
		d.Pass(time.Minute)
		again, err := d.Ingest(d.Context(), e)
		d.must(err)
		if !again[0].Duplicate {
			d.Fatalf("the duplicate of %v was not known", at)
		}
	}
}

func eightDays(d *fixture) {
	e := d.event("c", "e1")
	d.ingest(e)
	for range 8*4 - 1 {
		d.Pass(6 * time.Hour)
		d.must(d.Reserve(d.Context(), store.Count{Key: "something to write", N: 1}))
	}
	again, err := d.Ingest(d.Context(), e)
	d.must(err)
	if !again[0].Duplicate {
		d.Fatal("the duplicate was not known for eight days")
	}
}

func ingestInvalid(d *fixture) {
	_, err := d.Ingest(d.Context(), d.event("c", "good"), d.event("c", strings.Repeat("x", 1001)))
	d.fails(err, store.ErrInvalid)
	d.none()
	if done, err := d.Ingest(d.Context()); err != nil || len(done) != 0 {
		d.Fatalf("nothing: %v, %v", done, err)
	}
}

func doneContext(d *fixture) {
	ctx, cancel := context.WithCancel(d.Context())
	cancel()
	_, err := d.Ingest(ctx, d.event("c", "e1"))
	d.fails(err, context.Canceled)
	d.none()
	if _, err := d.Put(ctx, store.Record{Key: "k"}); !errors.Is(err, context.Canceled) {
		d.Fatalf("put: %v", err)
	}
	_, err = d.Get(d.Context(), "k")
	d.fails(err, store.ErrNotFound)
}

func order(d *fixture) {
	var want []string
	var last uint64
	for _, id := range []string{"e3", "e1", "e2", "e0"} {
		e := d.event("c", id)
		e.Time = d.Now().Add(-time.Duration(len(want)) * time.Second) // the platform's time does not matter
		seq := d.ingest(e, d.event("other", "other "+id))[0]
		if seq <= last {
			d.Fatalf("seq %d after %d", seq, last)
		}
		last = seq
		want = append(want, id)
	}
	l := d.one()
	w := d.work(l)
	equal(d, "events", ids(w.Events), want)
	d.commit(l, store.Commit{Done: seqs(w.Events)[1:2]})
	equal(d, "events left", ids(d.work(l).Events), []string{"e3", "e2", "e0"})
	d.reopen()
	l = d.one()
	equal(d, "events after reopening", ids(d.work(l).Events), []string{"e3", "e2", "e0"})
	got := d.work(l).Events[0]
	wantEvent := d.event("c", "e3")
	if got.Kind != "message" || got.Member != "ann" || string(got.Body) != "body of e3" || got.Ingested.IsZero() || !got.Time.Before(wantEvent.Time) {
		d.Fatalf("event %+v", got)
	}
}

func timers(d *fixture) {
	due := d.Now().Add(time.Minute)
	timer := store.Event{ID: "t1", Conversation: "c", Due: due, Body: []byte("tick")}
	done, err := d.Ingest(d.Context(), timer)
	d.must(err)
	if done[0].Seq != 0 || done[0].Duplicate {
		d.Fatalf("timer: %+v", done)
	}
	moved := timer
	moved.Due = due.Add(-time.Second)
	if done, err = d.Ingest(d.Context(), moved); err != nil || !done[0].Duplicate {
		d.Fatalf("the same timer at another time: %+v, %v", done, err)
	}
	d.none()
	d.Pass(59 * time.Second)
	d.none()
	d.reopen() // some seconds pass
	d.Pass(time.Second)
	l := d.one()
	w := d.work(l)
	equal(d, "events", ids(w.Events), []string{"t1"})
	if e := w.Events[0]; e.Seq == 0 || !e.Due.Equal(due.Truncate(time.Microsecond)) || string(e.Body) != "tick" {
		d.Fatalf("event %+v", e)
	}
	d.commit(l, store.Commit{Done: seqs(w.Events), Events: []store.Event{{ID: "t2", Conversation: "c", Due: d.Now().Add(time.Second)}}})
	if w := d.work(l); len(w.Events) != 0 {
		d.Fatalf("a timer too early: %v", ids(w.Events))
	}
	// A holder gets what falls due meanwhile.
	d.Pass(time.Second)
	equal(d, "events of the holder", ids(d.work(l).Events), []string{"t2"})
}

func timerOrder(d *fixture) {
	d.ingest(store.Event{ID: "late", Conversation: "c", Due: d.Now().Add(2 * time.Second)},
		store.Event{ID: "early", Conversation: "c", Due: d.Now().Add(time.Second)})
	d.ingest(d.event("c", "before"))
	d.Pass(time.Minute)
	d.ingest(d.event("c", "after"))
	equal(d, "events", ids(d.work(d.one()).Events), []string{"before", "early", "late", "after"})
}
