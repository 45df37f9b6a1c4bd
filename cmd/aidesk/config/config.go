// Package config reads the one YAML file that tells aidesk what to run.
//
// A file is read in four steps, and every fault of every step is reported at
// once, a line each, with the place in the file and the remedy:
//
//  1. the YAML is parsed into a tree (anchors, aliases and tags are refused);
//  2. the tree is decoded into a Config over Default; an unknown key is a fault;
//  3. on the way, ${NAME} in a value becomes the environment variable NAME, and
//     a key that ends in _file fills the secret of the same name; $${ stands for ${;
//  4. the values are checked against each other.
//
// config.example.yaml at the module's root explains every key; a test keeps it
// complete.
package config

import (
	"slices"
	"strings"
	"time"
)

// Config is everything that the file says, checked, with the defaults filled in
// and every ${NAME} expanded. Relative paths in it are joined to the file's folder.
type Config struct {
	Store     Store            `yaml:"store"`
	HTTP      HTTP             `yaml:"http"`
	Keys      []Secret         `yaml:"keys"`   // as secret.Parse takes them; none: one is made beside the store
	Models    map[string]Model `yaml:"models"` // by the name that bots use
	Bots      []Bot            `yaml:"bots"`   // at least one
	Policy    Policy           `yaml:"policy"`
	Limits    Limits           `yaml:"limits"`
	Previews  Previews         `yaml:"previews"`
	Retention Retention        `yaml:"retention"`
	Egress    Egress           `yaml:"egress"`
}

// Store says where aidesk keeps its state.
type Store struct {
	// URL is bolt: and the path of a file on a local disk.
	// Defaults to bolt:aidesk.db beside the configuration.
	URL string `yaml:"url"`
}

// HTTP is aidesk's own web server: what a platform calls, and signs of health.
type HTTP struct {
	// Listen is the host:port to listen at. Empty: there is no server, which is right
	// where no platform calls aidesk and nobody asks for its health.
	Listen string `yaml:"listen"`
	// PublicURL is under which address platforms reach Listen from outside, without a
	// slash at its end.
	PublicURL string `yaml:"public_url"`
	// MetricsToken is the bearer token with which Prometheus reads /metrics. Empty:
	// nobody reads it.
	MetricsToken Secret `yaml:"metrics_token"`
	// MetricsTokenFile is a file that holds MetricsToken instead.
	MetricsTokenFile string `yaml:"metrics_token_file"`
}

// Model is one language model, or the planner, which is none.
type Model struct {
	// Provider is planner (understands typed forms and example sentences; needs no
	// other key), openai (OpenAI's Responses), anthropic (Anthropic's Messages) or
	// openai-chat (any server that speaks Chat Completions). Required.
	Provider string `yaml:"provider"`
	// Model is the model's name at its server. Required but for the planner.
	Model string `yaml:"model"`
	// BaseURL is the server's address, http or https. Required for openai-chat;
	// defaults to the provider's own for openai and anthropic.
	BaseURL string `yaml:"base_url"`
	// APIKey is sent as the server wants it; empty sends none. Required for openai and
	// anthropic unless BaseURL names another server.
	APIKey Secret `yaml:"api_key"`
	// APIKeyFile is a file that holds APIKey instead. Once read, the key is in APIKey.
	APIKeyFile string `yaml:"api_key_file"`
	// Price is what its tokens cost; the planner's cost nothing.
	Price Price `yaml:"price"`
	// Reasoning is how hard the model thinks: none, minimal, low, medium, high, xhigh or
	// max, as far as the model knows them; empty: the model's own measure.
	Reasoning string `yaml:"reasoning"`
	// Reads is what the model reads beside text: text (nothing), images, or all, which is
	// PDFs too. Defaults to all for openai and anthropic, to text for openai-chat.
	Reads string `yaml:"reads"`
	// Window is how many tokens the model reads and writes in all; 0: not known.
	Window int `yaml:"window"`
	// MaxOutput is how many tokens one answer has at most; 0: the server's bound, for
	// anthropic 8192.
	MaxOutput int `yaml:"max_output"`
	// Channels are the ids of those of which the model may have words, with direct for messages
	// to aidesk alone; empty: all.
	Channels []string `yaml:"channels"`
	// Privacy is what whoever runs its server states.
	Privacy Privacy `yaml:"privacy"`
	// Fallback are names in Config.Models that are asked, in order, when this one fails.
	Fallback []string `yaml:"fallback"`
}

// The values of Model.Reads.
const (
	ReadsText   = "text"
	ReadsImages = "images"
	ReadsAll    = "all"
)

// Bot is one persona with its model.
type Bot struct {
	// Name begins the key of everything that the bot remembers: lower-case letters,
	// digits and hyphens, at most 32. Required; no two bots share one.
	Name string `yaml:"name"`
	// Model is a name in Config.Models. Required.
	Model string `yaml:"model"`
	// Persona opens every prompt. Empty: aidesk's own.
	Persona string `yaml:"persona"`
	// Answers are shown while they are written (stream, the default) or when they are whole.
	Answers string `yaml:"answers"`
	// Unrated leaves out the thumbs below answers by which members say how good they are.
	Unrated bool `yaml:"unrated"`
	// Slack is the bot's app at Slack; the zero value is none.
	Slack Slack `yaml:"slack"`
	// Discord is the bot's application at Discord; the zero value is none.
	Discord Discord `yaml:"discord"`
	// Access says where the bot may speak and to whom.
	Access Access `yaml:"access"`
	// Plugins are registered by the configuration alone; no admin changes them in a chat.
	Plugins []Plugin `yaml:"plugins"`
}

// How a Bot shows answers.
const (
	StreamAnswers = "stream"
	WholeAnswers  = "whole"
)

// Plugin is a plugin that the operator registers.
type Plugin struct {
	// Source is a domain, or the URL of a manifest or of an OpenAPI document; the
	// address is trusted exactly as written. Behind it may stand values for variables
	// of the document's servers: tracker.example#your-domain=acme. Required.
	Source string `yaml:"source"`
	// Default enables the plugin for every member who has not chosen otherwise.
	Default bool `yaml:"default"`
	// FirstUse is ask (each member is asked once before the plugin has words of theirs) or
	// trust (the operator answers for it). Defaults to trust where Default is set, else ask.
	FirstUse string `yaml:"first_use"`
	// Privacy is what whoever runs it states.
	Privacy Privacy `yaml:"privacy"`
	// Login says how it is logged in to; the zero value: as its manifest and document say.
	Login Login `yaml:"login"`
}

// Login is how a plugin is logged in to. What is left out is as the manifest and the document
// say; a client or a key that is left out may be given in the chat.
type Login struct {
	// Kind is none (calls go without a credential), service_key (a key that the workspace
	// shares), user_key (each member's own) or oauth (each member's own account).
	Kind string `yaml:"kind"`
	// ClientID and ClientSecret are aidesk's own at the provider, for oauth. A public client
	// has no secret.
	ClientID         string `yaml:"client_id"`
	ClientSecret     Secret `yaml:"client_secret"`
	ClientSecretFile string `yaml:"client_secret_file"`
	// Secret is where client id and secret go: header or body.
	Secret string `yaml:"secret"`
	// Scope is what members are asked for.
	Scope string `yaml:"scope"`
	// Hosts are those of login pages that are not the plugin's own.
	Hosts []string `yaml:"hosts"`
	// Key is shared by every workspace of the bot, with Roles and Channels.
	Key     Secret `yaml:"key"`
	KeyFile string `yaml:"key_file"`
	// User and Password stand in the place of Key where the plugin wants both.
	User         string `yaml:"user"`
	Password     Secret `yaml:"password"`
	PasswordFile string `yaml:"password_file"`
	// Fields are the values where a plugin wants several keys, as aidesk plugin check --json
	// names them.
	Fields map[string]Secret `yaml:"fields"`
	// Prefixes stand before the values of fields: "Bot ".
	Prefixes map[string]string `yaml:"prefixes"`
	// Roles and Channels say who may use the shared key, and where; both empty: nobody.
	Roles    []string `yaml:"roles"`
	Channels []string `yaml:"channels"`
}

// Access is where a bot may speak and to whom. Its zero value lets every member of the
// workspace in, everywhere, and nobody else; at Discord only administrators.
type Access struct {
	// Channels are the ids of those in which it may speak, beside direct messages;
	// empty: all.
	Channels []string `yaml:"channels"`
	// Roles are the ids of those of which a member needs one; empty: none is needed.
	// In Slack, of user groups. In Discord the server's id is the role that everybody has.
	Roles []string `yaml:"roles"`
	// Guests lets guests in too.
	Guests bool `yaml:"guests"`
}

// Policy says who decides.
type Policy struct {
	Admins Admins `yaml:"admins"`
}

// Admins are who administers aidesk, on each platform.
type Admins struct {
	// Slack has ids of members and user groups; empty: the workspace's owners and administrators.
	Slack []string `yaml:"slack"`
	// Discord has ids of members, and of roles as role:ID; empty: owners and those who
	// may manage the server.
	Discord []string `yaml:"discord"`
}

// Members are those who are named one by one, by platform: not groups and roles.
func (a Admins) Members() map[string][]string {
	return map[string][]string{
		"slack":   slices.DeleteFunc(slices.Clone(a.Slack), slackGroup.MatchString),
		"discord": slices.DeleteFunc(slices.Clone(a.Discord), func(id string) bool { return strings.HasPrefix(id, "role:") }),
	}
}

// Retention is how long aidesk keeps what happened. Each is at least a day.
type Retention struct {
	// Conversations, with their cards and replies, after they were last touched.
	// Defaults to 30 days.
	Conversations time.Duration `yaml:"conversations"`
	// Audit is for who decided what, and for usage. Defaults to 400 days.
	Audit time.Duration `yaml:"audit"`
	// Traces are how answers came about, for /aidesk why. Defaults to 0: as long as the
	// conversations.
	Traces time.Duration `yaml:"traces"`
	// Feedback is how members rated answers. Defaults to 0: as long as the conversations.
	Feedback time.Duration `yaml:"feedback"`
	// Accounts are members' accounts at plugins, after they were last used. Defaults to 0:
	// until they end them.
	Accounts time.Duration `yaml:"accounts"`
	// Grants are those that hold no more. Defaults to 7 days.
	Grants time.Duration `yaml:"grants"`
}

// Limits are checked before the spending. Days are those of UTC.
type Limits struct {
	// TurnsPerMemberHour bounds one member's questions within an hour. Defaults to 20.
	TurnsPerMemberHour int `yaml:"turns_per_member_hour"`
	// TurnsAtOnce bounds the turns at work in one workspace; more wait. Defaults to 4.
	TurnsAtOnce int `yaml:"turns_at_once"`
	// TokensPerTurn bounds the model tokens of one question; 0: no limit. Defaults to 200,000.
	TokensPerTurn int `yaml:"tokens_per_turn"`
	// TokensPerMemberDay bounds one member's model tokens in a day. Defaults to 0: no limit.
	TokensPerMemberDay int `yaml:"tokens_per_member_day"`
	// TokensPerDay bounds one workspace's model tokens in a day. Defaults to 1,000,000.
	TokensPerDay int `yaml:"tokens_per_day"`
	// MoneyPerMemberDay bounds what one member's tokens cost in a day. Defaults to 0: no limit.
	MoneyPerMemberDay Money `yaml:"money_per_member_day"`
	// MoneyPerDay bounds what one workspace's tokens cost in a day. Defaults to 0: no limit.
	MoneyPerDay Money `yaml:"money_per_day"`
	// Currency is a word for what prices and limits are in. Defaults to USD.
	Currency string `yaml:"currency"`
}

// Previews says which links are shown as cards.
type Previews struct {
	// Mode is api_results (links that a plugin returned in this turn) or off.
	// Defaults to api_results.
	Mode string `yaml:"mode"`
}

// Egress widens or routes the only way out to the network. Its zero value, the
// default, reaches public addresses directly.
type Egress struct {
	// AllowHosts are exact ip:port addresses that are reached though they are not
	// public, for previews and plugins of the configuration. For development.
	AllowHosts []string `yaml:"allow_hosts"`
	// Internal opens single hosts of an inner network, each to the calls of one plugin
	// of the configuration.
	Internal []Internal `yaml:"internal"`
	// Proxy is an http or https proxy URL; empty dials directly. A name is sent there
	// only if it stands for public addresses here.
	Proxy string `yaml:"proxy"`
	// ProxyResolves leaves names to the proxy alone, for machines that resolve none. The
	// proxy must then refuse inner addresses.
	ProxyResolves bool `yaml:"proxy_resolves"`
	// CAFile is a PEM file with certificates that are trusted beside the system's.
	CAFile string `yaml:"ca_file"`
}

// Internal is one host of an inner network and the plugin that may call it.
type Internal struct {
	Host   string `yaml:"host"`   // host:port. Required.
	Plugin string `yaml:"plugin"` // the plugin's domain. Required.
}

// Default is the configuration of a file that says nothing. It has no model and
// no bot, so it is not yet one to run.
func Default() Config {
	return Config{
		Store:     Store{URL: "bolt:aidesk.db"},
		Limits:    Limits{TurnsPerMemberHour: 20, TurnsAtOnce: 4, TokensPerTurn: 200_000, TokensPerDay: 1_000_000, Currency: "USD"},
		Previews:  Previews{Mode: "api_results"},
		Retention: Retention{Conversations: 30 * day, Audit: 400 * day, Grants: 7 * day},
	}
}
