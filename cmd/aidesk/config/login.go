package config

import (
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"

	"aidesk/core/account"
	"aidesk/core/plugin"
	"aidesk/core/secret"
)

// noLogin is the kind of a plugin whose calls go without a credential.
const noLogin = "none"

// Choice is what the configuration decides about a plugin's login.
func (l Login) Choice() plugin.LoginChoice {
	c := plugin.LoginChoice{Kind: account.Kind(l.Kind), Prefixes: l.Prefixes, Scope: l.Scope, Secret: l.Secret, Hosts: l.Hosts}
	if l.Kind == noLogin {
		c.Kind, c.Without = account.None, true
	}
	return c
}

// Client is the OAuth client that the configuration names; false: none.
func (l Login) Client() (account.Client, bool) {
	return account.Client{ID: l.ClientID, Secret: secret.Text(l.ClientSecret)}, l.ClientID != ""
}

// Shared is the key that the configuration gives; false: none.
func (l Login) Shared() (plugin.SharedLogin, bool) {
	s := plugin.SharedLogin{Values: account.Credential{}, Roles: l.Roles, Channels: l.Channels}
	for name, value := range map[string]Secret{"key": l.Key, "user": Secret(l.User), "password": l.Password} {
		if value != "" {
			s.Values[name] = secret.Text(value)
		}
	}
	for name, value := range l.Fields {
		s.Values[name] = secret.Text(value)
	}
	return s, len(s.Values) > 0
}

var loginHost = regexp.MustCompile(`^[a-z0-9][a-z0-9.-]*(:[0-9]{1,5})?$`)

// checkLogin checks how a plugin is logged in to. Whether that fits what the plugin wants is
// known only once it is read.
func (d *decoder) checkLogin(key string, l Login) {
	kinds := []string{"", noLogin, string(account.ServiceKey), string(account.UserKey), string(account.OAuth)}
	if !slices.Contains(kinds, l.Kind) {
		d.faultf(key+".kind", "want %s", strings.Join(kinds[1:], ", "))
		return
	}
	shared, gives := l.Shared()
	switch {
	case l.ClientID == "" && l.ClientSecret != "":
		d.faultf(key+".client_id", "missing; the client secret belongs to one")
	case l.ClientID != "" && l.Kind != "" && l.Kind != string(account.OAuth):
		d.faultf(key+".client_id", "is for the kind oauth; remove it, or the kind")
	case gives && (l.Kind == noLogin || l.Kind == string(account.OAuth) || l.ClientID != ""):
		d.faultf(key, "a key is for the kind %s, or for a plugin that wants one; remove it, or write the kind", account.ServiceKey)
	case !gives && len(l.Roles)+len(l.Channels) > 0:
		d.faultf(key, "roles and channels are for a shared key; give key, or user and password, or fields")
	}
	d.checkAccess(key, Access{Roles: l.Roles, Channels: l.Channels})
	for i, host := range l.Hosts {
		if !loginHost.MatchString(host) {
			d.faultf(fmt.Sprintf("%s.hosts[%d]", key, i), "want the host of a login page, such as id.example.com")
		}
	}
	for _, name := range slices.Sorted(maps.Keys(shared.Values)) {
		field := account.Field{Name: name, Label: name}
		if _, err := account.Typed(field, shared.Values[name]); err != nil {
			d.faultf(key, "%s", err)
		}
	}
	for _, name := range slices.Sorted(maps.Keys(l.Prefixes)) {
		if err := (plugin.LoginChoice{Prefixes: map[string]string{name: l.Prefixes[name]}}).Check(); err != nil {
			d.faultf(key+".prefixes", "%s", err)
		}
	}
	if err := (plugin.LoginChoice{Scope: l.Scope}).Check(); err != nil {
		d.faultf(key+".scope", "%s", err)
	}
	if err := (plugin.LoginChoice{Secret: l.Secret}).Check(); err != nil {
		d.faultf(key+".secret", "want %s or %s", plugin.SecretHeader, plugin.SecretBody)
	}
}

// SlackGroups returns the user groups of Slack whose members the bot has to know: those of
// Access, and those that may use a key of the configuration.
func (b Bot) SlackGroups() []string {
	groups := b.Access.SlackGroups()
	for _, p := range b.Plugins {
		for _, role := range p.Login.Roles {
			if slackGroup.MatchString(role) && !slices.Contains(groups, role) {
				groups = append(groups, role)
			}
		}
	}
	return groups
}

// SlackGroups are the user groups among those who administer aidesk.
func (a Admins) SlackGroups() []string {
	return slices.DeleteFunc(slices.Clone(a.Slack), func(id string) bool { return !slackGroup.MatchString(id) })
}
