package agent_test

import (
	"context"
	"slices"
	"strings"
	"testing"
	"time"

	"aidesk/bots/bottest"
	"aidesk/core/agent"
	"aidesk/core/markdown"
	"aidesk/core/model"
	"aidesk/core/model/script"
)

// pieces writes an answer piece by piece, a second apart.
func pieces(clock *bottest.Clock, all ...model.Event) script.Step {
	return func(ctx context.Context, r *model.Request, on func(model.Event)) (*model.Response, error) {
		text := ""
		for _, e := range all {
			if e.Again {
				text = ""
			}
			text += e.Text
			if on != nil {
				on(e)
			}
			clock.Advance(time.Second)
		}
		return script.Say(text)(ctx, r, func(model.Event) {})
	}
}

// TestShow: what is written is shown as far as it is settled; nothing of it to a channel once
// something of the member's own was seen.
func TestShow(t *testing.T) {
	t.Parallel()
	said := func(text string) model.Event { return model.Event{Text: text} }
	own := []agent.Entry{
		{Message: model.Message{V: model.Version, Role: model.User, Parts: []model.Part{{Text: "my orders?"}}}},
		{Message: model.Message{V: model.Version, Role: model.Assistant, Parts: []model.Part{{Text: "three"}}}, Private: "desk/test/W1/ada"},
	}
	for _, c := range []struct {
		name    string
		direct  bool
		history []agent.Entry
		events  []model.Event
		want    []string
	}{
		{"word by word", false, nil, []model.Event{said("One "), said("two thr"), said("ee. "), said("four")}, []string{"One", "One two", "One two three."}},
		{"begun anew", false, nil, []model.Event{said("Half an ans"), {Again: true}, said("A whole "), said("one. ")}, []string{"Half an", "A whole", "A whole one."}},
		{"half a link", false, nil, []model.Event{said("See [this](https://evil.exam"), said("ple/x) and "), said("\n\nthat is all")}, []string{"See", "See this (evil.example/x) and\n\nthat is"}},
		{"own data in a channel", false, own, []model.Event{said("You have "), said("three orders. ")}, nil},
		{"own data in a direct message", true, own, []model.Event{said("You have "), said("three orders. ")}, []string{"You have", "You have three orders."}},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			clock := bottest.NewClock()
			b := toolset(t, true, pieces(clock, c.events...))
			b.Now = clock.Now
			b.turn.History, b.turn.Place.Direct = c.history, c.direct
			var shown []string
			b.turn.Show = func(d markdown.Document) { shown = append(shown, strings.TrimSpace(d.Text())) }
			b.run(t)
			if !slices.Equal(shown, c.want) {
				t.Errorf("shown %q, want %q", shown, c.want)
			}
		})
	}
}
