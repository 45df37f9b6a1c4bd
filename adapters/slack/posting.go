package slack

import (
	"context"
	"encoding/json"
	"errors"
	"slices"
	"time"

	"aidesk/adapters/slack/render"
	"aidesk/core/chat"
)

// posting is one reply on its way to Slack.
type posting struct {
	*Adapter
	reply chat.Reply
	have  delivered // what was there; its messages are used up one by one
	out   delivered // what is there now
}

// markType is the type of the metadata by which our messages are found again.
const markType = "aidesk_reply"

// begin posts a line that stands for the reply and remembers it, where the app could
// not find a message again: a crash then leaves this line, and never two answers.
func (p *posting) begin(ctx context.Context) error {
	if err := p.post(ctx, render.Message{Channel: p.reply.Place.Channel, Thread: p.reply.Place.Thread, Text: "Working on it…"}); err != nil {
		return err
	}
	if err := p.started.Keep(ctx, p.reply.ID, p.out.String()); err != nil {
		p.Logger.WarnContext(ctx, "remembering a message", "reply", p.reply.ID, "error", err)
	}
	p.have.messages, p.out.messages = p.out.messages, nil
	return nil
}

// say brings one message to Slack, in simpler and simpler forms while Slack refuses
// how it looks.
func (p *posting) say(ctx context.Context, m render.Message) error {
	err := p.put(ctx, m)
	if !shapeless[codeOf(err)] {
		return err
	}
	simpler, ok := render.Degrade(m)
	if !ok {
		return err
	}
	p.Logger.WarnContext(ctx, "slack refused how a message looks; it is sent in a simpler form", "reply", p.reply.ID, "error", err)
	for _, s := range simpler {
		if err := p.say(ctx, s); err != nil {
			return err
		}
	}
	return nil
}

// put updates the next message that is there, or posts a new one.
func (p *posting) put(ctx context.Context, m render.Message) error {
	for len(p.have.messages) > 0 {
		ts := p.have.messages[0]
		err := p.update(ctx, m, ts)
		if code := codeOf(err); code == "message_not_found" || code == "cant_update_message" || code == "edit_window_closed" {
			p.have.messages = p.have.messages[1:] // somebody deleted it
			continue
		}
		if err == nil {
			p.have.messages = p.have.messages[1:]
			p.out.messages = append(p.out.messages, ts)
		}
		return err
	}
	return p.post(ctx, m)
}

// update brings a message up to date.
func (p *posting) update(ctx context.Context, m render.Message, ts string) error {
	blocks := m.Blocks
	if blocks == nil {
		blocks = json.RawMessage("[]") // without this, those that are there would stay
	}
	return p.patient(ctx, func() error {
		return p.web.call(ctx, "chat.update", "", map[string]any{
			"channel": p.have.channel, "ts": ts, "text": m.Short(), "blocks": blocks, "parse": "none",
		}, nil)
	})
}

// post posts a new message.
func (p *posting) post(ctx context.Context, m render.Message) error {
	m.Files = nil
	body, err := m.MarshalJSON()
	if err != nil {
		return err
	}
	metadata, err := json.Marshal(map[string]any{"event_type": markType, "event_payload": mark{Reply: p.reply.ID, Part: len(p.out.messages)}})
	if err != nil {
		return err
	}
	body = append(append(append(body[:len(body)-1], `,"metadata":`...), metadata...), '}')
	wait, ok := p.pace.book(m.Channel, p.patience())
	if !ok {
		return &refusal{method: "chat.postMessage", code: limited, after: wait}
	}
	if err := sleep(ctx, wait); err != nil {
		return err
	}
	var answer struct {
		Channel string `json:"channel"`
		TS      string `json:"ts"`
	}
	err = p.patient(ctx, func() error {
		err := p.web.call(ctx, "chat.postMessage", m.Channel, json.RawMessage(body), &answer)
		if r, ok := errors.AsType[*refusal](err); ok && r.code == limited {
			p.pace.slow(m.Channel, r.after)
		}
		return err
	})
	if err != nil {
		return err
	}
	if answer.TS == "" {
		return errors.New("chat.postMessage: Slack names no message")
	}
	p.out.messages = append(p.out.messages, answer.TS)
	if answer.Channel != "" { // a member's id stood for a direct message
		p.out.channel, p.have.channel = answer.Channel, answer.Channel
	}
	return nil
}

// patience is how long the next message may wait: the first of a reply not long, as
// the reply can be put off; the others, once it has begun, as long as there is time.
func (p *posting) patience() time.Duration {
	if len(p.out.messages) == 0 {
		return patience
	}
	return callTime
}

// patient repeats a call that Slack puts off, once a reply has begun.
func (p *posting) patient(ctx context.Context, call func() error) error {
	for {
		err := call()
		r, ok := errors.AsType[*refusal](err)
		if !ok || r.code != limited || r.after > p.patience() || len(p.out.messages) == 0 {
			return err
		}
		if sleep(ctx, r.after) != nil {
			return err
		}
	}
}

// tidy deletes the messages that are left over.
func (p *posting) tidy(ctx context.Context) error {
	for _, ts := range p.have.messages {
		err := p.web.call(ctx, "chat.delete", "", map[string]any{"channel": p.have.channel, "ts": ts}, nil)
		if err != nil && codeOf(err) != "message_not_found" {
			return err
		}
	}
	p.have.messages = nil
	return nil
}

// kept is what is there when a posting ends early.
func (p *posting) kept() delivered {
	out := p.out
	out.messages = slices.Concat(out.messages, p.have.messages)
	return out
}
