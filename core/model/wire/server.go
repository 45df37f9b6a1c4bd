// Package wire is what the wires of language models share, whoever speaks them: how a
// transcript is worded, how one request goes out and its answer comes in, the clocks
// above it, and what an error means. The wires themselves, with their libraries, are
// in openai and anthropic.
package wire

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strings"
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
}

// NewServer makes a server of a configuration. A base URL that is none shows when the
// model is asked. What it ends with is left out: operators paste whole addresses.
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
	return &Server{Config: c, wire: wire, host: host, client: &client}
}

func orDefault(d, otherwise time.Duration) time.Duration {
	if d <= 0 {
		return otherwise
	}
	return d
}

// Info describes the model.
func (s *Server) Info() model.Info {
	return model.Info{Wire: s.wire, Name: s.Model, Host: s.host, Window: s.Window}
}

// Fits reports whether a provider's own state came from this very model, which alone
// understands it.
func (s *Server) Fits(o *model.Opaque) bool { return o != nil && o.Of(s.Info()) }

// Keep makes a part of a provider's own state.
func (s *Server) Keep(raw []byte) model.Part {
	return model.Part{Opaque: &model.Opaque{Wire: s.wire, Model: s.Model, Host: s.host, Raw: raw}}
}

// Ask makes one exchange by send; nothing is retried. Errors are *model.Error, except
// that of a cancelled ctx.
func (s *Server) Ask(
	ctx context.Context, r *model.Request, send func(ctx context.Context, x *Exchange) (*model.Response, error),
) (*model.Response, error) {
	if err := ctx.Err(); err != nil {
		return nil, fmt.Errorf("asking the model: %w", err)
	}
	w, asking := newWatch(ctx, s.Config)
	defer w.stop()
	x := &Exchange{client: s.client, host: s.host, watch: w, scrub: scrubber{key: s.APIKey, model: s.Model, request: r}}
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
	return nil, x.fault(err)
}
