package slack

import (
	"context"
	"errors"
	"fmt"

	"aidesk/adapters/session"
	"aidesk/adapters/slack/render"
	"aidesk/core/chat"
	"aidesk/core/markdown"
)

// Send posts the messages of a reply, or brings those that were posted up to date:
// what is new is posted, what is left over deleted. Private replies go to the member's
// direct message, with a link to where it began; so does a reply to a member in a
// place to which the app has no access.
func (a *Adapter) Send(ctx context.Context, r chat.Reply, posted string) (string, error) {
	have := session.ParseDelivered(posted)
	r, err := a.address(ctx, r, have)
	if err != nil {
		return "", a.verdict(ctx, r, err)
	}
	out, err := a.deliver(ctx, r, have)
	if posted == "" && len(out.Messages) == 0 && barred[codeOf(err)] && r.To != "" && !r.Place.Direct {
		r.Private = true
		if r, err = a.address(ctx, r, have); err == nil {
			out, err = a.deliver(ctx, r, have)
		}
	}
	if err == nil {
		if a.FollowThreads && !r.Place.Direct && r.Place.Thread != "" {
			a.joins(ctx, r.Place)
		}
		return out.String(), nil
	}
	if more := out.New(have); len(more) > 0 {
		if posted == "" { // a part of it is there, which Find will find
			return "", fmt.Errorf("%d of the messages of a reply were posted: %w", len(more), err)
		}
		a.withdraw(ctx, out.Channel, more)
	}
	return "", a.verdict(ctx, r, err)
}

// withdraw deletes messages that would be posted once more when the reply is tried again.
func (a *Adapter) withdraw(ctx context.Context, channel string, messages []string) {
	for _, ts := range messages {
		if err := a.remove(ctx, channel, ts); err != nil {
			a.Logger.WarnContext(ctx, "deleting a message", "error", err)
		}
	}
}

// remove deletes a message; one that is not there is deleted.
func (a *Adapter) remove(ctx context.Context, channel, ts string) error {
	err := a.web.call(ctx, "chat.delete", "", map[string]any{"channel": channel, "ts": ts}, nil)
	if codeOf(err) == "message_not_found" {
		return nil
	}
	return err
}

// barred are the codes for a place that the app cannot write to, though the member who
// is answered is still there.
var barred = map[string]bool{
	"not_in_channel": true, "channel_not_found": true, "thread_not_found": true, "invalid_thread_ts": true, "cannot_reply_to_message": true,
}

// verdict is what the desk is told about a failed sending.
func (a *Adapter) verdict(ctx context.Context, r chat.Reply, err error) error {
	refusal, ok := errors.AsType[*refusal](err)
	switch {
	case !ok, vague[refusal.code]:
		return err
	case gone[refusal.code], shapeless[refusal.code]:
		a.Logger.WarnContext(ctx, "a reply cannot be delivered", "channel", r.Place.Channel, "reply", r.ID, "error", err, "remedy", remedy(err))
		return fmt.Errorf("%w: %w", chat.ErrGone, err)
	case refusal.code == limited:
		return &chat.Later{After: refusal.after, Reason: err.Error()}
	}
	return &chat.Later{After: session.RetryAfter, Reason: err.Error() + ": " + remedy(err)}
}

// address says where a reply goes. A reply that is in a place already stays there.
func (a *Adapter) address(ctx context.Context, r chat.Reply, have session.Delivered) (chat.Reply, error) {
	p := r.Place
	elsewhere := have.Channel != "" && have.Channel != p.Channel
	private := r.Private || elsewhere || p.Channel == "" || !p.Direct && p.Thread == "" && !r.Open // only commands begin outside of threads
	if !private || p.Direct && p.Channel != "" {
		return r, nil
	}
	self, err := a.who.Get(ctx)
	if err != nil {
		return r, err
	}
	r.Place.Direct, r.Place.Thread = true, ""
	if r.Place.Channel = have.Channel; have.Channel == "" {
		if r.Place.Channel, err = a.direct(ctx, r.To); err != nil {
			return r, err
		}
	}
	if link := self.archive(p.Channel, p.Thread); link != "" && p.Thread != "" {
		r.Text = markdown.Join(r.Text, markdown.New(markdown.Paragraph(
			markdown.Text("This belongs to "), markdown.Link("a thread in a channel", link), markdown.Text("."))))
	}
	return r, nil
}

// deliver makes messages of a reply and brings them to Slack. What it returns is
// there, also if there is an error.
func (a *Adapter) deliver(ctx context.Context, r chat.Reply, have session.Delivered) (session.Delivered, error) {
	messages, err := a.render(r)
	if err != nil {
		return have, err
	}
	uploads, messages, err := a.prepare(ctx, messages, have)
	if err != nil {
		return have, err
	}
	p := &posting{Adapter: a, reply: r, Delivery: session.Delivery{Have: have.Messages, Out: session.Delivered{Channel: have.Channel, Files: have.Files}}}
	if have.Channel == "" {
		p.Out.Channel = r.Place.Channel
		if a.blind(r.Place.Channel) {
			if err := p.begin(ctx); err != nil {
				return p.Kept(), err
			}
		}
	}
	for _, m := range messages {
		if err := p.say(ctx, m); err != nil {
			return p.Kept(), err
		}
	}
	if err := p.RemoveRest(func(ts string) error { return a.remove(ctx, p.Out.Channel, ts) }); err != nil {
		return p.Out, err
	}
	return p.Out, a.attach(ctx, &p.Out, r.Place.Thread, uploads)
}

// render makes messages of a reply. One that cannot be shown whole says so.
func (a *Adapter) render(r chat.Reply) ([]render.Message, error) {
	r = withForms(r)
	look := render.Look{Zone: a.people.Last(r.To).Location()}
	messages, err := look.Render(r)
	if err != nil {
		sorry := chat.Reply{ID: r.ID, Place: r.Place, To: r.To, Text: paragraph("I cannot show this whole in Slack, so I do not ask for it: " + err.Error() + ".")}
		messages, err = look.Render(sorry)
	}
	if err == nil && len(messages) == 0 {
		messages = []render.Message{{Channel: r.Place.Channel, Thread: r.Place.Thread, Text: "…"}}
	}
	return messages, err
}

// withForms marks the buttons whose press opens a form.
func withForms(r chat.Reply) chat.Reply {
	return session.MapButtons(r, func(b chat.Button) chat.Button {
		if b.Form && b.URL == "" {
			b.ID = opensForm + b.ID
		}
		return b
	})
}
