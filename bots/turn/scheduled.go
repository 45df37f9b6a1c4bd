package turn

import (
	"context"
	"errors"
	"fmt"
	"time"

	"aidesk/bots/bot"
	"aidesk/bots/schedule"
	"aidesk/core/agent"
	"aidesk/core/chat"
	"aidesk/core/markdown"
	"aidesk/store"
)

// scheduled works a run of a schedule: its question is asked as its member would ask it. What
// needs a decision waits for them on cards in their direct message, since they are not there.
func (t *Turn) scheduled(ctx context.Context) error {
	t.Open = true
	run, err := schedule.Begin(ctx, &t.Exchange, *t.first.Due, func(c store.Commit) error { return t.save(c, nil) })
	if err != nil || run == nil {
		return err
	}
	t.slot, t.notes = run, append(t.notes, run.Note())
	t.work.Entries = nil // each run begins afresh
	t.Event.Message = &chat.Message{Text: run.Question}
	question := markdown.Clean(t.withNames(ctx, run.Question, run.Names))
	if over := t.count(ctx, run.Owner); over != nil {
		observeTurn(t.Observe, outcomeLimited, 0)
		return t.failOver(ctx, over)
	}
	t.Progress(ctx, textWorking)
	defer t.Progress(ctx, "")
	begun := time.Now()
	answer, err := t.runAgent(ctx, run.Owner, agent.Turn{
		Question: question, Misled: markdown.Misleads(run.Question), Schedule: run.ID, Life: run.Life(), Patient: t.Outage(nil, 0) != nil,
	})
	took := time.Since(begun)
	if _, after, away := agent.Away(err); away {
		if o := t.Outage(err, after); o != nil {
			return t.putOff(ctx, o, "")
		}
	}
	line, told := agent.ErrorLine(err)
	switch {
	case err == nil:
		observeTurn(t.Observe, outcomeAnswered, took)
		observeTrace(t.Observe, answer.Trace)
		return t.answer(ctx, store.Commit{}, answer)
	case errors.Is(err, errStopped):
		observeTurn(t.Observe, outcomeStopped, took)
		var c store.Commit
		t.quota.settle(&c)
		if err := run.Done(context.WithoutCancel(ctx), &c); err != nil {
			return err
		}
		return t.Say(c, textStopped)
	case t.quota.limitReached() != nil:
		observeTurn(t.Observe, outcomeLimited, took)
		return t.failOver(ctx, t.quota.limitReached())
	case !told:
		return err
	}
	observeTurn(t.Observe, outcomeFailed, took)
	t.Logger.WarnContext(ctx, "model failed", "error", err)
	var c store.Commit
	t.quota.settle(&c)
	return run.Fail(ctx, c, line)
}

// failOver ends the run because a limit is reached.
func (t *Turn) failOver(ctx context.Context, over error) error {
	line, err := t.quota.limitText(t.slot.Owner, over)
	if err != nil {
		return err
	}
	var c store.Commit
	t.quota.settle(&c)
	return t.slot.Fail(ctx, c, line)
}

// privateCards is the message for the cards of a schedule that answers in a channel; some of
// them may ask.
func (t *Turn) privateCards(asks bool) *chat.Reply {
	line := textScheduleGoesOn
	switch {
	case !asks:
		line = textScheduleDoes
	case t.slot != nil:
		line = fmt.Sprintf(textScheduleAsks, t.slot.When.Reading(), markdown.Line(t.slot.Question, 200))
	}
	r := t.NewReply(bot.Paragraph(line))
	r.ID, r.Private, r.Open = chat.Key(t.ReplyID, "cards"), true, false
	return &r
}
