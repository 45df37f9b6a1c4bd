package storetest

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"time"

	"aidesk/store"
)

// model is what a store must do, said as simply as possible: lists that are searched.
type model struct {
	now     time.Time
	known   map[string]bool // ids of events
	inbox   []*mEvent       // in order
	timers  []*mEvent
	convs   map[string]*mConversation
	actions []*store.Action
	replies []*mReply
	counts  map[string]int64
	records map[string]string
	audits  []store.Audit // of the scope "b/p/w"
	order   int           // of what is wanted
}

type mEvent struct {
	store.Event
	told bool // to the present holder
	seen bool // handed out by Work
}

type mConversation struct {
	epoch   uint64
	until   time.Time
	rest    time.Time
	worked  bool // Work was asked under this lease
	entries []string
}

// begun is a delivery that a commit began.
type begun struct{ unsettled time.Time }

type mReply struct {
	store.Reply
	sent, handed uint64
	posted       string
	sending      time.Time
	retry        time.Time
	wait         time.Time // not before
	first        time.Time
	tries, lost  int
	order, next  int
	begun        *begun // handed out with its commit, and not taken yet
}

func newModel(now time.Time) *model {
	return &model{now: now, known: map[string]bool{}, convs: map[string]*mConversation{}, counts: map[string]int64{}, records: map[string]string{}}
}

// conv finds a conversation.
func (m *model) conv(name string) *mConversation {
	if m.convs[name] == nil {
		m.convs[name] = &mConversation{}
	}
	return m.convs[name]
}

// queue is the events of a conversation, in order.
func (m *model) queue(name string) []*mEvent {
	var q []*mEvent
	for _, e := range m.inbox {
		if e.Conversation == name {
			q = append(q, e)
		}
	}
	return q
}

// held says whether a lease is good.
func (m *model) held(l store.Lease) bool {
	c := m.conv(l.Conversation)
	return c.epoch == l.Epoch && c.epoch != 0 && m.now.Before(c.until)
}

// pass moves the time on and the timers that are due.
func (m *model) pass(d time.Duration) {
	m.now = m.now.Add(d)
	slices.SortStableFunc(m.timers, func(a, b *mEvent) int { return a.Due.Compare(b.Due) })
	for len(m.timers) > 0 && !m.timers[0].Due.After(m.now) {
		m.arrive(m.timers[0])
		m.timers = m.timers[1:]
	}
}

// arrive gives an event its place.
func (m *model) arrive(e *mEvent) {
	m.inbox = append(m.inbox, e)
	if e.Interrupt {
		m.conv(e.Conversation).rest = time.Time{}
	}
}

// ingest says which events are duplicates.
func (m *model) ingest(events []store.Event) []bool {
	var dup []bool
	for _, e := range events {
		dup = append(dup, m.known[e.ID])
		if m.known[e.ID] {
			continue
		}
		m.known[e.ID] = true
		if e.Due.IsZero() {
			m.arrive(&mEvent{Event: e})
		} else {
			m.timers = append(m.timers, &mEvent{Event: e})
		}
	}
	return dup
}

// claimable are the conversations that a claim gets, in its order.
func (m *model) claimable(limit, share int) []string {
	var waiting, got []string // the longest waiting first
	for _, e := range m.inbox {
		c := m.conv(e.Conversation)
		free := c.epoch == 0 || !m.now.Before(c.until)
		if free && !c.rest.After(m.now) && !slices.Contains(waiting, e.Conversation) {
			waiting = append(waiting, e.Conversation)
		}
	}
	held := map[string]int{} // by scope
	for name, c := range m.convs {
		if c.epoch != 0 && m.now.Before(c.until) {
			held[store.Scope(name)]++
		}
	}
	for len(got) < limit {
		best := ""
		for _, name := range waiting {
			n := held[store.Scope(name)]
			if (share == 0 || n < share) && !slices.Contains(got, name) && (best == "" || n < held[store.Scope(best)]) {
				best = name
			}
		}
		if best == "" {
			break
		}
		held[store.Scope(best)]++
		got = append(got, best)
	}
	return got
}

// claimed notes a lease.
func (m *model) claimed(l store.Lease) {
	c := m.conv(l.Conversation)
	*c = mConversation{epoch: l.Epoch, until: m.now.Add(ttl), entries: c.entries}
}

// interrupted takes what Extend must tell.
func (m *model) interrupted(name string) []string {
	var ids []string
	for _, e := range m.queue(name) {
		if e.Interrupt && !e.told && m.conv(name).worked {
			e.told = true
			ids = append(ids, e.ID)
		}
	}
	return ids
}

// release gives a conversation back.
func (m *model) release(name string, delay time.Duration) {
	c := m.conv(name)
	c.epoch, c.rest = 0, m.now.Add(delay)
	q := m.queue(name)
	if len(q) == 0 || slices.ContainsFunc(q, func(e *mEvent) bool { return e.Interrupt && c.worked && !e.seen }) {
		c.rest = time.Time{}
	}
}

// work says what is to be worked: "id tries".
func (m *model) work(name string) []string {
	c := m.conv(name)
	c.worked = true
	var all []string
	for _, e := range m.queue(name) {
		e.told, e.seen = true, true
		all = append(all, fmt.Sprint(e.ID, " ", e.Tries))
	}
	return all
}

// action finds an action.
func (m *model) action(id string) *store.Action {
	for _, a := range m.actions {
		if a.ID == id {
			return a
		}
	}
	return nil
}

// open is the actions of a conversation that are not final: "id state".
func (m *model) open(name string) []string {
	var all []string
	for _, a := range m.actions {
		if a.Conversation == name && !a.Final {
			all = append(all, a.ID+" "+a.State)
		}
	}
	return all
}

// reply finds a reply.
func (m *model) reply(id string) *mReply {
	for _, r := range m.replies {
		if r.ID == id {
			return r
		}
	}
	return nil
}

// want notes a reply's new version.
func (m *model) want(r store.Reply) {
	m.order++
	old := m.reply(r.ID)
	if old == nil {
		old = &mReply{}
		m.replies = append(m.replies, old)
	}
	if b := old.begun; b != nil { // nobody has taken the version before
		old.sending, old.wait, old.begun = b.unsettled, time.Time{}, nil
	}
	switch {
	case old.Version == old.sent:
		old.order = m.order
	case !old.sending.IsZero() && old.next == 0:
		old.next = m.order
	}
	r.Version = old.Version + 1
	old.Reply = r
	if m.isNext(old) { // it is handed out with the commit
		old.begun = &begun{unsettled: old.sending}
		m.hand(old)
	}
}

// isNext says whether a reply is the first of its conversation and may go out now.
func (m *model) isNext(r *mReply) bool {
	return !r.wait.After(m.now) && !slices.ContainsFunc(m.replies, func(o *mReply) bool {
		return o.Conversation == r.Conversation && o.Version > o.sent && o.order < r.order
	})
}

// deliverable is the replies that may go out, the oldest first, one of each conversation.
func (m *model) deliverable() []*mReply {
	byAge := slices.Clone(m.replies)
	slices.SortFunc(byAge, func(a, b *mReply) int { return cmp.Compare(a.order, b.order) })
	var all []*mReply
	seen := map[string]bool{}
	for _, r := range byAge {
		if r.Version > r.sent && !seen[r.Conversation] {
			seen[r.Conversation] = true
			if r.begun != nil || !r.wait.After(m.now) {
				all = append(all, r)
			}
		}
	}
	return all
}

// hand marks a reply as being sent.
func (m *model) hand(r *mReply) {
	if r.first.IsZero() || r.handed != r.Version {
		r.first, r.tries, r.lost = m.now, 0, 0
	}
	r.tries++
	r.handed, r.sending, r.retry, r.wait = r.Version, m.now, time.Time{}, m.now.Add(store.SendTime)
}

// receive notes a receipt.
func (m *model) receive(x store.Receipt) {
	r := m.reply(x.ID)
	if x.Posted != "" {
		r.posted = x.Posted
	}
	late := x.Version < r.handed || x.Version <= r.sent
	failed := !x.Retry.IsZero() && !x.Gone
	if !failed {
		r.sent = max(r.sent, x.Version)
	}
	if late {
		return
	}
	r.sending, r.retry = time.Time{}, time.Time{}
	if failed || x.Gone {
		r.sending = x.Unsettled
	}
	if failed {
		r.retry, r.lost = x.Retry, max(0, r.lost-1)
	} else {
		r.first, r.tries, r.lost = time.Time{}, 0, 0
		if r.next != 0 {
			r.order = r.next
		}
	}
	r.next, r.wait = 0, r.retry
}

// restart forgets what a process knows.
func (m *model) restart() {
	for _, c := range m.convs {
		c.epoch, c.rest = 0, time.Time{}
	}
	for _, r := range m.replies {
		if b := r.begun; b != nil {
			r.sending, r.begun = b.unsettled, nil
			if r.tries--; r.tries == 0 {
				r.first = time.Time{}
			}
		}
		r.wait = r.retry
	}
}

// backlog counts.
func (m *model) backlog() store.Backlog {
	b := store.Backlog{Events: len(m.inbox) + len(m.timers)}
	for _, r := range m.replies {
		if r.Version > r.sent {
			b.Replies++
		}
	}
	return b
}

// forget deletes what belongs to a member.
func (m *model) forget(member string) {
	m.inbox = slices.DeleteFunc(m.inbox, func(e *mEvent) bool { return e.Member == member })
	m.timers = slices.DeleteFunc(m.timers, func(e *mEvent) bool { return e.Member == member })
	m.actions = slices.DeleteFunc(m.actions, func(a *store.Action) bool { return a.Member == member })
	m.replies = slices.DeleteFunc(m.replies, func(r *mReply) bool { return r.Member == member })
	for name, c := range m.convs {
		if len(m.queue(name)) == 0 { // nothing is left that a delay could hold up
			c.rest = time.Time{}
		}
		c.entries = slices.DeleteFunc(c.entries, func(e string) bool { return strings.HasPrefix(e, member+":") })
	}
	for _, a := range m.audits {
		delete(a.Names, member)
	}
}

// purge deletes the oldest audit lines up to the first that is not so old.
func (m *model) purge(before time.Time) {
	for len(m.audits) > 0 && m.audits[0].Time.Before(before) {
		m.audits = m.audits[1:]
	}
}

// entryText is an entry as the model keeps it.
func entryText(e store.Entry) string {
	return e.Member + ":" + string(e.Body) + " of " + strings.Join(e.Sources, ",")
}

// retract deletes what came of a source.
func (m *model) retract(source string) int {
	n := 0
	for _, c := range m.convs {
		before := len(c.entries)
		c.entries = slices.DeleteFunc(c.entries, func(e string) bool { return strings.Contains(e, " of "+source+",") })
		n += before - len(c.entries)
	}
	return n
}
