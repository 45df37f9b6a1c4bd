package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"net/netip"
	"net/url"
	"strings"
	"time"

	"aidesk/bots"
	"aidesk/bots/bot"
	"aidesk/cmd/aidesk/config"
	"aidesk/core/agent"
	"aidesk/core/chat"
	"aidesk/core/egress"
	"aidesk/core/plugin"
	"aidesk/core/policy"
	"aidesk/core/preview"
	"aidesk/core/secret"
	"aidesk/store"
	"aidesk/store/bolt"
)

// persona is who the desk is where the configuration does not say.
const persona = "You are a helpful desk."

// openStore opens the store that a URL names.
func openStore(url string) (store.Store, error) {
	path, err := storePath(url)
	if err != nil {
		return nil, err
	}
	return bolt.Open(path, bolt.Options{})
}

// storePath is the file of the store that a URL names.
func storePath(url string) (string, error) {
	path, ok := strings.CutPrefix(url, "bolt:")
	if !ok {
		return "", fmt.Errorf("store.url %q: only bolt:PATH is built in", url)
	}
	return path, nil
}

// parts are what a desk is given from outside.
type parts struct {
	store    store.Store
	secrets  *secret.Ring
	adapters func(config.Bot) ([]chat.Adapter, error) // those of one bot
	metrics  *metrics                                 // nil: nothing is counted
	logger   *slog.Logger
}

// wire makes a desk of a configuration: every part, connected to every other.
func wire(ctx context.Context, cfg config.Config, p parts) (*bots.Desk, error) {
	s, logger := p.store, p.logger
	rules, err := rulesOf(cfg)
	if err != nil {
		return nil, err
	}
	guard, err := egress.New(rules, egress.WithVersion(version()))
	if err != nil {
		return nil, err
	}
	models, err := modelsOf(cfg, p.metrics, logger)
	if err != nil {
		return nil, err
	}
	desk := &bots.Desk{
		Store: s, Secrets: p.secrets, Now: time.Now, Logger: logger,
		Keep: bot.Retention{Conversations: cfg.Retention.Conversations, Audit: cfg.Retention.Audit},
	}
	if p.metrics != nil {
		desk.Observe = p.metrics.observe
	}
	for _, b := range cfg.Bots {
		adapters, err := p.adapters(b)
		if err != nil {
			return nil, fmt.Errorf("bot %s: %w", b.Name, err)
		}
		registry := &plugin.Registry{Bot: b.Name, Records: s, Guard: guard, Logger: logger}
		var configured []plugin.Configured
		for _, p := range b.Plugins {
			configured = append(configured, plugin.Configured{Source: p.Source, Default: p.Default})
		}
		if err := registry.Configure(ctx, configured); err != nil {
			return nil, err
		}
		a := &agent.Agent{Model: models[b.Model], Plugins: registry, Persona: b.Persona, Now: time.Now, Logger: logger}
		if a.Persona == "" {
			a.Persona = persona
		}
		if cfg.Previews.Mode != "off" {
			a.Previews = &preview.Fetcher{Guard: guard}
		}
		desk.Bots = append(desk.Bots, &bot.Bot{
			Name: b.Name, Adapters: adapters, Agent: a, Plugins: registry,
			Access: policy.Access{Channels: b.Access.Channels, Roles: b.Access.Roles, Guests: b.Access.Guests, Closed: []string{"discord"}},
			Limits: limitsOf(cfg.Limits),
			Tell:   cfg.Policy.Admins.Members(),
		})
	}
	return desk, nil
}

func limitsOf(l config.Limits) bot.Limits {
	return bot.Limits{
		TurnsPerMemberHour: l.TurnsPerMemberHour, TurnsAtOnce: l.TurnsAtOnce,
		TokensPerTurn: l.TokensPerTurn, TokensPerMemberDay: l.TokensPerMemberDay, TokensPerDay: l.TokensPerDay,
		MoneyPerMemberDay: int64(l.MoneyPerMemberDay), MoneyPerDay: int64(l.MoneyPerDay), Currency: l.Currency,
	}
}

// rulesOf are the exceptions to the guard that the operator wrote.
func rulesOf(cfg config.Config) (egress.Rules, error) {
	rules := egress.Rules{AllowHosts: cfg.Egress.AllowHosts, Proxy: cfg.Egress.Proxy, CAFile: cfg.Egress.CAFile}
	for _, i := range cfg.Egress.Internal {
		rules.Internal = append(rules.Internal, egress.Internal{Host: i.Host, Plugin: i.Plugin})
	}
	var faults []error
	for _, b := range cfg.Bots {
		for _, p := range b.Plugins {
			id, host, err := plugin.ID(p.Source)
			if err != nil {
				faults = append(faults, err)
				continue
			}
			rules.Trusted = append(rules.Trusted, egress.Trusted{Host: host, Plugin: id})
		}
	}
	return rules, errors.Join(faults...)
}

// clientOf gives the client for an address that the operator wrote for a model or a
// messenger: through the configured proxy and with the configured authorities, but
// straight to what is on this machine.
func clientOf(cfg config.Config, address string) (*http.Client, error) {
	u, err := url.Parse(address)
	if err != nil {
		return nil, fmt.Errorf("%q is no address: %w", address, err)
	}
	ip, err := netip.ParseAddr(u.Hostname())
	local := u.Hostname() == "localhost" || err == nil && ip.IsLoopback()
	if local || cfg.Egress.Proxy == "" && cfg.Egress.CAFile == "" {
		return &http.Client{Transport: direct()}, nil
	}
	guard, err := egress.New(egress.Rules{Proxy: cfg.Egress.Proxy, CAFile: cfg.Egress.CAFile}, egress.WithVersion(version()))
	if err != nil {
		return nil, err
	}
	return guard.Operator(), nil
}

// direct goes straight to the address that the operator wrote.
func direct() *http.Transport {
	return &http.Transport{ForceAttemptHTTP2: true, MaxIdleConnsPerHost: 64, IdleConnTimeout: 90 * time.Second, TLSHandshakeTimeout: 10 * time.Second}
}
