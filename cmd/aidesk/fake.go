package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"time"

	"github.com/spf13/cobra"

	fakediscord "aidesk/adapters/fake/discord"
	fakeslack "aidesk/adapters/fake/slack"
	"aidesk/bots/command"
	"aidesk/cmd/aidesk/playground"
)

// fakeCommand is the fake platforms of the tests, to play with.
func fakeCommand() *cobra.Command {
	c := &cobra.Command{
		Use: "fake", Short: "A platform that is not real, to try aidesk without an account",
		Args: func(c *cobra.Command, args []string) error {
			if len(args) > 0 {
				return usageError{fmt.Errorf("there is no fake %q: see %s --help", args[0], c.CommandPath())}
			}
			return nil
		},
		RunE: func(c *cobra.Command, _ []string) error { return c.Help() },
	}
	c.AddCommand(fakeSlackCommand(), fakeDiscordCommand())
	return c
}

func fakeSlackCommand() *cobra.Command {
	var listen, desk, manifest string
	var limits bool
	c := &cobra.Command{
		Use: "slack", Short: "A Slack that is not real: a page to chat on, and everything that aidesk needs of Slack", Args: noArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			config := fakeslack.Config{App: fakeslack.DefaultApp(), RateLimits: limits}
			if manifest != "" {
				text, err := os.ReadFile(manifest)
				if err != nil {
					return usageError{fmt.Errorf("read the app manifest: %w", err)}
				}
				if config.App, err = fakeslack.ParseManifest(text); err != nil {
					return fmt.Errorf("%s: %w", manifest, err)
				}
			}
			if desk != "" {
				config.App = config.App.WithHTTP(desk)
			}
			return fakeSlack(c.Context(), c.OutOrStdout(), listen, config)
		},
	}
	c.Flags().StringVar(&listen, "listen", "127.0.0.1:4020", "where it listens; port 0 takes a free one")
	c.Flags().StringVar(&desk, "http", "", "send events to this server of aidesk (http://127.0.0.1:8080) instead of sockets")
	c.Flags().StringVar(&manifest, "manifest", "", "the app manifest to follow (aidesk slack manifest); default: everything that aidesk can use")
	c.Flags().BoolVar(&limits, "rate-limits", false, "enforce Slack's rate limits")
	return c
}

// fakeSlack serves until ctx is done.
func fakeSlack(ctx context.Context, out io.Writer, listen string, config fakeslack.Config) error {
	listener, err := listenFake(ctx, listen)
	if err != nil {
		return err
	}
	config.URL = "http://" + listener.Addr().String()
	page := &playground.Playground{Grammar: command.Table}
	config.Page = config.URL + page.Path()
	fake := fakeslack.New(config)
	defer fake.Close()
	page.Platforms = []playground.Platform{slackPage(fake)}

	fmt.Fprintf(out, "A fake Slack is at %s. Open %s in a browser to chat. Ctrl-C ends it.\n\n", config.URL, config.Page)
	mode, more := "socket", fmt.Sprintf(", app_token: %q", fakeslack.AppToken)
	if !config.App.Socket {
		mode, more = "http", fmt.Sprintf(", signing_secret: %q", fakeslack.SigningSecret)
	}
	fmt.Fprintf(out, "aidesk's configuration for it:\n\nbots:\n  - name: desk\n    slack: {mode: %s, bot_token: %q%s, api_base_url: %q}\n",
		mode, fakeslack.BotToken, more, fake.APIURL())
	return serveFake(ctx, listener, page.Handler(fake))
}

func fakeDiscordCommand() *cobra.Command {
	var listen string
	var config fakediscord.Config
	var content bool
	c := &cobra.Command{
		Use: "discord", Short: "A Discord that is not real: a page to chat on, and everything that aidesk needs of Discord", Args: noArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			if content {
				config.Intents = fakediscord.IntentContent
			}
			return fakeDiscord(c.Context(), c.OutOrStdout(), listen, config)
		},
	}
	c.Flags().StringVar(&listen, "listen", "127.0.0.1:4030", "where it listens; port 0 takes a free one")
	c.Flags().StringVar(&config.InteractionsURL, "http", "", "send interactions to this address of aidesk (http://127.0.0.1:8080/discord/interactions) instead of its connection")
	c.Flags().BoolVar(&content, "message-content", false, "let aidesk read all messages, as with the privileged intent")
	c.Flags().BoolVar(&config.RateLimits, "rate-limits", false, "enforce rate limits like Discord's")
	return c
}

// fakeDiscord serves until ctx is done.
func fakeDiscord(ctx context.Context, out io.Writer, listen string, config fakediscord.Config) error {
	listener, err := listenFake(ctx, listen)
	if err != nil {
		return err
	}
	config.URL = "http://" + listener.Addr().String()
	fake := fakediscord.New(config)
	defer fake.Close()
	page := &playground.Playground{Grammar: command.Table, Platforms: []playground.Platform{discordPage(fake)}}

	fmt.Fprintf(out, "A fake Discord is at %s. Open %s in a browser to chat. Ctrl-C ends it.\n\n", config.URL, config.URL+page.Path())
	key := ""
	if config.InteractionsURL != "" {
		key = fmt.Sprintf(", public_key: %q", fakediscord.PublicKey)
	}
	fmt.Fprintf(out, "aidesk's configuration for it:\n\nbots:\n  - name: desk\n    discord: {token: %q%s, api_base_url: %q}\n",
		fakediscord.Token, key, fake.APIURL())
	return serveFake(ctx, listener, page.Handler(fake))
}

// slackPage and discordPage are fakes as the page shows them.
func slackPage(s *fakeslack.Slack) playground.Platform {
	return playground.Platform{Name: "slack", Fake: s, Shows: s.ShowsPicture}
}

func discordPage(d *fakediscord.Discord) playground.Platform {
	return playground.Platform{Name: "discord", Fake: d, Shows: d.ShowsPicture}
}

func listenFake(ctx context.Context, address string) (net.Listener, error) {
	listener, err := new(net.ListenConfig).Listen(ctx, "tcp", address)
	if err != nil {
		return nil, fmt.Errorf("cannot listen on %s: %w: choose another address with --listen", address, err)
	}
	return listener, nil
}

// serveFake serves until ctx is done.
func serveFake(ctx context.Context, listener net.Listener, fake http.Handler) error {
	server := &http.Server{Handler: fake, ReadHeaderTimeout: time.Minute}
	defer context.AfterFunc(ctx, func() { _ = server.Close() })()
	if err := server.Serve(listener); !errors.Is(err, http.ErrServerClosed) {
		return fmt.Errorf("serve on %s: %w", listener.Addr(), err)
	}
	return nil
}
