package config

import (
	"errors"
	"fmt"
	"maps"
	"net"
	"net/url"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"aidesk/core/egress"
	"aidesk/core/secret"
)

// check checks the decoded values, also against each other, and joins relative paths to
// the file's folder.
func (d *decoder) check(c *Config) {
	d.checkStore(&c.Store)
	d.checkHTTP(&c.HTTP)
	d.checkKeys(c.Keys)
	d.checkModels(c.Models)
	d.checkPrices(c.Models)
	d.checkBots(c)
	d.checkSlack(c)
	d.checkDiscord(c)
	d.checkAdmins(c.Policy.Admins)
	d.checkDiscordAdmins(c.Policy.Admins)
	d.checkRetention(c.Retention)
	d.checkLimits(c)
	if mode := c.Previews.Mode; mode != "api_results" && mode != "off" {
		d.faultf("previews.mode", "want api_results or off")
	}
	d.checkEgress(&c.Egress)
}

func (d *decoder) checkStore(s *Store) {
	switch scheme, file, _ := strings.Cut(s.URL, ":"); {
	case scheme == "bolt" && file != "":
		s.URL = "bolt:" + d.path(file)
	case scheme == "postgres", scheme == "postgresql":
		d.faultf("store.url", "PostgreSQL is not built yet; use bolt: and the path of a file")
	default:
		d.faultf("store.url", "want bolt: and the path of a file, such as bolt:./aidesk.db")
	}
}

var botName = regexp.MustCompile(`^[a-z0-9][a-z0-9-]{0,31}$`)

func (d *decoder) checkBots(c *Config) {
	if len(c.Bots) == 0 {
		d.faultf("bots", "no bot; add one with a name and a model")
	}
	if len(c.Models) == 0 {
		d.faultf("models", "no model; add one, such as main: {provider: planner}")
	}
	first := map[string]int{}
	for i, bot := range c.Bots {
		key := fmt.Sprintf("bots[%d]", i)
		if other, taken := first[bot.Name]; taken && bot.Name != "" {
			d.faultf(key+".name", "bots[%d] has this name too; every bot needs its own", other)
		} else {
			first[bot.Name] = i
		}
		switch {
		case bot.Name == "":
			d.faultf(key+".name", "missing; every bot needs a name of its own")
		case !botName.MatchString(bot.Name):
			d.faultf(key+".name", "want lower-case letters, digits and hyphens, 32 at most")
		}
		switch bot := &c.Bots[i]; bot.Answers {
		case "":
			bot.Answers = StreamAnswers
		case StreamAnswers, WholeAnswers:
		default:
			d.faultf(key+".answers", "want %s or %s", StreamAnswers, WholeAnswers)
		}
		d.checkBotModel(key+".model", bot.Model, slices.Sorted(maps.Keys(c.Models)))
		d.checkPlugins(key, bot.Plugins)
		d.checkAccess(key+".access", bot.Access)
	}
}

func (d *decoder) checkBotModel(key, name string, known []string) {
	if slices.Contains(known, name) || len(known) == 0 {
		return
	}
	if name == "" {
		d.faultf(key, "missing; choose one of models: %s", strings.Join(known, ", "))
	} else if meant, ok := Closest(name, known); ok {
		d.faultf(key, "no model is called %q; did you mean %q?", name, meant)
	} else {
		d.faultf(key, "no model is called %q; choose one of models: %s", name, strings.Join(known, ", "))
	}
}

func (d *decoder) checkPlugins(bot string, plugins []Plugin) {
	for i, plugin := range plugins {
		key := fmt.Sprintf("%s.plugins[%d].source", bot, i)
		same := func(p Plugin) bool { return p.Source == plugin.Source }
		switch first := slices.IndexFunc(plugins, same); {
		case plugin.Source == "":
			d.faultf(key, "missing; give the plugin's domain, or the URL of its manifest or OpenAPI document")
		case first < i:
			d.faultf(key, "stands at plugins[%d] already; remove one", first)
		}
		d.checkPrivacy(fmt.Sprintf("%s.plugins[%d].privacy", bot, i), plugin.Privacy)
		d.checkFirstUse(fmt.Sprintf("%s.plugins[%d].first_use", bot, i), plugin.FirstUse)
		d.checkLogin(fmt.Sprintf("%s.plugins[%d].login", bot, i), plugin.Login)
	}
}

// checkEgress makes a guard of each rule alone, so that each fault has its position.
func (d *decoder) checkEgress(e *Egress) {
	for i, host := range e.AllowHosts {
		d.checkRule(fmt.Sprintf("egress.allow_hosts[%d]", i), egress.Rules{AllowHosts: []string{host}})
	}
	for i, internal := range e.Internal {
		key := fmt.Sprintf("egress.internal[%d]", i)
		// With any plugin, so that only the host is checked here.
		d.checkRule(key+".host", egress.Rules{Internal: []egress.Internal{{Host: internal.Host, Plugin: "any.example"}}})
		if internal.Plugin == "" || strings.ContainsAny(internal.Plugin, "/@ ") {
			d.faultf(key+".plugin", "want the domain of the plugin that may call this host, such as wiki.corp.example")
		}
	}
	d.checkRule("egress.proxy", egress.Rules{Proxy: e.Proxy})
	if e.CAFile != "" {
		e.CAFile = d.path(e.CAFile)
		d.checkRule("egress.ca_file", egress.Rules{CAFile: e.CAFile})
	}
}

func (d *decoder) checkRule(key string, rule egress.Rules) {
	if _, err := egress.New(rule); err != nil {
		_, text, _ := strings.Cut(err.Error(), ": ") // the part before it is the key without its index
		d.faultf(key, "%s", text)
	}
}

// isWebURL reports whether the text is a plain address of a web server.
func isWebURL(text string) bool {
	u, err := url.Parse(text)
	return err == nil && (u.Scheme == "http" || u.Scheme == "https") && u.Hostname() != "" &&
		u.User == nil && u.RawQuery == "" && u.Fragment == ""
}

func (d *decoder) checkHTTP(h *HTTP) {
	if h.Listen != "" {
		_, port, err := net.SplitHostPort(h.Listen)
		if number, notNumber := strconv.ParseUint(port, 10, 16); err != nil || notNumber != nil || strconv.FormatUint(number, 10) != port {
			d.faultf("http.listen", "want host:port, such as 127.0.0.1:8080")
		}
	}
	if h.PublicURL == "" {
		return
	}
	if !isWebURL(h.PublicURL) {
		d.faultf("http.public_url", "want an address such as https://desk.example.com, without user, query or fragment")
	}
	h.PublicURL = strings.TrimRight(h.PublicURL, "/")
}

// checkKeys checks each key alone, so that each fault has its position, then all together.
func (d *decoder) checkKeys(keys []Secret) {
	entries := make([]string, len(keys))
	well := true
	for i, key := range keys {
		entries[i] = key.Reveal()
		if fault := keyFault(entries[i : i+1]); fault != nil {
			d.faultf(fmt.Sprintf("keys[%d]", i), "%s", fault.Text)
			well = false
		}
	}
	if fault := keyFault(entries); well && fault != nil {
		d.faultf(fmt.Sprintf("keys[%d]", fault.At), "%s", fault.Text)
	}
}

func keyFault(entries []string) *secret.Fault {
	_, err := secret.Parse(entries)
	fault, _ := errors.AsType[*secret.Fault](err)
	return fault
}

// id is what platforms call a channel, a role, a member or a group by.
var id = regexp.MustCompile(`^[A-Z0-9]+$`)

func (d *decoder) checkAccess(key string, a Access) {
	for i, channel := range a.Channels {
		if !id.MatchString(channel) {
			d.faultf(fmt.Sprintf("%s.channels[%d]", key, i), "want the channel's id, such as C012AB3CD (it stands at the end of the channel's details), not its name")
		}
	}
	for i, role := range a.Roles {
		if !id.MatchString(role) {
			d.faultf(fmt.Sprintf("%s.roles[%d]", key, i), "want the id of a role, not its name")
		}
	}
}

// slackAdmin is a member of a workspace or of a whole organisation, or a user group.
var slackAdmin = regexp.MustCompile(`^[UWS][A-Z0-9]+$`)

func (d *decoder) checkAdmins(a Admins) {
	for i, admin := range a.Slack {
		if !slackAdmin.MatchString(admin) {
			d.faultf(fmt.Sprintf("policy.admins.slack[%d]", i), "want the id of a member, such as U012AB3CD (in the profile, under Copy member ID), or of a user group, such as S012AB3CD")
		}
	}
}

func (d *decoder) checkDiscordAdmins(a Admins) {
	for i, admin := range a.Discord {
		if !discordMember.MatchString(admin) {
			d.faultf(fmt.Sprintf("policy.admins.discord[%d]", i), "want the id of a member, such as 820000000000000001, or of a role, such as role:830000000000000001")
		}
	}
}

const (
	planner    = "planner"
	openai     = "openai"
	anthropic  = "anthropic"
	openaiChat = "openai-chat"
)

const providers = "want planner, openai, anthropic or openai-chat"

var reasoningEfforts = []string{"none", "minimal", "low", "medium", "high", "xhigh", "max"}

var readable = []string{ReadsText, ReadsImages, ReadsAll}

func (d *decoder) checkModels(models map[string]Model) {
	for _, name := range slices.Sorted(maps.Keys(models)) {
		key, m := "models."+name, models[name]
		switch m.Provider {
		case planner:
			d.checkPlanner(key, m)
		case openai, anthropic, openaiChat:
			d.checkServer(key, m)
		case "":
			d.faultf(key+".provider", "missing; %s", providers)
		default:
			d.faultf(key+".provider", providers)
		}
		d.checkModelPlaces(key, m)
		d.checkFallback(key, name, models)
	}
}

func (d *decoder) checkPlanner(key string, m Model) {
	for name, set := range map[string]bool{
		"model": m.Model != "", "base_url": m.BaseURL != "", "api_key": m.APIKey != "", "reasoning": m.Reasoning != "", "reads": m.Reads != "",
		"window": m.Window != 0, "max_output": m.MaxOutput != 0, "fallback": len(m.Fallback) > 0,
		"channels": len(m.Channels) > 0,
	} {
		if set {
			d.faultf(key+"."+name, "the planner takes none; remove it, or set the provider to openai-chat")
		}
	}
}

func (d *decoder) checkServer(key string, m Model) {
	if m.Model == "" {
		d.faultf(key+".model", "missing; name the model as its server does")
	}
	switch {
	case m.BaseURL == "" && m.Provider == openaiChat:
		d.faultf(key+".base_url", "missing; give the server's address, such as http://127.0.0.1:11434/v1")
	case m.BaseURL == "" && m.APIKey == "":
		d.faultf(key+".api_key", "missing; %s answers nobody without a key", m.Provider)
	case m.BaseURL != "" && !isWebURL(m.BaseURL):
		d.faultf(key+".base_url", "want an http:// or https:// address such as http://127.0.0.1:11434/v1, without user, query or fragment; a key goes into api_key")
	}
	known := reasoningEfforts
	if m.Provider == anthropic {
		known = reasoningEfforts[2:]
	}
	if m.Reasoning != "" && !slices.Contains(known, m.Reasoning) {
		d.faultf(key+".reasoning", "want one of %s", strings.Join(known, ", "))
	}
	if m.Reads != "" && !slices.Contains(readable, m.Reads) {
		d.faultf(key+".reads", "want one of %s", strings.Join(readable, ", "))
	}
	if m.Window < 0 || m.Window > 0 && m.Window < 1024 {
		d.faultf(key+".window", "want the tokens that the model can read and write in all, such as 128000")
	}
	if m.MaxOutput < 0 || m.Window > 0 && m.MaxOutput >= m.Window {
		d.faultf(key+".max_output", "want the most tokens of one answer, fewer than window")
	}
}

func (d *decoder) checkFallback(key, name string, models map[string]Model) {
	for i, other := range models[name].Fallback {
		at := fmt.Sprintf("%s.fallback[%d]", key, i)
		if other == name || slices.Contains(models[name].Fallback[:i], other) {
			d.faultf(at, "%s was asked before; remove it", other)
			continue
		}
		d.checkBotModel(at, other, slices.Sorted(maps.Keys(models)))
	}
}
