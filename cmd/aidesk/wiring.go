package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"aidesk/adapters/discord"
	"aidesk/adapters/slack"
	"aidesk/bots"
	"aidesk/bots/bot"
	"aidesk/bots/command"
	"aidesk/cmd/aidesk/config"
	"aidesk/core/agent"
	"aidesk/core/chat"
	"aidesk/core/egress"
	"aidesk/core/installation"
	"aidesk/core/model"
	"aidesk/core/model/anthropic"
	"aidesk/core/model/middleware"
	"aidesk/core/model/openai"
	"aidesk/core/model/planner"
	"aidesk/core/plugin"
	"aidesk/core/policy"
	"aidesk/core/preview"
	"aidesk/core/secret"
	"aidesk/core/secret/workspace"
	"aidesk/store"
)

// defaultPersona is the persona of a bot whose configuration names none.
const defaultPersona = "You are a helpful desk."

// dependencies are what newDesk does not make itself.
type dependencies struct {
	store    store.Store
	secrets  *secret.Ring
	adapters func(config.Bot) ([]chat.Adapter, error) // those of one bot
	serve    func(path string, h http.Handler)        // serves pages to browsers; nil: there is no web server
	metrics  *metrics                                 // nil: nothing is counted
	now      func() time.Time
	patience time.Duration // with what is away
	logger   *slog.Logger
	alone    bool // whoever writes here also started the program: what it opens is open to plugins typed here
}

// newDesk builds a desk from a configuration and connects all its parts.
func newDesk(ctx context.Context, cfg config.Config, p dependencies) (*bots.Desk, error) {
	s, logger := p.store, p.logger
	rules, err := egressRules(cfg)
	if err != nil {
		return nil, err
	}
	rules.AllowAll = p.alone
	guard, err := egress.New(rules, egress.WithVersion(version()))
	if err != nil {
		return nil, err
	}
	models, err := newModels(cfg, p.metrics, logger)
	if err != nil {
		return nil, err
	}
	desk := &bots.Desk{
		Store: s, Secrets: p.secrets, Patience: p.patience, Now: p.now, Logger: logger,
		Keep: bot.Retention(cfg.Retention),
	}
	if p.metrics != nil {
		desk.Observe = p.metrics.observe
	}
	var logins *bot.Logins
	if p.secrets != nil {
		if logins, err = newLogins(cfg.HTTP.PublicURL, s, p.secrets, guard, p.now, logger, p.serve); err != nil {
			return nil, err
		}
		logins.Accounts.Clients = configuredClients(cfg)
	}
	for _, b := range cfg.Bots {
		adapters, err := p.adapters(b)
		if err != nil {
			return nil, fmt.Errorf("bot %s: %w", b.Name, err)
		}
		registry := &plugin.Registry{Bot: b.Name, Records: s, Guard: guard, Logger: logger, Now: p.now, Reserve: s.Reserve, TakeChanges: p.alone}
		if logins != nil {
			registry.Accounts, registry.Shared = logins.Accounts, configuredKeysOf(b)
		}
		var configured []plugin.Configured
		for _, p := range b.Plugins {
			configured = append(configured, plugin.Configured{Source: p.Source, Default: p.Default, FirstUse: p.FirstUse, Login: p.Login.Choice()})
		}
		if err := registry.Configure(ctx, configured); err != nil {
			return nil, err
		}
		a := &agent.Agent{Model: models[b.Model], Plugins: registry, Persona: b.Persona, Now: p.now, Logger: logger}
		if a.Persona == "" {
			a.Persona = defaultPersona
		}
		if cfg.Previews.Mode != "off" {
			a.Previews = &preview.Fetcher{Guard: guard}
		}
		made := &bot.Bot{
			Name: b.Name, Adapters: adapters, Agent: a, Plugins: registry,
			Access: policy.Access{Channels: b.Access.Channels, Roles: b.Access.Roles, Guests: b.Access.Guests, Closed: []string{"discord"}},
			Limits: botLimits(cfg.Limits),
			Tell:   cfg.Policy.Admins.Members(), Nightly: !p.alone, Unrated: b.Unrated, Whole: b.Answers == config.WholeAnswers,
			Logins: logins, Groups: slices.Concat(b.SlackGroups(), cfg.Policy.Admins.SlackGroups()),
		}
		registry.Members = made.Member
		desk.Bots = append(desk.Bots, made)
	}
	return desk, nil
}

func botLimits(l config.Limits) bot.Limits {
	return bot.Limits{
		TurnsPerMemberHour: l.TurnsPerMemberHour, TurnsAtOnce: l.TurnsAtOnce,
		TokensPerTurn: l.TokensPerTurn, TokensPerMemberDay: l.TokensPerMemberDay, TokensPerDay: l.TokensPerDay,
		MoneyPerMemberDay: int64(l.MoneyPerMemberDay), MoneyPerDay: int64(l.MoneyPerDay), Currency: l.Currency,
	}
}

// newAdapters makes the adapters of a bot's messengers and adds them to the web server.
func newAdapters(cfg config.Config, b config.Bot, w *webServer, s store.Store, ring *secret.Ring, now func() time.Time, logger *slog.Logger) ([]chat.Adapter, error) {
	var out []chat.Adapter
	if b.Slack.Used() {
		a, err := newSlackMessenger(cfg, b, s, ring, now, logger)
		if err != nil {
			return nil, err
		}
		path := ""
		if b.Slack.Mode == config.HTTPMode {
			path = "/slack/"
		}
		w.add(a, path)
		out = append(out, a)
	}
	if b.Discord.Used() {
		a, err := newDiscord(cfg, b, now, logger)
		if err != nil {
			return nil, err
		}
		path := ""
		if b.Discord.PublicKey != "" {
			path = "/discord/"
		}
		w.add(a, path)
		out = append(out, a)
	}
	return out, nil
}

// newDiscord makes the adapter for a bot's Discord application.
func newDiscord(cfg config.Config, b config.Bot, now func() time.Time, logger *slog.Logger) (*discord.Adapter, error) {
	client, err := httpClient(cfg, b.Discord.APIBaseURL)
	if err != nil {
		return nil, err
	}
	files, err := fileClient(cfg, b.Discord.APIBaseURL, discord.FileHosts)
	if err != nil {
		return nil, err
	}
	client.Timeout = requestTimeout
	return discord.New(discord.Config{
		Token: b.Discord.Token.Reveal(), PublicKey: b.Discord.PublicKey, ApplicationID: b.Discord.ApplicationID,
		MessageContent: b.Discord.MessageContent, APIBaseURL: b.Discord.APIBaseURL, Client: client, Files: files, Grammar: command.Table,
		Admins: cfg.Policy.Admins.Discord, Logger: logger.With("bot", b.Name), Now: now,
	})
}

// slackMessenger is the adapter for a Slack app, in one workspace or in several.
type slackMessenger interface {
	chat.Adapter
	messenger
}

// newSlackMessenger makes the adapter for a bot's Slack app.
func newSlackMessenger(cfg config.Config, b config.Bot, s store.Store, ring *secret.Ring, now func() time.Time, logger *slog.Logger) (slackMessenger, error) {
	if !b.Slack.Several() {
		return newSlack(cfg, b, now, logger)
	}
	c, err := slackApp(cfg, b, now, logger)
	if err != nil {
		return nil, err
	}
	c.Secrets = ring
	c.Installations = &installation.Installations{Bot: b.Name, Platform: "slack", Store: s, Keys: workspace.New(ring, s), Now: now}
	return slack.NewApp(c)
}

// slackApp is a bot's Slack app that several workspaces install, without its store.
func slackApp(cfg config.Config, b config.Bot, now func() time.Time, logger *slog.Logger) (slack.AppConfig, error) {
	c, err := slackConfig(cfg, b, now, logger)
	return slack.AppConfig{
		Config: c, ClientID: b.Slack.ClientID, ClientSecret: secret.Text(b.Slack.ClientSecret.Reveal()), Scopes: b.Slack.Scopes,
		Workspaces: b.Slack.Workspaces, PublicURL: strings.TrimRight(cfg.HTTP.PublicURL, "/"),
	}, err
}

// newSlack makes the adapter for a bot's Slack app in one workspace.
func newSlack(cfg config.Config, b config.Bot, now func() time.Time, logger *slog.Logger) (*slack.Adapter, error) {
	c, err := slackConfig(cfg, b, now, logger)
	if err != nil {
		return nil, err
	}
	return slack.New(c)
}

func slackConfig(cfg config.Config, b config.Bot, now func() time.Time, logger *slog.Logger) (slack.Config, error) {
	client, err := httpClient(cfg, b.Slack.APIBaseURL)
	if err != nil {
		return slack.Config{}, err
	}
	files, err := fileClient(cfg, b.Slack.APIBaseURL, slack.FileHosts)
	if err != nil {
		return slack.Config{}, err
	}
	client.Timeout = requestTimeout
	return slack.Config{
		Mode: b.Slack.Mode, BotToken: b.Slack.BotToken.Reveal(), AppToken: b.Slack.AppToken.Reveal(),
		SigningSecret: b.Slack.SigningSecret.Reveal(), APIBaseURL: b.Slack.APIBaseURL,
		Client: client, Files: files, Grammar: command.Table, Admins: cfg.Policy.Admins.Slack, Groups: b.SlackGroups(),
		FollowThreads: b.Slack.FollowThreads, Logger: logger.With("bot", b.Name), Now: now,
	}, nil
}

// egressRules returns the exceptions that the configuration makes to the egress guard.
func egressRules(cfg config.Config) (egress.Rules, error) {
	rules := egress.Rules{AllowHosts: cfg.Egress.AllowHosts, Proxy: cfg.Egress.Proxy, ProxyResolves: cfg.Egress.ProxyResolves, CAFile: cfg.Egress.CAFile}
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

// httpClient returns the client for the configured address of a model or a messenger. It
// uses the configured proxy and certificate authorities, except for addresses of this machine.
func httpClient(cfg config.Config, address string) (*http.Client, error) {
	u, err := url.Parse(address)
	if err != nil {
		return nil, fmt.Errorf("%q is no address: %w", address, err)
	}
	if loopback(u.Hostname()) || cfg.Egress.Proxy == "" && cfg.Egress.CAFile == "" {
		return &http.Client{Transport: directTransport()}, nil
	}
	guard, err := egress.New(egress.Rules{Proxy: cfg.Egress.Proxy, CAFile: cfg.Egress.CAFile}, egress.WithVersion(version()))
	if err != nil {
		return nil, err
	}
	return guard.Operator(), nil
}

// fileClient returns the client for what members attach at a messenger, whose API is at an
// address.
func fileClient(cfg config.Config, address string, hosts []string) (*http.Client, error) {
	guard, err := egress.New(
		egress.Rules{Proxy: cfg.Egress.Proxy, ProxyResolves: cfg.Egress.ProxyResolves, CAFile: cfg.Egress.CAFile}, egress.WithVersion(version()))
	if err != nil {
		return nil, err
	}
	return guard.Files(address, hosts...)
}

// directTransport returns a transport without a proxy.
func directTransport() *http.Transport {
	return &http.Transport{ForceAttemptHTTP2: true, MaxIdleConnsPerHost: 64, IdleConnTimeout: 90 * time.Second, TLSHandshakeTimeout: 10 * time.Second}
}

// newModels makes the models of a configuration, by name, each with its budget, log, retries
// and fallbacks.
func newModels(cfg config.Config, metrics *metrics, logger *slog.Logger) (map[string]model.Model, error) {
	alone, all := map[string]model.Model{}, map[string]model.Model{}
	breakers := map[string]*middleware.Breaker{} // by host, because a host that is down is down for all its models
	for name, m := range cfg.Models {
		leaf, err := newModel(cfg, m)
		if err != nil {
			return nil, fmt.Errorf("models.%s: %w", name, err)
		}
		leaf = withBudget(leaf, m, metrics)
		alone[name] = leaf
		host := leaf.Info().Host
		if host == "" {
			continue // it runs in this process
		}
		if breakers[host] == nil {
			breakers[host] = &middleware.Breaker{}
		}
		alone[name] = &middleware.Retry{Model: &middleware.Trace{Model: leaf, Logger: logger}, Breaker: breakers[host]}
		if len(m.Channels) > 0 {
			alone[name] = &middleware.Channels{Model: alone[name], Only: m.Channels}
		}
	}
	for name, m := range cfg.Models {
		all[name] = alone[name]
		if len(m.Fallback) == 0 {
			continue
		}
		list := []model.Model{alone[name]}
		for _, other := range m.Fallback {
			list = append(list, alone[other])
		}
		all[name] = &middleware.Fallback{Models: list}
	}
	return all, nil
}

// newModel makes one model, without budget and retries. Proxy variables of the
// environment are ignored.
func newModel(cfg config.Config, m config.Model) (model.Model, error) {
	address := m.BaseURL
	switch {
	case m.Provider == "planner":
		return &planner.Planner{}, nil
	case address != "":
	case m.Provider == "anthropic":
		address = anthropic.Anthropic
	default:
		address = openai.OpenAI
	}
	client, err := httpClient(cfg, address)
	if err != nil {
		return nil, err
	}
	reads := cmp.Or(m.Reads, config.ReadsAll)
	if m.Reads == "" && m.Provider == "openai-chat" { // most models that people run themselves see nothing
		reads = config.ReadsText
	}
	c := openai.Config{
		Images: reads != config.ReadsText, PDFs: reads == config.ReadsAll,
		BaseURL: address, Model: m.Model, APIKey: m.APIKey.Reveal(), Client: client,
		Reasoning: m.Reasoning, Window: m.Window, MaxOutput: m.MaxOutput,
	}
	switch m.Provider {
	case "openai":
		return openai.NewResponses(c), nil
	case "anthropic":
		return anthropic.New(c), nil
	}
	return openai.NewChat(c), nil
}

// withBudget wraps a model so that each request is paid for from the turn's budget and
// measured. A model that is no language model costs nothing.
func withBudget(m model.Model, c config.Model, metrics *metrics) model.Model {
	if !m.Info().Literal {
		m = &middleware.Budget{Model: m, Price: c.Price.Model(), Answer: c.MaxOutput}
	}
	if metrics != nil {
		m = &meteredModel{Model: m, metrics: metrics}
	}
	return m
}
