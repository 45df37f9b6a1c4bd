package turn

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"

	"aidesk/bots/bot"
	"aidesk/bots/command"
	"aidesk/core/agent"
	"aidesk/core/chat"
	"aidesk/core/markdown"
)

// maxAbove is how many messages of a thread are read.
const maxAbove = 30

// readAbove gives the turn what was said in the thread before the question, where aidesk has
// not answered there yet and so knows nothing of it. What of that cannot be read is noted.
func (t *Turn) readAbove(ctx context.Context, turn *agent.Turn) error {
	m, place := t.Event.Message, t.Event.Place
	from, can := t.Adapter.(chat.Historian)
	before := cmp.Or(bot.MessageID(*t.first.Chat), m.ID)
	nothing := before == "" || before == place.Thread
	if !can || nothing || place.Thread == "" || place.Direct || place.External || t.Bot.Agent.Model.Info().Literal || t.answered() {
		return nil
	}
	if on, err := command.ReadsThreads(ctx, &t.Exchange); err != nil || !on {
		return err
	}
	h, err := from.History(ctx, place, before, maxAbove)
	_, later := errors.AsType[*chat.Later](err)
	switch {
	case err == nil:
		return t.takeAbove(ctx, h, turn)
	case later:
		t.notes = append(t.notes, textAboveLater)
	case errors.Is(err, chat.ErrNoAccess):
		t.notes = append(t.notes, textAboveNoAccess)
	case ctx.Err() != nil:
		return context.Cause(ctx)
	default:
		t.Logger.WarnContext(ctx, "what was said above cannot be read", "error", err)
		t.notes = append(t.notes, textAboveFailed)
	}
	return nil
}

// takeAbove gives the turn what was read, without the messages of members who want theirs
// left out, and notes what is missing.
func (t *Turn) takeAbove(ctx context.Context, h chat.History, turn *agent.Turn) error {
	left, wish := 0, map[string]bool{t.Event.Member: false} // who wants theirs left out
	for _, e := range h.Messages {
		if _, known := wish[e.Member]; !known {
			var err error
			if wish[e.Member], err = command.LeavesOut(ctx, &t.Exchange, e.Member); err != nil {
				return err
			}
		}
		if wish[e.Member] {
			left++
			continue
		}
		text := t.withNames(ctx, e.Text, e.Names)
		turn.Misled = turn.Misled || markdown.Misleads(text)
		turn.Above = append(turn.Above, agent.Earlier{
			Name: e.Name, Own: e.Member == t.Event.Member && !e.App, Text: strings.TrimSpace(markdown.Clean(text)),
		})
	}
	turn.AboveCut = h.More
	for _, missing := range []struct {
		text string
		n    int
	}{{textAboveHidden, h.Hidden}, {textAboveLeftOut, left}} {
		if missing.n > 0 {
			t.notes = append(t.notes, fmt.Sprintf(missing.text, missing.n))
		}
	}
	if h.Cut {
		t.notes = append(t.notes, textAboveCut)
	}
	return nil
}

// answered reports whether aidesk has answered in this conversation.
func (t *Turn) answered() bool {
	for _, e := range t.work.Entries {
		var k bot.Entry
		if json.Unmarshal(e.Body, &k) == nil && k.Why != nil {
			return true
		}
	}
	return false
}
