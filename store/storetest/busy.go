package storetest

import (
	"fmt"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"

	"aidesk/store"
)

// busy has several senders and workers at once: every event is worked once, in order,
// and says one reply, which is delivered once.
func busy(d *fixture) {
	const senders, conversations, each = 4, 10, 30
	const total = senders * conversations * each
	var worked, delivered atomic.Int32
	var mu sync.Mutex
	last := map[string]uint64{}
	seen := map[string]bool{}
	check := func(err error) bool {
		if err != nil {
			d.Error(err)
		}
		return err == nil
	}
	var wg sync.WaitGroup
	for s := range senders {
		wg.Go(func() {
			for i := range each {
				var events []store.Event
				for c := range conversations {
					events = append(events, d.event(fmt.Sprint("c", c), fmt.Sprintf("%d/%d/%d", s, c, i)))
				}
				_, err := d.Ingest(d.Context(), events...)
				check(err)
			}
		})
	}
	for w := range senders {
		wg.Go(func() {
			for worked.Load() < total && !d.Failed() {
				leases, err := d.Claim(d.Context(), fmt.Sprint("worker", w), 2, 0, ttl)
				check(err)
				for _, l := range leases {
					work, err := d.Work(d.Context(), l)
					if !check(err) {
						return
					}
					var c store.Commit
					for _, e := range work.Events {
						c.Done = append(c.Done, e.Seq)
						c.Entries = append(c.Entries, store.Entry{Member: "ann", Body: []byte(e.ID)})
						c.Replies = append(c.Replies, reply(l.Conversation, "to "+e.ID, e.ID))
						mu.Lock()
						// The order of a sender's events in a conversation is that of its calls.
						sender, _, _ := strings.Cut(e.ID, "/")
						key := l.Conversation + sender
						if e.Seq <= last[key] || seen[e.ID] {
							d.Errorf("%s: seq %d after %d", e.ID, e.Seq, last[key])
						}
						last[key], seen[e.ID] = e.Seq, true
						mu.Unlock()
					}
					check(d.Commit(d.Context(), l, c))
					worked.Add(int32(len(work.Events)))
					check(d.Release(d.Context(), l, 0))
				}
			}
		})
		wg.Go(func() {
			for delivered.Load() < total && !d.Failed() {
				deliveries, err := d.Outbox(d.Context(), fmt.Sprint("deliverer", w), []string{"slate"}, 5)
				check(err)
				for _, x := range deliveries {
					check(d.Sent(d.Context(), store.Receipt{ID: x.ID, Version: x.Version, Posted: "P"}))
					delivered.Add(1)
				}
			}
		})
	}
	wg.Wait()
	b, err := d.Backlog(d.Context())
	d.must(err)
	equal(d, "backlog", b, store.Backlog{})
	equal(d, "worked and delivered", []int32{worked.Load(), delivered.Load()}, []int32{total, total})
	var next []string
	l := d.begin("c0")
	for _, e := range d.work(l).Entries {
		if s, ok := strings.CutPrefix(string(e.Body), "0/0/"); ok {
			next = append(next, s)
		}
	}
	var want []string
	for i := range each {
		want = append(want, strconv.Itoa(i))
	}
	equal(d, "one sender's events in the transcript", next, want)
}
