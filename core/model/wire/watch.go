package wire

import (
	"context"
	"fmt"
	"io"
	"sync/atomic"
	"time"

	"aidesk/core/model"
)

// grace is how long the end of an answer may take once its reason to stop is
// known.
const grace = 2 * time.Second

// watch ends a request that takes too long: to its first byte, between two
// bytes, or in all.
type watch struct {
	cancel context.CancelCauseFunc
	idle   atomic.Int64 // nanoseconds
	begun  atomic.Bool  // a byte has come
	silent *time.Timer
	total  *time.Timer
}

// newWatch starts the clocks. The context ends with a *model.Error as its cause
// when one of them does.
func newWatch(parent context.Context, c Config) (*watch, context.Context) {
	ctx, cancel := context.WithCancelCause(parent)
	w := &watch{cancel: cancel}
	w.idle.Store(int64(c.Idle))
	w.silent = time.AfterFunc(c.FirstByte, func() {
		if w.begun.Load() {
			w.late(fmt.Sprintf("nothing more came for %s", time.Duration(w.idle.Load())))
		} else {
			w.late(fmt.Sprintf("no answer came within %s", c.FirstByte))
		}
	})
	w.total = time.AfterFunc(c.Total, func() { w.late(fmt.Sprintf("the answer took longer than %s", c.Total)) })
	return w, ctx
}

// late ends the request.
func (w *watch) late(why string) {
	kind := model.Network
	if w.begun.Load() {
		kind = model.Truncated
	}
	w.cancel(&model.Error{Kind: kind, Message: why})
}

// hurry shortens what may still come.
func (w *watch) hurry() {
	w.idle.Store(int64(grace))
	w.silent.Reset(grace)
}

// heard notes that bytes came.
func (w *watch) heard() {
	w.begun.Store(true)
	w.silent.Reset(time.Duration(w.idle.Load()))
}

// stop stops the clocks.
func (w *watch) stop() {
	w.silent.Stop()
	w.total.Stop()
	w.cancel(nil)
}

// watched is a body whose bytes are heard.
type watched struct {
	io.ReadCloser
	watch *watch
}

// Read reads from the body.
func (b watched) Read(p []byte) (int, error) {
	n, err := b.ReadCloser.Read(p)
	if n > 0 {
		b.watch.heard()
	}
	return n, err
}
