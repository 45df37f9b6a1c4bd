package config

import (
	"fmt"
	"regexp"
	"strings"
)

// Discord is a bot's application at Discord. The zero value is none.
type Discord struct {
	// Token is the bot's. Required.
	Token Secret `yaml:"token"`
	// TokenFile is a file that holds Token instead.
	TokenFile string `yaml:"token_file"`
	// PublicKey is the application's, in hex: then Discord calls http.public_url with
	// what members press and command. Empty: the desk hears of it over its connection.
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

// checkDiscord judges every bot's application.
func (d *decoder) checkDiscord(c *Config) {
	const page = "it is in the application's settings under "
	reached := -1 // the bot that Discord reaches by HTTP
	for i := range c.Bots {
		s, key := &c.Bots[i].Discord, fmt.Sprintf("bots[%d].discord", i)
		if !s.Used() {
			continue
		}
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
		if s.APIBaseURL != "" && !isWeb(s.APIBaseURL) {
			d.faultf(key+".api_base_url", "want an http:// or https:// address; leave it out to use Discord's own")
		}
	}
}

// checkCalled wants an address at which Discord can call the desk.
func (d *decoder) checkCalled(h HTTP, s Discord) {
	if h.Listen == "" {
		d.faultf("http.listen", "missing; with discord.public_key the desk needs a place to listen at, such as 127.0.0.1:8080")
	}
	switch {
	case h.PublicURL == "":
		d.faultf("http.public_url", "missing; with discord.public_key the desk needs the address under which Discord calls it, such as https://desk.example.com")
	case s.APIBaseURL == "" && strings.HasPrefix(h.PublicURL, "http:"):
		d.faultf("http.public_url", "Discord calls https:// addresses only; put a proxy with a certificate before the desk")
	}
}
