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

// posting is one reply on its way to Discord.
type posting struct {
	*Adapter
	session.Delivery
	reply chat.Reply
	at    spot
	was   string // what was there, as the reply's platform id; empty: nothing
}

// deliver makes messages of a reply and brings them to Discord. What it returns is
// there, also if there is an error.
func (a *Adapter) deliver(ctx context.Context, r chat.Reply, at spot, have session.Delivered) (session.Delivered, error) {
	messages, err := a.compose(r, at)
	if err != nil {
		return have, err
	}
	p := &posting{Adapter: a, reply: r, at: at}
	p.Have, p.Out.Channel = have.Messages, at.channel
	if have.Channel != "" {
		p.was = have.String()
	}
	for _, m := range messages {
		if err := p.say(ctx, m); err != nil {
			return p.Kept(), err
		}
	}
	err = p.RemoveRest(func(id string) error { return a.remove(ctx, at.channel, id) })
	return p.Out, err
}

// compose makes messages of a reply for where it goes. One that cannot be shown whole
// says so.
func (a *Adapter) compose(r chat.Reply, at spot) ([]render.Message, error) {
	if r.Place.Direct {
		r = render.ButtonsInServer(r)
	}
	messages, err := render.Reply(r)
	if err != nil {
		messages, err = render.Reply(chat.Reply{ID: r.ID, Place: r.Place, To: r.To, Text: oneLine("I cannot show this whole in Discord, so I do not ask for it: " + err.Error() + ".")})
	}
	if err != nil {
		return nil, err
	}
	if len(messages) == 0 {
		messages, _ = render.Reply(chat.Reply{ID: r.ID, Answers: r.Answers, Text: oneLine("…")}) // only buttons can be refused
	}
	m := &messages[0]
	if at.root != "" && m.Reference == nil {
		m.Reference = &render.Reference{MessageID: at.root}
	}
	if at.first && len(r.Cards) == 0 { // so that the asker finds the thread
		m.Mention(r.To)
	}
	return messages, nil
}

// say brings one message to Discord; one that it refuses goes without its previews.
func (p *posting) say(ctx context.Context, m render.Message) error {
	err := p.put(ctx, m)
	if rest.CodeOf(err) == rest.CodeInvalid && len(m.Embeds) > 0 {
		p.Logger.WarnContext(ctx, "discord refused the previews of a message; it is sent without", "reply", p.reply.ID, "error", err)
		m.Embeds = []render.Embed{}
		err = p.put(ctx, m)
	}
	return err
}

// put updates the next message that is there, or posts a new one.
func (p *posting) put(ctx context.Context, m render.Message) error {
	update := func(id string) error {
		return p.retried(ctx, func() error { return p.update(ctx, p.at.channel, id, m, p.MaxWait()) })
	}
	deleted := func(err error) bool {
		code := rest.CodeOf(err)
		return code == rest.CodeUnknownMessage || code == rest.CodeNotOurs
	}
	return p.Put(update, deleted, func() error { return p.post(ctx, m) })
}

// post posts a new message of the reply.
func (p *posting) post(ctx context.Context, m render.Message) error {
	if p.was != "" { // else Discord might take it for the one that was deleted
		m.Nonce = render.Nonce(p.reply.ID+"\n"+p.was+"\n"+m.Content, len(p.Out.Messages))
	}
	var id string
	err := p.retried(ctx, func() (err error) {
		id, err = p.create(ctx, p.at.channel, m, p.MaxWait())
		return err
	})
	if err != nil {
		return err
	}
	p.Out.Messages = append(p.Out.Messages, id)
	if p.at.root != "" {
		p.links(ctx, id, p.at.root)
	}
	return nil
}

// retried repeats a call that Discord puts off, once a part of the reply is posted.
func (p *posting) retried(ctx context.Context, call func() error) error {
	return p.RetryRateLimited(ctx, func(err error) (time.Duration, bool) {
		if r, ok := errors.AsType[*rest.Error](err); ok && rest.RateLimited(err) {
			return r.RetryAfter, true
		}
		return 0, false
	}, call)
}

// create posts a new message and returns its id.
func (a *Adapter) create(ctx context.Context, channel string, m render.Message, wait time.Duration) (string, error) {
	var out struct {
		ID string `json:"id"`
	}
	c := rest.Call{Method: http.MethodPost, Path: "/channels/%s/messages", IDs: []string{channel}, Body: m, Files: m.Files, MaxWait: wait}
	if err := a.web.Do(ctx, c, &out); err != nil {
		return "", err
	}
	if out.ID == "" {
		return "", errors.New("POST /channels/*/messages: Discord names no message")
	}
	return out.ID, nil
}

// update brings a message up to date. A thread that was archived meanwhile is opened.
func (a *Adapter) update(ctx context.Context, channel, id string, m render.Message, wait time.Duration) error {
	c := rest.Call{Method: http.MethodPatch, Path: "/channels/%s/messages/%s", IDs: []string{channel, id}, Body: m.Edit(), Files: m.Files, MaxWait: wait}
	err := a.web.Do(ctx, c, nil)
	if rest.CodeOf(err) != rest.CodeArchived {
		return err
	}
	open := rest.Call{Method: http.MethodPatch, Path: "/channels/%s", IDs: []string{channel}, Body: map[string]bool{"archived": false}, MaxWait: wait}
	if err := a.web.Do(ctx, open, nil); err != nil {
		return err
	}
	return a.web.Do(ctx, c, nil)
}

// remove deletes a message; one that is not there is deleted.
func (a *Adapter) remove(ctx context.Context, channel, id string) error {
	err := a.web.Do(ctx, rest.Call{Method: http.MethodDelete, Path: "/channels/%s/messages/%s", IDs: []string{channel, id}, MaxWait: session.CallTimeout}, nil)
	if rest.CodeOf(err) == rest.CodeUnknownMessage {
		return nil
	}
	return err
}
