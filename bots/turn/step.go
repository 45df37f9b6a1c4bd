package turn

import (
	"context"
	"errors"

	"aidesk/bots/bot"
	"aidesk/bots/command"
	"aidesk/bots/inbox"
	"aidesk/core/confirm"
	"aidesk/store"
)

// step is the work on one event, or on several messages that became one turn.
type step struct {
	bot.Exchange
	*job
	work   store.Work
	events []store.Event
	first  bot.Event
	waits  []confirm.Action // not final, of this conversation
	cancel context.CancelCauseFunc

	quota quota

	shown []store.Reply // wanted by what the step committed so far
}

// The causes for which a step ends early.
var (
	errStopped = errors.New("stopped by a member")
	errChanged = errors.New("the message was changed")
	errLost    = errors.New("the lease was lost")
	errPoison  = errors.New("tried too often")
)

// newStep makes the step that works the first event.
func (j *job) newStep(work store.Work) *step {
	s := &step{job: j, work: work, events: []store.Event{work.Events[0]}}
	s.Exchange = bot.Exchange{
		Bot: j.bot, Store: j.pool.Store, Keep: j.pool.Keep, Now: j.pool.Now, Logger: j.logger, Observe: j.pool.Observe,
		Conversation: j.lease.Conversation, ReplyID: bot.ReplyID(work.Events[0]), Commit: s.commit,
	}
	s.quota.Exchange = &s.Exchange
	return s
}

// read decodes what the step works on.
func (s *step) read() error {
	var err error
	if s.first, err = inbox.Open(s.pool.Secrets, s.events[0]); err != nil {
		return err
	}
	if s.first.Chat != nil {
		s.Event = *s.first.Chat
	}
	if s.Adapter, err = s.Bot.Adapter(s.Event.Place.Platform); err != nil {
		return err
	}
	for _, a := range s.work.Actions {
		read, err := confirm.Read(a)
		if err != nil {
			return err
		}
		s.waits = append(s.waits, read)
	}
	return nil
}

// dispatch gives an event to what works it.
func (s *step) dispatch(ctx context.Context) error {
	switch s.events[0].Kind {
	case bot.KindMessage:
		return s.message(ctx)
	case bot.KindChange:
		return s.change(ctx)
	case bot.KindStop:
		return s.stop(ctx)
	case bot.KindCommand:
		return command.Run(ctx, &s.Exchange, s.work.Entries)
	case bot.KindPress:
		return s.press(ctx)
	case bot.KindForm:
		return s.form(ctx)
	case bot.KindVisit:
		return command.Home(ctx, &s.Exchange)
	case bot.KindExpire:
		return s.decision().expire(ctx)
	case bot.KindNear:
		return nearLimit(&s.Exchange, s.events[0], s.first.Near)
	default:
		return s.Commit(store.Commit{})
	}
}

// commit writes what the step decided; the events of the step are done with it.
func (s *step) commit(c store.Commit) error {
	for _, e := range s.events {
		c.Done = append(c.Done, e.Seq)
	}
	return s.save(c, s.events)
}

// save writes a part of what the step decided.
func (s *step) save(c store.Commit, done []store.Event) error {
	s.shown = append(s.shown, c.Replies...)
	return s.write(c, done, s.shown)
}
