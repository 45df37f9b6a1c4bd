package discord

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/bwmarrin/discordgo"

	"aidesk/adapters/discord/payload"
	"aidesk/adapters/discord/rest"
	"aidesk/adapters/session"
	"aidesk/core/chat"
)

// guild is what decides who administers a server, and what its roles are called.
type guild struct {
	Name  string `json:"name"`
	Owner string `json:"owner_id"`
	Roles []struct {
		ID          string `json:"id"`
		Name        string `json:"name"`
		Permissions string `json:"permissions"`
		Tags        struct {
			Bot string `json:"bot_id"` // whose own role it is
		} `json:"tags"`
	} `json:"roles"`
}

// Names returns what members see where marks stand in a text: of members, of roles of the
// place's server and of channels.
func (a *Adapter) Names(ctx context.Context, place chat.Place, marks []string) map[string]string {
	names := map[string]string{}
	for _, mark := range marks {
		var name string
		var err error
		switch id := strings.TrimLeft(mark, "@#&"); {
		case strings.HasPrefix(mark, "#"):
			var c payload.Channel
			if c, err = a.channel(ctx, id); c.Guild == place.Workspace {
				name = c.Name
			}
		case strings.HasPrefix(mark, "@&"):
			var g guild
			g, err = a.guild(ctx, place.Workspace)
			for _, r := range g.Roles {
				if r.ID == id {
					name = r.Name
				}
			}
		default:
			var m chat.Member
			m, err = a.Member(ctx, place, id)
			name = m.Name
		}
		if err != nil {
			a.Logger.WarnContext(ctx, "looking up a name", "error", err, "remedy", rest.Remedy(err))
		}
		if name != "" {
			names[mark] = mark[:1] + strings.TrimPrefix(name, mark[:1])
		}
	}
	return names
}

// rememberLocale remembers the language of a member's client.
func (a *Adapter) rememberLocale(id, locale string) {
	if locale != "" {
		a.locales.Put(id, locale)
	}
}

// forgetGuild forgets the roles of a server, and which members are admins.
func (a *Adapter) forgetGuild(id string) {
	if a.guilds.Forget(id) {
		a.members.Clear()
	}
}

// asLater makes a *chat.Later of an error that says nothing but that Discord cannot be asked
// just now.
func asLater(err error) error {
	refusal, answered := errors.AsType[*rest.Error](err)
	switch {
	case !answered, refusal.Status >= http.StatusInternalServerError:
		return &chat.Later{Reason: err.Error()}
	case rest.RateLimited(err):
		return &chat.Later{After: refusal.RetryAfter, Reason: err.Error()}
	}
	return err
}

// Member returns a member of a server, as Discord described them within the last minute.
// Roles are ids; the role of everybody has the server's id. Admins are those of
// Config.Admins, or else the owner and whoever may manage the server.
func (a *Adapter) Member(ctx context.Context, place chat.Place, id string) (chat.Member, error) {
	if m, ok := a.members.Get(chat.Key(place.Workspace, id)); ok {
		m.Locale = a.locales.Last(id)
		return m, nil
	}
	if id == "" || place.Workspace == "" {
		return chat.Member{}, errors.New("GET /guilds/*/members/*: a member without an id or a server")
	}
	var in payload.Member
	c := rest.Call{Method: http.MethodGet, Path: "/guilds/%s/members/%s", IDs: []string{place.Workspace, id}, MaxWait: session.FirstWait}
	if err := a.rest.Do(ctx, c, &in); rest.Left(err) {
		return chat.Member{}, fmt.Errorf("%w: %w", chat.ErrNoMember, err)
	} else if err != nil {
		return chat.Member{}, asLater(err)
	}
	if in.User.ID != id {
		return chat.Member{}, errors.New("GET /guilds/*/members/*: Discord describes somebody else")
	}
	m := chat.Member{
		ID: id, Name: cmp.Or(in.Nick, in.User.Global, in.User.Name), Bot: in.User.Bot || in.User.System,
		Roles: append(in.Roles, place.Workspace),
	}
	if joined, err := time.Parse(time.RFC3339, in.Joined); err == nil {
		m.Joined = joined.UTC()
	}
	if len(a.Admins) > 0 {
		m.Admin = slices.Contains(a.Admins, id) || slices.ContainsFunc(m.Roles, func(r string) bool { return slices.Contains(a.Admins, "role:"+r) })
	} else {
		s, err := a.guild(ctx, place.Workspace)
		if err != nil {
			return chat.Member{}, asLater(err)
		}
		m.Admin = s.administeredBy(m)
	}
	a.members.Put(chat.Key(place.Workspace, id), m)
	m.Locale = a.locales.Last(id)
	return m, nil
}

// administeredBy reports whether a member owns or may manage the server.
func (s guild) administeredBy(m chat.Member) bool {
	if m.ID == s.Owner {
		return true
	}
	for _, r := range s.Roles {
		if bits, err := strconv.ParseUint(r.Permissions, 10, 64); err == nil && bits&(discordgo.PermissionAdministrator|discordgo.PermissionManageGuild) != 0 && slices.Contains(m.Roles, r.ID) {
			return true
		}
	}
	return false
}

// workplaceTime is how long a server's name is waited for.
const workplaceTime = 2 * time.Second

// Workplace is what a server is called, and the address of a place in it.
func (a *Adapter) Workplace(p chat.Place) (name, back string) {
	ctx, cancel := context.WithTimeout(context.Background(), workplaceTime)
	defer cancel()
	s, err := a.guild(ctx, p.Workspace)
	if err != nil {
		a.Logger.WarnContext(ctx, "looking up a server's name", "error", err, "remedy", rest.Remedy(err))
	}
	server := p.Workspace
	if p.Direct {
		server = ""
	}
	return s.Name, messageURL(server, p.Channel, "")
}

// guild returns who administers a server.
func (a *Adapter) guild(ctx context.Context, id string) (guild, error) {
	if s, ok := a.guilds.Get(id); ok {
		return s, nil
	}
	var s guild
	if err := a.rest.Do(ctx, rest.Call{Method: http.MethodGet, Path: "/guilds/%s", IDs: []string{id}, MaxWait: session.FirstWait}, &s); err != nil {
		return s, err
	}
	a.guilds.Put(id, s)
	return s, nil
}
