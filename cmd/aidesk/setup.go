package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"strings"
	"time"

	"github.com/spf13/cobra"

	discordsetup "aidesk/adapters/discord/setup"
	slacksetup "aidesk/adapters/slack/setup"
	"aidesk/bots/command"
	"aidesk/cmd/aidesk/config"
	"aidesk/cmd/aidesk/setup"
)

func initCommand() *cobra.Command {
	path := "config.yaml"
	c := &cobra.Command{
		Use:   "init",
		Short: "Ask a few questions, write a configuration, and say what to do next",
		Args:  noArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			return setup.Run(c.Context(), path, c.InOrStdin(), c.OutOrStdout())
		},
	}
	c.Flags().StringVar(&path, "config", path, "the file to write; one that is there is never overwritten")
	return c
}

func slackCommand() *cobra.Command {
	return commandGroup("slack", "What Slack needs to know of aidesk", manifestCommand())
}

func manifestCommand() *cobra.Command {
	mode, address := "", ""
	c := &cobra.Command{
		Use:   "manifest --mode socket|http",
		Short: "Print the manifest that the app at Slack is made from",
		Long: `Print the manifest that the app at Slack is made from: https://api.slack.com/apps?new_app=1,
"From a manifest". It asks for the least that aidesk needs.`,
		Args: noArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			switch {
			case mode != config.SocketMode && mode != config.HTTPMode:
				return usageError{errors.New("say how Slack and aidesk meet: --mode socket (aidesk calls Slack) or --mode http (Slack calls aidesk)")}
			case mode == config.SocketMode && address != "":
				return usageError{errors.New("--url is for --mode http: with socket aidesk calls Slack")}
			case mode == config.HTTPMode:
				if err := config.CheckPublic(address); err != nil {
					return usageError{fmt.Errorf("--mode http needs --url: %w", err)}
				}
			}
			manifest, err := slacksetup.Manifest(mode, strings.TrimRight(address, "/"), command.Table)
			if err != nil {
				return err
			}
			_, err = c.OutOrStdout().Write(manifest)
			return err
		},
	}
	c.Flags().StringVar(&mode, "mode", "", "socket or http")
	c.Flags().StringVar(&address, "url", "", "under which address Slack reaches aidesk, for --mode http")
	return c
}

func discordCommand() *cobra.Command {
	return commandGroup("discord", "What Discord needs to know of aidesk", inviteCommand())
}

func inviteCommand() *cobra.Command {
	path, id := "", ""
	c := &cobra.Command{
		Use:   "invite --application ID | --config config.yaml",
		Short: "Print the link that brings the bot into a server",
		Long: `Print the link that brings the bot into a Discord server. Somebody who may manage the
server opens it. It asks for the least permissions that aidesk needs.

The application's id stands in its settings under General Information; with --config Discord is
asked for it.`,
		Args: noArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			switch {
			case id != "" && !config.IsDiscordID(id):
				return usageError{errors.New("--application wants the number of the application (General Information, Application ID)")}
			case id != "":
				_, err := fmt.Fprintln(c.OutOrStdout(), discordsetup.Invite(id))
				return err
			case path == "":
				return usageError{errors.New("say which application: --application ID, or --config config.yaml")}
			}
			return printInvites(c.Context(), c, path)
		},
	}
	c.Flags().StringVar(&id, "application", "", "the id of the application")
	c.Flags().StringVar(&path, "config", "", "a configuration with the token of its bot")
	return c
}

// printInvites prints the invitation link of every bot that has a Discord application.
func printInvites(ctx context.Context, c *cobra.Command, path string) error {
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
		a, err := newDiscord(cfg, b, time.Now, slog.New(slog.DiscardHandler))
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
