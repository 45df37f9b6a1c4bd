package storetest

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"pgregory.net/rapid"

	"aidesk/store"
	"aidesk/store/chain"
)

// walk does random things to a store and to the model, and compares. A few long walks find
// more than many short ones, and each step waits for the disk.
func walk(t *testing.T, place func(t testing.TB) Place) {
	t.Helper()
	for name, value := range map[string]string{"rapid.checks": "8", "rapid.steps": "120", "rapid.nofailfile": "true"} {
		f := flag.Lookup(name)
		if f.Value.String() != f.DefValue { // said on the command line
			continue
		}
		if err := f.Value.Set(value); err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { _ = f.Value.Set(f.DefValue) })
	}
	rapid.Check(t, func(rt *rapid.T) {
		p := place(t)
		w := &walker{T: rt, Place: p, Store: p.Open(t), model: newModel(p.Now()), versions: map[string]uint64{}}
		w.Sign(w.signer())
		defer func() { _ = w.Close() }()
		rt.Repeat(map[string]func(*rapid.T){
			"":        w.compare,
			"ingest":  w.ingest,
			"pass":    w.pass,
			"claim":   w.claim,
			"extend":  w.extend,
			"release": w.release,
			"work":    w.workOn,
			"try":     w.try,
			"commit":  w.commit,
			"outbox":  w.outbox,
			"sending": w.sending,
			"sent":    w.sent,
			"reserve": w.reserve,
			"delete":  w.remove,
			"forget":  w.forget,
			"purge":   w.purge,
			"retract": w.retract,
			"reopen":  func(*rapid.T) { w.reopen(t) },
		})
	})
}

// walker walks.
type walker struct {
	*rapid.T
	Place
	store.Store
	*model
	leases     []store.Lease // good and lost ones
	deliveries []store.Delivery
	versions   map[string]uint64 // of records, in the store
	opened     int               // how often the store was opened again
	lines      uint64            // of the audit, ever
	made       int               // how many bodies were made, to tell them apart
}

// signer has a new key each time the store is opened, and all that were.
func (w *walker) signer() *chain.Keys {
	var ids []string
	for i := w.opened; i >= 0; i-- {
		ids = append(ids, fmt.Sprint("k", i))
	}
	return keys(ids...)
}

// bg is for walks: they have no deadline.
var bg = context.Background()

// want checks that err is the error, and says whether that is none.
func (w *walker) want(what string, err, want error) bool {
	if !errors.Is(err, want) || want == nil && err != nil {
		w.Fatalf("%s: error %v, want %v", what, err, want)
	}
	return want == nil
}

func (w *walker) same(what string, got, want any) {
	if diff := cmp.Diff(want, got, cmpopts.EquateEmpty()); diff != "" {
		w.Fatalf("%s (-want +got):\n%s", what, diff)
	}
}

// body makes a new body.
func (w *walker) body() []byte {
	w.made++
	return fmt.Append(nil, "body ", w.made)
}

func pick[T any](rt *rapid.T, label string, of ...T) T {
	return rapid.SampledFrom(of).Draw(rt, label)
}

// events makes up to three events.
func (w *walker) events(rt *rapid.T) []store.Event {
	var events []store.Event
	for range rapid.IntRange(0, 3).Draw(rt, "events") {
		n := rapid.IntRange(0, 60).Draw(rt, "id")
		e := store.Event{
			ID:           fmt.Sprint("e", n),
			Conversation: pick(rt, "conversation", "b/p/w/c0", "b/p/w/c1", "b/p/v/c2"),
			Member:       pick(rt, "member", "ann", "bob"),
			Interrupt:    pick(rt, "interrupt", false, false, true),
		}
		if pick(rt, "timer", false, false, true) {
			// Times differ by id, so that the order of timers is not chance.
			e.Due = w.now.Add(time.Duration(rapid.IntRange(1, 60).Draw(rt, "due"))*time.Second + time.Duration(n)*time.Millisecond)
		}
		e.Body = w.body()
		events = append(events, e)
	}
	return events
}

func (w *walker) ingest(rt *rapid.T) {
	events := w.events(rt)
	done, err := w.Ingest(bg, events...)
	w.want("ingest", err, nil)
	var got []bool
	for _, x := range done {
		got = append(got, x.Duplicate)
	}
	w.same("duplicates", got, w.model.ingest(events))
}

func (w *walker) pass(rt *rapid.T) {
	w.await(time.Duration(rapid.IntRange(1, 30).Draw(rt, "seconds")) * time.Second)
}

// await lets time pass and has the timers moved that are due.
func (w *walker) await(d time.Duration) {
	w.Pass(d)
	w.model.pass(d)
	_, err := w.Claim(bg, "walker", 0, 0, ttl)
	w.want("claim nothing", err, nil)
}

func (w *walker) claim(rt *rapid.T) {
	limit, share := rapid.IntRange(1, 3).Draw(rt, "limit"), rapid.IntRange(0, 1).Draw(rt, "share")
	leases, err := w.Claim(bg, "walker", limit, share, ttl)
	w.want("claim", err, nil)
	var got []string
	want := w.claimable(limit, share)
	for _, l := range leases {
		got = append(got, l.Conversation)
		if l.Epoch <= w.conv(l.Conversation).epoch {
			w.Fatalf("epoch %d after %d", l.Epoch, w.conv(l.Conversation).epoch)
		}
	}
	w.same("claimed", got, want)
	for _, l := range leases {
		w.claimed(l)
	}
	w.leases = append(w.leases, leases...)
}

// lease picks one of the last leases.
func (w *walker) lease(rt *rapid.T) (l store.Lease, fenced error) {
	if len(w.leases) == 0 {
		rt.Skip("no lease")
	}
	last := w.leases[max(0, len(w.leases)-4):]
	l = last[rapid.IntRange(0, len(last)-1).Draw(rt, "lease")]
	if !w.held(l) {
		fenced = store.ErrFenced
	}
	return l, fenced
}

func (w *walker) extend(rt *rapid.T) {
	l, fenced := w.lease(rt)
	x, err := w.Extend(bg, l, ttl)
	w.want("extend", err, nil)
	w.same("lost", x.Lost, fenced != nil)
	if fenced == nil {
		w.conv(l.Conversation).until = w.now.Add(ttl)
		w.same("interrupted", ids(x.Interrupted), w.interrupted(l.Conversation))
	}
}

func (w *walker) release(rt *rapid.T) {
	l, fenced := w.lease(rt)
	d := time.Duration(pick(rt, "delay", 0, 0, 20)) * time.Second
	w.want("release", w.Release(bg, l, d), nil)
	if fenced == nil {
		w.model.release(l.Conversation, d)
	}
}

// try begins the work on the first event, or takes that back.
func (w *walker) try(rt *rapid.T) {
	l, fenced := w.lease(rt)
	q := w.queue(l.Conversation)
	if len(q) == 0 || q[0].Seq == 0 { // Work has not told its number yet
		return
	}
	if pick(rt, "back", false, false, true) {
		w.want("untry", w.Untry(bg, l, q[0].Seq), nil)
		q[0].Tries = max(0, q[0].Tries-1)
		return
	}
	n, err := w.Try(bg, l, q[0].Seq)
	if w.want("try", err, fenced) {
		q[0].Tries++
		w.same("tries", n, q[0].Tries)
	}
}

func (w *walker) workOn(rt *rapid.T) {
	l, fenced := w.lease(rt)
	got, err := w.Work(bg, l)
	if !w.want("work", err, fenced) {
		return
	}
	var events, entries, actions []string
	for i, e := range got.Events {
		events = append(events, fmt.Sprint(e.ID, " ", e.Tries))
		if i > 0 && e.Seq <= got.Events[i-1].Seq {
			w.Fatalf("seq %d after %d", e.Seq, got.Events[i-1].Seq)
		}
	}
	for _, e := range got.Entries {
		entries = append(entries, entryText(e))
	}
	for _, a := range got.Actions {
		actions = append(actions, a.ID+" "+a.State)
	}
	w.same("events", events, w.work(l.Conversation))
	w.same("entries", entries, w.conv(l.Conversation).entries)
	w.same("actions", actions, w.open(l.Conversation))
	for i, e := range w.queue(l.Conversation) {
		e.Seq = got.Events[i].Seq
		w.same("body", string(got.Events[i].Body), string(e.Body))
	}
}

func (w *walker) outbox(rt *rapid.T) {
	limit := rapid.IntRange(1, 3).Draw(rt, "limit")
	deliveries, err := w.Outbox(bg, "walker", []string{"slate", "other"}, limit)
	w.want("outbox", err, nil)
	var got, want []string
	for _, x := range deliveries {
		got = append(got, fmt.Sprint(x.ID, x.Version, string(x.Body), x.Posted, micro(x.Unsettled), micro(x.First), x.Tries, x.Lost))
	}
	for _, r := range w.deliverable() {
		if len(want) < limit {
			unsettled := micro(r.sending)
			if b := r.begun; b != nil {
				r.begun, unsettled = nil, micro(b.unsettled)
			} else {
				w.hand(r)
			}
			want = append(want, fmt.Sprint(r.ID, r.Version, string(r.Body), r.posted, unsettled, micro(r.first), r.tries, r.lost))
		}
	}
	w.same("deliveries", got, want)
	w.deliveries = append(w.deliveries, deliveries...)
}

// sending begins a delivery.
func (w *walker) sending(rt *rapid.T) {
	if len(w.deliveries) == 0 {
		rt.Skip("nothing was handed out")
	}
	x := w.deliveries[len(w.deliveries)-1]
	if r := w.reply(x.ID); r != nil && r.handed == x.Version && r.sent < x.Version {
		w.want("sending", w.Sending(bg, x), nil)
		r.lost++
	}
}

func micro(t time.Time) int64 {
	if t.IsZero() {
		return 0
	}
	return t.UnixMicro()
}

func (w *walker) sent(rt *rapid.T) {
	if len(w.deliveries) == 0 {
		rt.Skip("nothing was sent")
	}
	last := w.deliveries[max(0, len(w.deliveries)-4):]
	x := last[rapid.IntRange(0, len(last)-1).Draw(rt, "delivery")]
	receipt := store.Receipt{ID: x.ID, Version: x.Version}
	switch pick(rt, "end", "posted", "posted", "retry", "unsettled", "gone", "gone, unsettled") {
	case "posted":
		receipt.Posted = "P " + x.ID
	case "unsettled":
		receipt.Unsettled = w.now
		fallthrough
	case "retry":
		receipt.Retry = w.now.Add(10 * time.Second)
	case "gone":
		receipt.Gone = true
	case "gone, unsettled":
		receipt.Gone, receipt.Unsettled = true, w.now
	}
	var want error
	if r := w.reply(x.ID); r == nil {
		want = store.ErrNotFound
	} else if r.Version < x.Version {
		rt.Skip("it was forgotten and made anew")
	}
	if w.want("sent", w.Sent(bg, receipt), want) {
		w.receive(receipt)
	}
}

func (w *walker) reserve(rt *rapid.T) {
	var counts []store.Count
	var want error
	after := map[string]int64{"k0": w.counts["k0"], "k1": w.counts["k1"]}
	for range rapid.IntRange(1, 3).Draw(rt, "counts") {
		c := store.Count{
			Key: pick(rt, "key", "k0", "k1"), N: int64(rapid.IntRange(-3, 4).Draw(rt, "n")),
			Limit: int64(pick(rt, "limit", 0, 5, 10)),
		}
		counts = append(counts, c)
		if c.Limit > 0 && c.N > 0 && after[c.Key]+c.N > c.Limit {
			want = store.ErrLimit
		}
		after[c.Key] = max(0, after[c.Key]+c.N)
	}
	if w.want("reserve", w.Reserve(bg, counts...), want) {
		w.counts = after
	}
}

func (w *walker) remove(rt *rapid.T) {
	key := pick(rt, "key", "p0", "p1")
	version := w.versions[key] + pick[uint64](rt, "error", 0, 0, 1)
	var want error
	switch _, ok := w.records[key]; {
	case !ok:
		want = store.ErrNotFound
	case version != w.versions[key]:
		want = store.ErrConflict
	}
	if w.want("delete", w.Delete(bg, key, version), want) {
		delete(w.records, key)
		delete(w.versions, key)
	}
}

func (w *walker) forget(rt *rapid.T) {
	if !pick(rt, "really", false, false, true) {
		rt.Skip("rarely")
	}
	member := pick(rt, "member", "ann", "bob")
	w.want("forget", w.Forget(bg, member), nil)
	w.model.forget(member)
}

func (w *walker) purge(rt *rapid.T) {
	before := w.now.Add(-time.Duration(rapid.IntRange(0, 300).Draw(rt, "seconds")) * time.Second)
	_, err := w.Purge(bg, store.Old{Audit: before})
	w.want("purge", err, nil)
	w.model.purge(before)
}

func (w *walker) retract(rt *rapid.T) {
	source := pick(rt, "source", "s0", "s1", "nowhere")
	got, _, err := w.Retract(bg, source, nil)
	w.want("retract", err, nil)
	w.same("retracted", got, w.model.retract(source))
}

func (w *walker) reopen(t testing.TB) {
	t.Helper()
	w.want("close", w.Close(), nil)
	w.Pass(downtime)
	w.Store = w.Open(t)
	w.opened++
	w.Sign(w.signer())
	w.restart()
	w.model.pass(downtime)
	_, err := w.Claim(bg, "walker", 0, 0, ttl)
	w.want("claim nothing", err, nil)
}

// compare checks after every step what can be read without changing anything.
func (w *walker) compare(*rapid.T) {
	b, err := w.Backlog(bg)
	w.want("backlog", err, nil)
	w.same("backlog", b, w.backlog())
	got := map[string]string{}
	w.want("scan", w.Scan(bg, "", func(r store.Record) bool { got[r.Key] = string(r.Value); return true }), nil)
	w.same("records", got, w.records)
	for i := range 4 {
		id := fmt.Sprint("a", i)
		a, err := w.Action(bg, id)
		if want := w.action(id); want == nil {
			w.want("action", err, store.ErrNotFound)
		} else {
			w.same("action", a, *want)
		}
	}
	w.compareAudit()
}

// compareAudit checks that the audit is what the model says, and whole.
func (w *walker) compareAudit() {
	heads, err := w.AuditHeads(bg)
	w.want("heads", err, nil)
	if len(heads) == 0 {
		w.same("audit", []store.Audit(nil), w.audits)
		return
	}
	var got []store.Audit
	_, err = chain.Verify(bg, w.Store, w.signer(), heads[0], func(a store.Audit) error {
		a.Link, a.Key = nil, ""
		got = append(got, a)
		return nil
	})
	w.want("verify", err, nil)
	w.same("audit", got, w.audits)
}
