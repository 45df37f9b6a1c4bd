// Package setup helps an operator to set up a Discord application: [Invite] makes the link
// that adds the bot to a server, and [Diagnose] checks the application and says what to do
// about each fault.
package setup

import (
	"net/url"
	"strconv"

	"github.com/bwmarrin/discordgo"
)

// permission is a permission that the bot needs, and what for.
type permission struct {
	bit  uint64
	name string // as Discord's settings name it
	why  string
}

// permissions are the fewest with which everything works.
var permissions = []permission{
	{discordgo.PermissionViewChannel, "View Channels", "hear of mentions"},
	{discordgo.PermissionSendMessages, "Send Messages", "answer"},
	{discordgo.PermissionEmbedLinks, "Embed Links", "show previews"},
	{discordgo.PermissionAttachFiles, "Attach Files", "attach what is too long for a message"},
	{discordgo.PermissionReadMessageHistory, "Read Message History", "answer a message, and fetch what was missed"},
	{discordgo.PermissionCreatePublicThreads, "Create Public Threads", "open a thread for a question"},
	{discordgo.PermissionSendMessagesInThreads, "Send Messages in Threads", "answer there"},
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
