package bolt

import (
	"bytes"
	"context"
	"fmt"
	"slices"

	"aidesk/store"
)

// Commit is store.Journal's.
func (db *DB) Commit(ctx context.Context, lease store.Lease, c store.Commit) error {
	err := check(c)
	var arrivals []arrival
	if err == nil {
		arrivals, err = arrive(c.Events, db.now())
	}
	if err == nil {
		err = db.write(ctx, func(b *batch) error { return db.commitTurn(b, lease, c, arrivals) })
	}
	if err != nil {
		return fmt.Errorf("commit to %s: %w", lease.Conversation, err)
	}
	return nil
}

// check is ErrInvalid for what cannot be kept.
func check(c store.Commit) error {
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
	}
	for _, a := range c.Audits {
		keys("audit", a.Scope)
	}
	for _, u := range c.Usages {
		keys("usage", u.Scope)
		names("usage", u.Member, u.Model)
	}
	for _, n := range c.Counts {
		keys("count", n.Key)
	}
	for _, p := range c.Puts {
		keys("record", p.Key)
	}
	return err
}

// commitTurn checks and reads everything, then writes everything.
func (db *DB) commitTurn(b *batch, lease store.Lease, c store.Commit, arrivals []arrival) error {
	held := db.inbox.Held(lease, b.now)
	if held == nil {
		return store.ErrFenced
	}
	for _, seq := range c.Done {
		if !held.Has(seq) {
			return fmt.Errorf("event %d is not to be worked: %w", seq, store.ErrConflict)
		}
	}
	actions, err := b.transit(c.Actions)
	if err != nil {
		return err
	}
	replies, err := b.want(c.Replies)
	if err != nil {
		return err
	}
	counts, err := b.tally(c.Counts, false)
	if err != nil {
		return err
	}
	if err := b.fits(c.Puts); err != nil {
		return err
	}

	for _, seq := range c.Done {
		if err := b.drop(inboxBucket, numKey(seq)); err != nil {
			return err
		}
	}
	db.inbox.Remove(lease.Conversation, c.Done, b.now)
	for _, e := range c.Entries {
		if err := b.putEntry(lease.Conversation, e); err != nil {
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
	for _, a := range c.Audits {
		if err := b.log(auditBucket, a.Scope, micros(a.Time), keptAudit{micros(a.Time)}, a.Body); err != nil {
			return err
		}
	}
	for _, u := range c.Usages {
		k := keptUsage{Member: u.Member, Model: u.Model, Time: micros(u.Time), Turns: u.Turns, Input: u.Input, Output: u.Output, Micros: u.Micros}
		if err := b.log(usageBucket, u.Scope, k.Time, k, nil); err != nil {
			return err
		}
	}
	if err := b.putCounts(counts); err != nil {
		return err
	}
	for _, r := range c.Puts {
		if _, err := db.putRecord(b, r); err != nil {
			return err
		}
	}
	return nil
}

// stagedAction is an action as a commit leaves it.
type stagedAction struct {
	keptAction
	id     string
	body   []byte
	fresh  bool // it is not on disk yet
	listed bool // it is in the bucket open
}

// transit checks transitions, each on what the ones before it made.
func (b *batch) transit(transitions []store.Transition) ([]*stagedAction, error) {
	var staged []*stagedAction
	for _, t := range transitions {
		want := t.Action
		at := slices.IndexFunc(staged, func(a *stagedAction) bool { return a.id == want.ID })
		if at < 0 {
			a := &stagedAction{id: want.ID}
			body, found, err := read(b.Tx, actionBucket, []byte(want.ID), &a.keptAction)
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
			a.Until = micros(want.Until)
		}
		a.Conversation, a.Member, a.State, a.Final = want.Conversation, want.Member, want.State, want.Final
	}
	return staged, nil
}

// putAction writes an action and lists it while it is not final.
func (b *batch) putAction(a *stagedAction) error {
	if a.fresh {
		n, err := b.number(actionBucket)
		if err != nil {
			return err
		}
		a.Order = n
	}
	switch {
	case a.listed && a.Final:
		if err := b.drop(openBucket, a.openKey()); err != nil {
			return err
		}
	case !a.listed && !a.Final:
		if err := b.put(openBucket, a.openKey(), nil, []byte(a.id)); err != nil {
			return err
		}
	}
	a.At = b.now.UnixMicro()
	return b.put(actionBucket, []byte(a.id), a.keptAction, a.body)
}

// putEntry appends to a transcript.
func (b *batch) putEntry(conversation string, e store.Entry) error {
	n, err := b.number(entryBucket)
	if err != nil {
		return err
	}
	return b.put(entryBucket, append(scopeKey(conversation), numKey(n)...), keptEntry{e.Member, b.now.UnixMicro()}, e.Body)
}

// putButton writes a button and when it may be dropped.
func (b *batch) putButton(x store.Button) error {
	k := keptButton{Conversation: x.Conversation, Member: x.Member, Until: micros(x.Until)}
	if k.Until != 0 {
		if err := b.putRaw(expiryBucket, expiryKey(k.Until+kept, buttonBucket, x.ID), nil); err != nil {
			return err
		}
	}
	return b.put(buttonBucket, []byte(x.ID), k, x.Body)
}

// log appends to what is kept of a scope, by time.
func (b *batch) log(bucket, scope string, at int64, head any, body []byte) error {
	n, err := b.number(bucket)
	if err != nil {
		return err
	}
	key := bytes.Join([][]byte{appendTime(scopeKey(scope), at), numKey(n)}, nil)
	return b.put(bucket, key, head, body)
}
