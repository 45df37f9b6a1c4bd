package discord

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"slices"

	"aidesk/adapters/discord/render"
	"aidesk/adapters/discord/rest"
	"aidesk/adapters/session"
	"aidesk/core/chat"
	"aidesk/core/markdown"
)

// Send posts the messages of a reply, or brings those that were posted up to date: what
// is new is posted, what is left over deleted. Private replies go to the member's direct
// message, with a link to where it began; so does a reply to a member in a place where
// the bot may not write. Who takes no direct messages is told so in passing.
func (a *Adapter) Send(ctx context.Context, r chat.Reply, posted string) (string, error) {
	have := session.ParseDelivered(posted)
	sent := r
	r, at, err := a.address(ctx, r, have)
	if err != nil {
		return "", a.verdict(ctx, sent, err)
	}
	out, err := a.deliver(ctx, r, at, have)
	if posted == "" && len(out.Messages) == 0 && rest.Forbidden(err) && !r.Place.Direct {
		out, err = a.elsewhere(ctx, r, at, err)
	}
	if err == nil {
		return out.String(), nil
	}
	if rest.CodeOf(err) == rest.CodeBlocked {
		a.excuse(ctx, sent)
	}
	if more := out.New(have); len(more) > 0 {
		if posted == "" { // a part of it is there, which Find will find
			return "", fmt.Errorf("%d of the messages of a reply were posted: %w", len(more), err)
		}
		a.withdraw(ctx, out.Channel, more)
	}
	return "", a.verdict(ctx, sent, err)
}

// elsewhere brings a reply to a member who is in a place where the bot may not write:
// outside of the thread that it opened, or else privately.
func (a *Adapter) elsewhere(ctx context.Context, r chat.Reply, at spot, err error) (out session.Delivered, _ error) {
	if at.own {
		if out, err = a.deliver(ctx, r, a.chained(ctx, r.Place), session.Delivered{}); err == nil || len(out.Messages) > 0 || !rest.Forbidden(err) {
			return out, err
		}
	}
	if r.To == "" {
		return out, err
	}
	r.Private = true
	r.Notes = append(slices.Clone(r.Notes), "I may not write where you asked. An administrator can let me.")
	moved, at, err := a.address(ctx, r, session.Delivered{})
	if err != nil {
		return out, err
	}
	return a.deliver(ctx, moved, at, session.Delivered{})
}

// withdraw deletes messages that would be posted once more when the reply is tried again.
func (a *Adapter) withdraw(ctx context.Context, channel string, messages []string) {
	for _, id := range messages {
		if err := a.remove(ctx, channel, id); err != nil {
			a.Logger.WarnContext(ctx, "deleting a message", "error", err)
		}
	}
}

// verdict is what the desk is told about a failed sending.
func (a *Adapter) verdict(ctx context.Context, r chat.Reply, err error) error {
	refusal, ok := errors.AsType[*rest.Error](err)
	switch {
	case !ok, refusal.Status >= http.StatusInternalServerError:
		return err
	case rest.RateLimited(err):
		return &chat.Later{After: refusal.RetryAfter, Reason: err.Error()}
	case refusal.Code == rest.CodeOldEdits, refusal.Code == 0, refusal.Status == http.StatusUnauthorized:
		return &chat.Later{After: session.RetryAfter, Reason: err.Error() + ": " + rest.Remedy(err)}
	}
	a.Logger.WarnContext(ctx, "a reply cannot be delivered", "channel", r.Place.Channel, "reply", r.ID, "error", err, "remedy", rest.Remedy(err))
	return fmt.Errorf("%w: %w", chat.ErrGone, err)
}

// address says where a reply goes. A reply that is in a place already stays there.
func (a *Adapter) address(ctx context.Context, r chat.Reply, have session.Delivered) (chat.Reply, spot, error) {
	p := r.Place
	private := !p.Direct && (r.Private || p.Thread == "" && !r.Open) // only commands begin outside of threads
	if r.Open && p.Thread == "" && !private && (have.Channel == "" || have.Channel == p.Channel) {
		return r, spot{channel: p.Channel}, nil
	}
	if have.Channel != "" && !p.Direct && !private {
		s, known := a.spotted(ctx, p)
		switch {
		case known && s.channel == have.Channel:
			return fitted(r, s)
		case have.Channel == p.Thread:
			s = spot{channel: p.Thread}
			return fitted(r, s)
		case have.Channel == p.Channel:
			s = spot{channel: p.Channel, root: p.Thread}
			return fitted(r, s)
		}
		private = true // it had to go to the member
	}
	if !private {
		s, err := a.spot(ctx, p)
		if err != nil {
			return r, s, err
		}
		return fitted(r, s)
	}
	channel := have.Channel
	if channel == "" {
		var err error
		if channel, err = a.direct(ctx, r.To); err != nil {
			return r, spot{}, err
		}
	}
	r.Place.Direct, r.Place.Thread, r.Place.Channel, r.Answers = true, "", channel, ""
	if p.Thread != "" {
		r.Text = markdown.Join(r.Text, markdown.New(markdown.Paragraph(
			markdown.Text("This belongs to "), markdown.Link("a thread in a channel", a.archive(ctx, p)), markdown.Text("."))))
	}
	return r, spot{channel: channel}, nil
}

// archive is where a thread, or the first message of a chain, is read.
func (a *Adapter) archive(ctx context.Context, p chat.Place) string {
	if a.seat(ctx, p.Thread).known() {
		return address(p.Workspace, p.Thread, "")
	}
	return address(p.Workspace, p.Channel, p.Thread)
}

// fitted is a reply whose messages can answer the message that it answers: only one of
// the same channel can be. The first in a thread that the desk opened calls the asker.
func fitted(r chat.Reply, s spot) (chat.Reply, spot, error) {
	if s.channel == r.Place.Thread && r.Answers == r.Place.Thread && r.Answers != "" {
		r.Answers, s.first = "", true
	}
	return r, s, nil
}

// excuse tells a member who takes no direct messages what was not brought to them.
func (a *Adapter) excuse(ctx context.Context, r chat.Reply) {
	const line = "I could not send you a direct message. Allow direct messages in the privacy settings of this server, and ask again."
	if t, ok := a.tokens.Get(r.To); ok {
		if a.whisper(ctx, t, render.EphemeralLine(line, "")) == nil {
			return
		}
	}
	if r.Place.Direct || r.Place.Thread == "" || !render.IsID(r.To) {
		a.Logger.WarnContext(ctx, "a member takes no direct messages", "reply", r.ID)
		return
	}
	s, err := a.spot(ctx, r.Place)
	if err == nil {
		m := render.Line("blocked/"+r.ID, line)
		m.Mention(r.To)
		_, err = a.create(ctx, s.channel, m, session.FirstWait)
	}
	if err != nil {
		a.Logger.WarnContext(ctx, "telling a member", "error", err, "remedy", rest.Remedy(err))
	}
}
