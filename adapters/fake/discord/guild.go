package discord

import (
	"fmt"
	"slices"
	"strconv"
	"time"
)

// Who and what there is by default. In the guild: the bot, Ada, Ben, Admin and Owner.
// In the other guild: the bot, Ben and Owner.
const (
	ApplicationID = "800000000000000001"
	BotUser       = "800000000000000002" // differs from the application's id, as with old applications

	GuildID = "810000000000000001"
	Other   = "810000000000000002" // another guild

	Ada   = "820000000000000001" // a member
	Ben   = "820000000000000002" // a member, with the role Crew
	Admin = "820000000000000003" // an administrator, by the role AdminRole
	Owner = "820000000000000004" // owns both guilds, without any role

	BotRole   = "830000000000000001" // what the invite link gave the bot
	AdminRole = "830000000000000002"
	Crew      = "830000000000000003" // may be mentioned by everybody

	General = "840000000000000001" // the bot may do there what the invite link says
	Random  = "840000000000000002" // the same
	Hidden  = "840000000000000003" // the bot does not see it
	Silent  = "840000000000000004" // the bot reads, and may not write
	Flat    = "840000000000000005" // the bot may open no threads
	Lobby   = "840000000000000006" // of the other guild
)

// Token is what the application shows to prove who it is. It begins with the bot's id,
// as Discord's do.
const Token = "ODAwMDAwMDAwMDAwMDAwMDAy.fake.discord"

// User is somebody. Roles and the rest hold in every guild that they are in.
type User struct {
	ID, Name   string // the name is what people type after @
	GlobalName string
	Locale     string // of their client, "en-GB"; defaults to "en-US"
	Bot        bool
	Guilds     []string // nil: GuildID
	Nick       string
	Roles      []string
	Pending    bool      // has not accepted the guild's rules yet
	Timeout    time.Time // until when they may not speak
}

// Guild is a server that the application is in.
type Guild struct {
	ID, Name string
	Owner    string // a user
	Locale   string // defaults to "en-US"
}

// Role is a set of permissions. The one with the guild's id is everyone's.
type Role struct {
	ID, Name    string
	Guild       string // defaults to GuildID
	Permissions uint64
	Mentionable bool
	Managed     bool // belongs to an application
}

// Channel is a channel, a thread or a direct message.
type Channel struct {
	ID, Name   string
	Kind       Kind
	Guild      string // defaults to GuildID; a direct message has none
	Topic      string
	Overwrites []Overwrite

	// Of threads.
	Parent    string
	Owner     string   // who opened it
	Members   []string // ids
	AutoClose int      // minutes without a message after which it is archived
	Archived  bool
	Locked    bool
	Opened    time.Time

	// Recipient is who a direct message is with.
	Recipient string
}

// Kind is the type of a channel.
type Kind int

// The kinds of channels that are known here.
const (
	KindText          Kind = 0
	KindDM            Kind = 1
	KindVoice         Kind = 2
	KindCategory      Kind = 4
	KindAnnouncement  Kind = 5
	KindNewsThread    Kind = 10
	KindPublicThread  Kind = 11
	KindPrivateThread Kind = 12
)

// isThread reports whether a channel is one.
func (c Channel) isThread() bool { return c.Kind >= KindNewsThread && c.Kind <= KindPrivateThread }

// Overwrite changes what a role or a member may do in a channel.
type Overwrite struct {
	ID     string // of a role, or of a user
	Member bool   // it is a user
	Allow  uint64
	Deny   uint64
}

// Invited are the permissions that the bot has: those of the invite link.
const Invited = ViewChannel | SendMessages | EmbedLinks | AttachFiles | ReadHistory | CreateThreads | SendInThreads

// MemberPermissions are the permissions of everybody in a new guild, as far as known here.
const MemberPermissions = ViewChannel | SendMessages | EmbedLinks | AttachFiles | ReadHistory | CreateThreads | CreatePrivateThreads |
	SendInThreads | MentionEveryone | UseCommands | AddReactions

// defaultGuilds are those of the default guilds, in which everybody may do what a new guild
// lets them: also the bot, and also mention everyone.
func defaultGuilds() ([]Guild, []Role, []User, []Channel) {
	guilds := []Guild{{ID: GuildID, Name: "desk", Owner: Owner}, {ID: Other, Name: "other", Owner: Owner}}
	roles := []Role{
		{ID: GuildID, Name: "@everyone", Permissions: MemberPermissions},
		{ID: Other, Guild: Other, Name: "@everyone", Permissions: MemberPermissions},
		{ID: BotRole, Name: "aidesk", Permissions: Invited, Managed: true},
		{ID: AdminRole, Name: "admins", Permissions: Administrator},
		{ID: Crew, Name: "crew", Mentionable: true},
	}
	users := []User{
		{ID: Ada, Name: "ada", GlobalName: "Ada Lowell", Locale: "en-GB"},
		{ID: Ben, Name: "ben", GlobalName: "Ben Okri", Roles: []string{Crew}, Guilds: []string{GuildID, Other}},
		{ID: Admin, Name: "amy", GlobalName: "Amy Admin", Roles: []string{AdminRole}},
		{ID: Owner, Name: "olga", GlobalName: "Olga Owner", Guilds: []string{GuildID, Other}},
	}
	not := func(allow, deny uint64) []Overwrite {
		return []Overwrite{{ID: BotUser, Member: true, Allow: allow, Deny: deny}}
	}
	channels := []Channel{
		{ID: General, Name: "general"},
		{ID: Random, Name: "random"},
		{ID: Hidden, Name: "hidden", Overwrites: not(0, ViewChannel)},
		{ID: Silent, Name: "silent", Overwrites: not(0, SendMessages|SendInThreads)},
		{ID: Flat, Name: "flat", Overwrites: not(0, CreateThreads|CreatePrivateThreads)},
		{ID: Lobby, Guild: Other, Name: "lobby"},
	}
	return guilds, roles, users, channels
}

// indexOf is the place of what has an id, or -1.
func indexOf[E interface{ key() string }](list []E, id string) int {
	return slices.IndexFunc(list, func(e E) bool { return e.key() == id })
}

func (u User) key() string    { return u.ID }
func (g Guild) key() string   { return g.ID }
func (r Role) key() string    { return r.ID }
func (c Channel) key() string { return c.ID }

func ids[E interface{ key() string }](list []E) []string {
	var out []string
	for _, e := range list {
		out = append(out, e.key())
	}
	return out
}

// inGuild reports whether a user is in a guild.
func (u User) inGuild(guild string) bool { return slices.Contains(u.Guilds, guild) }

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
		d.setRole(Role{ID: g.ID, Guild: g.ID, Name: "@everyone", Permissions: MemberPermissions})
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

func (d *Discord) setUser(u User) {
	if u.Guilds == nil {
		u.Guilds = []string{GuildID}
	}
	if u.Locale == "" {
		u.Locale = "en-US"
	}
	u.Guilds, u.Roles = slices.Clone(u.Guilds), slices.Clone(u.Roles)
	upsert(&d.users, u)
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
