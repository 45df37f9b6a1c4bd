package discord

import "slices"

// SetGuild adds a guild with its everyone role, as when the application is invited,
// or changes one.
func (d *Discord) SetGuild(g Guild) {
	defer d.mu.Changing()()
	known := d.setGuild(g)
	if known {
		d.tell(event{name: "GUILD_UPDATE", guild: g.ID, needs: IntentGuilds, data: d.guildWire(g)})
		return
	}
	if _, ok := got(d.roles, g.ID); !ok {
		d.setRole(Role{ID: g.ID, Guild: g.ID, Name: "@everyone", Permissions: everyone})
	}
	bot, _ := d.user(BotUser)
	bot.Guilds = append(slices.Clone(bot.Guilds), g.ID)
	d.setUser(bot)
	d.tell(event{name: "GUILD_CREATE", guild: g.ID, needs: IntentGuilds, data: d.guildCreate(g)})
}

// Kick removes the application from a guild.
func (d *Discord) Kick(guild string) {
	defer d.mu.Changing()()
	bot, _ := d.user(BotUser)
	bot.Guilds = slices.DeleteFunc(slices.Clone(bot.Guilds), func(g string) bool { return g == guild })
	d.setUser(bot)
	d.tell(event{name: "GUILD_DELETE", guild: guild, needs: IntentGuilds, data: object{"id": guild}})
	d.guilds = slices.DeleteFunc(d.guilds, func(g Guild) bool { return g.ID == guild })
}

// SetRole adds a role, or changes one.
func (d *Discord) SetRole(r Role) {
	defer d.mu.Changing()()
	name := "GUILD_ROLE_CREATE"
	if d.setRole(r) {
		name = "GUILD_ROLE_UPDATE"
	}
	r, _ = got(d.roles, r.ID)
	d.tell(event{name: name, guild: r.Guild, needs: IntentGuilds, data: object{"guild_id": r.Guild, "role": r.wire()}})
}

// SetUser adds a user, or changes one: their roles, the guilds that they are in.
func (d *Discord) SetUser(u User) {
	defer d.mu.Changing()()
	before, _ := d.user(u.ID)
	d.setUser(u)
	u, _ = d.user(u.ID)
	for _, g := range d.guilds {
		e := event{guild: g.ID, needs: IntentMembers, data: object{"guild_id": g.ID, "user": u.wire()}}
		switch {
		case before.in(g.ID) && u.in(g.ID):
			e.name = "GUILD_MEMBER_UPDATE"
		case u.in(g.ID):
			e.name = "GUILD_MEMBER_ADD"
		case before.in(g.ID):
			e.name = "GUILD_MEMBER_REMOVE"
			d.tell(e)
			continue
		default:
			continue
		}
		e.data = u.member()
		e.data["guild_id"] = g.ID
		d.tell(e)
	}
}

// SetChannel adds a channel or a thread, or changes one. The bot is told if it sees it.
func (d *Discord) SetChannel(c Channel) {
	defer d.mu.Changing()()
	known := d.setChannel(c)
	c, _ = d.channel(c.ID)
	d.tellChannel(c, map[bool]string{false: "CREATE", true: "UPDATE"}[known])
}

// RemoveChannel deletes a channel with its threads, or a thread.
func (d *Discord) RemoveChannel(id string) {
	defer d.mu.Changing()()
	c, ok := d.channel(id)
	if !ok {
		return
	}
	d.tellChannel(c, "DELETE")
	d.channels = slices.DeleteFunc(d.channels, func(o Channel) bool { return o.ID == id || o.Parent == id })
}

// tellChannel tells the bot what becomes of a channel.
func (d *Discord) tellChannel(c Channel, what string) {
	name := "CHANNEL_"
	if c.thread() {
		name = "THREAD_"
	}
	if d.may(BotUser, c, ViewChannel) && c.Kind != KindDM {
		d.tell(event{name: name + what, guild: c.Guild, needs: IntentGuilds, data: d.channelWire(c)})
	}
}
