package queue

import (
	"math"
	"slices"
	"time"

	"aidesk/store"
)

// Inbox is the events not yet worked, by conversation, with the leases on these.
type Inbox struct {
	conversations map[string]*Conversation // those with events or a holder
	scopes        map[string]*scope        // those of these conversations
	epoch         uint64                   // of the last lease
}

// scope is what shares the workers with others.
type scope struct {
	name  string
	line  *line[*Conversation]
	count int // its conversations
	held  int // those with a holder
}

// Conversation is one that has events or a holder.
type Conversation struct {
	slot[*Conversation]
	name  string
	scope *scope
	held  bool    // it is counted as held in its scope
	queue []Event // not done, in order
	rest  time.Time
	lease store.Lease // Epoch 0: nobody's
	seen  uint64      // the last event that Take handed out under this lease
	told  uint64      // the last event that Take or Extend told of under this lease
	tried uint64      // the event on which this lease has counted its try
}

// Event is an event that waits to be worked.
type Event struct {
	Seq       uint64
	Interrupt bool
}

// NewInbox makes an empty inbox. Its leases have epochs above the given one.
func NewInbox(epoch uint64) *Inbox {
	return &Inbox{conversations: map[string]*Conversation{}, scopes: map[string]*scope{}, epoch: epoch}
}

// Len counts the events that wait.
func (i *Inbox) Len() int {
	n := 0
	for _, c := range i.conversations {
		n += len(c.queue)
	}
	return n
}

// Add puts an event at the end of its conversation.
func (i *Inbox) Add(conversation string, e Event, now time.Time) {
	c := i.conversations[conversation]
	if c == nil {
		c = &Conversation{name: conversation, scope: i.scope(store.Scope(conversation))}
		c.item = c
		c.scope.count++
		i.conversations[conversation] = c
	}
	c.queue = append(c.queue, e)
	if e.Interrupt {
		c.rest = time.Time{}
	}
	i.place(c, now)
}

// scope finds a scope, or makes it.
func (i *Inbox) scope(name string) *scope {
	s := i.scopes[name]
	if s == nil {
		s = &scope{name: name, line: newLine[*Conversation]()}
		i.scopes[name] = s
	}
	return s
}

// Remove takes events out of their conversation.
func (i *Inbox) Remove(conversation string, seqs []uint64, now time.Time) {
	c := i.conversations[conversation]
	if c == nil {
		return
	}
	c.queue = slices.DeleteFunc(c.queue, func(e Event) bool { return slices.Contains(seqs, e.Seq) })
	i.place(c, now)
}

// place puts a conversation where it belongs after a change.
func (i *Inbox) place(c *Conversation, now time.Time) {
	held := c.lease.Epoch != 0 && now.Before(c.lease.Until)
	if held != c.held {
		c.held = held
		c.scope.held += map[bool]int{true: 1, false: -1}[held]
	}
	if !held && len(c.queue) == 0 {
		c.leave()
		delete(i.conversations, c.name)
		if c.scope.count--; c.scope.count == 0 {
			delete(i.scopes, c.scope.name)
		}
		return
	}
	c.order, c.at = math.MaxUint64, c.rest
	if held {
		c.at = c.lease.Until
	}
	if len(c.queue) > 0 {
		c.order = c.queue[0].Seq
	}
	c.scope.line.put(&c.slot, now)
}

// Claim leases conversations, each from the scope whose turn it is.
func (i *Inbox) Claim(owner string, limit, share int, now time.Time, ttl time.Duration) []store.Lease {
	for _, s := range i.scopes {
		i.end(s, now)
	}
	var leases []store.Lease
	for len(leases) < limit {
		c := i.pick(share, now)
		if c == nil {
			break
		}
		i.epoch++
		c.lease = store.Lease{Conversation: c.name, Owner: owner, Epoch: i.epoch, Until: now.Add(ttl)}
		c.rest, c.seen, c.told, c.tried = time.Time{}, math.MaxUint64, math.MaxUint64, 0
		i.place(c, now)
		leases = append(leases, c.lease)
	}
	return leases
}

// end notices the leases that ended by themselves: their conversations wait to be
// claimed again or, without work, are no more.
func (i *Inbox) end(s *scope, now time.Time) {
	for {
		later := s.line.later.slots
		if len(later) == 0 || later[0].at.After(now) {
			return
		}
		i.place(later[0].item, now)
	}
}

// pick is the conversation to be claimed next; nil: there is none.
func (i *Inbox) pick(share int, now time.Time) *Conversation {
	var best *Conversation
	for _, s := range i.scopes {
		first := s.line.first(now)
		if first == nil || share > 0 && s.held >= share {
			continue
		}
		c := first.item
		if best == nil || s.held < best.scope.held || s.held == best.scope.held && c.order < best.order {
			best = c
		}
	}
	return best
}

// Held is the conversation of a lease that is still good; nil: it was lost.
func (i *Inbox) Held(l store.Lease, now time.Time) *Conversation {
	c := i.conversations[l.Conversation]
	if c == nil || c.lease.Epoch == 0 || c.lease.Epoch != l.Epoch || !now.Before(c.lease.Until) {
		return nil
	}
	return c
}

// Extend prolongs a lease and says which interrupting events its holder was not told
// of yet; false: the lease was lost.
func (i *Inbox) Extend(l store.Lease, now time.Time, ttl time.Duration) (extended store.Lease, interrupts []uint64, ok bool) {
	c := i.Held(l, now)
	if c == nil {
		return l, nil, false
	}
	c.lease.Until = now.Add(ttl)
	i.place(c, now)
	return c.lease, c.interrupts(c.told), true
}

// Release gives a conversation back. Its events wait for the delay, unless an
// interrupting one came since Take.
func (i *Inbox) Release(l store.Lease, now time.Time, delay time.Duration) {
	c := i.Held(l, now)
	if c == nil {
		return
	}
	c.lease = store.Lease{}
	c.rest = now.Add(delay)
	if len(c.interrupts(c.seen)) > 0 {
		c.rest = time.Time{}
	}
	i.place(c, now)
}

// Take hands out the first events, at most limit.
func (c *Conversation) Take(limit int) []uint64 {
	var seqs []uint64
	c.seen = 0
	for _, e := range c.queue[:min(len(c.queue), limit)] {
		seqs = append(seqs, e.Seq)
		c.seen = e.Seq
	}
	c.told = c.seen
	return seqs
}

// Told notes that the holder was told of the events up to this one.
func (c *Conversation) Told(seq uint64) { c.told = max(c.told, seq) }

// Untried is the first event if no try on it was counted under this lease.
func (c *Conversation) Untried() (seq uint64, ok bool) {
	if len(c.queue) == 0 || c.tried == c.queue[0].Seq {
		return 0, false
	}
	return c.queue[0].Seq, true
}

// Tried notes that a try on an event was counted.
func (c *Conversation) Tried(seq uint64) { c.tried = seq }

// Has reports whether an event waits in the conversation.
func (c *Conversation) Has(seq uint64) bool {
	return slices.ContainsFunc(c.queue, func(e Event) bool { return e.Seq == seq })
}

// interrupts are the interrupting events after one.
func (c *Conversation) interrupts(seq uint64) []uint64 {
	var seqs []uint64
	for _, e := range c.queue {
		if e.Interrupt && e.Seq > seq {
			seqs = append(seqs, e.Seq)
		}
	}
	return seqs
}
