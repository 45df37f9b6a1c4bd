package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"time"

	"github.com/lmittmann/tint"
	"github.com/spf13/cobra"
	"golang.org/x/term"

	"aidesk/adapters/discord"
	"aidesk/adapters/slack"
	"aidesk/bots/command"
	"aidesk/cmd/aidesk/config"
	"aidesk/core/chat"
)

func serveCommand() *cobra.Command {
	path, acceptOnly := "", false
	c := &cobra.Command{
		Use:   "serve --config config.yaml",
		Short: "Run the bots of a configuration",
		Long: `Run the bots of a configuration until an interrupt or SIGTERM. Then nothing more is taken
in, what is being worked comes to its end (for ten seconds at most), and what is left
goes on at the next start.

The log goes to standard error: JSON, a line for each thing, or easier to read at a terminal.`,
		Args: none,
		RunE: func(c *cobra.Command, _ []string) error {
			if path == "" {
				return wrongUse{errors.New("say which configuration: aidesk serve --config config.yaml (aidesk init writes one)")}
			}
			return serve(c.Context(), path, acceptOnly, loggerTo(c.ErrOrStderr()))
		},
	}
	c.Flags().StringVar(&path, "config", "", "the configuration file")
	c.Flags().BoolVar(&acceptOnly, "accept-only", false, "store what happens and work none of it, for maintenance and measurements")
	return c
}

// loggerTo writes a log: readable at a terminal, JSON anywhere else.
func loggerTo(out io.Writer) *slog.Logger {
	if file, ok := out.(*os.File); ok && term.IsTerminal(int(file.Fd())) {
		return slog.New(tint.NewTextHandler(out, &tint.Options{TimeFormat: time.TimeOnly, NoColor: os.Getenv("NO_COLOR") != ""}))
	}
	return slog.New(slog.NewJSONHandler(out, nil))
}

// serve runs the desk of a configuration until ctx is done.
func serve(ctx context.Context, path string, acceptOnly bool, logger *slog.Logger) (err error) {
	cfg, err := config.Load(path, os.LookupEnv, func(line string) { logger.WarnContext(ctx, "configuration", "note", line) })
	if err != nil {
		return err
	}
	for _, b := range cfg.Bots {
		if !b.Slack.Used() && !b.Discord.Used() {
			return fmt.Errorf("%s: the bot %s is at no messenger: give it slack or discord, as aidesk init does", path, b.Name)
		}
	}
	file, err := storePath(cfg.Store.URL)
	if err != nil {
		return err
	}
	s, err := openStore(cfg.Store.URL)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, s.Close()) }()
	ring, err := keysOf(ctx, cfg.Keys, keyFile(file), s)
	if err != nil {
		return err
	}
	if ring.made {
		logger.WarnContext(ctx, "a key was made that seals what members entrust to the desk; keep a copy of it apart from backups of the store", "file", keyFile(file))
	}
	w := &web{store: s, metrics: newMetrics(cfg.Limits.Currency)}
	desk, err := wire(ctx, cfg, parts{store: s, secrets: ring.Ring, metrics: w.metrics, logger: logger, adapters: func(b config.Bot) ([]chat.Adapter, error) {
		return adaptersOf(cfg, b, w, logger)
	}})
	if err != nil {
		return err
	}
	desk.AcceptOnly = acceptOnly
	return operate(ctx, desk, w, cfg.HTTP.Listen)
}

// adaptersOf makes the adapters of a bot's messengers, and makes them known to the web.
func adaptersOf(cfg config.Config, b config.Bot, w *web, logger *slog.Logger) ([]chat.Adapter, error) {
	var out []chat.Adapter
	if b.Slack.Used() {
		a, err := slackOf(cfg, b, logger)
		if err != nil {
			return nil, err
		}
		path := ""
		if b.Slack.Mode == config.Web {
			path = "/slack/"
		}
		w.add(a, path)
		out = append(out, a)
	}
	if b.Discord.Used() {
		a, err := discordOf(cfg, b, logger)
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

// discordOf makes the adapter of a bot's application at Discord.
func discordOf(cfg config.Config, b config.Bot, logger *slog.Logger) (*discord.Adapter, error) {
	client, err := clientOf(cfg, b.Discord.APIBaseURL)
	if err != nil {
		return nil, err
	}
	client.Timeout = askTime
	return discord.New(discord.Config{
		Token: b.Discord.Token.Reveal(), PublicKey: b.Discord.PublicKey, ApplicationID: b.Discord.ApplicationID,
		MessageContent: b.Discord.MessageContent, APIBaseURL: b.Discord.APIBaseURL, Client: client, Grammar: command.Table,
		Admins: cfg.Policy.Admins.Discord, Logger: logger.With("bot", b.Name), Now: time.Now,
	})
}

// slackOf makes the adapter of a bot's app at Slack.
func slackOf(cfg config.Config, b config.Bot, logger *slog.Logger) (*slack.Adapter, error) {
	client, err := clientOf(cfg, b.Slack.APIBaseURL)
	if err != nil {
		return nil, err
	}
	client.Timeout = askTime
	return slack.New(slack.Config{
		Mode: b.Slack.Mode, BotToken: b.Slack.BotToken.Reveal(), AppToken: b.Slack.AppToken.Reveal(),
		SigningSecret: b.Slack.SigningSecret.Reveal(), APIBaseURL: b.Slack.APIBaseURL,
		Client: client, Grammar: command.Table, Admins: cfg.Policy.Admins.Slack, Groups: b.Access.SlackGroups(), FollowThreads: b.Slack.FollowThreads, Logger: logger.With("bot", b.Name), Now: time.Now,
	})
}
