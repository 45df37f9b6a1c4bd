package chain

import (
	"bytes"
	"context"
	"errors"
	"fmt"

	"aidesk/store"
)

// Fault is the first place in the audit of a scope where something is wrong.
type Fault struct {
	Scope string
	Seq   uint64 // the line
	Text  string // what is wrong, in words that follow "line N"
}

// Error names the place and what is wrong.
func (f *Fault) Error() string { return fmt.Sprintf("%s, line %d %s", f.Scope, f.Seq, f.Text) }

// Checked is what Verify found to be whole.
type Checked struct {
	Head   store.AuditHead
	Lines  int // how many there are
	Signed int // of them with a key
}

// Verify reads the audit of a scope and holds it against its head. The error is a *Fault,
// or one of the store. Lines behind the head were written since and count for nothing. fn
// gets every line that is whole; nil: nobody does.
func Verify(ctx context.Context, j store.Journal, s store.Signer, h store.AuditHead, fn func(store.Audit) error) (Checked, error) {
	done := Checked{Head: h}
	fault := func(seq uint64, text string, about ...any) *Fault {
		return &Fault{h.Scope, seq, fmt.Sprintf(text, about...)}
	}
	seal, err := Head(s, h)
	switch {
	case errors.Is(err, store.ErrNotFound):
		return done, fault(h.Seq, "is the last, as the key %s vouches for, which is missing", h.Key)
	case err != nil:
		return done, err
	case !bytes.Equal(seal, h.Seal):
		return done, fault(h.Seq, "is not known to be the last: where the audit begins and ends was changed")
	case h.Mended != 0:
		return done, fault(h.Mended, "is the last of which all is known: where the audit begins and ends was lost when there were so many, and lines behind it may be missing")
	}
	next, link := h.After+1, h.AfterLink
	var bad error
	err = j.AuditsAfter(ctx, h.Scope, 0, func(a store.Audit) bool {
		switch {
		case a.Seq > h.Seq:
			return false
		case a.Seq < next:
			bad = fault(a.Seq, "is there, though it was purged")
		case a.Seq == next+1:
			bad = fault(next, "is missing")
		case a.Seq > next:
			bad = fault(next, "is missing, and those up to line %d", a.Seq-1)
		case a.Damaged:
			bad = fault(a.Seq, "is damaged")
		case a.Key == "" && done.Signed > 0:
			bad = fault(a.Seq, "has no key, though the line before has one")
		default:
			bad = checkLine(s, link, a)
		}
		if bad == nil && fn != nil {
			bad = fn(a)
		}
		if bad != nil {
			return false
		}
		if done.Lines++; a.Key != "" {
			done.Signed++
		}
		next, link = a.Seq+1, a.Link
		return true
	})
	switch {
	case err != nil:
		return done, err
	case bad != nil:
		return done, bad
	case next == h.Seq:
		return done, fault(next, "is missing, the last")
	case next < h.Seq:
		return done, fault(next, "is missing, and all behind it up to line %d, the last", h.Seq)
	case !bytes.Equal(link, h.Link):
		return done, fault(h.Seq, "is not the last that was written under this number")
	case done.Signed > 0 && h.Key == "":
		return done, fault(h.Seq, "is not known to be the last: where the audit begins and ends has no key")
	}
	return done, nil
}

// checkLine holds the link of a line against what it says.
func checkLine(s store.Signer, before []byte, a store.Audit) error {
	link, err := Line(s, before, a)
	switch {
	case errors.Is(err, store.ErrNotFound):
		return &Fault{a.Scope, a.Seq, fmt.Sprintf("is linked with the key %s, which is missing", a.Key)}
	case err != nil:
		return err
	case !bytes.Equal(link, a.Link):
		return &Fault{a.Scope, a.Seq, "was changed, or does not follow the line before it"}
	}
	return nil
}
