package slack

import (
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"
)

// Team is a workspace, and who the app is in it.
type Team struct {
	ID, Name       string
	BotUser, BotID string
	Token          string // the app's, without rotation
}

// DefaultTeam is the workspace of the constants.
func DefaultTeam() Team {
	return Team{ID: TeamID, Name: "desk", BotUser: BotUser, BotID: BotID, Token: BotToken}
}

// tokenLife is how long a token with rotation is good.
const tokenLife = 12 * time.Hour

// oauthCode is what a user brings back from the page on which they install the app.
type oauthCode struct {
	redirect string // where it was brought to; empty: it does not matter
	used     bool
}

// Code is what a user brings to the app's redirect URL after they installed it. It
// can be exchanged once, for [BotToken].
func (s *Slack) Code() string {
	defer s.mu.Changing()()
	return s.newCode("")
}

func (s *Slack) newCode(redirect string) string {
	code := s.newID("code-" + s.Team.ID + "-")
	s.oauthCodes[code] = &oauthCode{redirect: redirect}
	return code
}

// serveAuthorize is the page on which a user installs the app. They agree at once, or decline
// where the request says so, which Slack's does not.
func (s *Slack) serveAuthorize(w http.ResponseWriter, r *http.Request) {
	s.mu.Lock()
	defer s.mu.Unlock()
	q := r.URL.Query()
	target, err := url.Parse(q.Get("redirect_uri"))
	known := len(s.App.RedirectURLs) == 0 || slices.Contains(s.App.RedirectURLs, q.Get("redirect_uri"))
	if err != nil || !target.IsAbs() || q.Get("client_id") != ClientID || !known {
		http.Error(w, "The client_id or the redirect_uri is not the app's.", http.StatusBadRequest)
		return
	}
	for scope := range strings.SplitSeq(q.Get("scope"), ",") {
		if q.Has("scope") && !slices.Contains(s.App.Scopes, scope) {
			http.Error(w, "invalid_scope: "+scope, http.StatusBadRequest)
			return
		}
	}
	back := target.Query()
	if q.Has("decline") {
		back.Set("error", "access_denied")
	} else {
		back.Set("code", s.newCode(q.Get("redirect_uri")))
	}
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
	case c.args["grant_type"] == "refresh_token":
		if c.refresh == "" || c.args["refresh_token"] != c.refresh {
			return nil, refuse("invalid_refresh_token")
		}
		return c.access(), nil
	}
	code := c.oauthCodes[c.args["code"]]
	switch {
	case code == nil:
		return nil, refuse("invalid_code")
	case code.used:
		return nil, refuse("code_already_used")
	case code.redirect != "" && code.redirect != c.args["redirect_uri"]:
		return nil, refuse("bad_redirect_uri")
	}
	code.used = true
	delete(c.revoked, c.Team.Token)
	return c.access(), nil
}

// access gives the app its token. With rotation the one before is expired at once: Slack
// leaves it for a while, on which nothing should rely.
func (s *Slack) access() object {
	by := slices.IndexFunc(s.users, func(u User) bool { return !u.Bot })
	out := object{
		"access_token": s.Team.Token, "token_type": "bot", "scope": strings.Join(s.App.Scopes, ","), "bot_user_id": s.Team.BotUser, "app_id": AppID,
		"team": object{"id": s.Team.ID, "name": s.Team.Name}, "enterprise": nil, "is_enterprise_install": false,
		"authed_user": object{"id": s.users[by].ID},
	}
	if s.App.Rotates {
		s.issued++
		now := s.Clock.Now()
		for old := range s.tokens {
			s.tokens[old] = now
		}
		token := fmt.Sprintf("xoxe.xoxb-%s-%d", s.Team.ID, s.issued)
		s.tokens[token], s.refresh = now.Add(tokenLife), fmt.Sprintf("xoxe-1-%s-%d", s.Team.ID, s.issued)
		out["access_token"], out["refresh_token"], out["expires_in"] = token, s.refresh, int(tokenLife/time.Second)
	}
	return out
}

// mayBe reports whether a token is, or was, the app's in this workspace.
func (s *Slack) mayBe(token string) bool {
	_, rotated := s.tokens[token]
	return rotated || token == s.Team.Token
}

// tokenFault is the word with which Slack refuses a token; empty: it is good.
func (s *Slack) tokenFault(token string) string {
	if word := s.revoked[token]; word != "" {
		return word
	}
	if until, rotated := s.tokens[token]; rotated {
		if !s.Clock.Now().Before(until) {
			return "token_expired"
		}
		return ""
	}
	if token == s.Team.Token && !s.App.Rotates || token == AppToken {
		return ""
	}
	return "invalid_auth"
}

// revokeAll makes all tokens of the app in this workspace invalid.
func (s *Slack) revokeAll(word string) {
	s.revoked[s.Team.Token], s.refresh = word, ""
	for token := range s.tokens {
		s.revoked[token] = word
	}
}

// Token is the app's token that is good now; empty: none is.
func (s *Slack) Token() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.tokenFault(s.Team.Token) == "" {
		return s.Team.Token
	}
	for token := range s.tokens {
		if s.tokenFault(token) == "" {
			return token
		}
	}
	return ""
}

// RevokeTokens revokes the app's tokens, which it is told. It stays in the workspace.
func (s *Slack) RevokeTokens() {
	defer s.mu.Changing()()
	s.revokeAll("token_revoked")
	if s.subscribed("tokens_revoked") {
		s.sendEvent(object{"type": "tokens_revoked", "tokens": object{"oauth": []string{}, "bot": []string{s.Team.BotUser}}}, false)
	}
}

// Acme is another workspace, in which the app is called differently: its people are Amy, who
// owns it, and Abe; they write in Lobby.
const (
	AcmeID    = "T0000ACME"
	AcmeBot   = "U0000ACME"
	AcmeToken = "xoxb-fake-acme"
	Amy       = "U00000AMY"
	Abe       = "U00000ABE"
	Lobby     = "C0000LOBBY"
)

// AcmeConfig is the configuration of that workspace, with an app that is not installed yet.
func AcmeConfig(app App) Config {
	return Config{
		App: app, Uninstalled: true,
		Team: Team{ID: AcmeID, Name: "acme", BotUser: AcmeBot, BotID: "B0000ACME", Token: AcmeToken},
		Users: []User{
			{ID: Amy, Name: "amy", RealName: "Amy Acme", TZ: "Europe/Brussels", Locale: "fr-FR", Admin: true, Owner: true},
			{ID: Abe, Name: "abe", RealName: "Abe Acme", TZ: "Europe/Brussels", Locale: "fr-FR"},
		},
		Channels: []Channel{{ID: Lobby, Name: "lobby", Members: []string{AcmeBot, Amy, Abe}}},
	}
}
