package slack

import (
	"fmt"
	"strings"
	"time"
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
	"files.info":                            {run: fileInfo, tier: tier4, scope: []string{"files:read"}},
	"oauth.v2.access":                       {run: oauthAccess, tier: tier4, noToken: true},
	"reactions.add":                         {run: reactionAdd, tier: tier3, scope: []string{"reactions:write"}},
	"reactions.remove":                      {run: reactionRemove, tier: tier2, scope: []string{"reactions:write"}},
	"team.info":                             {run: teamInfo, tier: tier3, scope: []string{"team:read"}},
	"usergroups.list":                       {run: groupList, tier: tier2, scope: []string{"usergroups:read"}},
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
		"url": c.URL + "/", "team": c.Team.Name, "user": "aidesk", "team_id": c.Team.ID, "user_id": c.Team.BotUser, "bot_id": c.Team.BotID,
		"is_enterprise_install": false,
	}, nil
}

func authRevoke(c *call) (object, error) {
	if c.isTrue("test") {
		return object{"revoked": false}, nil
	}
	c.revokeAll("token_revoked")
	return object{"revoked": true}, nil
}

func connectionsOpen(c *call) (object, error) {
	ticket := c.newID("ticket")
	c.tickets[ticket] = true
	return object{"url": fmt.Sprintf("ws%s/link?ticket=%s&app_id=%s", strings.TrimPrefix(c.URL, "http"), ticket, AppID)}, nil
}

func teamInfo(c *call) (object, error) {
	return object{"team": object{"id": c.Team.ID, "name": c.Team.Name, "domain": c.Team.Name, "email_domain": "", "icon": object{}}}, nil
}

// tier is how often a method may be called: so many at once, and so many a minute.
type tier struct {
	burst  int
	minute float64
	// channel counts calls for each channel apart.
	channel bool
}

// The tiers are Slack's. The bursts are not documented: a quarter of what a minute
// allows, and for chat.postMessage three, after which it is one a second.
var (
	tier1      = tier{burst: 10, minute: 10} // 1+ for most; apps.connections.open must allow reconnects
	tier2      = tier{burst: 5, minute: 20}
	tier3      = tier{burst: 12, minute: 50}
	tier4      = tier{burst: 25, minute: 100}
	tierPost   = tier{burst: 3, minute: 60, channel: true}
	tierStatus = tier{burst: 100, minute: 600}
	tierSold   = tier{burst: 1, minute: 1}
	tierAuth   = tier{burst: 100, minute: 600}
)

// bucket holds the calls that may be made at once.
type bucket struct {
	left float64
	at   time.Time
}

// rateLimitWait counts a call, and says how long it has to wait if it may not be made
// now. The lock is held.
func (s *Slack) rateLimitWait(method string, t tier, channel string) time.Duration {
	sold := s.App.Sold && (method == "conversations.history" || method == "conversations.replies")
	if !s.RateLimits && !sold {
		return 0
	}
	if sold {
		t = tierSold
	}
	key := method
	if t.channel {
		key += " " + channel
	}
	now, b := s.Clock.Now(), s.buckets[key]
	if b == nil {
		b = &bucket{float64(t.burst), now}
		s.buckets[key] = b
	}
	b.left = min(b.left+now.Sub(b.at).Minutes()*t.minute, float64(t.burst))
	b.at = now
	if b.left < 1-1e-9 { // as fractions of minutes are not exact
		return time.Duration((1 - b.left) / t.minute * float64(time.Minute))
	}
	b.left--
	return 0
}
