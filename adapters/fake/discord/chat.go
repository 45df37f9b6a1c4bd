package discord

import (
	"slices"
	"strconv"
	"strings"
	"time"

	"aidesk/adapters/fake/discord/rule"
)

// requestChannel finds the channel of a call, which the bot sees and in which it has more
// permissions.
func (c *call) requestChannel(more uint64) (Channel, error) {
	ch, ok := c.channel(c.vars["channel"])
	switch {
	case !ok:
		return ch, refuse(unknownChannel)
	case !c.may(BotUser, ch, ViewChannel):
		return ch, refuse(missingAccess)
	case !c.may(BotUser, ch, more):
		return ch, refuse(missingPermissions)
	}
	return ch, nil
}

// writableChannel finds the channel of a call in which the bot may write.
func (c *call) writableChannel() (Channel, error) {
	ch, err := c.requestChannel(0)
	switch {
	case err != nil:
		return ch, err
	case ch.Kind == KindCategory:
		return ch, refuse(notText)
	case !c.may(BotUser, ch, ch.writePermissions()):
		return ch, refuse(missingPermissions)
	case ch.Locked && !c.may(BotUser, ch, ManageThreads):
		if ch.Archived {
			return ch, refuse(threadArchived)
		}
		return ch, refuse(threadLocked)
	case ch.Kind == KindDM && (c.blocked[ch.Recipient] || !c.sharesGuild(ch.Recipient)):
		return ch, refuse(cannotSendToUser)
	}
	return ch, nil
}

// nonceLifetime is for how long a nonce is remembered: "the past few minutes".
const nonceLifetime = 5 * time.Minute

func createMessage(c *call) (any, error) {
	ch, err := c.writableChannel()
	if err != nil {
		return nil, err
	}
	s, err := readContent(c.form, c.files, rule.AllowAll)
	if err != nil {
		return nil, err
	}
	switch {
	case s.Empty():
		return nil, refuse(emptyMessage)
	case len(s.Embeds) > 0 && !c.may(BotUser, ch, EmbedLinks), len(s.files) > 0 && !c.may(BotUser, ch, AttachFiles):
		return nil, refuse(missingPermissions)
	}
	if s.Enforce && s.Nonce != "" {
		for _, m := range slices.Backward(c.messages) {
			if m.User == BotUser && m.Nonce == s.Nonce && m.Channel == ch.ID && c.Clock.Now().Sub(m.Time) < nonceLifetime {
				return c.messagePayload(m), nil
			}
		}
	}
	m := &message{embeds: s.Embeds, components: s.Components, Message: Message{
		Channel: ch.ID, User: BotUser, Text: s.Text, Nonce: s.Nonce, Flags: s.Flags & (FlagSuppressEmbeds | FlagSilent | FlagComponentsV2),
	}}
	var replied *message
	if s.Reply != "" {
		if !c.may(BotUser, ch, ReadHistory) {
			return nil, refuse(noHistoryToReply)
		}
		replied = c.message(ch.ID, s.Reply)
		switch {
		case replied != nil && replied.system:
			return nil, invalidField("message_reference", "REPLIES_CANNOT_REPLY_TO_SYSTEM_MESSAGE", "Cannot reply to a system message")
		case replied != nil && !replied.Deleted && replied.To == "":
			m.Kind, m.ReplyTo = kindReply, s.Reply
		case !s.AllowMissingReply:
			return nil, invalidField("message_reference", "REPLIES_UNKNOWN_MESSAGE", "Unknown message")
		default:
			replied = nil
		}
	}
	m.Pings = c.mentioned(BotUser, ch, s.Text, s.Allowed, replied)
	c.attachFiles(m, s)
	c.joinByWriting(ch, BotUser)
	c.addMessage(m)
	c.dispatchMessage(m, "CREATE")
	return c.messagePayload(m), nil
}

func triggerTyping(c *call) (any, error) {
	ch, err := c.writableChannel()
	if err != nil {
		return nil, err
	}
	c.typings = append(c.typings, Typing{c.Clock.Now(), ch.ID})
	return nil, nil
}

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

// restMessage is a message as the application may read it over REST.
func (c *call) restMessage(m *message) object {
	wire := c.messagePayload(m)
	if c.Intents&IntentContent == 0 {
		if blank := c.withoutContent(m, wire); blank != nil {
			return blank
		}
	}
	return wire
}

func getMessage(c *call) (any, error) {
	ch, err := c.requestChannel(ReadHistory)
	if err != nil {
		return nil, err
	}
	m := c.message(ch.ID, c.vars["message"])
	if m == nil || m.Deleted || m.To != "" {
		return nil, refuse(unknownMessage)
	}
	return c.restMessage(m), nil
}

// listMessages lists messages, newest first: all, or those after, before or around one.
func listMessages(c *call) (any, error) {
	ch, err := c.requestChannel(0)
	if err != nil {
		return nil, err
	}
	f := rule.Faults{}
	limit := 50
	if v := c.query.Get("limit"); v != "" {
		if limit, err = strconv.Atoi(v); err != nil || limit < 1 || limit > 100 {
			f.Addf("limit", "NUMBER_TYPE_MAX", "int value should be between 1 and 100.")
		}
	}
	pivot := ""
	for _, key := range []string{"around", "before", "after"} {
		if v := c.query.Get(key); v != "" {
			if !rule.IsSnowflake(v) {
				f.Addf(key, "NUMBER_TYPE_COERCE", "Value %q is not snowflake.", v)
			}
			if pivot != "" {
				f.Addf(key, "BASE_TYPE_MUTUALLY_EXCLUSIVE", "only one of around, before and after may be given")
			}
			pivot = key
		}
	}
	if err := invalidFormBody(f); err != nil {
		return nil, err
	}
	out := []object{}
	if !c.may(BotUser, ch, ReadHistory) {
		return out, nil
	}
	var all []*message
	for _, m := range c.messages {
		if m.Channel == ch.ID && !m.Deleted && m.To == "" {
			all = append(all, m)
		}
	}
	id := c.query.Get(pivot)
	from := slices.IndexFunc(all, func(m *message) bool { return olderID(id, m.ID) || m.ID == id })
	if from < 0 {
		from = len(all)
	}
	switch pivot {
	case "after":
		if from < len(all) && all[from].ID == id {
			from++
		}
		all = all[from:min(from+limit, len(all))]
	case "before":
		all = all[max(from-limit, 0):from]
	case "around":
		all = all[max(from-limit/2, 0):min(from+(limit+1)/2, len(all))]
	default:
		all = all[max(len(all)-limit, 0):]
	}
	for _, m := range slices.Backward(all) {
		out = append(out, c.restMessage(m))
	}
	return out, nil
}

// olderID reports whether a snowflake is less than another.
func olderID(a, b string) bool {
	if len(a) != len(b) {
		return len(a) < len(b)
	}
	return strings.Compare(a, b) < 0
}
