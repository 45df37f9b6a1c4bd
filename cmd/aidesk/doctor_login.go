package main

import (
	"fmt"
	"strings"

	"aidesk/bots/login"
	"aidesk/cmd/aidesk/config"
	"aidesk/core/account"
	"aidesk/core/plugin"
)

// login checks whether members can use a plugin that wants a login, and prints the redirect
// address that its author registers. What an administrator may still give in the chat is no
// fault.
func (d *doctor) login(public string, c config.Plugin, p *plugin.Plugin) {
	what := "plugin " + c.Source
	shared, gives := c.Login.Shared()
	if gives {
		if err := p.CheckShared(shared); err != nil {
			d.report(what+", its key", err)
		}
		if len(shared.Roles)+len(shared.Channels) == 0 {
			d.warn(what + ": nobody may use its key: name who may in login.roles, or where in login.channels")
		}
	}
	client, named := c.Login.Client()
	switch l := p.Login(); l.Kind {
	case account.OAuth:
		if public == "" {
			d.warn(what + ": nobody can connect an account, because http.public_url is not set: its login page leads back there")
		}
		if !named {
			d.warn(what + ": members connect accounts once it has a client: set login.client_id, or give it with /plugins-admin login " + p.Name)
		}
		if public != "" && named {
			connections := account.Connections{Redirect: login.RedirectBase(public)}
			d.report(fmt.Sprintf("%s: its author registers %s", what, connections.RedirectURL(*l.Provider, client.ID)), nil)
		}
		if hosts := p.LoginHostsToAllow(); len(hosts) > 0 {
			d.warn(fmt.Sprintf("%s: members log in or tokens are given at %s, which is not its own address: name it in login.hosts once you trust it", what, strings.Join(hosts, ", ")))
		}
		return
	case account.ServiceKey:
		if !gives {
			d.warn(what + ": it wants a key of the workspace: set login.key, or give it with /plugins-admin login " + p.Name)
		}
	case account.UserKey, account.None:
	}
	if named {
		d.report(what+", its client", fmt.Errorf("it does not want accounts of members: remove login.client_id, or write kind: %s", account.OAuth))
	}
}

// loginRisks are the keys of a bot's plugins that everybody whom it answers may use.
func loginRisks(b config.Bot) []string {
	var out []string
	for _, p := range b.Plugins {
		for _, role := range p.Login.Roles {
			for _, asks := range b.Access.Roles {
				if role == asks && len(p.Login.Channels) == 0 {
					out = append(out, fmt.Sprintf("login.roles of the plugin %s has %s, which access.roles of %s has too, so everybody who may ask uses its shared key: name a smaller role, or channels", p.Source, role, b.Name))
				}
			}
		}
	}
	return out
}
