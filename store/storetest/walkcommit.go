package storetest

import (
	"fmt"
	"maps"
	"slices"
	"time"

	"pgregory.net/rapid"

	"aidesk/store"
)

// commit commits something of everything, with a fault now and then.
func (w *walker) commit(rt *rapid.T) {
	l, want := w.lease(rt)
	fault := func(bad bool) {
		if bad && want == nil {
			want = store.ErrConflict
		}
	}
	var c store.Commit
	queue := w.queue(l.Conversation)
	for _, e := range queue[:rapid.IntRange(0, min(3, len(queue))).Draw(rt, "done")] {
		if e.Seq != 0 { // Work told it
			c.Done = append(c.Done, e.Seq)
		}
	}
	if pick(rt, "wrong event", false, false, false, false, true) {
		c.Done = append(c.Done, 1<<50)
		fault(true)
	}
	for range rapid.IntRange(0, 2).Draw(rt, "entries") {
		e := store.Entry{Member: pick(rt, "whose", "ann", "bob"), Body: w.body()}
		if source := pick(rt, "source", "", "s0", "s1"); source != "" {
			e.Sources = []string{source, "of both"}
		}
		c.Entries = append(c.Entries, e)
	}
	actions := w.transitions(rt, &c, fault)
	for range rapid.IntRange(0, 2).Draw(rt, "replies") {
		i := rapid.IntRange(0, 3).Draw(rt, "reply")
		c.Replies = append(c.Replies, store.Reply{
			ID: fmt.Sprint("r", i), Conversation: fmt.Sprint("b/p/w/c", i%2),
			Member: []string{"ann", "bob"}[i/2], Adapter: "slate", Body: w.body(),
		})
	}
	if len(c.Replies) == 2 && c.Replies[0].ID == c.Replies[1].ID {
		c.Replies = c.Replies[1:]
	}
	c.Events = w.events(rt)
	if pick(rt, "count", false, true) {
		c.Counts = []store.Count{{Key: "k0", N: int64(rapid.IntRange(-4, 2).Draw(rt, "n")), Limit: 1}}
	}
	if pick(rt, "put", false, true) {
		key := pick(rt, "key", "p0", "p1")
		version := w.versions[key] + pick[uint64](rt, "error", 0, 0, 0, 1)
		fault(version != w.versions[key])
		c.Puts = []store.Record{{Key: key, Version: version, Value: w.body()}}
	}
	for range rapid.IntRange(0, 2).Draw(rt, "audits") {
		at := w.now.Add(time.Duration(rapid.IntRange(-5, 0).Draw(rt, "late")) * time.Second)
		c.Audits = append(c.Audits, store.Audit{Scope: "b/p/w", Time: at, Member: "ann", Body: w.body(), Names: map[string]string{"ann": "Ann", "bob": "Bob"}})
	}
	if w.want("commit", w.Commit(bg, l, c), want) {
		w.committed(l.Conversation, c, actions)
	}
}

// transitions makes up to two, which may follow one another, and says what the actions become.
func (w *walker) transitions(rt *rapid.T, c *store.Commit, fault func(bool)) []*store.Action {
	var changed []*store.Action
	for range rapid.IntRange(0, 2).Draw(rt, "transitions") {
		i := rapid.IntRange(0, 3).Draw(rt, "action")
		a := &store.Action{
			ID: fmt.Sprint("a", i), Conversation: fmt.Sprint("b/p/w/c", i%2), Member: []string{"ann", "bob"}[i/2],
			State: pick(rt, "state", "waiting", "approved", "done"), Body: w.body(),
		}
		a.Final = a.State == "done"
		old := w.action(a.ID)
		for _, b := range changed {
			if b.ID == a.ID {
				old = b
			}
		}
		from := pick(rt, "from", "", "waiting", "right", "right", "right")
		if from == "right" {
			from = ""
			if old != nil {
				from = old.State
			}
		}
		fault((old == nil) != (from == "") || old != nil && old.State != from)
		if pick(rt, "keep", false, true) && old != nil {
			a.Body = nil
		}
		if pick(rt, "until", false, true) {
			a.Until = w.now.Add(time.Minute)
		}
		c.Actions = append(c.Actions, store.Transition{From: from, Action: *a})
		if old != nil && a.Body == nil {
			a.Body = old.Body
		}
		if old != nil && a.Until.IsZero() {
			a.Until = old.Until
		}
		changed = append(changed, a)
	}
	return changed
}

// committed does to the model what a commit does.
func (w *walker) committed(conversation string, c store.Commit, actions []*store.Action) {
	w.inbox = slices.DeleteFunc(w.inbox, func(e *mEvent) bool { return e.Seq != 0 && slices.Contains(c.Done, e.Seq) })
	at := w.conv(conversation)
	for _, e := range c.Entries {
		at.entries = append(at.entries, entryText(e))
	}
	for _, a := range actions {
		if old := w.action(a.ID); old != nil {
			*old = *a
		} else {
			w.actions = append(w.actions, a)
		}
	}
	for _, r := range c.Replies {
		w.model.want(r)
	}
	w.model.ingest(c.Events)
	for _, a := range c.Audits {
		w.lines++
		a.Seq, a.Names = w.lines, maps.Clone(a.Names)
		w.audits = append(w.audits, a)
	}
	for _, n := range c.Counts {
		w.counts[n.Key] = max(0, w.counts[n.Key]+n.N)
	}
	for _, p := range c.Puts {
		r, err := w.Get(bg, p.Key)
		w.want("get", err, nil)
		if r.Version <= w.versions[p.Key] {
			w.Fatalf("version %d after %d", r.Version, w.versions[p.Key])
		}
		w.records[p.Key], w.versions[p.Key] = string(p.Value), r.Version
	}
}
