package openai

import (
	"context"

	"aidesk/core/model"
	"aidesk/core/model/wire"
)

// ResponsesWire is the name of Responses in Info and Opaque parts.
const ResponsesWire = "openai"

// OpenAI is where Responses goes unless the configuration says otherwise.
const OpenAI = "https://api.openai.com/v1"

// Responses is a model behind a Responses server. Nothing is stored there: each
// request carries the whole transcript, with the model's reasoning sealed by the
// provider. It may be asked concurrently.
type Responses struct{ *wire.Server }

// NewResponses makes a model of a server; BaseURL defaults to OpenAI.
func NewResponses(c Config) *Responses {
	if c.BaseURL == "" {
		c.BaseURL = OpenAI
	}
	return &Responses{wire.NewServer(ResponsesWire, c, "/responses")}
}

// Generate asks once; nothing is retried. Errors are *model.Error, except that
// of a cancelled ctx.
func (c *Responses) Generate(ctx context.Context, r *model.Request, on func(model.Event)) (*model.Response, error) {
	return c.Ask(ctx, r, func(ctx context.Context, x *wire.Exchange) (*model.Response, error) {
		stream, err := client(c.Server, x).CreateResponseStream(ctx, c.request(r))
		if err != nil {
			return nil, err
		}
		defer func() { _ = stream.Close() }()
		a := &answer{Answer: wire.Answer{On: on}, exchange: x, keep: c.OpaquePart}
		if err := read(x, stream.RecvRaw, &a.Answer, a.add); err != nil {
			return nil, err
		}
		return a.Response(r, a.stop(), x.Sent())
	})
}
