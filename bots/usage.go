package bots

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"
	"time"

	"aidesk/bots/bot"
	"aidesk/core/chat"
	"aidesk/core/markdown"
	"aidesk/store"
)

// usage shows a member what they used today, and an administrator what the workspace
// used.
func (s *step) usage(ctx context.Context, member chat.Member) error {
	since := s.Now().UTC().Truncate(bot.Day)
	scope, owner := s.Bot.Scope(s.Event.Place), s.Owner()
	var mine, all store.Usage
	err := s.Store.Usages(ctx, scope, since, func(u store.Usage) bool {
		add(&all, u)
		if u.Member == owner {
			add(&mine, u)
		}
		return true
	})
	if err != nil {
		return fmt.Errorf("reading usage: %w", err)
	}
	l := s.Bot.Limits
	doc := markdown.New(
		markdown.Heading(2, markdown.Text("Used since "+since.In(member.Location()).Format("15:04 MST"))),
		markdown.List(s.used("You", mine, l.TokensPerMemberDay, l.MoneyPerMemberDay)),
	)
	if member.Admin {
		doc.Blocks[1] = markdown.List(
			s.used("You", mine, l.TokensPerMemberDay, l.MoneyPerMemberDay),
			s.used("This workspace", all, l.TokensPerDay, l.MoneyPerDay),
		)
	}
	if l.TurnsPerMemberHour > 0 {
		doc.Blocks = append(doc.Blocks, markdown.Paragraph(markdown.Text(fmt.Sprintf("Everybody may ask %d times in an hour.", l.TurnsPerMemberHour))))
	}
	return s.Private(store.Commit{}, doc)
}

// add sums usages up.
func add(sum *store.Usage, u store.Usage) {
	sum.Turns += u.Turns
	sum.Input += u.Input
	sum.Output += u.Output
	sum.Micros += u.Micros
}

// used says who used how much of what they may use.
func (s *step) used(who string, u store.Usage, tokens int, micros int64) []markdown.Inline {
	questions := "1 question"
	if u.Turns != 1 {
		questions = bot.Grouped(int64(u.Turns)) + " questions"
	}
	text := bot.Grouped(int64(u.Input+u.Output)) + of(bot.Grouped, int64(tokens)) + " tokens"
	if u.Input+u.Output > 0 {
		text += " (" + bot.Grouped(int64(u.Input)) + " read, " + bot.Grouped(int64(u.Output)) + " written)"
	}
	if u.Micros > 0 || micros > 0 {
		text += ", " + bot.Decimal(u.Micros) + of(bot.Decimal, micros) + " " + s.Bot.Limits.Currency
	}
	return []markdown.Inline{markdown.Strong(who), markdown.Text(": " + questions + ", " + text)}
}

// of names a limit, where there is one.
func of(written func(int64) string, limit int64) string {
	if limit == 0 {
		return ""
	}
	return " of " + written(limit)
}

// warning is the event by which somebody is told that a workspace's day is nearly used
// up. The same day always gives the same event, so it is worked once.
func (s *step) warning() store.Event {
	body, err := json.Marshal(bot.Event{Near: s.near, Chat: &chat.Event{Place: s.Event.Place, Member: s.Event.Member}})
	if err != nil {
		panic(err) // strings
	}
	return store.Event{
		ID:           chat.Key(s.Bot.Name, "near", s.Event.Place.Platform, s.Event.Place.Workspace, s.day.Format(time.DateOnly)),
		Conversation: s.Bot.Apart(s.Event.Place, "near"), Kind: bot.KindNear, Member: s.Owner(), Body: body,
	}
}

// nearLimit tells those who shall know, or else who came nearest to the limit.
func (s *step) nearLimit() error {
	told := s.Bot.Tell[s.Event.Place.Platform]
	if len(told) == 0 {
		told = []string{s.Event.Member}
	}
	var c store.Commit
	for _, member := range told {
		r := s.Plain(bot.Paragraph(s.nearLine(s.first.Near)))
		r.ID, r.To, r.Private = chat.Key("reply", s.events[0].ID, member), member, true
		wanted, err := s.Bot.Wanted(s.Conversation, r, s.Bot.Owner(s.Event.Place, member))
		if err != nil {
			return err
		}
		c.Replies = append(c.Replies, wanted)
	}
	return s.Commit(c)
}

// nearLine says that a counter of a workspace's day is nearly full.
func (s *step) nearLine(counter string) string {
	l := s.Bot.Limits
	most := bot.Grouped(int64(l.TokensPerDay)) + " tokens"
	if strings.HasPrefix(counter, "money/") {
		most = bot.Decimal(l.MoneyPerDay) + " " + l.Currency
	}
	return fmt.Sprintf("This workspace has used %d %% of what it may use of the language model in a day (%s). At the limit I answer nobody until midnight UTC. Administrators see more with /aidesk usage.", nearly, most)
}
