package turn

import (
	"context"
	"errors"

	"aidesk/bots/bot"
	"aidesk/core/agent"
	"aidesk/core/chat"
	"aidesk/core/confirm"
	"aidesk/store"
)

// changedLine is what a card says whose question was edited or deleted.
const changedLine = "The message that asked for this was changed. Nothing was sent."

// stoppable says that a member's stop can end the step.
func (s *step) stoppable() bool {
	return s.events[0].Kind == bot.KindMessage || s.events[0].Kind == bot.KindPress || s.events[0].Kind == bot.KindChange
}

// about says that the step works on a message with this platform's id.
func (s *step) about(message string) bool {
	return message != "" && s.events[0].Kind == bot.KindMessage && bot.MessageID(s.Event) == message
}

// stop answers a member who wants the desk to stop. The turn that ran has been ended
// by then and has said so.
func (s *step) stop(context.Context) error {
	s.mu.Lock()
	stopped := s.stopped
	s.stopped = false
	s.mu.Unlock()
	if stopped {
		return s.Commit(store.Commit{})
	}
	return s.Say(store.Commit{}, "Nothing is running here.")
}

// change works an edited or deleted message: what waits because of it is void, and
// a question that was edited before it was answered is asked as it reads now.
func (s *step) change(ctx context.Context) error {
	changed := *s.Event.Change
	for _, a := range s.waits {
		if a.State == confirm.Waiting && a.Message == changed.Message && a.Member == s.Event.Member {
			if err := s.decision().close(ctx, a, confirm.Replaced, changedLine, nil); err != nil {
				return err
			}
		}
	}
	if changed.Deleted || !unanswered(s.work.Entries) {
		return s.Commit(store.Commit{})
	}
	s.Event.Message = &chat.Message{ID: changed.Message, Text: changed.Text}
	return s.message(ctx)
}

// unanswered says that the last turn of the conversation ended before it had said
// anything.
func unanswered(entries []store.Entry) bool {
	if len(entries) == 0 {
		return false
	}
	last, err := agent.ReadEntry(entries[len(entries)-1].Body)
	return err == nil && agent.IsUnanswered(last)
}

// cancelNow decides a Cancel while a turn of the conversation runs. Its outcome is
// told to the model when the event comes up.
func (j *job) cancelNow(ctx context.Context, e store.Event, press chat.Event) error {
	p, _, err := bot.ReadButton(ctx, j.pool.Store, press.Press.Button)
	if err != nil || p.Do != bot.DoCancel {
		return err
	}
	a, err := j.cards.action(ctx, p.Action)
	if err != nil {
		return err
	}
	if _, err := confirm.Decide(a, confirm.Press{Event: e.ID, Member: press.Member, At: e.Ingested}); err != nil {
		return nil //nolint:nilerr // the presser is told when the event comes up
	}
	a.By = e.ID
	_, c, err := j.cards.move(ctx, a, confirm.Denied, confirm.Outcome{Line: cancelledLine})
	if err != nil {
		return err
	}
	if err := j.write(c, nil, nil); err != nil && !errors.Is(err, store.ErrConflict) {
		return err
	}
	return nil
}
