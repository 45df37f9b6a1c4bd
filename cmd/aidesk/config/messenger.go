package config

import (
	"errors"
	"fmt"
	"net/url"
	"reflect"
	"regexp"
	"slices"
	"strings"
)

// Slack is a bot's app at Slack. The zero value is none.
type Slack struct {
	// Mode is socket (aidesk calls Slack; nothing needs to be reached from outside)
	// or http (Slack calls http.public_url). Defaults to socket.
	Mode string `yaml:"mode"`
	// Privacy is what Slack states.
	Privacy Privacy `yaml:"privacy"`
	// BotToken begins with xoxb-. Required, unless the app is installed in several workspaces.
	BotToken Secret `yaml:"bot_token"`
	// BotTokenFile is a file that holds BotToken instead.
	BotTokenFile string `yaml:"bot_token_file"`
	// AppToken begins with xapp-. Required for the mode socket.
	AppToken Secret `yaml:"app_token"`
	// AppTokenFile is a file that holds AppToken instead.
	AppTokenFile string `yaml:"app_token_file"`
	// SigningSecret proves that a request is Slack's. Required for the mode http.
	SigningSecret Secret `yaml:"signing_secret"`
	// SigningSecretFile is a file that holds SigningSecret instead.
	SigningSecretFile string `yaml:"signing_secret_file"`
	// ClientID is that of an app which several workspaces install, at http.public_url +
	// /slack/oauth/start; each then has its own token, and BotToken is empty.
	ClientID string `yaml:"client_id"`
	// ClientSecret belongs to ClientID.
	ClientSecret Secret `yaml:"client_secret"`
	// ClientSecretFile is a file that holds ClientSecret instead.
	ClientSecretFile string `yaml:"client_secret_file"`
	// Scopes are asked for when a workspace installs the app; empty: those of the manifest.
	Scopes []string `yaml:"scopes"`
	// Workspaces are the ids of the workspaces and organisations that may install the app;
	// empty: every one to which Slack lets it.
	Workspaces []string `yaml:"workspaces"`
	// FollowThreads takes replies in a thread in which the bot takes part as meant for
	// it, also without a mention.
	FollowThreads bool `yaml:"follow_threads"`
	// APIBaseURL stands in for https://slack.com/api, for tests and proxies.
	APIBaseURL string `yaml:"api_base_url"`
}

// The modes of Slack.
const (
	SocketMode = "socket"
	HTTPMode   = "http"
)

// Used reports whether the bot is at Slack.
func (s Slack) Used() bool { return !reflect.ValueOf(s).IsZero() }

// Several reports whether several workspaces install the app.
func (s Slack) Several() bool { return s.ClientID != "" || s.ClientSecret != "" }

var (
	slackClient    = regexp.MustCompile(`^[0-9]+\.[0-9]+$`)
	slackScope     = regexp.MustCompile(`^[a-z_.]+(:[a-z_.]+)*$`)
	slackWorkspace = regexp.MustCompile(`^[TE][A-Z0-9]+$`)
)

// CheckSlackClient checks the client id of a Slack app.
func CheckSlackClient(id string) error {
	if !slackClient.MatchString(id) {
		return errors.New("want the client id: two numbers with a dot between")
	}
	return nil
}

// checkSeveral checks an app that several workspaces install, and fills in its mode.
func (d *decoder) checkSeveral(key string, s *Slack) {
	const page = "it is in the app's settings under Basic Information, App Credentials"
	if !s.Several() {
		for name, set := range map[string]bool{"scopes": len(s.Scopes) > 0, "workspaces": len(s.Workspaces) > 0} {
			if set {
				d.faultf(key+"."+name, "is for an app that several workspaces install; remove it, or give client_id and client_secret in the place of bot_token")
			}
		}
		return
	}
	if s.Mode == "" {
		s.Mode = HTTPMode
	}
	if s.Mode == SocketMode {
		d.faultf(key+".mode", "an app that several workspaces install needs http")
	}
	for name, set := range map[string]bool{"bot_token": s.BotToken != "", "app_token": s.AppToken != ""} {
		if set {
			d.faultf(key+"."+name, "remove it, since each workspace that installs the app has a token of its own; or remove client_id and client_secret to serve one workspace")
		}
	}
	switch secret := s.ClientSecret.Reveal(); {
	case d.faulty(key + ".client_secret_file"):
	case secret == "":
		d.faultf(key+".client_secret", "missing; "+page)
	case strings.HasPrefix(secret, "x") && strings.Contains(secret, "-") || strings.ContainsAny(secret, " \t\r\n"):
		d.faultf(key+".client_secret", "does not look like a client secret; "+page)
	}
	if !slackClient.MatchString(s.ClientID) {
		d.faultf(key+".client_id", "want two numbers with a dot between; "+page)
	}
	for i, scope := range s.Scopes {
		if !slackScope.MatchString(scope) {
			d.faultf(fmt.Sprintf("%s.scopes[%d]", key, i), "want a scope of Slack's, such as chat:write")
		}
	}
	for i, workspace := range s.Workspaces {
		if !slackWorkspace.MatchString(workspace) {
			d.faultf(fmt.Sprintf("%s.workspaces[%d]", key, i), "want the id of a workspace, such as T012AB3CD, or of an organisation, such as E012AB3CD")
		}
	}
}

// slackGroup is a user group of a workspace.
var slackGroup = regexp.MustCompile(`^S[A-Z0-9]+$`)

// checkSlack checks every bot's Slack app and fills in its mode.
func (d *decoder) checkSlack(c *Config) {
	reached := -1 // the bot that Slack reaches by HTTP
	for i := range c.Bots {
		s, key := &c.Bots[i].Slack, fmt.Sprintf("bots[%d].slack", i)
		if !s.Used() {
			continue
		}
		d.checkSeveral(key, s)
		d.checkPrivacy(key+".privacy", s.Privacy)
		switch s.Mode {
		case "":
			s.Mode = SocketMode
		case SocketMode:
		case HTTPMode:
			if reached >= 0 {
				d.faultf(key+".mode", "bots[%d] is reached by http already, and a desk has one address for it; use socket here", reached)
			}
			reached = i
			d.checkReached(c.HTTP, *s)
		default:
			d.faultf(key+".mode", "want socket or http")
		}
		d.checkTokens(key, *s)
		if roles := c.Bots[i].Access.Roles; len(roles) > 0 && !slices.ContainsFunc(roles, slackGroup.MatchString) {
			d.faultf(fmt.Sprintf("bots[%d].access.roles", i), "in Slack the bot would answer nobody; add the id of a user group, such as S012AB3CD, or remove it")
		}
		if s.APIBaseURL != "" && !isWebURL(s.APIBaseURL) {
			d.faultf(key+".api_base_url", "want an http:// or https:// address; leave it out to use Slack's own")
		}
	}
}

// credential is one secret of an app: how it begins and where Slack shows it.
type credential struct {
	name, prefix, where string
	value               Secret
	needed              bool
}

// checkTokens checks each secret's prefix, because they are easily mixed up.
func (d *decoder) checkTokens(key string, s Slack) {
	tokens := []credential{
		{"bot_token", "xoxb-", "OAuth & Permissions, Bot User OAuth Token", s.BotToken, !s.Several()},
		{"app_token", "xapp-", "Basic Information, App-Level Tokens, with the scope connections:write", s.AppToken, s.Mode == SocketMode && !s.Several()},
		{"signing_secret", "", "Basic Information, App Credentials", s.SigningSecret, s.Mode == HTTPMode},
	}
	for _, t := range tokens {
		at := key + "." + t.name
		value := t.value.Reveal()
		switch {
		case d.faulty(at + "_file"):
		case value == "" && t.needed:
			d.faultf(at, "missing; it is in the app's settings under %s", t.where)
		case value == "" || s.APIBaseURL != "":
		case t.prefix != "" && !strings.HasPrefix(value, t.prefix):
			d.faultf(at, "does not begin with %s%s; it is in the app's settings under %s", t.prefix, mixedUp(value, tokens), t.where)
		case t.prefix == "" && strings.HasPrefix(value, "x"):
			d.faultf(at, "this is a token%s; it is in the app's settings under %s", mixedUp(value, tokens), t.where)
		case strings.ContainsAny(value, " \t\r\n"):
			d.faultf(at, "holds a space; copy it again from the app's settings, %s", t.where)
		}
	}
}

// mixedUp returns a hint which other key a token belongs to.
func mixedUp(value string, tokens []credential) string {
	for _, t := range tokens {
		if t.prefix != "" && strings.HasPrefix(value, t.prefix) {
			return " (it looks like the " + t.name + ")"
		}
	}
	if strings.HasPrefix(value, "xoxp-") {
		return " (it looks like a user's token, which is not wanted)"
	}
	return ""
}

// checkReached checks that Slack can call the web server.
func (d *decoder) checkReached(h HTTP, s Slack) {
	if h.Listen == "" {
		d.faultf("http.listen", "missing; Slack's mode http needs a place to listen at, such as 127.0.0.1:8080")
	}
	switch {
	case h.PublicURL == "":
		d.faultf("http.public_url", "missing; Slack's mode http needs the address under which Slack reaches this desk, such as https://desk.example.com")
	case s.APIBaseURL == "" && strings.HasPrefix(h.PublicURL, "http:"):
		d.faultf("http.public_url", "Slack calls https:// addresses only; put a proxy with a certificate before aidesk")
	}
}

// SlackGroups returns the roles that are user groups of Slack.
func (a Access) SlackGroups() []string {
	return slices.DeleteFunc(slices.Clone(a.Roles), func(role string) bool { return !slackGroup.MatchString(role) })
}

// CheckPublic checks an address that Slack is to call.
func CheckPublic(address string) error {
	u, err := url.Parse(address)
	if err != nil || u.Scheme != "https" || u.Hostname() == "" || u.User != nil || u.RawQuery != "" || u.Fragment != "" {
		return errors.New("give the address under which Slack reaches aidesk, such as https://desk.example.com")
	}
	return nil
}

// Discord is a bot's application at Discord. The zero value is none.
type Discord struct {
	// Token is the bot's. Required.
	Token Secret `yaml:"token"`
	// TokenFile is a file that holds Token instead.
	TokenFile string `yaml:"token_file"`
	// Privacy is what Discord states.
	Privacy Privacy `yaml:"privacy"`
	// PublicKey is the application's, in hex: then Discord calls http.public_url with
	// what members press and command. Empty: aidesk hears of it over its connection.
	PublicKey string `yaml:"public_key"`
	// ApplicationID guards against the token of another application; empty: any.
	ApplicationID string `yaml:"application_id"`
	// MessageContent takes everything in a thread in which the bot takes part as meant
	// for it, also without a mention. The application needs the privileged intent.
	MessageContent bool `yaml:"message_content"`
	// APIBaseURL stands in for https://discord.com/api, for tests and proxies.
	APIBaseURL string `yaml:"api_base_url"`
}

// Used reports whether the bot is at Discord.
func (s Discord) Used() bool { return s != Discord{} }

var (
	discordKey    = regexp.MustCompile(`^[0-9a-fA-F]{64}$`)
	discordID     = regexp.MustCompile(`^[0-9]{15,20}$`)
	discordMember = regexp.MustCompile(`^(role:)?[0-9]{1,20}$`)
)

// IsDiscordID reports whether a text is a number of the kind that Discord gives applications.
func IsDiscordID(text string) bool { return discordID.MatchString(text) }

// checkDiscord checks every bot's Discord application.
func (d *decoder) checkDiscord(c *Config) {
	const page = "it is in the application's settings under "
	reached := -1 // the bot that Discord reaches by HTTP
	for i := range c.Bots {
		s, key := &c.Bots[i].Discord, fmt.Sprintf("bots[%d].discord", i)
		if !s.Used() {
			continue
		}
		d.checkPrivacy(key+".privacy", s.Privacy)
		switch token := s.Token.Reveal(); {
		case d.faulty(key + ".token_file"):
		case token == "":
			d.faultf(key+".token", "missing; %sBot, Token", page)
		case strings.ContainsAny(token, " \t\r\n"):
			d.faultf(key+".token", "holds a space; give the token alone, without Bot before it; %sBot, Token", page)
		case strings.HasPrefix(token, "xox") || strings.HasPrefix(token, "xapp-"):
			d.faultf(key+".token", "this is a token of Slack's; %sBot, Token", page)
		case s.APIBaseURL == "" && strings.Count(token, ".") != 2:
			d.faultf(key+".token", "does not look like the token of a bot, which has three parts with dots between; %sBot, Token", page)
		}
		if s.ApplicationID != "" && !IsDiscordID(s.ApplicationID) {
			d.faultf(key+".application_id", "want the number of the application; %sGeneral Information, Application ID", page)
		}
		switch {
		case s.PublicKey == "":
		case !discordKey.MatchString(s.PublicKey):
			d.faultf(key+".public_key", "want 64 hexadecimal digits; %sGeneral Information, Public Key", page)
		case reached >= 0:
			d.faultf(key+".public_key", "bots[%d] is reached by http already, and a desk has one address for it; remove the key here", reached)
		default:
			reached = i
			d.checkCalled(c.HTTP, *s)
		}
		if s.APIBaseURL != "" && !isWebURL(s.APIBaseURL) {
			d.faultf(key+".api_base_url", "want an http:// or https:// address; leave it out to use Discord's own")
		}
	}
}

// checkCalled checks that Discord can call the web server.
func (d *decoder) checkCalled(h HTTP, s Discord) {
	if h.Listen == "" {
		d.faultf("http.listen", "missing; with discord.public_key aidesk needs a place to listen at, such as 127.0.0.1:8080")
	}
	switch {
	case h.PublicURL == "":
		d.faultf("http.public_url", "missing; with discord.public_key aidesk needs the address under which Discord calls it, such as https://desk.example.com")
	case s.APIBaseURL == "" && strings.HasPrefix(h.PublicURL, "http:"):
		d.faultf("http.public_url", "Discord calls https:// addresses only; put a proxy with a certificate before aidesk")
	}
}
