package turn

import (
	"context"
	"errors"

	"aidesk/bots/admin/registry"
	"aidesk/bots/bot"
	"aidesk/bots/command"
	"aidesk/bots/grants"
	"aidesk/bots/inbox"
	"aidesk/bots/schedule"
	"aidesk/core/chat"
	"aidesk/core/confirm"
	"aidesk/store"
)

// Turn is the work on one event of a conversation, or on several messages of one member
// that are answered together.
type Turn struct {
	bot.Exchange
	worker   *worker
	work     store.Work
	entries  []store.Entry // those of work with the ratings among them
	events   []store.Event
	first    bot.Event               // of events
	waiting  []confirm.Action        // Actions of this conversation that are not final
	cancel   context.CancelCauseFunc // ends the turn early
	quota    quota
	begun    bool              // a try was counted
	streams  bool              // the answer is shown while it is written
	streamed bool              // some of it was shown
	question string            // that was asked
	files    []chat.Attachment // that came with it
	notes    []string          // for the answer, beside the agent's
	slot     *schedule.Run     // the run of a schedule that this is; nil: somebody asks now
	shown    []store.Reply     // that the commits of the turn so far want shown
}

// Why a turn ends early.
var (
	errStopped      = errors.New("stopped by a member")
	errChanged      = errors.New("the message was changed")
	errLost         = errors.New("the lease was lost")
	errTooManyTries = errors.New("tried too often")
)

// newTurn makes the turn that works the first event.
func (w *worker) newTurn(work store.Work) *Turn {
	t := &Turn{worker: w, work: work, events: []store.Event{work.Events[0]}}
	t.Exchange = bot.Exchange{
		Bot: w.bot, Store: w.pool.Store, Keep: w.pool.Keep, Patience: w.pool.Patience, Now: w.pool.Now, Logger: w.logger, Observe: w.pool.Observe,
		Conversation: w.lease.Conversation, Since: w.pool.since(work.Events[0]), ReplyID: bot.ReplyID(work.Events[0]), Commit: t.commit,
		Running: w.pool.running,
	}
	t.quota.Exchange = &t.Exchange
	return t
}

// read decodes the event and the Actions that the turn works on.
func (t *Turn) read() error {
	var err error
	if t.first, err = inbox.OpenEvent(t.worker.pool.Secrets, t.events[0]); err != nil {
		return err
	}
	if t.first.Chat != nil {
		t.Event = *t.first.Chat
	}
	if at := t.Event.Place; at != (chat.Place{}) || t.events[0].Kind != bot.KindNight { // which may be of no workspace
		if t.Adapter, err = t.Bot.At(at); err != nil {
			return err
		}
	}
	t.entries = t.work.Entries
	t.work.Entries = bot.Transcript(t.entries)
	for _, a := range t.work.Actions {
		read, err := confirm.Read(a)
		if err != nil {
			return err
		}
		t.waiting = append(t.waiting, read)
	}
	return nil
}

// dispatch works the event by its kind.
func (t *Turn) dispatch(ctx context.Context) error {
	switch t.events[0].Kind {
	case bot.KindMessage:
		return t.message(ctx)
	case bot.KindChange:
		return t.messageChanged(ctx)
	case bot.KindStop:
		return t.stop(ctx)
	case bot.KindCommand:
		return command.Run(ctx, &t.Exchange, t.entries)
	case bot.KindPress:
		return t.press(ctx)
	case bot.KindForm:
		return t.form(ctx)
	case bot.KindVisit:
		if t.Event.Visit.Direct {
			return command.Greet(ctx, &t.Exchange)
		}
		return command.Home(ctx, &t.Exchange)
	case bot.KindExpire:
		return t.decision().expire(ctx)
	case bot.KindGranted:
		return t.decision().granted(ctx)
	case bot.KindFallen:
		return grants.Fall(ctx, &t.Exchange, t.first.Grant)
	case bot.KindUnshown:
		return t.standIn(ctx)
	case bot.KindDue:
		return t.scheduled(ctx)
	case bot.KindNotice:
		return schedule.Tell(ctx, &t.Exchange, *t.first.Notice)
	case bot.KindNight:
		return registry.Night(ctx, &t.Exchange)
	case bot.KindNearLimit:
		return nearLimit(ctx, &t.Exchange, t.events[0], t.first.NearLimit)
	default: // bot.KindSeen
		return t.Commit(store.Commit{})
	}
}

// commit writes what the turn decided, last of all: its events are done with it.
func (t *Turn) commit(c store.Commit) error {
	for _, e := range t.events {
		c.Done = append(c.Done, e.Seq)
	}
	return t.save(c, t.events)
}

// save writes a part of what the turn decided. The events in done are done with it.
func (t *Turn) save(c store.Commit, done []store.Event) error {
	t.shown = append(t.shown, c.Replies...)
	return t.worker.write(c, done, t.shown)
}
