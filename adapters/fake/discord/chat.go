package discord

import (
	"slices"
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
