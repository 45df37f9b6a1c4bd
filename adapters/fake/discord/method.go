package discord

// method is a route of the REST API.
type method struct {
	verb, route string
	run         func(c *call) (any, error)
	limit       limit // n 0: none
	open        bool  // no token is asked for
}

// methods are all that the fake knows. Words come before variables.
var methods = []method{
	{verb: "GET", route: "/gateway", run: gateway, open: true, limit: limitWide},
	{verb: "GET", route: "/gateway/bot", run: gatewayBot, limit: limitRead},
	{verb: "GET", route: "/users/@me", run: me, limit: limitRead},
	{verb: "GET", route: "/users/@me/guilds", run: myGuilds, limit: limitRead},
	{verb: "POST", route: "/users/@me/channels", run: openDM, limit: limitSend},
	{verb: "GET", route: "/users/{user}", run: getUser, limit: limitRead},
	{verb: "GET", route: "/applications/@me", run: application, limit: limitRead},
	{verb: "GET", route: "/oauth2/applications/@me", run: application, limit: limitRead},

	{verb: "GET", route: "/applications/{application}/commands", run: listCommands, limit: limitRead},
	{verb: "PUT", route: "/applications/{application}/commands", run: putCommands, limit: limitRead},
	{verb: "POST", route: "/applications/{application}/commands", run: createCommand, limit: limitRead},
	{verb: "GET", route: "/applications/{application}/commands/{command}", run: getCommand, limit: limitRead},
	{verb: "PATCH", route: "/applications/{application}/commands/{command}", run: changeCommand, limit: limitRead},
	{verb: "DELETE", route: "/applications/{application}/commands/{command}", run: deleteCommand, limit: limitRead},
	{verb: "GET", route: "/applications/{application}/guilds/{guild}/commands", run: listCommands, limit: limitRead},
	{verb: "PUT", route: "/applications/{application}/guilds/{guild}/commands", run: putCommands, limit: limitRead},
	{verb: "POST", route: "/applications/{application}/guilds/{guild}/commands", run: createCommand, limit: limitRead},
	{verb: "GET", route: "/applications/{application}/guilds/{guild}/commands/{command}", run: getCommand, limit: limitRead},
	{verb: "PATCH", route: "/applications/{application}/guilds/{guild}/commands/{command}", run: changeCommand, limit: limitRead},
	{verb: "DELETE", route: "/applications/{application}/guilds/{guild}/commands/{command}", run: deleteCommand, limit: limitRead},

	{verb: "GET", route: "/guilds/{guild}", run: getGuild, limit: limitRead},
	{verb: "GET", route: "/guilds/{guild}/channels", run: guildChannels, limit: limitRead},
	{verb: "GET", route: "/guilds/{guild}/roles", run: guildRoles, limit: limitRead},
	{verb: "GET", route: "/guilds/{guild}/members", run: guildMembers, limit: limitRead},
	{verb: "GET", route: "/guilds/{guild}/members/{user}", run: getMember, limit: limitRead},
	{verb: "GET", route: "/guilds/{guild}/threads/active", run: activeThreads, limit: limitRead},

	{verb: "GET", route: "/channels/{channel}", run: getChannel, limit: limitRead},
	{verb: "PATCH", route: "/channels/{channel}", run: changeThread, limit: limitRead},
	{verb: "POST", route: "/channels/{channel}/typing", run: typing, limit: limitSend},
	{verb: "GET", route: "/channels/{channel}/messages", run: history, limit: limitSend},
	{verb: "POST", route: "/channels/{channel}/messages", run: createMessage, limit: limitSend},
	{verb: "GET", route: "/channels/{channel}/messages/{message}", run: getMessage, limit: limitSend},
	{verb: "PATCH", route: "/channels/{channel}/messages/{message}", run: changeMessage, limit: limitSend},
	{verb: "DELETE", route: "/channels/{channel}/messages/{message}", run: deleteMessage, limit: limitDelete},
	{verb: "POST", route: "/channels/{channel}/messages/{message}/threads", run: startFromMessage, limit: limitThread},
	{verb: "POST", route: "/channels/{channel}/threads", run: startThread, limit: limitThread},
	{verb: "PUT", route: "/channels/{channel}/thread-members/@me", run: joinThread, limit: limitSend},

	{verb: "POST", route: "/interactions/{interaction}/{token}/callback", run: answerCallback, open: true},
	{verb: "POST", route: "/webhooks/{application}/{token}", run: followUp, open: true, limit: limitHook},
	{verb: "GET", route: "/webhooks/{application}/{token}/messages/@original", run: getAnswer, open: true, limit: limitHook},
	{verb: "PATCH", route: "/webhooks/{application}/{token}/messages/@original", run: changeAnswer, open: true, limit: limitHook},
	{verb: "DELETE", route: "/webhooks/{application}/{token}/messages/@original", run: deleteAnswer, open: true, limit: limitHook},
	{verb: "GET", route: "/webhooks/{application}/{token}/messages/{message}", run: getAnswer, open: true, limit: limitHook},
	{verb: "PATCH", route: "/webhooks/{application}/{token}/messages/{message}", run: changeAnswer, open: true, limit: limitHook},
	{verb: "DELETE", route: "/webhooks/{application}/{token}/messages/{message}", run: deleteAnswer, open: true, limit: limitHook},
}
