package discord

import (
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"

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

// Press lets a user press a button of a message, by its custom_id. It may be one that
// stood there before, as a screen may lag behind.
func (d *Discord) Press(user, channel, message, customID string) (*Receipt, error) {
	return d.choose(user, channel, message, customID, nil)
}

// Choose is Press for a menu: the values are those of its options, or ids of users,
// roles or channels.
func (d *Discord) Choose(user, channel, message, customID string, values ...string) (*Receipt, error) {
	return d.choose(user, channel, message, customID, orEmpty(values))
}

func (d *Discord) choose(user, channel, id, customID string, values []string) (*Receipt, error) {
	defer d.mu.Changing()()
	ch, err := d.visibleChannel(user, channel)
	if err != nil {
		return nil, err
	}
	m := d.message(channel, id)
	if m == nil || m.Deleted || m.To != "" && m.To != user {
		return nil, fmt.Errorf("message %s: %w", id, errNotShown)
	}
	var used object
	for _, v := range slices.Backward(m.Versions) {
		var old []any
		_ = json.Unmarshal(v.Components, &old)
		rule.EachComponent(old, func(c object) {
			if used == nil && c["custom_id"] == customID && c["disabled"] != true {
				used = c
			}
		})
		if used != nil {
			break
		}
	}
	kind := rule.Integer(used["type"])
	if used == nil || (kind == 2) != (values == nil) {
		return nil, fmt.Errorf("component %q in message %s: %w", customID, id, errNotShown)
	}
	data := object{"component_type": kind, "custom_id": customID, "id": used["id"]}
	if kind != 2 {
		if err := d.chooseValues(data, used, values, ch); err != nil {
			return nil, err
		}
	}
	return d.interact(&interaction{kind: kindComponent, user: user, channel: ch, data: data, message: m}), nil
}

// chooseValues puts the values of a menu into its data.
func (d *Discord) chooseValues(data, menu object, values []string, ch Channel) error {
	least, most := 1, 1
	if v, ok := menu["min_values"]; ok {
		least = rule.Integer(v)
	}
	if v, ok := menu["max_values"]; ok {
		most = rule.Integer(v)
	}
	if len(values) < least || len(values) > most {
		return fmt.Errorf("the menu takes %d to %d values", least, most)
	}
	data["values"] = values
	kind := rule.Integer(menu["type"])
	if kind != 3 {
		resolved := object{}
		for _, id := range values {
			if !d.resolve(resolved, id, ch, map[int]string{5: "user", 6: "role", 7: "user role", 8: "channel"}[kind]) {
				return fmt.Errorf("there is no %q to choose", id)
			}
		}
		data["resolved"] = resolved
		return nil
	}
	options, _ := menu["options"].([]any)
	for _, v := range values {
		if !slices.ContainsFunc(options, func(o any) bool { option, _ := o.(object); return option["value"] == v }) {
			return fmt.Errorf("the menu has no option %q", v)
		}
	}
	return nil
}

// resolve adds who or what an id stands for to the resolved ones.
func (d *Discord) resolve(resolved object, id string, ch Channel, kinds string) bool {
	under := func(key string) object {
		o, ok := resolved[key].(object)
		if !ok {
			o = object{}
			resolved[key] = o
		}
		return o
	}
	if u, ok := d.user(id); ok && strings.Contains(kinds, "user") {
		under("users")[id] = u.payload()
		if u.inGuild(ch.Guild) {
			member := u.partialMember()
			member["permissions"] = bitString(d.permissions(id, ch))
			under("members")[id] = member
		}
		return true
	}
	if r, ok := byID(d.roles, id); ok && r.Guild == ch.Guild && strings.Contains(kinds, "role") {
		under("roles")[id] = r.payload()
		return true
	}
	if c, ok := d.channel(id); ok && c.Guild == ch.Guild && ch.Guild != "" && strings.Contains(kinds, "channel") {
		where := d.channelPayload(c)
		where["permissions"] = bitString(d.permissions(BotUser, c))
		under("channels")[id] = where
		return true
	}
	return false
}
