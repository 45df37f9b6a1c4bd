package slack

import (
	"net/http"
	"net/url"
	"strings"
)

// Code is what a user brings to the app's redirect URL after they installed it. It
// can be exchanged once, for [BotToken].
func (s *Slack) Code() string {
	defer s.mu.Changing()()
	code := s.newID("code")
	s.oauthCodes[code] = false
	return code
}

// serveAuthorize is the page on which a user installs the app. They agree at once.
func (s *Slack) serveAuthorize(w http.ResponseWriter, r *http.Request) {
	q := r.URL.Query()
	target, err := url.Parse(q.Get("redirect_uri"))
	if err != nil || !target.IsAbs() || q.Get("client_id") != ClientID {
		http.Error(w, "The client_id or the redirect_uri is not the app's.", http.StatusBadRequest)
		return
	}
	back := target.Query()
	back.Set("code", s.Code())
	back.Set("state", q.Get("state"))
	target.RawQuery = back.Encode()
	http.Redirect(w, r, target.String(), http.StatusFound)
}

func oauthAccess(c *call) (object, error) {
	switch {
	case c.args["client_id"] != ClientID:
		return nil, refuse("invalid_client_id")
	case c.args["client_secret"] != ClientSecret:
		return nil, refuse("bad_client_secret")
	}
	used, known := c.oauthCodes[c.args["code"]]
	switch {
	case !known:
		return nil, refuse("invalid_code")
	case used:
		return nil, refuse("code_already_used")
	}
	c.oauthCodes[c.args["code"]] = true
	delete(c.revoked, BotToken)
	return object{
		"access_token": BotToken, "token_type": "bot", "scope": strings.Join(c.App.Scopes, ","), "bot_user_id": BotUser, "app_id": AppID,
		"team": object{"id": TeamID, "name": "desk"}, "enterprise": nil, "is_enterprise_install": false, "authed_user": object{"id": Ada},
	}, nil
}
