package discord

import (
	"slices"
	"strconv"

	"aidesk/adapters/fake/discord/rule"
)

// attachFiles keeps the new files of a message. The lock is held.
func (d *Discord) attachFiles(m *message, s content) {
	for _, u := range s.files {
		f := u.File
		a := s.NewFiles[strconv.Itoa(u.number)]
		if name := rule.Text(a["filename"]); name != "" {
			f.Name = name
		}
		f.Description = rule.Text(a["description"])
		m.Files = append(m.Files, d.storeFile(m.Channel, f))
	}
}

// editMessage gives one of the application's messages a new version. The lock is held.
func (d *Discord) editMessage(m *message, s content) error {
	if m.Flags&FlagComponentsV2 != 0 && (s.Text != "" || len(s.Embeds) > 0) {
		return invalidField("content", "MESSAGE_CANNOT_USE_LEGACY_FIELDS_WITH_COMPONENTS_V2", "The 'content' field cannot be used when using MessageFlags.IS_COMPONENTS_V2")
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
		next.Files = slices.DeleteFunc(next.Files, func(f File) bool { return !slices.Contains(s.KeptFiles, f.ID) })
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
		next.Pings = d.mentioned(BotUser, ch, s.Text, s.Allowed, nil)
	}
	*m = next
	m.Edited = true
	d.attachFiles(m, s)
	m.addVersion(d)
	d.dispatchMessage(m, "UPDATE")
	return nil
}

// botMessage finds the message of a call that is the bot's. What only one member sees does
// not exist for its token.
func (c *call) botMessage(ch Channel) (*message, error) {
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
	ch, err := c.requestChannel(0)
	if err != nil {
		return nil, err
	}
	m, err := c.botMessage(ch)
	if err != nil {
		return nil, err
	}
	if ch.Archived {
		return nil, refuse(threadArchived)
	}
	s, err := readContent(c.form, c.files, rule.AllowAll)
	if err != nil {
		return nil, err
	}
	if err := c.editMessage(m, s); err != nil {
		return nil, err
	}
	return c.messagePayload(m), nil
}

func deleteMessage(c *call) (any, error) {
	ch, err := c.requestChannel(0)
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
	c.deleteMessage(m)
	return nil, nil
}
