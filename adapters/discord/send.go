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
	r, at, err := a.destination(ctx, r, have)
	if err != nil {
		return "", a.sendError(ctx, sent, err)
	}
	out, err := a.deliver(ctx, r, at, have)
	if posted == "" && len(out.Messages) == 0 && rest.Forbidden(err) && !r.Place.Direct {
		out, err = a.deliverElsewhere(ctx, r, at, err)
	}
	if err == nil {
		return out.String(), nil
	}
	if rest.CodeOf(err) == rest.CodeBlocked {
		a.explainBlockedDM(ctx, sent)
	}
	if more := out.New(have); len(more) > 0 {
		if posted == "" { // a part of it is there, which Find will find
			return "", fmt.Errorf("%d of the messages of a reply were posted: %w", len(more), err)
		}
		a.deleteMessages(ctx, out.Channel, more)
	}
	return "", a.sendError(ctx, sent, err)
}

// deliverElsewhere brings a reply to a member who is in a place where the bot may not write:
// outside of the thread that it opened, or else privately.
func (a *Adapter) deliverElsewhere(ctx context.Context, r chat.Reply, at sendTarget, err error) (out session.Delivered, _ error) {
	if at.opened {
		if out, err = a.deliver(ctx, r, a.replyInChain(ctx, r.Place), session.Delivered{}); err == nil || len(out.Messages) > 0 || !rest.Forbidden(err) {
			return out, err
		}
	}
	if r.To == "" {
		return out, err
	}
	r.Private = true
	r.Notes = append(slices.Clone(r.Notes), "I may not write where you asked. An administrator can let me.")
	moved, at, err := a.destination(ctx, r, session.Delivered{})
	if err != nil {
		return out, err
	}
	return a.deliver(ctx, moved, at, session.Delivered{})
}

// deleteMessages deletes messages that would be posted once more when the reply is tried again.
func (a *Adapter) deleteMessages(ctx context.Context, channel string, messages []string) {
	for _, id := range messages {
		if err := a.deleteMessage(ctx, channel, id); err != nil {
			a.Logger.WarnContext(ctx, "deleting a message", "error", err)
		}
	}
}

// sendError is what the desk is told about a failed sending.
func (a *Adapter) sendError(ctx context.Context, r chat.Reply, err error) error {
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

// destination says where a reply goes. A reply that is in a place already stays there.
func (a *Adapter) destination(ctx context.Context, r chat.Reply, have session.Delivered) (chat.Reply, sendTarget, error) {
	p := r.Place
	private := !p.Direct && (r.Private || p.Thread == "" && !r.Open) // only commands begin outside of threads
	if r.Open && p.Thread == "" && !private && (have.Channel == "" || have.Channel == p.Channel) {
		return r, sendTarget{channel: p.Channel}, nil
	}
	if have.Channel != "" && !p.Direct && !private {
		s, known := a.knownTarget(ctx, p)
		switch {
		case known && s.channel == have.Channel:
			return withAnswers(r, s)
		case have.Channel == p.Thread:
			s = sendTarget{channel: p.Thread}
			return withAnswers(r, s)
		case have.Channel == p.Channel:
			s = sendTarget{channel: p.Channel, root: p.Thread}
			return withAnswers(r, s)
		}
		private = true // it had to go to the member
	}
	if !private {
		s, err := a.target(ctx, p)
		if err != nil {
			return r, s, err
		}
		return withAnswers(r, s)
	}
	channel := have.Channel
	if channel == "" {
		var err error
		if channel, err = a.dmChannel(ctx, r.To); err != nil {
			return r, sendTarget{}, err
		}
	}
	r.Place.Direct, r.Place.Thread, r.Place.Channel, r.Answers = true, "", channel, ""
	if p.Thread != "" {
		r.Text = markdown.Join(r.Text, markdown.New(markdown.Paragraph(
			markdown.Text("This belongs to "), markdown.Link("a thread in a channel", a.conversationURL(ctx, p)), markdown.Text("."))))
	}
	return r, sendTarget{channel: channel}, nil
}

// conversationURL is where a thread, or the first message of a chain, is read.
func (a *Adapter) conversationURL(ctx context.Context, p chat.Place) string {
	if a.threadRef(ctx, p.Thread).known() {
		return messageURL(p.Workspace, p.Thread, "")
	}
	return messageURL(p.Workspace, p.Channel, p.Thread)
}

// withAnswers is a reply whose messages can answer the message that it answers: only one of
// the same channel can be. The first in a thread that the desk opened calls the asker.
func withAnswers(r chat.Reply, s sendTarget) (chat.Reply, sendTarget, error) {
	if s.channel == r.Place.Thread && r.Answers == r.Place.Thread && r.Answers != "" {
		r.Answers, s.opening = "", true
	}
	return r, s, nil
}

// explainBlockedDM tells a member who takes no direct messages what was not brought to them.
func (a *Adapter) explainBlockedDM(ctx context.Context, r chat.Reply) {
	const line = "I could not send you a direct message. Allow direct messages in the privacy settings of this server, and ask again."
	if t, ok := a.tokens.Get(r.To); ok {
		if a.postEphemeral(ctx, t, render.EphemeralLine(line, "")) == nil {
			return
		}
	}
	if r.Place.Direct || r.Place.Thread == "" || !render.IsID(r.To) {
		a.Logger.WarnContext(ctx, "a member takes no direct messages", "reply", r.ID)
		return
	}
	s, err := a.target(ctx, r.Place)
	if err == nil {
		m := render.Line("blocked/"+r.ID, line)
		m.Mention(r.To)
		_, err = a.postMessage(ctx, s.channel, m, session.FirstWait)
	}
	if err != nil {
		a.Logger.WarnContext(ctx, "telling a member", "error", err, "remedy", rest.Remedy(err))
	}
}
