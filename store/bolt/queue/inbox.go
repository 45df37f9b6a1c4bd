package queue

import (
	"math"
	"slices"
	"time"

	"aidesk/store"
)

// Inbox holds the events not yet worked, by conversation, and the leases on conversations.
type Inbox struct {
	conversations map[string]*Conversation // those with events or a lease
	scopes        map[string]*scope        // of these conversations
	epoch         uint64                   // of the last lease
}

// scope is a group of conversations that shares the workers fairly with other scopes.
type scope struct {
	name     string
	schedule *schedule[*Conversation]
	count    int // of its conversations
	held     int // conversations with a lease
}

// Conversation is a conversation that has events or a lease.
type Conversation struct {
	entry[*Conversation]
	name         string
	scope        *scope
	countedHeld  bool        // it is counted in scope.held
	queue        []Event     // in order
	delayedUntil time.Time   // by Release
	lease        store.Lease // Epoch 0: none
	taken        uint64      // the last event that Take returned under this lease
	reported     uint64      // the last event that the holder knows of
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
		c = &Conversation{name: conversation, scope: i.scopeOf(store.Scope(conversation))}
		c.value = c
		c.scope.count++
		i.conversations[conversation] = c
	}
	c.queue = append(c.queue, e)
	if e.Interrupt {
		c.delayedUntil = time.Time{}
	}
	i.reschedule(c, now)
}

// scopeOf returns the scope of a name and makes it if there is none.
func (i *Inbox) scopeOf(name string) *scope {
	s := i.scopes[name]
	if s == nil {
		s = &scope{name: name, schedule: newSchedule[*Conversation]()}
		i.scopes[name] = s
	}
	return s
}

// Remove takes events out of a conversation.
func (i *Inbox) Remove(conversation string, seqs []uint64, now time.Time) {
	c := i.conversations[conversation]
	if c == nil {
		return
	}
	c.queue = slices.DeleteFunc(c.queue, func(e Event) bool { return slices.Contains(seqs, e.Seq) })
	i.reschedule(c, now)
}

// Drop takes an event out whose conversation is not known.
func (i *Inbox) Drop(seq uint64, now time.Time) {
	for name, c := range i.conversations {
		if c.Has(seq) {
			i.Remove(name, []uint64{seq}, now)
			return
		}
	}
}

// reschedule updates the place of a conversation in its scope after a change.
func (i *Inbox) reschedule(c *Conversation, now time.Time) {
	held := c.lease.Epoch != 0 && now.Before(c.lease.Until)
	if held != c.countedHeld {
		c.countedHeld = held
		c.scope.held += map[bool]int{true: 1, false: -1}[held]
	}
	if !held && len(c.queue) == 0 {
		c.remove()
		delete(i.conversations, c.name)
		if c.scope.count--; c.scope.count == 0 {
			delete(i.scopes, c.scope.name)
		}
		return
	}
	c.order, c.notBefore = math.MaxUint64, c.delayedUntil
	if held {
		c.notBefore = c.lease.Until
	}
	if len(c.queue) > 0 {
		c.order = c.queue[0].Seq
	}
	c.scope.schedule.put(&c.entry, now)
}

// Claim leases up to limit conversations, each from the scope with the fewest leases; of
// one scope at most share are leased at a time (0: no bound).
func (i *Inbox) Claim(owner string, limit, share int, now time.Time, ttl time.Duration) []store.Lease {
	for _, s := range i.scopes {
		i.expireLeases(s, now)
	}
	var leases []store.Lease
	for len(leases) < limit {
		c := i.nextClaimable(share, now)
		if c == nil {
			break
		}
		i.epoch++
		c.lease = store.Lease{Conversation: c.name, Owner: owner, Epoch: i.epoch, Until: now.Add(ttl)}
		c.delayedUntil, c.taken, c.reported = time.Time{}, math.MaxUint64, math.MaxUint64
		i.reschedule(c, now)
		leases = append(leases, c.lease)
	}
	return leases
}

// expireLeases reschedules the conversations whose lease or delay has run out: with events
// they may be claimed again, without they are dropped.
func (i *Inbox) expireLeases(s *scope, now time.Time) {
	for {
		later := s.schedule.waiting.entries
		if len(later) == 0 || later[0].notBefore.After(now) {
			return
		}
		i.reschedule(later[0].value, now)
	}
}

// nextClaimable returns the conversation to be claimed next; nil: there is none.
func (i *Inbox) nextClaimable(share int, now time.Time) *Conversation {
	var best *Conversation
	for _, s := range i.scopes {
		first := s.schedule.first(now)
		if first == nil || share > 0 && s.held >= share {
			continue
		}
		c := first.value
		if best == nil || s.held < best.scope.held || s.held == best.scope.held && c.order < best.order {
			best = c
		}
	}
	return best
}

// Held returns the conversation of a lease that is still valid; nil: it was lost.
func (i *Inbox) Held(l store.Lease, now time.Time) *Conversation {
	c := i.conversations[l.Conversation]
	if c == nil || c.lease.Epoch == 0 || c.lease.Epoch != l.Epoch || !now.Before(c.lease.Until) {
		return nil
	}
	return c
}

// Extend prolongs a lease and returns the interrupting events that its holder does not
// know of yet; false: the lease was lost.
func (i *Inbox) Extend(l store.Lease, now time.Time, ttl time.Duration) (extended store.Lease, interrupts []uint64, ok bool) {
	c := i.Held(l, now)
	if c == nil {
		return l, nil, false
	}
	c.lease.Until = now.Add(ttl)
	i.reschedule(c, now)
	return c.lease, c.interrupts(c.reported), true
}

// Release ends a lease. The conversation's events wait for the delay, unless an
// interrupting one came since Take.
func (i *Inbox) Release(l store.Lease, now time.Time, delay time.Duration) {
	c := i.Held(l, now)
	if c == nil {
		return
	}
	c.lease = store.Lease{}
	c.delayedUntil = now.Add(delay)
	if len(c.interrupts(c.taken)) > 0 {
		c.delayedUntil = time.Time{}
	}
	i.reschedule(c, now)
}

// Take returns the first events up to the one with the number last, at most limit.
func (c *Conversation) Take(limit int, last uint64) []uint64 {
	var seqs []uint64
	c.taken = 0
	for _, e := range c.queue[:min(len(c.queue), limit)] {
		if e.Seq > last {
			break
		}
		seqs = append(seqs, e.Seq)
		c.taken = e.Seq
	}
	c.reported = c.taken
	return seqs
}

// MarkReported records that the holder knows of the events up to this one.
func (c *Conversation) MarkReported(seq uint64) { c.reported = max(c.reported, seq) }

// Has reports whether an event waits in the conversation.
func (c *Conversation) Has(seq uint64) bool {
	return slices.ContainsFunc(c.queue, func(e Event) bool { return e.Seq == seq })
}

// interrupts returns the interrupting events after one.
func (c *Conversation) interrupts(seq uint64) []uint64 {
	var seqs []uint64
	for _, e := range c.queue {
		if e.Interrupt && e.Seq > seq {
			seqs = append(seqs, e.Seq)
		}
	}
	return seqs
}
