package discord

import (
	"fmt"
	"slices"
	"strconv"
)

// upsert replaces what has the same id, or adds it; it reports whether it was there.
func upsert[E interface{ key() string }](list *[]E, e E) bool {
	if i := indexOf(*list, e.key()); i >= 0 {
		(*list)[i] = e
		return true
	}
	*list = append(*list, e)
	return false
}

// byID is what has an id.
func byID[E interface{ key() string }](list []E, id string) (E, bool) {
	if i := indexOf(list, id); i >= 0 {
		return list[i], true
	}
	var none E
	return none, false
}

func (d *Discord) user(id string) (User, bool) { return byID(d.users, id) }

func (d *Discord) guild(id string) (Guild, bool) { return byID(d.guilds, id) }

func (d *Discord) channel(id string) (Channel, bool) { return byID(d.channels, id) }

func (d *Discord) setGuild(g Guild) bool {
	if g.Locale == "" {
		g.Locale = "en-US"
	}
	return upsert(&d.guilds, g)
}

func (d *Discord) setRole(r Role) bool {
	if r.Guild == "" {
		r.Guild = GuildID
	}
	return upsert(&d.roles, r)
}

func (d *Discord) setUser(u User) bool {
	if u.Guilds == nil {
		u.Guilds = []string{GuildID}
	}
	if u.Locale == "" {
		u.Locale = "en-US"
	}
	u.Guilds, u.Roles = slices.Clone(u.Guilds), slices.Clone(u.Roles)
	return upsert(&d.users, u)
}

func (d *Discord) setChannel(c Channel) bool {
	if c.Guild == "" && c.Kind != KindDM {
		c.Guild = GuildID
	}
	c.Members, c.Overwrites = slices.Clone(c.Members), slices.Clone(c.Overwrites)
	return upsert(&d.channels, c)
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
		if c.isThread() && c.Parent == channel {
			out = append(out, c)
		}
	}
	return out
}

// DM is the id of the direct message between the bot and a user, opened if need be.
func (d *Discord) DM(user string) string {
	defer d.mu.Changing()()
	return d.dm(user)
}

func (d *Discord) dm(user string) string {
	for _, c := range d.channels {
		if c.Kind == KindDM && c.Recipient == user {
			return c.ID
		}
	}
	c := Channel{ID: d.newID(), Kind: KindDM, Recipient: user}
	d.channels = append(d.channels, c)
	return c.ID
}

// BlockDM makes a user take no direct messages of the application, or take them again.
func (d *Discord) BlockDM(user string, blocked bool) {
	defer d.mu.Changing()()
	d.blocked[user] = blocked
}

// sharesGuild reports whether a user is in a guild with the application.
func (d *Discord) sharesGuild(user string) bool {
	u, ok := d.user(user)
	return ok && slices.ContainsFunc(d.guilds, func(g Guild) bool { return u.inGuild(g.ID) })
}

// visibleChannel finds a user and a channel that they can see.
func (d *Discord) visibleChannel(user, channel string) (Channel, error) {
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

// bitString is a bit set as Discord writes it.
func bitString(bits uint64) string { return strconv.FormatUint(bits, 10) }
