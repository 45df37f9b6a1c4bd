package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"log/slog"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"aidesk/adapters/session"
	"aidesk/adapters/slack"
	"aidesk/bots/inbox"
	"aidesk/cmd/aidesk/config"
	"aidesk/core/egress"
	"aidesk/core/installation"
	"aidesk/core/model"
	"aidesk/core/plugin"
	"aidesk/core/secret"
	"aidesk/store"
	"aidesk/store/bolt"
)

// checkTimeout is how long one check may take.
const checkTimeout = 30 * time.Second

// errFindings ends doctor when a check failed; its output says which.
var errFindings = errors.New("not everything is well: the lines with ✗ say what to do")

func doctorCommand() *cobra.Command {
	path, live := "", ""
	c := &cobra.Command{
		Use:   "doctor --config config.yaml",
		Short: "Check a configuration: keys, store, models, plugins, messengers; each fault with its remedy",
		Args:  noArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			if path == "" {
				return usageError{errors.New("say which configuration: aidesk doctor --config config.yaml")}
			}
			d := &doctor{out: c.OutOrStdout(), logger: slog.New(slog.DiscardHandler)}
			return d.run(c.Context(), path, live)
		},
	}
	c.Flags().StringVar(&path, "config", "", "the configuration file")
	c.Flags().StringVar(&live, "live", "", "also post, update and delete one message of each kind in the channel with this id")
	return c
}

// doctor checks what a configuration names and prints a line for each finding.
type doctor struct {
	out    io.Writer
	logger *slog.Logger
	failed bool
}

// report prints what was checked and, if err is not nil, what is wrong with it.
func (d *doctor) report(what string, err error) {
	if err == nil {
		fmt.Fprintf(d.out, "✓ %s\n", what)
		return
	}
	d.failed = true
	fmt.Fprintf(d.out, "✗ %s: %v\n", what, err)
}

// warn prints what is not wrong but should be known.
func (d *doctor) warn(line string) { fmt.Fprintf(d.out, "! %s\n", line) }

func (d *doctor) run(ctx context.Context, path, live string) error {
	cfg, err := config.Load(path, os.LookupEnv, d.warn)
	if err != nil {
		return err
	}
	d.report(path, nil)
	d.store(ctx, cfg)
	for _, name := range slices.Sorted(maps.Keys(cfg.Models)) {
		d.report("model "+name, checkModel(ctx, cfg, cfg.Models[name]))
	}
	d.plugins(ctx, cfg)
	d.messengers(ctx, cfg, live)
	for _, line := range risks(cfg) {
		d.warn(line)
	}
	for _, v := range []string{"HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "http_proxy", "https_proxy", "all_proxy"} {
		if os.Getenv(v) != "" {
			d.warn(v + " is set and has no influence: set egress.proxy where one is needed")
		}
	}
	if d.failed {
		return errFindings
	}
	return nil
}

// store checks the store and its keys. It creates neither, because the program may run as
// another user than the one who checks.
func (d *doctor) store(ctx context.Context, cfg config.Config) {
	path, err := storePath(cfg.Store.URL)
	if err != nil {
		d.report("store "+cfg.Store.URL, err)
		return
	}
	ring, err := d.keys(cfg, keyFile(path))
	if _, statErr := os.Stat(path); errors.Is(statErr, fs.ErrNotExist) {
		d.newStore(path)
		if err != nil {
			d.report("keys", err)
		}
		return
	}
	s, openErr := openStore(cfg.Store.URL, bolt.Options{AsIs: true})
	d.report("store "+cfg.Store.URL, openErr)
	if openErr != nil {
		if err != nil {
			d.report("keys", err)
		}
		return
	}
	switch {
	case err != nil:
	case ring == nil:
		err = checkUnsealed(ctx, keyFile(path), s)
	default:
		err = inbox.Unlock(ctx, s, ring)
	}
	d.report("keys", err)
	asides, err := s.Asides(ctx)
	if err != nil {
		d.report("records that were set aside", err)
	}
	for _, a := range asides {
		d.warn(asideLine(a))
	}
	d.installations(ctx, cfg, s)
	lines, err := storedRisks(ctx, s)
	if err != nil {
		d.report("plugins that were added in a chat", err)
	}
	for _, line := range lines {
		d.warn(line)
	}
	if err := s.Close(); err != nil {
		d.report("closing the store", err)
	}
}

// installations says in which workspaces the bots' Slack apps are installed, of those that
// several workspaces install.
func (d *doctor) installations(ctx context.Context, cfg config.Config, s store.Store) {
	for _, b := range cfg.Bots {
		if !b.Slack.Several() {
			continue
		}
		all, err := installation.List(ctx, s, b.Name, "slack")
		if err != nil {
			d.report("slack: the installations", err)
		}
		for _, f := range slack.DiagnoseInstallations(all, strings.TrimRight(cfg.HTTP.PublicURL, "/")) {
			d.report(f.What, f.Err)
		}
	}
}

// asideLine says of a damaged record what that means and what to do.
func asideLine(a bolt.Aside) string {
	lost := "what it held is lost"
	switch a.Bucket {
	case "inbox":
		lost = "a message, press or command was not worked, so its member has to ask again"
	case "timer":
		lost = "the card that it was to close is open until it is pressed, and is refused then"
	case "outbox", "reply":
		lost = "a reply was not delivered, so its member has to ask again"
	case "entry":
		lost = "a part of a conversation is not remembered"
	case "action", "open":
		lost = "a card can no longer be decided"
	}
	return fmt.Sprintf("a record of the store is damaged (%s %x, since %s): %s; check the disk, and keep backups", a.Bucket, a.Key, a.Time.Format(time.RFC3339), lost)
}

// newStore checks whether a store that does not exist can be created.
func (d *doctor) newStore(path string) {
	if info, err := os.Stat(filepath.Dir(path)); err != nil || !info.IsDir() {
		d.report("store "+path, fmt.Errorf("the folder %s does not exist: make it first", filepath.Dir(path)))
		return
	}
	if err := checkLost(path); err != nil {
		d.report("store", err)
		return
	}
	d.report("store "+path+" (new: it is made at the first start)", nil)
}

// keys reads the keys; before the first start there may be none.
func (d *doctor) keys(cfg config.Config, file string) (*secret.Ring, error) {
	ring, err := configuredKeys(cfg.Keys, file)
	if errors.Is(err, fs.ErrNotExist) {
		d.warn(fmt.Sprintf("no keys are configured, so one is kept in %s (new: it is made at the first start); keep a copy of it apart from backups of the store", file))
		return nil, nil
	}
	return ring, err
}

// plugins reads every plugin of the configuration, as serve does at its start.
func (d *doctor) plugins(ctx context.Context, cfg config.Config) {
	rules, err := egressRules(cfg)
	d.report("plugins' addresses", err)
	guard, err := egress.New(rules, egress.WithVersion(version()))
	d.report("the way out", err)
	if err != nil {
		return
	}
	for _, b := range cfg.Bots {
		for _, p := range b.Plugins {
			got, err := plugin.Reader{Guard: guard, Logger: d.logger}.Read(ctx, p.Source)
			d.report("plugin "+p.Source, err)
			if err == nil {
				d.login(cfg.HTTP.PublicURL, p, got.Plugin.Trial().WithLogin(p.Login.Choice()))
			}
		}
	}
}

// messengers checks every bot's access to its messengers.
func (d *doctor) messengers(ctx context.Context, cfg config.Config, live string) {
	asked := false
	for _, b := range cfg.Bots {
		who := ""
		if len(cfg.Bots) > 1 {
			who = b.Name + ": "
		}
		if b.Slack.Used() && (live == "" || !isSnowflake(live)) {
			asked = true
			d.slack(ctx, cfg, b, who, live)
		}
		if b.Discord.Used() && (live == "" || isSnowflake(live)) {
			asked = true
			d.discord(ctx, cfg, b, who, live)
		}
		if !b.Slack.Used() && !b.Discord.Used() {
			d.warn("the bot " + b.Name + " is at no messenger: give it slack or discord, as aidesk init does")
		}
	}
	if live != "" && !asked {
		d.report("--live "+live, errors.New("no bot is at the messenger that has such a channel, so nothing was posted"))
	}
}

// isSnowflake reports whether a channel's id is one of Discord's rather than Slack's.
func isSnowflake(id string) bool { return strings.Trim(id, "0123456789") == "" }

func (d *doctor) slack(ctx context.Context, cfg config.Config, b config.Bot, who, live string) {
	if b.Slack.Several() {
		c, err := slackApp(cfg, b, time.Now, d.logger)
		if err != nil {
			d.report(b.Name, err)
			return
		}
		for _, f := range slack.DiagnoseApp(ctx, c) {
			d.report(who+f.What, f.Err)
		}
		if live != "" {
			d.report("--live "+live, errors.New("works for an app in one workspace, which has a bot_token; a channel's id does not say in which workspace it is"))
		}
		return
	}
	a, err := newSlack(cfg, b, time.Now, d.logger)
	if err != nil {
		d.report(b.Name, err)
		return
	}
	d.diagnose(ctx, a, who, live)
}

func (d *doctor) discord(ctx context.Context, cfg config.Config, b config.Bot, who, live string) {
	a, err := newDiscord(cfg, b, time.Now, d.logger)
	if err != nil {
		d.report(b.Name, err)
		return
	}
	d.diagnose(ctx, a, who, live)
	if len(b.Access.Channels) == 0 && len(b.Access.Roles) == 0 {
		d.warn(who + "discord: access names neither channels nor roles, so only administrators are answered there; the id of a server in access.roles opens it to all its members")
	}
}

// diagnosed is an adapter that can check its access to its messenger and, live, post one
// message of each kind in a channel.
type diagnosed interface {
	Diagnose(ctx context.Context) []session.Finding
	Live(ctx context.Context, channel string) []session.Finding
}

func (d *doctor) diagnose(ctx context.Context, a diagnosed, who, live string) {
	found := a.Diagnose(ctx)
	if live != "" {
		found = append(found, a.Live(ctx, live)...)
	}
	for _, f := range found {
		d.report(who+f.What, f.Err)
	}
}

// checkModel sends a model a short question.
func checkModel(ctx context.Context, cfg config.Config, m config.Model) error {
	ctx, cancel := context.WithTimeout(ctx, checkTimeout)
	defer cancel()
	asked, err := newModel(cfg, m)
	if err != nil {
		return err
	}
	_, err = asked.Generate(ctx, &model.Request{
		System:   []string{"Answer with one word."},
		Messages: []model.Message{{V: model.Version, Role: model.User, Parts: []model.Part{{Text: "Say: ready"}}}},
		Now:      time.Now(),
	}, nil)
	return err
}
