package discord

import (
	"crypto/ed25519"
	"encoding/hex"
	"slices"
	"strconv"
	"strings"

	"aidesk/adapters/fake/discord/rule"
)

// gatewayURL is where the gateway is.
func (d *Discord) gatewayURL() string { return "ws" + strings.TrimPrefix(d.URL, "http") + "/link" }

func gateway(c *call) (any, error) { return object{"url": c.gatewayURL()}, nil }

func gatewayBot(c *call) (any, error) {
	return object{"url": c.gatewayURL(), "shards": 1, "session_start_limit": object{
		"total": dailyStart, "remaining": max(dailyStart-c.identified, 0), "reset_after": 86_400_000, "max_concurrency": 1,
	}}, nil
}

func me(c *call) (any, error) {
	bot, _ := c.user(BotUser)
	out := bot.payload()
	out["mfa_enabled"], out["verified"], out["locale"], out["email"], out["bio"] = false, true, "en-US", nil, ""
	return out, nil
}

func myGuilds(c *call) (any, error) {
	out := []object{}
	for _, g := range c.guilds {
		out = append(out, object{
			"id": g.ID, "name": g.Name, "icon": nil, "banner": nil, "owner": g.Owner == BotUser, "features": []any{},
			"permissions": bitString(c.guildPermissions(BotUser, g.ID)),
		})
	}
	return out, nil
}

func openDM(c *call) (any, error) {
	id := rule.Text(c.form["recipient_id"])
	if !rule.IsSnowflake(id) {
		return nil, invalidField("recipient_id", "NUMBER_TYPE_COERCE", "Value %q is not snowflake.", id)
	}
	u, ok := c.user(id)
	switch {
	case !ok:
		return nil, refuse(unknownUser)
	case u.Bot:
		return nil, refuse(cannotSendToUser)
	}
	ch, _ := c.channel(c.dm(id))
	return c.channelPayload(ch), nil
}

func getUser(c *call) (any, error) {
	u, ok := c.user(c.vars["user"])
	if !ok {
		return nil, refuse(unknownUser)
	}
	return u.payload(), nil
}

// applicationFlags say which privileged intents are enabled, in the form for
// applications in few guilds.
func (d *Discord) applicationFlags() int {
	flags := 1 << 23 // it has registered a command
	for intent, flag := range map[int]int{IntentPresences: 1 << 13, IntentMembers: 1 << 15, IntentContent: 1 << 19} {
		if d.Intents&intent != 0 {
			flags |= flag
		}
	}
	return flags
}

func application(c *call) (any, error) {
	owner, _ := c.user(Owner)
	bot, _ := c.user(BotUser)
	out := object{
		"id": ApplicationID, "name": "aidesk", "icon": nil, "description": "", "type": nil, "verify_key": PublicKey, "flags": c.applicationFlags(),
		"bot_public": true, "bot_require_code_grant": false, "hook": true, "summary": "", "owner": owner.payload(), "bot": bot.payload(),
		"redirect_uris": []any{}, "interactions_endpoint_url": nil, "role_connections_verification_url": nil, "max_participants": nil,
		"approximate_guild_count": len(c.guilds), "approximate_user_install_count": 0, "explicit_content_filter": 0, "team": nil,
		"event_webhooks_url": nil, "event_webhooks_status": 1, "approximate_user_authorization_count": 0,
		"integration_types_config": object{"0": object{}}, "rpc_application_state": 0,
		"flags_new": strconv.Itoa(c.applicationFlags()), "eligible_oauth2_scopes": []any{},
	}
	if c.InteractionsURL != "" {
		out["interactions_endpoint_url"] = c.InteractionsURL
	}
	return out, nil
}

// requestGuild finds the guild of a call, which the bot is in.
func (c *call) requestGuild() (Guild, error) {
	g, ok := c.guild(c.vars["guild"])
	if !ok {
		return g, refuse(unknownGuild)
	}
	return g, nil
}

func getGuild(c *call) (any, error) {
	g, err := c.requestGuild()
	if err != nil {
		return nil, err
	}
	return c.guildPayload(g), nil
}

func guildChannels(c *call) (any, error) {
	g, err := c.requestGuild()
	if err != nil {
		return nil, err
	}
	return c.guildChannels(g.ID, false), nil
}

func guildRoles(c *call) (any, error) {
	g, err := c.requestGuild()
	if err != nil {
		return nil, err
	}
	return c.guildRoles(g.ID), nil
}

func activeThreads(c *call) (any, error) {
	g, err := c.requestGuild()
	if err != nil {
		return nil, err
	}
	threads, members := c.guildChannels(g.ID, true), []any{}
	for _, t := range threads {
		if m, ok := t["member"]; ok {
			members = append(members, m)
		}
	}
	return object{"threads": threads, "members": members, "has_more": false}, nil
}

func getMember(c *call) (any, error) {
	g, err := c.requestGuild()
	if err != nil {
		return nil, err
	}
	u, ok := c.user(c.vars["user"])
	switch {
	case !ok:
		return nil, refuse(unknownUser)
	case !u.inGuild(g.ID):
		return nil, refuse(unknownMember)
	}
	return u.memberPayload(), nil
}

// guildMembers lists members, which takes an intent that is enabled.
func guildMembers(c *call) (any, error) {
	g, err := c.requestGuild()
	if err != nil {
		return nil, err
	}
	if c.Intents&IntentMembers == 0 {
		return nil, refuse(missingAccess)
	}
	limit := 1
	if v := c.query.Get("limit"); v != "" {
		if limit, err = strconv.Atoi(v); err != nil || limit < 1 || limit > 1000 {
			return nil, invalidField("limit", "NUMBER_TYPE_MAX", "int value should be between 1 and 1000.")
		}
	}
	all := slices.DeleteFunc(slices.Clone(c.users), func(u User) bool { return !u.inGuild(g.ID) || !olderID(c.query.Get("after"), u.ID) })
	slices.SortFunc(all, func(a, b User) int { return strings.Compare(a.ID, b.ID) })
	out := []object{}
	for _, u := range all[:min(limit, len(all))] {
		out = append(out, u.memberPayload())
	}
	return out, nil
}

func getChannel(c *call) (any, error) {
	ch, err := c.requestChannel(0)
	if err != nil {
		return nil, err
	}
	return c.channelPayload(ch), nil
}

// PrivateKey signs interactions over HTTP; PublicKey is what the developer portal
// shows of it, in hexadecimal. They are the same in every run.
var (
	PrivateKey = ed25519.NewKeyFromSeed([]byte("a fake discord signs with this.."))
	PublicKey  = hex.EncodeToString(PrivateKey[ed25519.PublicKeySize:])
)
