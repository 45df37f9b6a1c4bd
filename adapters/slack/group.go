package slack

import (
	"context"
	"net/url"
	"slices"
	"strings"
)

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
	if members, ok := a.groups.Get(id); ok {
		return members, nil
	}
	var answer struct {
		Users []string `json:"users"`
	}
	if err := a.web.call(ctx, "usergroups.users.list", "", url.Values{"usergroup": {id}}, &answer); err != nil {
		return nil, err
	}
	a.groups.Put(id, answer.Users)
	return answer.Users, nil
}
