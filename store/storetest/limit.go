package storetest

import (
	"errors"
	"fmt"
	"time"

	"aidesk/store"
)

func reserve(d *fixture) {
	until := d.Now().Add(time.Hour)
	count := func(key string, n, limit int64) store.Count {
		return store.Count{Key: key, N: n, Limit: limit, Until: until}
	}
	d.must(d.Reserve(d.Context(), count("turns", 1, 2), count("tokens", 600, 1000)))
	err := d.Reserve(d.Context(), count("turns", 1, 2), count("tokens", 401, 1000))
	limit, ok := errors.AsType[*store.Limit](err)
	if !ok || !errors.Is(err, store.ErrLimit) || limit.Key != "tokens" || limit.Used != 600 || limit.Limit != 1000 || !limit.Until.Equal(until) {
		d.Fatalf("the second limit: %v", err)
	}
	// Nothing was counted: one turn is left.
	d.must(d.Reserve(d.Context(), count("turns", 1, 2), count("tokens", 400, 1000)))
	d.fails(d.Reserve(d.Context(), count("turns", 1, 2)), store.ErrLimit)
	d.must(d.Reserve(d.Context(), count("turns", 5, 0))) // no limit, still counted
	// Settling: 1,000 tokens were reserved, 300 used.
	l := d.begin("c")
	d.commit(l, store.Commit{Counts: []store.Count{count("tokens", -700, 1), count("turns", -100, 0)}})
	d.reopen()
	d.fails(d.Reserve(d.Context(), count("tokens", 701, 1000)), store.ErrLimit)
	d.must(d.Reserve(d.Context(), count("tokens", 700, 1000)))
	d.must(d.Reserve(d.Context(), count("turns", 2, 2))) // it did not fall below zero
	d.fails(d.Reserve(d.Context(), count("new", 2, 3), count("new", 2, 3)), store.ErrLimit)
	d.must(d.Reserve(d.Context(), count("new", 3, 3)))
	d.must(d.Reserve(d.Context()))
}

func reservations(d *fixture) {
	won := d.race(store.ErrLimit, func(int) error {
		return d.Reserve(d.Context(), store.Count{Key: "last one", N: 1, Limit: 1})
	})
	equal(d, "winners", won, 1)
}

func hold(d *fixture) {
	hold := func(name, owner string, want bool) {
		d.Helper()
		got, err := d.Hold(d.Context(), name, owner, time.Minute)
		d.must(err)
		if got != want {
			d.Fatalf("%s holds %s: %t, want %t", owner, name, got, want)
		}
	}
	hold("shard/0", "ann", true)
	hold("shard/0", "bob", false)
	hold("shard/1", "bob", true)
	d.Pass(59 * time.Second)
	hold("shard/0", "ann", true) // prolonged
	d.Pass(59 * time.Second)
	hold("shard/0", "bob", false)
	d.Pass(time.Second)
	hold("shard/0", "bob", true)
	hold("shard/0", "ann", false)
	if ok, err := d.Hold(d.Context(), "shard/0", "bob", 0); err != nil || !ok {
		d.Fatalf("giving up: %t, %v", ok, err)
	}
	hold("shard/0", "ann", true)
}

func logs(d *fixture) {
	l := d.begin("c")
	start := d.Now()
	const n = 600
	var c store.Commit
	for i := range n {
		at := start.Add(time.Duration(i) * time.Second)
		for _, scope := range []string{"s", "s2", "t"} {
			c.Audits = append(c.Audits, store.Audit{Scope: scope, Time: at, Body: []byte(fmt.Sprint(scope, i))})
			c.Usages = append(c.Usages, store.Usage{Scope: scope, Member: "ann", Model: "m", Time: at, Turns: 1, Input: i, Output: 2, Micros: 3, Channel: "C1", Calls: map[string]int{"shop": 2}})
		}
	}
	d.commit(l, c)
	i := n
	d.must(d.Audits(d.Context(), "s", func(a store.Audit) bool {
		i--
		want := store.Audit{Scope: "s", Time: start.Add(time.Duration(i) * time.Second).Truncate(time.Microsecond).UTC(), Body: []byte(fmt.Sprint("s", i)), Seq: uint64(i + 1)}
		a.Link = nil
		equal(d, "audit", a, want)
		return true
	}))
	equal(d, "audits", i, 0)
	i = 100
	d.must(d.Usages(d.Context(), "s", start.Add(100*time.Second), func(u store.Usage) bool {
		want := store.Usage{
			Scope: "s", Member: "ann", Model: "m", Time: start.Add(time.Duration(i) * time.Second).Truncate(time.Microsecond).UTC(),
			Turns: 1, Input: i, Output: 2, Micros: 3, Channel: "C1", Calls: map[string]int{"shop": 2},
		}
		equal(d, "usage", u, want)
		i++
		return i < 550
	}))
	equal(d, "usages until told to stop", i, 550)
	d.must(d.Audits(d.Context(), "nobody's", func(a store.Audit) bool { d.Fatalf("audit %+v", a); return false }))
}

func buttons(d *fixture) {
	l := d.begin("c")
	until := d.Now().Add(time.Hour)
	d.commit(l, store.Commit{Buttons: []store.Button{
		{ID: "short", Conversation: "c", Until: until, Body: []byte("x")},
		{ID: "longer", Conversation: "c", Until: until},
		{ID: "for ever", Conversation: "c"},
	}})
	d.commit(l, store.Commit{Buttons: []store.Button{{ID: "longer", Conversation: "c", Until: until.Add(240 * time.Hour)}}})
	d.Pass(8 * 24 * time.Hour)
	d.must(d.Reserve(d.Context(), store.Count{Key: "something to write", N: 1}))
	for _, id := range []string{"short", "longer", "for ever"} {
		_, err := d.Button(d.Context(), id)
		d.must(err)
	}
	// Normal operation drops what is too old.
	for range 20 {
		d.Pass(time.Hour)
		d.must(d.Reserve(d.Context(), store.Count{Key: "something to write", N: 1}))
	}
	_, err := d.Button(d.Context(), "short")
	d.fails(err, store.ErrNotFound)
	for _, id := range []string{"longer", "for ever"} {
		_, err := d.Button(d.Context(), id)
		d.must(err)
	}
}
