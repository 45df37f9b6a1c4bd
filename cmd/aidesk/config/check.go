package config

import (
	"fmt"
	"maps"
	"net/url"
	"regexp"
	"slices"
	"strings"

	"aidesk/core/egress"
)

// check holds the values against each other and joins relative paths to the
// file's folder.
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
	} else if meant, ok := nearest(name, known); ok {
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
	}
}

// checkEgress asks the guard itself, rule by rule, so that each fault has its place.
func (d *decoder) checkEgress(e *Egress) {
	for i, host := range e.AllowHosts {
		d.checkRule(fmt.Sprintf("egress.allow_hosts[%d]", i), egress.Rules{AllowHosts: []string{host}})
	}
	for i, internal := range e.Internal {
		key := fmt.Sprintf("egress.internal[%d]", i)
		// With some plugin, so that the host alone is judged here.
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
		_, text, _ := strings.Cut(err.Error(), ": ") // before it stands the key, without its place in the list
		d.faultf(key, "%s", text)
	}
}

// isWeb reports whether the text is a plain address of a web server.
func isWeb(text string) bool {
	u, err := url.Parse(text)
	return err == nil && (u.Scheme == "http" || u.Scheme == "https") && u.Hostname() != "" &&
		u.User == nil && u.RawQuery == "" && u.Fragment == ""
}
