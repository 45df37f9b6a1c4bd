package discord

import (
	"context"
	"net/url"
	"strconv"
)

// permit is a permission of the bot, and what for.
type permit struct {
	bit  uint64
	name string // as Discord's settings name it
	why  string
}

// permits are what the bot asks for: the least with which everything works.
var permits = []permit{
	{1 << 10, "View Channels", "hear of mentions"},
	{1 << 11, "Send Messages", "answer"},
	{1 << 14, "Embed Links", "show previews"},
	{1 << 15, "Attach Files", "attach what is too long for a message"},
	{1 << 16, "Read Message History", "answer a message, and fetch what was missed"},
	{1 << 35, "Create Public Threads", "open a thread for a question"},
	{1 << 38, "Send Messages in Threads", "answer there"},
}

// permissions are all permits as one number.
func permissions() uint64 {
	var all uint64
	for _, p := range permits {
		all |= p.bit
	}
	return all
}

// Invite is the link by which an administrator brings this bot into a server.
func (a *Adapter) Invite(ctx context.Context) (string, error) {
	self, err := a.identify(ctx)
	if err != nil {
		return "", advised(err)
	}
	return Invite(self.Application), nil
}

// Invite is the link by which an administrator brings the bot into a server.
func Invite(application string) string {
	q := url.Values{
		"client_id": {application}, "permissions": {strconv.FormatUint(permissions(), 10)}, "integration_type": {"0"},
		"scope": {"bot applications.commands"},
	}
	return "https://discord.com/oauth2/authorize?" + q.Encode()
}
