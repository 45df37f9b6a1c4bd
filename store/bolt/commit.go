package bolt

import (
	"context"
	"fmt"
	"slices"

	"aidesk/store"
)

// Commit is store.Journal's.
func (db *DB) Commit(ctx context.Context, lease store.Lease, c store.Commit) error {
	err := validateCommit(c)
	var arrivals []encodedEvent
	if err == nil {
		arrivals, err = encodeEvents(c.Events, db.now())
	}
	if err == nil {
		err = db.write(ctx, func(b *batch) error { return db.commitTurn(b, lease, c, arrivals) })
	}
	if err != nil {
		return fmt.Errorf("commit to %s: %w", lease.Conversation, err)
	}
	return nil
}

// validateCommit returns ErrInvalid for an id, key or name that cannot be stored.
func validateCommit(c store.Commit) error {
	var err error
	keys := func(what string, values ...string) {
		if err == nil {
			err = checkKeys(what, values...)
		}
	}
	names := func(what string, values ...string) {
		if err == nil {
			err = checkNames(what, values...)
		}
	}
	for _, e := range c.Entries {
		names("entry", e.Member)
		keys("source of an entry", e.Sources...)
	}
	for _, t := range c.Actions {
		keys("action", t.Action.ID, t.Action.Conversation)
		names("action "+t.Action.ID, t.From, t.Action.State, t.Action.Member)
	}
	for _, r := range c.Replies {
		keys("reply", r.ID, r.Conversation)
		names("reply "+r.ID, r.Member, r.Adapter)
	}
	for _, b := range c.Buttons {
		keys("button", b.ID, b.Conversation)
		names("button "+b.ID, b.Member)
		keys("source of button "+b.ID, b.Sources...)
	}
	for _, a := range c.Audits {
		keys("audit", a.Scope)
		names("audit", a.Member)
		for member := range a.Names {
			keys("audit", member)
		}
	}
	for _, u := range c.Usages {
		keys("usage", u.Scope)
		names("usage", u.Member, u.Model, u.Channel)
		for name := range u.Calls {
			keys("usage", name)
		}
	}
	for _, n := range c.Counts {
		keys("count", n.Key)
	}
	for _, p := range c.Puts {
		keys("record", p.Key)
	}
	return err
}

// commitTurn first reads and checks everything, then writes everything.
func (db *DB) commitTurn(b *batch, lease store.Lease, c store.Commit, arrivals []encodedEvent) error {
	held := db.inbox.Held(lease, b.now)
	if held == nil {
		return store.ErrFenced
	}
	for _, seq := range c.Done {
		if !held.Has(seq) {
			return fmt.Errorf("event %d is not to be worked: %w", seq, store.ErrConflict)
		}
	}
	actions, err := b.stageActions(c.Actions)
	if err != nil {
		return err
	}
	replies, err := b.stageReplies(c.Replies)
	if err != nil {
		return err
	}
	counts, err := db.stageCounts(b, c.Counts, false)
	if err != nil {
		return err
	}
	if err := b.checkVersions(c.Puts); err != nil {
		return err
	}

	for _, seq := range c.Done {
		if err := b.delete(inboxBucket, numKey(seq)); err != nil {
			return err
		}
	}
	db.removeEvents(b, lease.Conversation, c.Done)
	for _, e := range c.Entries {
		if err := db.putEntry(b, lease.Conversation, e); err != nil {
			return err
		}
	}
	for _, a := range actions {
		if err := b.putAction(a); err != nil {
			return err
		}
	}
	for _, r := range replies {
		if err := db.putReply(b, r); err != nil {
			return err
		}
	}
	for _, x := range c.Buttons {
		if err := b.putButton(x); err != nil {
			return err
		}
	}
	if _, err := db.ingest(b, arrivals); err != nil {
		return err
	}
	if err := db.appendAudits(b, c.Audits); err != nil {
		return err
	}
	for _, u := range c.Usages {
		if err := b.appendUsage(u); err != nil {
			return err
		}
	}
	if err := db.putCounts(b, counts); err != nil {
		return err
	}
	for _, r := range c.Puts {
		if _, err := db.putRecord(b, r); err != nil {
			return err
		}
	}
	return nil
}

// stagedAction is an action as it will be written.
type stagedAction struct {
	storedAction
	id     string
	body   []byte
	fresh  bool // it is not on disk yet
	listed bool // it is listed in the bucket open
}

// stageActions checks transitions, each against the result of the ones before it.
func (b *batch) stageActions(transitions []store.Transition) ([]*stagedAction, error) {
	var staged []*stagedAction
	for _, t := range transitions {
		want := t.Action
		at := slices.IndexFunc(staged, func(a *stagedAction) bool { return a.id == want.ID })
		if at < 0 {
			a := &stagedAction{id: want.ID}
			body, found, err := readValue(b.Tx, actionBucket, []byte(want.ID), &a.storedAction)
			if err != nil {
				return nil, err
			}
			a.body, a.fresh, a.listed = body, !found, found && !a.Final
			at, staged = len(staged), append(staged, a)
		}
		a := staged[at]
		exists := !a.fresh || a.Conversation != ""
		if exists != (t.From != "") || exists && a.State != t.From {
			return nil, fmt.Errorf("action %s is %q, not %q: %w", want.ID, a.State, t.From, store.ErrConflict)
		}
		if exists && a.Conversation != want.Conversation {
			return nil, fmt.Errorf("action %s belongs to %s: %w", want.ID, a.Conversation, store.ErrConflict)
		}
		if !exists || len(want.Body) > 0 {
			a.body = want.Body
		}
		if !exists || !want.Until.IsZero() {
			a.Until = toMicros(want.Until)
		}
		a.Conversation, a.Member, a.State, a.Final = want.Conversation, want.Member, want.State, want.Final
	}
	return staged, nil
}

// putAction writes an action and keeps it listed as open while it is not final.
func (b *batch) putAction(a *stagedAction) error {
	if a.fresh {
		n, err := b.nextNumber(actionBucket)
		if err != nil {
			return err
		}
		a.Order = n
	}
	switch {
	case a.listed && a.Final:
		if err := b.delete(openBucket, a.openKey()); err != nil {
			return err
		}
	case !a.listed && !a.Final:
		if err := b.put(openBucket, a.openKey(), nil, []byte(a.id)); err != nil {
			return err
		}
	}
	a.At = b.now.UnixMicro()
	return b.put(actionBucket, []byte(a.id), a.storedAction, a.body)
}

// putEntry appends to a transcript.
func (db *DB) putEntry(b *batch, conversation string, e store.Entry) error {
	n, err := b.nextNumber(entryBucket)
	if err != nil {
		return err
	}
	e.Seq = n
	b.onCommit = append(b.onCommit, func() { db.transcripts.add(conversation, e) })
	key := append(scopeKey(conversation), numKey(n)...)
	if err := b.putSources(e.Sources, entryBucket, key); err != nil {
		return err
	}
	return b.put(entryBucket, key, storedEntry{Member: e.Member, At: b.now.UnixMicro(), Sources: e.Sources}, e.Body)
}

// putButton writes a button and when it may be deleted.
func (b *batch) putButton(x store.Button) error {
	k := storedButton{Conversation: x.Conversation, Member: x.Member, Until: toMicros(x.Until), Sources: x.Sources}
	if err := b.putSources(x.Sources, buttonBucket, []byte(x.ID)); err != nil {
		return err
	}
	if k.Until != 0 {
		if err := b.putRaw(expiryBucket, expiryKey(k.Until+lateWindow, buttonBucket, x.ID), nil); err != nil {
			return err
		}
	}
	return b.put(buttonBucket, []byte(x.ID), k, x.Body)
}

// appendUsage appends to the usage of a scope, sorted by time.
func (b *batch) appendUsage(u store.Usage) error {
	k := storedUsage{Member: u.Member, Model: u.Model, Time: toMicros(u.Time), Turns: u.Turns, Input: u.Input, Output: u.Output, Micros: u.Micros, Channel: u.Channel, Calls: u.Calls}
	n, err := b.nextNumber(usageBucket)
	if err != nil {
		return err
	}
	key := append(appendTime(scopeKey(u.Scope), k.Time), numKey(n)...)
	return b.put(usageBucket, key, k, nil)
}
