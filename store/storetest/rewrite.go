package storetest

import (
	"bytes"
	"errors"
	"fmt"
	"strings"
	"sync"
	"time"

	"aidesk/store"
)

// rewrite replaces bodies of events and of timers, and nothing else of them.
func rewrite(d *fixture) {
	at := d.Now().Truncate(time.Microsecond).UTC()
	whole := store.Event{ID: "e1", Conversation: "c", Member: "ann", Kind: "press", Time: at, Interrupt: true, Body: []byte("old one")}
	kept := store.Event{ID: "e2", Conversation: "c", Time: at, Body: []byte("as it is")}
	timer := store.Event{ID: "t1", Conversation: "c", Kind: "expire", Due: at.Add(time.Hour), Body: []byte("old timer")}
	d.ingest(whole, kept, timer)
	l := d.one()
	held := d.work(l)
	_, err := d.Try(d.Context(), l, held.Events[0].Seq)
	d.must(err)

	var seen []string
	n, err := d.Rewrite(d.Context(), func(e store.Event) ([]byte, error) {
		seen = append(seen, e.ID)
		if (e.Seq == 0) != (e.ID == "t1") {
			d.Errorf("%s has the number %d", e.ID, e.Seq)
		}
		if body, ok := bytes.CutPrefix(e.Body, []byte("old")); ok {
			return append([]byte("new and longer than before"), body...), nil
		}
		return nil, nil
	})
	d.must(err)
	equal(d, "changed", n, 2)
	equal(d, "events that were shown", strings.Join(seen, " "), "t1 e1 e2")

	// Who works it goes on; read again it is the new one, and everything else as it was.
	w := d.work(l)
	if len(w.Events) != 2 || string(w.Events[0].Body) != "new and longer than before one" || string(w.Events[1].Body) != "as it is" {
		d.Fatalf("rewritten to %+v", w.Events)
	}
	want := held.Events[0]
	want.Tries, want.Body = 1, w.Events[0].Body
	equal(d, "event", w.Events[0], want)
	if again, err := d.Ingest(d.Context(), whole); err != nil || !again[0].Duplicate {
		d.Errorf("the event is not known: %+v, %v", again, err)
	}
	d.commit(l, store.Commit{Done: seqs(held.Events)})
	d.reopen()
	d.none()
	d.Pass(time.Hour)
	w = d.work(d.one())
	if len(w.Events) != 1 || string(w.Events[0].Body) != "new and longer than before timer" || !w.Events[0].Due.Equal(timer.Due) {
		d.Fatalf("the timer fell due as %+v", w.Events)
	}

	// An error of fn ends it; a body may become empty; without events nothing happens.
	broken := errors.New("broken")
	_, err = d.Rewrite(d.Context(), func(store.Event) ([]byte, error) { return nil, broken })
	d.fails(err, broken)
	n, err = d.Rewrite(d.Context(), func(store.Event) ([]byte, error) { return []byte{}, nil })
	d.must(err)
	equal(d, "changed", n, 1)
}

// rewriteBusy rewrites while events come and are worked: none is lost, none comes back.
func rewriteBusy(d *fixture) {
	const all = 300
	var wg sync.WaitGroup
	worked := map[string]int{}
	wg.Go(func() {
		for i := range all {
			if _, err := d.Ingest(d.Context(), store.Event{ID: fmt.Sprint("e", i), Conversation: fmt.Sprint("c", i%7), Body: []byte("old")}); err != nil {
				d.Error(err)
			}
		}
	})
	wg.Go(func() {
		for n := 0; n < all && !d.Failed(); {
			leases, err := d.Claim(d.Context(), "tester", 3, 0, time.Hour)
			if err != nil {
				d.Error(err)
			}
			for _, l := range leases {
				w, err := d.Work(d.Context(), l)
				if err == nil {
					err = d.Commit(d.Context(), l, store.Commit{Done: seqs(w.Events)})
				}
				if err = errors.Join(err, d.Release(d.Context(), l, 0)); err != nil {
					d.Error(err)
				}
				for _, e := range w.Events {
					worked[e.ID]++
					n++
				}
			}
		}
	})
	for range 50 {
		_, err := d.Rewrite(d.Context(), func(e store.Event) ([]byte, error) { return append(e.Body, '+'), nil })
		d.must(err)
	}
	wg.Wait()
	for i := range all {
		if n := worked[fmt.Sprint("e", i)]; n != 1 {
			d.Errorf("e%d was worked %d times", i, n)
		}
	}
	d.reopen()
	d.none()
}
