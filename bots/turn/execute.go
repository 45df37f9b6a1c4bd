package turn

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"aidesk/bots/bot"
	"aidesk/core/agent"
	"aidesk/core/chat"
	"aidesk/core/confirm"
	"aidesk/core/markdown"
	"aidesk/core/plugin"
	"aidesk/core/policy"
	"aidesk/store"
)

const (
	cancelledLine = "You cancelled it. Nothing was sent."
	expiredLine   = "Nobody decided in time. Nothing was sent. Ask again if you still want it."
	doneLine      = "Sent once, and %s accepted it."
	unknownLine   = "It was sent, but no answer came. It may or may not have happened: look at %s before you send it again."

	doneRead    = "%s answered."
	unknownRead = "No answer came from %d. Nothing can have changed there."
)

// execute carries out an Action that this press approved. First commit: executing,
// with the card. Only then the first byte. Second commit: what became of it. Then
// the model goes on, and the third commit ends the turn.
func (d *decision) execute(ctx context.Context, a confirm.Action) error {
	member, err := d.Adapter.Member(ctx, a.Place, a.Member)
	if err != nil {
		return d.Note(ctx, "I cannot find out who you are right now, so I do nothing. Press again in a minute.")
	}
	d.Event.Place = a.Place
	on, _, err := d.Bot.Plugins.Enabled(ctx, a.Place, a.Member)
	if err != nil {
		return err
	}
	p := pluginOf(on, a.Call)
	a.By = d.press.ID
	if may := policy.Speak(d.Bot.Access, a.Place, member); may.Denied() {
		d.Observe.Note(bot.DeniedBy, may.Rule, 1)
		return d.close(ctx, a, confirm.Denied, may.Reason+" Nothing was sent.", d.turn.events)
	}
	if may := plugin.Decide(on, member, a.Call); may.Denied() {
		d.Observe.Note(bot.DeniedBy, may.Rule, 1)
		return d.close(ctx, a, confirm.Denied, may.Reason+" Nothing was sent.", d.turn.events)
	}
	d.Progress(ctx, "asking "+markdown.Line(a.Call.Human, 50)+"…")
	defer d.Progress(ctx, "")

	a, c, err := d.move(ctx, a, confirm.Executing, confirm.Outcome{})
	if err != nil {
		return err
	}
	if err := d.turn.save(c, nil); err != nil {
		return err
	}
	got, err := d.Bot.Plugins.Send(context.WithoutCancel(ctx), p, a.Call)
	if err != nil {
		got.Status, got.Message = "error", err.Error()+"."
	}
	if a, err = d.finish(ctx, a, got); err != nil {
		return err
	}
	return d.goOn(ctx, member, a)
}

// pluginOf is the plugin that a call is for, among those enabled.
func pluginOf(on []*plugin.Plugin, c plugin.Call) *plugin.Plugin {
	i := slices.IndexFunc(on, func(p *plugin.Plugin) bool { return p.ID == c.Plugin })
	if i < 0 {
		return nil
	}
	return on[i]
}

// finish is the second commit: the Action's end, its card, and the outcome in the transcript.
func (d *decision) finish(ctx context.Context, a confirm.Action, got plugin.Outcome) (confirm.Action, error) {
	done, unknown := doneLine, unknownLine
	if !a.Call.Unsafe {
		done, unknown = doneRead, unknownRead
	}
	state, out := confirm.Done, confirm.Outcome{Line: fmt.Sprintf(done, markdown.Line(a.Call.Human, 50)), Content: agent.Content(got), LeftOut: got.LeftOut, Links: got.Links}
	switch {
	case got.Sent == plugin.Unsure:
		state = confirm.Unknown
		out.Line = fmt.Sprintf(unknown, markdown.Line(a.Call.Human, 50))
		out.Content = out.Line
	case got.Status != "ok":
		state = confirm.Failed
		out.Line = markdown.Line(got.Message, 300)
		if got.Sent == plugin.Unsent {
			out.Line += " Nothing was sent."
		}
	}
	a, c, err := d.move(ctx, a, state, out)
	if err != nil {
		return a, err
	}
	if err := entries(&c, d.Owner(), agent.OutcomeEntry(a)); err != nil {
		return a, err
	}
	if err := d.turn.save(c, nil); err != nil {
		return a, err
	}
	d.turn.work.Entries = append(d.turn.work.Entries, c.Entries...)
	return a, nil
}

// resume goes on after a crash, from the last commit of this press. Nothing is sent.
func (d *decision) resume(ctx context.Context, a confirm.Action) error {
	d.Event.Place = a.Place
	d.turn.shown = append(d.turn.shown, store.Reply{ID: a.Confirmation})
	switch a.State {
	case confirm.Executing:
		var err error
		if a, err = d.finish(ctx, a, plugin.Outcome{Sent: plugin.Unsure}); err != nil {
			return err
		}
	case confirm.Denied: // cancelled at once, while another turn ran: the model is told now
		var c store.Commit
		if err := entries(&c, d.Owner(), agent.OutcomeEntry(a)); err != nil {
			return err
		}
		return d.Commit(c)
	case confirm.Expired: // found too late by this press, and told
		return d.Commit(store.Commit{})
	default: // the call came to an end: only the model has not gone on
	}
	member, err := d.Adapter.Member(ctx, a.Place, a.Member)
	if err != nil {
		return d.Commit(store.Commit{})
	}
	return d.goOn(ctx, member, a)
}

// goOn lets the model go on with the outcome: the third commit. What it says joins
// the card, so that one write is one message; what it parks gets a message of its own.
func (d *decision) goOn(ctx context.Context, member chat.Member, a confirm.Action) error {
	answer, err := d.turn.ask(ctx, member, agent.Turn{Links: a.Outcome.Links})
	if _, fault := agent.ErrorLine(err); fault || errors.Is(err, errStopped) || err != nil && d.turn.quota.limited() != nil {
		d.Logger.WarnContext(ctx, "the model did not go on", "error", err)
		var c store.Commit
		d.turn.quota.settle(&c)
		return d.Commit(c) // the card says what became of it
	}
	if err != nil {
		return err
	}
	if len(answer.Parked) > 0 {
		return d.turn.answer(ctx, store.Commit{}, answer)
	}
	var c store.Commit
	d.turn.quota.settle(&c)
	if err := d.turn.told(&c, answer); err != nil {
		return err
	}
	if answer.Text.Empty() && len(answer.Previews) == 0 {
		return d.Commit(c)
	}
	r, err := d.card(ctx, a)
	if err != nil {
		return err
	}
	r.Text.Blocks = append(r.Text.Blocks, answer.Text.Blocks...)
	r.Previews = append(r.Previews, answer.Previews...)
	return d.Reply(c, r)
}

// close ends an Action that is not carried out, shows it on its card and tells it to
// the model later, without asking it now. done are the events that are worked by it.
func (d *decision) close(ctx context.Context, a confirm.Action, state confirm.State, line string, done []store.Event) error {
	if a.By == "" {
		a.By = d.press.ID
	}
	a, c, err := d.move(ctx, a, state, confirm.Outcome{Line: line})
	if err != nil {
		return err
	}
	if err := entries(&c, d.Owner(), agent.OutcomeEntry(a)); err != nil {
		return err
	}
	for _, e := range done {
		c.Done = append(c.Done, e.Seq)
	}
	return d.turn.save(c, done)
}

// expire closes an Action whose time is over.
func (d *decision) expire(ctx context.Context) error {
	a, err := d.action(ctx, d.turn.first.Expire)
	if errors.Is(err, store.ErrNotFound) {
		return d.Commit(store.Commit{}) // forgotten
	}
	if err != nil {
		return err
	}
	if a.State != confirm.Waiting {
		return d.Commit(store.Commit{})
	}
	return d.close(ctx, a, confirm.Expired, expiredLine, d.turn.events)
}

// again asks about the call of an Action whose fate is unknown once more: a new
// Action that names the old one, on a card of its own.
func (d *decision) again(ctx context.Context, old confirm.Action) error {
	if old.Member != d.Event.Member {
		return d.Note(ctx, fmt.Sprintf("Only %s can decide this.", old.Name))
	}
	if old.State != confirm.Unknown {
		return d.Note(ctx, "There is nothing to send again.")
	}
	if _, waits := confirm.Same(d.turn.waits, old.Member, old.Call); waits {
		return d.Note(ctx, "You are already asked about this: see the newer card.")
	}
	d.Event.Place = old.Place
	r := d.Plain(markdown.New())
	a := confirm.Again(old, r.ID, bot.NewID, d.Now())
	var c store.Commit
	if err := park(d.Exchange, &c, &r, a); err != nil {
		return err
	}
	return d.Reply(c, r)
}
