package middleware

import (
	"context"
	"slices"

	"aidesk/core/model"
)

// Direct stands among channels for messages to aidesk alone.
const Direct = "direct"

type channelsKey struct{}

// WithChannels returns a context whose requests have words of channels, by platform's ids, and
// of messages to aidesk alone, as Direct.
func WithChannels(ctx context.Context, channels ...string) context.Context {
	return context.WithValue(ctx, channelsKey{}, channels)
}

// Channels lets a model have words of some channels alone. What has words of another is refused
// before anything is sent, with an error of the kind model.NotHere.
type Channels struct {
	model.Model

	Only []string // platform's ids, Direct
}

// Generate asks the model, if it may have the words.
func (c *Channels) Generate(ctx context.Context, r *model.Request, on func(model.Event)) (*model.Response, error) {
	channels, _ := ctx.Value(channelsKey{}).([]string)
	if slices.ContainsFunc(channels, func(channel string) bool { return !slices.Contains(c.Only, channel) }) {
		return nil, &model.Error{Kind: model.NotHere, Message: "the configuration keeps the words of this channel from " + c.Info().Name}
	}
	return c.Model.Generate(ctx, r, on)
}
