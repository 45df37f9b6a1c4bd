package main

import (
	"crypto/rand"
	"log/slog"
	"net/http"
	"strings"
	"time"

	"aidesk/bots/bot"
	"aidesk/bots/login"
	"aidesk/cmd/aidesk/config"
	"aidesk/core/account"
	"aidesk/core/chat"
	"aidesk/core/egress"
	"aidesk/core/plugin"
	"aidesk/core/secret"
	"aidesk/core/secret/workspace"
	"aidesk/store"
)

// newLogins makes the accounts at plugins, and how members connect them: on a page below the
// public address where there is one, which is served through serve, or else in forms.
func newLogins(public string, s store.Store, ring *secret.Ring, guard *egress.Guard, now func() time.Time, logger *slog.Logger, serve func(path string, h http.Handler)) (*bot.Logins, error) {
	connections := &account.Connections{Accounts: &account.Accounts{
		Records: s, Hold: s.Hold, Owner: rand.Text(), Seals: workspace.New(ring, s), Guard: guard, Now: now, Logger: logger,
	}}
	logins := &bot.Logins{Connections: connections}
	if public == "" || serve == nil {
		return logins, nil
	}
	connections.Redirect = login.RedirectBase(public)
	pages, err := login.New(connections, public, now)
	if err != nil {
		return nil, err
	}
	logins.Link = pages.Link
	serve("/oauth/", pages)
	return logins, nil
}

// configuredClients gives the OAuth clients of a configuration, each for all workspaces of its
// bot.
func configuredClients(cfg config.Config) func(scope, plugin string) (account.Client, bool) {
	type of struct{ bot, plugin string }
	clients := map[of]account.Client{}
	for _, b := range cfg.Bots {
		for _, p := range b.Plugins {
			id, _, err := plugin.ID(p.Source) // a wrong one is told where the plugin is read
			if c, given := p.Login.Client(); err == nil && given {
				clients[of{chat.Key(b.Name), id}] = c
			}
		}
	}
	return func(scope, id string) (account.Client, bool) {
		name, _, _ := strings.Cut(scope, "/")
		c, given := clients[of{name, id}]
		return c, given
	}
}

// configuredKeysOf gives the keys that a configuration shares in all workspaces of a bot, by
// plugin.
func configuredKeysOf(b config.Bot) map[string]plugin.SharedLogin {
	shared := map[string]plugin.SharedLogin{}
	for _, p := range b.Plugins {
		id, _, err := plugin.ID(p.Source)
		if s, given := p.Login.Shared(); err == nil && given {
			shared[id] = s
		}
	}
	return shared
}
