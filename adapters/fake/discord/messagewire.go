package discord

import (
	"maps"
	"strings"

	"aidesk/adapters/fake/discord/rule"
)

// messagePayload is a message as the REST API sends it.
func (d *Discord) messagePayload(m *message) object {
	u, _ := d.user(m.User)
	out := object{
		"id": m.ID, "type": m.Kind, "channel_id": m.Channel, "author": u.payload(), "content": m.Text, "timestamp": timestamp(m.Time),
		"edited_timestamp": nil, "tts": false, "pinned": false, "flags": m.flags(), "embeds": orEmpty(append(m.embeds, m.unfurled...)),
		"components": orEmpty(m.components), "mention_everyone": false,
	}
	if m.Edited {
		out["edited_timestamp"] = timestamp(m.Versions[len(m.Versions)-1].Time)
	}
	users, roles := []object{}, []string{}
	for _, p := range m.Pings {
		switch {
		case strings.HasPrefix(p, "@"):
			out["mention_everyone"] = true
		case strings.HasPrefix(p, "&"):
			roles = append(roles, p[1:])
		default:
			u, _ := d.user(p)
			users = append(users, u.payload())
		}
	}
	out["mentions"], out["mention_roles"] = users, roles
	attachments := []object{}
	for _, f := range m.Files {
		a := f.payload()
		if m.To != "" {
			a["ephemeral"] = true
		}
		attachments = append(attachments, a)
	}
	out["attachments"] = attachments
	if m.Nonce != "" {
		out["nonce"] = m.Nonce
	}
	if m.token != "" {
		out["webhook_id"], out["application_id"] = ApplicationID, ApplicationID
		if m.metadata != nil {
			out["interaction_metadata"] = m.metadata
		}
	}
	if t, ok := d.channel(m.Thread); ok {
		out["thread"] = d.channelPayload(t)
	}
	if m.ReplyTo != "" {
		d.addReference(m, out)
	}
	return out
}

// flags are the message's, with those that Discord sets itself.
func (m *message) flags() int {
	out := m.Flags
	if m.Thread != "" {
		out |= FlagHasThread
	}
	if m.To != "" {
		out |= FlagEphemeral
	}
	return out
}

// addReference adds what a message refers to.
func (d *Discord) addReference(m *message, out object) {
	ch, _ := d.channel(m.Channel)
	channel := m.Channel
	if m.Kind == kindStarter {
		channel = ch.Parent
	}
	ref := object{"type": 0, "channel_id": channel, "message_id": m.ReplyTo}
	if ch.Guild != "" {
		ref["guild_id"] = ch.Guild
	}
	out["message_reference"], out["referenced_message"] = ref, nil
	if o := d.message(channel, m.ReplyTo); o != nil && !o.Deleted {
		inner := *o
		inner.ReplyTo = "" // Discord goes one step deep
		out["referenced_message"] = d.messagePayload(&inner)
		if o.ReplyTo != "" {
			out["referenced_message"].(object)["message_reference"] = object{"type": 0, "channel_id": channel, "message_id": o.ReplyTo}
		}
	}
}

// gatewayMessage is a message as the gateway sends it.
func (d *Discord) gatewayMessage(m *message) object {
	out := d.messagePayload(m)
	ch, _ := d.channel(m.Channel)
	out["channel_type"] = ch.Kind
	if m.User != BotUser {
		out["nonce"] = m.ID // people's clients make one, too
	}
	if ch.Guild == "" {
		return out
	}
	out["guild_id"] = ch.Guild
	if u, ok := d.user(m.User); ok && m.token == "" {
		out["member"] = u.partialMember()
	}
	mentioned, _ := out["mentions"].([]object)
	for _, o := range mentioned {
		if u, ok := d.user(rule.Text(o["id"])); ok {
			o["member"] = u.partialMember()
		}
	}
	return out
}

// withoutContent is a message without what its author wrote, as applications get it that may
// not read the content of messages. Nil: they may read this one, as it is their own,
// direct, or mentions them.
func (d *Discord) withoutContent(m *message, wire object) object {
	ch, _ := d.channel(m.Channel)
	if m.User == BotUser || ch.Kind == KindDM || m.mentionsUser(BotUser) {
		if inner, ok := wire["referenced_message"].(object); ok {
			channel := rule.Text(inner["channel_id"])
			if o := d.message(channel, m.ReplyTo); o != nil {
				if b := d.withoutContent(o, inner); b != nil {
					out := maps.Clone(wire)
					out["referenced_message"] = b
					return out
				}
			}
		}
		return nil
	}
	out := maps.Clone(wire)
	out["content"], out["embeds"], out["attachments"], out["components"] = "", []any{}, []any{}, []any{}
	if inner, ok := out["referenced_message"].(object); ok {
		if o := d.message(rule.Text(inner["channel_id"]), m.ReplyTo); o != nil {
			if b := d.withoutContent(o, inner); b != nil {
				out["referenced_message"] = b
			}
		}
	}
	return out
}
