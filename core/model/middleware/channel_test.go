package middleware_test

import (
	"errors"
	"testing"

	"aidesk/core/model"
	"aidesk/core/model/middleware"
	"aidesk/core/model/script"
)

// TestChannels: a model that may not have the words of a channel is asked nothing, as the first
// one and as a fallback.
func TestChannels(t *testing.T) {
	t.Parallel()
	down := &model.Error{Kind: model.Overloaded}
	for _, c := range []struct {
		name         string
		first, other []string // channels; nil: every one
		fails        bool     // the first
		channels     []string
		want         string // the answer, or the kind of the error
	}{
		{"every channel", nil, nil, false, []string{"C1"}, "first"},
		{"its channel", []string{"C1"}, nil, false, []string{"C1"}, "first"},
		{"another channel", []string{"C1"}, []string{"C3"}, false, []string{"C2"}, "not_here"},
		{"another channel, and one that may", []string{"C1"}, nil, false, []string{"C2"}, "other"},
		{"the fallback may not", nil, []string{"C1"}, true, []string{"C2"}, "overloaded"},
		{"the fallback may", nil, []string{"C1"}, true, []string{"C1"}, "other"},
		{"words of two channels", []string{"C1"}, []string{"C2"}, false, []string{"C1", "C2"}, "not_here"},
		{"no channel is known", []string{"C1"}, nil, false, nil, "first"},
		{"direct", []string{"C1", middleware.Direct}, nil, false, []string{middleware.Direct}, "first"},
		{"not direct", []string{"C1"}, []string{"C1"}, false, []string{middleware.Direct}, "not_here"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			first, other := script.New(script.Say("first")), script.New(script.Say("other"))
			if c.fails {
				first = script.New(script.Fail(down))
			}
			only := func(m model.Model, channels []string) model.Model {
				if channels == nil {
					return m
				}
				return &middleware.Channels{Model: m, Only: channels}
			}
			f := &middleware.Fallback{Models: []model.Model{only(first, c.first), only(other, c.other)}}
			ctx := t.Context()
			if c.channels != nil {
				ctx = middleware.WithChannels(ctx, c.channels...)
			}
			got := ""
			response, err := f.Generate(ctx, &model.Request{}, nil)
			if fault := (*model.Error)(nil); errors.As(err, &fault) {
				got = string(fault.Kind)
			} else if err == nil {
				got = response.Message.TextOf()
			}
			if got != c.want {
				t.Errorf("got %q, %v; want %q", got, err, c.want)
			}
			if n := len(first.Requests()) + len(other.Requests()); c.want == "not_here" && n != 0 {
				t.Errorf("%d requests were sent", n)
			}
		})
	}
}
