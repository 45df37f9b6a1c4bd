package discord

import (
	"cmp"
	"context"
	"errors"
	"net/http"
	"slices"
	"strconv"
	"sync"
	"time"

	"aidesk/adapters/discord/payload"
	"aidesk/adapters/discord/rest"
	"aidesk/core/chat"
)

// people are members and servers as Discord described them a moment ago.
type people struct {
	now func() time.Time

	mu      sync.Mutex
	known   map[string]known
	servers map[string]server
	locales map[string]string // as members' clients named them
}

type known struct {
	chat.Member
	at time.Time
}

// server is what decides who administers one.
type server struct {
	Owner string `json:"owner_id"`
	Roles []struct {
		ID          string `json:"id"`
		Permissions string `json:"permissions"`
	} `json:"roles"`
	at time.Time
}

const (
	knownFor  = time.Minute
	mostKnown = 10_000

	permissionAdministrator = 1 << 3
	permissionManageServer  = 1 << 5
)

// find is a member as they were a minute ago at most.
func (p *people) find(server, id string) (chat.Member, bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	k, ok := p.known[chat.Key(server, id)]
	k.Locale = p.locales[id]
	return k.Member, ok && p.now().Sub(k.at) < knownFor
}

func (p *people) keep(server string, m chat.Member) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if len(p.known) >= mostKnown {
		clear(p.known)
	}
	p.known[chat.Key(server, m.ID)] = known{m, p.now()}
}

// speaks notes the language of a member's client.
func (p *people) speaks(id, locale string) {
	if locale == "" {
		return
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	if len(p.locales) >= mostKnown {
		clear(p.locales)
	}
	p.locales[id] = locale
}

// forget forgets who administers a server.
func (p *people) forget(id string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if _, ok := p.servers[id]; ok {
		delete(p.servers, id)
		clear(p.known)
	}
}

// Member reads a member of a server from Discord; what it said is good for a minute.
// Their roles are ids, that of everybody, which is the server's, among them. Admins are
// owners and who may manage the server, or those of Config.Admins where that is set.
func (a *Adapter) Member(ctx context.Context, place chat.Place, id string) (chat.Member, error) {
	if m, ok := a.people.find(place.Workspace, id); ok {
		return m, nil
	}
	if id == "" || place.Workspace == "" {
		return chat.Member{}, errors.New("GET /guilds/*/members/*: a member without an id or a server")
	}
	var in payload.Member
	c := rest.Call{Method: http.MethodGet, Path: "/guilds/%s/members/%s", IDs: []string{place.Workspace, id}, MaxWait: patience}
	if err := a.web.Do(ctx, c, &in); err != nil {
		return chat.Member{}, err
	}
	if in.User.ID != id {
		return chat.Member{}, errors.New("GET /guilds/*/members/*: Discord describes somebody else")
	}
	m := chat.Member{
		ID: id, Name: cmp.Or(in.Nick, in.User.Global, in.User.Name), Bot: in.User.Bot || in.User.System,
		Roles: append(in.Roles, place.Workspace),
	}
	if len(a.Admins) > 0 {
		m.Admin = slices.Contains(a.Admins, id) || slices.ContainsFunc(m.Roles, func(r string) bool { return slices.Contains(a.Admins, "role:"+r) })
	} else {
		s, err := a.server(ctx, place.Workspace)
		if err != nil {
			return chat.Member{}, err
		}
		m.Admin = s.manages(m)
	}
	a.people.keep(place.Workspace, m)
	m, _ = a.people.find(place.Workspace, id)
	return m, nil
}

// manages says whether a member owns or manages the server.
func (s server) manages(m chat.Member) bool {
	if m.ID == s.Owner {
		return true
	}
	for _, r := range s.Roles {
		if bits, err := strconv.ParseUint(r.Permissions, 10, 64); err == nil && bits&(permissionAdministrator|permissionManageServer) != 0 && slices.Contains(m.Roles, r.ID) {
			return true
		}
	}
	return false
}

// server reads who administers a server.
func (a *Adapter) server(ctx context.Context, id string) (server, error) {
	a.people.mu.Lock()
	s, ok := a.people.servers[id]
	a.people.mu.Unlock()
	if ok && a.people.now().Sub(s.at) < knownFor {
		return s, nil
	}
	s = server{}
	if err := a.web.Do(ctx, rest.Call{Method: http.MethodGet, Path: "/guilds/%s", IDs: []string{id}, MaxWait: patience}, &s); err != nil {
		return s, err
	}
	s.at = a.people.now()
	a.people.mu.Lock()
	defer a.people.mu.Unlock()
	if len(a.people.servers) >= mostKnown {
		clear(a.people.servers)
	}
	a.people.servers[id] = s
	return s, nil
}
