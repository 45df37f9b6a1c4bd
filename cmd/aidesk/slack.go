package main

import (
	"errors"
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"aidesk/adapters/slack/setup"
	"aidesk/bots/command"
	"aidesk/cmd/aidesk/config"
)

func slackCommand() *cobra.Command {
	c := &cobra.Command{
		Use:   "slack",
		Short: "What Slack needs to know of the desk",
		Args: func(_ *cobra.Command, args []string) error {
			if len(args) > 0 {
				return wrongUse{fmt.Errorf("there is no command %q: see aidesk slack --help", args[0])}
			}
			return nil
		},
		RunE: func(c *cobra.Command, _ []string) error { return c.Help() },
	}
	c.AddCommand(manifestCommand())
	return c
}

func manifestCommand() *cobra.Command {
	mode, address := "", ""
	c := &cobra.Command{
		Use:   "manifest --mode socket|http",
		Short: "Print the manifest that the app at Slack is made from",
		Long: `Print the manifest that the app at Slack is made from: https://api.slack.com/apps?new_app=1,
"From a manifest". It asks for the least that the desk needs.`,
		Args: none,
		RunE: func(c *cobra.Command, _ []string) error {
			switch {
			case mode != config.Socket && mode != config.Web:
				return wrongUse{errors.New("say how Slack and the desk meet: --mode socket (the desk calls Slack) or --mode http (Slack calls the desk)")}
			case mode == config.Socket && address != "":
				return wrongUse{errors.New("--url is for --mode http: with socket the desk calls Slack")}
			case mode == config.Web:
				if err := config.CheckPublic(address); err != nil {
					return wrongUse{fmt.Errorf("--mode http needs --url: %w", err)}
				}
			}
			manifest, err := setup.Manifest(mode, strings.TrimRight(address, "/"), command.Table)
			if err != nil {
				return err
			}
			_, err = c.OutOrStdout().Write(manifest)
			return err
		},
	}
	c.Flags().StringVar(&mode, "mode", "", "socket or http")
	c.Flags().StringVar(&address, "url", "", "under which address Slack reaches the desk, for --mode http")
	return c
}
