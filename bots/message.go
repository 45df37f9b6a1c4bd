package bots

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"aidesk/bots/bot"
	"aidesk/core/agent"
	"aidesk/core/chat"
	"aidesk/core/confirm"
	"aidesk/core/markdown"
	"aidesk/core/model/middleware"
	"aidesk/core/policy"
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
		return s.commit(store.Commit{})
	}
	member, ok, err := s.speaker(ctx)
	if err != nil || !ok {
		return err
	}
	if s.typedDecision(question) {
		return s.say(store.Commit{}, "To decide, press a button on the card above: typing is not enough, so that nothing is ever sent by a misunderstanding.")
	}
	if over := s.count(ctx); over != nil {
		observeTurn(s.desk.Observe, limitedTurn, 0)
		return s.overLimit(ctx, member, question, over)
	}
	s.progress(ctx, "working…")
	defer s.progress(ctx, "")
	begun := time.Now()
	answer, err := s.turn(ctx, member, question)
	took := time.Since(begun)
	switch {
	case errors.Is(err, errStopped):
		observeTurn(s.desk.Observe, stoppedTurn, took)
		return s.ended(question, member, "Stopped.")
	case errors.Is(err, errChanged):
		observeTurn(s.desk.Observe, changedTurn, took)
		return s.ended(question, member, "")
	case err != nil && s.limited() != nil:
		observeTurn(s.desk.Observe, limitedTurn, took)
		return s.overLimit(ctx, member, question, s.limited())
	case err != nil:
		line, ok := agent.Fault(err)
		if !ok {
			return err
		}
		observeTurn(s.desk.Observe, failedTurn, took)
		s.logger.WarnContext(ctx, "model failed", "error", err)
		return s.ended(question, member, line)
	}
	observeTurn(s.desk.Observe, answeredTurn, took)
	observeTrace(s.desk.Observe, answer.Trace)
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
	release, err := s.desk.slot(ctx, s.bot, s.chat.Place)
	if err != nil {
		return agent.Answer{}, err
	}
	defer release()
	return s.ask(ctx, member, agent.Turn{Question: question})
}

// speaker reads who caused the event, as the platform knows them now. Where they may
// not use the desk here, or where there is doubt, they are told and ok is false.
func (s *step) speaker(ctx context.Context) (m chat.Member, ok bool, err error) {
	m, err = s.at.Member(context.WithoutCancel(ctx), s.chat.Place, s.chat.Member)
	if err != nil {
		s.logger.WarnContext(ctx, "member cannot be read", "error", err)
		return m, false, s.say(store.Commit{}, "I cannot find out who you are right now, so I do nothing. Try again in a minute.")
	}
	d := policy.Speak(s.bot.Access, s.chat.Place, m)
	if d.Denied() {
		s.desk.Observe.Note(bot.DeniedBy, d.Rule, 1)
	}
	switch {
	case d.Allowed():
		return m, true, nil
	case d.Reason == "":
		return m, false, s.commit(store.Commit{})
	default:
		return m, false, s.say(store.Commit{}, d.Reason)
	}
}

// gather joins the messages of one member that came before this turn began, as
// they read now.
func (s *step) gather() (string, error) {
	var texts []string
	add := func(m chat.Message) {
		if text := s.latest(m); strings.TrimSpace(text) != "" {
			texts = append(texts, text)
		}
	}
	add(*s.chat.Message)
	for _, e := range s.work.Events[1:] {
		if e.Kind != bot.KindMessage || e.Member != s.events[0].Member {
			break
		}
		next, err := s.desk.opened(e)
		if err != nil {
			return "", err
		}
		s.mu.Lock() // an interruption looks at them
		s.events, s.chat = append(s.events, e), *next.Chat
		s.mu.Unlock()
		add(*s.chat.Message)
	}
	if about := s.chat.Message.About; about != "" {
		texts = append(texts, "About this message:\n\n"+about)
	}
	return strings.Join(texts, "\n\n"), nil
}

// latest is the text of a message after the changes to it that are queued behind it.
func (s *step) latest(m chat.Message) string {
	text := m.Text
	for _, e := range s.work.Events {
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
	t.Conversation, t.Place = s.lease.Conversation, s.chat.Place
	t.Member, t.Owner = member, s.bot.Owner(s.chat.Place, s.chat.Member)
	t.Waiting, t.NewID = s.waits, bot.NewID
	t.Confirmation = bot.ReplyID(s.events[0])
	t.Progress = func(text string) { s.progress(ctx, text) }
	for _, e := range s.work.Entries {
		entry, err := agent.ReadEntry(e.Body)
		if err != nil {
			return agent.Answer{}, err
		}
		t.History = append(t.History, entry)
	}
	return s.bot.Agent.Run(middleware.WithPurse(ctx, s.wallet()), t)
}

// answer commits what a turn decided, with c, in one transaction.
func (s *step) answer(ctx context.Context, c store.Commit, a agent.Answer) error {
	r := chat.Reply{
		ID: bot.ReplyID(s.events[0]), Place: s.chat.Place, To: s.chat.Member, Answers: bot.MessageID(s.chat),
		Text: a.Text, Previews: a.Previews, Notes: a.Notes,
	}
	if err := s.park(&c, &r, a); err != nil {
		return err
	}
	for _, choice := range a.Choices[:min(len(a.Choices), 5)] {
		b := chat.Button{ID: bot.NewID(), Label: markdown.Line(choice.Label, 34), Form: choice.Operation != ""}
		p := bot.ButtonAction{Do: bot.DoSay, Member: s.chat.Member, Say: choice.Say}
		if b.Form {
			p = bot.ButtonAction{Do: bot.DoRun, Member: s.chat.Member, Plugin: choice.Plugin, Operation: choice.Operation, Args: choice.Args}
		}
		s.button(&c, b.ID, p, bot.Day)
		r.Buttons = append(r.Buttons, b)
	}
	s.offerShare(&c, &r)
	if p := a.Disabled; p != nil {
		r.Rows = append(r.Rows, s.offer(&c, p))
	}
	if err := s.notice(ctx, &c, &r); err != nil {
		return err
	}
	s.settleUsage(&c)
	if err := s.told(&c, a); err != nil {
		return err
	}
	return s.reply(c, r)
}

// ended closes a turn without an answer of the model; the transcript keeps what was
// said. Without a line nothing is shown: another event says why.
func (s *step) ended(question string, member chat.Member, line string) error {
	var c store.Commit
	s.settleUsage(&c)
	if err := s.entries(&c, agent.Ended(member.Name, question, line)...); err != nil {
		return err
	}
	if line == "" {
		return s.commit(c)
	}
	return s.say(c, line)
}

// say commits c with one plain line as the reply to the step's event.
func (s *step) say(c store.Commit, line string) error {
	return s.reply(c, s.plain(markdown.New(markdown.Paragraph(markdown.Text(line)))))
}

// plain is a Reply to the step's event with a text of ours.
func (s *step) plain(text markdown.Document) chat.Reply {
	return chat.Reply{ID: bot.ReplyID(s.events[0]), Place: s.chat.Place, To: s.chat.Member, Answers: bot.MessageID(s.chat), Text: text}
}

// reply commits c with a Reply.
func (s *step) reply(c store.Commit, r chat.Reply) error {
	wanted, err := s.bot.Wanted(s.lease.Conversation, r, s.bot.Owner(s.chat.Place, s.chat.Member))
	if err != nil {
		return err
	}
	c.Replies = append(c.Replies, wanted)
	return s.commit(c)
}

// entries appends to the transcript.
func (s *step) entries(c *store.Commit, entries ...agent.Entry) error {
	for _, e := range entries {
		if err := s.entry(c, bot.Entry{Entry: e}); err != nil {
			return err
		}
	}
	return nil
}

// told appends what the agent decided to the transcript, and why.
func (s *step) told(c *store.Commit, a agent.Answer) error {
	for i, e := range a.Entries {
		k := bot.Entry{Entry: e}
		if i == len(a.Entries)-1 && a.Trace.Model != "" {
			k.Why = s.whyOf(a.Trace)
		}
		if err := s.entry(c, k); err != nil {
			return err
		}
	}
	return nil
}

func (s *step) entry(c *store.Commit, k bot.Entry) error {
	body, err := json.Marshal(k)
	if err != nil {
		return fmt.Errorf("storing the transcript: %w", err)
	}
	c.Entries = append(c.Entries, store.Entry{Member: s.bot.Owner(s.chat.Place, s.chat.Member), Body: body})
	return nil
}

// decisions are the words by which people try to decide a card without its buttons.
var decisions = strings.Fields("yes y yep yeah ok okay sure approve approved confirm confirmed go ja oui si sí no n nope cancel deny nein non")

// typedDecision says whether a member types what only a button can decide.
func (s *step) typedDecision(text string) bool {
	waits := slices.ContainsFunc(s.waits, func(a confirm.Action) bool { return a.Member == s.chat.Member && a.State == confirm.Waiting })
	word := strings.ToLower(strings.TrimRight(strings.TrimSpace(text), ".!"))
	return waits && (slices.Contains(decisions, word) || word == "do it" || word == "go ahead" || word == "yes please")
}

// progress shows that the desk works, where the platform can.
func (s *step) progress(ctx context.Context, text string) {
	if t, ok := s.at.(chat.Typer); ok {
		if err := t.Type(context.WithoutCancel(ctx), s.chat.Place, chat.Progress{To: s.chat.Member, Text: text}); err != nil {
			s.logger.DebugContext(ctx, "showing progress", "error", err)
		}
	}
}
