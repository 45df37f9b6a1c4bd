package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"

	"github.com/spf13/cobra"

	"aidesk/adapters/discord/setup"
	"aidesk/cmd/aidesk/config"
)

func discordCommand() *cobra.Command {
	c := &cobra.Command{
		Use:   "discord",
		Short: "What Discord needs to know of the desk",
		Args: func(_ *cobra.Command, args []string) error {
			if len(args) > 0 {
				return wrongUse{fmt.Errorf("there is no command %q: see aidesk discord --help", args[0])}
			}
			return nil
		},
		RunE: func(c *cobra.Command, _ []string) error { return c.Help() },
	}
	c.AddCommand(inviteCommand())
	return c
}

func inviteCommand() *cobra.Command {
	path, id := "", ""
	c := &cobra.Command{
		Use:   "invite --application ID | --config config.yaml",
		Short: "Print the link that brings the bot into a server",
		Long: `Print the link that brings the bot into a Discord server. Somebody who may manage the
server opens it. It asks for the least permissions that the desk needs.

The application's id stands in its settings under General Information; with --config Discord is
asked for it.`,
		Args: none,
		RunE: func(c *cobra.Command, _ []string) error {
			switch {
			case id != "" && !config.IsDiscordID(id):
				return wrongUse{errors.New("--application wants the number of the application (General Information, Application ID)")}
			case id != "":
				_, err := fmt.Fprintln(c.OutOrStdout(), setup.Invite(id))
				return err
			case path == "":
				return wrongUse{errors.New("say which application: --application ID, or --config config.yaml")}
			}
			return invites(c.Context(), c, path)
		},
	}
	c.Flags().StringVar(&id, "application", "", "the id of the application")
	c.Flags().StringVar(&path, "config", "", "a configuration with the token of its bot")
	return c
}

// invites prints the link of every bot of a configuration that is at Discord.
func invites(ctx context.Context, c *cobra.Command, path string) error {
	cfg, err := config.Load(path, os.LookupEnv, nil)
	if err != nil {
		return err
	}
	found := false
	for _, b := range cfg.Bots {
		if !b.Discord.Used() {
			continue
		}
		found = true
		a, err := discordOf(cfg, b, slog.New(slog.DiscardHandler))
		if err != nil {
			return err
		}
		link, err := a.Invite(ctx)
		if err != nil {
			return fmt.Errorf("asking Discord for the application of the bot %s: %w", b.Name, err)
		}
		if len(cfg.Bots) > 1 {
			link = b.Name + ": " + link
		}
		fmt.Fprintln(c.OutOrStdout(), link)
	}
	if !found {
		return fmt.Errorf("%s: no bot is at Discord", path)
	}
	return nil
}
