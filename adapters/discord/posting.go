package discord

import (
	"context"
	"errors"
	"net/http"
	"time"

	"aidesk/adapters/discord/render"
	"aidesk/adapters/discord/rest"
	"aidesk/adapters/session"
	"aidesk/core/chat"
)

// delivery is one reply on its way to Discord.
type delivery struct {
	*Adapter
	session.Delivery
	reply  chat.Reply
	target sendTarget
	before string // what was there, as the reply's platform id; empty: nothing
}

// deliver makes messages of a reply and brings them to Discord. What it returns is
// there, also if there is an error.
func (a *Adapter) deliver(ctx context.Context, r chat.Reply, at sendTarget, have session.Delivered) (session.Delivered, error) {
	messages, err := a.messagesFor(r, at)
	if err != nil {
		return have, err
	}
	p := &delivery{Adapter: a, reply: r, target: at}
	p.Have, p.Out.Channel = have.Messages, at.channel
	if have.Channel != "" {
		p.before = have.String()
	}
	for _, m := range messages {
		if err := p.deliverMessage(ctx, m); err != nil {
			return p.Kept(), err
		}
	}
	err = p.RemoveRest(func(id string) error { return a.deleteMessage(ctx, at.channel, id) })
	return p.Out, err
}

// messagesFor makes messages of a reply for where it goes. One that cannot be shown whole
// says so.
func (a *Adapter) messagesFor(r chat.Reply, at sendTarget) ([]render.Message, error) {
	if r.Place.Direct {
		r = render.ButtonsInServer(r)
	}
	messages, err := render.Render(r)
	if err != nil {
		messages, err = render.Render(chat.Reply{ID: r.ID, Place: r.Place, To: r.To, Text: oneLine("I cannot show this whole in Discord, so I do not ask for it: " + err.Error() + ".")})
	}
	if err != nil {
		return nil, err
	}
	if len(messages) == 0 {
		messages, _ = render.Render(chat.Reply{ID: r.ID, Answers: r.Answers, Text: oneLine("…")}) // only buttons can be refused
	}
	m := &messages[0]
	if at.root != "" && m.Reference == nil {
		m.Reference = &render.Reference{MessageID: at.root}
	}
	if at.opening && len(r.Cards) == 0 { // so that the asker finds the thread
		m.Mention(r.To)
	}
	return messages, nil
}

// deliverMessage brings one message to Discord; one that it refuses goes without its previews.
func (p *delivery) deliverMessage(ctx context.Context, m render.Message) error {
	err := p.updateOrPost(ctx, m)
	if rest.CodeOf(err) == rest.CodeInvalid && len(m.Embeds) > 0 {
		p.Logger.WarnContext(ctx, "discord refused the previews of a message; it is sent without", "reply", p.reply.ID, "error", err)
		m.Embeds = []render.Embed{}
		err = p.updateOrPost(ctx, m)
	}
	return err
}

// updateOrPost updates the next message that is there, or posts a new one.
func (p *delivery) updateOrPost(ctx context.Context, m render.Message) error {
	update := func(id string) error {
		return p.retryRateLimited(ctx, func() error { return p.updateMessage(ctx, p.target.channel, id, m, p.MaxWait()) })
	}
	deleted := func(err error) bool {
		code := rest.CodeOf(err)
		return code == rest.CodeUnknownMessage || code == rest.CodeNotOurs
	}
	return p.Put(update, deleted, func() error { return p.post(ctx, m) })
}

// post posts a new message of the reply.
func (p *delivery) post(ctx context.Context, m render.Message) error {
	if p.before != "" { // else Discord might take it for the one that was deleted
		m.Nonce = render.Nonce(p.reply.ID+"\n"+p.before+"\n"+m.Content, len(p.Out.Messages))
	}
	var id string
	err := p.retryRateLimited(ctx, func() (err error) {
		id, err = p.postMessage(ctx, p.target.channel, m, p.MaxWait())
		return err
	})
	if err != nil {
		return err
	}
	p.Out.Messages = append(p.Out.Messages, id)
	if p.target.root != "" {
		p.rememberChain(ctx, id, p.target.root)
	}
	return nil
}

// retryRateLimited repeats a call that Discord puts off, once a part of the reply is posted.
func (p *delivery) retryRateLimited(ctx context.Context, call func() error) error {
	return p.RetryRateLimited(ctx, func(err error) (time.Duration, bool) {
		if r, ok := errors.AsType[*rest.Error](err); ok && rest.RateLimited(err) {
			return r.RetryAfter, true
		}
		return 0, false
	}, call)
}

// postMessage posts a new message and returns its id.
func (a *Adapter) postMessage(ctx context.Context, channel string, m render.Message, wait time.Duration) (string, error) {
	var out struct {
		ID string `json:"id"`
	}
	c := rest.Call{Method: http.MethodPost, Path: "/channels/%s/messages", IDs: []string{channel}, Body: m, Files: m.Files, MaxWait: wait}
	if err := a.rest.Do(ctx, c, &out); err != nil {
		return "", err
	}
	if out.ID == "" {
		return "", errors.New("POST /channels/*/messages: Discord names no message")
	}
	return out.ID, nil
}

// updateMessage brings a message up to date. A thread that was archived meanwhile is opened.
func (a *Adapter) updateMessage(ctx context.Context, channel, id string, m render.Message, wait time.Duration) error {
	c := rest.Call{Method: http.MethodPatch, Path: "/channels/%s/messages/%s", IDs: []string{channel, id}, Body: m.Edit(), Files: m.Files, MaxWait: wait}
	err := a.rest.Do(ctx, c, nil)
	if rest.CodeOf(err) != rest.CodeArchived {
		return err
	}
	open := rest.Call{Method: http.MethodPatch, Path: "/channels/%s", IDs: []string{channel}, Body: map[string]bool{"archived": false}, MaxWait: wait}
	if err := a.rest.Do(ctx, open, nil); err != nil {
		return err
	}
	return a.rest.Do(ctx, c, nil)
}

// deleteMessage deletes a message; one that is not there is deleted.
func (a *Adapter) deleteMessage(ctx context.Context, channel, id string) error {
	err := a.rest.Do(ctx, rest.Call{Method: http.MethodDelete, Path: "/channels/%s/messages/%s", IDs: []string{channel, id}, MaxWait: session.CallTimeout}, nil)
	if rest.CodeOf(err) == rest.CodeUnknownMessage {
		return nil
	}
	return err
}
