package discordtest

import (
	"fmt"
	"slices"
	"strconv"
)

// put replaces what has the same id, or adds it; it reports whether it was there.
func put[E interface{ key() string }](list *[]E, e E) bool {
	if i := find(*list, e.key()); i >= 0 {
		(*list)[i] = e
		return true
	}
	*list = append(*list, e)
	return false
}

// got is what has an id.
func got[E interface{ key() string }](list []E, id string) (E, bool) {
	if i := find(list, id); i >= 0 {
		return list[i], true
	}
	var none E
	return none, false
}

func (d *Discord) user(id string) (User, bool)       { return got(d.users, id) }
func (d *Discord) guild(id string) (Guild, bool)     { return got(d.guilds, id) }
func (d *Discord) channel(id string) (Channel, bool) { return got(d.channels, id) }

func (d *Discord) setGuild(g Guild) bool {
	if g.Locale == "" {
		g.Locale = "en-US"
	}
	return put(&d.guilds, g)
}

func (d *Discord) setRole(r Role) bool {
	if r.Guild == "" {
		r.Guild = GuildID
	}
	return put(&d.roles, r)
}

func (d *Discord) setUser(u User) bool {
	if u.Guilds == nil {
		u.Guilds = []string{GuildID}
	}
	if u.Locale == "" {
		u.Locale = "en-US"
	}
	u.Guilds, u.Roles = slices.Clone(u.Guilds), slices.Clone(u.Roles)
	return put(&d.users, u)
}

func (d *Discord) setChannel(c Channel) bool {
	if c.Guild == "" && c.Kind != KindDM {
		c.Guild = GuildID
	}
	c.Members, c.Overwrites = slices.Clone(c.Members), slices.Clone(c.Overwrites)
	return put(&d.channels, c)
}

// User finds a user by id.
func (d *Discord) User(id string) (User, bool) {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.user(id)
}

// Channel finds a channel, thread or direct message by id.
func (d *Discord) Channel(id string) (Channel, bool) {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.channel(id)
}

// Users are all users, the bot first.
func (d *Discord) Users() []User {
	d.mu.Lock()
	defer d.mu.Unlock()
	return slices.Clone(d.users)
}

// Channels are all channels, threads and direct messages.
func (d *Discord) Channels() []Channel {
	d.mu.Lock()
	defer d.mu.Unlock()
	return slices.Clone(d.channels)
}

// Threads are the threads of a channel, oldest first.
func (d *Discord) Threads(channel string) []Channel {
	d.mu.Lock()
	defer d.mu.Unlock()
	var out []Channel
	for _, c := range d.channels {
		if c.thread() && c.Parent == channel {
			out = append(out, c)
		}
	}
	return out
}

// SetGuild adds a guild with its everyone role, as when the application is invited,
// or changes one.
func (d *Discord) SetGuild(g Guild) {
	defer d.changing()()
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
	defer d.changing()()
	bot, _ := d.user(BotUser)
	bot.Guilds = slices.DeleteFunc(slices.Clone(bot.Guilds), func(g string) bool { return g == guild })
	d.setUser(bot)
	d.tell(event{name: "GUILD_DELETE", guild: guild, needs: IntentGuilds, data: object{"id": guild}})
	d.guilds = slices.DeleteFunc(d.guilds, func(g Guild) bool { return g.ID == guild })
}

// SetRole adds a role, or changes one.
func (d *Discord) SetRole(r Role) {
	defer d.changing()()
	name := "GUILD_ROLE_CREATE"
	if d.setRole(r) {
		name = "GUILD_ROLE_UPDATE"
	}
	r, _ = got(d.roles, r.ID)
	d.tell(event{name: name, guild: r.Guild, needs: IntentGuilds, data: object{"guild_id": r.Guild, "role": r.wire()}})
}

// SetUser adds a user, or changes one: their roles, the guilds that they are in.
func (d *Discord) SetUser(u User) {
	defer d.changing()()
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
	defer d.changing()()
	known := d.setChannel(c)
	c, _ = d.channel(c.ID)
	d.tellChannel(c, map[bool]string{false: "CREATE", true: "UPDATE"}[known])
}

// RemoveChannel deletes a channel with its threads, or a thread.
func (d *Discord) RemoveChannel(id string) {
	defer d.changing()()
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

// DM is the id of the direct message between the bot and a user, opened if need be.
func (d *Discord) DM(user string) string {
	defer d.changing()()
	return d.dm(user)
}

func (d *Discord) dm(user string) string {
	for _, c := range d.channels {
		if c.Kind == KindDM && c.Recipient == user {
			return c.ID
		}
	}
	c := Channel{ID: d.id(), Kind: KindDM, Recipient: user}
	d.channels = append(d.channels, c)
	return c.ID
}

// BlockDM makes a user take no direct messages of the application, or take them again.
func (d *Discord) BlockDM(user string, blocked bool) {
	defer d.changing()()
	d.blocked[user] = blocked
}

// shares reports whether a user is in a guild with the application.
func (d *Discord) shares(user string) bool {
	u, ok := d.user(user)
	return ok && slices.ContainsFunc(d.guilds, func(g Guild) bool { return u.in(g.ID) })
}

// inside finds a user and a channel that they can see.
func (d *Discord) inside(user, channel string) (Channel, error) {
	u, ok := d.user(user)
	if !ok {
		return Channel{}, fmt.Errorf("nobody with the id %q is here", user)
	}
	ch, ok := d.channel(channel)
	if !ok || !d.may(user, ch, ViewChannel) {
		return ch, fmt.Errorf("%s sees no channel %q", u.Name, channel)
	}
	return ch, nil
}

// number is a bit set as Discord writes it.
func number(bits uint64) string { return strconv.FormatUint(bits, 10) }
