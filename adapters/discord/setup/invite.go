// Package setup helps an operator to set up a Discord application: [Invite] makes the link
// that adds the bot to a server, and [Diagnose] checks the application and says what to do
// about each fault.
package setup

import (
	"net/url"
	"strconv"
)

// permission is a permission that the bot needs, and what for.
type permission struct {
	bit  uint64
	name string // as Discord's settings name it
	why  string
}

// permissions are the fewest with which everything works.
var permissions = []permission{
	{1 << 10, "View Channels", "hear of mentions"},
	{1 << 11, "Send Messages", "answer"},
	{1 << 14, "Embed Links", "show previews"},
	{1 << 15, "Attach Files", "attach what is too long for a message"},
	{1 << 16, "Read Message History", "answer a message, and fetch what was missed"},
	{1 << 35, "Create Public Threads", "open a thread for a question"},
	{1 << 38, "Send Messages in Threads", "answer there"},
}

// permissionBits returns all permissions as one number.
func permissionBits() uint64 {
	var all uint64
	for _, p := range permissions {
		all |= p.bit
	}
	return all
}

// Invite returns the link with which an admin adds the bot to a server.
func Invite(application string) string {
	q := url.Values{
		"client_id": {application}, "permissions": {strconv.FormatUint(permissionBits(), 10)}, "integration_type": {"0"},
		"scope": {"bot applications.commands"},
	}
	return "https://discord.com/oauth2/authorize?" + q.Encode()
}
