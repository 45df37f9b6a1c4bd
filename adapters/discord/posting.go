package discord

import (
	"context"
	"errors"
	"net/http"
	"slices"
	"time"

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
func (a *Adapter) compose(r chat.Reply, at spot) ([]Message, error) {
	hailed := at.first && len(r.Cards) == 0 && snowflake(r.To) // so that the asker finds the thread
	if r.Place.Direct {
		r = withServer(r)
	}
	messages, err := Render(r)
	if err != nil {
		messages, err = Render(chat.Reply{ID: r.ID, Place: r.Place, To: r.To, Text: oneLine("I cannot show this whole in Discord, so I do not ask for it: " + err.Error() + ".")})
	}
	if err != nil {
		return nil, err
	}
	if len(messages) == 0 {
		m := Message{Content: "…"}
		m.finish(r, 0)
		messages = []Message{m}
	}
	m := &messages[0]
	if at.root != "" && m.Reference == nil {
		m.Reference = &Reference{MessageID: at.root}
	}
	if hail := "<@" + r.To + "> "; hailed && units(hail)+units(m.Content) <= maxContent {
		m.Content = hail + m.Content
		m.AllowedMentions.Users = []string{r.To}
	}
	return messages, nil
}

// maxContent is what Discord takes of a message's text.
const maxContent = 2000

// withServer marks the buttons of a direct message with the server that it belongs to.
func withServer(r chat.Reply) chat.Reply {
	marks := func(bs []chat.Button) []chat.Button {
		bs = slices.Clone(bs)
		for i := range bs {
			if bs[i].URL == "" && bs[i].ID != "" {
				bs[i].ID = marked(bs[i].ID, r.Place.Workspace)
			}
		}
		return bs
	}
	r.Buttons, r.Cards, r.Rows = marks(r.Buttons), slices.Clone(r.Cards), slices.Clone(r.Rows)
	for i := range r.Cards {
		r.Cards[i].Buttons = marks(r.Cards[i].Buttons)
	}
	for i := range r.Rows {
		r.Rows[i].Buttons = marks(r.Rows[i].Buttons)
	}
	return r
}

// say brings one message to Discord; one that it refuses goes without its previews.
func (p *posting) say(ctx context.Context, m Message) error {
	err := p.put(ctx, m)
	if codeOf(err) == codeInvalid && len(m.Embeds) > 0 {
		p.Logger.WarnContext(ctx, "discord refused the previews of a message; it is sent without", "reply", p.reply.ID, "error", err)
		m.Embeds = []Embed{}
		err = p.put(ctx, m)
	}
	return err
}

// put updates the next message that is there, or posts a new one.
func (p *posting) put(ctx context.Context, m Message) error {
	for len(p.have) > 0 {
		id := p.have[0]
		err := p.patient(ctx, func() error { return p.update(ctx, p.at.channel, id, m) })
		if code := codeOf(err); code == codeUnknownMessage || code == codeNotOurs {
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
		m.Nonce = nonce(p.reply.ID+"\n"+p.was+"\n"+m.Content, len(p.out.messages))
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
func (a *Adapter) create(ctx context.Context, channel string, m Message, wait time.Duration) (string, error) {
	var out struct {
		ID string `json:"id"`
	}
	c := call{method: http.MethodPost, path: "/channels/%s/messages", ids: []string{channel}, body: m, files: m.Files, patience: wait}
	if err := a.web.ask(ctx, c, &out); err != nil {
		return "", err
	}
	if out.ID == "" {
		return "", errors.New("POST /channels/*/messages: Discord names no message")
	}
	return out.ID, nil
}

// edited is the body that changes a message: what creates one and nothing else is not in
// it.
type edited struct {
	Content     string       `json:"content"`
	Embeds      []Embed      `json:"embeds"`
	Components  []ActionsRow `json:"components"`
	Attachments []Attachment `json:"attachments"`
	Mentions    Mentions     `json:"allowed_mentions"`
}

// update brings a message up to date. A thread that was archived meanwhile is opened.
func (p *posting) update(ctx context.Context, channel, id string, m Message) error {
	body := edited{m.Content, m.Embeds, m.Components, m.Attachments, m.AllowedMentions}
	c := call{method: http.MethodPatch, path: "/channels/%s/messages/%s", ids: []string{channel, id}, body: body, files: m.Files, patience: p.patience()}
	err := p.web.ask(ctx, c, nil)
	if codeOf(err) != codeArchived {
		return err
	}
	open := call{method: http.MethodPatch, path: "/channels/%s", ids: []string{channel}, body: map[string]bool{"archived": false}, patience: p.patience()}
	if err := p.web.ask(ctx, open, nil); err != nil {
		return err
	}
	return p.web.ask(ctx, c, nil)
}

// remove deletes a message; one that is not there is deleted.
func (a *Adapter) remove(ctx context.Context, channel, id string) error {
	err := a.web.ask(ctx, call{method: http.MethodDelete, path: "/channels/%s/messages/%s", ids: []string{channel, id}, patience: callTime}, nil)
	if codeOf(err) == codeUnknownMessage {
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
	return callTime
}

// patient repeats a call that Discord puts off, once a reply has begun.
func (p *posting) patient(ctx context.Context, call func() error) error {
	for {
		err := call()
		r, ok := errors.AsType[*refusal](err)
		if !ok || !limited(err) || r.after > p.patience() || len(p.out.messages) == 0 {
			return err
		}
		if sleep(ctx, r.after) != nil {
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
