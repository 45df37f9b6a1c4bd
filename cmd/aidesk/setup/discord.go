package setup

import (
	"errors"
	"fmt"
	"io"
	"strings"

	"aidesk/adapters/discord/setup"
	"aidesk/cmd/aidesk/config"
)

// askDiscord asks for the application at Discord, and prints the link that brings its
// bot into a server.
func (g *answers) askDiscord(a *asker, out io.Writer) (err error) {
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
	fmt.Fprintf(out, "\nBring the bot into your server: whoever may manage it opens this link:\n\n%s\n", setup.Invite(g.application))
	return nil
}
