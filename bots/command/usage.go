package command

import (
	"context"
	"fmt"

	"aidesk/bots/bot"
	"aidesk/core/chat"
	"aidesk/core/markdown"
	"aidesk/store"
)

// usage shows a member what they used today, and an administrator what the workspace
// used.
func usage(ctx context.Context, x *bot.Exchange, member chat.Member) error {
	since := x.Now().UTC().Truncate(bot.Day)
	scope, owner := x.Bot.Scope(x.Event.Place), x.Owner()
	var mine, all store.Usage
	err := x.Store.Usages(ctx, scope, since, func(u store.Usage) bool {
		addUsage(&all, u)
		if u.Member == owner {
			addUsage(&mine, u)
		}
		return true
	})
	if err != nil {
		return fmt.Errorf("reading usage: %w", err)
	}
	l := x.Bot.Limits
	doc := markdown.New(
		markdown.Heading(2, markdown.Text(fmt.Sprintf(textToday, since.Add(bot.Day).In(member.Location()).Format("15:04 MST")))),
		markdown.List(usedText(x, textYou, mine, l.TokensPerMemberDay, l.MoneyPerMemberDay)),
	)
	if member.Admin {
		doc.Blocks[1] = markdown.List(
			usedText(x, textYou, mine, l.TokensPerMemberDay, l.MoneyPerMemberDay),
			usedText(x, textThisWorkspace, all, l.TokensPerDay, l.MoneyPerDay),
		)
	}
	if l.TurnsPerMemberHour > 0 {
		doc.Blocks = append(doc.Blocks, markdown.Paragraph(markdown.Text(fmt.Sprintf(textHourLimit, l.TurnsPerMemberHour))))
	}
	return x.ReplyPrivately(store.Commit{}, doc)
}

// addUsage sums usages up.
func addUsage(sum *store.Usage, u store.Usage) {
	sum.Turns += u.Turns
	sum.Input += u.Input
	sum.Output += u.Output
	sum.Micros += u.Micros
}

// usedText says who used how much of what they may use.
func usedText(x *bot.Exchange, who string, u store.Usage, tokens int, micros int64) []markdown.Inline {
	questions := textQuestion
	if u.Turns != 1 {
		questions = fmt.Sprintf(textQuestions, bot.Grouped(int64(u.Turns)))
	}
	text := bot.Grouped(int64(u.Input+u.Output)) + ofLimit(bot.Grouped, int64(tokens)) + " tokens"
	if u.Input+u.Output > 0 {
		text += " (" + bot.Grouped(int64(u.Input)) + " read, " + bot.Grouped(int64(u.Output)) + " written)"
	}
	if u.Micros > 0 || micros > 0 {
		text += ", " + bot.Decimal(u.Micros) + ofLimit(bot.Decimal, micros) + " " + x.Bot.Limits.Currency
	}
	return []markdown.Inline{markdown.Strong(who), markdown.Text(": " + questions + ", " + text)}
}

// ofLimit names a limit, where there is one.
func ofLimit(written func(int64) string, limit int64) string {
	if limit == 0 {
		return ""
	}
	return " of " + written(limit)
}
