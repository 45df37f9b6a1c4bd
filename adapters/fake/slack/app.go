package slack

import (
	"errors"
	"fmt"
	"net/http"
	"net/url"
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
}

// DefaultApp is an app in Socket Mode with all the scopes that a desk may ask for.
// It follows mentions and direct messages; other messages of channels are opt-in.
func DefaultApp() App {
	return App{
		Scopes: []string{
			"app_mentions:read", "assistant:write", "channels:history", "chat:write", "commands", "files:read", "files:write",
			"groups:history", "im:history", "mpim:history", "reactions:write", "usergroups:read", "users:read",
		},
		Events:    []string{"app_mention", "message.im", "app_home_opened", "app_uninstalled", "tokens_revoked"},
		Commands:  []string{"/plugins", "/plugins-admin", "/aidesk"},
		Shortcuts: []string{"ask_about_message"},
		Socket:    true,
	}
}

// WithHTTP is the same app with request URLs below the address of a server, instead
// of sockets: base + /slack/events, /slack/commands and /slack/interactivity.
func (a App) WithHTTP(base string) App {
	base = strings.TrimSuffix(base, "/")
	a.Socket = false
	a.EventsURL, a.CommandsURL, a.InteractivityURL = base+"/slack/events", base+"/slack/commands", base+"/slack/interactivity"
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
		Scopes struct {
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
		Socket bool `yaml:"socket_mode_enabled"`
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
