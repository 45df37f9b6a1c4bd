package command

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"

	"aidesk/bots/admin"
	"aidesk/bots/bot"
	"aidesk/bots/privacy"
	"aidesk/core/audit"
	"aidesk/core/markdown"
	"aidesk/store"
)

// adminHold begins or ends a hold of a member or a channel, or lists what is held.
func adminHold(ctx context.Context, x *bot.Exchange, word, state string) error {
	say := func(line string) error { return x.ReplyPrivately(store.Commit{}, bot.Paragraph(line)) }
	if word == "" {
		return listHolds(ctx, x)
	}
	if state == "" {
		return say(textHoldHow)
	}
	fault, here := "", x.Event.Place.Channel
	if x.Event.Place.Direct {
		here = ""
	}
	ids := admin.IDs(word, "", textHoldWhom, here, func(_, message string) { fault = message })
	switch {
	case fault != "":
		return say(fault)
	case len(ids) != 1:
		return say(textHoldHow)
	}
	what := privacy.Held{Member: ids[0]}
	if strings.Contains(word, "#") || ids[0] == here {
		what = privacy.Held{Channel: ids[0]}
	}
	line, err := privacy.ChangeHold(ctx, x.Store, x.Bot, x.Event.Place, what, audit.Actor{Kind: audit.Member, ID: x.Event.Member}, state == "on", x.Now())
	if err != nil {
		return err
	}
	if err := sayToNobody(x, line, nil); err != nil {
		return err
	}
	if err := privacy.FinishHolds(ctx, x.Store, x.Bot, x.Now()); err != nil { // it is tried again every hour
		x.Logger.ErrorContext(ctx, "doing what waited for the end of a hold", "error", err)
	}
	return nil
}

// listHolds says what is held in the workspace.
func listHolds(ctx context.Context, x *bot.Exchange) error {
	all, err := privacy.ListHolds(ctx, x.Store, x.Bot, x.Event.Place)
	if err != nil {
		return err
	}
	if len(all) == 0 {
		return x.ReplyPrivately(store.Commit{}, bot.Paragraph(textNoHolds))
	}
	name := map[privacy.Held]string{}
	for what := range all {
		if what.Channel != "" {
			name[what] = admin.Named(ctx, x, "#", []string{what.Channel})[0]
		} else {
			name[what] = admin.Named(ctx, x, "@", []string{what.Member})[0]
		}
	}
	var items [][]markdown.Inline
	for _, what := range slices.SortedFunc(maps.Keys(all), func(a, b privacy.Held) int { return strings.Compare(name[a], name[b]) }) {
		h := all[what]
		line := fmt.Sprintf(textHoldSince, name[what], h.Since.Format("2 January 2006"))
		if n := len(h.Asked); n > 0 {
			line += fmt.Sprintf(textHoldAsked, n)
		}
		items = append(items, []markdown.Inline{markdown.Text(line)})
	}
	return x.ReplyPrivately(store.Commit{}, markdown.New(markdown.Heading(2, markdown.Text(textHolds)), markdown.List(items...)))
}
