package admin

import (
	"context"
	"errors"
	"fmt"

	"aidesk/bots/bot"
	"aidesk/core/audit"
	"aidesk/core/chat"
	"aidesk/store"
)

// Stop stops the turns that run in the channel where it is typed, whoever asked for them, and
// the schedules that answer there, by their conversations. Each hears of it as of a stop that
// was typed there.
func Stop(x *bot.Exchange, schedules []string) error {
	place := x.Event.Place
	if place.Direct {
		return x.ReplyPrivately(store.Commit{}, bot.Paragraph(textStopDirect))
	}
	running := append(x.Running(chat.Key(x.Bot.Name)+"/"+chat.Key(place.Platform, place.Workspace, place.Channel)+"/"), schedules...)
	if len(running) == 0 {
		return x.ReplyPrivately(store.Commit{}, bot.Paragraph(textNothingRuns))
	}
	c := store.Commit{Audits: x.Audit("turn.stopped", audit.Target{Kind: audit.OfChannel, ID: place.Channel})}
	for _, conversation := range running {
		stop, err := x.StopTurn(conversation)
		if err != nil {
			return err
		}
		c.Events = append(c.Events, stop)
	}
	line := textStoppedOne
	if n := len(running); n > 1 {
		line = fmt.Sprintf(textStoppedMany, n)
	}
	return x.ReplyPrivately(c, bot.Paragraph(line))
}

// Delete deletes a message of aidesk's: that to which a link leads, or the last one here.
func Delete(ctx context.Context, x *bot.Exchange, link string) error {
	from, ok := x.Adapter.(chat.Deleter)
	if !ok {
		return x.ReplyPrivately(store.Commit{}, bot.Paragraph(textCannotDelete))
	}
	place := x.Event.Place
	if c := x.Event.Command; c.From != nil { // the thread of the channel
		place = *c.From
	}
	err := from.Delete(context.WithoutCancel(ctx), place, link)
	switch {
	case errors.Is(err, chat.ErrNoMessage):
		return x.ReplyPrivately(store.Commit{}, bot.Paragraph(textNoMessage))
	case err != nil:
		if o := x.PlatformOutage(err); o != nil {
			return o
		}
		x.Logger.WarnContext(ctx, "a message cannot be deleted", "error", err)
		return x.ReplyPrivately(store.Commit{}, bot.Paragraph(textDeleteFailed))
	}
	audits := x.Audit("message.deleted", audit.Target{Kind: audit.OfChannel, ID: x.Event.Place.Channel})
	return x.ReplyPrivately(store.Commit{Audits: audits}, bot.Paragraph(textDeleted))
}
