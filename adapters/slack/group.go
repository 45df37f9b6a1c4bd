package slack

import (
	"context"
	"net/url"
	"slices"
	"strings"
	"sync"
	"time"
)

// groups are the user groups that say who may do what, as Slack listed them a moment ago.
type groups struct {
	now func() time.Time

	mu    sync.Mutex
	known map[string]group
}

type group struct {
	members []string
	at      time.Time
}

func (g *groups) find(id string) ([]string, bool) {
	g.mu.Lock()
	defer g.mu.Unlock()
	found, ok := g.known[id]
	return found.members, ok && g.now().Sub(found.at) < knownFor
}

func (g *groups) keep(id string, members []string) {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.known[id] = group{members, g.now()}
}

// isGroup tells the id of a user group from that of a member.
func isGroup(id string) bool { return strings.HasPrefix(id, "S") }

// rolesOf are those of Config.Groups, and of the user groups in Config.Admins, to which
// a member belongs.
func (a *Adapter) rolesOf(ctx context.Context, member string) ([]string, error) {
	var roles []string
	for _, id := range slices.Concat(a.Groups, a.Admins) {
		if !isGroup(id) || slices.Contains(roles, id) {
			continue
		}
		members, err := a.membersOf(ctx, id)
		if err != nil {
			return nil, err
		}
		if slices.Contains(members, member) {
			roles = append(roles, id)
		}
	}
	return roles, nil
}

func (a *Adapter) membersOf(ctx context.Context, id string) ([]string, error) {
	if members, ok := a.groups.find(id); ok {
		return members, nil
	}
	var answer struct {
		Users []string `json:"users"`
	}
	if err := a.web.call(ctx, "usergroups.users.list", "", url.Values{"usergroup": {id}}, &answer); err != nil {
		return nil, err
	}
	a.groups.keep(id, answer.Users)
	return answer.Users, nil
}
