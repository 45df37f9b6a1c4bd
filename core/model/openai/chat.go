// Package openai speaks OpenAI's wires: Chat Completions, which most servers of
// language models speak, those on one's own machine included, and Responses, which
// OpenAI's own newer models want.
//
// The library makes the request and reads the lines; what a stream means is put
// together here, because servers differ in all that the specifications leave
// open. No type of the library leaves this package.
package openai

import (
	"context"
	"errors"
	"io"

	"github.com/sashabaranov/go-openai"

	"aidesk/core/model"
	"aidesk/core/model/wire"
)

// ChatWire is the name of Chat Completions in Info and Opaque parts.
const ChatWire = "openai-chat"

// Config is what both wires need.
type Config = wire.Config

// Chat is a model behind a Chat Completions server. It may be asked concurrently.
type Chat struct{ *wire.Server }

// NewChat makes a model of a server.
func NewChat(c Config) *Chat { return &Chat{wire.NewServer(ChatWire, c, "/chat/completions")} }

// Generate asks once; nothing is retried. Errors are *model.Error, except that
// of a cancelled ctx.
func (c *Chat) Generate(ctx context.Context, r *model.Request, on func(model.Event)) (*model.Response, error) {
	return c.Ask(ctx, r, func(ctx context.Context, x *wire.Exchange) (*model.Response, error) {
		body, added := c.request(r)
		stream, err := client(c.Server, &replay{Exchange: x, additions: added}).CreateChatCompletionStream(ctx, body)
		if err != nil {
			return nil, err
		}
		defer func() { _ = stream.Close() }()
		a := &chatAnswer{Answer: wire.Answer{On: on}, exchange: x}
		if err := read(x, stream.RecvRaw, &a.Answer, a.add); err != nil {
			return nil, err
		}
		if kept := a.extras(); kept != nil {
			a.AddPart(c.OpaquePart(kept))
		}
		return a.Response(r, a.stop(), x.Sent())
	})
}

// client is the library's client for one exchange.
func client(s *wire.Server, do openai.HTTPDoer) *openai.Client {
	config := openai.DefaultConfig(s.APIKey)
	config.BaseURL = s.BaseURL
	config.HTTPClient = do
	return openai.NewClientWithConfig(config)
}

// read reads a stream to its end. A stream that ends before the reason to stop came
// was cut, whatever the library says.
func read(x *wire.Exchange, next func() ([]byte, error), a *wire.Answer, add func([]byte) error) error {
	for {
		line, err := next()
		if err == nil {
			var event []byte
			if event, err = wire.Unwrap(line); err == nil {
				err = add(event)
			}
		}
		switch {
		case err == nil && a.Finish != "":
			x.EndExpected()
		case err == nil:
		case a.Finish != "":
			return nil
		case errors.Is(err, io.EOF):
			return &model.Error{Kind: model.Truncated, Message: "the answer ended before it was complete"}
		default:
			return err
		}
	}
}
