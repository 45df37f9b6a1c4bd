package turn

import (
	"context"
	"errors"
	"slices"

	"aidesk/bots/bot"
	"aidesk/bots/privacy"
	"aidesk/bots/schedule"
	"aidesk/core/agent"
	"aidesk/core/chat"
	"aidesk/core/confirm"
	"aidesk/store"
)

// isStoppable says whether a member's stop can end the turn.
func (t *Turn) isStoppable() bool {
	switch t.events[0].Kind {
	case bot.KindMessage, bot.KindPress, bot.KindChange, bot.KindGranted, bot.KindDue:
		return true
	}
	return false
}

// isAbout says whether the turn answers the message with this id of the platform.
func (t *Turn) isAbout(message string) bool {
	return message != "" && t.events[0].Kind == bot.KindMessage && bot.MessageID(t.Event) == message
}

// noteStop notes that the stop which waits has ended something, and was told.
func (w *worker) noteStop() {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.stopped = true
}

// stop works a stop. A turn that ran when it came was ended by interrupt, and said so, as do
// the member's schedules that run here: only where nothing ran is the member told.
func (t *Turn) stop(ctx context.Context) error {
	var c store.Commit
	if !t.first.Quiet {
		running, err := schedule.Running(ctx, &t.Exchange, t.Owner())
		if err != nil {
			return err
		}
		for _, conversation := range running {
			e, err := t.StopTurn(conversation)
			if err != nil {
				return err
			}
			c.Events = append(c.Events, e)
		}
	}
	t.worker.mu.Lock()
	stopped := t.worker.stopped
	t.worker.stopped = false
	t.worker.mu.Unlock()
	if stopped || t.first.Quiet || len(c.Events) > 0 {
		return t.Commit(c)
	}
	return t.Say(store.Commit{}, textNothingToStop)
}

// messageChanged works an edited or deleted message: cards that came of it are void, what is
// kept of the words of a deleted one goes, and a question that was edited before it was
// answered, or before its card was decided, is asked as it reads now.
func (t *Turn) messageChanged(ctx context.Context) error {
	changed, open := *t.Event.Change, unanswered(t.work.Entries)
	for i, a := range t.waiting {
		if a.State.Open() && a.Message == changed.Message && a.Member == t.Event.Member {
			if err := t.decision().closeUnsent(ctx, a, confirm.Replaced, textChanged, nil); err != nil {
				return err
			}
			t.waiting[i].State, open = confirm.Replaced, true
		}
	}
	if changed.Deleted {
		if err := privacy.Retract(ctx, t.Store, t.Bot.Source(t.Event.Place, changed.Message)); err != nil {
			return err
		}
	}
	if changed.Deleted || !open {
		return t.Commit(store.Commit{})
	}
	t.waiting = slices.DeleteFunc(t.waiting, func(a confirm.Action) bool { return a.State == confirm.Replaced })
	t.Event.Message = &chat.Message{ID: changed.Message, Text: changed.Text, Names: changed.Names, Files: changed.Files}
	return t.message(ctx)
}

// unanswered says whether the last turn of the transcript ended without an answer.
func unanswered(entries []store.Entry) bool {
	if len(entries) == 0 {
		return false
	}
	last, err := agent.ReadEntry(entries[len(entries)-1].Body)
	return err == nil && agent.IsUnanswered(last)
}

// cancelWaiting decides a Cancel while a turn of the conversation runs. Its outcome is
// told to the model when the event comes up.
func (w *worker) cancelWaiting(ctx context.Context, e store.Event, press chat.Event) error {
	p, _, err := bot.ReadButton(ctx, w.pool.Store, press.Press.Button)
	if err != nil || p.Do != bot.DoCancel {
		return err
	}
	a, err := w.cards.action(ctx, p.Action)
	if err != nil {
		return err
	}
	if _, err := confirm.Decide(a, confirm.Press{Event: e.ID, Member: press.Member, At: e.Ingested}); err != nil {
		return nil //nolint:nilerr // the presser is told when the event is worked
	}
	a.By, a.DecidedAt = e.ID, w.pool.Now()
	_, c, err := w.cards.moveTo(ctx, a, confirm.Denied, confirm.Outcome{Line: cancelledBy(a)})
	if err != nil {
		return err
	}
	if err := w.write(c, nil, nil); err != nil && !errors.Is(err, store.ErrConflict) {
		return err
	}
	return nil
}
