// Package wire holds what the wires of language models have in common: how a
// transcript is put into words (wording.go), how a request is sent and its answer
// received (exchange.go, sse.go, answer.go) within time limits (server.go), and what an
// error means (errors.go). The wires themselves are in openai and anthropic.
package wire

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"sync/atomic"
	"time"

	"aidesk/core/model"
)

// Config says where a model is and how it is asked.
type Config struct {
	BaseURL string // the server's address, http or https
	Model   string // the model's name there
	APIKey  string // empty: none is sent

	// Client sends the requests; defaults to a plain one. Redirects are never
	// followed, for members' words go to no other address than BaseURL.
	Client *http.Client

	// Reasoning says how hard the model is to think: "none", "low", … as its server
	// knows it; empty: not sent. Some models take tools over Chat Completions only
	// with "none".
	Reasoning string

	Images bool // the model sees pictures
	PDFs   bool // and reads PDFs

	Window    int // tokens that the model can read and write in all; 0: not known
	MaxOutput int // tokens of one answer; 0: the server's own bound, or the wire's where it wants one

	FirstByte time.Duration // to the first byte of the answer; defaults to 30 s
	Idle      time.Duration // between two bytes of it; defaults to 30 s
	Total     time.Duration // for the whole answer; defaults to 120 s
}

// Server is a model behind a server that speaks one wire.
type Server struct {
	Config

	wire, host string
	client     *http.Client
	image, pdf int64 // bytes of the largest that the wire takes
}

// NewServer makes a Server. An invalid base URL shows when the model is asked. The
// given endings are removed from it, because operators paste whole addresses.
func NewServer(wire string, c Config, ends ...string) *Server {
	c.BaseURL = strings.TrimRight(c.BaseURL, "/")
	for _, end := range ends {
		c.BaseURL = strings.TrimSuffix(c.BaseURL, end)
	}
	c.FirstByte = orDefault(c.FirstByte, 30*time.Second)
	c.Idle = orDefault(c.Idle, 30*time.Second)
	c.Total = orDefault(c.Total, 120*time.Second)
	host := c.BaseURL
	if u, err := url.Parse(c.BaseURL); err == nil && u.Host != "" {
		host = u.Host
	}
	client := http.Client{}
	if c.Client != nil {
		client = *c.Client
	}
	client.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	return &Server{Config: c, wire: wire, host: host, client: &client, image: maxFile, pdf: maxFile}
}

// maxFile is how large a file may be on a wire that sets no lower bound, in bytes.
const maxFile = 10 << 20

// WithMaxImage bounds pictures more narrowly, and returns the server.
func (s *Server) WithMaxImage(bytes int64) *Server {
	s.image = bytes
	return s
}

func orDefault(d, otherwise time.Duration) time.Duration {
	if d <= 0 {
		return otherwise
	}
	return d
}

// Info describes the model.
func (s *Server) Info() model.Info {
	info := model.Info{Wire: s.wire, Name: s.Model, Host: s.host, Window: s.Window}
	if s.Images {
		info.Image = s.image
	}
	if s.PDFs {
		info.PDF = s.pdf
	}
	return info
}

// OwnsState reports whether opaque state came from this very model.
func (s *Server) OwnsState(o *model.Opaque) bool { return o != nil && o.Of(s.Info()) }

// OpaquePart makes a part of the provider's own state.
func (s *Server) OpaquePart(raw []byte) model.Part {
	return model.Part{Opaque: &model.Opaque{Wire: s.wire, Model: s.Model, Host: s.host, Raw: raw}}
}

// Ask makes one exchange by calling send; nothing is retried. Errors are
// *model.Error, except that of a cancelled ctx.
func (s *Server) Ask(
	ctx context.Context, r *model.Request, send func(ctx context.Context, x *Exchange) (*model.Response, error),
) (*model.Response, error) {
	if err := ctx.Err(); err != nil {
		return nil, fmt.Errorf("asking the model: %w", err)
	}
	w, asking := newTimeouts(ctx, s.Config)
	defer w.stop()
	x := &Exchange{client: s.client, host: s.host, timeouts: w, redact: redactor{key: s.APIKey, model: s.Model, request: r}}
	response, err := send(asking, x)
	switch {
	case err == nil:
		return response, nil
	case ctx.Err() != nil:
		return nil, fmt.Errorf("asking the model: %w", ctx.Err())
	}
	if late, ok := errors.AsType[*model.Error](context.Cause(asking)); ok {
		return nil, late
	}
	return nil, x.wrapError(err)
}

// endGrace is how long the end of a stream may take once the reason to stop is known.
const endGrace = 2 * time.Second

// timeouts cancels a request that takes too long: to the first byte of the answer,
// between two bytes, or in all.
type timeouts struct {
	cancel     context.CancelCauseFunc
	idle       atomic.Int64 // nanoseconds
	started    atomic.Bool  // a byte has come
	idleTimer  *time.Timer
	totalTimer *time.Timer
}

// newTimeouts starts the timers. When one fires, the context ends with a *model.Error
// as its cause.
func newTimeouts(parent context.Context, c Config) (*timeouts, context.Context) {
	ctx, cancel := context.WithCancelCause(parent)
	w := &timeouts{cancel: cancel}
	w.idle.Store(int64(c.Idle))
	w.idleTimer = time.AfterFunc(c.FirstByte, func() {
		if w.started.Load() {
			w.expire(fmt.Sprintf("nothing more came for %s", time.Duration(w.idle.Load())))
		} else {
			w.expire(fmt.Sprintf("no answer came within %s", c.FirstByte))
		}
	})
	w.totalTimer = time.AfterFunc(c.Total, func() { w.expire(fmt.Sprintf("the answer took longer than %s", c.Total)) })
	return w, ctx
}

// expire cancels the request.
func (w *timeouts) expire(why string) {
	kind := model.Network
	if w.started.Load() {
		kind = model.Truncated
	}
	w.cancel(&model.Error{Kind: kind, Message: why})
}

// endExpected shortens the time that the rest of the stream may take.
func (w *timeouts) endExpected() {
	w.idle.Store(int64(endGrace))
	w.idleTimer.Reset(endGrace)
}

// received restarts the idle timer because bytes came.
func (w *timeouts) received() {
	w.started.Store(true)
	w.idleTimer.Reset(time.Duration(w.idle.Load()))
}

// stop stops the timers.
func (w *timeouts) stop() {
	w.idleTimer.Stop()
	w.totalTimer.Stop()
	w.cancel(nil)
}

// timedBody is a response body that reports received bytes to the timeouts.
type timedBody struct {
	io.ReadCloser
	timeouts *timeouts
}

// Read reads from the body.
func (b timedBody) Read(p []byte) (int, error) {
	n, err := b.ReadCloser.Read(p)
	if n > 0 {
		b.timeouts.received()
	}
	return n, err
}
