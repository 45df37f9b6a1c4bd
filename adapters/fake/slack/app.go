package slack

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"go.yaml.in/yaml/v3"
)

// App is the app in the workspace, as its manifest describes it.
type App struct {
	Scopes    []string // of the bot
	Events    []string // to which it is subscribed: "app_mention", "message.im"
	Commands  []string // with their slashes
	Shortcuts []string // callback ids

	// Sold says that it is sold outside of Slack's directory: of what was said it reads 15
	// messages at once, once a minute for each method.
	Sold bool

	// Socket says that it takes what happens from sockets. Otherwise it is sent to
	// the request URLs; an empty one gets nothing.
	Socket           bool
	EventsURL        string
	CommandsURL      string
	InteractivityURL string

	// RedirectURLs are where people may be sent back to who install it; none: anywhere.
	RedirectURLs []string
	// Rotates says that it has token rotation: a token is good for twelve hours, and is
	// replaced by means of a refresh token that is good once.
	Rotates bool
}

// DefaultApp is an app in Socket Mode with all the scopes that a desk may ask for.
// It follows mentions and direct messages; other messages of channels are opt-in.
func DefaultApp() App {
	return App{
		Scopes: []string{
			"app_mentions:read", "assistant:write", "channels:history", "chat:write", "commands", "files:read", "files:write",
			"groups:history", "im:history", "mpim:history", "reactions:write", "usergroups:read", "users:read",
		},
		Events:    []string{"agent_session_stopped", "app_mention", "message.im", "app_home_opened", "app_uninstalled", "tokens_revoked"},
		Commands:  []string{"/plugins", "/plugins-admin", "/aidesk"},
		Shortcuts: []string{"ask_about_message"},
		Socket:    true,
	}
}

// WithHTTP is the same app with request URLs below the address of a server, instead
// of sockets: base + /slack/events, /slack/commands and /slack/interactivity; it is installed
// at base + /slack/oauth/callback.
func (a App) WithHTTP(base string) App {
	base = strings.TrimSuffix(base, "/")
	a.Socket = false
	a.EventsURL, a.CommandsURL, a.InteractivityURL = base+"/slack/events", base+"/slack/commands", base+"/slack/interactivity"
	a.RedirectURLs = []string{base + "/slack/oauth/callback"}
	return a
}

// manifest is the part of an app manifest that the fake follows.
type manifest struct {
	Features struct {
		Commands []struct {
			Command string `yaml:"command"`
			URL     string `yaml:"url"`
		} `yaml:"slash_commands"`
		Shortcuts []struct {
			CallbackID string `yaml:"callback_id"`
		} `yaml:"shortcuts"`
	} `yaml:"features"`
	OAuth struct {
		RedirectURLs []string `yaml:"redirect_urls"`
		Scopes       struct {
			Bot         []string `yaml:"bot"`
			BotOptional []string `yaml:"bot_optional"`
		} `yaml:"scopes"`
	} `yaml:"oauth_config"`
	Settings struct {
		Events struct {
			RequestURL string   `yaml:"request_url"`
			BotEvents  []string `yaml:"bot_events"`
		} `yaml:"event_subscriptions"`
		Interactivity struct {
			Enabled    bool   `yaml:"is_enabled"`
			RequestURL string `yaml:"request_url"`
		} `yaml:"interactivity"`
		Socket  bool `yaml:"socket_mode_enabled"`
		Rotates bool `yaml:"token_rotation_enabled"`
	} `yaml:"settings"`
}

// ParseManifest reads an app manifest, YAML or JSON. Optional scopes count as granted.
func ParseManifest(text []byte) (App, error) {
	var m manifest
	if err := yaml.Unmarshal(text, &m); err != nil {
		return App{}, fmt.Errorf("read the app manifest: %w", err)
	}
	a := App{
		Scopes: slices.Concat(m.OAuth.Scopes.Bot, m.OAuth.Scopes.BotOptional), Events: m.Settings.Events.BotEvents,
		RedirectURLs: m.OAuth.RedirectURLs, Rotates: m.Settings.Rotates,
		Socket: m.Settings.Socket, EventsURL: m.Settings.Events.RequestURL,
	}
	if m.Settings.Interactivity.Enabled {
		a.InteractivityURL = m.Settings.Interactivity.RequestURL
	}
	for _, c := range m.Features.Commands {
		a.Commands, a.CommandsURL = append(a.Commands, c.Command), c.URL
	}
	for _, s := range m.Features.Shortcuts {
		a.Shortcuts = append(a.Shortcuts, s.CallbackID)
	}
	if len(a.Scopes) == 0 {
		return App{}, errors.New("the app manifest grants no scopes: oauth_config.scopes.bot is empty")
	}
	return a, nil
}

// granted reports whether the app has one of some scopes.
func (a App) granted(scopes ...string) bool {
	return len(scopes) == 0 || slices.ContainsFunc(scopes, func(s string) bool { return slices.Contains(a.Scopes, s) })
}
