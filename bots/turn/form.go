package turn

import (
	"context"
	"errors"

	"aidesk/bots/bot"
	"aidesk/bots/command"
	"aidesk/core/agent"
	"aidesk/core/chat"
	"aidesk/core/confirm"
	"aidesk/core/plugin"
	"aidesk/store"
)

// form works a filled-in form.
func (s *step) form(ctx context.Context) error {
	what, err := command.FindForm(ctx, s.Store, s.Bot, s.Event.Place, s.Event.Member, s.Event.Filled.Form)
	if fault := command.FormFault(""); errors.As(err, &fault) {
		return s.Note(ctx, string(fault))
	}
	if err != nil {
		return err
	}
	if what.Button.Do == bot.DoAdd {
		return command.Register(ctx, &s.Exchange, *what.Button.Plan)
	}
	call, err := what.Call(s.Event.Filled.Values)
	if err != nil {
		return s.Note(ctx, err.Error())
	}
	if what.Button.Do == bot.DoEdit {
		return s.edit(ctx, what, call)
	}
	return s.run(ctx, what, call)
}

// edit puts an Action with the member's values in the place of the one that waits.
func (s *step) edit(ctx context.Context, what command.Form, call plugin.Call) error {
	old, c, err := s.cards.move(ctx, what.Action, confirm.Replaced, confirm.Outcome{Line: "Edited: see the card with the new values."})
	if err != nil {
		return err
	}
	op, _ := what.Plugin.Operation(what.Operation)
	a := confirm.Edit(old, call, op.Arguments(call.Args), bot.NewID, s.Now())
	r, err := s.cards.card(ctx, a)
	if err != nil {
		return err
	}
	c.Replies = nil
	var none chat.Reply
	if err := park(&s.Exchange, &c, &none, a); err != nil {
		return err
	}
	return s.Reply(c, r)
}

// run makes a call that a member asked for by name. A read is sent, and the model
// tells its result; what needs an approval gets its card.
func (s *step) run(ctx context.Context, what command.Form, call plugin.Call) error {
	member, ok, err := s.Speaker(ctx)
	if err != nil || !ok {
		return err
	}
	op, _ := what.Plugin.Operation(what.Operation)
	decision := plugin.Decide([]*plugin.Plugin{what.Plugin}, member, call)
	line, tool := agent.Typed(what.Plugin, op, call.Args)
	switch {
	case decision.Denied():
		return s.Note(ctx, decision.Reason)
	case decision.Asks():
		a := confirm.New(call, op.Arguments(call.Args), bot.NewID, s.Now())
		a.Confirmation, a.Conversation, a.Place = s.ReplyID, s.Conversation, s.Event.Place
		a.Member, a.Name, a.Owner = member.ID, member.Name, s.Bot.Owner(s.Event.Place, member.ID)
		a.CallID, a.Tool = a.ID, tool
		return s.answer(ctx, store.Commit{}, agent.Answer{Entries: agent.QuestionEntries(member.Name, line), Parked: []confirm.Action{a}})
	}
	if over := s.count(ctx); over != nil {
		return s.overLimit(ctx, member, line, over)
	}
	s.Progress(ctx, "asking "+what.Plugin.Human()+"…")
	defer s.Progress(ctx, "")
	got, err := s.Bot.Plugins.Send(ctx, what.Plugin, call)
	if err != nil {
		return s.Note(ctx, err.Error()+".")
	}
	var c store.Commit
	if err := entries(&c, s.Owner(), agent.CommandEntries(member.Name, line, tool, call, got)...); err != nil {
		return err
	}
	s.work.Entries = append(s.work.Entries, c.Entries...)
	answer, err := s.ask(ctx, member, agent.Turn{Links: got.Links})
	if err != nil {
		told, ok := agent.ErrorLine(err)
		if over := s.quota.limited(); over != nil {
			told, err = s.quota.line(member, over)
			ok = err == nil
		}
		if !ok {
			return err
		}
		s.quota.settle(&c)
		return s.Say(c, told)
	}
	return s.answer(ctx, c, answer)
}
