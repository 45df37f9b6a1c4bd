package discord

import (
	"slices"
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

// everyonePermissions are the permissions of everybody in a new guild, as far as known here.
const everyonePermissions = ViewChannel | SendMessages | EmbedLinks | AttachFiles | ReadHistory | CreateThreads | CreatePrivateThreads |
	SendInThreads | MentionEveryone | UseCommands | AddReactions

// defaultGuilds are those of the default guilds, in which everybody may do what a new guild
// lets them: also the bot, and also mention everyone.
func defaultGuilds() ([]Guild, []Role, []User, []Channel) {
	guilds := []Guild{{ID: GuildID, Name: "desk", Owner: Owner}, {ID: Other, Name: "other", Owner: Owner}}
	roles := []Role{
		{ID: GuildID, Name: "@everyone", Permissions: everyonePermissions},
		{ID: Other, Guild: Other, Name: "@everyone", Permissions: everyonePermissions},
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
