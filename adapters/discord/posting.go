package discord

import (
	"context"
	"errors"
	"net/http"
	"slices"
	"time"

	"aidesk/adapters/discord/render"
	"aidesk/adapters/discord/rest"
	"aidesk/core/chat"
)

// posting is one reply on its way to Discord.
type posting struct {
	*Adapter
	reply chat.Reply
	at    spot
	was   string   // what was there, as the reply's platform id; empty: nothing
	have  []string // messages that are there; they are used up one by one
	out   delivered
}

// deliver makes messages of a reply and brings them to Discord. What it returns is
// there, also if there is an error.
func (a *Adapter) deliver(ctx context.Context, r chat.Reply, at spot, have delivered) (delivered, error) {
	messages, err := a.compose(r, at)
	if err != nil {
		return have, err
	}
	p := &posting{Adapter: a, reply: r, at: at, have: have.messages, out: delivered{channel: at.channel}}
	if have.channel != "" {
		p.was = have.String()
	}
	for _, m := range messages {
		if err := p.say(ctx, m); err != nil {
			return p.kept(), err
		}
	}
	return p.out, p.tidy(ctx)
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
	for len(p.have) > 0 {
		id := p.have[0]
		err := p.patient(ctx, func() error { return p.update(ctx, p.at.channel, id, m) })
		if code := rest.CodeOf(err); code == rest.CodeUnknownMessage || code == rest.CodeNotOurs {
			p.have = p.have[1:] // somebody deleted it
			continue
		}
		if err == nil {
			p.have = p.have[1:]
			p.out.messages = append(p.out.messages, id)
		}
		return err
	}
	if p.was != "" { // else Discord might take it for the one that was deleted
		m.Nonce = render.Nonce(p.reply.ID+"\n"+p.was+"\n"+m.Content, len(p.out.messages))
	}
	var id string
	err := p.patient(ctx, func() (err error) {
		id, err = p.create(ctx, p.at.channel, m, p.patience())
		return err
	})
	if err != nil {
		return err
	}
	p.out.messages = append(p.out.messages, id)
	if p.at.root != "" {
		p.links(ctx, id, p.at.root)
	}
	return nil
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
func (p *posting) update(ctx context.Context, channel, id string, m render.Message) error {
	c := rest.Call{Method: http.MethodPatch, Path: "/channels/%s/messages/%s", IDs: []string{channel, id}, Body: m.Edit(), Files: m.Files, MaxWait: p.patience()}
	err := p.web.Do(ctx, c, nil)
	if rest.CodeOf(err) != rest.CodeArchived {
		return err
	}
	open := rest.Call{Method: http.MethodPatch, Path: "/channels/%s", IDs: []string{channel}, Body: map[string]bool{"archived": false}, MaxWait: p.patience()}
	if err := p.web.Do(ctx, open, nil); err != nil {
		return err
	}
	return p.web.Do(ctx, c, nil)
}

// remove deletes a message; one that is not there is deleted.
func (a *Adapter) remove(ctx context.Context, channel, id string) error {
	err := a.web.Do(ctx, rest.Call{Method: http.MethodDelete, Path: "/channels/%s/messages/%s", IDs: []string{channel, id}, MaxWait: rest.Timeout}, nil)
	if rest.CodeOf(err) == rest.CodeUnknownMessage {
		return nil
	}
	return err
}

// patience is how long the next message may wait: the first of a reply not long, as the
// reply can be put off; the others, once it has begun, as long as there is time.
func (p *posting) patience() time.Duration {
	if len(p.out.messages) == 0 {
		return patience
	}
	return rest.Timeout
}

// patient repeats a call that Discord puts off, once a reply has begun.
func (p *posting) patient(ctx context.Context, call func() error) error {
	for {
		err := call()
		r, ok := errors.AsType[*rest.Error](err)
		if !ok || !rest.RateLimited(err) || r.RetryAfter > p.patience() || len(p.out.messages) == 0 {
			return err
		}
		if sleep(ctx, r.RetryAfter) != nil {
			return err
		}
	}
}

// tidy deletes the messages that are left over.
func (p *posting) tidy(ctx context.Context) error {
	for _, id := range p.have {
		if err := p.remove(ctx, p.at.channel, id); err != nil {
			return err
		}
	}
	p.have = nil
	return nil
}

// kept is what is there when a posting ends early.
func (p *posting) kept() delivered {
	out := p.out
	out.messages = slices.Concat(out.messages, p.have)
	return out
}
