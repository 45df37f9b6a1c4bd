package discord

import (
	"slices"
	"strings"
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
