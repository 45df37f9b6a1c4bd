package main

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"maps"
	"net/http"
	"net/url"
	"path"
	"slices"
	"strings"
	"text/tabwriter"

	"github.com/spf13/cobra"

	"aidesk/cmd/aidesk/config"
	"aidesk/core/markdown"
	"aidesk/core/model/anthropic"
	"aidesk/core/model/openai"
	"aidesk/core/plugin"
	"aidesk/store"
	"aidesk/store/bolt"
)

// notStated stands where the operator states nothing.
const notStated = "not stated"

// recipientsPath is where the admin socket answers of plugins.
const recipientsPath = "/recipients"

// recipient is somebody who receives words or data of members.
type recipient struct {
	Kind     string   `json:"kind"` // model, fallback, plugin, login, messenger, telemetry
	Name     string   `json:"name"`
	Provider string   `json:"provider,omitempty"` // of a model
	Model    string   `json:"model,omitempty"`
	Hosts    []string `json:"hosts"`
	For      string   `json:"for"` // the bot, and the workspace of a plugin that was added in a chat
	Terms    string   `json:"terms,omitempty"`
	Channels []string `json:"channels,omitempty"` // of which a model may have words; empty: all
	Region   string   `json:"region"`
	Contract string   `json:"contract"`
	Training string   `json:"training"`
	Note     string   `json:"note,omitempty"`
}

func (r recipient) stated(p config.Privacy) recipient {
	r.Region, r.Contract, r.Training, r.Note = cmp.Or(p.Region, notStated), cmp.Or(p.Contract, notStated), cmp.Or(p.Training, notStated), p.Note
	return r
}

func privacyCommand() *cobra.Command {
	return commandGroup("privacy", "Say who receives members' words", privacyReportCommand())
}

func privacyReportCommand() *cobra.Command {
	file, asJSON := "", false
	c := &cobra.Command{
		Use:   "report --config config.yaml [--json]",
		Short: "List everybody who receives members' words and data",
		Long: `List everybody who receives members' words and data: models and those that stand in for them,
the hosts of plugins, also of those that were added in chats, providers at which members log
in, messengers and telemetry; each with region, contract and training as the configuration
states them under privacy. What is missing is "not stated". aidesk may run meanwhile.`,
		Args: noArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			all, err := recipientsOf(c.Context(), file, c.ErrOrStderr())
			if err != nil {
				return err
			}
			if asJSON {
				e := json.NewEncoder(c.OutOrStdout())
				e.SetIndent("", "  ")
				return e.Encode(all)
			}
			return printRecipients(c.OutOrStdout(), all)
		},
	}
	c.Flags().StringVar(&file, "config", "", "the configuration file")
	c.Flags().BoolVar(&asJSON, "json", false, "print JSON")
	return c
}

// recipientsOf lists the recipients of a configuration and of its store.
func recipientsOf(ctx context.Context, path string, errs io.Writer) ([]recipient, error) {
	cfg, file, err := storeOf(path, errs)
	if err != nil {
		return nil, err
	}
	var plugins []registered
	err = besideOrAlone(ctx,
		func() error {
			return askAdmin(ctx, socketFile(file), http.MethodGet, recipientsPath, decodeInto(&plugins))
		},
		func() error {
			return (&storeKeys{file: file}).withStore(bolt.Options{AsIs: true}, func(db *bolt.DB) (err error) {
				plugins, err = registeredPlugins(ctx, db, slog.New(slog.DiscardHandler))
				return err
			})
		})
	if err != nil {
		return nil, err
	}
	var all []recipient
	for _, b := range cfg.Bots {
		all = append(all, modelRecipients(cfg, b)...)
		all = append(all, pluginRecipients(b, plugins)...)
		all = append(all, messengerRecipients(b)...)
	}
	return append(all, recipient{
		Kind: "telemetry", Name: "none", Hosts: []string{}, For: "aidesk",
	}.stated(config.Privacy{Region: "-", Contract: "-", Training: "-", Note: "aidesk sends none; counts without words are read at /metrics by who has the token"})), nil
}

// modelRecipients are the model of a bot and those that stand in for it.
func modelRecipients(cfg config.Config, b config.Bot) []recipient {
	var all []recipient
	for i, name := range append([]string{b.Model}, cfg.Models[b.Model].Fallback...) {
		m := cfg.Models[name]
		kind := "model"
		if i > 0 {
			kind = "fallback"
		}
		r := recipient{Kind: kind, Name: name, Provider: m.Provider, Model: m.Model, Hosts: []string{modelHost(m)}, For: b.Name, Channels: m.Channels}.stated(m.Privacy)
		if m.Provider == "planner" {
			r.Hosts, r.Note = []string{}, cmp.Or(r.Note, "it is in this program; words do not leave it")
		}
		all = append(all, r)
	}
	return all
}

// modelHost is the host of a model's server.
func modelHost(m config.Model) string {
	address := m.BaseURL
	switch {
	case address != "":
	case m.Provider == "anthropic":
		address = anthropic.Anthropic
	default:
		address = openai.OpenAI
	}
	u, err := url.Parse(address)
	if err != nil {
		return address
	}
	return u.Host
}

// registered is a plugin that a store knows.
type registered struct {
	Bot       string   `json:"bot"`
	Workspace string   `json:"workspace,omitempty"` // empty: it is of the configuration
	ID        string   `json:"id"`
	Name      string   `json:"name"`
	Hosts     []string `json:"hosts"`
	Logins    []string `json:"logins,omitempty"` // hosts at which members log in
	Terms     string   `json:"terms,omitempty"`
}

// handleRecipients answers which plugins are registered.
func (a *adminSocket) handleRecipients(s store.Store, logger *slog.Logger) {
	a.mux.HandleFunc("GET "+recipientsPath, func(out http.ResponseWriter, r *http.Request) {
		plugins, err := registeredPlugins(r.Context(), s, logger)
		answerJSON(out, plugins, err)
	})
}

// registeredPlugins reads the plugins that a store knows, in the order of their keys. One that
// cannot be compiled is named by its host.
func registeredPlugins(ctx context.Context, records store.Records, logger *slog.Logger) ([]registered, error) {
	var all []registered
	var stored []plugin.Registration
	var fault error
	err := records.Scan(ctx, "plugin/", func(r store.Record) bool {
		var g plugin.Registration
		fault = json.Unmarshal(r.Value, &g)
		within, _ := path.Split(strings.TrimPrefix(r.Key, "plugin/"))
		parts := strings.Split(strings.TrimSuffix(within, "/"), "/")
		one := registered{ID: g.ID, Name: g.Name, Hosts: []string{g.ID}}
		one.Bot, _ = url.PathUnescape(parts[0])
		if len(parts) == 3 {
			one.Workspace, _ = url.PathUnescape(parts[2])
		}
		all, stored = append(all, one), append(stored, g)
		return fault == nil
	})
	if err = errors.Join(err, fault); err != nil {
		return nil, fmt.Errorf("reading the plugins: %w", err)
	}
	registry := &plugin.Registry{Records: records, Logger: logger}
	for i, g := range stored {
		p, err := registry.Planned(ctx, g)
		if err != nil {
			logger.WarnContext(ctx, "a plugin cannot be compiled", "plugin", g.ID, "error", err)
			continue
		}
		all[i].Name, all[i].Hosts, all[i].Logins = p.Human(), p.Hosts(), p.LoginHosts()
		all[i].Terms = cmp.Or(p.Manifest.LegalURL, p.Manifest.PrivacyURL)
	}
	return all, nil
}

// pluginRecipients are the plugins of a bot and the providers at which their members log in.
func pluginRecipients(b config.Bot, plugins []registered) []recipient {
	stated := map[string]config.Privacy{}
	for _, p := range b.Plugins {
		if id, _, err := plugin.ID(p.Source); err == nil {
			stated[id] = p.Privacy
		}
	}
	var all []recipient
	seen := map[string]bool{}
	for _, p := range plugins {
		if p.Bot != b.Name {
			continue
		}
		seen[p.ID] = true
		whose, privacy := b.Name, stated[p.ID]
		if p.Workspace != "" {
			whose, privacy = b.Name+", added in "+p.Workspace, config.Privacy{}
		}
		all = append(all, recipient{Kind: "plugin", Name: markdown.Line(p.Name, 60), Hosts: p.Hosts, For: whose, Terms: p.Terms}.stated(privacy))
		if len(p.Logins) > 0 {
			all = append(all, recipient{Kind: "login", Name: markdown.Line(p.Name, 60), Hosts: p.Logins, For: whose}.stated(privacy))
		}
	}
	for _, id := range slices.Sorted(maps.Keys(stated)) { // of the configuration, and not read so far
		if !seen[id] {
			all = append(all, recipient{Kind: "plugin", Name: id, Hosts: []string{id}, For: b.Name}.stated(stated[id]))
		}
	}
	return all
}

// messengerRecipients are the messengers of a bot.
func messengerRecipients(b config.Bot) []recipient {
	var all []recipient
	add := func(name, host, stand string, p config.Privacy) {
		if u, err := url.Parse(stand); err == nil && u.Host != "" {
			host = u.Host
		}
		all = append(all, recipient{Kind: "messenger", Name: name, Hosts: []string{host}, For: b.Name}.stated(p))
	}
	if b.Slack.Used() {
		add("Slack", "slack.com", b.Slack.APIBaseURL, b.Slack.Privacy)
	}
	if b.Discord.Used() {
		add("Discord", "discord.com", b.Discord.APIBaseURL, b.Discord.Privacy)
	}
	return all
}

// printRecipients prints a table.
func printRecipients(w io.Writer, all []recipient) error {
	t := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	fmt.Fprintln(t, "KIND\tNAME\tHOSTS\tFOR\tREGION\tCONTRACT\tTRAINING\tNOTE")
	for _, r := range all {
		name, note := r.Name, r.Note
		if r.Model != "" {
			name += " (" + r.Provider + " " + r.Model + ")"
		}
		if len(r.Channels) > 0 {
			note = strings.TrimPrefix(note+"; only words of "+strings.Join(r.Channels, ", "), "; ")
		}
		if r.Terms != "" {
			note = strings.TrimPrefix(note+"; terms: "+r.Terms, "; ")
		}
		fmt.Fprintf(t, "%s\t%s\t%s\t%s\t%s\t%s\t%s\t%s\n", r.Kind, name, cmp.Or(strings.Join(r.Hosts, ", "), "-"), r.For, r.Region, r.Contract, r.Training, note)
	}
	return t.Flush()
}
