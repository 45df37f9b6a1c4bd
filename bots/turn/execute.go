package turn

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"aidesk/bots/bot"
	"aidesk/core/agent"
	"aidesk/core/chat"
	"aidesk/core/confirm"
	"aidesk/core/markdown"
	"aidesk/core/plugin"
	"aidesk/core/policy"
	"aidesk/store"
	"aidesk/store/failpoint"
)

// execute carries out an Action that this press approved, or asks for the second approval
// that it needs.
func (d *decision) execute(ctx context.Context, a confirm.Action) error {
	member, p, err := d.mayGo(ctx, a)
	if err != nil || p == nil {
		return err
	}
	a.By = d.press.ID
	if a.State == confirm.Waiting && a.Login == nil && a.Grant == "" {
		var waits bool
		if a, waits, err = d.askSecond(ctx, a); err != nil || waits {
			return err
		}
	}
	return d.send(ctx, member, p, a)
}

// mayGo asks again who the member of an Action is and whether its call may go. Without a
// plugin it may not, and that was told. From here on the turn is the member's, whoever pressed.
func (d *decision) mayGo(ctx context.Context, a confirm.Action) (chat.Member, *plugin.Plugin, error) {
	member, err := d.Adapter.Member(ctx, a.Place, a.Member)
	if err != nil {
		if o := d.PlatformOutage(err); o != nil {
			return member, nil, o
		}
		d.Logger.WarnContext(ctx, "member cannot be read", "error", err)
		if a.Grant != "" {
			return member, nil, d.askAfterAll(ctx, a)
		}
		return member, nil, d.Note(ctx, textCannotCheck)
	}
	d.Event.Place, d.Event.Member, d.member = a.Place, a.Member, member
	d.Bot.Remember(a.Place, member)
	may, p := policy.Speak(d.Bot.Access, a.Place, member), (*plugin.Plugin)(nil)
	if !may.Denied() {
		if may, p, err = d.Bot.Plugins.Judge(ctx, askOf(a, member)); err != nil {
			return member, nil, err
		}
	}
	if may.Denied() {
		d.Observe.Report(bot.DeniedBy, may.Rule, 1)
	}
	if may.Frozen() && a.Login == nil && a.Grant == "" { // its member may decide once more when it is not
		return member, nil, d.Note(ctx, may.Reason+textNothingSent+textStillWaits)
	}
	if may.Denied() {
		return member, nil, d.closeUnsent(ctx, a, confirm.Denied, may.Reason+textNothingSent, d.turn.events)
	}
	if a.Grant != "" && !may.Granted() {
		return member, nil, d.askAfterAll(ctx, a)
	}
	return member, p, nil
}

// askOf is what the policy is asked about an Action.
func askOf(a confirm.Action, member chat.Member) plugin.Ask {
	return plugin.Ask{Place: a.Place, Member: member, Call: a.Call, Grant: a.Grant, Schedule: a.Schedule}
}

// send sends the call of an Action. The first commit says that the Action is executing, with
// the card that shows it; only then does anything leave. The second says what became of it.
// Then the model goes on, and the third commit ends the turn.
func (d *decision) send(ctx context.Context, member chat.Member, p *plugin.Plugin, a confirm.Action) error {
	d.Progress(ctx, fmt.Sprintf(textAsking, markdown.Line(a.Call.Human, 50)))
	defer d.Progress(ctx, "")

	waiting := a
	a.DecidedAt = d.Now()
	a, c, err := d.moveTo(ctx, a, confirm.Executing, confirm.Outcome{})
	if err != nil {
		return err
	}
	c.Audits = append(c.Audits, d.audits...)
	if a.Grant != "" {
		covers, err := d.useGrant(ctx, askOf(a, member), p, a, &c)
		if err != nil {
			return err
		}
		if !covers {
			return d.askAfterAll(ctx, waiting)
		}
	}
	if record, changed, err := d.Bot.Plugins.Agree(ctx, a.Place, a.Member, p, a.Call); err != nil {
		return err
	} else if changed {
		c.Puts = append(c.Puts, record)
	}
	if err := d.turn.save(c, nil); err != nil {
		return err
	}
	failpoint.Hit(failpoint.Approved)
	got, err := d.Bot.Plugins.Send(context.WithoutCancel(ctx), a.Place, p, a.Call)
	if err != nil {
		got.Status, got.Message = "error", err.Error()+"."
	}
	failpoint.Hit(failpoint.Answered)
	if got.Sent != plugin.Unsent {
		d.turn.quota.called(a.Call.Plugin)
	}
	if a, err = d.recordOutcome(ctx, a, got); err != nil {
		return err
	}
	failpoint.Hit(failpoint.Settled)
	return d.followUp(ctx, member, a)
}

// pluginOf is the plugin that a call is for, among those enabled.
func pluginOf(on []*plugin.Plugin, c plugin.Call) *plugin.Plugin {
	i := slices.IndexFunc(on, func(p *plugin.Plugin) bool { return p.ID == c.Plugin })
	if i < 0 {
		return nil
	}
	return on[i]
}

// recordOutcome is the second commit: the Action's final state, its card, and the outcome
// in the transcript.
func (d *decision) recordOutcome(ctx context.Context, a confirm.Action, got plugin.Outcome) (confirm.Action, error) {
	name := markdown.Line(a.Call.Human, 50)
	done, unknown := confirm.Confirmed(a.Call.Summary, name), fmt.Sprintf(textUnknown, name)
	if !a.Call.Unsafe {
		unknown = fmt.Sprintf(textReadUnknown, name)
	}
	if !a.Call.Unsafe || !a.Call.Write {
		done = fmt.Sprintf(textReadDone, name)
	}
	state, out := confirm.Done, confirm.Outcome{Line: done, Content: agent.Content(got), LeftOut: got.LeftOut, Links: got.Links}
	switch {
	case got.Sent == plugin.Unsure:
		state = confirm.Unknown
		out.Line, out.Content = unknown, unknown
	case got.Status != "ok":
		state = confirm.Failed
		out.Line = markdown.Line(got.Message, 300)
		if a.Call.Own && !a.Private && !a.Place.Direct && !got.Ours() { // what their account says is not for the channel
			out.Line = fmt.Sprintf(textRefusedPrivately, name)
		}
		if got.Sent == plugin.Unsent {
			out.Line += textNothingSent
		}
	}
	var told store.Commit
	d.tellGrant(ctx, &a, state, &out, &told)
	out.Line = a.Both(out.Line)
	a, c, err := d.moveTo(ctx, a, state, out)
	if err != nil {
		return a, err
	}
	c.Buttons = append(c.Buttons, told.Buttons...)
	if err := d.tellAsker(&c, a); err != nil {
		return a, err
	}
	if a.Private && a.Call.Unsafe && !a.Place.Direct && state == confirm.Done { // its card is for its member alone
		line := chat.Reply{
			ID: chat.Key("sent", a.ID), Place: a.Place, To: a.Member, Answers: a.Message,
			Text: bot.Paragraph(fmt.Sprintf(textSentFor, markdown.Line(a.Name, 50), name)),
		}
		wanted, err := d.Bot.WantedReply(d.Conversation, line, a.Owner)
		if err != nil {
			return a, err
		}
		c.Replies = append(c.Replies, wanted)
	}
	if err := appendEntries(&c, a.Owner, agent.OutcomeEntry(a)); err != nil {
		return a, err
	}
	if err := d.turn.save(c, nil); err != nil {
		return a, err
	}
	d.turn.work.Entries = append(d.turn.work.Entries, c.Entries...)
	return a, nil
}

// resume goes on after a crash from the last commit of this press. Nothing is sent again.
func (d *decision) resume(ctx context.Context, a confirm.Action) error {
	d.Event.Place, d.Event.Member = a.Place, a.Member
	if a.Second != nil {
		d.pressed = a.Second.Pressed
	}
	d.turn.shown = append(d.turn.shown, store.Reply{ID: a.Confirmation})
	switch a.State {
	case confirm.Executing:
		var err error
		if a, err = d.recordOutcome(ctx, a, plugin.Outcome{Sent: plugin.Unsure}); err != nil {
			return err
		}
	case confirm.Denied: // cancelWaiting decided it while another turn ran: it enters the transcript now
		var c store.Commit
		if err := appendEntries(&c, d.Owner(), agent.OutcomeEntry(a)); err != nil {
			return err
		}
		return d.Commit(c)
	case confirm.Expired, confirm.Halfway: // this press came too late, and its member has been told, or it was the first of two
		return d.Commit(store.Commit{})
	default: // the call came to an end: only the model has not gone on
	}
	member, err := d.Adapter.Member(ctx, a.Place, a.Member)
	if err != nil {
		if o := d.PlatformOutage(err); o != nil {
			return o
		}
		return d.Commit(store.Commit{})
	}
	return d.followUp(ctx, member, a)
}

// followUp lets the model go on with the outcome, and makes the third commit: a Reply of its own
// below the card, so that who asked is notified. Where the model does not go on, or has nothing
// to say, that Reply is the outcome itself.
func (d *decision) followUp(ctx context.Context, member chat.Member, a confirm.Action) error {
	answer, err := d.turn.ask(ctx, member, agent.Turn{Links: a.Outcome.Links, Schedule: a.Schedule})
	if a.Schedule != "" { // what more it asks, and the outcome, stand where its card does
		d.Event.Place = d.pressed
	}
	if _, after, away := agent.Away(err); away && d.turn.quota.limitReached() == nil {
		if o := d.Outage(err, after); o != nil {
			return d.turn.putOff(ctx, o, "")
		}
	}
	if _, fault := agent.ErrorLine(err); fault || errors.Is(err, errStopped) || err != nil && d.turn.quota.limitReached() != nil {
		d.Logger.WarnContext(ctx, "the model did not go on", "error", err)
		var c store.Commit
		d.turn.quota.settle(&c)
		if d.askerTold(a) {
			return d.Commit(c)
		}
		return d.tellOutcome(c, a, agent.Answer{Text: bot.Paragraph(a.Outcome.Line)})
	}
	if err != nil {
		return err
	}
	if answer.Text.Empty() && len(answer.Parked) == 0 && !d.askerTold(a) {
		answer.Text = bot.Paragraph(a.Outcome.Line)
	}
	silent := answer.Text.Empty() && len(answer.Previews) == 0 && len(answer.Parked) == 0
	if unattended := a.Schedule != "" && a.Private && len(answer.Parked) == 0; !silent && !unattended {
		answer.Private = answer.Private || a.Private && a.Schedule == ""
		return d.turn.answer(ctx, store.Commit{}, answer)
	}
	d.turn.quota.called(answer.Used()...)
	var c store.Commit
	d.turn.quota.settle(&c)
	if err := d.turn.appendAnswer(&c, answer); err != nil {
		return err
	}
	if silent {
		return d.Commit(c)
	}
	return d.tellOutcome(c, a, answer)
}

// tellOutcome commits c with what there is to say to the outcome of an Action, for those who see
// its card.
func (d *decision) tellOutcome(c store.Commit, a confirm.Action, answer agent.Answer) error {
	r := d.NewReply(answer.Text)
	r.Previews, r.Notes, r.Private = answer.Previews, answer.Notes, a.Private && !d.Event.Place.Direct
	return d.Reply(c, r)
}

// closeUnsent ends an Action without sending anything. Its card shows that at once; the
// model reads it in the transcript with the next message. The events in done are done
// with it.
func (d *decision) closeUnsent(ctx context.Context, a confirm.Action, state confirm.State, line string, done []store.Event) error {
	a.By, a.DecidedAt = d.press.ID, d.Now()
	a, c, err := d.moveTo(ctx, a, state, confirm.Outcome{Line: line})
	if err != nil {
		return err
	}
	if err := d.tellAsker(&c, a); err != nil {
		return err
	}
	if err := appendEntries(&c, a.Owner, agent.OutcomeEntry(a)); err != nil {
		return err
	}
	c.Audits = append(c.Audits, d.audits...)
	for _, e := range done {
		c.Done = append(c.Done, e.Seq)
	}
	d.turn.work.Entries = append(d.turn.work.Entries, c.Entries...)
	return d.turn.save(c, done)
}

// expire closes an Action that nobody decided about in time.
func (d *decision) expire(ctx context.Context) error {
	a, err := d.action(ctx, d.turn.first.Expire)
	if errors.Is(err, store.ErrNotFound) {
		return d.Commit(store.Commit{}) // forgotten
	}
	if err != nil {
		return err
	}
	d.presser = "" // nobody pressed
	switch {
	case !a.State.Open():
		return d.Commit(store.Commit{})
	case a.State == confirm.Waiting:
		return d.closeUnsent(ctx, a, confirm.Expired, textExpired, d.turn.events)
	case d.press.Due.Before(a.Until.Truncate(time.Microsecond)): // which is what the store keeps
		return d.lookAtSecond(ctx, a)
	default:
		return d.closeUnsent(ctx, a, confirm.Expired, fmt.Sprintf(textSecondExpired, a.Second.Names()), d.turn.events)
	}
}

// askAgain shows a new card for the call of an Action of which nobody knows whether it
// was carried out. The new Action names the old one.
func (d *decision) askAgain(ctx context.Context, old confirm.Action) error {
	if old.Member != d.Event.Member {
		return d.Note(ctx, confirm.OnlyBy(old))
	}
	if old.State != confirm.Unknown {
		return d.Note(ctx, textNothingToSend)
	}
	if _, waits := confirm.Same(d.turn.waiting, old.Member, old.Call); waits {
		return d.Note(ctx, textAskedAlready)
	}
	d.Event.Place = old.Place
	r := d.NewReply(markdown.New())
	if old.Private && !r.Place.Direct {
		d.turn.makePrivate(&r)
	}
	a := confirm.Again(old, r.ID, bot.NewID, d.Now())
	var c store.Commit
	if err := park(ctx, d.Exchange, &c, &r, a); err != nil {
		return err
	}
	return d.Reply(c, r)
}
