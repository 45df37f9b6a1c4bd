package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"

	fakediscord "aidesk/adapters/fake/discord"
	fakeslack "aidesk/adapters/fake/slack"
	"aidesk/bots/command"
	"aidesk/cmd/aidesk/config"
	"aidesk/cmd/aidesk/playground"
	"aidesk/core/chat"
	"aidesk/core/egress"
)

// demoWeb runs the whole program at a fake Slack and a fake Discord, which one page in a
// browser shows, until ctx is done.
func demoWeb(ctx context.Context, address string, cfg config.Config, parts dependencies, out io.Writer) (err error) {
	listener, err := listenLocal(ctx, address)
	if err != nil {
		return err
	}
	defer func() { _ = listener.Close() }() // it may be closed
	ctx, end := context.WithCancelCause(ctx)
	defer end(nil)
	page := &playground.Playground{Grammar: command.Table}
	at := "http://" + listener.Addr().String() + page.Path()

	slackAt, err := listenLocal(ctx, "127.0.0.1:0")
	if err != nil {
		return err
	}
	defer func() { _ = slackAt.Close() }()
	slack := fakeslack.New(fakeslack.Config{URL: "http://" + slackAt.Addr().String(), Page: at, Users: slackCast(), Channels: slackRooms()})
	defer slack.Close()
	discordAt, err := listenLocal(ctx, "127.0.0.1:0")
	if err != nil {
		return err
	}
	defer func() { _ = discordAt.Close() }()
	guild := discordCast()
	guild.URL = "http://" + discordAt.Addr().String()
	discord := fakediscord.New(guild)
	defer discord.Close()
	page.Platforms = []playground.Platform{slackPage(slack), discordPage(discord)}

	cfg.Bots[0].Slack = config.Slack{Mode: config.SocketMode, BotToken: fakeslack.BotToken, AppToken: fakeslack.AppToken, APIBaseURL: slack.APIURL()}
	cfg.Bots[0].Discord = config.Discord{Token: fakediscord.Token, APIBaseURL: discord.APIURL(), MessageContent: true}
	for _, room := range slackRooms() {
		cfg.Bots[0].Access.Channels = append(cfg.Bots[0].Access.Channels, room.ID)
	}
	for _, room := range guild.Channels { // else Discord is for administrators alone
		cfg.Bots[0].Access.Channels = append(cfg.Bots[0].Access.Channels, room.ID)
	}
	parts.adapters = func(b config.Bot) ([]chat.Adapter, error) {
		return newAdapters(cfg, b, &webServer{}, parts.store, parts.secrets, parts.now, parts.logger)
	}
	desk, err := newDesk(ctx, cfg, parts)
	if err != nil {
		return err
	}
	if page.Try, err = tryOut(ctx, desk.Bots[0]); err != nil {
		return err
	}
	rules, err := egressRules(cfg)
	if err != nil {
		return err
	}
	if page.Guard, err = egress.New(rules, egress.WithVersion(version())); err != nil {
		return err
	}
	for l, handler := range map[net.Listener]http.Handler{listener: page.Handler(http.NotFoundHandler()), slackAt: withoutControls(slack), discordAt: withoutControls(discord)} {
		go func() {
			if err := serveFake(ctx, l, handler); err != nil {
				end(err)
			}
		}()
	}
	fmt.Fprintf(out, "Open this page in a browser on this machine. Ctrl-C ends it.\n\n  %s\n\n", at)
	if err := desk.Run(ctx); err != nil {
		return err
	}
	if cause := context.Cause(ctx); !errors.Is(cause, context.Canceled) {
		return cause
	}
	return nil
}

// listenLocal listens at an address of this machine that no other machine reaches.
func listenLocal(ctx context.Context, address string) (net.Listener, error) {
	host, _, err := net.SplitHostPort(address)
	if err != nil || !loopback(host) {
		return nil, usageError{fmt.Errorf("--listen %s: the page is for this machine alone: give an address such as 127.0.0.1:4040", address)}
	}
	return listenFake(ctx, address)
}

// withoutControls is a fake as its app reaches it: only the page lets people act.
func withoutControls(fake http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if strings.HasPrefix(r.URL.Path, "/_control/") {
			http.NotFound(w, r)
			return
		}
		fake.ServeHTTP(w, r)
	})
}

// slackCast and discordCast are the same people at both messengers: Ada administers, Ben is
// a member, Gus is a guest, which Discord has none of.
func slackCast() []fakeslack.User {
	return []fakeslack.User{
		{ID: fakeslack.Ada, Name: "ada", RealName: "Ada Lowell", TZ: "Europe/Brussels", Locale: "en-GB", Admin: true, Owner: true},
		{ID: fakeslack.Ben, Name: "ben", RealName: "Ben Okri", TZ: "Europe/Brussels", Locale: "en-GB"},
		{ID: fakeslack.Gus, Name: "gus", RealName: "Gus Guest", TZ: "Europe/Brussels", Locale: "en-GB", Restricted: true},
	}
}

func slackRooms() []fakeslack.Channel {
	everybody := []string{fakeslack.BotUser, fakeslack.Ada, fakeslack.Ben, fakeslack.Gus}
	return []fakeslack.Channel{
		{ID: fakeslack.General, Name: "general", Members: everybody},
		{ID: "C00RANDOM", Name: "random", Members: everybody},
	}
}

func discordCast() fakediscord.Config {
	const gus = "820000000000000005"
	return fakediscord.Config{
		Intents: fakediscord.IntentContent,
		Guilds:  []fakediscord.Guild{{ID: fakediscord.GuildID, Name: "desk", Owner: fakediscord.Ada}},
		Roles: []fakediscord.Role{
			{ID: fakediscord.GuildID, Name: "@everyone", Permissions: fakediscord.MemberPermissions},
			{ID: fakediscord.BotRole, Name: "aidesk", Permissions: fakediscord.Invited, Managed: true},
		},
		Users: []fakediscord.User{
			{ID: fakediscord.Ada, Name: "ada", GlobalName: "Ada Lowell", Locale: "en-GB"},
			{ID: fakediscord.Ben, Name: "ben", GlobalName: "Ben Okri", Locale: "en-GB"},
			{ID: gus, Name: "gus", GlobalName: "Gus Guest", Locale: "en-GB"},
		},
		Channels: []fakediscord.Channel{{ID: fakediscord.General, Name: "general"}, {ID: fakediscord.Random, Name: "random"}},
	}
}
