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

	"aidesk/bots/inbox"
	"aidesk/cmd/aidesk/config"
	"aidesk/core/egress"
	"aidesk/core/model"
	"aidesk/core/plugin"
	"aidesk/core/secret"
)

// doctorTime is how long one check may take.
const doctorTime = 30 * time.Second

// errFindings ends doctor when something is wrong; what it is stands above.
var errFindings = errors.New("not everything is well: the lines with ✗ say what to do")

func doctorCommand() *cobra.Command {
	path, live := "", ""
	c := &cobra.Command{
		Use:   "doctor --config config.yaml",
		Short: "Check a configuration: keys, store, models, plugins, messengers; each fault with its remedy",
		Args:  none,
		RunE: func(c *cobra.Command, _ []string) error {
			if path == "" {
				return wrongUse{errors.New("say which configuration: aidesk doctor --config config.yaml")}
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
	ill    bool
}

// say prints a finding: what was looked at, and what is wrong with it, if anything.
func (d *doctor) say(what string, err error) {
	if err == nil {
		fmt.Fprintf(d.out, "✓ %s\n", what)
		return
	}
	d.ill = true
	fmt.Fprintf(d.out, "✗ %s: %v\n", what, err)
}

// warn prints what is no fault and should be known.
func (d *doctor) warn(line string) { fmt.Fprintf(d.out, "! %s\n", line) }

func (d *doctor) run(ctx context.Context, path, live string) error {
	cfg, err := config.Load(path, os.LookupEnv, d.warn)
	if err != nil {
		return err
	}
	d.say(path, nil)
	d.store(ctx, cfg)
	for _, name := range slices.Sorted(maps.Keys(cfg.Models)) {
		d.say("model "+name, checkModel(ctx, cfg, cfg.Models[name]))
	}
	d.plugins(ctx, cfg)
	d.messengers(ctx, cfg, live)
	for _, i := range cfg.Egress.Internal {
		d.warn(fmt.Sprintf("the plugin %s may call %s in the inner network: egress.internal says so", i.Plugin, i.Host))
	}
	for _, v := range []string{"HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "http_proxy", "https_proxy", "all_proxy"} {
		if os.Getenv(v) != "" {
			d.warn(v + " is set and has no influence: set egress.proxy where one is needed")
		}
	}
	if d.ill {
		return errFindings
	}
	return nil
}

// store looks at the store and its keys. It makes neither: what runs the desk may be
// another user than the one who asks.
func (d *doctor) store(ctx context.Context, cfg config.Config) {
	path, err := storePath(cfg.Store.URL)
	if err != nil {
		d.say("store "+cfg.Store.URL, err)
		return
	}
	ring, err := d.keys(cfg, keyFile(path))
	if _, statErr := os.Stat(path); errors.Is(statErr, fs.ErrNotExist) {
		d.newStore(path)
		if err != nil {
			d.say("keys", err)
		}
		return
	}
	s, openErr := openStore(cfg.Store.URL)
	d.say("store "+cfg.Store.URL, openErr)
	if openErr != nil {
		if err != nil {
			d.say("keys", err)
		}
		return
	}
	switch {
	case err != nil:
	case ring == nil:
		err = unsealed(ctx, keyFile(path), s)
	default:
		err = inbox.Unlock(ctx, s, ring)
	}
	d.say("keys", err)
	if err := s.Close(); err != nil {
		d.say("closing the store", err)
	}
}

// newStore says of a store that is not there whether it can be made.
func (d *doctor) newStore(path string) {
	if info, err := os.Stat(filepath.Dir(path)); err != nil || !info.IsDir() {
		d.say("store "+path, fmt.Errorf("the folder %s does not exist: make it first", filepath.Dir(path)))
		return
	}
	d.say("store "+path+" (new: it is made at the first start)", nil)
}

// keys reads the keys; none at all is right before the first start.
func (d *doctor) keys(cfg config.Config, file string) (*secret.Ring, error) {
	if len(cfg.Keys) > 0 {
		return parseKeys(cfg.Keys)
	}
	ring, err := secret.Load(file)
	if errors.Is(err, fs.ErrNotExist) {
		d.warn(fmt.Sprintf("no keys are configured, so one is kept in %s (new: it is made at the first start); keep a copy of it apart from backups of the store", file))
		return nil, nil
	}
	return ring, err
}

// plugins reads every plugin of the configuration as the desk does at its start.
func (d *doctor) plugins(ctx context.Context, cfg config.Config) {
	rules, err := rulesOf(cfg)
	d.say("plugins' addresses", err)
	guard, err := egress.New(rules, egress.WithVersion(version()))
	d.say("the way out", err)
	if err != nil {
		return
	}
	for _, b := range cfg.Bots {
		for _, p := range b.Plugins {
			_, err := plugin.Reader{Guard: guard, Logger: d.logger}.Read(ctx, p.Source)
			d.say("plugin "+p.Source, err)
		}
	}
}

// messengers asks every platform whether it would let the bots in.
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
		d.say("--live "+live, errors.New("no bot is at the messenger that has such a channel, so nothing was posted"))
	}
}

// isSnowflake tells the id of a channel at Discord from one at Slack.
func isSnowflake(id string) bool { return strings.Trim(id, "0123456789") == "" }

func (d *doctor) slack(ctx context.Context, cfg config.Config, b config.Bot, who, live string) {
	a, err := slackOf(cfg, b, d.logger)
	if err != nil {
		d.say(b.Name, err)
		return
	}
	found := a.Diagnose(ctx)
	if live != "" {
		found = append(found, a.Live(ctx, live)...)
	}
	for _, f := range found {
		d.say(who+f.What, f.Err)
	}
}

func (d *doctor) discord(ctx context.Context, cfg config.Config, b config.Bot, who, live string) {
	a, err := discordOf(cfg, b, d.logger)
	if err != nil {
		d.say(b.Name, err)
		return
	}
	found := a.Diagnose(ctx)
	if live != "" {
		found = append(found, a.Live(ctx, live)...)
	}
	for _, f := range found {
		d.say(who+f.What, f.Err)
	}
	if len(b.Access.Channels) == 0 && len(b.Access.Roles) == 0 {
		d.warn(who + "discord: access names neither channels nor roles, so only administrators are answered there; the id of a server in access.roles opens it to all its members")
	}
}

// checkModel asks a model for one word.
func checkModel(ctx context.Context, cfg config.Config, m config.Model) error {
	ctx, cancel := context.WithTimeout(ctx, doctorTime)
	defer cancel()
	asked, err := modelOf(cfg, m)
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
