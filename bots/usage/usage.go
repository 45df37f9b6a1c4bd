// Package usage says what was used: to a member what they used, and to administrators who used
// what, with a file for a spreadsheet.
package usage

import (
	"context"
	"fmt"
	"time"

	"aidesk/bots/bot"
	"aidesk/core/chat"
	"aidesk/core/markdown"
	"aidesk/core/policy"
	"aidesk/store"
)

// Mine shows a member what they used today and this month, and an administrator what the
// workspace used.
func Mine(ctx context.Context, x *bot.Exchange, member chat.Member) error {
	now := x.Now().UTC()
	today, month := now.Truncate(bot.Day), time.Date(now.Year(), now.Month(), 1, 0, 0, 0, 0, time.UTC)
	owner := x.Owner()
	var mine, all, mineThisMonth, allThisMonth store.Usage
	err := x.Store.Usages(ctx, x.Bot.Scope(x.Event.Place), month, func(u store.Usage) bool {
		add(&allThisMonth, u)
		if u.Member == owner {
			add(&mineThisMonth, u)
		}
		if !u.Time.Before(today) {
			add(&all, u)
			if u.Member == owner {
				add(&mine, u)
			}
		}
		return true
	})
	if err != nil {
		return fmt.Errorf("reading usage: %w", err)
	}
	rules, err := x.Bot.Plugins.Rules(ctx, x.Event.Place)
	if err != nil {
		return err
	}
	currency, limits := x.Bot.Limits.Currency, x.Bot.Limits.OfMember(rules, member.Roles)
	days := [][]markdown.Inline{words(textYou, mine, limits, currency)}
	months := [][]markdown.Inline{words(textYou, mineThisMonth, policy.Limits{}, currency)}
	if member.Admin {
		days = append(days, words(textThisWorkspace, all, x.Bot.Limits.OfWorkspace(rules), currency))
		months = append(months, words(textThisWorkspace, allThisMonth, policy.Limits{}, currency))
	}
	doc := markdown.New(
		markdown.Heading(2, markdown.Text(fmt.Sprintf(textToday, today.Add(bot.Day).In(member.Location()).Format("15:04 MST")))), markdown.List(days...),
		markdown.Heading(2, markdown.Text(textThisMonth)), markdown.List(months...),
	)
	if n := limits.TurnsPerHour; n > 0 {
		doc.Blocks = append(doc.Blocks, markdown.Paragraph(markdown.Text(fmt.Sprintf(textHourLimit, bot.Grouped(n)))))
	}
	return x.ReplyPrivately(store.Commit{}, doc)
}

// add sums usages up.
func add(sum *store.Usage, u store.Usage) {
	sum.Turns += u.Turns
	sum.Input += u.Input
	sum.Output += u.Output
	sum.Micros += u.Micros
}

// words say who used how much of what they may use.
func words(who string, u store.Usage, l policy.Limits, currency string) []markdown.Inline {
	questions := textQuestion
	if u.Turns != 1 || l.TurnsPerDay > 0 {
		questions = fmt.Sprintf(textQuestions, bot.Grouped(int64(u.Turns))+ofLimit(bot.Grouped, l.TurnsPerDay))
	}
	text := bot.Grouped(int64(u.Input+u.Output)) + ofLimit(bot.Grouped, l.TokensPerDay) + " tokens"
	if u.Input+u.Output > 0 {
		text += " (" + bot.Grouped(int64(u.Input)) + " read, " + bot.Grouped(int64(u.Output)) + " written)"
	}
	if u.Micros > 0 || l.MoneyPerDay > 0 {
		text += ", " + bot.Decimal(u.Micros) + ofLimit(bot.Decimal, l.MoneyPerDay) + " " + currency
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
