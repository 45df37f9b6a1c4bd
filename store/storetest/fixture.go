package storetest

import (
	"errors"
	"fmt"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"aidesk/store"
)

// ttl is how long leases of these tests last.
const ttl = 15 * time.Second

// fixture is a store under test. Its methods fail the test on an error, which keeps tests short.
type fixture struct {
	testing.TB
	Place
	store.Store
}

func newFixture(t testing.TB, p Place) *fixture {
	t.Helper()
	d := &fixture{TB: t, Place: p, Store: p.Open(t)}
	t.Cleanup(func() { d.must(d.Close()) })
	return d
}

// downtime is how long a reopened store was away: whatever an earlier process held
// or was sending has ended.
const downtime = max(ttl, store.SendTime)

// reopen closes the store and opens it again, as after a restart.
func (d *fixture) reopen() {
	d.Helper()
	d.must(d.Close())
	d.Pass(downtime)
	d.Store = d.Open(d.TB)
}

func (d *fixture) must(err error) {
	d.Helper()
	if err != nil {
		d.Fatal(err)
	}
}

// fails checks that err is want.
func (d *fixture) fails(err, want error) {
	d.Helper()
	if !errors.Is(err, want) {
		d.Fatalf("error %v, want %v", err, want)
	}
}

// race has twenty try the same at once, and counts those who won; the others got lost.
func (d *fixture) race(lost error, try func(i int) error) int {
	d.Helper()
	var won atomic.Int32
	var wg sync.WaitGroup
	for i := range 20 {
		wg.Go(func() {
			switch err := try(i); {
			case err == nil:
				won.Add(1)
			case !errors.Is(err, lost):
				d.Error(err)
			}
		})
	}
	wg.Wait()
	return int(won.Load())
}

// equal compares; nil and empty are the same.
func equal(d *fixture, what string, got, want any) {
	d.Helper()
	if diff := cmp.Diff(want, got, cmpopts.EquateEmpty()); diff != "" {
		d.Fatalf("%s (-want +got):\n%s", what, diff)
	}
}

// event makes a message of a conversation at the present time.
func (d *fixture) event(conversation, id string) store.Event {
	return store.Event{
		ID: id, Conversation: conversation, Member: "ann", Kind: "message",
		Time: d.Now(), Body: []byte("body of " + id),
	}
}

// ingest stores events and returns their seqs.
func (d *fixture) ingest(events ...store.Event) []uint64 {
	d.Helper()
	done, err := d.Ingest(d.Context(), events...)
	d.must(err)
	seqs := make([]uint64, len(done))
	for i, x := range done {
		seqs[i] = x.Seq
	}
	return seqs
}

// claim leases conversations.
func (d *fixture) claim(limit int) []store.Lease {
	d.Helper()
	leases, err := d.Claim(d.Context(), "tester", limit, 0, ttl)
	d.must(err)
	return leases
}

// one claims a conversation that must be claimable.
func (d *fixture) one() store.Lease {
	d.Helper()
	leases := d.claim(1)
	if len(leases) != 1 {
		d.Fatalf("claimed %d conversations, want 1", len(leases))
	}
	return leases[0]
}

// none checks that nothing can be claimed.
func (d *fixture) none() {
	d.Helper()
	if leases := d.claim(10); len(leases) != 0 {
		d.Fatalf("claimed %v, want nothing", leases)
	}
}

// begin ingests an event of a conversation and claims it.
func (d *fixture) begin(conversation string) store.Lease {
	d.Helper()
	d.ingest(d.event(conversation, fmt.Sprintf("begin %s %d", conversation, d.Now().UnixNano())))
	return d.one()
}

func (d *fixture) work(l store.Lease) store.Work {
	d.Helper()
	w, err := d.Work(d.Context(), l)
	d.must(err)
	return w
}

func (d *fixture) commit(l store.Lease, c store.Commit) {
	d.Helper()
	d.must(d.Commit(d.Context(), l, c))
}

func (d *fixture) release(l store.Lease, delay time.Duration) {
	d.Helper()
	d.must(d.Release(d.Context(), l, delay))
}

// outbox takes deliveries of the adapter "slate".
func (d *fixture) outbox(limit int) []store.Delivery {
	d.Helper()
	deliveries, err := d.Outbox(d.Context(), "tester", []string{"slate"}, limit)
	d.must(err)
	return deliveries
}

func (d *fixture) sent(r store.Receipt) {
	d.Helper()
	d.must(d.Sent(d.Context(), r))
}

// reply makes a reply of a conversation for the adapter "slate".
func reply(conversation, id, body string) store.Reply {
	return store.Reply{ID: id, Conversation: conversation, Member: "ann", Adapter: "slate", Body: []byte(body)}
}

// ids are the ids of events.
func ids(events []store.Event) []string {
	var all []string
	for _, e := range events {
		all = append(all, e.ID)
	}
	return all
}

// seqs are the seqs of events.
func seqs(events []store.Event) []uint64 {
	var all []uint64
	for _, e := range events {
		all = append(all, e.Seq)
	}
	return all
}
