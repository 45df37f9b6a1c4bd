package discord

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"regexp"
	"slices"
	"strings"
	"time"

	"aidesk/adapters/discord/payload"
	"aidesk/adapters/discord/render"
	"aidesk/adapters/discord/rest"
	"aidesk/adapters/session"
	"aidesk/core/chat"
	"aidesk/core/markdown"
)

// Send posts the messages of a reply, or brings those that were posted before up to
// date: new ones are posted, superfluous ones deleted. A private reply goes to the
// member's direct messages, with a link to where it began; so does a reply to a place
// where the bot may not write. A member who blocks direct messages is told in an
// ephemeral note.
func (a *Adapter) Send(ctx context.Context, r chat.Reply, posted string) (string, error) {
	have := session.ParseDelivered(posted)
	sent := r
	r, at, err := a.destination(ctx, r, have)
	if err != nil {
		return posted, a.sendError(ctx, sent, err)
	}
	out, err := a.deliver(ctx, r, at, have)
	if posted == "" && len(out.Messages) == 0 && rest.Forbidden(err) && !r.Place.Direct {
		out, err = a.deliverElsewhere(ctx, r, at, err)
	}
	if err == nil {
		if !r.Place.Direct {
			a.posted.Note(sent.Place, out)
		}
		return out.String(), nil
	}
	if rest.CodeOf(err) == rest.CodeBlocked {
		a.explainBlockedDM(ctx, sent)
	}
	return out.Known(), a.sendError(ctx, sent, err)
}

// deliverElsewhere delivers a reply to a place where the bot may not write: as replies
// in the channel instead of a thread, or else as a direct message.
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
	r.Notes = append(slices.Clone(r.Notes), textMayNotWrite)
	moved, at, err := a.destination(ctx, r, session.Delivered{})
	if err != nil {
		return out, err
	}
	return a.deliver(ctx, moved, at, session.Delivered{})
}

// sendError turns an error of Discord into what chat.Adapter promises: Later if a retry
// can help, ErrRefused if only another message can, ErrGone if nothing can.
func (a *Adapter) sendError(ctx context.Context, r chat.Reply, err error) error {
	refusal, ok := errors.AsType[*rest.Error](err)
	switch {
	case !ok, refusal.Status >= http.StatusInternalServerError:
		return err
	case refusal.Code == rest.CodeInvalid, refusal.Status == http.StatusRequestEntityTooLarge:
		return fmt.Errorf("%w: %w", chat.ErrRefused, err)
	case rest.RateLimited(err):
		return &chat.Later{After: refusal.RetryAfter, Reason: err.Error()}
	case refusal.Code == rest.CodeOldEdits, refusal.Code == 0, refusal.Status == http.StatusUnauthorized:
		return &chat.Later{After: session.RetryAfter, Reason: err.Error() + ": " + rest.Remedy(err)}
	}
	a.Logger.WarnContext(ctx, "a reply cannot be delivered", "channel", r.Place.Channel, "reply", r.ID, "error", err, "remedy", rest.Remedy(err))
	return fmt.Errorf("%w: %w", chat.ErrGone, err)
}

// destination decides where a reply goes. A reply that was posted already stays where it
// is.
func (a *Adapter) destination(ctx context.Context, r chat.Reply, have session.Delivered) (chat.Reply, sendTarget, error) {
	p := r.Place
	private := !p.Direct && (r.Private || p.Thread == "" && !r.Open) // only commands start outside of threads
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
		private = true // it was delivered as a direct message
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
			markdown.Text(textBelongs), markdown.Link("a thread in a channel", a.conversationURL(ctx, p)), markdown.Text("."))))
	}
	return r, sendTarget{channel: channel}, nil
}

// conversationURL returns the link to a thread, or to the first message of a reply
// chain.
func (a *Adapter) conversationURL(ctx context.Context, p chat.Place) string {
	if a.threadRef(ctx, p.Thread).known() {
		return messageURL(p.Workspace, p.Thread, "")
	}
	return messageURL(p.Workspace, p.Channel, p.Thread)
}

// withAnswers prepares a reply for a target. A message can only answer one of the same
// channel, so the first reply in a new thread mentions the asker instead of answering.
func withAnswers(r chat.Reply, s sendTarget) (chat.Reply, sendTarget, error) {
	if s.channel == r.Place.Thread && r.Answers == r.Place.Thread && r.Answers != "" {
		r.Answers, s.opening = "", true
	}
	return r, s, nil
}

// explainBlockedDM tells a member who blocks direct messages that a reply could not be
// delivered: in an ephemeral note if there is a token, or else in the thread.
func (a *Adapter) explainBlockedDM(ctx context.Context, r chat.Reply) {
	const line = textDirectRefused
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

// delivery is one reply being delivered.
type delivery struct {
	*Adapter
	session.Delivery
	reply  chat.Reply
	target sendTarget
	before string // the reply's platform id before this delivery; empty if nothing was posted
}

// deliver renders a reply and posts or updates its messages. What it returns has been
// posted, even if there is an error.
func (a *Adapter) deliver(ctx context.Context, r chat.Reply, at sendTarget, have session.Delivered) (session.Delivered, error) {
	messages, err := a.messagesFor(r, at)
	if err != nil {
		return have, err
	}
	p := &delivery{Adapter: a, reply: r, target: at}
	p.Have, p.Passing, p.Out.Channel = have.Messages, r.Working, at.channel
	p.before = have.Known()
	p.Deleted = func(id string) bool { return a.posted.Deleted(ctx, at.channel, id) }
	for _, m := range messages {
		if err := p.deliverMessage(ctx, m); err != nil {
			return p.Kept(), err
		}
	}
	err = p.RemoveRest(func(id string) error { return a.deleteMessage(ctx, at.channel, id) })
	return p.Out, err
}

// messagesFor renders a reply for its target. One that does not fit into Discord is not
// shown at all.
func (a *Adapter) messagesFor(r chat.Reply, at sendTarget) ([]render.Message, error) {
	if r.Place.Direct {
		r = render.ButtonsInServer(r)
	}
	messages, err := render.Render(r)
	if err != nil {
		return nil, fmt.Errorf("%w: %w", chat.ErrRefused, err)
	}
	if len(messages) == 0 {
		messages, _ = render.Render(chat.Reply{ID: r.ID, Answers: r.Answers, Text: oneLine("…")}) // cannot fail: only buttons can
	}
	m := &messages[0]
	if at.root != "" && m.Reference == nil {
		m.Reference = render.Reference(at.root)
	}
	if at.opening && len(r.Cards) == 0 { // so that Discord shows the asker the new thread
		m.Mention(r.To)
	}
	return messages, nil
}

// deliverMessage delivers one message, without its previews if Discord refuses them.
func (p *delivery) deliverMessage(ctx context.Context, m render.Message) error {
	err := p.updateOrPost(ctx, m)
	if rest.CodeOf(err) == rest.CodeInvalid && len(m.Embeds) > 0 {
		p.Logger.WarnContext(ctx, "discord refused the previews of a message; it is sent without", "reply", p.reply.ID, "error", err)
		m.Embeds = []render.Embed{}
		err = p.updateOrPost(ctx, m)
	}
	return err
}

// updateOrPost updates the next message that was posted before, or posts a new one.
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
	m.Nonce = messageNonce(p.reply.ID, p.before, len(p.Out.Messages))
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

// messageNonce is the nonce of a reply's message, posted when before was known of the
// reply: with the nonce of a message that was deleted, Discord could take it for that one.
func messageNonce(reply, before string, part int) string {
	if before != "" {
		reply += "\n" + before
	}
	return render.Nonce(reply, part)
}

// retryRateLimited repeats a rate-limited call once a part of the reply is posted.
func (p *delivery) retryRateLimited(ctx context.Context, call func() error) error {
	return p.RetryRateLimited(ctx, func(err error) (time.Duration, bool) {
		if r, ok := errors.AsType[*rest.Error](err); ok && rest.RateLimited(err) {
			return r.RetryAfter, true
		}
		return 0, false
	}, call)
}

// postMessage posts a message and returns its id. wait is how long it may wait for a
// rate limit.
func (a *Adapter) postMessage(ctx context.Context, channel string, m render.Message, wait time.Duration) (string, error) {
	var out struct {
		ID      string `json:"id"`
		Content string `json:"content"`
	}
	c := rest.Call{Method: http.MethodPost, Path: "/channels/%s/messages", IDs: []string{channel}, Body: m, Files: m.Files, MaxWait: wait}
	if err := a.rest.Do(ctx, c, &out); err != nil {
		return "", err
	}
	if out.ID == "" {
		return "", errors.New("POST /channels/*/messages: Discord names no message")
	}
	if strings.TrimSpace(out.Content) == strings.TrimSpace(m.Content) {
		return out.ID, nil
	}
	// By its nonce Discord knows a message from before, which may say something else.
	return out.ID, a.updateMessage(ctx, channel, out.ID, m, wait)
}

// updateMessage updates a message. If its thread was archived meanwhile, the thread is
// reopened.
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

// messageLink is a link to a message: its server, channel and id.
var messageLink = regexp.MustCompile(`^https://(?:\w+\.)?discord(?:app)?\.com/channels/([0-9]+)/([0-9]+)/([0-9]+)$`)

// Delete deletes the bot's message to which a link leads, or its last one in a place. Where it
// may manage messages Discord would let it delete those of others, and in all its servers: it
// asks first whose the message is, and where.
func (a *Adapter) Delete(ctx context.Context, p chat.Place, link string) error {
	channel, id, ok := a.posted.Last(p)
	if link != "" {
		m := messageLink.FindStringSubmatch(strings.Trim(link, "<>"))
		if ok = m != nil && m[1] == p.Workspace; ok {
			channel, id = m[2], m[3]
		}
	}
	if !ok {
		return chat.ErrNoMessage
	}
	self, err := a.identity.Get(ctx)
	if err != nil {
		return asLater(err)
	}
	if at, err := a.channel(ctx, channel); err != nil || at.Guild != p.Workspace {
		return noMessage(err)
	}
	var m payload.Message
	c := rest.Call{Method: http.MethodGet, Path: "/channels/%s/messages/%s", IDs: []string{channel, id}, MaxWait: session.CallTimeout}
	err = a.rest.Do(ctx, c, &m)
	if rest.CodeOf(err) == rest.CodeUnknownMessage && a.posted.Deleted(ctx, channel, id) { // this may be asked a second time after a crash
		return nil
	}
	if err != nil || m.Author.ID != self.User {
		return noMessage(err)
	}
	if err := a.posted.Keep(ctx, channel, id); err != nil {
		return err
	}
	a.posted.Drop(p)
	if err := a.deleteMessage(ctx, channel, id); err != nil {
		return noMessage(err)
	}
	return nil
}

// noMessage is the error of a message that cannot be deleted: nil, it is another's.
func noMessage(err error) error {
	if err != nil && !rest.Forbidden(err) && rest.CodeOf(err) != rest.CodeUnknownMessage && rest.CodeOf(err) != rest.CodeUnknownChannel {
		return asLater(err)
	}
	return chat.ErrNoMessage
}

// deleteMessage deletes a message; it is no error if that is gone already.
func (a *Adapter) deleteMessage(ctx context.Context, channel, id string) error {
	err := a.rest.Do(ctx, rest.Call{Method: http.MethodDelete, Path: "/channels/%s/messages/%s", IDs: []string{channel, id}, MaxWait: session.CallTimeout}, nil)
	if rest.CodeOf(err) == rest.CodeUnknownMessage {
		return nil
	}
	return err
}
