package slack

import (
	"context"
	"errors"
	"net/url"
	"slices"
	"strings"

	"aidesk/core/chat"
)

// user is a user as Slack describes them.
type user struct {
	ID         string `json:"id"`
	Team       string `json:"team_id"`
	Name       string `json:"name"`
	RealName   string `json:"real_name"`
	Deleted    bool   `json:"deleted"`
	TZ         string `json:"tz"`
	Locale     string `json:"locale"`
	Admin      bool   `json:"is_admin"`
	Owner      bool   `json:"is_owner"`
	Primary    bool   `json:"is_primary_owner"`
	Restricted bool   `json:"is_restricted"`
	Ultra      bool   `json:"is_ultra_restricted"`
	Stranger   bool   `json:"is_stranger"`
	Bot        bool   `json:"is_bot"`
	Workflow   bool   `json:"is_workflow_bot"`
	Profile    struct {
		Display string `json:"display_name"`
		Real    string `json:"real_name"`
	} `json:"profile"`
	Enterprise struct {
		ID    string   `json:"enterprise_id"`
		Teams []string `json:"teams"`
	} `json:"enterprise_user"`
}

// Member reads a member from Slack; what it said is good for a minute. Admins are the
// workspace's, or those of Config.Admins where that is set.
func (a *Adapter) Member(ctx context.Context, _ chat.Place, id string) (chat.Member, error) {
	if m, ok := a.people.Get(id); ok {
		return m, nil
	}
	if id == "" {
		return chat.Member{}, errors.New("users.info: a member without an id")
	}
	self, err := a.who.Get(ctx)
	if err != nil {
		return chat.Member{}, err
	}
	var answer struct {
		User *user `json:"user"`
	}
	if err := a.web.call(ctx, "users.info", "", url.Values{"user": {id}, "include_locale": {"true"}}, &answer); err != nil {
		return chat.Member{}, err
	}
	u := answer.User
	if u == nil {
		return chat.Member{}, errors.New("users.info: Slack describes nobody")
	}
	// In an Enterprise Grid the same person may be described under another id than the
	// one that was asked for.
	m := chat.Member{
		ID: id, Name: firstName(u.Profile.Display, u.Profile.Real, u.RealName, u.Name), Zone: u.TZ, Locale: u.Locale,
		Admin: u.Admin || u.Owner || u.Primary, Guest: u.Restricted || u.Ultra, Stranger: u.Stranger || self.strange(*u),
		Deactivated: u.Deleted, Bot: u.Bot || u.Workflow || id == "USLACKBOT",
	}
	if m.Roles, err = a.rolesOf(ctx, id); err != nil {
		return chat.Member{}, err
	}
	if len(a.Admins) > 0 {
		m.Admin = slices.ContainsFunc(a.Admins, func(admin string) bool { return admin == id || slices.Contains(m.Roles, admin) })
	}
	a.people.Put(id, m)
	return m, nil
}

// strange says whether a user belongs to another organisation.
func (i identity) strange(u user) bool {
	switch {
	case u.Team == "" || u.Team == i.Team:
		return false
	case i.Enterprise != "" && u.Enterprise.ID == i.Enterprise:
		return false
	}
	return !slices.Contains(u.Enterprise.Teams, i.Team)
}

// firstName is the first name that says something.
func firstName(names ...string) string {
	for _, n := range names {
		if strings.TrimSpace(n) != "" {
			return n
		}
	}
	return ""
}
