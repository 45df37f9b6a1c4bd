package main

import (
	"context"
	"fmt"
	"log/slog"
	"maps"
	"net"
	"net/netip"
	"net/url"
	"slices"
	"strings"

	"aidesk/cmd/aidesk/config"
	"aidesk/core/account"
	"aidesk/core/plugin"
	"aidesk/store"
)

// minMetricsToken is the length below which a bearer token may be guessed.
const minMetricsToken = 16

// risks are the settings of a configuration that open something, each with what to do where
// that is not meant. None of them is a fault.
func risks(cfg config.Config) []string {
	var out []string
	add := func(format string, args ...any) { out = append(out, fmt.Sprintf(format, args...)) }
	for _, b := range cfg.Bots {
		for _, p := range b.Plugins {
			if p.Default {
				add("the plugin %s is on for everyone whom %s answers, so it receives what their questions need of their words: without default each member enables it", p.Source, b.Name)
			}
			if plain(p.Source) {
				add("the plugin %s is called over plain http, so others on the way can read and change its calls: write its https address", p.Source)
			}
		}
		out = append(out, loginRisks(b)...)
		if b.Access.Guests {
			add("access.guests lets guests ask %s and use what is on for everyone: leave it out where they are strangers", b.Name)
		}
		for _, group := range slices.Concat(cfg.Policy.Admins.Slack, cfg.Policy.Admins.Discord) {
			if slices.Contains(b.Access.Roles, strings.TrimPrefix(group, "role:")) {
				add("policy.admins has %s, which access.roles of %s has too, so everybody who may ask also administers aidesk: name administrators by their own ids", group, b.Name)
			}
		}
	}
	for name, m := range cfg.Models {
		if plain(m.BaseURL) {
			add("the model %s is asked over plain http, so others on the way can read all that members say: write its https address", name)
		}
	}
	out = append(out, httpRisks(cfg.HTTP)...)
	if n := len(cfg.Egress.AllowHosts); n > 0 {
		add("egress.allow_hosts lets plugins of the configuration and previews reach %s, whatever these addresses are: it is for development; egress.internal opens one host to one plugin", strings.Join(cfg.Egress.AllowHosts, ", "))
	}
	for _, i := range cfg.Egress.Internal {
		add("the plugin %s may call %s in the inner network: egress.internal says so; leave it out once the plugin no longer needs it", i.Plugin, i.Host)
	}
	switch {
	case cfg.Egress.Proxy != "" && cfg.Egress.ProxyResolves:
		add("egress.proxy_resolves leaves it to the proxy to refuse names of inner addresses: see that it does, or leave it out so that aidesk judges them first")
	case cfg.Egress.Proxy != "":
		add("all requests go through the proxy of egress.proxy, which learns every host that is called: see that it is yours")
	}
	paid := slices.ContainsFunc(slices.Collect(maps.Values(cfg.Models)), func(m config.Model) bool { return m.Provider != "planner" })
	if paid && cfg.Limits.TokensPerDay == 0 && cfg.Limits.MoneyPerDay == 0 {
		add("nothing bounds what a workspace spends on models in a day: set limits.tokens_per_day or limits.money_per_day")
	}
	slices.Sort(out)
	return out
}

// storedRisks are those that administrators chose in a chat.
func storedRisks(ctx context.Context, records store.Records) ([]string, error) {
	var out []string
	err := plugin.Added(ctx, records, func(workspace string, g plugin.Registration) {
		if g.Default {
			out = append(out, fmt.Sprintf("in %s an administrator put the plugin %s on for everyone, so it receives what their questions need of their words: /plugins-admin default %s off lets each member choose", workspace, g.Source, g.Name))
		}
		if len(g.Reads) > 0 {
			out = append(out, fmt.Sprintf("in %s an administrator lets %s of %s go without a card, though they are POSTs; each member is asked once: add it again with /plugins-admin add to take that back", workspace, strings.Join(slices.Sorted(maps.Keys(g.Reads)), ", "), g.Source))
		}
	})
	if err != nil {
		return out, err
	}
	shared, err := sharedRisks(ctx, records)
	return append(out, shared...), err
}

// sharedRisks are the keys that an administrator shared in a chat with everybody of a server,
// whose id is the role that all have.
func sharedRisks(ctx context.Context, records store.Records) ([]string, error) {
	accounts := &account.Accounts{Records: records, Logger: slog.New(slog.DiscardHandler)}
	all, err := accounts.All(ctx)
	var out []string
	for _, a := range all {
		workspace := a.Scope[strings.LastIndexByte(a.Scope, '/')+1:]
		if a.Shared() && !a.Configured() && len(a.Channels) == 0 && slices.Contains(a.Roles, workspace) {
			out = append(out, fmt.Sprintf("in %s everybody may use %s at %s: name a role or channels with /plugins-admin login", a.Scope, a.Label, a.Plugin))
		}
	}
	return out, err
}

// httpRisks are those of the web server.
func httpRisks(h config.HTTP) []string {
	var out []string
	if host, _, err := net.SplitHostPort(h.Listen); err == nil && !loopback(host) {
		out = append(out, fmt.Sprintf("http.listen is %s, which the network reaches without TLS: let it listen at 127.0.0.1 behind a server that has a certificate", h.Listen))
	}
	if plain(h.PublicURL) {
		out = append(out, "http.public_url is plain http, so others on the way can read what platforms send: serve it over https")
	}
	if n := len(h.MetricsToken); n > 0 && n < minMetricsToken {
		out = append(out, fmt.Sprintf("http.metrics_token has %d characters and may be guessed: take %d random ones or more, as of openssl rand -hex 16", n, minMetricsToken))
	}
	return out
}

// plain says whether an address is http and not of this machine.
func plain(address string) bool {
	u, err := url.Parse(address)
	return err == nil && u.Scheme == "http" && !loopback(u.Hostname())
}

func loopback(host string) bool {
	ip, err := netip.ParseAddr(host)
	return host == "localhost" || err == nil && ip.IsLoopback()
}
