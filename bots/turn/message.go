package turn

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"aidesk/bots/bot"
	"aidesk/bots/command"
	"aidesk/bots/inbox"
	"aidesk/core/agent"
	"aidesk/core/chat"
	"aidesk/core/confirm"
	"aidesk/core/markdown"
	"aidesk/core/model/middleware"
	"aidesk/store"
)

// message works what a member said: a turn of the agent, unless there is a reason
// not to ask the model.
func (s *step) message(ctx context.Context) error {
	question, err := s.gather()
	if err != nil {
		return err
	}
	if question == "" { // deleted before its turn came
		return s.Commit(store.Commit{})
	}
	member, ok, err := s.Speaker(ctx)
	if err != nil || !ok {
		return err
	}
	if typedDecision(&s.Exchange, s.waits, question) {
		return s.Say(store.Commit{}, "To decide, press a button on the card above: typing is not enough, so that nothing is ever sent by a misunderstanding.")
	}
	if over := s.count(ctx); over != nil {
		observeTurn(s.Observe, limitedTurn, 0)
		return s.overLimit(ctx, member, question, over)
	}
	s.Progress(ctx, "working…")
	defer s.Progress(ctx, "")
	begun := time.Now()
	answer, err := s.turn(ctx, member, question)
	took := time.Since(begun)
	switch {
	case errors.Is(err, errStopped):
		observeTurn(s.Observe, stoppedTurn, took)
		return s.ended(question, member, "Stopped.")
	case errors.Is(err, errChanged):
		observeTurn(s.Observe, changedTurn, took)
		return s.ended(question, member, "")
	case err != nil && s.quota.limited() != nil:
		observeTurn(s.Observe, limitedTurn, took)
		return s.overLimit(ctx, member, question, s.quota.limited())
	case err != nil:
		line, ok := agent.ErrorLine(err)
		if !ok {
			return err
		}
		observeTurn(s.Observe, failedTurn, took)
		s.Logger.WarnContext(ctx, "model failed", "error", err)
		return s.ended(question, member, line)
	}
	observeTurn(s.Observe, answeredTurn, took)
	observeTrace(s.Observe, answer.Trace)
	return s.answer(ctx, store.Commit{}, answer)
}

// turn asks the agent when the workspace has a place for one more turn, unless the
// member wants it stopped already.
func (s *step) turn(ctx context.Context, member chat.Member, question string) (agent.Answer, error) {
	if slices.ContainsFunc(s.work.Events, func(e store.Event) bool { return e.Kind == bot.KindStop }) {
		s.mu.Lock()
		s.stopped = true
		s.mu.Unlock()
		return agent.Answer{}, errStopped
	}
	if cause := context.Cause(ctx); cause != nil {
		return agent.Answer{}, cause
	}
	release, err := s.pool.slot(ctx, s.Bot, s.Event.Place)
	if err != nil {
		return agent.Answer{}, err
	}
	defer release()
	return s.ask(ctx, member, agent.Turn{Question: question})
}

// gather joins the messages of one member that came before this turn began, as
// they read now.
func (s *step) gather() (string, error) {
	var texts []string
	add := func(m chat.Message) {
		if text := latest(m, s.work.Events); strings.TrimSpace(text) != "" {
			texts = append(texts, text)
		}
	}
	add(*s.Event.Message)
	for _, e := range s.work.Events[1:] {
		if e.Kind != bot.KindMessage || e.Member != s.events[0].Member {
			break
		}
		next, err := inbox.Open(s.pool.Secrets, e)
		if err != nil {
			return "", err
		}
		s.mu.Lock() // an interruption looks at them
		s.events, s.Event = append(s.events, e), *next.Chat
		s.mu.Unlock()
		add(*s.Event.Message)
	}
	if about := s.Event.Message.About; about != "" {
		texts = append(texts, "About this message:\n\n"+about)
	}
	return strings.Join(texts, "\n\n"), nil
}

// latest is the text of a message after the changes to it that are queued behind it.
func latest(m chat.Message, events []store.Event) string {
	text := m.Text
	for _, e := range events {
		var later bot.Event
		if e.Kind != bot.KindChange || json.Unmarshal(e.Body, &later) != nil || later.Chat.Change.Message != m.ID {
			continue
		}
		text = later.Chat.Change.Text
	}
	return text
}

// ask runs the agent on what the step has read.
func (s *step) ask(ctx context.Context, member chat.Member, t agent.Turn) (agent.Answer, error) {
	t.Conversation, t.Place = s.Conversation, s.Event.Place
	t.Member, t.Owner = member, s.Owner()
	t.Waiting, t.NewID = s.waits, bot.NewID
	t.Confirmation = s.ReplyID
	t.Progress = func(text string) { s.Progress(ctx, text) }
	for _, e := range s.work.Entries {
		entry, err := agent.ReadEntry(e.Body)
		if err != nil {
			return agent.Answer{}, err
		}
		t.History = append(t.History, entry)
	}
	return s.Bot.Agent.Run(middleware.WithTurnBudget(ctx, s.quota.wallet()), t)
}

// answer commits what a turn decided, with c, in one transaction.
func (s *step) answer(ctx context.Context, c store.Commit, a agent.Answer) error {
	r := chat.Reply{
		ID: s.ReplyID, Place: s.Event.Place, To: s.Event.Member, Answers: bot.MessageID(s.Event),
		Text: a.Text, Previews: a.Previews, Notes: a.Notes,
	}
	for _, action := range a.Parked {
		action.Message = bot.MessageID(s.Event)
		if err := park(&s.Exchange, &c, &r, action); err != nil {
			return err
		}
	}
	for _, choice := range a.Choices[:min(len(a.Choices), 5)] {
		b := chat.Button{ID: bot.NewID(), Label: markdown.Line(choice.Label, 34), Form: choice.Operation != ""}
		p := bot.ButtonAction{Do: bot.DoSay, Member: s.Event.Member, Say: choice.Say}
		if b.Form {
			p = bot.ButtonAction{Do: bot.DoRun, Member: s.Event.Member, Plugin: choice.Plugin, Operation: choice.Operation, Args: choice.Args}
		}
		s.Button(&c, b.ID, p, bot.Day)
		r.Buttons = append(r.Buttons, b)
	}
	offerShare(&s.Exchange, &c, &r)
	if p := a.Disabled; p != nil {
		r.Rows = append(r.Rows, command.Offer(&s.Exchange, &c, p))
	}
	if err := command.Notice(ctx, &s.Exchange, &c, &r); err != nil {
		return err
	}
	s.quota.settle(&c)
	if err := s.told(&c, a); err != nil {
		return err
	}
	return s.Reply(c, r)
}

// ended closes a turn without an answer of the model; the transcript keeps what was
// said. Without a line nothing is shown: another event says why.
func (s *step) ended(question string, member chat.Member, line string) error {
	var c store.Commit
	s.quota.settle(&c)
	if err := entries(&c, s.Owner(), agent.UnansweredEntries(member.Name, question, line)...); err != nil {
		return err
	}
	if line == "" {
		return s.Commit(c)
	}
	return s.Say(c, line)
}

// count counts the turn against the limits.
func (s *step) count(ctx context.Context) error {
	return s.quota.count(ctx, len(s.events), s.events[0].Tries > 1)
}

// overLimit says that a limit is reached: at the end of a turn that has begun to spend
// as its answer, else once an hour and to the member alone.
func (s *step) overLimit(ctx context.Context, member chat.Member, question string, over error) error {
	line, err := s.quota.line(member, over)
	if err != nil {
		return err
	}
	if s.quota.purse != nil && len(s.quota.purse.Spent()) > 0 || errors.Is(over, middleware.ErrSpent) {
		return s.ended(question, member, line)
	}
	s.quota.turns = 0
	var c store.Commit
	s.quota.settle(&c)
	now := s.Now()
	told := s.Store.Reserve(ctx, store.Count{
		Key: "told/" + s.Owner() + now.UTC().Format("/2006-01-02T15"), N: 1, Limit: 1, Until: now.Add(2 * time.Hour),
	})
	if errors.Is(told, store.ErrLimit) {
		return s.Commit(c)
	}
	if told != nil {
		return fmt.Errorf("counting the notice: %w", told)
	}
	return s.Private(c, bot.Paragraph(line))
}

// decisions are the words by which people try to decide a card without its buttons.
var decisions = strings.Fields("yes y yep yeah ok okay sure approve approved confirm confirmed go ja oui si sí no n nope cancel deny nein non")

// typedDecision says whether a member types what only a button can decide.
func typedDecision(x *bot.Exchange, waiting []confirm.Action, text string) bool {
	waits := slices.ContainsFunc(waiting, func(a confirm.Action) bool { return a.Member == x.Event.Member && a.State == confirm.Waiting })
	word := strings.ToLower(strings.TrimRight(strings.TrimSpace(text), ".!"))
	return waits && (slices.Contains(decisions, word) || word == "do it" || word == "go ahead" || word == "yes please")
}
