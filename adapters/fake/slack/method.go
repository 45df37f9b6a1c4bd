package slack

import (
	"fmt"
	"strings"
)

// method is one of the Web API.
type method struct {
	run      func(c *call) (object, error)
	tier     tier
	scope    []string // one of them is needed; none: run looks itself
	noToken  bool     // no token is asked for
	appToken bool     // it takes the app's token, from a header only
}

// methods are all that the fake knows.
var methods = map[string]method{
	"api.test":                              {run: apiTest, tier: tier4, noToken: true},
	"auth.test":                             {run: authTest, tier: tierAuth},
	"auth.revoke":                           {run: authRevoke, tier: tier3},
	"apps.connections.open":                 {run: connectionsOpen, tier: tier1, appToken: true},
	"assistant.threads.setStatus":           {run: setStatus, tier: tierStatus, scope: []string{"chat:write", "assistant:write"}},
	"assistant.threads.setSuggestedPrompts": {run: setPrompts, tier: tier3, scope: []string{"assistant:write"}},
	"assistant.threads.setTitle":            {run: setTitle, tier: tier3, scope: []string{"assistant:write"}},
	"chat.delete":                           {run: deleteMessage, tier: tier3, scope: []string{"chat:write"}},
	"chat.getPermalink":                     {run: getPermalink, tier: tier4},
	"chat.postEphemeral":                    {run: postEphemeral, tier: tier4, scope: []string{"chat:write"}},
	"chat.postMessage":                      {run: postMessage, tier: tierPost, scope: []string{"chat:write"}},
	"chat.update":                           {run: updateMessage, tier: tier3, scope: []string{"chat:write"}},
	"conversations.history":                 {run: conversationHistory, tier: tier3},
	"conversations.info":                    {run: conversationInfo, tier: tier3},
	"conversations.list":                    {run: conversationList, tier: tier2},
	"conversations.members":                 {run: conversationMembers, tier: tier4},
	"conversations.open":                    {run: conversationOpen, tier: tier3},
	"conversations.replies":                 {run: conversationReplies, tier: tier3},
	"files.completeUploadExternal":          {run: completeUpload, tier: tier4, scope: []string{"files:write"}},
	"files.getUploadURLExternal":            {run: uploadURL, tier: tier4, scope: []string{"files:write"}},
	"oauth.v2.access":                       {run: oauthAccess, tier: tier4, noToken: true},
	"reactions.add":                         {run: reactionAdd, tier: tier3, scope: []string{"reactions:write"}},
	"reactions.remove":                      {run: reactionRemove, tier: tier2, scope: []string{"reactions:write"}},
	"team.info":                             {run: teamInfo, tier: tier3, scope: []string{"team:read"}},
	"usergroups.users.list":                 {run: groupMembers, tier: tier2, scope: []string{"usergroups:read"}},
	"users.conversations":                   {run: conversationsOf, tier: tier3},
	"users.info":                            {run: userInfo, tier: tier4, scope: []string{"users:read"}},
	"users.list":                            {run: userList, tier: tier2, scope: []string{"users:read"}},
	"views.open":                            {run: viewOpen, tier: tier4},
	"views.publish":                         {run: viewPublish, tier: tier4},
	"views.push":                            {run: viewPush, tier: tier4},
	"views.update":                          {run: viewUpdate, tier: tier4},
}

func apiTest(c *call) (object, error) {
	if word := c.args["error"]; word != "" {
		return nil, refuse(word)
	}
	return object{"args": c.args}, nil
}

func authTest(c *call) (object, error) {
	return object{
		"url": c.URL + "/", "team": "desk", "user": "aidesk", "team_id": TeamID, "user_id": BotUser, "bot_id": BotID,
		"is_enterprise_install": false,
	}, nil
}

func authRevoke(c *call) (object, error) {
	if c.isTrue("test") {
		return object{"revoked": false}, nil
	}
	c.revoked[BotToken] = "token_revoked"
	return object{"revoked": true}, nil
}

func connectionsOpen(c *call) (object, error) {
	ticket := c.newID("ticket")
	c.tickets[ticket] = true
	return object{"url": fmt.Sprintf("ws%s/link?ticket=%s&app_id=%s", strings.TrimPrefix(c.URL, "http"), ticket, AppID)}, nil
}

func teamInfo(*call) (object, error) {
	return object{"team": object{"id": TeamID, "name": "desk", "domain": "desk", "email_domain": "", "icon": object{}}}, nil
}
