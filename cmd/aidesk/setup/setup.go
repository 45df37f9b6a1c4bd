// Package setup asks an operator what the program needs to know, writes the
// configuration from the answers, and says what to do next: aidesk init.
package setup

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net/url"
	"os"
	"path/filepath"
	"strings"

	discordsetup "aidesk/adapters/discord/setup"
	slacksetup "aidesk/adapters/slack/setup"
	"aidesk/bots/command"
	"aidesk/cmd/aidesk/config"
)

// answers are the answers to all questions.
type answers struct {
	modelURL, model, modelKey string
	where                     string // slack, discord or both
	mode, public, listen      string
	bot, app, signing         string // what Slack gave; empty: read from the environment
	several                   bool   // workspaces install the app
	client, clientSecret      string // of such an app; the secret as above
	application, token        string // what Discord gave
}

// The answers to which messengers are used.
const (
	atSlack   = "slack"
	atDiscord = "discord"
	atBoth    = "both"
)

// Run asks, writes the configuration to path, which must not exist yet, and prints what
// to do next. Reading a line cannot be interrupted: when ctx is done, Run returns at
// once and leaves a goroutine behind that waits for input until the process ends.
func Run(ctx context.Context, path string, in io.Reader, out io.Writer) error {
	a := newPrompter(in, out)
	done := make(chan error, 1)
	go func() { done <- run(path, a, out) }()
	select {
	case err := <-done:
		return err
	case <-ctx.Done():
		a.restore()
		return errors.New("interrupted")
	}
}

func run(path string, a *prompter, out io.Writer) error {
	if _, err := os.Lstat(path); err == nil {
		return fmt.Errorf("%s is there already and is not overwritten: name another file with --config, or move it away", path)
	} else if !errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("looking for %s: %w", path, err)
	}
	var got answers
	if err := got.askModel(a); err != nil {
		return err
	}
	var err error
	if got.where, err = a.ask("Where shall aidesk be: slack, discord or both", atSlack, oneOf(atSlack, atDiscord, atBoth)); err != nil {
		return err
	}
	if got.where != atDiscord {
		if err := got.askSlack(a, out); err != nil {
			return err
		}
	}
	if got.where != atSlack {
		if err := got.askDiscord(a, out); err != nil {
			return err
		}
	}
	text := got.yaml()
	given := func(string) (string, bool) { return "", true } // what the environment will bring is not judged here
	if _, err := config.Parse(path, []byte(text), given); err != nil && got.complete() {
		return err
	}
	if err := writeNewFile(path, text); err != nil {
		return err
	}
	got.printNextSteps(path, out)
	return nil
}

func (g *answers) askModel(a *prompter) (err error) {
	fmt.Fprintln(a.out, "A language model answers: OpenAI's (https://api.openai.com/v1), Anthropic's (https://api.anthropic.com), or")
	fmt.Fprintln(a.out, "any server that speaks Chat Completions. Without one, the built-in planner matches words with the")
	fmt.Fprintln(a.out, "plugins' example sentences.")
	if g.modelURL, err = a.ask("Address of the server, such as http://127.0.0.1:11434/v1 (empty: the planner)", "", webOrEmpty); err != nil || g.modelURL == "" {
		return err
	}
	if g.model, err = a.ask("Name of the model there, such as llama3.1", "", required); err != nil {
		return err
	}
	g.modelKey, err = a.secret("Its API key (empty: none is needed)", anyAnswer)
	return err
}

func (g *answers) askSlack(a *prompter, out io.Writer) (err error) {
	fmt.Fprintln(out, "\nHow shall Slack and aidesk meet? socket: aidesk calls Slack, and nothing needs to be open to the")
	fmt.Fprintln(out, "internet. http: Slack calls an https:// address of yours.")
	if g.mode, err = a.ask("socket or http", config.SocketMode, oneOf(config.SocketMode, config.HTTPMode)); err != nil {
		return err
	}
	if g.mode == config.HTTPMode {
		if g.public, err = a.ask("Address under which Slack reaches aidesk, such as https://desk.example.com", "", config.CheckPublic); err != nil {
			return err
		}
		g.public = strings.TrimRight(g.public, "/")
		if g.listen, err = a.ask("Where aidesk listens, behind your proxy", "127.0.0.1:8080", required); err != nil {
			return err
		}
		number, err := a.ask("One workspace, or several that install the app by themselves: one or several", "one", oneOf("one", "several"))
		if err != nil {
			return err
		}
		g.several = number == "several"
	}
	manifest, err := slacksetup.Manifest(g.mode, g.public, command.Table)
	if err != nil {
		return err
	}
	fmt.Fprintf(out, "\nNow make the app: open https://api.slack.com/apps?new_app=1, choose “From a manifest”, your workspace,\nand paste this:\n\n%s\n\n", strings.TrimSpace(string(manifest)))
	if g.several {
		return g.askApp(a, out)
	}
	fmt.Fprintln(out, "Install it (Install App). aidesk needs what Slack shows then; an empty answer leaves it to an")
	fmt.Fprintln(out, "environment variable.")
	if g.bot, err = a.secret("OAuth & Permissions, Bot User OAuth Token (xoxb-…; empty: SLACK_BOT_TOKEN)", startsWith("xoxb-")); err != nil {
		return err
	}
	if g.mode == config.HTTPMode {
		g.signing, err = a.secret("Basic Information, App Credentials, Signing Secret (empty: SLACK_SIGNING_SECRET)", startsWith(""))
		return err
	}
	g.app, err = a.secret("Basic Information, App-Level Tokens, a new one with connections:write (xapp-…; empty: SLACK_APP_TOKEN)", startsWith("xapp-"))
	return err
}

// askApp asks for what identifies an app that several workspaces install.
func (g *answers) askApp(a *prompter, out io.Writer) (err error) {
	fmt.Fprintln(out, "aidesk needs what Slack shows then under Basic Information, App Credentials; an empty answer leaves a")
	fmt.Fprintln(out, "secret to an environment variable. docs/slack-workspaces.md says how other workspaces may install it.")
	if g.client, err = a.ask("Client ID", "", config.CheckSlackClient); err != nil {
		return err
	}
	if g.clientSecret, err = a.secret("Client Secret (empty: SLACK_CLIENT_SECRET)", startsWith("")); err != nil {
		return err
	}
	g.signing, err = a.secret("Signing Secret (empty: SLACK_SIGNING_SECRET)", startsWith(""))
	return err
}

// complete reports whether no secret is left to the environment.
func (g *answers) complete() bool {
	return (g.where == atDiscord || g.slackComplete()) && (g.where == atSlack || g.token != "")
}

func (g *answers) slackComplete() bool {
	if g.several {
		return g.clientSecret != "" && g.signing != ""
	}
	return g.bot != "" && (g.mode == config.HTTPMode && g.signing != "" || g.mode == config.SocketMode && g.app != "")
}

// yaml returns the configuration as text.
func (g *answers) yaml() string {
	var b strings.Builder
	line := func(format string, args ...any) { fmt.Fprintf(&b, format+"\n", args...) }
	line("# Written by aidesk init. config.example.yaml explains every key there is.")
	line("store:\n  url: bolt:./aidesk.db")
	if g.mode == config.HTTPMode {
		line("http:\n  listen: %s\n  public_url: %s", quoteYAML(g.listen), quoteYAML(g.public))
	}
	line("models:\n  main:")
	if g.modelURL == "" {
		line("    provider: planner")
	} else {
		line("    provider: %s\n    base_url: %s\n    model: %s", providerOf(g.modelURL), quoteYAML(g.modelURL), quoteYAML(g.model))
		if g.modelKey != "" {
			line("    api_key: %s", quoteYAML(g.modelKey))
		}
	}
	line("bots:\n  - name: desk\n    model: main")
	if g.where != atDiscord {
		line("    slack:\n      mode: %s", g.mode)
		if g.several {
			line("      client_id: %s\n      client_secret: %s", quoteYAML(g.client), valueOrVariable(g.clientSecret, "SLACK_CLIENT_SECRET"))
		} else {
			line("      bot_token: %s", valueOrVariable(g.bot, "SLACK_BOT_TOKEN"))
		}
		if g.mode == config.HTTPMode {
			line("      signing_secret: %s", valueOrVariable(g.signing, "SLACK_SIGNING_SECRET"))
		} else {
			line("      app_token: %s", valueOrVariable(g.app, "SLACK_APP_TOKEN"))
		}
	}
	if g.where != atSlack {
		line("    discord:\n      application_id: %s\n      token: %s", quoteYAML(g.application), valueOrVariable(g.token, "DISCORD_TOKEN"))
	}
	return b.String()
}

// providerOf returns the provider to configure for an address.
func providerOf(address string) string {
	u, err := url.Parse(address)
	switch {
	case err == nil && u.Hostname() == "api.openai.com":
		return "openai"
	case err == nil && u.Hostname() == "api.anthropic.com":
		return "anthropic"
	}
	return "openai-chat"
}

// printNextSteps prints what to do after the configuration was written.
func (g *answers) printNextSteps(path string, out io.Writer) {
	fmt.Fprintf(out, "\n%s is written, readable by you alone. Next:\n", path)
	n := 0
	step := func(format string, args ...any) {
		n++
		fmt.Fprintf(out, "  %d. "+format+"\n", append([]any{n}, args...)...)
	}
	if !g.complete() {
		step("set the environment variables that it names")
	}
	step("aidesk doctor --config %s", path)
	step("aidesk serve --config %s", path)
	if g.mode == config.HTTPMode {
		step("at Slack, under Event Subscriptions, have the address checked now that aidesk runs")
	}
	if g.several {
		step("each workspace: somebody who may install apps there opens %s", g.public+slacksetup.PathStart)
	}
	if g.where != atDiscord {
		step("in Slack: /invite @aidesk in a channel, then ask there: @aidesk help")
	}
	if g.where != atSlack {
		step("in Discord: mention the bot in a channel; at first it answers administrators only (access in config.example.yaml)")
	}
	step("there: /plugins-admin add plugin.example.com brings the first plugin")
	step("aidesk doctor --config %s --live CHANNEL (a channel's id) tries every kind of message there", path)
}

// quoteYAML quotes a text as a YAML value in which no variable is expanded.
func quoteYAML(text string) string {
	body, err := json.Marshal(strings.ReplaceAll(text, "${", "$${"))
	if err != nil {
		panic(err) // a string
	}
	return string(body)
}

func valueOrVariable(text, variable string) string {
	if text == "" {
		return "${" + variable + "}"
	}
	return quoteYAML(text)
}

// writeNewFile creates a file that only its owner can read; an existing one is an error.
func writeNewFile(path, text string) error {
	file, err := os.OpenFile(path, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600)
	if err != nil {
		return fmt.Errorf("writing the configuration: %w: choose a folder that can be written", err)
	}
	_, err = file.WriteString(text)
	if err := errors.Join(err, file.Sync(), file.Close()); err != nil {
		return fmt.Errorf("writing %s: %w", filepath.Base(path), err)
	}
	return nil
}

// required refuses an empty answer.
func required(answer string) error {
	if answer == "" {
		return errors.New("an answer is needed here")
	}
	return nil
}

// startsWith accepts an empty answer, or a secret that has the prefix.
func startsWith(prefix string) func(string) error {
	return func(answer string) error {
		if answer != "" && (!strings.HasPrefix(answer, prefix) || strings.ContainsAny(answer, " \t")) {
			return fmt.Errorf("this does not begin with %s, or holds a space", prefix)
		}
		return nil
	}
}

// webOrEmpty accepts an empty answer, or the address of a web server.
func webOrEmpty(answer string) error {
	u, err := url.Parse(answer)
	if answer != "" && (err != nil || u.Scheme != "http" && u.Scheme != "https" || u.Hostname() == "" || u.User != nil || u.RawQuery != "" || u.Fragment != "") {
		return errors.New("want an http:// or https:// address, without user, query or fragment")
	}
	return nil
}

// askDiscord asks for the Discord application and prints the link that invites its bot to a
// server.
func (g *answers) askDiscord(a *prompter, out io.Writer) (err error) {
	fmt.Fprintln(out, "\nNow make the application at Discord: open https://discord.com/developers/applications, New Application.")
	number := func(answer string) error {
		if !config.IsDiscordID(answer) {
			return errors.New("want the number that stands there, such as 800000000000000001")
		}
		return nil
	}
	if g.application, err = a.ask("General Information, Application ID", "", number); err != nil {
		return err
	}
	token := func(answer string) error {
		if answer != "" && (strings.Count(answer, ".") != 2 || strings.ContainsAny(answer, " \t")) {
			return errors.New("this is no token of a bot: it has three parts with dots between, and no space")
		}
		return nil
	}
	if g.token, err = a.secret("Bot, Reset Token (empty: DISCORD_TOKEN)", token); err != nil {
		return err
	}
	fmt.Fprintf(out, "\nBring the bot into your server: whoever may manage it opens this link:\n\n%s\n", discordsetup.Invite(g.application))
	return nil
}
