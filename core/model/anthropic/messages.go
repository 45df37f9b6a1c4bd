// Package anthropic speaks Anthropic's wire, Messages. The library makes the request
// and reads the events; what they mean is put together here. No type of the library
// leaves this package.
package anthropic

import (
	"context"
	"net/http"
	"strings"

	"github.com/anthropics/anthropic-sdk-go"
	"github.com/anthropics/anthropic-sdk-go/option"

	"aidesk/core/model"
	"aidesk/core/model/wire"
)

// Wire is the name of Messages in Info and Opaque parts.
const Wire = "anthropic"

// Anthropic is where Messages goes unless the configuration says otherwise.
const Anthropic = "https://api.anthropic.com"

// maxOutput is the bound of one answer where the configuration names none: the wire
// wants one.
const maxOutput = 8192

// Config is what the wire needs.
type Config = wire.Config

// Messages is a model behind a Messages server. It may be asked concurrently.
type Messages struct{ *wire.Server }

// New makes a model of a server; BaseURL defaults to Anthropic, MaxOutput to 8192.
func New(c Config) *Messages {
	if c.BaseURL == "" {
		c.BaseURL = Anthropic
	}
	if c.MaxOutput <= 0 {
		c.MaxOutput = maxOutput
	}
	return &Messages{wire.NewServer(Wire, c, "/messages", "/v1")}
}

// Generate asks once; nothing is retried. Errors are *model.Error, except that
// of a cancelled ctx.
func (m *Messages) Generate(ctx context.Context, r *model.Request, on func(model.Event)) (*model.Response, error) {
	return m.Ask(ctx, r, func(ctx context.Context, x *wire.Exchange) (*model.Response, error) {
		x.Named = true
		client := anthropic.NewClient(
			// What is set in the environment has no say: not the key, not the address, not
			// headers, and not a collector of traces.
			option.WithoutEnvironmentDefaults(), option.WithoutOpenTelemetry(),
			option.WithBaseURL(m.BaseURL), option.WithHTTPClient(x), option.WithMaxRetries(0),
			withKey(m.APIKey), option.WithMiddleware(silent),
		)
		stream := client.Messages.NewStreaming(ctx, m.request(r))
		defer func() { _ = stream.Close() }()
		a := &answer{Answer: wire.Answer{On: on}, exchange: x, keep: m.OpaquePart}
		for stream.Next() {
			if err := a.add([]byte(stream.Current().RawJSON())); err != nil {
				return nil, err
			}
			if a.ended {
				x.EndExpected()
			}
		}
		switch err := stream.Err(); {
		case a.ended:
			return a.Response(r, a.stop(), x.Sent())
		case err != nil:
			return nil, err
		}
		return nil, &model.Error{Kind: model.Truncated, Message: "the answer ended before it was complete"}
	})
}

// silent says nothing of the machine that asks.
func silent(r *http.Request, next option.MiddlewareNext) (*http.Response, error) {
	for name := range r.Header {
		if strings.HasPrefix(name, "X-Stainless-") {
			r.Header.Del(name)
		}
	}
	return next(r)
}

// withKey sends the key, if there is one.
func withKey(key string) option.RequestOption {
	if key == "" {
		return option.WithHeaderDel("X-Api-Key")
	}
	return option.WithAPIKey(key)
}
