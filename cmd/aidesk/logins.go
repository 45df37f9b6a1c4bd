package main

import (
	"crypto/rand"
	"log/slog"
	"net/http"
	"time"

	"aidesk/bots/bot"
	"aidesk/bots/login"
	"aidesk/core/account"
	"aidesk/core/egress"
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
