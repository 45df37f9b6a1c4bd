package discord

import "slices"

// SetGuild adds a guild with its everyone role, as when the application is invited,
// or changes one.
func (d *Discord) SetGuild(g Guild) {
	defer d.mu.Changing()()
	known := d.setGuild(g)
	if known {
		d.dispatch(event{name: "GUILD_UPDATE", guild: g.ID, intent: IntentGuilds, data: d.guildPayload(g)})
		return
	}
	if _, ok := byID(d.roles, g.ID); !ok {
		d.setRole(Role{ID: g.ID, Guild: g.ID, Name: "@everyone", Permissions: everyonePermissions})
	}
	bot, _ := d.user(BotUser)
	bot.Guilds = append(slices.Clone(bot.Guilds), g.ID)
	d.setUser(bot)
	d.dispatch(event{name: "GUILD_CREATE", guild: g.ID, intent: IntentGuilds, data: d.guildCreate(g)})
}

// Kick removes the application from a guild.
func (d *Discord) Kick(guild string) {
	defer d.mu.Changing()()
	bot, _ := d.user(BotUser)
	bot.Guilds = slices.DeleteFunc(slices.Clone(bot.Guilds), func(g string) bool { return g == guild })
	d.setUser(bot)
	d.dispatch(event{name: "GUILD_DELETE", guild: guild, intent: IntentGuilds, data: object{"id": guild}})
	d.guilds = slices.DeleteFunc(d.guilds, func(g Guild) bool { return g.ID == guild })
}

// SetRole adds a role, or changes one.
func (d *Discord) SetRole(r Role) {
	defer d.mu.Changing()()
	name := "GUILD_ROLE_CREATE"
	if d.setRole(r) {
		name = "GUILD_ROLE_UPDATE"
	}
	r, _ = byID(d.roles, r.ID)
	d.dispatch(event{name: name, guild: r.Guild, intent: IntentGuilds, data: object{"guild_id": r.Guild, "role": r.payload()}})
}

// SetUser adds a user, or changes one: their roles, the guilds that they are in.
func (d *Discord) SetUser(u User) {
	defer d.mu.Changing()()
	before, _ := d.user(u.ID)
	d.setUser(u)
	u, _ = d.user(u.ID)
	for _, g := range d.guilds {
		e := event{guild: g.ID, intent: IntentMembers, data: object{"guild_id": g.ID, "user": u.payload()}}
		switch {
		case before.inGuild(g.ID) && u.inGuild(g.ID):
			e.name = "GUILD_MEMBER_UPDATE"
		case u.inGuild(g.ID):
			e.name = "GUILD_MEMBER_ADD"
		case before.inGuild(g.ID):
			e.name = "GUILD_MEMBER_REMOVE"
			d.dispatch(e)
			continue
		default:
			continue
		}
		e.data = u.memberPayload()
		e.data["guild_id"] = g.ID
		d.dispatch(e)
	}
}

// SetChannel adds a channel or a thread, or changes one. The bot is told if it sees it.
func (d *Discord) SetChannel(c Channel) {
	defer d.mu.Changing()()
	known := d.setChannel(c)
	c, _ = d.channel(c.ID)
	d.dispatchChannel(c, map[bool]string{false: "CREATE", true: "UPDATE"}[known])
}

// RemoveChannel deletes a channel with its threads, or a thread.
func (d *Discord) RemoveChannel(id string) {
	defer d.mu.Changing()()
	c, ok := d.channel(id)
	if !ok {
		return
	}
	d.dispatchChannel(c, "DELETE")
	d.channels = slices.DeleteFunc(d.channels, func(o Channel) bool { return o.ID == id || o.Parent == id })
}

// dispatchChannel tells the bot what becomes of a channel.
func (d *Discord) dispatchChannel(c Channel, what string) {
	name := "CHANNEL_"
	if c.isThread() {
		name = "THREAD_"
	}
	if d.may(BotUser, c, ViewChannel) && c.Kind != KindDM {
		d.dispatch(event{name: name + what, guild: c.Guild, intent: IntentGuilds, data: d.channelPayload(c)})
	}
}
