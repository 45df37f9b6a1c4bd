package slack

import (
	"maps"
	"slices"
	"strings"
	"time"
)

// What the default workspace is made of. Its channels: General (public, everybody and
// the bot), Closed (private, Ada and the bot), Quiet (public, without the bot), Old
// (archived), Shared (with another organisation).
const (
	TeamID  = "T0000DESK"
	AppID   = "A0000DESK"
	BotUser = "U0000DESK"
	BotID   = "B0000DESK"

	Ada = "U00000ADA" // owns the workspace
	Ben = "U00000BEN" // a member
	Gus = "U00000GUS" // a guest
	Sue = "U00000SUE" // of another organisation
	Del = "U00000DEL" // deactivated

	General = "C0GENERAL"
	Closed  = "C00CLOSED"
	Quiet   = "C000QUIET"
	Old     = "C00000OLD"
	Shared  = "C00SHARED"
)

// What the app shows to prove who it is.
const (
	BotToken      = "xoxb-fake-desk"
	AppToken      = "xapp-fake-desk"
	SigningSecret = "fake-signing-secret"
	ClientID      = "1000.2000"
	ClientSecret  = "fake-client-secret"
)

// verificationToken is the old token that stands in every payload.
const verificationToken = "fake-verification-token"

// User is somebody in the workspace.
type User struct {
	ID, Name        string // the name is what people type after @
	RealName        string
	TZ, Locale      string // IANA, "Europe/Brussels"; "en-GB"
	Admin, Owner    bool
	Restricted      bool // a guest
	UltraRestricted bool // a guest of one channel
	Stranger        bool // seen only in shared channels
	Deleted, Bot    bool
	Team            string // another one, of a stranger
}

// Channel is a channel or a direct message.
type Channel struct {
	ID, Name  string
	Private   bool
	IM        bool // between the bot and Members[0]
	MPIM      bool
	Archived  bool
	ExtShared bool
	Members   []string // ids, also the bot's
}

// defaultWorkspace are those of the default workspace.
func defaultWorkspace() ([]User, []Channel) {
	users := []User{
		{ID: Ada, Name: "ada", RealName: "Ada Lowell", TZ: "Europe/Brussels", Locale: "en-GB", Admin: true, Owner: true},
		{ID: Ben, Name: "ben", RealName: "Ben Okri", TZ: "America/New_York", Locale: "en-US"},
		{ID: Gus, Name: "gus", RealName: "Gus Guest", TZ: "Europe/Brussels", Locale: "fr-FR", Restricted: true},
		{ID: Sue, Name: "sue", RealName: "Sue Stranger", TZ: "Asia/Tokyo", Locale: "ja-JP", Stranger: true, Team: "T000OTHER"},
		{ID: Del, Name: "del", RealName: "Del Gone", Deleted: true},
	}
	channels := []Channel{
		{ID: General, Name: "general", Members: []string{BotUser, Ada, Ben, Gus}},
		{ID: Closed, Name: "closed", Private: true, Members: []string{BotUser, Ada}},
		{ID: Quiet, Name: "quiet", Members: []string{Ada, Ben}},
		{ID: Old, Name: "old", Archived: true, Members: []string{BotUser, Ada, Ben}},
		{ID: Shared, Name: "shared", ExtShared: true, Members: []string{BotUser, Ada, Ben, Sue}},
	}
	return users, channels
}

// SetUser adds a user, or replaces the one with the same id.
func (s *Slack) SetUser(u User) {
	defer s.mu.Changing()()
	if i := slices.IndexFunc(s.users, func(o User) bool { return o.ID == u.ID }); i >= 0 {
		s.users[i] = u
		return
	}
	s.users = append(s.users, u)
}

// SetGroup makes a user group ("S012AB3CD") with members, or changes who they are.
func (s *Slack) SetGroup(id string, members ...string) {
	defer s.mu.Changing()()
	s.groups[id] = members
}

// SetChannel adds a channel, or replaces the one with the same id.
func (s *Slack) SetChannel(c Channel) {
	defer s.mu.Changing()()
	s.setChannel(c)
}

func (s *Slack) setChannel(c Channel) {
	c.Members = slices.Clone(c.Members)
	if i := slices.IndexFunc(s.channels, func(o Channel) bool { return o.ID == c.ID }); i >= 0 {
		s.channels[i] = c
		return
	}
	s.channels = append(s.channels, c)
}

// User finds a user by id.
func (s *Slack) User(id string) (User, bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.user(id)
}

func (s *Slack) user(id string) (User, bool) {
	i := slices.IndexFunc(s.users, func(u User) bool { return u.ID == id })
	if i < 0 {
		return User{}, false
	}
	return s.users[i], true
}

// Channel finds a channel by id.
func (s *Slack) Channel(id string) (Channel, bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.channel(id)
}

// Users are all users; Channels are all channels and direct messages.
func (s *Slack) Users() []User {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.users)
}

// Channels are all channels and direct messages.
func (s *Slack) Channels() []Channel {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.channels)
}

// channel finds a channel by its id or its name.
func (s *Slack) channel(id string) (Channel, bool) {
	i := slices.IndexFunc(s.channels, func(c Channel) bool { return c.ID == id || c.Name != "" && "#"+c.Name == id })
	if i < 0 {
		return Channel{}, false
	}
	return s.channels[i], true
}

// DM is the id of the direct message between the bot and a user, opened if need be.
func (s *Slack) DM(user string) string {
	defer s.mu.Changing()()
	return s.dm(user)
}

func (s *Slack) dm(user string) string {
	for _, c := range s.channels {
		if c.IM && c.Members[0] == user {
			return c.ID
		}
	}
	id := "D" + strings.TrimLeft(user, "UW")
	s.channels = append(s.channels, Channel{ID: id, IM: true, Members: []string{user, s.Team.BotUser}})
	return id
}

func (c Channel) hasMember(user string) bool { return slices.Contains(c.Members, user) }

// channelType is the word that events say for a channel of this kind.
func (c Channel) channelType() string {
	switch {
	case c.IM:
		return "im"
	case c.MPIM:
		return "mpim"
	case c.Private:
		return "group"
	}
	return "channel"
}

// scopeName is the word that scopes and subscriptions have for it.
func (c Channel) scopeName() string {
	switch {
	case c.IM:
		return "im"
	case c.MPIM:
		return "mpim"
	case c.Private:
		return "groups"
	}
	return "channels"
}

// readableBy reports whether a user sees what is written in it.
func (c Channel) readableBy(user string) bool {
	return c.hasMember(user) || !c.Private && !c.IM && !c.MPIM
}

// payload is the user as Slack sends it.
func (u User) payload(of string, locale bool) object {
	team := of
	if u.Team != "" {
		team = u.Team
	}
	out := object{
		"id": u.ID, "team_id": team, "name": u.Name, "deleted": u.Deleted, "is_bot": u.Bot, "updated": 1_700_000_000,
		"profile": object{
			"real_name": u.RealName, "real_name_normalized": u.RealName, "display_name": u.Name, "display_name_normalized": u.Name, "team": team,
		},
	}
	if u.Deleted {
		return out
	}
	out["real_name"], out["is_admin"], out["is_owner"], out["is_primary_owner"] = u.RealName, u.Admin, u.Owner, u.Owner
	out["is_restricted"], out["is_ultra_restricted"], out["is_app_user"] = u.Restricted || u.UltraRestricted, u.UltraRestricted, false
	if u.Stranger {
		out["is_stranger"] = true
	}
	if u.TZ != "" {
		out["tz"], out["tz_label"], out["tz_offset"] = u.TZ, u.TZ, zoneOffset(u.TZ)
	}
	if locale && u.Locale != "" {
		out["locale"] = u.Locale
	}
	return out
}

func zoneOffset(zone string) int {
	l, err := time.LoadLocation(zone)
	if err != nil {
		return 0
	}
	_, seconds := time.Unix(1_700_000_000, 0).In(l).Zone()
	return seconds
}

func userInfo(c *call) (object, error) {
	u, ok := c.user(c.args["user"])
	if !ok {
		return nil, refuse("user_not_found")
	}
	return object{"user": u.payload(c.Team.ID, c.isTrue("include_locale"))}, nil
}

// groupList are the user groups, each with its id in small letters as its handle.
func groupList(c *call) (object, error) {
	all := []object{}
	for _, id := range slices.Sorted(maps.Keys(c.groups)) {
		handle := strings.ToLower(id)
		all = append(all, object{"id": id, "team_id": c.Team.ID, "is_usergroup": true, "name": handle, "handle": handle, "user_count": len(c.groups[id])})
	}
	return object{"usergroups": all}, nil
}

func groupMembers(c *call) (object, error) {
	members, ok := c.groups[c.args["usergroup"]]
	if !ok {
		return nil, refuse("no_such_subteam")
	}
	return object{"users": members}, nil
}

func userList(c *call) (object, error) {
	var all []object
	for _, u := range c.users {
		all = append(all, u.payload(c.Team.ID, c.isTrue("include_locale")))
	}
	some, next := paginate(all, c.args["cursor"], c.limit(200, 1000))
	return object{"members": some, "cache_ts": 1_700_000_000, "response_metadata": object{"next_cursor": next}}, nil
}
