package discord

// route is a route of the REST API.
type route struct {
	verb, path string
	run        func(c *call) (any, error)
	limit      limit // n 0: none
	open       bool  // no token is asked for
}

// routes are all that the fake knows. Words come before variables.
var routes = []route{
	{verb: "GET", path: "/gateway", run: gateway, open: true, limit: limitWide},
	{verb: "GET", path: "/gateway/bot", run: gatewayBot, limit: limitRead},
	{verb: "GET", path: "/users/@me", run: me, limit: limitRead},
	{verb: "GET", path: "/users/@me/guilds", run: myGuilds, limit: limitRead},
	{verb: "POST", path: "/users/@me/channels", run: openDM, limit: limitSend},
	{verb: "GET", path: "/users/{user}", run: getUser, limit: limitRead},
	{verb: "GET", path: "/applications/@me", run: application, limit: limitRead},
	{verb: "GET", path: "/oauth2/applications/@me", run: application, limit: limitRead},

	{verb: "GET", path: "/applications/{application}/commands", run: listCommands, limit: limitRead},
	{verb: "PUT", path: "/applications/{application}/commands", run: putCommands, limit: limitRead},
	{verb: "POST", path: "/applications/{application}/commands", run: createCommand, limit: limitRead},
	{verb: "GET", path: "/applications/{application}/commands/{command}", run: getCommand, limit: limitRead},
	{verb: "PATCH", path: "/applications/{application}/commands/{command}", run: changeCommand, limit: limitRead},
	{verb: "DELETE", path: "/applications/{application}/commands/{command}", run: deleteCommand, limit: limitRead},
	{verb: "GET", path: "/applications/{application}/guilds/{guild}/commands", run: listCommands, limit: limitRead},
	{verb: "PUT", path: "/applications/{application}/guilds/{guild}/commands", run: putCommands, limit: limitRead},
	{verb: "POST", path: "/applications/{application}/guilds/{guild}/commands", run: createCommand, limit: limitRead},
	{verb: "GET", path: "/applications/{application}/guilds/{guild}/commands/{command}", run: getCommand, limit: limitRead},
	{verb: "PATCH", path: "/applications/{application}/guilds/{guild}/commands/{command}", run: changeCommand, limit: limitRead},
	{verb: "DELETE", path: "/applications/{application}/guilds/{guild}/commands/{command}", run: deleteCommand, limit: limitRead},

	{verb: "GET", path: "/guilds/{guild}", run: getGuild, limit: limitRead},
	{verb: "GET", path: "/guilds/{guild}/channels", run: guildChannels, limit: limitRead},
	{verb: "GET", path: "/guilds/{guild}/roles", run: guildRoles, limit: limitRead},
	{verb: "GET", path: "/guilds/{guild}/members", run: guildMembers, limit: limitRead},
	{verb: "GET", path: "/guilds/{guild}/members/{user}", run: getMember, limit: limitRead},
	{verb: "GET", path: "/guilds/{guild}/threads/active", run: activeThreads, limit: limitRead},

	{verb: "GET", path: "/channels/{channel}", run: getChannel, limit: limitRead},
	{verb: "PATCH", path: "/channels/{channel}", run: changeThread, limit: limitRead},
	{verb: "POST", path: "/channels/{channel}/typing", run: triggerTyping, limit: limitSend},
	{verb: "GET", path: "/channels/{channel}/messages", run: listMessages, limit: limitSend},
	{verb: "POST", path: "/channels/{channel}/messages", run: createMessage, limit: limitSend},
	{verb: "GET", path: "/channels/{channel}/messages/{message}", run: getMessage, limit: limitSend},
	{verb: "PATCH", path: "/channels/{channel}/messages/{message}", run: changeMessage, limit: limitSend},
	{verb: "DELETE", path: "/channels/{channel}/messages/{message}", run: deleteMessage, limit: limitDelete},
	{verb: "POST", path: "/channels/{channel}/messages/{message}/threads", run: startFromMessage, limit: limitThread},
	{verb: "POST", path: "/channels/{channel}/threads", run: startThread, limit: limitThread},
	{verb: "PUT", path: "/channels/{channel}/thread-members/@me", run: joinThread, limit: limitSend},

	{verb: "POST", path: "/interactions/{interaction}/{token}/callback", run: answerCallback, open: true},
	{verb: "POST", path: "/webhooks/{application}/{token}", run: followUp, open: true, limit: limitHook},
	{verb: "GET", path: "/webhooks/{application}/{token}/messages/@original", run: getAnswer, open: true, limit: limitHook},
	{verb: "PATCH", path: "/webhooks/{application}/{token}/messages/@original", run: changeAnswer, open: true, limit: limitHook},
	{verb: "DELETE", path: "/webhooks/{application}/{token}/messages/@original", run: deleteAnswer, open: true, limit: limitHook},
	{verb: "GET", path: "/webhooks/{application}/{token}/messages/{message}", run: getAnswer, open: true, limit: limitHook},
	{verb: "PATCH", path: "/webhooks/{application}/{token}/messages/{message}", run: changeAnswer, open: true, limit: limitHook},
	{verb: "DELETE", path: "/webhooks/{application}/{token}/messages/{message}", run: deleteAnswer, open: true, limit: limitHook},
}
