package discord

import (
	"errors"
	"fmt"
	"slices"

	"aidesk/adapters/fake/discord/rule"
)

// PostOptions is what a message of a member has beside its text.
type PostOptions struct {
	ReplyTo     string // a message of the channel
	NoPing      bool   // a reply that does not mention whom it answers
	Attachments []File
}

var errNotShown = errors.New("it is not shown")

// Post lets a user write into a channel, a thread or their direct message, and returns
// the id of the message. The text is as Discord sends it, mentions are "<@123>";
// [Discord.Typed] makes that of plain words.
func (d *Discord) Post(user, channel, text string, o PostOptions) (string, error) {
	defer d.mu.Changing()()
	ch, err := d.visibleChannel(user, channel)
	switch {
	case err != nil:
		return "", err
	case !d.may(user, ch, ch.writePermissions()):
		return "", fmt.Errorf("%s may not write in #%s", user, ch.Name)
	case ch.Locked && !d.may(user, ch, ManageThreads):
		return "", fmt.Errorf("the thread %s is locked", ch.Name)
	}
	m := &message{Message: Message{Channel: channel, User: user, Text: text}}
	a := rule.AllowAll
	var replied *message
	if o.ReplyTo != "" {
		if replied = d.message(channel, o.ReplyTo); replied == nil || replied.Deleted || replied.To != "" {
			return "", fmt.Errorf("message %s: %w", o.ReplyTo, errNotShown)
		}
		m.Kind, m.ReplyTo, a.Replied = kindReply, o.ReplyTo, !o.NoPing
	}
	m.Pings = d.mentioned(user, ch, text, a, replied)
	for _, f := range o.Attachments {
		m.Files = append(m.Files, d.storeFile(channel, f))
	}
	d.joinByWriting(ch, user)
	d.addMessage(m)
	d.dispatchMessage(m, "CREATE")
	return m.ID, nil
}

// joinByWriting makes a user a member of a thread and opens it again, as writing does.
func (d *Discord) joinByWriting(ch Channel, user string) {
	if !ch.isThread() {
		return
	}
	woken := ch.Archived
	ch.Archived = false
	if !slices.Contains(ch.Members, user) {
		ch.Members = append(slices.Clone(ch.Members), user)
	}
	d.setChannel(ch)
	if woken {
		d.dispatchChannel(ch, "UPDATE")
	}
}

// ownMessage finds a message of a user.
func (d *Discord) ownMessage(user, channel, id string) (*message, error) {
	if _, err := d.visibleChannel(user, channel); err != nil {
		return nil, err
	}
	m := d.message(channel, id)
	if m == nil || m.Deleted || m.User != user {
		return nil, fmt.Errorf("%s has no message %s", user, id)
	}
	return m, nil
}

// Edit lets a user change a message of theirs.
func (d *Discord) Edit(user, channel, id, text string) error {
	defer d.mu.Changing()()
	m, err := d.ownMessage(user, channel, id)
	if err != nil {
		return err
	}
	ch, _ := d.channel(channel)
	if ch.Archived {
		return fmt.Errorf("the thread %s is archived", ch.Name)
	}
	a := rule.AllowAll
	a.Replied = m.mentionsUser(d.authorOf(channel, m.ReplyTo))
	m.Text, m.Edited, m.Pings = text, true, d.mentioned(user, ch, text, a, d.message(channel, m.ReplyTo))
	m.addVersion(d)
	d.dispatchMessage(m, "UPDATE")
	return nil
}

func (d *Discord) authorOf(channel, id string) string {
	if m := d.message(channel, id); m != nil {
		return m.User
	}
	return ""
}

// Unfurl adds a preview to a message, as Discord does some seconds after somebody
// wrote a link. The application is told of an update, though nobody edited anything.
func (d *Discord) Unfurl(channel, id, url string) error {
	defer d.mu.Changing()()
	m := d.message(channel, id)
	if m == nil || m.Deleted {
		return fmt.Errorf("message %s: %w", id, errNotShown)
	}
	m.unfurled = []any{object{"type": "link", "url": url, "title": "A page"}}
	d.dispatchMessage(m, "UPDATE")
	return nil
}

// Delete lets a user delete a message of theirs, or one of others where they may.
func (d *Discord) Delete(user, channel, id string) error {
	defer d.mu.Changing()()
	ch, err := d.visibleChannel(user, channel)
	if err != nil {
		return err
	}
	m := d.message(channel, id)
	if m == nil || m.Deleted || m.To != "" || m.User != user && !d.may(user, ch, ManageMessages) {
		return fmt.Errorf("%s has no message %s", user, id)
	}
	d.deleteMessage(m)
	return nil
}

// deleteMessage deletes a message. The lock is held.
func (d *Discord) deleteMessage(m *message) {
	m.Deleted = true
	if m.To == "" {
		d.dispatchMessage(m, "DELETE")
	}
}

// OpenThread lets a user open a public thread, from a message or, with none, without.
func (d *Discord) OpenThread(user, channel, message, name string) (string, error) {
	defer d.mu.Changing()()
	ch, err := d.visibleChannel(user, channel)
	if err != nil {
		return "", err
	}
	if !d.may(user, ch, CreateThreads) {
		return "", fmt.Errorf("%s may open no thread in #%s", user, ch.Name)
	}
	t, err := d.openThread(user, ch, message, Channel{Name: name, Kind: KindPublicThread, AutoClose: 1440})
	return t.ID, err
}

// Archive archives a thread, as Discord does when nobody writes for long, or a
// moderator, who may lock it as well.
func (d *Discord) Archive(thread string, locked bool) {
	defer d.mu.Changing()()
	t, _ := d.channel(thread)
	t.Archived, t.Locked = true, locked
	d.setChannel(t)
	d.dispatchChannel(t, "UPDATE")
}
