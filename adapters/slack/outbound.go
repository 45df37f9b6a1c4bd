package slack

import (
	"context"
	"errors"
	"fmt"
	"regexp"
	"slices"

	slackgo "github.com/slack-go/slack"

	"aidesk/adapters/session"
	"aidesk/adapters/slack/payload"
	"aidesk/adapters/slack/render"
	"aidesk/adapters/slack/webapi"
	"aidesk/core/chat"
	"aidesk/core/markdown"
)

// Send posts the messages of a reply, or updates those that were posted before: further
// messages are posted, superfluous ones deleted. Private replies go to the member's
// direct-message channel, with a link to where the conversation began; so does a reply
// in a channel that the app has no access to.
func (a *Adapter) Send(ctx context.Context, r chat.Reply, posted string) (string, error) {
	if r.Working && !a.streamLimit.AllowN(a.Now(), 1) {
		return posted, nil
	}
	have := session.ParseDelivered(posted)
	r, err := a.resolvePlace(ctx, r, have)
	if err != nil {
		return posted, a.sendError(ctx, r, err)
	}
	out, err := a.deliver(ctx, r, have)
	if posted == "" && len(out.Messages) == 0 && webapi.IsInaccessibleCode(webapi.CodeOf(err)) && r.To != "" && !r.Place.Direct {
		r.Private = true
		if r, err = a.resolvePlace(ctx, r, have); err == nil {
			out, err = a.deliver(ctx, r, have)
		}
	}
	if err == nil {
		if !r.Place.Direct {
			a.posted.Note(r.Place, out)
		}
		if a.FollowThreads && !r.Place.Direct && r.Place.Thread != "" {
			a.followThread(ctx, r.Place)
		}
		return out.String(), nil
	}
	return out.Known(), a.sendError(ctx, r, err)
}

// messageLink is a link to a message: its channel, and its timestamp without the point.
var messageLink = regexp.MustCompile(`/archives/([CG][A-Z0-9]+)/p([0-9]{10,})([0-9]{6})(?:$|[?>|])`)

// Delete deletes the message of the app to which a link leads, or the last one in a place.
// Slack deletes for an app none but its own. Direct messages are their member's alone.
func (a *Adapter) Delete(ctx context.Context, p chat.Place, link string) error {
	channel, ts, ok := a.posted.Last(p)
	if link != "" {
		m := messageLink.FindStringSubmatch(link)
		if ok = m != nil; ok {
			channel, ts = m[1], m[2]+"."+m[3]
		}
	}
	if !ok {
		return chat.ErrNoMessage
	}
	before := a.posted.Deleted(ctx, channel, ts)
	if err := a.posted.Keep(ctx, channel, ts); err != nil {
		return err
	}
	a.posted.Drop(p)
	err := a.client.Do(ctx, "chat.delete", "", func(ctx context.Context) error {
		_, _, err := a.client.Slack().DeleteMessageContext(ctx, channel, ts)
		return err
	})
	switch code := webapi.CodeOf(err); {
	case err == nil, before && code == "message_not_found": // this may be asked a second time after a crash
		return nil
	case slices.Contains([]string{"message_not_found", "cant_delete_message", "channel_not_found", "not_in_channel"}, code):
		return fmt.Errorf("%w: %w", chat.ErrNoMessage, err)
	}
	return asLater(err)
}

// deleteMessage deletes a message. It is no error if the message does not exist any more.
func (a *Adapter) deleteMessage(ctx context.Context, channel, ts string) error {
	err := a.client.Do(ctx, "chat.delete", "", func(ctx context.Context) error {
		_, _, err := a.client.Slack().DeleteMessageContext(ctx, channel, ts)
		return err
	})
	if webapi.CodeOf(err) == "message_not_found" {
		return nil
	}
	return err
}

// sendError translates an error of Slack into the errors of chat.Adapter.Send.
func (a *Adapter) sendError(ctx context.Context, r chat.Reply, err error) error {
	refusal, ok := errors.AsType[*webapi.Error](err)
	switch {
	case errors.Is(err, webapi.ErrRemoved):
		return fmt.Errorf("%w: %w", chat.ErrGone, err)
	case !ok, webapi.IsUncertainCode(refusal.Code):
		return err
	case webapi.IsLayoutCode(refusal.Code):
		return fmt.Errorf("%w: %w", chat.ErrRefused, err)
	case webapi.IsPermanentCode(refusal.Code):
		a.Logger.WarnContext(ctx, "a reply cannot be delivered", "channel", r.Place.Channel, "reply", r.ID, "error", err, "remedy", webapi.Remedy(err))
		return fmt.Errorf("%w: %w", chat.ErrGone, err)
	case refusal.Code == webapi.CodeRateLimited:
		return &chat.Later{After: refusal.After, Reason: err.Error()}
	}
	return &chat.Later{After: session.RetryAfter, Reason: err.Error() + ": " + webapi.Remedy(err)}
}

// resolvePlace returns the reply with the place where it goes. A reply that was posted
// somewhere stays there.
func (a *Adapter) resolvePlace(ctx context.Context, r chat.Reply, have session.Delivered) (chat.Reply, error) {
	p := r.Place
	elsewhere := have.Channel != "" && have.Channel != p.Channel
	private := r.Private || elsewhere || p.Channel == "" || !p.Direct && p.Thread == "" && !r.Open // only commands begin outside of threads
	if !private || p.Direct && p.Channel != "" {
		return r, nil
	}
	self, err := a.identity.Get(ctx)
	if err != nil {
		return r, err
	}
	r.Place.Direct, r.Place.Thread = true, ""
	if r.Place.Channel = have.Channel; have.Channel == "" {
		if r.Place.Channel, err = a.directChannel(ctx, r.To); err != nil {
			return r, err
		}
	}
	if link := self.permalink(p.Channel, p.Thread); link != "" && p.Thread != "" {
		r.Text = markdown.Join(r.Text, markdown.New(markdown.Paragraph(
			markdown.Text(textBelongs), markdown.Link("a thread in a channel", link), markdown.Text("."))))
	}
	return r, nil
}

// deliver renders a reply and brings its messages to Slack. It returns what is there
// then, also together with an error.
func (a *Adapter) deliver(ctx context.Context, r chat.Reply, have session.Delivered) (session.Delivered, error) {
	messages, err := a.render(r)
	if err != nil {
		return have, err
	}
	uploads, messages, err := a.uploadFiles(ctx, messages, have)
	if err != nil {
		return have, err
	}
	p := &posting{Adapter: a, reply: r, Delivery: session.Delivery{Have: have.Messages, Passing: r.Working, Out: session.Delivered{Channel: have.Channel, Files: have.Files}}}
	if have.Channel == "" {
		p.Out.Channel = r.Place.Channel
	}
	p.Deleted = func(ts string) bool { return a.posted.Deleted(ctx, p.Out.Channel, ts) }
	for _, m := range messages {
		if err := p.send(ctx, m); err != nil {
			return p.Kept(), err
		}
	}
	if err := p.RemoveRest(func(ts string) error { return a.deleteMessage(ctx, p.Out.Channel, ts) }); err != nil {
		return p.Out, err
	}
	return p.Out, a.shareFiles(ctx, &p.Out, r.Place.Thread, uploads)
}

// render lays out a reply. One that cannot be shown whole is not shown at all.
func (a *Adapter) render(r chat.Reply) ([]render.Message, error) {
	r = markFormButtons(r)
	renderer := render.Renderer{Zone: a.zones.Of(a.memberCache.Last(r.To)), Local: render.OnThisMachine(a.APIBaseURL)}
	messages, err := renderer.Render(r)
	if err != nil {
		return nil, fmt.Errorf("%w: %w", chat.ErrRefused, err)
	}
	if len(messages) == 0 {
		messages = []render.Message{{Channel: r.Place.Channel, Thread: r.Place.Thread, Text: "…"}}
	}
	return messages, nil
}

// markFormButtons marks the IDs of buttons that open a form.
func markFormButtons(r chat.Reply) chat.Reply {
	return session.MapButtons(r, func(b chat.Button) chat.Button {
		if b.Form && b.URL == "" {
			b.ID = formPrefix + b.ID
		}
		return b
	})
}

// posting is the sending of one reply.
type posting struct {
	*Adapter
	session.Delivery
	reply chat.Reply
}

// postRemembered posts a line in place of a message, remembers it durably and makes it the
// message. It is needed where the app may not search for its messages: a crash then leaves
// the line, which the next try updates, and never a part of an answer twice. Between Slack's
// having posted it and its being remembered, or if Slack's answer is lost, nobody can find
// it again: it stays, and the answer follows below it.
func (p *posting) postRemembered(ctx context.Context, m render.Message) error {
	if err := p.post(ctx, render.Message{Channel: m.Channel, Thread: m.Thread, Text: textFollows}); err != nil {
		return err
	}
	last := len(p.Out.Messages) - 1
	ts := p.Out.Messages[last]
	p.Out.Messages, p.Have = p.Out.Messages[:last], []string{ts}
	if err := p.update(ctx, m, ts); err != nil {
		return err
	}
	p.Out.Messages, p.Have = append(p.Out.Messages, ts), nil
	return nil
}

// send posts or updates one message. While Slack refuses its layout, it tries simpler
// and simpler forms.
func (p *posting) send(ctx context.Context, m render.Message) error {
	err := p.upsert(ctx, m)
	if !webapi.IsLayoutCode(webapi.CodeOf(err)) {
		return err
	}
	simpler, ok := render.Degrade(m)
	if !ok {
		return err
	}
	p.Logger.WarnContext(ctx, "slack refused how a message looks; it is sent in a simpler form", "reply", p.reply.ID, "error", err)
	for _, s := range simpler {
		if err := p.send(ctx, s); err != nil {
			return err
		}
	}
	return nil
}

// upsert updates the next message that is there, or posts a new one.
func (p *posting) upsert(ctx context.Context, m render.Message) error {
	deleted := func(err error) bool { // by somebody
		code := webapi.CodeOf(err)
		return code == "message_not_found" || code == "cant_update_message" || code == "edit_window_closed"
	}
	post := p.post
	if p.mayNotRead(m.Channel) {
		post = p.postRemembered
	}
	return p.Put(func(ts string) error { return p.update(ctx, m, ts) }, deleted, func() error { return post(ctx, m) })
}

// update replaces the content of a message.
func (p *posting) update(ctx context.Context, m render.Message, ts string) error {
	blocks, err := render.Blocks(m.Blocks)
	if err != nil {
		return err
	}
	options := []slackgo.MsgOption{
		slackgo.MsgOptionText(m.Short(), false), slackgo.MsgOptionParse(false),
		slackgo.MsgOptionBlocks(blocks...), // also if there are none: else the old ones would stay
	}
	return p.RetryRateLimited(ctx, webapi.RateLimitOf, func() error {
		return p.client.Do(ctx, "chat.update", "", func(ctx context.Context) error {
			_, _, _, err := p.client.Slack().UpdateMessageContext(ctx, p.Out.Channel, ts, options...)
			return err
		})
	})
}

// post posts a new message, when the channel's rate limit allows it.
func (p *posting) post(ctx context.Context, m render.Message) error {
	options, err := p.options(m)
	if err != nil {
		return err
	}
	wait, ok := p.limiter.Reserve(m.Channel, p.MaxWait())
	if !ok {
		return &webapi.Error{Method: "chat.postMessage", Code: webapi.CodeRateLimited, After: wait}
	}
	if err := session.Sleep(ctx, wait); err != nil {
		return err
	}
	var channel, ts string
	err = p.RetryRateLimited(ctx, webapi.RateLimitOf, func() error {
		err := p.client.Do(ctx, "chat.postMessage", m.Channel, func(ctx context.Context) (err error) {
			channel, ts, err = p.client.Slack().PostMessageContext(ctx, m.Channel, options...)
			return err
		})
		if after, ok := webapi.RateLimitOf(err); ok {
			p.limiter.MarkBusy(m.Channel, after)
		}
		return err
	})
	if err != nil {
		return err
	}
	if ts == "" {
		return errors.New("chat.postMessage: Slack names no message")
	}
	p.Out.Messages = append(p.Out.Messages, ts)
	if channel != "" { // the message was addressed to a member's id
		p.Out.Channel = channel
	}
	if p.mayNotRead(p.Out.Channel) { // then nothing but memory finds it again
		if err := p.startedReplies.Keep(ctx, p.reply.ID, p.Kept().String()); err != nil {
			p.Logger.WarnContext(ctx, "remembering a message", "reply", p.reply.ID, "error", err)
		}
	}
	return nil
}

// options are what chat.postMessage gets of a message. Slack does not unfurl its links nor
// read markup in its text, and its metadata tells of which reply it is which part.
func (p *posting) options(m render.Message) ([]slackgo.MsgOption, error) {
	out := []slackgo.MsgOption{
		slackgo.MsgOptionText(m.Text, false), slackgo.MsgOptionParse(false), slackgo.MsgOptionDisableMarkdown(),
		slackgo.MsgOptionDisableLinkUnfurl(), slackgo.MsgOptionDisableMediaUnfurl(),
		slackgo.MsgOptionMetadata(slackgo.SlackMetadata{
			EventType:    payload.ReplyMetadataType,
			EventPayload: map[string]any{"reply": p.reply.ID, "part": len(p.Out.Messages)},
		}),
	}
	if m.Thread != "" {
		out = append(out, slackgo.MsgOptionTS(m.Thread))
	}
	if m.Blocks != nil {
		blocks, err := render.Blocks(m.Blocks)
		if err != nil {
			return nil, err
		}
		out = append(out, slackgo.MsgOptionBlocks(blocks...))
	}
	return out, nil
}
