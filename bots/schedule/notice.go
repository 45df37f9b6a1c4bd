package schedule

import (
	"context"
	"errors"
	"time"

	"aidesk/bots/bot"
	"aidesk/core/markdown"
	when "aidesk/core/schedule"
	"aidesk/store"
)

const (
	unread     = 90 * bot.Day // after so long a member is asked whether they still want a schedule
	unanswered = 14 * bot.Day // and so much later it is paused

	nightBegins = 22 // hours in the schedule's zone between which nobody is told anything
	nightEnds   = 7
)

// short is the question, as it is quoted in a notice.
func (s Schedule) short() string { return markdown.Visible(markdown.Line(s.Question, 100)) }

// tell adds to c that the member is told something, with buttons for what they may do then.
func (s Schedule) tell(c *store.Commit, x *bot.Exchange, text string, verbs ...string) {
	e := s.event(bot.KindNotice, bot.Event{Notice: &bot.Notice{Schedule: s.key, Text: text, Verbs: verbs}})
	e.ID, e.Due = s.eventID("notice", x.ReplyID), s.morning(x.Now())
	c.Events = append(c.Events, e)
}

// morning is the end of the night that it is; zero in the day.
func (s Schedule) morning(now time.Time) time.Time {
	zone, err := s.When.Location()
	if err != nil {
		zone = time.UTC
	}
	if hour := now.In(zone).Hour(); hour >= nightEnds && hour < nightBegins {
		return time.Time{}
	}
	daily := when.Schedule{Zone: zone.String(), Times: []int{nightEnds * 60}, Days: when.Days{Unit: when.Day, Step: 1}}
	next, err := daily.Next(now)
	if err != nil {
		return time.Time{}
	}
	return next
}

// Tell works a notice.
func Tell(ctx context.Context, x *bot.Exchange, n bot.Notice) error {
	s, err := read(ctx, x.Store, n.Schedule)
	if errors.Is(err, store.ErrNotFound) {
		return x.Commit(store.Commit{})
	}
	if err != nil {
		return err
	}
	var c store.Commit
	r := x.NewReply(bot.Paragraph(n.Text))
	r.Private = true
	for _, verb := range n.Verbs {
		r.Buttons = append(r.Buttons, button(x, &c, bot.ScheduleButton{Verb: verb, Key: s.key}, s.Place, r.ID))
	}
	return x.Reply(c, r)
}
