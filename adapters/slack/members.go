package slack

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	slackgo "github.com/slack-go/slack"

	"aidesk/adapters/slack/webapi"
	"aidesk/core/chat"
)

// Member reads a member from Slack, and remembers the answer for a minute. Admins are
// those of the workspace, or those of Config.Admins where that is set.
func (a *Adapter) Member(ctx context.Context, p chat.Place, id string) (chat.Member, error) {
	if m, ok := a.memberCache.Get(id); ok {
		return m, nil
	}
	if id == "" {
		return chat.Member{}, errors.New("users.info: a member without an id")
	}
	self, err := a.identity.Get(ctx)
	if err != nil {
		return chat.Member{}, asLater(err)
	}
	var u *slackgo.User
	err = a.client.Do(ctx, "users.info", "", func(ctx context.Context) (err error) {
		u, err = a.client.Slack().GetUserInfoContext(ctx, id)
		return err
	})
	if webapi.CodeOf(err) == "user_not_found" && p.Workspace == self.Team { // a token of another workspace knows nobody of this one
		return chat.Member{}, fmt.Errorf("%w: %w", chat.ErrNoMember, err)
	}
	if err != nil {
		return chat.Member{}, asLater(err)
	}
	if u.ID == "" {
		return chat.Member{}, errors.New("users.info: Slack describes nobody")
	}
	// The id is the one that was asked for: in an Enterprise Grid the answer may have another.
	m := chat.Member{
		ID: id, Name: firstNonBlank(u.Profile.DisplayName, u.Profile.RealName, u.RealName, u.Name), Zone: u.TZ, Locale: u.Locale,
		Admin: u.IsAdmin || u.IsOwner || u.IsPrimaryOwner, Guest: u.IsRestricted || u.IsUltraRestricted,
		Stranger:    u.IsStranger || self.isExternal(u),
		Deactivated: u.Deleted, Bot: u.IsBot || u.IsWorkflowBot || id == "USLACKBOT",
	}
	if m.Roles, err = a.memberRoles(ctx, id); err != nil {
		return chat.Member{}, asLater(err)
	}
	if len(a.Admins) > 0 {
		m.Admin = slices.ContainsFunc(a.Admins, func(admin string) bool { return admin == id || slices.Contains(m.Roles, admin) })
	}
	a.memberCache.Put(id, m)
	return m, nil
}

// asLater makes a *chat.Later of an error that says nothing but that Slack cannot be asked
// just now.
func asLater(err error) error {
	refusal, answered := errors.AsType[*webapi.Error](err)
	switch {
	case errors.Is(err, webapi.ErrRemoved):
		return err
	case !answered:
		return &chat.Later{Reason: err.Error()}
	case refusal.Code == webapi.CodeRateLimited, refusal.Code == webapi.CodeNoToken, webapi.IsUncertainCode(refusal.Code):
		return &chat.Later{After: refusal.After, Reason: err.Error()}
	}
	return err
}

// isExternal reports whether a user belongs to another organisation.
func (i identity) isExternal(u *slackgo.User) bool {
	switch {
	case u.TeamID == "" || u.TeamID == i.Team:
		return false
	case i.Enterprise != "" && u.Enterprise.EnterpriseID == i.Enterprise:
		return false
	}
	return !slices.Contains(u.Enterprise.Teams, i.Team)
}

// firstNonBlank is the first name that is not blank.
func firstNonBlank(names ...string) string {
	for _, n := range names {
		if strings.TrimSpace(n) != "" {
			return n
		}
	}
	return ""
}

// isGroup reports whether an id is that of a user group, not of a member.
func isGroup(id string) bool { return strings.HasPrefix(id, "S") }

// memberRoles are the user groups in Config.Groups and Config.Admins that a member belongs
// to.
func (a *Adapter) memberRoles(ctx context.Context, member string) ([]string, error) {
	var roles []string
	for _, id := range slices.Concat(a.Groups, a.Admins) {
		if !isGroup(id) || slices.Contains(roles, id) {
			continue
		}
		members, err := a.groupMembers(ctx, id)
		if err != nil {
			return nil, err
		}
		if slices.Contains(members, member) {
			roles = append(roles, id)
		}
	}
	return roles, nil
}

// groupMembers reads the members of a user group, and remembers them for a minute.
func (a *Adapter) groupMembers(ctx context.Context, id string) ([]string, error) {
	if members, ok := a.groupCache.Get(id); ok {
		return members, nil
	}
	var members []string
	err := a.client.Do(ctx, "usergroups.users.list", "", func(ctx context.Context) (err error) {
		members, err = a.client.Slack().GetUserGroupMembersContext(ctx, id, slackgo.GetUserGroupMembersOptionTeamID(a.team))
		return err
	})
	if a.several && webapi.CodeOf(err) == "no_such_subteam" { // it is another workspace's
		err = nil
	}
	if err != nil {
		return nil, err
	}
	a.groupCache.Put(id, members)
	return members, nil
}

// Names returns what members see where marks stand in a text: of members, of user groups
// and, with the scope to read them, of public channels.
func (a *Adapter) Names(ctx context.Context, place chat.Place, marks []string) map[string]string {
	names := map[string]string{}
	for _, mark := range marks {
		var name string
		var err error
		switch id := strings.TrimPrefix(mark[1:], "&"); {
		case mark[0] == '#':
			name, err = a.channelName(ctx, id)
		case isGroup(id):
			name, err = a.groupName(ctx, id)
		default:
			var m chat.Member
			m, err = a.Member(ctx, place, id)
			name = m.Name
		}
		if err != nil {
			a.Logger.WarnContext(ctx, "looking up a name", "error", err, "remedy", webapi.Remedy(err))
		}
		if name != "" {
			names[mark] = mark[:1] + strings.TrimPrefix(name, mark[:1])
		}
	}
	return names
}

// channelName is the name of a public channel; empty without the scope to read it.
func (a *Adapter) channelName(ctx context.Context, id string) (string, error) {
	if name, ok := a.nameCache.Get(id); ok || !a.client.HasScope("channels:read") {
		return name, nil
	}
	var c *slackgo.Channel
	err := a.client.Do(ctx, "conversations.info", "", func(ctx context.Context) (err error) {
		c, err = a.client.Slack().GetConversationInfoContext(ctx, &slackgo.GetConversationInfoInput{ChannelID: id})
		return err
	})
	if err != nil {
		return "", err
	}
	a.nameCache.Put(id, c.Name)
	return c.Name, nil
}

// groupName is the handle of a user group; empty without the scope to read it.
func (a *Adapter) groupName(ctx context.Context, id string) (string, error) {
	if name, ok := a.nameCache.Get(id); ok || !a.client.HasScope("usergroups:read") {
		return name, nil
	}
	var groups []slackgo.UserGroup
	err := a.client.Do(ctx, "usergroups.list", "", func(ctx context.Context) (err error) {
		groups, err = a.client.Slack().GetUserGroupsContext(ctx, slackgo.GetUserGroupsOptionTeamID(a.team))
		return err
	})
	for _, g := range groups {
		a.nameCache.Put(g.ID, g.Handle)
	}
	return a.nameCache.Last(id), err
}

// rememberDirect remembers the direct-message channel of a member.
func (a *Adapter) rememberDirect(member, channel string) {
	if member != "" && strings.HasPrefix(channel, "D") {
		a.dmCache.Put(member, channel)
	}
}

// directChannel is the direct-message channel of a member, opened if need be. Without
// the scope to open one it is the member's id, to which Slack lets apps post, too.
func (a *Adapter) directChannel(ctx context.Context, member string) (string, error) {
	if id := a.dmCache.Last(member); id != "" {
		return id, nil
	}
	var opened *slackgo.Channel
	err := a.client.Do(ctx, "conversations.open", "", func(ctx context.Context) (err error) {
		opened, _, _, err = a.client.Slack().OpenConversationContext(ctx, &slackgo.OpenConversationParameters{Users: []string{member}})
		return err
	})
	switch {
	case webapi.CodeOf(err) == "missing_scope":
		return member, nil
	case err != nil:
		return "", err
	case opened == nil || opened.ID == "":
		return "", errors.New("conversations.open: Slack names no channel")
	}
	a.rememberDirect(member, opened.ID)
	return opened.ID, nil
}

// directPlace is the place of the direct messages with a member.
func (a *Adapter) directPlace(ctx context.Context, workspace, member string) (chat.Place, error) {
	id, err := a.directChannel(ctx, member)
	return chat.Place{Platform: platform, Workspace: workspace, Channel: id, Direct: true}, err
}

// permalink is the address of a channel or thread of the workspace.
func (i identity) permalink(channel, thread string) string {
	if i.URL == "" || channel == "" {
		return ""
	}
	link := strings.TrimSuffix(i.URL, "/") + "/archives/" + channel
	if thread != "" {
		link += "/p" + strings.ReplaceAll(thread, ".", "")
	}
	return link
}
