// Package openai speaks OpenAI's wires. Chat is Chat Completions, which most
// servers of language models speak, those on one's own machine included.
//
// The library makes the request and reads the lines; what a stream means is put
// together here, because servers differ in all that the specification leaves
// open. No type of the library leaves this package.
package openai

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/sashabaranov/go-openai"

	"aidesk/core/model"
)

// Wire is Chat's name in Info and Opaque parts.
const Wire = "openai-chat"

// Config is what Chat needs.
type Config struct {
	BaseURL string // up to, without /chat/completions: "https://api.openai.com/v1"
	Model   string
	APIKey  string // empty: none is sent

	// Client sends the requests; defaults to a plain one. Redirects are never
	// followed, for members' words go to no other address than BaseURL.
	Client *http.Client

	// Reasoning is sent as reasoning_effort; empty: not sent. Some models take
	// tools over this wire only with "none".
	Reasoning string

	FirstByte time.Duration // to the first byte of the answer; defaults to 30 s
	Idle      time.Duration // between two bytes of it; defaults to 30 s
	Total     time.Duration // for the whole answer; defaults to 120 s
}

// Chat is a model behind a Chat Completions server.
type Chat struct {
	config Config
	host   string
	client *http.Client
}

// NewChat makes a model of a server. A base URL that is none shows when the model
// is asked.
func NewChat(c Config) *Chat {
	c.BaseURL = strings.TrimRight(c.BaseURL, "/")
	c.BaseURL = strings.TrimSuffix(c.BaseURL, "/chat/completions")
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
	return &Chat{config: c, host: host, client: &client}
}

func orDefault(d, otherwise time.Duration) time.Duration {
	if d <= 0 {
		return otherwise
	}
	return d
}

// Info describes the model.
func (c *Chat) Info() model.Info {
	return model.Info{Wire: Wire, Name: c.config.Model, Host: c.host}
}

// Generate asks once; nothing is retried. Errors are *model.Error, except that
// of a cancelled ctx.
func (c *Chat) Generate(ctx context.Context, r *model.Request, on func(model.Event)) (*model.Response, error) {
	if err := ctx.Err(); err != nil {
		return nil, fmt.Errorf("asking the model: %w", err)
	}
	if on == nil {
		on = func(model.Event) {}
	}
	w, asking := newWatch(ctx, c.config)
	defer w.stop()
	body := c.request(r)
	x := &exchange{client: c.client, host: c.host, watch: w, scrub: scrubber{key: c.config.APIKey, body: &body}}
	response, err := c.ask(asking, body, x, r, on)
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

// ask sends the request and puts the answer together.
func (c *Chat) ask(
	ctx context.Context, body openai.ChatCompletionRequest, x *exchange, r *model.Request, on func(model.Event),
) (*model.Response, error) {
	config := openai.DefaultConfig(c.config.APIKey)
	config.BaseURL = c.config.BaseURL
	config.HTTPClient = x
	stream, err := openai.NewClientWithConfig(config).CreateChatCompletionStream(ctx, body)
	if err != nil {
		return nil, err
	}
	defer func() { _ = stream.Close() }()
	a := assembly{transcript: r.Messages, on: on, scrub: x.scrub}
	for {
		raw, err := stream.RecvRaw()
		if err == nil {
			err = a.add(raw)
		}
		switch {
		case err == nil && a.finish != "":
			// What still comes is usage and the end; not every server sends them.
			x.watch.hurry()
		case err == nil:
		case a.finish != "":
			return a.response(x.sent)
		case errors.Is(err, io.EOF):
			return nil, &model.Error{Kind: model.Truncated, Message: "the answer ended before it was complete"}
		default:
			return nil, err
		}
	}
}
