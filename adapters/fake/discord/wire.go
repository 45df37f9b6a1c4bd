package discord

import (
	"bytes"
	"encoding/json"
	"maps"
	"slices"
	"strings"
	"time"

	"aidesk/adapters/fake/discord/rule"
)

// joined is when everybody joined everything.
const joined = "2026-01-01T00:00:00.000000+00:00"

// payload is a user as Discord sends it.
func (u User) payload() object {
	out := object{
		"id": u.ID, "username": u.Name, "global_name": nil, "discriminator": "0", "avatar": nil, "avatar_decoration_data": nil,
		"banner": nil, "accent_color": nil, "collectibles": nil, "public_flags": 0, "flags": 0, "primary_guild": nil,
	}
	if u.GlobalName != "" {
		out["global_name"] = u.GlobalName
	}
	if u.Bot {
		out["bot"], out["discriminator"] = true, "1234"
	}
	return out
}

// partialMember is the member of a user beside whom the user stands.
func (u User) partialMember() object {
	out := object{
		"roles": orEmpty(u.Roles), "joined_at": joined, "deaf": false, "mute": false, "nick": nil, "avatar": nil, "banner": nil,
		"premium_since": nil, "pending": u.Pending, "is_pending": u.Pending, "flags": 0, "hoisted_role": nil, "communication_disabled_until": nil,
	}
	if u.Nick != "" {
		out["nick"] = u.Nick
	}
	if !u.Timeout.IsZero() {
		out["communication_disabled_until"] = timestamp(u.Timeout)
	}
	return out
}

// memberPayload is a member as Discord sends it.
func (u User) memberPayload() object {
	out := u.partialMember()
	out["user"] = u.payload()
	return out
}

func (r Role) payload() object {
	out := object{
		"id": r.ID, "name": r.Name, "permissions": bitString(r.Permissions), "position": 1, "color": 0,
		"colors": object{"primary_color": 0, "secondary_color": nil, "tertiary_color": nil}, "description": nil, "hoist": false,
		"managed": r.Managed, "mentionable": r.Mentionable, "icon": nil, "unicode_emoji": nil, "flags": 0,
	}
	if r.ID == r.Guild {
		out["position"] = 0
	}
	if r.ID == BotRole {
		out["tags"] = object{"bot_id": BotUser}
	}
	return out
}

// guildRoles are the roles of a guild, as Discord sends them.
func (d *Discord) guildRoles(guild string) []object {
	out := []object{}
	for _, r := range d.roles {
		if r.Guild == guild {
			out = append(out, r.payload())
		}
	}
	return out
}

// channelPayload is a channel, thread or direct message as Discord sends it.
func (d *Discord) channelPayload(c Channel) object {
	out := object{"id": c.ID, "type": c.Kind, "flags": 0, "last_message_id": nil}
	count := 0
	for _, m := range d.messages {
		if m.Channel == c.ID && m.To == "" {
			out["last_message_id"] = m.ID
			if !m.Deleted {
				count++
			}
		}
	}
	if c.Kind == KindDM {
		u, _ := d.user(c.Recipient)
		out["recipients"] = []object{u.payload()}
		return out
	}
	out["guild_id"], out["name"], out["rate_limit_per_user"] = c.Guild, c.Name, 0
	if c.isThread() {
		out["parent_id"], out["owner_id"], out["member_count"] = c.Parent, c.Owner, min(len(c.Members), 50)
		out["message_count"], out["total_message_sent"] = count, count
		out["thread_metadata"] = object{
			"archived": c.Archived, "locked": c.Locked, "auto_archive_duration": c.AutoClose,
			"archive_timestamp": timestamp(c.Opened), "create_timestamp": timestamp(c.Opened),
		}
		if slices.Contains(c.Members, BotUser) {
			out["member"] = object{"id": c.ID, "user_id": BotUser, "join_timestamp": timestamp(c.Opened), "flags": 1}
		}
		return out
	}
	overwrites := []object{}
	for _, o := range c.Overwrites {
		kind := 0
		if o.Member {
			kind = 1
		}
		overwrites = append(overwrites, object{"id": o.ID, "type": kind, "allow": bitString(o.Allow), "deny": bitString(o.Deny)})
	}
	out["position"], out["nsfw"], out["parent_id"], out["permission_overwrites"] = 0, false, nil, overwrites
	out["topic"] = nil
	if c.Topic != "" {
		out["topic"] = c.Topic
	}
	return out
}

// guildPayload is a guild as Discord sends it.
func (d *Discord) guildPayload(g Guild) object {
	out := object{"id": g.ID, "name": g.Name, "owner_id": g.Owner, "roles": d.guildRoles(g.ID), "emojis": []any{}, "stickers": []any{}, "features": []any{}}
	none := "icon description home_header splash discovery_splash banner application_id afk_channel_id system_channel_id " +
		"widget_channel_id max_presences vanity_url_code rules_channel_id safety_alerts_channel_id public_updates_channel_id incidents_data"
	for key := range strings.FieldsSeq(none) {
		out[key] = nil
	}
	zero := "system_channel_flags verification_level default_message_notifications mfa_level explicit_content_filter premium_tier " +
		"premium_subscription_count nsfw_level"
	for key := range strings.FieldsSeq(zero) {
		out[key] = 0
	}
	out["region"], out["afk_timeout"], out["preferred_locale"] = "deprecated", 300, g.Locale
	out["max_members"], out["max_stage_video_channel_users"], out["max_video_channel_users"] = 500_000, 50, 25
	out["widget_enabled"], out["premium_progress_bar_enabled"], out["nsfw"] = false, false, false
	return out
}

// guildChannels are the channels of a guild that the bot may see in lists, which are all;
// threads are those that are open and that it sees.
func (d *Discord) guildChannels(guild string, threads bool) []object {
	out := []object{}
	for _, c := range d.channels {
		if c.Guild == guild && c.isThread() == threads && (!threads || !c.Archived && d.may(BotUser, c, ViewChannel)) {
			out = append(out, d.channelPayload(c))
		}
	}
	return out
}

// guildCreate is a guild as the gateway tells of it.
func (d *Discord) guildCreate(g Guild) object {
	out := d.guildPayload(g)
	n := 0
	for _, u := range d.users {
		if u.inGuild(g.ID) {
			n++
		}
	}
	bot, _ := d.user(BotUser)
	out["joined_at"], out["large"], out["unavailable"], out["member_count"] = joined, false, false, n
	out["members"], out["channels"], out["threads"] = []object{bot.memberPayload()}, d.guildChannels(g.ID, false), d.guildChannels(g.ID, true)
	out["lazy"], out["hub_type"], out["application_command_count"], out["application_command_counts"] = true, nil, 0, object{"1": 0, "2": 0, "3": 0}
	for _, key := range []string{"voice_states", "presences", "stage_instances", "guild_scheduled_events", "soundboard_sounds", "embedded_activities"} {
		out[key] = []any{}
	}
	return out
}

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
		referenced := d.messagePayload(&inner)
		out["referenced_message"] = referenced
		if o.ReplyTo != "" {
			referenced["message_reference"] = object{"type": 0, "channel_id": channel, "message_id": o.ReplyTo}
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

// object is a JSON object.
type object = map[string]any

// orEmpty makes [] of nothing, never null.
func orEmpty[E any](of []E) []E {
	if of == nil {
		return []E{}
	}
	return of
}

// timestamp is a time as Discord writes it.
func timestamp(t time.Time) string { return t.UTC().Format("2006-01-02T15:04:05.000000+00:00") }

// deepCopy is a deep copy, so that what was told does not change with what it is about.
func deepCopy(o object) object {
	text, _ := json.Marshal(o)
	decoder := json.NewDecoder(bytes.NewReader(text))
	decoder.UseNumber()
	var out object
	_ = decoder.Decode(&out)
	return out
}

// interactionMetadata is the metadata of a message that answers an interaction.
func (d *Discord) interactionMetadata(i *interaction) object {
	u, _ := d.user(i.user)
	out := object{"id": i.id, "type": i.kind, "user": u.payload(), "authorizing_integration_owners": object{"0": "0"}}
	if i.channel.Guild != "" {
		out["authorizing_integration_owners"] = object{"0": i.channel.Guild}
	}
	switch i.kind {
	case kindSlash:
		out["name"], out["command_type"] = i.data["name"], i.command
	case kindComponent:
		out["interacted_message_id"] = i.message.ID
	case kindSubmit:
		triggering := object{"id": i.id, "type": kindSlash, "user": u.payload(), "name": "", "command_type": 1, "authorizing_integration_owners": out["authorizing_integration_owners"]}
		if i.message != nil {
			triggering = object{"id": i.id, "type": kindComponent, "user": u.payload(), "interacted_message_id": i.message.ID, "authorizing_integration_owners": out["authorizing_integration_owners"]}
		}
		out["triggering_interaction_metadata"] = triggering
	}
	return out
}
