package discord

import (
	"cmp"
	"context"
	"fmt"
	"net/http"
	"slices"

	"aidesk/adapters/discord/payload"
	"aidesk/adapters/discord/render"
	"aidesk/adapters/discord/rest"
	"aidesk/adapters/session"
	"aidesk/core/chat"
	"aidesk/core/markdown"
)

// recentMessage is what is remembered of a message that was received. When a message is
// deleted, Discord sends only its id.
type recentMessage struct {
	member   string // its author; empty if a member only asked about the message
	place    chat.Place
	text     string
	received bool // the handler has stored it
}

// recentMessage returns a message that was received lately.
func (a *Adapter) recentMessage(id string) (recentMessage, bool) {
	u := a.recent.Last(id)
	return u, u.member != ""
}

// mentioned reports whether a message mentions the bot. A reply to the bot with a ping
// does.
func (i appIdentity) mentioned(m payload.Message) bool {
	return slices.ContainsFunc(m.Mentions, func(u payload.User) bool { return u.ID == i.User })
}

// ownRole returns the bot's own role, if a message mentions it: the picker offers the role
// that Discord made for the bot beside the bot, under the same name.
func (in inbound) ownRole(ctx context.Context, m payload.Message) string {
	if len(m.RoleIDs) == 0 || m.Guild == "" {
		return ""
	}
	g, err := in.guild(ctx, m.Guild)
	if err != nil {
		in.Logger.WarnContext(ctx, "looking up the roles of a server", "error", err, "remedy", rest.Remedy(err))
		return ""
	}
	for _, r := range g.Roles {
		if r.Tags.Bot == in.self.User && slices.Contains(m.RoleIDs, r.ID) {
			return r.ID
		}
	}
	return ""
}

// concerns reports whether a message may be for the bot: a direct message, a mention, also
// of a role, or a message in a thread that the bot takes part in.
func (i appIdentity) concerns(ctx context.Context, a *Adapter, m payload.Message) bool {
	if m.NotFromPerson() {
		return false
	}
	return m.Guild == "" || i.mentioned(m) || len(m.RoleIDs) > 0 || a.threadRef(ctx, m.Channel).known()
}

// newMessage handles a message that a member wrote.
func (in inbound) newMessage(ctx context.Context, m payload.Message) error {
	if before, _ := in.recentMessage(m.ID); m.NotFromPerson() || before.received { // a message fetched after a reconnect may also come as an event
		return nil
	}
	role := in.ownRole(ctx, m)
	named := in.self.mentioned(m)
	switch followed := in.threadRef(ctx, m.Channel).known(); {
	case m.Guild == "" || named || role != "" && m.Content != "" || followed && in.MessageContent:
	case role != "": // Discord hides the text of messages that mention no more than a role
		in.postLine(ctx, m.Channel, "role/"+m.ID, textMentionMe)
		return nil
	case followed && m.Content == "":
		in.hintOnce(ctx, m.Channel)
		return nil
	default:
		return nil
	}
	place, err := in.placeOf(ctx, m)
	if err != nil || place.Channel == "" {
		return err
	}
	e, title := in.messageEvent(m, place, role)
	if !place.Direct {
		in.rememberHomeGuild(ctx, m.Author.ID, place.Workspace)
	}
	return in.handOverMessage(ctx, e, m.ID, title)
}

// messageEvent is the event that a message is, and what its thread is called. role is the
// bot's own, if the message mentions it.
func (in inbound) messageEvent(m payload.Message, place chat.Place, role string) (e chat.Event, title string) {
	read := in.read(m, role)
	text := read.Text
	title = text
	about, files, byApp := in.pointed(m)
	files = append(attachments(m.Attachments, false), files...)
	if text == "" && about == "" && len(files) == 0 {
		text = "help" // a bare mention asks what the bot is
	}
	return chat.Event{
		ID: chat.Key("m", m.Channel, m.ID), Time: payload.Time(m.ID, in.Now()), Place: place, Member: m.Author.ID,
		Message: &chat.Message{ID: m.ID, Text: text, Names: read.Marks, About: about, ByApp: byApp, Files: files},
	}, title
}

// read reads what a member wrote. The mark that sets off the mention of the bot at the
// beginning goes with it.
func (in inbound) read(m payload.Message, role string) payload.Text {
	text := m.Read(in.self.User, role)
	if text.Leads {
		text.Text = chat.Addressed(text.Text)
	}
	return text
}

// handOverMessage gives an event about a message to the handler, and remembers the message.
func (in inbound) handOverMessage(ctx context.Context, e chat.Event, id, title string) error {
	u := recentMessage{member: e.Member, place: e.Place, text: title}
	in.recent.Put(id, u) // a form or a deletion may come before the handler returns
	if err := in.handOver(ctx, e); err != nil {
		return err
	}
	u.received = true
	in.recent.Put(id, u)
	return nil
}

// handOver gives an event to the handler, which stores it.
func (in inbound) handOver(ctx context.Context, e chat.Event) error {
	if err := in.handler.Receive(ctx, e); err != nil {
		return fmt.Errorf("receiving %s: %w", e.ID, err)
	}
	return nil
}

// pointed returns the text and files that a member points at, and whether an app may have
// written it: what they forward, of which Discord does not tell the author, or the message to
// which they reply, if that is not the bot's own.
func (in inbound) pointed(m payload.Message) (text string, files []chat.Attachment, byApp bool) {
	if text = m.Forwarded(); text != "" {
		return text, attachments(m.ForwardedFiles(), true), true
	}
	r := m.Referenced
	if m.Type != payload.TypeReply || r == nil || r.Author.ID == in.self.User {
		return "", nil, false
	}
	text = r.Whole()
	return text, attachments(append(slices.Clone(r.Attachments), r.ForwardedFiles()...), true), text != "" && (r.NotFromPerson() || len(r.Snapshots)+len(r.Embeds) > 0)
}

// placeOf returns the conversation that a message belongs to. A direct message channel
// is one conversation. In a server channel each message starts one: in its thread, or in
// a chain of replies where threads are not allowed. If the bot cannot take part, Channel
// is empty and the member was told.
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

// chainRoot returns the first message of the reply chain that a message belongs to.
func (in inbound) chainRoot(ctx context.Context, m payload.Message) string {
	if m.Author.ID == in.self.User { // a button on it was pressed, or a member asks about it
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

// dmPlace returns the conversation of a direct message. It counts for the server in
// which the member last used the bot; a member without such a server is told so.
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

// hintOnce tells members of a thread, once, to mention the bot: without the message
// content intent Discord hides the text of other messages.
func (in inbound) hintOnce(ctx context.Context, thread string) {
	if said, err := in.hinted.Kept(ctx, thread); err != nil || said != "" {
		return
	}
	if err := in.hinted.Keep(ctx, thread, "1"); err != nil {
		in.Logger.WarnContext(ctx, "remembering a hint", "error", err)
		return
	}
	in.postLine(ctx, thread, "hint/"+thread, textCannotRead)
}

// postLine posts one line of plain text. Failures are only logged.
func (in inbound) postLine(ctx context.Context, channel, name, line string) {
	if _, err := in.postMessage(ctx, channel, render.Line(name, line), session.CallTimeout); err != nil {
		in.Logger.WarnContext(ctx, "telling a member", "channel", channel, "error", err, "remedy", rest.Remedy(err))
	}
}

// editedMessage handles a message that its author edited. Discord sends the same event
// when it adds a link preview; that is ignored.
func (in inbound) editedMessage(ctx context.Context, m payload.Message) error {
	if m.Edited == "" || m.NotFromPerson() {
		return nil
	}
	before, known := in.recentMessage(m.ID)
	role := in.ownRole(ctx, m)
	named := in.self.mentioned(m) || role != "" && m.Content != ""
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
	read := in.read(m, role)
	e := chat.Event{
		ID: chat.Key("e", m.Channel, m.ID, m.Edited), Time: in.Now(), Place: place, Member: m.Author.ID,
		Change: &chat.Change{Message: m.ID, Text: read.Text, Names: read.Marks, Deleted: read.Text == "" && !named}, // the mention was removed: the message is not for the bot any more
	}
	if !named && m.Guild != "" {
		return in.handOver(ctx, e)
	}
	first, title := in.messageEvent(m, place, role)
	e.Change.First, e.Change.Text, e.Change.Files = &first, first.Message.Text, first.Message.Files
	return in.handOverMessage(ctx, e, m.ID, title)
}

// deletedMessage handles a message that was deleted.
func (in inbound) deletedMessage(ctx context.Context, m payload.Message) error {
	before, _ := in.recentMessage(m.ID)
	place, aside := before.place, before.place.Channel == ""
	if aside { // Discord tells no more than where it was
		place = chat.Place{Platform: platform, Workspace: m.Guild, Channel: cmp.Or(in.threadRef(ctx, m.Channel).parent, m.Channel)}
	}
	return in.handOver(ctx, chat.Event{
		ID: chat.Key("d", m.Channel, m.ID), Time: in.Now(), Place: place, Member: before.member,
		Change: &chat.Change{Message: m.ID, Deleted: true, Aside: aside},
	})
}

// oneLine is a document with one line of plain text.
func oneLine(line string) markdown.Document {
	return markdown.New(markdown.Paragraph(markdown.Text(line)))
}
