package schedule

import (
	"context"
	"errors"
	"fmt"
	"time"

	"aidesk/bots/bot"
	"aidesk/core/audit"
	"aidesk/core/chat"
	"aidesk/core/markdown"
	"aidesk/store"
)

// What a button does with a schedule.
const (
	verbMake   = "make"
	verbDrop   = "drop" // a proposal
	verbPause  = "pause"
	verbResume = "resume"
	verbRun    = "run"
	verbDelete = "delete"
	verbKeep   = "keep"
)

var labels = map[string]string{
	verbMake: textMake, verbDrop: textDrop, verbPause: textPause, verbResume: textResume, verbRun: textRunNow, verbDelete: textDelete, verbKeep: textKeep,
}

var styles = map[string]chat.Style{verbMake: chat.Primary, verbKeep: chat.Primary, verbDelete: chat.Danger}

// Press works a press of a button on a schedule, of the member whose it is.
func Press(ctx context.Context, x *bot.Exchange, p bot.ButtonAction) error {
	if _, ok, err := x.Speaker(ctx); err != nil || !ok {
		return err
	}
	does := *p.Schedule
	switch does.Verb {
	case verbMake:
		return makeIt(ctx, x, p)
	case verbDrop:
		return answerProposal(ctx, x, store.Commit{}, p.List, textDropped)
	}
	s, err := read(ctx, x.Store, does.Key)
	if errors.Is(err, store.ErrNotFound) || err == nil && (s.over() || s.Member != x.Event.Member) {
		return x.Note(ctx, textGone)
	}
	if err != nil {
		return err
	}
	var c store.Commit
	var line string
	now := x.Now().UTC()
	switch does.Verb {
	case verbPause:
		if s.Paused != "" {
			return x.Note(ctx, textPausedAlready)
		}
		s.pause(textByYou, now)
		s.plan(&c)
		line = textPaused
	case verbResume:
		if s.Paused == "" {
			return x.Note(ctx, textRunsAlready)
		}
		if s.Next, err = s.When.Next(now); err != nil {
			return err
		}
		if s.Next.IsZero() {
			return x.Note(ctx, textOver)
		}
		s.Paused, s.Failures, s.Kept, s.Asked = "", 0, now, false
		s.plan(&c)
		line = fmt.Sprintf(textResumed, s.state())
	case verbKeep:
		s.Kept, s.Asked = now, false
		c.Puts = append(c.Puts, s.record())
		line = textKept
	case verbRun:
		e := s.due(bot.Due{Schedule: s.key, At: now, Now: true})
		e.ID = s.eventID("now", x.Event.ID)
		c.Events = append(c.Events, e)
		line = textRunsNow
	case verbDelete:
		if err := x.Store.Delete(ctx, s.key, s.version); err != nil && !errors.Is(err, store.ErrNotFound) {
			return fmt.Errorf("deleting a schedule: %w", err)
		}
		line = textDeleted
	default:
		return fmt.Errorf("a schedule cannot %q", does.Verb)
	}
	if does.Verb != verbRun {
		c.Audits = append(c.Audits, s.audited(x, actions[does.Verb]))
	}
	if err := updateList(ctx, x, &c, p.List, s); err != nil {
		return err
	}
	return x.ReplyPrivately(c, bot.Paragraph(line))
}

// actions are the verbs as the audit names them.
var actions = map[string]string{verbPause: "schedule.paused", verbResume: "schedule.resumed", verbDelete: "schedule.deleted", verbKeep: "schedule.kept"}

// pause stops a schedule from running until its member goes on with it.
func (s *Schedule) pause(why string, now time.Time) { s.Paused, s.Since = why, now }

// audited is the line of the audit for what its member did with a schedule.
func (s Schedule) audited(x *bot.Exchange, action string) store.Audit {
	return x.AuditLine(audit.Line{Action: action, Targets: []audit.Target{{Kind: audit.OfSchedule, ID: s.ID}}, Schedule: s.ID})
}

// makeIt makes the schedule that was proposed. The button is its id, so that a second press
// makes no second one.
func makeIt(ctx context.Context, x *bot.Exchange, p bot.ButtonAction) error {
	now, owner := x.Now().UTC(), x.Bot.Owner(*p.Place, x.Event.Member) // a direct message may belong to another workspace by now
	s := Schedule{
		ID: x.Event.Press.Button, Question: p.Schedule.Question, Names: p.Schedule.Names, When: p.Schedule.When, Place: *p.Place, Member: x.Event.Member,
		Made: now, Kept: now, key: key(owner, x.Event.Press.Button),
	}
	_, err := read(ctx, x.Store, s.key)
	if err == nil {
		return x.Note(ctx, textMadeAlready)
	}
	if !errors.Is(err, store.ErrNotFound) {
		return err
	}
	existing, err := ofMember(ctx, x.Store, owner)
	if err != nil {
		return err
	}
	if len(existing) >= most {
		return x.Note(ctx, fmt.Sprintf(textTooMany, most))
	}
	if s.Next, err = s.When.Next(now); err != nil {
		return err
	}
	if s.Next.IsZero() {
		return x.Note(ctx, textOver)
	}
	var c store.Commit
	s.plan(&c)
	c.Audits = append(c.Audits, s.audited(x, "schedule.made"))
	return answerProposal(ctx, x, c, p.List, fmt.Sprintf(textMade, s.When.Reading(), s.state()))
}

// answerProposal commits c and says, in the place of a proposal, what became of it.
func answerProposal(ctx context.Context, x *bot.Exchange, c store.Commit, proposal, line string) error {
	r, err := bot.ReadReply(ctx, x.Store, proposal)
	if errors.Is(err, store.ErrNotFound) {
		return x.ReplyPrivately(c, bot.Paragraph(line))
	}
	if err != nil {
		return err
	}
	if len(r.Buttons) == 0 {
		return x.Note(ctx, textAnswered)
	}
	r.Text, r.Rows, r.Buttons = markdown.Join(r.Text, bot.Paragraph(line)), nil, nil
	return x.Reply(c, r)
}

// updateList brings the list in which a button was pressed up to date.
func updateList(ctx context.Context, x *bot.Exchange, c *store.Commit, list string, changed Schedule) error {
	r, err := bot.ReadReply(ctx, x.Store, list)
	if errors.Is(err, store.ErrNotFound) {
		return nil
	}
	if err != nil {
		return err
	}
	if len(r.Rows) > 0 {
		err = fill(ctx, x, c, &r, changed.owner(), changed)
	}
	r.Buttons = nil // of a notice: they did what they were for
	if err != nil {
		return err
	}
	wanted, err := x.Bot.WantedReply(x.Conversation, r, x.Owner())
	c.Replies = append(c.Replies, wanted)
	return err
}
