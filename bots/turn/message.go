package turn

import (
	"context"
	"errors"
	"fmt"
	"regexp"
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
	"aidesk/core/plugin"
	"aidesk/store"
)

// message answers what a member said: the agent is asked, unless there is a reason not
// to.
func (t *Turn) message(ctx context.Context) error {
	written, err := t.joinMessages(ctx)
	if err != nil {
		return err
	}
	if written == "" && len(t.files) == 0 { // deleted before its turn came
		return t.Commit(store.Commit{})
	}
	member, ok, err := t.Speaker(ctx)
	if err != nil || !ok {
		return err
	}
	question := markdown.Clean(written)
	if strings.TrimSpace(question) == "" && (len(t.files) == 0 || t.Bot.Agent.Model.Info().Literal) {
		return t.wordless(ctx)
	}
	if l := t.Bot.Logins; l != nil && len(t.files) == 0 {
		digits := false
		for message := range strings.SplitSeq(question, "\n\n") {
			found, err := l.Typed(ctx, t.Bot.Scope(t.Event.Place), t.Owner(), message)
			if err != nil {
				return err
			}
			digits = digits || found
		}
		if digits { // they go to no model and into no transcript
			return t.ReplyPrivately(store.Commit{}, bot.Paragraph(textDigitsTyped))
		}
	}
	if typedDecision(&t.Exchange, t.waiting, question) {
		return t.Say(store.Commit{}, textUseButtons)
	}
	if over := t.count(ctx, member); over != nil {
		observeTurn(t.Observe, outcomeLimited, 0)
		return t.overLimit(ctx, member, question, over)
	}
	t.Progress(ctx, textWorking)
	defer t.Progress(ctx, "")
	t.streams = true
	begun := time.Now()
	answer, err := t.runAgent(ctx, member, agent.Turn{Question: strings.TrimSpace(question), Misled: markdown.Misleads(written), Patient: t.Outage(nil, 0) != nil})
	took := time.Since(begun)
	var outage *bot.Outage
	away, after, isAway := agent.Away(err)
	if isAway {
		outage = t.Outage(err, after)
	}
	switch {
	case errors.Is(err, errStopped):
		observeTurn(t.Observe, outcomeStopped, took)
		return t.endWithout(question, member, textStopped)
	case errors.Is(err, errChanged):
		observeTurn(t.Observe, outcomeChanged, took)
		return t.endWithout(question, member, "")
	case err != nil && t.quota.limitReached() != nil:
		observeTurn(t.Observe, outcomeLimited, took)
		return t.overLimit(ctx, member, question, t.quota.limitReached())
	case outage != nil:
		return t.putOff(ctx, outage, away)
	case err != nil:
		line, ok := agent.ErrorLine(err)
		if !ok {
			return err
		}
		observeTurn(t.Observe, outcomeFailed, took)
		t.Logger.WarnContext(ctx, "model failed", "error", err)
		return t.endWithout(question, member, line)
	}
	observeTurn(t.Observe, outcomeAnswered, took)
	observeTrace(t.Observe, answer.Trace)
	if !t.Event.Message.ByApp && len(t.files) == 0 { // what is quoted or attached cannot be asked about once more
		t.question = question
	}
	if err := t.answer(ctx, store.Commit{}, answer); err != nil {
		return err
	}
	t.title(ctx, question)
	return nil
}

// runAgent asks the agent once the workspace may run one more turn, unless the member has
// asked to stop already.
func (t *Turn) runAgent(ctx context.Context, member chat.Member, turn agent.Turn) (agent.Answer, error) {
	if slices.ContainsFunc(t.work.Events, func(e store.Event) bool { return e.Kind == bot.KindStop }) {
		t.worker.noteStop()
		return agent.Answer{}, errStopped
	}
	if cause := context.Cause(ctx); cause != nil {
		return agent.Answer{}, cause
	}
	release, err := t.worker.pool.slot(ctx, t.Bot, t.Event.Place)
	if err != nil {
		return agent.Answer{}, err
	}
	defer release()
	if err := t.begin(ctx); err != nil {
		return agent.Answer{}, err
	}
	if m := t.Event.Message; m.ByApp {
		turn.Quote, turn.Misled = markdown.Clean(m.About), turn.Misled || markdown.Misleads(m.About)
	}
	if err := t.readAbove(ctx, &turn); err != nil {
		return agent.Answer{}, err
	}
	given, err := t.attach(ctx, t.files)
	defer given.release()
	if err != nil {
		return agent.Answer{}, err
	}
	turn.Files, turn.Attached, turn.Misled = given.files, given.told, turn.Misled || given.misled
	t.notes = append(t.notes, given.notes...)
	return t.ask(ctx, member, turn)
}

// begin counts a try on the event: its work begins now.
func (t *Turn) begin(ctx context.Context) error {
	if t.begun {
		return nil
	}
	t.begun = true
	return t.worker.try(context.WithoutCancel(ctx), &t.work.Events[0])
}

// putOff ends the turn for now. What it counted against the limits is given back, and the
// member reads once that the question is kept.
func (t *Turn) putOff(ctx context.Context, o *bot.Outage, line string) error {
	var c store.Commit
	t.quota.giveBack(&c)
	_, err := t.Store.Reply(ctx, t.ReplyID)
	if (errors.Is(err, store.ErrNotFound) || t.streamed) && line != "" {
		kept, err := t.Bot.WantedReply(t.Conversation, t.NewReply(bot.Paragraph(line)), t.Owner())
		if err != nil {
			return err
		}
		c.Replies = []store.Reply{kept}
	} else if err != nil && !errors.Is(err, store.ErrNotFound) {
		return err
	}
	if err := t.save(c, nil); err != nil {
		return err
	}
	return o
}

// joinMessages joins the messages that one member sent before this turn began, each with
// the edits that have come since.
func (t *Turn) joinMessages(ctx context.Context) (string, error) {
	var texts []string
	add := func(m chat.Message) {
		if m.ID != "" {
			t.Sources = append(t.Sources, t.Bot.Source(t.Event.Place, m.ID))
		}
		text, names, files := currentText(m, t.work.Events)
		t.files = append(t.files, files...)
		if text = t.withNames(ctx, text, names); strings.TrimSpace(text) != "" {
			texts = append(texts, text)
		}
	}
	add(*t.Event.Message)
	for _, e := range t.work.Events[1:] {
		if e.Kind != bot.KindMessage || e.Member != t.events[0].Member {
			break
		}
		next, err := inbox.OpenEvent(t.worker.pool.Secrets, e)
		if err != nil {
			return "", err
		}
		t.worker.mu.Lock() // an interrupting event is compared with them
		t.events, t.Event = append(t.events, e), *next.Chat
		t.worker.mu.Unlock()
		add(*t.Event.Message)
	}
	switch m := t.Event.Message; {
	case m.About != "" && m.ByApp:
		texts = append(texts, "About this message.") // which agent.Turn.Quote holds
	case m.About != "":
		texts = append(texts, "About this message:\n\n"+m.About)
	}
	return strings.Join(texts, "\n\n"), nil
}

// nameMark is what may stand for a name in what a member wrote.
var nameMark = regexp.MustCompile(`[@#]&?[0-9A-Za-z]+`)

// withNames is a text with names in it where marks stood.
func (t *Turn) withNames(ctx context.Context, text string, marks []string) string {
	namer, ok := t.Adapter.(chat.Namer)
	if !ok || len(marks) == 0 {
		return text
	}
	names := namer.Names(ctx, t.Event.Place, marks[:min(len(marks), maxNames)])
	return nameMark.ReplaceAllStringFunc(text, func(mark string) string {
		if name := names[mark]; name != "" && slices.Contains(marks, mark) {
			return markdown.Line(name, 80)
		}
		return mark
	})
}

// maxNames is how many names are looked up for one message.
const maxNames = 20

// currentText is the text of a message, with the marks in it and the files beside it, after
// the edits among the events queued behind it.
func currentText(m chat.Message, events []store.Event) (text string, names []string, files []chat.Attachment) {
	text, names, files = m.Text, m.Names, m.Files
	for _, e := range events {
		if e.Kind != bot.KindChange {
			continue
		}
		if later, err := bot.ReadEvent(e); err == nil && later.Chat.Change.Message == m.ID {
			changed := later.Chat.Change
			text, names, files = changed.Text, changed.Names, changed.Files
		}
	}
	return text, names, files
}

// ask runs the agent, with the transcript and what waits of the conversation.
func (t *Turn) ask(ctx context.Context, member chat.Member, request agent.Turn) (agent.Answer, error) {
	request.Conversation, request.Place = t.Conversation, t.Event.Place
	request.Member, request.Owner = member, t.Owner()
	request.Waiting, request.NewID = t.waiting, bot.NewID
	request.Confirmation = t.ReplyID
	request.NoLogin = func(ctx context.Context, p *plugin.Plugin) (string, error) {
		return command.NoLogin(ctx, &t.Exchange, p)
	}
	request.Progress = func(text string) { t.Progress(ctx, text) }
	var err error
	if err = t.quota.know(ctx, member); err != nil {
		return agent.Answer{}, err
	}
	if request.History, err = t.worker.pool.recall.read(t.Conversation, t.work.Entries); err != nil {
		return agent.Answer{}, err
	}
	if s := t.stream(); s != nil {
		request.Show = s.show
		defer s.stop()
	}
	ctx = middleware.WithChannels(middleware.WithTurnBudget(ctx, t.quota.turnBudget()), t.channels()...)
	return t.Bot.Agent.Run(ctx, request)
}

// channels are where the words come from that the model is asked about: the place of the event,
// and where it was typed, if that is another.
func (t *Turn) channels() []string {
	places := []chat.Place{t.Event.Place}
	if m := t.Event.Message; m != nil && m.From != nil {
		places = append(places, *m.From)
	}
	var channels []string
	for _, p := range places {
		if p.Direct {
			channels = append(channels, middleware.Direct)
		} else {
			channels = append(channels, p.Channel)
		}
	}
	return channels
}

// answer commits what the agent decided, together with c, in one transaction.
func (t *Turn) answer(ctx context.Context, c store.Commit, a agent.Answer) error {
	r := t.NewReply(a.Text)
	r.Previews, r.Notes = a.Previews, slices.Concat(t.notes, a.Notes)
	private := a.Private && !r.Place.Direct
	if private {
		t.makePrivate(&r)
	}
	cards := &r
	if len(a.Parked) > 0 && a.Parked[0].Schedule != "" && !private && !r.Place.Direct {
		cards = t.privateCards(slices.ContainsFunc(a.Parked, func(a confirm.Action) bool { return a.Grant == "" }))
	}
	for _, action := range a.Parked {
		action.Message, action.Private = bot.MessageID(t.Event), action.Private || action.Schedule != ""
		if action.Login != nil {
			if err := t.askLogin(ctx, &c, action); err != nil {
				return err
			}
			continue
		}
		action.Confirmation = cards.ID
		if err := park(ctx, &t.Exchange, &c, cards, action); err != nil {
			return err
		}
	}
	if cards != &r && len(cards.Cards) > 0 {
		wanted, err := t.Bot.WantedReply(t.Conversation, *cards, t.Owner())
		if err != nil {
			return err
		}
		c.Replies = append(c.Replies, wanted)
	}
	for _, choice := range a.Choices[:min(len(a.Choices), 5)] {
		b := chat.Button{ID: bot.NewID(), Label: markdown.Line(choice.Label, 34), Form: choice.Operation != ""}
		p := bot.ButtonAction{Do: bot.DoSay, Member: t.Event.Member, Say: choice.Say}
		if b.Form {
			p = bot.ButtonAction{Do: bot.DoRun, Member: t.Event.Member, Plugin: choice.Plugin, Operation: choice.Operation, Args: choice.Args}
		}
		t.Button(&c, b.ID, p, bot.Day)
		r.Buttons = append(r.Buttons, b)
	}
	addShareButton(&t.Exchange, &c, &r)
	t.addRating(&c, &r, a)
	if private {
		if err := t.tellPrivately(&c, &r); err != nil {
			return err
		}
	}
	if p := a.Disabled; p != nil {
		r.Rows = append(r.Rows, command.OfferPlugin(&t.Exchange, &c, p, t.question))
	}
	if err := command.Notice(ctx, &t.Exchange, &c, &r); err != nil {
		return err
	}
	if err := command.NoticeGiven(ctx, &t.Exchange, &c, &r, a.Used()); err != nil {
		return err
	}
	t.quota.called(a.Used()...)
	t.quota.settle(&c)
	if err := t.appendAnswer(&c, a); err != nil {
		return err
	}
	if t.slot != nil {
		if err := t.slot.Done(ctx, &c); err != nil {
			return err
		}
	}
	return t.Reply(c, r)
}

// endWithout ends a turn that has no answer of the model, and keeps the question in the
// transcript. The member reads line; where it is empty, a later event answers them.
func (t *Turn) endWithout(question string, member chat.Member, line string) error {
	var c store.Commit
	t.quota.settle(&c)
	for _, e := range agent.UnansweredEntries(member.Name, question, line) {
		if err := appendEntry(&c, t.Owner(), t.Sources, bot.Entry{Entry: e}); err != nil {
			return err
		}
	}
	if line == "" && t.streamed { // what was shown of it is no answer
		line = textAnswerFollows
	}
	if line == "" {
		return t.Commit(c)
	}
	return t.Say(c, line)
}

// count counts the turn against the limits, once however often it is tried.
func (t *Turn) count(ctx context.Context, member chat.Member) error {
	return t.quota.count(ctx, member, len(t.events), t.events[0].Tries > 0)
}

// overLimit says that a limit is reached. A turn that has used something ends with it;
// otherwise the member is told in private, once an hour.
func (t *Turn) overLimit(ctx context.Context, member chat.Member, question string, over error) error {
	line, err := t.quota.limitText(member, over)
	if err != nil {
		return err
	}
	if t.quota.budget != nil && len(t.quota.budget.Spent()) > 0 || errors.Is(over, middleware.ErrSpent) {
		return t.endWithout(question, member, line)
	}
	t.quota.turns = 0
	var c store.Commit
	t.quota.settle(&c)
	now := t.Now()
	err = t.Store.Reserve(ctx, store.Count{
		Key: "told/" + t.Owner() + now.UTC().Format("/2006-01-02T15"), N: 1, Limit: 1, Until: now.Add(2 * time.Hour),
	})
	if errors.Is(err, store.ErrLimit) {
		return t.Commit(c)
	}
	if err != nil {
		return fmt.Errorf("counting the notice: %w", err)
	}
	return t.ReplyPrivately(c, bot.Paragraph(line))
}

// decisions are words by which people try to decide about a card without its buttons.
var decisions = strings.Fields("yes y yep yeah ok okay sure approve approved confirm confirmed go ja oui si sí no n nope cancel deny nein non")

// typedDecision says whether a member types what only a button can decide.
func typedDecision(x *bot.Exchange, waiting []confirm.Action, text string) bool {
	waits := slices.ContainsFunc(waiting, func(a confirm.Action) bool { return a.Member == x.Event.Member && a.State == confirm.Waiting })
	word := strings.ToLower(strings.TrimRight(strings.TrimSpace(text), ".!"))
	return waits && (slices.Contains(decisions, word) || word == "do it" || word == "go ahead" || word == "yes please")
}
