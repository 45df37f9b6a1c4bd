package slack

import (
	"context"
	"encoding/json"
	"errors"
	"time"

	"aidesk/adapters/session"
	"aidesk/adapters/slack/payload"
	"aidesk/adapters/slack/render"
	"aidesk/core/chat"
)

// posting is one reply on its way to Slack.
type posting struct {
	*Adapter
	session.Delivery
	reply chat.Reply
}

// begin posts a line that stands for the reply and remembers it, where the app could
// not find a message again: a crash then leaves this line, and never two answers.
func (p *posting) begin(ctx context.Context) error {
	if err := p.post(ctx, render.Message{Channel: p.reply.Place.Channel, Thread: p.reply.Place.Thread, Text: "Working on it…"}); err != nil {
		return err
	}
	if err := p.started.Keep(ctx, p.reply.ID, p.Out.String()); err != nil {
		p.Logger.WarnContext(ctx, "remembering a message", "reply", p.reply.ID, "error", err)
	}
	p.Have, p.Out.Messages = p.Out.Messages, nil
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
	deleted := func(err error) bool { // by somebody
		code := codeOf(err)
		return code == "message_not_found" || code == "cant_update_message" || code == "edit_window_closed"
	}
	return p.Put(func(ts string) error { return p.update(ctx, m, ts) }, deleted, func() error { return p.post(ctx, m) })
}

// update brings a message up to date.
func (p *posting) update(ctx context.Context, m render.Message, ts string) error {
	blocks := m.Blocks
	if blocks == nil {
		blocks = json.RawMessage("[]") // without this, those that are there would stay
	}
	return p.RetryRateLimited(ctx, putOff, func() error {
		return p.web.call(ctx, "chat.update", "", map[string]any{
			"channel": p.Out.Channel, "ts": ts, "text": m.Short(), "blocks": blocks, "parse": "none",
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
	metadata, err := json.Marshal(map[string]any{"event_type": payload.ReplyMetadataType, "event_payload": payload.ReplyMetadata{Reply: p.reply.ID, Part: len(p.Out.Messages)}})
	if err != nil {
		return err
	}
	body = append(append(append(body[:len(body)-1], `,"metadata":`...), metadata...), '}')
	wait, ok := p.pace.book(m.Channel, p.MaxWait())
	if !ok {
		return &refusal{method: "chat.postMessage", code: limited, after: wait}
	}
	if err := session.Sleep(ctx, wait); err != nil {
		return err
	}
	var answer struct {
		Channel string `json:"channel"`
		TS      string `json:"ts"`
	}
	err = p.RetryRateLimited(ctx, putOff, func() error {
		err := p.web.call(ctx, "chat.postMessage", m.Channel, json.RawMessage(body), &answer)
		if after, ok := putOff(err); ok {
			p.pace.slow(m.Channel, after)
		}
		return err
	})
	if err != nil {
		return err
	}
	if answer.TS == "" {
		return errors.New("chat.postMessage: Slack names no message")
	}
	p.Out.Messages = append(p.Out.Messages, answer.TS)
	if answer.Channel != "" { // a member's id stood for a direct message
		p.Out.Channel = answer.Channel
	}
	return nil
}

// putOff is how long Slack puts a call off, if the error says so.
func putOff(err error) (time.Duration, bool) {
	r, ok := errors.AsType[*refusal](err)
	if !ok || r.code != limited {
		return 0, false
	}
	return r.after, true
}
