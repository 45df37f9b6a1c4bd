package audit

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"

	"aidesk/store"
	"aidesk/store/chain"
)

// Verdict is what is to be said of the audit of a scope.
type Verdict struct {
	Scope  string `json:"scope"`
	Lines  int    `json:"lines"`
	Signed int    `json:"signed"`          // of them with a key
	Last   uint64 `json:"last"`            // the number of the newest line
	Purged uint64 `json:"purged"`          // the newest line that was deleted because its time was over; 0: none
	Link   []byte `json:"link"`            // of the newest line
	Fault  string `json:"fault,omitempty"` // the first place where something is wrong; empty: it is whole
}

// maxVerified bounds how often an audit is read again that is purged meanwhile.
const maxVerified = 5

// Verify reads the audits of a store and says of each whether it is whole.
func Verify(ctx context.Context, j store.Journal, keys store.Signer) ([]Verdict, error) {
	heads, err := j.AuditHeads(ctx)
	if err != nil {
		return nil, err
	}
	var all []Verdict
	for _, h := range heads {
		v, err := verify(ctx, j, keys, h)
		if err != nil {
			return nil, err
		}
		all = append(all, v)
	}
	return all, nil
}

// verify reads one audit, again if lines of it were purged meanwhile.
func verify(ctx context.Context, j store.Journal, keys store.Signer, h store.AuditHead) (Verdict, error) {
	for try := 1; ; try++ {
		done, err := chain.Verify(ctx, j, keys, h, nil)
		v := Verdict{Scope: h.Scope, Lines: done.Lines, Signed: done.Signed, Purged: h.After, Last: h.Seq, Link: h.Link}
		fault, bad := errors.AsType[*chain.Fault](err)
		if err == nil || !bad {
			return v, err
		}
		again, err := headOf(ctx, j, h.Scope)
		if err != nil {
			return v, err
		}
		if again.After == h.After || try == maxVerified {
			v.Fault = fmt.Sprintf("line %d %s", fault.Seq, fault.Text)
			return v, nil
		}
		h = again
	}
}

// headOf reads where one audit begins and ends.
func headOf(ctx context.Context, j store.Journal, scope string) (store.AuditHead, error) {
	heads, err := j.AuditHeads(ctx)
	if err != nil {
		return store.AuditHead{}, err
	}
	for _, h := range heads {
		if h.Scope == scope {
			return h, nil
		}
	}
	return store.AuditHead{Scope: scope}, nil
}

// Against holds an earlier export against a store: what it has must still be there as it
// was, but for what was purged. The error is a *chain.Fault that names the first line of the
// export of which that is not so, or one of reading.
func Against(ctx context.Context, j store.Journal, export io.Reader) (compared int, err error) {
	heads, err := j.AuditHeads(ctx)
	if err != nil {
		return 0, err
	}
	open := map[string]*cursor{}
	for _, h := range heads {
		open[h.Scope] = &cursor{head: h}
	}
	err = ReadExport(export, func(scope string, seq uint64, link []byte) error {
		c := open[scope]
		if c == nil {
			return &chain.Fault{Scope: scope, Seq: seq, Text: "is in the export, and the store has nothing of this workspace"}
		}
		compared++
		return c.compare(ctx, j, seq, link)
	})
	return compared, err
}

// Holds reports, as a *chain.Fault, when a store does not have a line that it had when it was
// exported.
func Holds(ctx context.Context, j store.Journal, scope string, end End) error {
	head, err := headOf(ctx, j, scope)
	if err != nil {
		return err
	}
	c := cursor{head: head}
	return c.compare(ctx, j, end.Seq, end.Link)
}

// cursor reads the lines of an audit in step with an export of it.
type cursor struct {
	head store.AuditHead
	page []store.Audit
}

// cursorPage is how many lines are read at once.
const cursorPage = 256

// compare holds one line of an export against the store.
func (c *cursor) compare(ctx context.Context, j store.Journal, seq uint64, link []byte) error {
	fault := func(text string) error { return &chain.Fault{Scope: c.head.Scope, Seq: seq, Text: text} }
	switch {
	case seq < c.head.After:
		return nil
	case seq == c.head.After && !bytes.Equal(link, c.head.AfterLink):
		return fault("was another one when it was exported than the one that was deleted because its time was over")
	case seq == c.head.After:
		return nil
	case seq > c.head.Seq:
		return fault(fmt.Sprintf("is in the export, and the store ends with line %d: it went back to an earlier state, or lines were taken away", c.head.Seq))
	}
	for len(c.page) > 0 && c.page[0].Seq < seq {
		c.page = c.page[1:]
	}
	if len(c.page) == 0 || c.page[0].Seq > seq {
		c.page = nil
		err := j.AuditsAfter(ctx, c.head.Scope, seq-1, func(a store.Audit) bool {
			c.page = append(c.page, a)
			return len(c.page) < cursorPage
		})
		if err != nil {
			return err
		}
	}
	switch {
	case len(c.page) == 0 || c.page[0].Seq != seq:
		return fault("is in the export and not in the store")
	case !bytes.Equal(c.page[0].Link, link):
		return fault("was another one when it was exported")
	}
	return nil
}
