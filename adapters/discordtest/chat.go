package discordtest

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"
)

// place finds the channel of a call, which the bot sees and in which it has more
// permissions.
func (c *call) place(more uint64) (Channel, error) {
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

// writable finds the channel of a call in which the bot may write.
func (c *call) writable() (Channel, error) {
	ch, err := c.place(0)
	switch {
	case err != nil:
		return ch, err
	case ch.Kind == KindCategory:
		return ch, refuse(notText)
	case !c.may(BotUser, ch, ch.writes()):
		return ch, refuse(missingPermissions)
	case ch.Locked && !c.may(BotUser, ch, ManageThreads):
		if ch.Archived {
			return ch, refuse(threadArchived)
		}
		return ch, refuse(threadLocked)
	case ch.Kind == KindDM && (c.blocked[ch.Recipient] || !c.shares(ch.Recipient)):
		return ch, refuse(cannotSendToUser)
	}
	return ch, nil
}

// nonceLives is for how long a nonce is remembered: "the past few minutes".
const nonceLives = 5 * time.Minute

func createMessage(c *call) (any, error) {
	ch, err := c.writable()
	if err != nil {
		return nil, err
	}
	s, err := c.readMessage(c.form, c.files, allowAll)
	if err != nil {
		return nil, err
	}
	switch {
	case s.empty():
		return nil, refuse(emptyMessage)
	case len(s.embeds) > 0 && !c.may(BotUser, ch, EmbedLinks), len(s.files) > 0 && !c.may(BotUser, ch, AttachFiles):
		return nil, refuse(missingPermissions)
	}
	if s.enforce && s.nonce != "" {
		for _, m := range slices.Backward(c.messages) {
			if m.User == BotUser && m.Nonce == s.nonce && m.Channel == ch.ID && c.Clock.Now().Sub(m.Time) < nonceLives {
				return c.messageWire(m), nil
			}
		}
	}
	m := &message{embeds: s.embeds, components: s.components, Message: Message{
		Channel: ch.ID, User: BotUser, Text: s.text, Nonce: s.nonce, Flags: s.flags & (FlagSuppressEmbeds | FlagSilent | FlagComponentsV2),
	}}
	var replied *message
	if s.reply != "" {
		if !c.may(BotUser, ch, ReadHistory) {
			return nil, refuse(noHistoryToReply)
		}
		replied = c.message(ch.ID, s.reply)
		switch {
		case replied != nil && replied.system:
			return nil, formFault("message_reference", "REPLIES_CANNOT_REPLY_TO_SYSTEM_MESSAGE", "Cannot reply to a system message")
		case replied != nil && !replied.Deleted && replied.To == "":
			m.Kind, m.ReplyTo = kindReply, s.reply
		case !s.lax:
			return nil, formFault("message_reference", "REPLIES_UNKNOWN_MESSAGE", "Unknown message")
		default:
			replied = nil
		}
	}
	m.Pings = c.pings(BotUser, ch, s.text, s.allowed, replied)
	c.attach(m, s)
	c.enter(ch, BotUser)
	c.add(m)
	c.tellMessage(m, "CREATE")
	return c.messageWire(m), nil
}

// attach keeps the new files of a message. The lock is held.
func (d *Discord) attach(m *message, s said) {
	for _, u := range s.files {
		f := u.File
		a := s.about[fmt.Sprint(u.n)]
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

// readable is a message as the application may read it over REST.
func (c *call) readable(m *message) object {
	wire := c.messageWire(m)
	if c.Intents&IntentContent == 0 {
		if blank := c.blank(m, wire); blank != nil {
			return blank
		}
	}
	return wire
}

func getMessage(c *call) (any, error) {
	ch, err := c.place(ReadHistory)
	if err != nil {
		return nil, err
	}
	m := c.message(ch.ID, c.vars["message"])
	if m == nil || m.Deleted || m.To != "" {
		return nil, refuse(unknownMessage)
	}
	return c.readable(m), nil
}

// history lists messages, newest first: all, or those after, before or around one.
func history(c *call) (any, error) {
	ch, err := c.place(0)
	if err != nil {
		return nil, err
	}
	f := faults{}
	limit := 50
	if v := c.query.Get("limit"); v != "" {
		if limit, err = strconv.Atoi(v); err != nil || limit < 1 || limit > 100 {
			f.add("limit", "NUMBER_TYPE_MAX", "int value should be between 1 and 100.")
		}
	}
	pivot := ""
	for _, key := range []string{"around", "before", "after"} {
		if v := c.query.Get(key); v != "" {
			if !snowflake.MatchString(v) {
				f.add(key, "NUMBER_TYPE_COERCE", "Value %q is not snowflake.", v)
			}
			if pivot != "" {
				f.add(key, "BASE_TYPE_MUTUALLY_EXCLUSIVE", "only one of around, before and after may be given")
			}
			pivot = key
		}
	}
	if err := f.err(); err != nil {
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
	from := slices.IndexFunc(all, func(m *message) bool { return older(id, m.ID) || m.ID == id })
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
		out = append(out, c.readable(m))
	}
	return out, nil
}

// older reports whether a snowflake is less than another.
func older(a, b string) bool {
	if len(a) != len(b) {
		return len(a) < len(b)
	}
	return strings.Compare(a, b) < 0
}

func typing(c *call) (any, error) {
	ch, err := c.writable()
	if err != nil {
		return nil, err
	}
	c.typings = append(c.typings, Typing{c.Clock.Now(), ch.ID})
	return nil, nil
}
