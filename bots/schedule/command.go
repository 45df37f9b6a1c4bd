package schedule

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"aidesk/bots/bot"
	"aidesk/core/chat"
	"aidesk/core/markdown"
	"aidesk/core/policy"
	when "aidesk/core/schedule"
	"aidesk/store"
)

const (
	most        = 20   // schedules of one member
	maxQuestion = 3000 // bytes
	shownRuns   = 3    // that a proposal names
)

// Propose answers with how a schedule was read, when it would run and where it would answer.
// It is made by a press, not before.
func Propose(ctx context.Context, x *bot.Exchange, member chat.Member, words, question string) error {
	say := func(line string) error {
		return x.ReplyPrivately(store.Commit{}, bot.Paragraph(markdown.Visible(line)))
	}
	zone, known, err := zoneOf(ctx, x, member)
	if err != nil {
		return err
	}
	now := x.Now().In(zone)
	if question == "" {
		words, question, err = when.Cut(words, now)
	}
	var found []when.Schedule
	if err == nil {
		found, err = when.Parse(words, now)
	}
	if fault, ok := errors.AsType[*when.Fault](err); ok {
		return say(fault.Message)
	}
	if err != nil {
		return err
	}
	place := answersIn(x)
	d := policy.Speak(x.Bot.Access, place, member)
	existing, err := ofMember(ctx, x.Store, x.Bot.Owner(place, x.Event.Member))
	switch {
	case err != nil:
		return err
	case question == "":
		return say(fmt.Sprintf(textNoQuestion, words))
	case len(question) > maxQuestion:
		return say(fmt.Sprintf(textLongQuestion, maxQuestion))
	case d.Denied():
		return say(d.Reason)
	case len(existing) >= most:
		return say(fmt.Sprintf(textTooMany, most))
	}
	var c store.Commit
	r := x.NewReply(markdown.New())
	r.Private = true
	facts := [][]markdown.Inline{
		bot.Fact(textQuestion, markdown.Text(markdown.Visible(markdown.Line(question, 500)))),
		bot.Fact(textAnswers, markdown.Text(placeWords(place))),
		bot.Fact(textZone, markdown.Text(zoneWords(zone, known))),
	}
	draft := bot.ScheduleButton{Verb: verbMake, Question: question}
	if x.Event.Command != nil {
		draft.Names = x.Event.Command.Names
	}
	if len(found) == 1 {
		draft.When = found[0]
		facts = append([][]markdown.Inline{bot.Fact(textNextRuns, markdown.Text(runsText(found[0], now)))}, facts...)
		r.Text.Blocks = append(r.Text.Blocks, markdown.Paragraph(markdown.Strong(found[0].Reading()+".")))
		r.Buttons = append(r.Buttons, button(x, &c, draft, place, r.ID))
	} else {
		r.Text.Blocks = append(r.Text.Blocks, markdown.Paragraph(markdown.Text(fmt.Sprintf(textWhich, markdown.Visible(words)))))
		for _, s := range found {
			draft.When = s
			text := markdown.Paragraph(markdown.Strong(s.Reading()+"."), markdown.Text(" "+textNextRuns+": "+runsText(s, now)))
			r.Rows = append(r.Rows, chat.Row{Text: markdown.New(text), Buttons: []chat.Button{button(x, &c, draft, place, r.ID)}})
		}
	}
	r.Text.Blocks = append(r.Text.Blocks, markdown.List(facts...))
	r.Buttons = append(r.Buttons, button(x, &c, bot.ScheduleButton{Verb: verbDrop}, place, r.ID))
	return x.Reply(c, r)
}

// answersIn is where the answers go: where the command was typed.
func answersIn(x *bot.Exchange) chat.Place {
	if c := x.Event.Command; c != nil && c.From != nil {
		return *c.From
	}
	return x.Event.Place
}

// Conversation is in which a member makes schedules: one after the other, so that the bound
// on their number holds.
func Conversation(b *bot.Bot, p chat.Place, member string) string {
	return b.OwnConversation(p, "schedules "+member)
}

// button adds to c a button that does something with a schedule.
func button(x *bot.Exchange, c *store.Commit, does bot.ScheduleButton, place chat.Place, list string) chat.Button {
	b := chat.Button{ID: bot.NewID(), Label: labels[does.Verb], Style: styles[does.Verb]}
	x.Button(c, b.ID, bot.ButtonAction{Do: bot.DoSchedule, Member: x.Event.Member, Place: &place, List: list, Schedule: &does}, buttonLife)
	return b
}

const buttonLife = 7 * bot.Day

// runsText names the next runs of a schedule.
func runsText(s when.Schedule, now time.Time) string {
	runs, err := s.Upcoming(now, shownRuns)
	if err != nil {
		return textUnknownZone
	}
	texts := make([]string, len(runs))
	for i, run := range runs {
		texts[i] = run.Format(textTime)
	}
	return strings.Join(texts, "; ")
}

// placeWords say where answers go.
func placeWords(p chat.Place) string {
	switch {
	case p.Direct:
		return textToYou
	case p.Thread != "":
		return textToThread
	}
	return textToChannel
}

// List shows a member their schedules, each with buttons.
func List(ctx context.Context, x *bot.Exchange) error {
	var c store.Commit
	r := x.NewReply(markdown.New())
	r.Private = true
	if err := fill(ctx, x, &c, &r, x.Owner(), Schedule{}); err != nil {
		return err
	}
	return x.Reply(c, r)
}

// fill fills a Reply with the list of a member, as it is once a schedule is what changed says.
func fill(ctx context.Context, x *bot.Exchange, c *store.Commit, r *chat.Reply, owner string, changed Schedule) error {
	var err error
	if r.Rows, err = rows(ctx, x, c, r.ID, owner, changed); err != nil {
		return err
	}
	r.Text = markdown.New(markdown.Heading(2, markdown.Text(textSchedules)))
	if len(r.Rows) == 0 {
		r.Text = bot.Paragraph(textNone)
	}
	return nil
}

// Rows are the lines of the list of a member, which stands in the Reply that list names; their
// buttons are added to c.
func Rows(ctx context.Context, x *bot.Exchange, c *store.Commit, owner, list string) ([]chat.Row, error) {
	return rows(ctx, x, c, list, owner, Schedule{})
}

func rows(ctx context.Context, x *bot.Exchange, c *store.Commit, list, owner string, changed Schedule) ([]chat.Row, error) {
	found, err := ofMember(ctx, x.Store, owner)
	if err != nil {
		return nil, err
	}
	var rows []chat.Row
	for _, s := range found {
		if s.key == changed.key {
			s = changed
		}
		row := chat.Row{Text: markdown.New(markdown.Paragraph(
			markdown.Strong(s.When.Reading()+": "), markdown.Text("“"+markdown.Visible(markdown.Line(s.Question, 200))+"” ("+s.state()+")"),
		))}
		verbs := []string{verbPause, verbRun, verbDelete}
		if s.Paused != "" {
			verbs[0] = verbResume
		}
		for _, verb := range verbs {
			row.Buttons = append(row.Buttons, button(x, c, bot.ScheduleButton{Verb: verb, Key: s.key}, s.Place, list))
		}
		rows = append(rows, row)
	}
	return rows, nil
}

// state says what a schedule does next, and where.
func (s Schedule) state() string {
	text := textRunning
	if zone, err := s.When.Location(); err != nil {
		text = textUnknownZone
	} else if !s.Next.IsZero() {
		text = fmt.Sprintf(textNext, s.Next.In(zone).Format(textTime), zone)
	}
	if s.Paused != "" {
		text = fmt.Sprintf(textPausedSince, s.Paused)
	}
	return text + "; " + placeWords(s.Place)
}

func zoneKey(owner string) string { return "zone/" + owner }

// zoneOf is a member's zone: the one that they named, else the platform's word, else UTC.
func zoneOf(ctx context.Context, x *bot.Exchange, m chat.Member) (zone *time.Location, known bool, err error) {
	named, err := x.Store.Get(ctx, zoneKey(x.Owner()))
	if err == nil {
		m.Zone = string(named.Value)
	} else if !errors.Is(err, store.ErrNotFound) {
		return nil, false, fmt.Errorf("reading a member's zone: %w", err)
	}
	return m.Location(), m.Zone != "", nil
}

func zoneWords(zone *time.Location, known bool) string {
	if known {
		return zone.String()
	}
	return textZoneUnknown
}

// Zone shows a member in which zone their times are read, or changes it.
func Zone(ctx context.Context, x *bot.Exchange, m chat.Member, name string) error {
	if name == "" {
		zone, known, err := zoneOf(ctx, x, m)
		if err != nil {
			return err
		}
		return x.ReplyPrivately(store.Commit{}, bot.Paragraph(fmt.Sprintf(textZoneIs, zoneWords(zone, known))))
	}
	zone, err := time.LoadLocation(name)
	if err != nil || name == "Local" {
		return x.ReplyPrivately(store.Commit{}, bot.Paragraph(fmt.Sprintf(textNoZone, markdown.Line(markdown.Visible(name), 50))))
	}
	record, err := x.Store.Get(ctx, zoneKey(x.Owner()))
	if err != nil && !errors.Is(err, store.ErrNotFound) {
		return fmt.Errorf("reading a member's zone: %w", err)
	}
	record.Key, record.Value = zoneKey(x.Owner()), []byte(zone.String())
	return x.ReplyPrivately(store.Commit{Puts: []store.Record{record}}, bot.Paragraph(fmt.Sprintf(textZoneSet, zone)))
}
