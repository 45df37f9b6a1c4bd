package discord

import (
	"slices"
	"strconv"

	"aidesk/adapters/fake/discord/rule"
)

// attach keeps the new files of a message. The lock is held.
func (d *Discord) attach(m *message, s said) {
	for _, u := range s.files {
		f := u.File
		a := s.About[strconv.Itoa(u.n)]
		if name := rule.Text(a["filename"]); name != "" {
			f.Name = name
		}
		f.Description = rule.Text(a["description"])
		m.Files = append(m.Files, d.keep(m.Channel, f))
	}
}

// change gives one of the application's messages a new version. The lock is held.
func (d *Discord) change(m *message, s said) error {
	if m.Flags&FlagComponentsV2 != 0 && (s.Text != "" || len(s.Embeds) > 0) {
		return formFault("content", "MESSAGE_CANNOT_USE_LEGACY_FIELDS_WITH_COMPONENTS_V2", "The 'content' field cannot be used when using MessageFlags.IS_COMPONENTS_V2")
	}
	next := *m
	if s.HasText {
		next.Text = s.Text
	}
	if s.HasEmbeds {
		next.embeds, next.unfurled = s.Embeds, nil
	}
	if s.HasComponents {
		next.components = s.Components
	}
	next.Files = slices.Clone(m.Files)
	if s.HasUploads {
		next.Files = slices.DeleteFunc(next.Files, func(f File) bool { return !slices.Contains(s.Kept, f.ID) })
	}
	if next.Text == "" && len(next.embeds)+len(next.components)+len(next.Files)+len(s.files) == 0 {
		return refuse(emptyMessage)
	}
	next.Flags = next.Flags&^FlagLoading | s.Flags&FlagComponentsV2
	if s.Flags != 0 {
		next.Flags = next.Flags&^FlagSuppressEmbeds | s.Flags&FlagSuppressEmbeds
	}
	ch, _ := d.channel(m.Channel)
	if s.HasText {
		next.Pings = d.pings(BotUser, ch, s.Text, s.Allowed, nil)
	}
	*m = next
	m.Edited = true
	d.attach(m, s)
	m.version(d)
	d.tellMessage(m, "UPDATE")
	return nil
}

// own finds the message of a call that is the bot's. What only one member sees does
// not exist for its token.
func (c *call) own(ch Channel) (*message, error) {
	m := c.message(ch.ID, c.vars["message"])
	switch {
	case m == nil, m.Deleted, m.To != "":
		return nil, refuse(unknownMessage)
	case m.User != BotUser:
		return nil, refuse(notAuthor)
	case m.system:
		return nil, refuse(systemMessage)
	}
	return m, nil
}

func changeMessage(c *call) (any, error) {
	ch, err := c.place(0)
	if err != nil {
		return nil, err
	}
	m, err := c.own(ch)
	if err != nil {
		return nil, err
	}
	if ch.Archived {
		return nil, refuse(threadArchived)
	}
	s, err := readMessage(c.form, c.files, rule.AllowAll)
	if err != nil {
		return nil, err
	}
	if err := c.change(m, s); err != nil {
		return nil, err
	}
	return c.messageWire(m), nil
}

func deleteMessage(c *call) (any, error) {
	ch, err := c.place(0)
	if err != nil {
		return nil, err
	}
	m := c.message(ch.ID, c.vars["message"])
	switch {
	case m == nil, m.Deleted, m.To != "":
		return nil, refuse(unknownMessage)
	case m.User != BotUser && ch.Kind == KindDM:
		return nil, refuse(wrongInDM)
	case m.User != BotUser && !c.may(BotUser, ch, ManageMessages):
		return nil, refuse(missingPermissions)
	case ch.Archived:
		return nil, refuse(threadArchived)
	}
	c.remove(m)
	return nil, nil
}
