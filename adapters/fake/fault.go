package fake

import (
	"context"
	"net/http"
)

// Faults are the answers that a fake was told to give instead of the right ones.
type Faults[F any] struct {
	// Draw may give a request a fault for which none is lined up; nil: it gets none.
	Draw func(name string) *F

	next map[string][]F // by the name of the request, in the order in which they are used up
}

// Add makes one more request of a name end in a fault.
func (f *Faults[F]) Add(name string, fault F) {
	if f.next == nil {
		f.next = map[string][]F{}
	}
	f.next[name] = append(f.next[name], fault)
}

// Take returns the next fault for a request, or nil.
func (f *Faults[F]) Take(name string) *F {
	if len(f.next[name]) == 0 {
		if f.Draw == nil {
			return nil
		}
		return f.Draw(name)
	}
	next := f.next[name][0]
	f.next[name] = f.next[name][1:]
	return &next
}

// Delay waits until hold is closed, if there is one; the fake and the request end the
// waiting as well. With cut it ends the connection instead of an answer, by a panic that
// net/http knows.
func Delay(ended context.Context, r *http.Request, hold <-chan struct{}, cut bool) {
	if hold != nil {
		select {
		case <-hold:
		case <-ended.Done():
		case <-r.Context().Done():
		}
	}
	if cut {
		panic(http.ErrAbortHandler)
	}
}
