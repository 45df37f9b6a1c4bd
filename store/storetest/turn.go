package storetest

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"aidesk/store"
)

// whole is a commit with something of everything, for an event.
func (d *fixture) whole(w store.Work) store.Commit {
	return store.Commit{
		Done:    seqs(w.Events),
		Entries: []store.Entry{{Member: "ann", Body: []byte("question")}, {Member: "", Body: []byte("answer")}},
		Actions: []store.Transition{{Action: store.Action{
			ID: "a1", Conversation: "c", Member: "ann", State: "waiting", Until: d.Now().Add(time.Hour), Body: []byte("call"),
		}}},
		Replies: []store.Reply{reply("c", "r1", "card")},
		Buttons: []store.Button{{ID: "b1", Conversation: "c", Member: "ann", Until: d.Now().Add(time.Hour), Body: []byte("approve a1")}},
		Events:  []store.Event{{ID: "expire a1", Conversation: "c", Due: d.Now().Add(time.Hour)}, d.event("c2", "for another")},
		Audits:  []store.Audit{{Scope: "desk/slate/T1", Time: d.Now(), Body: []byte("parked")}},
		Usages:  []store.Usage{{Scope: "desk/slate/T1", Member: "ann", Model: "m", Time: d.Now(), Input: 10, Output: 20, Micros: 30}},
		Counts:  []store.Count{{Key: "tokens", N: 30, Until: d.Now().Add(9 * time.Hour)}},
		Puts:    []store.Record{{Key: "grant/g1", Value: []byte("used once")}},
	}
}

// nothingOf checks that nothing of whole was written.
func (d *fixture) nothingOf(l store.Lease, w store.Work) {
	d.Helper()
	after := d.work(l)
	equal(d, "events", seqs(after.Events), seqs(w.Events))
	equal(d, "entries", after.Entries, w.Entries)
	equal(d, "actions", after.Actions, w.Actions)
	if deliveries := d.outbox(10); len(deliveries) != 0 {
		d.Fatalf("deliveries %v", deliveries)
	}
	_, err := d.Button(d.Context(), "b1")
	d.fails(err, store.ErrNotFound)
	_, err = d.Get(d.Context(), "grant/g1")
	d.fails(err, store.ErrNotFound)
	d.none() // no event for another conversation
	d.must(d.Audits(d.Context(), "desk/slate/T1", func(a store.Audit) bool { d.Fatalf("audit %+v", a); return false }))
	d.must(d.Usages(d.Context(), "desk/slate/T1", time.Time{}, func(u store.Usage) bool { d.Fatalf("usage %+v", u); return false }))
	d.must(d.Reserve(d.Context(), store.Count{Key: "tokens", N: 100, Limit: 100}))
	d.must(d.Reserve(d.Context(), store.Count{Key: "tokens", N: -100}))
}

// allOf checks that everything of whole is there.
func (d *fixture) allOf(l store.Lease, c store.Commit) {
	d.Helper()
	w := d.work(l)
	if len(w.Events) != 0 {
		d.Fatalf("events left: %v", ids(w.Events))
	}
	var bodies []string
	for i, e := range w.Entries {
		bodies = append(bodies, e.Member+":"+string(e.Body))
		if i > 0 && e.Seq <= w.Entries[i-1].Seq {
			d.Fatalf("entry %d after %d", e.Seq, w.Entries[i-1].Seq)
		}
	}
	equal(d, "entries", bodies, []string{"ann:question", ":answer"})
	want := c.Actions[0].Action
	want.Until = want.Until.Truncate(time.Microsecond).UTC()
	equal(d, "actions", w.Actions, []store.Action{want})
	b, err := d.Button(d.Context(), "b1")
	d.must(err)
	wantButton := c.Buttons[0]
	wantButton.Until = wantButton.Until.Truncate(time.Microsecond).UTC()
	equal(d, "button", b, wantButton)
	r, err := d.Reply(d.Context(), "r1")
	d.must(err)
	wantReply := c.Replies[0]
	wantReply.Version = 1
	equal(d, "reply", r, wantReply)
	record, err := d.Get(d.Context(), "grant/g1")
	d.must(err)
	equal(d, "record", string(record.Value), "used once")
	audits := 0
	d.must(d.Audits(d.Context(), "desk/slate/T1", func(a store.Audit) bool { audits++; return string(a.Body) == "parked" }))
	usages := 0
	d.must(d.Usages(d.Context(), "desk/slate/T1", time.Time{}, func(u store.Usage) bool { usages++; return u.Input == 10 }))
	equal(d, "audits and usages", []int{audits, usages}, []int{1, 1})
	var limit *store.Limit
	if err := d.Reserve(d.Context(), store.Count{Key: "tokens", N: 71, Limit: 100}); !errors.As(err, &limit) || limit.Used != 30 {
		d.Fatalf("tokens: %v", err)
	}
}

func commitAll(d *fixture) {
	l := d.begin("c")
	c := d.whole(d.work(l))
	d.commit(l, c)
	d.allOf(l, c)
	equal(d, "the other conversation", d.one().Conversation, "c2")
	deliveries := d.outbox(10)
	if len(deliveries) != 1 || string(deliveries[0].Body) != "card" {
		d.Fatalf("deliveries %+v", deliveries)
	}
}

func commitNothing(d *fixture) {
	l := d.begin("c")
	d.commit(l, store.Commit{
		Actions: []store.Transition{{Action: store.Action{ID: "a0", Conversation: "c", State: "waiting"}}},
		Puts:    []store.Record{{Key: "taken", Value: []byte("x")}},
		Replies: []store.Reply{{ID: "r0", Conversation: "elsewhere", Adapter: "other"}},
	})
	w := d.work(l)
	for name, spoil := range map[string]func(*store.Commit){
		"an event of nobody": func(c *store.Commit) { c.Done = append(c.Done, 1<<40) },
		"an action that exists": func(c *store.Commit) {
			c.Actions = append(c.Actions, store.Transition{Action: store.Action{ID: "a0", Conversation: "c"}})
		},
		"an action that does not exist": func(c *store.Commit) {
			c.Actions = append(c.Actions, store.Transition{From: "waiting", Action: store.Action{ID: "a9", Conversation: "c"}})
		},
		"an action in another state": func(c *store.Commit) {
			c.Actions = append(c.Actions, store.Transition{From: "approved", Action: store.Action{ID: "a0", Conversation: "c"}})
		},
		"an action of another conversation": func(c *store.Commit) {
			c.Actions = append(c.Actions, store.Transition{From: "waiting", Action: store.Action{ID: "a0", Conversation: "c2"}})
		},
		"a record that exists":            func(c *store.Commit) { c.Puts = append(c.Puts, store.Record{Key: "taken"}) },
		"a record of another version":     func(c *store.Commit) { c.Puts = append(c.Puts, store.Record{Key: "taken", Version: 1 << 40}) },
		"a record put twice":              func(c *store.Commit) { c.Puts = append(c.Puts, c.Puts[0]) },
		"a reply of another conversation": func(c *store.Commit) { c.Replies = append(c.Replies, reply("c", "r0", "x")) },
	} {
		c := d.whole(w)
		spoil(&c)
		if err := d.Commit(d.Context(), l, c); !errors.Is(err, store.ErrConflict) {
			d.Fatalf("%s: %v", name, err)
		}
		d.nothingOf(l, w)
	}
	c := d.whole(w)
	c.Buttons = append(c.Buttons, store.Button{})
	d.fails(d.Commit(d.Context(), l, c), store.ErrInvalid)
	d.nothingOf(l, w)
	elsewhere := d.begin("c3")
	d.fails(d.Commit(d.Context(), elsewhere, store.Commit{Done: seqs(w.Events)}), store.ErrConflict) // events of another conversation
}

func decisions(d *fixture) {
	l := d.begin("c")
	d.commit(l, store.Commit{Actions: []store.Transition{{Action: store.Action{ID: "a1", Conversation: "c", State: "waiting", Body: []byte("call")}}}})
	won := d.race(store.ErrConflict, func(i int) error {
		state := []string{"approved", "denied"}[i%2]
		return d.Commit(d.Context(), l, store.Commit{
			Actions: []store.Transition{{From: "waiting", Action: store.Action{ID: "a1", Conversation: "c", State: state}}},
			Entries: []store.Entry{{Body: []byte(state)}},
		})
	})
	w := d.work(l)
	if won != 1 || len(w.Entries) != 1 || len(w.Actions) != 1 || w.Actions[0].State != string(w.Entries[0].Body) {
		d.Fatalf("%d won, left %+v", won, w)
	}
}

func transitions(d *fixture) {
	l := d.begin("c")
	action := store.Action{ID: "a1", Conversation: "c", Member: "ann", State: "waiting", Until: d.Now().Add(time.Hour), Body: []byte("call")}
	second := action
	second.ID = "a0" // an earlier id, but created later
	// One commit may create and change.
	changed := store.Action{ID: "a1", Conversation: "c", Member: "ann", State: "approved"}
	d.commit(l, store.Commit{Actions: []store.Transition{{Action: action}, {From: "waiting", Action: changed}, {Action: second}}})
	w := d.work(l)
	if len(w.Actions) != 2 || w.Actions[0].ID != "a1" || w.Actions[0].State != "approved" ||
		string(w.Actions[0].Body) != "call" || w.Actions[0].Until.IsZero() {
		d.Fatalf("actions %+v", w.Actions)
	}
	done := changed
	done.State, done.Final, done.Body = "done", true, []byte("call and result")
	d.commit(l, store.Commit{Actions: []store.Transition{{From: "approved", Action: done}}})
	if w = d.work(l); len(w.Actions) != 1 || w.Actions[0].ID != "a0" {
		d.Fatalf("a final action is offered: %+v", w.Actions)
	}
	a, err := d.Action(d.Context(), "a1")
	d.must(err)
	if a.State != "done" || !a.Final || string(a.Body) != "call and result" || a.Until.IsZero() {
		d.Fatalf("final action %+v", a)
	}
	// An action of another conversation is worked there.
	other := store.Action{ID: "a2", Conversation: "c2", State: "waiting"}
	d.commit(l, store.Commit{Actions: []store.Transition{{Action: other}}})
	if w = d.work(l); len(w.Actions) != 1 {
		d.Fatalf("actions %+v", w.Actions)
	}
	if w = d.work(d.begin("c2")); len(w.Actions) != 1 || w.Actions[0].ID != "a2" {
		d.Fatalf("actions of the other conversation %+v", w.Actions)
	}
	_, err = d.Action(d.Context(), "a9")
	d.fails(err, store.ErrNotFound)
}

func commitEvents(d *fixture) {
	l := d.begin("c")
	e := d.event("c", "next")
	timer := store.Event{ID: "timer", Conversation: "c", Due: d.Now().Add(time.Minute)}
	d.commit(l, store.Commit{Events: []store.Event{e, timer}})
	timer.Due = timer.Due.Add(time.Second) // a redone turn
	d.commit(l, store.Commit{Events: []store.Event{e, timer}})
	d.Pass(time.Hour)
	equal(d, "events", ids(d.work(d.one()).Events)[1:], []string{"next", "timer"})
}

func forget(d *fixture) {
	of := func(member, id string) store.Event {
		e := d.event("c", id)
		e.Member = member
		return e
	}
	d.ingest(of("ann", "e1"), of("bob", "e2"), of("ann", "e3"))
	d.ingest(store.Event{ID: "t1", Conversation: "c", Member: "ann", Due: d.Now().Add(time.Hour)},
		store.Event{ID: "t2", Conversation: "c", Member: "bob", Due: d.Now().Add(time.Hour)})
	l := d.one()
	held := d.work(l)
	var c store.Commit
	for _, m := range []string{"ann", "bob", "ann2"} {
		c.Entries = append(c.Entries, store.Entry{Member: m, Body: []byte(m)})
		c.Actions = append(c.Actions,
			store.Transition{Action: store.Action{ID: "waiting of " + m, Conversation: "c", Member: m, State: "waiting"}},
			store.Transition{Action: store.Action{ID: "done of " + m, Conversation: "c", Member: m, State: "done", Final: true}})
		c.Replies = append(c.Replies, store.Reply{ID: "r of " + m, Conversation: "c", Member: m, Adapter: "slate"})
		c.Buttons = append(c.Buttons, store.Button{ID: "b of " + m, Conversation: "c", Member: m})
	}
	c.Audits = []store.Audit{{Scope: "s", Time: d.Now()}}
	c.Usages = []store.Usage{{Scope: "s", Member: "ann", Time: d.Now()}}
	d.commit(l, c)
	flying := d.outbox(1)[0]
	owned := func(member string) (kinds []string) {
		d.must(d.Owned(d.Context(), member, func(o store.Owned) bool {
			kinds = append(kinds, strings.TrimSpace(string(o.Kind)+" "+o.ID))
			if o.Conversation != "c" {
				d.Errorf("%s %s is in %q", o.Kind, o.ID, o.Conversation)
			}
			return true
		}))
		return kinds
	}
	equal(d, "what is kept", owned("bob"), []string{"entry", "event", "event", "action done of bob", "action waiting of bob", "reply r of bob", "button b of bob"})
	d.must(d.Forget(d.Context(), "ann"))
	check := func() {
		w := d.work(l)
		equal(d, "events", ids(w.Events), []string{"e2"})
		var left []string
		for _, e := range w.Entries {
			left = append(left, e.Member)
		}
		for _, a := range w.Actions {
			left = append(left, a.ID)
		}
		equal(d, "entries and actions", left, []string{"bob", "ann2", "waiting of bob", "waiting of ann2"})
		for _, m := range []string{"ann", "bob", "ann2"} {
			var want error
			if m == "ann" {
				want = store.ErrNotFound
			}
			_, err1 := d.Reply(d.Context(), "r of "+m)
			_, err2 := d.Button(d.Context(), "b of "+m)
			_, err3 := d.Action(d.Context(), "waiting of "+m)
			_, err4 := d.Action(d.Context(), "done of "+m)
			for _, err := range []error{err1, err2, err3, err4} {
				d.fails(err, want)
			}
		}
	}
	check()
	equal(d, "what is left", owned("ann"), []string(nil))
	d.fails(d.Commit(d.Context(), l, store.Commit{Done: seqs(held.Events)}), store.ErrConflict)
	d.fails(d.Sent(d.Context(), store.Receipt{ID: flying.ID, Version: flying.Version}), store.ErrNotFound)
	equal(d, "the next of the outbox", d.outbox(10)[0].ID, "r of bob")
	n := 0
	d.must(d.Audits(d.Context(), "s", func(store.Audit) bool { n++; return true }))
	d.must(d.Usages(d.Context(), "s", time.Time{}, func(store.Usage) bool { n++; return true }))
	equal(d, "audits and usages", n, 2)
	d.reopen()
	l = d.one()
	check()
	d.Pass(time.Hour)
	l = d.one()
	equal(d, "events with the timer", ids(d.work(l).Events), []string{"e2", "t2"})
	d.fails(d.Forget(d.Context(), ""), store.ErrInvalid)
	if slices.Contains(ids(d.work(l).Events), "e1") {
		d.Fatal("forgotten event is back")
	}
	again, err := d.Ingest(d.Context(), held.Events[0])
	d.must(err)
	if !again[0].Duplicate {
		d.Fatal("a forgotten event came back by redelivery")
	}
}

// retract deletes what came of a source, wherever it is, and what came of another stays.
func retract(d *fixture) {
	for _, conversation := range []string{"c", "d"} {
		d.ingest(d.event(conversation, "e "+conversation))
		l := d.one()
		d.commit(l, store.Commit{
			Done: seqs(d.work(l).Events),
			Entries: []store.Entry{
				{Member: "ann", Body: []byte("one"), Sources: []string{"m1", "m2"}},
				{Member: "ann", Body: []byte("answer")},
				{Member: "bob", Body: []byte("two"), Sources: []string{"m2"}},
				{Member: "bob", Body: []byte("three"), Sources: []string{"m11"}},
			},
			Buttons: []store.Button{{ID: "b " + conversation, Conversation: conversation, Sources: []string{"m1"}}, {ID: "other " + conversation, Conversation: conversation, Sources: []string{"m11"}}},
		})
		d.release(l, 0)
	}
	drops := func(source string, want int) {
		d.Helper()
		n, _, err := d.Retract(d.Context(), source, nil)
		d.must(err)
		equal(d, "retracted "+source, n, want)
	}
	drops("m", 0)
	drops("m1", 4)
	drops("m1", 0)
	d.reopen()
	for _, conversation := range []string{"c", "d"} {
		d.ingest(d.event(conversation, "look "+conversation))
		l := d.one()
		w := d.work(l)
		var left []string
		for _, e := range w.Entries {
			left = append(left, string(e.Body))
		}
		equal(d, "entries", left, []string{"answer", "two", "three"})
		d.commit(l, store.Commit{Done: seqs(w.Events)})
		d.release(l, 0)
		_, err := d.Button(d.Context(), "b "+conversation)
		d.fails(err, store.ErrNotFound)
		b, err := d.Button(d.Context(), "other "+conversation)
		d.must(err)
		equal(d, "sources", b.Sources, []string{"m11"})
	}
	d.must(d.Forget(d.Context(), "bob"))
	drops("m2", 0)
	drops("m11", 2)
	_, _, err := d.Retract(d.Context(), "", nil)
	d.fails(err, store.ErrInvalid)
}

// purge drops what is old and finished, and nothing else.
func purge(d *fixture) {
	say := func(when string) {
		d.ingest(d.event("c", when))
		l := d.one()
		d.commit(l, store.Commit{
			Done:    seqs(d.work(l).Events),
			Entries: []store.Entry{{Member: "ann", Body: []byte(when)}},
			Actions: []store.Transition{
				{Action: store.Action{ID: "waiting " + when, Conversation: "c", State: "waiting"}},
				{Action: store.Action{ID: "done " + when, Conversation: "c", State: "done", Final: true}},
			},
			Replies: []store.Reply{reply("c", "sent "+when, "x")},
			Audits:  []store.Audit{{Scope: "s", Time: d.Now(), Body: []byte(when)}},
			Usages:  []store.Usage{{Scope: "s", Time: d.Now(), Model: when}},
		})
		x := d.outbox(1)[0]
		d.sent(store.Receipt{ID: x.ID, Version: x.Version, Posted: "p"})
		d.release(l, 0)
	}
	say("old")
	d.Pass(48 * time.Hour)
	say("new")
	day := d.Now().Add(-24 * time.Hour)
	drops := func(conversations, audit time.Time, want int) {
		d.Helper()
		n, err := d.Purge(d.Context(), store.Old{Conversations: conversations, Audit: audit})
		d.must(err)
		equal(d, "purged", n, want)
	}
	drops(time.Time{}, time.Time{}, 0)
	drops(day, time.Time{}, 3) // an entry, a final action, a delivered reply
	drops(day, day, 2)
	drops(day, day, 0)
	check := func() {
		d.ingest(d.event("c", "look"))
		l := d.one()
		w := d.work(l)
		d.commit(l, store.Commit{Done: seqs(w.Events)})
		d.release(l, 0)
		if len(w.Entries) != 1 || string(w.Entries[0].Body) != "new" || len(w.Actions) != 2 {
			d.Fatalf("left: %d entries, %d actions", len(w.Entries), len(w.Actions))
		}
		for id, want := range map[string]error{"done old": store.ErrNotFound, "waiting old": nil, "done new": nil, "waiting new": nil} {
			_, err := d.Action(d.Context(), id)
			d.fails(err, want)
		}
		for id, want := range map[string]error{"sent old": store.ErrNotFound, "sent new": nil} {
			_, err := d.Reply(d.Context(), id)
			d.fails(err, want)
		}
		var left []string
		d.must(d.Audits(d.Context(), "s", func(a store.Audit) bool { left = append(left, string(a.Body)); return true }))
		d.must(d.Usages(d.Context(), "s", time.Time{}, func(u store.Usage) bool { left = append(left, u.Model); return true }))
		equal(d, "audits and usages", left, []string{"new", "new"})
	}
	check()
	d.reopen()
	d.ingest(d.event("c", "after"))
	l := d.one()
	d.commit(l, store.Commit{Done: seqs(d.work(l).Events)})
	d.release(l, 0)
	equal(d, "the outbox is empty", len(d.outbox(10)), 0)
}

func backlog(d *fixture) {
	want := func(events, replies int) {
		d.Helper()
		b, err := d.Backlog(d.Context())
		d.must(err)
		equal(d, "backlog", b, store.Backlog{Events: events, Replies: replies})
	}
	want(0, 0)
	d.ingest(d.event("c", "e1"), d.event("c", "e2"), store.Event{ID: "t", Conversation: "c", Due: d.Now().Add(time.Hour)})
	l := d.one()
	w := d.work(l)
	want(3, 0)
	var c store.Commit
	c.Done = seqs(w.Events)
	for i := range 3 {
		c.Replies = append(c.Replies, reply("c", fmt.Sprint("r", i), "x"))
	}
	d.commit(l, c)
	want(1, 3)
	x := d.outbox(1)[0]
	want(1, 3)
	d.sent(store.Receipt{ID: x.ID, Version: x.Version, Posted: "p"})
	want(1, 2)
	d.reopen()
	want(1, 2)
	d.Pass(time.Hour)
	d.one()
	want(1, 2)
}
