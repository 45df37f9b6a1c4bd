package slack

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"aidesk/adapters/slack/render"
	"aidesk/core/chat"
	"aidesk/core/markdown"
)

// delivered is what Slack has of a reply. As text it is the reply's platform id.
type delivered struct {
	channel  string
	messages []string // timestamps, in order
	files    []string // digests of what was uploaded
}

// String is "C123:1700000000.000100,1700000000.000200", behind it "+" and the digests
// of the files.
func (d delivered) String() string {
	out := d.channel + ":" + strings.Join(d.messages, ",")
	if len(d.files) > 0 {
		out += "+" + strings.Join(d.files, ",")
	}
	return out
}

// parseDelivered reads a reply's platform id.
func parseDelivered(s string) delivered {
	s, files, _ := strings.Cut(s, "+")
	channel, messages, _ := strings.Cut(s, ":")
	comma := func(r rune) bool { return r == ',' }
	return delivered{channel: channel, messages: strings.FieldsFunc(messages, comma), files: strings.FieldsFunc(files, comma)}
}

// again is when a reply is tried again that Slack refused for a reason that an admin
// can remove.
const again = time.Minute

// patience is how long a message waits for its place in a channel before the reply is
// put off.
const patience = 2 * time.Second

// Send posts the messages of a reply, or brings those that were posted up to date:
// what is new is posted, what is left over deleted. Private replies go to the member's
// direct message, with a link to where it began; so does a reply to a member in a
// place to which the app has no access.
func (a *Adapter) Send(ctx context.Context, r chat.Reply, posted string) (string, error) {
	have := parseDelivered(posted)
	r, err := a.address(ctx, r, have)
	if err != nil {
		return "", a.verdict(ctx, r, err)
	}
	out, err := a.deliver(ctx, r, have)
	if posted == "" && len(out.messages) == 0 && barred[codeOf(err)] && r.To != "" && !r.Place.Direct {
		r.Private = true
		if r, err = a.address(ctx, r, have); err == nil {
			out, err = a.deliver(ctx, r, have)
		}
	}
	if err == nil {
		if a.FollowThreads && !r.Place.Direct && r.Place.Thread != "" {
			a.joins(ctx, r.Place)
		}
		return out.String(), nil
	}
	if more := out.messages[min(len(have.messages), len(out.messages)):]; len(more) > 0 {
		if posted == "" { // a part of it is there, which Find will find
			return "", fmt.Errorf("%d of the messages of a reply were posted: %w", len(more), err)
		}
		a.withdraw(ctx, out.channel, more)
	}
	return "", a.verdict(ctx, r, err)
}

// withdraw deletes messages that would be posted once more when the reply is tried again.
func (a *Adapter) withdraw(ctx context.Context, channel string, messages []string) {
	for _, ts := range messages {
		if err := a.web.call(ctx, "chat.delete", "", map[string]any{"channel": channel, "ts": ts}, nil); err != nil {
			a.Logger.WarnContext(ctx, "deleting a message", "error", err)
		}
	}
}

// barred are the codes for a place that the app cannot write to, though the member who
// is answered is still there.
var barred = map[string]bool{
	"not_in_channel": true, "channel_not_found": true, "thread_not_found": true, "invalid_thread_ts": true, "cannot_reply_to_message": true,
}

// verdict is what the desk is told about a failed sending.
func (a *Adapter) verdict(ctx context.Context, r chat.Reply, err error) error {
	refusal, ok := errors.AsType[*refusal](err)
	switch {
	case !ok, vague[refusal.code]:
		return err
	case gone[refusal.code], shapeless[refusal.code]:
		a.Logger.WarnContext(ctx, "a reply cannot be delivered", "channel", r.Place.Channel, "reply", r.ID, "error", err, "remedy", remedy(err))
		return fmt.Errorf("%w: %w", chat.ErrGone, err)
	case refusal.code == limited:
		return &chat.Later{After: refusal.after, Reason: err.Error()}
	}
	return &chat.Later{After: again, Reason: err.Error() + ": " + remedy(err)}
}

// address says where a reply goes. A reply that is in a place already stays there.
func (a *Adapter) address(ctx context.Context, r chat.Reply, have delivered) (chat.Reply, error) {
	p := r.Place
	elsewhere := have.channel != "" && have.channel != p.Channel
	private := r.Private || elsewhere || p.Channel == "" || !p.Direct && p.Thread == "" && !r.Open // only commands begin outside of threads
	if !private || p.Direct && p.Channel != "" {
		return r, nil
	}
	self, err := a.identify(ctx)
	if err != nil {
		return r, err
	}
	r.Place.Direct, r.Place.Thread = true, ""
	if r.Place.Channel = have.channel; have.channel == "" {
		if r.Place.Channel, err = a.direct(ctx, r.To); err != nil {
			return r, err
		}
	}
	if link := self.archive(p.Channel, p.Thread); link != "" && p.Thread != "" {
		r.Text = markdown.Join(r.Text, markdown.New(markdown.Paragraph(
			markdown.Text("This belongs to "), markdown.Link("a thread in a channel", link), markdown.Text("."))))
	}
	return r, nil
}

// deliver makes messages of a reply and brings them to Slack. What it returns is
// there, also if there is an error.
func (a *Adapter) deliver(ctx context.Context, r chat.Reply, have delivered) (delivered, error) {
	messages, err := a.render(r)
	if err != nil {
		return have, err
	}
	uploads, messages, err := a.prepare(ctx, messages, have)
	if err != nil {
		return have, err
	}
	p := &posting{Adapter: a, reply: r, have: have, out: delivered{channel: have.channel, files: have.files}}
	if have.channel == "" {
		p.out.channel, p.have.channel = r.Place.Channel, r.Place.Channel
		if a.blind(r.Place.Channel) {
			if err := p.begin(ctx); err != nil {
				return p.kept(), err
			}
		}
	}
	for _, m := range messages {
		if err := p.say(ctx, m); err != nil {
			return p.kept(), err
		}
	}
	if err := p.tidy(ctx); err != nil {
		return p.out, err
	}
	return p.out, a.attach(ctx, &p.out, r.Place.Thread, uploads)
}

// render makes messages of a reply. One that cannot be shown whole says so.
func (a *Adapter) render(r chat.Reply) ([]render.Message, error) {
	r = withForms(r)
	look := render.Look{Zone: a.people.zone(r.To)}
	messages, err := look.Render(r)
	if err != nil {
		sorry := chat.Reply{ID: r.ID, Place: r.Place, To: r.To, Text: paragraph("I cannot show this whole in Slack, so I do not ask for it: " + err.Error() + ".")}
		messages, err = look.Render(sorry)
	}
	if err == nil && len(messages) == 0 {
		messages = []render.Message{{Channel: r.Place.Channel, Thread: r.Place.Thread, Text: "…"}}
	}
	return messages, err
}

// withForms marks the buttons whose press opens a form.
func withForms(r chat.Reply) chat.Reply {
	marked := func(bs []chat.Button) []chat.Button {
		bs = slices.Clone(bs)
		for i := range bs {
			if bs[i].Form && bs[i].URL == "" {
				bs[i].ID = opensForm + bs[i].ID
			}
		}
		return bs
	}
	r.Buttons, r.Cards, r.Rows = marked(r.Buttons), slices.Clone(r.Cards), slices.Clone(r.Rows)
	for i := range r.Cards {
		r.Cards[i].Buttons = marked(r.Cards[i].Buttons)
	}
	for i := range r.Rows {
		r.Rows[i].Buttons = marked(r.Rows[i].Buttons)
	}
	return r
}
