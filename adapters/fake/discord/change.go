package discord

import (
	"slices"
	"strconv"
)

// attach keeps the new files of a message. The lock is held.
func (d *Discord) attach(m *message, s said) {
	for _, u := range s.files {
		f := u.File
		a := s.about[strconv.Itoa(u.n)]
		if name := text(a["filename"]); name != "" {
			f.Name = name
		}
		f.Description = text(a["description"])
		m.Files = append(m.Files, d.keep(m.Channel, f))
	}
}

// change gives one of the application's messages a new version. The lock is held.
func (d *Discord) change(m *message, s said) error {
	if m.Flags&FlagComponentsV2 != 0 && (s.text != "" || len(s.embeds) > 0) {
		return formFault("content", "MESSAGE_CANNOT_USE_LEGACY_FIELDS_WITH_COMPONENTS_V2", "The 'content' field cannot be used when using MessageFlags.IS_COMPONENTS_V2")
	}
	next := *m
	if s.hasText {
		next.Text = s.text
	}
	if s.hasEmbeds {
		next.embeds, next.unfurled = s.embeds, nil
	}
	if s.hasComponents {
		next.components = s.components
	}
	next.Files = slices.Clone(m.Files)
	if s.hasUploads {
		next.Files = slices.DeleteFunc(next.Files, func(f File) bool { return !slices.Contains(s.kept, f.ID) })
	}
	if next.Text == "" && len(next.embeds)+len(next.components)+len(next.Files)+len(s.files) == 0 {
		return refuse(emptyMessage)
	}
	next.Flags = next.Flags&^FlagLoading | s.flags&FlagComponentsV2
	if s.flags != 0 {
		next.Flags = next.Flags&^FlagSuppressEmbeds | s.flags&FlagSuppressEmbeds
	}
	ch, _ := d.channel(m.Channel)
	if s.hasText {
		next.Pings = d.pings(BotUser, ch, s.text, s.allowed, nil)
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
	s, err := c.readMessage(c.form, c.files, allowAll)
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
