// Package anthropic speaks the Messages API of Anthropic, without its SDK: request.go
// writes a request, stream.go assembles the answer from the events of the stream.
// oracletest, a module of its own, compares both with the SDK.
package anthropic

import (
	"context"
	"errors"
	"io"
	"net/http"

	"aidesk/core/model"
	"aidesk/core/model/wire"
)

// Wire is the name of this wire in Info and Opaque parts.
const Wire = "anthropic"

// Anthropic is the address of the API unless the configuration names another.
const Anthropic = "https://api.anthropic.com"

// version is the version of the API that the types here describe.
const version = "2023-06-01"

// maxOutput bounds an answer if the configuration does not: the API demands a bound.
const maxOutput = 8192

// Config is what the wire needs.
type Config = wire.Config

// Messages is a model behind the Messages API. It may be asked concurrently.
type Messages struct{ *wire.Server }

// New makes a model; BaseURL defaults to Anthropic, MaxOutput to 8192.
func New(c Config) *Messages {
	if c.BaseURL == "" {
		c.BaseURL = Anthropic
	}
	if c.MaxOutput <= 0 {
		c.MaxOutput = maxOutput
	}
	return &Messages{wire.NewServer(Wire, c, "/messages", "/v1").WithMaxImage(maxImage)}
}

// maxImage is the API's bound of a picture, 5 MiB in base64, in bytes.
const maxImage = 5 << 20 / 4 * 3

// Generate asks once; nothing is retried. Errors are *model.Error, except that of a
// cancelled ctx.
func (m *Messages) Generate(ctx context.Context, r *model.Request, on func(model.Event)) (*model.Response, error) {
	return m.Ask(ctx, r, func(ctx context.Context, x *wire.Exchange) (*model.Response, error) {
		header := http.Header{"Accept": {"application/json"}, "Anthropic-Version": {version}}
		if m.APIKey != "" {
			header.Set("X-Api-Key", m.APIKey)
		}
		stream, err := x.Post(ctx, m.BaseURL+"/v1/messages", header, m.request(r))
		if err != nil {
			return nil, err
		}
		defer func() { _ = stream.Close() }()
		a := &answer{Answer: wire.Answer{On: on}, exchange: x, opaque: m.OpaquePart}
		for {
			event, err := stream.Next()
			switch {
			case err != nil && a.ended:
				return a.Response(r, a.stop(), x.Sent())
			case errors.Is(err, io.EOF):
				return nil, &model.Error{Kind: model.Truncated, Message: "the answer ended before it was complete"}
			case err != nil:
				return nil, err
			case string(event) == wire.Done:
				continue // Anthropic sends none, but some gateways do
			}
			if err := a.add(event); err != nil {
				return nil, err
			}
			if a.ended {
				x.EndExpected()
			}
		}
	})
}
