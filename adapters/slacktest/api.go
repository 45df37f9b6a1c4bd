package slacktest

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"
)

// refusal is an error of the Web API, with what is said beside it.
type refusal struct {
	word  string
	extra object
}

// Error is Slack's word.
func (r *refusal) Error() string { return r.word }

func refuse(word string) error { return &refusal{word: word} }

// invalid refuses arguments or blocks, and says where.
func invalid(word string, faults ...string) error {
	return &refusal{word, object{"response_metadata": object{"messages": faults}}}
}

// call is a call of a method. The fake is locked while it runs.
type call struct {
	*Slack
	args
}

// need refuses a call unless the app has one of some scopes.
func (c *call) need(scopes ...string) error {
	if c.App.granted(scopes...) {
		return nil
	}
	return &refusal{"missing_scope", object{"needed": scopes[0], "provided": strings.Join(c.App.Scopes, ",")}}
}

// method is one of the Web API.
type method struct {
	run   func(c *call) (object, error)
	tier  tier
	scope []string // one of them is needed; none: run looks itself
	open  bool     // no token is asked for
	app   bool     // it takes the app's token, from a header only
}

// methods are all that the fake knows.
var methods = map[string]method{
	"api.test":                              {run: apiTest, tier: tier4, open: true},
	"auth.test":                             {run: authTest, tier: tierAuth},
	"auth.revoke":                           {run: authRevoke, tier: tier3},
	"apps.connections.open":                 {run: connectionsOpen, tier: tier1, app: true},
	"assistant.threads.setStatus":           {run: setStatus, tier: tierStatus, scope: []string{"chat:write", "assistant:write"}},
	"assistant.threads.setSuggestedPrompts": {run: setPrompts, tier: tier3, scope: []string{"assistant:write"}},
	"assistant.threads.setTitle":            {run: setTitle, tier: tier3, scope: []string{"assistant:write"}},
	"chat.delete":                           {run: deleteMessage, tier: tier3, scope: []string{"chat:write"}},
	"chat.getPermalink":                     {run: getPermalink, tier: tier4},
	"chat.postEphemeral":                    {run: postEphemeral, tier: tier4, scope: []string{"chat:write"}},
	"chat.postMessage":                      {run: postMessage, tier: tierPost, scope: []string{"chat:write"}},
	"chat.update":                           {run: updateMessage, tier: tier3, scope: []string{"chat:write"}},
	"conversations.history":                 {run: history, tier: tier3},
	"conversations.info":                    {run: conversationInfo, tier: tier3},
	"conversations.list":                    {run: conversationList, tier: tier2},
	"conversations.members":                 {run: conversationMembers, tier: tier4},
	"conversations.open":                    {run: conversationOpen, tier: tier3},
	"conversations.replies":                 {run: replies, tier: tier3},
	"files.completeUploadExternal":          {run: completeUpload, tier: tier4, scope: []string{"files:write"}},
	"files.getUploadURLExternal":            {run: uploadURL, tier: tier4, scope: []string{"files:write"}},
	"oauth.v2.access":                       {run: oauthAccess, tier: tier4, open: true},
	"reactions.add":                         {run: reactionAdd, tier: tier3, scope: []string{"reactions:write"}},
	"reactions.remove":                      {run: reactionRemove, tier: tier2, scope: []string{"reactions:write"}},
	"team.info":                             {run: teamInfo, tier: tier3, scope: []string{"team:read"}},
	"users.conversations":                   {run: conversationList, tier: tier3},
	"users.info":                            {run: userInfo, tier: tier4, scope: []string{"users:read"}},
	"users.list":                            {run: userList, tier: tier2, scope: []string{"users:read"}},
	"views.open":                            {run: viewOpen, tier: tier4},
	"views.publish":                         {run: viewPublish, tier: tier4},
	"views.push":                            {run: viewPush, tier: tier4},
	"views.update":                          {run: viewUpdate, tier: tier4},
}

// serveAPI serves the Web API.
func (s *Slack) serveAPI(w http.ResponseWriter, r *http.Request) {
	name := r.PathValue("method")
	a, err := readArgs(r)
	given, header := token(r, a)
	if name == "oauth.v2.access" {
		if id, secret, ok := r.BasicAuth(); ok {
			a["client_id"], a["client_secret"] = id, secret
		}
	}
	delete(a, "token")

	s.mu.Lock()
	reply, status, fault, wait := object{}, http.StatusOK, s.fault(name), time.Duration(0)
	if fault == nil || fault.Done {
		if err == nil {
			reply, wait, err = s.call(name, given, header, a)
		}
		if wait > 0 {
			status = http.StatusTooManyRequests
		}
	}
	if fault != nil {
		status, wait = max(fault.Status, http.StatusOK), fault.RetryAfter
		if fault.Error != "" {
			err = refuse(fault.Error)
		} else if status == http.StatusTooManyRequests {
			err = refuse("ratelimited")
		}
	}
	record := Request{Method: name, Args: a, Token: given, Status: status}
	reply = answerOf(reply, err)
	record.Error, _ = reply["error"].(string)
	body, _ := json.Marshal(reply)
	record.Answer = body
	if fault != nil && fault.Cut {
		record.Status, record.Answer = 0, nil
	}
	s.record(record)
	s.changed()
	s.mu.Unlock()

	if fault != nil && fault.Hold != nil {
		select {
		case <-fault.Hold:
		case <-s.ctx.Done():
		case <-r.Context().Done():
		}
	}
	if fault != nil && fault.Cut {
		panic(http.ErrAbortHandler)
	}
	if wait > 0 {
		w.Header().Set("Retry-After", strconv.Itoa(int((wait+time.Second-1)/time.Second)))
	}
	if given == BotToken {
		w.Header().Set("X-Oauth-Scopes", strings.Join(s.App.Scopes, ","))
	}
	w.Header().Set("Content-Type", "application/json; charset=utf-8")
	w.WriteHeader(status)
	_, _ = w.Write(body)
}

// fault takes the fault that waits for a method, if one does. The lock is held.
func (s *Slack) fault(method string) *Fault {
	if len(s.faults[method]) == 0 {
		return nil
	}
	f := s.faults[method][0]
	s.faults[method] = s.faults[method][1:]
	return &f
}

// answerOf is the body of an answer.
func answerOf(reply object, err error) object {
	out := object{"ok": err == nil}
	if err == nil {
		for k, v := range reply {
			out[k] = v
		}
		return out
	}
	out["error"] = err.Error()
	if r, ok := errors.AsType[*refusal](err); ok {
		for k, v := range r.extra {
			out[k] = v
		}
	}
	return out
}

// call runs a method. A wait says that it came too early. The lock is held.
func (s *Slack) call(name, given string, header bool, a args) (object, time.Duration, error) {
	m, ok := methods[name]
	if !ok {
		return nil, 0, refuse("unknown_method")
	}
	if err := s.authorize(m, given, header); err != nil {
		return nil, 0, err
	}
	c := &call{s, a}
	if len(m.scope) > 0 {
		if err := c.need(m.scope...); err != nil {
			return nil, 0, err
		}
	}
	if wait := s.tooEarly(name, m.tier, a["channel"]); wait > 0 {
		return nil, wait, refuse("ratelimited")
	}
	reply, err := m.run(c)
	return reply, 0, err
}

// authorize looks at a token.
func (s *Slack) authorize(m method, given string, header bool) error {
	switch {
	case m.open:
		return nil
	case given == "", m.app && !header:
		return refuse("not_authed")
	case s.dead[given] != "":
		return refuse(s.dead[given])
	case given == BotToken && !m.app, given == AppToken && m.app:
		return nil
	case given == BotToken, given == AppToken:
		return refuse("not_allowed_token_type")
	}
	return refuse("invalid_auth")
}

// Revoke makes a token invalid, as the word says: "token_revoked", "account_inactive",
// "invalid_auth". An empty word makes it valid again.
func (s *Slack) Revoke(token, word string) {
	defer s.changing()()
	s.dead[token] = word
}

// SetScopes changes what the app may do, as a new installation does.
func (s *Slack) SetScopes(scopes ...string) {
	defer s.changing()()
	s.App.Scopes = slices.Clone(scopes)
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
	if c.flag("test") {
		return object{"revoked": false}, nil
	}
	c.dead[BotToken] = "token_revoked"
	return object{"revoked": true}, nil
}

func connectionsOpen(c *call) (object, error) {
	ticket := c.id("ticket")
	c.tickets[ticket] = true
	return object{"url": fmt.Sprintf("ws%s/link?ticket=%s&app_id=%s", strings.TrimPrefix(c.URL, "http"), ticket, AppID)}, nil
}

func teamInfo(c *call) (object, error) {
	return object{"team": object{"id": TeamID, "name": "desk", "domain": "desk", "email_domain": "", "icon": object{}}}, nil
}
