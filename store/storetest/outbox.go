package storetest

import (
	"fmt"
	"time"

	"aidesk/store"
)

// say commits replies to a conversation that aidesk holds.
func (d *fixture) say(l store.Lease, replies ...store.Reply) {
	d.Helper()
	d.commit(l, store.Commit{Replies: replies})
}

// delivers checks that the outbox hands out one delivery, and returns it.
func (d *fixture) delivers(id string, version uint64, body string) store.Delivery {
	d.Helper()
	deliveries := d.outbox(10)
	if len(deliveries) != 1 || deliveries[0].ID != id || deliveries[0].Version != version || string(deliveries[0].Body) != body {
		d.Fatalf("deliveries %+v, want version %d of %s: %s", deliveries, version, id, body)
	}
	return deliveries[0]
}

// idle checks that the outbox hands out nothing.
func (d *fixture) idle() {
	d.Helper()
	if deliveries := d.outbox(10); len(deliveries) != 0 {
		d.Fatalf("deliveries %+v, want none", deliveries)
	}
}

func versions(d *fixture) {
	l := d.begin("c")
	d.say(l, reply("c", "r", "one"))
	x := d.delivers("r", 1, "one")
	if x.Posted != "" || !x.Unsettled.IsZero() || x.Adapter != "slate" || x.Member != "ann" || x.Conversation != "c" {
		d.Fatalf("delivery %+v", x)
	}
	d.idle()
	d.say(l, reply("c", "r", "two"))
	d.say(l, reply("c", "r", "three"))
	d.idle() // one at a time
	d.sent(store.Receipt{ID: "r", Version: 1, Posted: "P1"})
	x = d.delivers("r", 3, "three")
	if x.Posted != "P1" || !x.Unsettled.IsZero() {
		d.Fatalf("delivery %+v", x)
	}
	d.sent(store.Receipt{ID: "r", Version: 3, Posted: "P1"})
	d.idle()
	d.reopen()
	d.idle()
	l = d.one()
	d.say(l, reply("c", "r", "four"), reply("c", "r", "five")) // the last one is wanted
	x = d.delivers("r", 4, "five")
	if x.Posted != "P1" {
		d.Fatalf("delivery %+v", x)
	}
	d.sent(store.Receipt{ID: "r", Version: 4})
	d.say(l, reply("c", "r", "six"))
	if x = d.delivers("r", 5, "six"); x.Posted != "P1" {
		d.Fatalf("a receipt without the platform's id lost it: %+v", x)
	}
	d.fails(d.Sent(d.Context(), store.Receipt{ID: "nobody's"}), store.ErrNotFound)
}

func outboxOrder(d *fixture) {
	c1, c2 := d.begin("c1"), d.begin("c2")
	d.say(c2, reply("c2", "r1", "x"))
	d.say(c1, reply("c1", "r2", "x"), reply("c1", "r3", "x"))
	d.say(c2, reply("c2", "r4", "x"))
	d.say(c2, reply("c2", "r1", "y"))
	got := func(limit int) []string {
		var all []string
		for _, x := range d.outbox(limit) {
			all = append(all, fmt.Sprintf("%s v%d", x.ID, x.Version))
		}
		return all
	}
	equal(d, "the oldest", got(1), []string{"r1 v2"})
	equal(d, "one of each conversation", got(10), []string{"r2 v1"})
	d.say(c2, reply("c2", "r1", "z")) // wanted after r4
	d.sent(store.Receipt{ID: "r1", Version: 2, Posted: "P1"})
	equal(d, "the next of c2", got(10), []string{"r4 v1"})
	d.sent(store.Receipt{ID: "r2", Version: 1, Posted: "P2"})
	d.sent(store.Receipt{ID: "r4", Version: 1, Posted: "P4"})
	equal(d, "in the order in which they were wanted", got(10), []string{"r3 v1", "r1 v3"})
	d.reopen()
	equal(d, "the same after reopening", got(10), []string{"r3 v1", "r1 v3"})
}

func outboxAdapters(d *fixture) {
	l := d.begin("c")
	r := reply("c", "r1", "x")
	r.Adapter = "other"
	d.say(l, r)
	d.say(d.begin("c2"), reply("c2", "r2", "x"))
	d.delivers("r2", 1, "x")
	deliveries, err := d.Outbox(d.Context(), "tester", []string{"other", "slate"}, 10)
	d.must(err)
	if len(deliveries) != 1 || deliveries[0].ID != "r1" {
		d.Fatalf("deliveries %+v", deliveries)
	}
	if deliveries, err = d.Outbox(d.Context(), "tester", nil, 10); err != nil || len(deliveries) != 0 {
		d.Fatalf("deliveries %+v, %v", deliveries, err)
	}
}

func retry(d *fixture) {
	l := d.begin("c")
	d.say(l, reply("c", "r1", "x"), reply("c", "r2", "x"))
	d.delivers("r1", 1, "x")
	d.sent(store.Receipt{ID: "r1", Version: 1, Retry: d.Now().Add(time.Hour)})
	d.say(l, reply("c", "r1", "y"))
	d.idle() // r2 waits for it, and the new version as well
	d.reopen()
	d.idle()
	d.Pass(time.Hour)
	if x := d.delivers("r1", 2, "y"); !x.Unsettled.IsZero() {
		d.Fatalf("a failed sending is unsettled: %+v", x)
	}
	d.sent(store.Receipt{ID: "r1", Version: 2, Posted: "P"})
	d.delivers("r2", 1, "x")
}

func unsettled(d *fixture) {
	l := d.begin("c")
	began := d.Now()
	d.say(l, reply("c", "r", "one"))
	d.delivers("r", 1, "one")
	d.reopen()
	x := d.delivers("r", 1, "one")
	if !near(x.Unsettled, began) {
		d.Fatalf("after a crash: %+v, the sending began at %s", x, began)
	}
	// Too early to find out: it stays unsettled since then.
	d.sent(store.Receipt{ID: "r", Version: 1, Retry: d.Now().Add(time.Minute), Unsettled: x.Unsettled})
	d.reopen()
	d.Pass(time.Minute)
	x = d.delivers("r", 1, "one")
	if !near(x.Unsettled, began) {
		d.Fatalf("after a retry: %+v, the sending began at %s", x, began)
	}
	d.sent(store.Receipt{ID: "r", Version: 1, Posted: "found"})
	d.idle()
	d.say(d.one(), reply("c", "r", "two"))
	if x = d.delivers("r", 2, "two"); !x.Unsettled.IsZero() || x.Posted != "found" {
		d.Fatalf("after it was settled: %+v", x)
	}
}

// near allows for a store that writes its own time.
func near(a, b time.Time) bool { return a.Sub(b).Abs() < time.Second }

func crashedDelivery(d *fixture) {
	l := d.begin("c")
	began := d.Now()
	d.say(l, reply("c", "r", "one"))
	d.delivers("r", 1, "one")
	d.Pass(store.SendTime - time.Second)
	d.idle()
	d.Pass(time.Second)
	x := d.delivers("r", 1, "one")
	if !near(x.Unsettled, began) {
		d.Fatalf("delivery %+v, the sending began at %s", x, began)
	}
	d.say(d.one(), reply("c", "r", "two"))
	d.sent(store.Receipt{ID: "r", Version: 1, Posted: "P"})
	d.delivers("r", 2, "two")
	d.sent(store.Receipt{ID: "r", Version: 1, Posted: "P"}) // the one thought crashed speaks late
	d.idle()
	d.sent(store.Receipt{ID: "r", Version: 2, Posted: "P"})
	d.idle()
	d.Pass(time.Hour)
	d.idle()
}

func gone(d *fixture) {
	l := d.begin("c")
	d.say(l, reply("c", "r1", "x"), reply("c", "r2", "x"))
	d.delivers("r1", 1, "x")
	d.sent(store.Receipt{ID: "r1", Version: 1, Gone: true})
	x := d.delivers("r2", 1, "x")
	d.sent(store.Receipt{ID: "r2", Version: x.Version, Posted: "P"})
	d.reopen()
	d.idle()
	d.say(d.one(), reply("c", "r1", "another try"))
	d.delivers("r1", 2, "another try")
}

// sendings counts how often a version was handed out, over restarts: the next version begins anew.
func sendings(d *fixture) {
	l, began := d.begin("c"), d.Now()
	d.say(l, reply("c", "r", "one"))
	want := func(version uint64, body string, first time.Time, tries, lost int) {
		d.Helper()
		if x := d.delivers("r", version, body); !near(x.First, first) || x.Tries != tries || x.Lost != lost {
			d.Fatalf("delivery %+v; want %d tries since %s, %d lost", x, tries, first, lost)
		}
	}
	begin := func() { d.must(d.Sending(d.Context(), store.Delivery{Reply: store.Reply{ID: "r"}})) }
	want(1, "one", began, 1, 0)
	begin()
	d.Pass(store.SendTime)
	want(1, "one", began, 2, 1) // nothing was heard of the first
	begin()
	d.sent(store.Receipt{ID: "r", Version: 1, Retry: d.Now().Add(time.Minute)})
	d.Pass(time.Minute)
	want(1, "one", began, 3, 1)
	begin()
	d.reopen()
	want(1, "one", began, 4, 2)
	d.reopen()
	want(1, "one", began, 5, 2) // the last one never left
	l = d.one()
	d.say(l, reply("c", "r", "two"))
	d.sent(store.Receipt{ID: "r", Version: 1, Gone: true, Unsettled: began})
	x := d.delivers("r", 2, "two")
	if !near(x.Unsettled, began) || x.Tries != 1 || x.Lost != 0 || near(x.First, began) {
		d.Fatalf("the next version: %+v", x)
	}
	d.sent(store.Receipt{ID: "r", Version: 2, Posted: "P"})
	d.say(l, reply("c", "r", "three"))
	if x = d.delivers("r", 3, "three"); x.Tries != 1 || !x.Unsettled.IsZero() {
		d.Fatalf("after one that arrived: %+v", x)
	}
}
