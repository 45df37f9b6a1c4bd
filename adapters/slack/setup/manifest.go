// Package setup is what has to be set up in Slack before the adapter can work: the app's
// manifest with its scopes, commands and addresses.
package setup

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"aidesk/core/chat"
)

// Scopes are what the app needs, and for what.
var Scopes = []Need{
	{"app_mentions:read", "hear mentions"},
	{"assistant:write", "show what it is doing, propose questions and name threads"},
	{"chat:write", "answer"},
	{"commands", "slash commands and the message shortcut"},
	{"im:history", "hear direct messages"},
	{"im:write", "answer privately"},
	{"users:read", "tell administrators and guests from members"},
}

// options are what the app can do more with.
var options = []Need{
	{"channels:history", "find its own messages again after a crash; read the thread above a question; follow threads in channels"},
	{"groups:history", "the same in private channels"},
	{"mpim:history", "the same in group messages"},
	{"usergroups:read", "tell who belongs to a user group that the configuration names, and what groups are called"},
	{"channels:read", "know what channels are called that members name"},
	{"files:read", "read pictures, PDFs and text files that members attach"},
	{"files:write", "attach what is too long for a message"},
}

// Need is a scope and what it is for.
type Need struct{ Scope, Why string }

// The ways in which events come from Slack.
const (
	ModeSocket = "socket" // over connections that the adapter opens; nothing has to be reachable
	ModeHTTP   = "http"   // as requests to Handler, which has to be reachable by Slack
)

// ShortcutAsk is the shortcut of messages by which a member asks about one.
const ShortcutAsk = "ask_about_message"

// The endpoints of ModeHTTP, below the public address.
const (
	PathEvents      = "/slack/events"
	PathCommands    = "/slack/commands"
	PathInteraction = "/slack/interactivity"
)

// The pages by which a workspace installs an app that serves several.
const (
	PathStart    = "/slack/oauth/start"
	PathCallback = "/slack/oauth/callback"
)

// AllScopes are the scopes that a manifest names, the optional ones too.
func AllScopes() []string {
	var all []string
	for _, n := range slices.Concat(Scopes, options) {
		all = append(all, n.Scope)
	}
	return all
}

// Manifest is the app manifest to paste into Slack, as YAML: the least scopes, the
// commands of the grammar. mode is ModeSocket or ModeHTTP; publicURL is where Slack
// reaches aidesk, and needed for ModeHTTP only.
func Manifest(mode, publicURL string, grammar chat.Grammar) ([]byte, error) {
	if mode != ModeSocket && mode != ModeHTTP {
		return nil, fmt.Errorf("mode %q is neither socket nor http", mode)
	}
	base := strings.TrimSuffix(publicURL, "/")
	if u, err := url.Parse(base); mode == ModeHTTP && (err != nil || u.Scheme != "https" || u.Host == "") {
		return nil, errors.New("http mode needs the public address of aidesk, with https://, so that Slack can reach it: set http.public_url")
	}
	y := &yaml{}
	y.line(0, "_metadata: {major_version: 1, minor_version: 1}")
	y.line(0, "display_information:")
	y.text(1, "name", "aidesk")
	y.text(1, "description", "AI plugins for your team, in Slack")
	y.text(1, "background_color", "#1f2937")
	y.line(0, "features:")
	y.line(1, "bot_user: {display_name: aidesk, always_online: true}")
	y.line(1, "app_home: {home_tab_enabled: true, messages_tab_enabled: true, messages_tab_read_only_enabled: false}")
	y.line(1, "agent_view:")
	y.text(2, "agent_description", "Answers by calling the plugins that your admins enabled. AI output can be wrong; check important facts.")
	y.line(2, "suggested_prompts:")
	y.text(3, "- title", "What can you do?")
	y.text(4, "message", "Which plugins are enabled here and what can they do?")
	y.line(1, "slash_commands:")
	for _, s := range grammar {
		y.command(s, mode, base)
	}
	y.line(1, "shortcuts:")
	y.text(2, "- name", "Ask aidesk")
	y.text(3, "type", "message")
	y.text(3, "callback_id", ShortcutAsk)
	y.text(3, "description", "Ask aidesk about this message")
	y.line(0, "oauth_config:")
	if mode == ModeHTTP {
		y.line(1, "redirect_urls:")
		y.item(2, base+PathCallback)
	}
	y.line(1, "scopes:")
	y.list(2, "bot", Scopes)
	y.list(2, "bot_optional", options)
	y.line(0, "settings:")
	y.line(1, "event_subscriptions:")
	if mode == ModeHTTP {
		y.text(2, "request_url", base+PathEvents)
	}
	y.line(2, "bot_events: [agent_session_stopped, app_home_opened, app_mention, app_uninstalled, message.im, tokens_revoked]")
	y.line(1, "interactivity:")
	y.line(2, "is_enabled: true")
	if mode == ModeHTTP {
		y.text(2, "request_url", base+PathInteraction)
	}
	y.line(1, "org_deploy_enabled: false")
	y.line(1, "socket_mode_enabled: "+strconv.FormatBool(mode == ModeSocket))
	y.line(1, "token_rotation_enabled: false")
	return y.Bytes(), y.fault
}

// What Slack takes in a manifest, in characters.
const (
	maxCommand     = 32
	maxCommandText = 2_000
	maxUsage       = 1_000
)

// yaml writes YAML. Strings are quoted as in JSON, which YAML understands.
type yaml struct {
	bytes.Buffer
	fault error
}

func (y *yaml) line(depth int, text string) {
	_, _ = y.WriteString(strings.Repeat("  ", depth) + text + "\n") // a buffer takes everything
}

func (y *yaml) text(depth int, key, value string) { y.line(depth, key+": "+y.quote(value)) }

func (y *yaml) quote(value string) string {
	var quoted bytes.Buffer
	e := json.NewEncoder(&quoted)
	e.SetEscapeHTML(false)
	y.fault = errors.Join(y.fault, e.Encode(value))
	return strings.TrimSuffix(quoted.String(), "\n")
}

func (y *yaml) item(depth int, value string) { y.line(depth, "- "+y.quote(value)) }

func (y *yaml) list(depth int, key string, needs []Need) {
	y.line(depth, key+":")
	for _, n := range needs {
		y.line(depth+1, fmt.Sprintf("- %s # %s", n.Scope, n.Why))
	}
}

// command writes a slash command.
func (y *yaml) command(s chat.Syntax, mode, base string) {
	name := "/" + s.Name
	var verbs []string
	for _, v := range s.Verbs {
		if v.Name != "" {
			verbs = append(verbs, v.Name)
		}
	}
	usage := "[" + strings.Join(verbs, "|") + "]"
	if len(name) > maxCommand || len(s.Summary) > maxCommandText || len(usage) > maxUsage {
		y.fault = errors.Join(y.fault, fmt.Errorf("the command %s is too long for Slack", name))
	}
	y.text(2, "- command", name)
	if mode == ModeHTTP {
		y.text(3, "url", base+PathCommands)
	}
	y.text(3, "description", s.Summary)
	if len(verbs) > 0 {
		y.text(3, "usage_hint", usage)
	}
	y.line(3, "should_escape: true")
}
