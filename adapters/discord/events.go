package discord

import (
	"context"
	"fmt"
	"net/http"
	"strings"

	"aidesk/adapters/discord/payload"
	"aidesk/adapters/discord/render"
	"aidesk/adapters/discord/rest"
	"aidesk/adapters/session"
	"aidesk/core/chat"
	"aidesk/core/markdown"
)

// recentMessage is a message that was taken in: when one is deleted, Discord says nothing of it
// but its id.
type recentMessage struct {
	member   string // empty: it was only pointed at
	place    chat.Place
	text     string // how it begins
	received bool   // the desk has it
}

// recentMessage finds a message that was taken in.
func (a *Adapter) recentMessage(id string) (recentMessage, bool) {
	u := a.recent.Last(id)
	return u, u.member != ""
}

// mentioned says whether a message mentions the bot, or answers it with a ping.
func (i appIdentity) mentioned(m payload.Message) bool {
	for _, u := range m.Mentions {
		if u.ID == i.User {
			return true
		}
	}
	return false
}

// concerns says whether a message may be for the desk: a mention, a direct message, or
// one in a thread in which it takes part.
func (i appIdentity) concerns(ctx context.Context, a *Adapter, m payload.Message) bool {
	if m.NotFromPerson() {
		return false
	}
	return m.Guild == "" || i.mentioned(m) || a.threadRef(ctx, m.Channel).known()
}

// newMessage is what a member said to the desk.
func (in inbound) newMessage(ctx context.Context, m payload.Message) error {
	if before, _ := in.recentMessage(m.ID); m.NotFromPerson() || before.received { // what was missed may come twice
		return nil
	}
	named := in.self.mentioned(m)
	if m.Guild != "" && !named && !in.MessageContent {
		if m.Content == "" && in.threadRef(ctx, m.Channel).known() {
			in.hintOnce(ctx, m.Channel)
		}
		return nil
	}
	place, err := in.placeOf(ctx, m)
	if err != nil || place.Channel == "" {
		return err
	}
	text, names := payload.Text(m, in.self.User)
	title := text
	for _, f := range m.Attachments {
		text = strings.TrimSpace(text + "\n\nAttached file, which cannot be read: " + f.Name)
	}
	about := in.quotedText(m)
	if text == "" && about == "" {
		text = "help" // who only calls the desk wants to know what it is
	}
	e := chat.Event{
		ID: chat.Key("m", m.Channel, m.ID), Time: payload.Time(m.ID, in.Now()), Place: place, Member: m.Author.ID,
		Message: &chat.Message{ID: m.ID, Text: text, Names: names, About: about},
	}
	if !place.Direct {
		in.rememberHomeGuild(ctx, m.Author.ID, place.Workspace)
	}
	u := recentMessage{member: e.Member, place: place, text: title}
	in.recent.Put(m.ID, u)
	if err := in.handOver(ctx, e); err != nil {
		return err
	}
	u.received = true
	in.recent.Put(m.ID, u)
	return nil
}

// handOver gives an event to the desk.
func (in inbound) handOver(ctx context.Context, e chat.Event) error {
	if err := in.handler.Receive(ctx, e); err != nil {
		return fmt.Errorf("receiving %s: %w", e.ID, err)
	}
	return nil
}

// quotedText is the text of the message that a member answers to point at it.
func (in inbound) quotedText(m payload.Message) string {
	if m.Type != payload.TypeReply || m.Referenced == nil || m.Referenced.Author.ID == in.self.User {
		return ""
	}
	text, _ := payload.Text(*m.Referenced, "")
	return text
}

// placeOf is the place of a message: a direct message is one conversation; in a channel
// every message begins one, in a thread or in the chain of answers to it. The channel
// is empty if there is none, and whoever wrote was told.
func (in inbound) placeOf(ctx context.Context, m payload.Message) (chat.Place, error) {
	place := chat.Place{Platform: platform, Workspace: m.Guild, Channel: m.Channel}
	if m.Guild == "" {
		return in.dmPlace(ctx, m)
	}
	if seat := in.threadRef(ctx, m.Channel); seat.known() {
		place.Channel, place.Thread = seat.parent, m.Channel
		return place, nil
	}
	kind := payload.ChannelTypeUnknown
	if m.ChannelType != nil {
		kind = *m.ChannelType
	}
	parent, err := in.parentChannel(ctx, m.Channel, kind)
	if status := rest.StatusOf(err); status == http.StatusForbidden || status == http.StatusNotFound {
		in.Logger.WarnContext(ctx, "a message is in a channel that the bot may not read", "channel", m.Channel, "error", err, "remedy", rest.Remedy(err))
		return chat.Place{}, nil
	}
	if err != nil {
		return place, err
	}
	if parent != "" {
		in.rememberThread(ctx, m.Channel, threadRef{parent: parent})
		place.Channel, place.Thread = parent, m.Channel
		return place, nil
	}
	place.Thread = in.chainRoot(ctx, m)
	return place, nil
}

// chainRoot is the first message of the chain that a message belongs to.
func (in inbound) chainRoot(ctx context.Context, m payload.Message) string {
	if m.Author.ID == in.self.User { // pressed, or pointed at
		if root, err := in.chains.Kept(ctx, m.ID); err == nil && root != "" {
			return root
		}
	}
	if m.Reference.Message == "" || m.Reference.Type != 0 {
		return m.ID
	}
	root, err := in.chains.Kept(ctx, m.Reference.Message)
	if err != nil {
		in.Logger.WarnContext(ctx, "looking for the beginning of a conversation", "error", err)
	}
	if r := m.Referenced; root == "" && r != nil && r.Author.ID == in.self.User {
		root = r.Reference.Message
	}
	if root == "" {
		root = m.ID
	}
	return root
}

// dmPlace is the place of a direct message. It belongs to the server in which its
// writer last used the desk; who is in none is told so.
func (in inbound) dmPlace(ctx context.Context, m payload.Message) (chat.Place, error) {
	server, fault, err := in.homeGuild(ctx, m.Author.ID)
	if err != nil {
		return chat.Place{}, err
	}
	if fault != "" {
		in.postLine(ctx, m.Channel, "refused/"+m.ID, fault)
		return chat.Place{}, nil
	}
	in.rememberDM(ctx, m.Author.ID, m.Channel)
	return chat.Place{Platform: platform, Workspace: server, Channel: m.Channel, Direct: true}, nil
}

// hintOnce says once in a thread how the desk can be reached there: Discord shows it what is
// written only where it is mentioned.
func (in inbound) hintOnce(ctx context.Context, thread string) {
	if said, err := in.hinted.Kept(ctx, thread); err != nil || said != "" {
		return
	}
	if err := in.hinted.Keep(ctx, thread, "1"); err != nil {
		in.Logger.WarnContext(ctx, "remembering a hint", "error", err)
		return
	}
	in.postLine(ctx, thread, "hint/"+thread, "I can only read messages here that reply to me or mention me.")
}

// postLine posts one line of the adapter's own. It may be lost.
func (in inbound) postLine(ctx context.Context, channel, name, line string) {
	if _, err := in.postMessage(ctx, channel, render.Line(name, line), session.CallTimeout); err != nil {
		in.Logger.WarnContext(ctx, "telling a member", "channel", channel, "error", err, "remedy", rest.Remedy(err))
	}
}

// editedMessage is a message that was edited. What Discord itself adds to one is no change.
func (in inbound) editedMessage(ctx context.Context, m payload.Message) error {
	if m.Edited == "" || m.NotFromPerson() {
		return nil
	}
	before, known := in.recentMessage(m.ID)
	named := in.self.mentioned(m)
	if !known && !named && m.Guild != "" {
		return nil
	}
	place := before.place
	if !known {
		var err error
		if place, err = in.placeOf(ctx, m); err != nil || place.Channel == "" {
			return err
		}
	}
	text, _ := payload.Text(m, in.self.User)
	e := chat.Event{
		ID: chat.Key("e", m.Channel, m.ID, m.Edited), Time: in.Now(), Place: place, Member: m.Author.ID,
		Change: &chat.Change{Message: m.ID, Text: text, Deleted: text == "" && !named}, // it is not for us any more
	}
	return in.handOver(ctx, e)
}

// deletedMessage is a message that was deleted.
func (in inbound) deletedMessage(ctx context.Context, m payload.Message) error {
	before, known := in.recentMessage(m.ID)
	if !known {
		return nil
	}
	return in.handOver(ctx, chat.Event{
		ID: chat.Key("d", m.Channel, m.ID), Time: in.Now(), Place: before.place, Member: before.member,
		Change: &chat.Change{Message: m.ID, Deleted: true},
	})
}

// oneLine is a text with one plain line.
func oneLine(line string) markdown.Document {
	return markdown.New(markdown.Paragraph(markdown.Text(line)))
}
