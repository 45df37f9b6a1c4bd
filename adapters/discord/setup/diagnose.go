package setup

import (
	"context"
	"crypto/ed25519"
	"encoding/hex"
	"errors"
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/bwmarrin/discordgo"

	"aidesk/adapters/discord/payload"
	"aidesk/adapters/discord/render"
	"aidesk/adapters/discord/rest"
	"aidesk/adapters/session"
	"aidesk/core/chat"
)

// Config is the application as it is configured.
type Config struct {
	REST           *rest.Client
	ApplicationID  string            // empty: whichever the token belongs to
	PublicKey      ed25519.PublicKey // nil: interactions come over the gateway
	MessageContent bool
	Grammar        chat.Grammar // its slash commands
	Path           string       // where interactions come in as requests
}

// messageContentFlags are set for applications with the message content intent.
const messageContentFlags = 1<<18 | 1<<19

// Diagnose checks the token, the intents, how interactions come in, permissions and
// commands; each finding says what to do. It posts nothing and may be called while the
// bot runs.
func Diagnose(ctx context.Context, c Config) []session.Finding {
	var me payload.User
	if err := c.get(ctx, "/users/@me", &me); err != nil {
		return []session.Finding{session.Found("discord: the bot token", rest.Advised(err))}
	}
	out := []session.Finding{session.Found("discord: the bot token, of "+me.Name, nil)}
	var app payload.Application
	if err := c.get(ctx, "/applications/@me", &app); err != nil {
		return append(out, session.Found("discord: the application", rest.Advised(err)))
	}
	out = append(out, session.Found("discord: the application "+app.ID, c.applicationFault(app)))
	out = append(out, session.Found(c.intentsLabel(), c.intentsFault(app)), c.interactionsFinding(app), c.gatewayFinding(ctx))
	out = append(out, c.permissionFindings(ctx, app)...)
	return append(out, c.commandsFinding(ctx, app))
}

func (c Config) get(ctx context.Context, path string, out any, ids ...string) error {
	return c.REST.Do(ctx, rest.Call{Method: http.MethodGet, Path: path, IDs: ids, MaxWait: session.CallTimeout}, out)
}

// applicationFault compares the application with the configuration.
func (c Config) applicationFault(app payload.Application) error {
	if c.ApplicationID != "" && c.ApplicationID != app.ID {
		return fmt.Errorf("the token belongs to another than %s: correct application_id, or leave it out", c.ApplicationID)
	}
	return nil
}

func (c Config) intentsLabel() string {
	if c.MessageContent {
		return "discord: the intents, with message content"
	}
	return "discord: the intents, without message content"
}

func (c Config) intentsFault(app payload.Application) error {
	if c.MessageContent && app.Flags&messageContentFlags == 0 {
		return errors.New("switch on “Message Content Intent” under “Bot” of the application, or set message_content to false")
	}
	return nil
}

// interactionsFinding checks how interactions come in.
func (c Config) interactionsFinding(app payload.Application) session.Finding {
	enter := "enter https://YOUR-ADDRESS" + c.Path + " under “General Information” of the application, while aidesk runs"
	if c.PublicKey == nil {
		var err error
		if app.Endpoint != "" {
			err = fmt.Errorf("presses and commands go to %s: set public_key, or clear “Interactions Endpoint URL” of the application", app.Endpoint)
		}
		return session.Found("discord: interactions, over the gateway", err)
	}
	what := "discord: interactions, as requests"
	switch {
	case app.VerifyKey != "" && !strings.EqualFold(app.VerifyKey, hex.EncodeToString(c.PublicKey)):
		return session.Found(what, errors.New("the public key is another application's: copy it from “General Information”"))
	case app.Endpoint == "":
		return session.Found(what, errors.New("discord does not send them yet: "+enter))
	case !strings.HasSuffix(app.Endpoint, c.Path):
		return session.Found(what, fmt.Errorf("they go to %s: %s", app.Endpoint, enter))
	}
	return session.Found(what, nil)
}

// gatewayFinding checks how often the bot may still connect today.
func (c Config) gatewayFinding(ctx context.Context) session.Finding {
	var g struct {
		Limit struct {
			Remaining int `json:"remaining"`
			Reset     int `json:"reset_after"` // milliseconds
		} `json:"session_start_limit"`
	}
	if err := c.get(ctx, "/gateway/bot", &g); err != nil {
		return session.Found("discord: the gateway", rest.Advised(err))
	}
	var err error
	if g.Limit.Remaining == 0 && g.Limit.Reset > 0 {
		err = fmt.Errorf("the bot has connected too often today: stop it and wait %s", time.Duration(g.Limit.Reset)*time.Millisecond)
	}
	return session.Found("discord: the gateway", err)
}

// permissionFindings compares the permissions of the bot in each server with those it
// needs.
func (c Config) permissionFindings(ctx context.Context, app payload.Application) []session.Finding {
	var guilds []struct {
		Name        string `json:"name"`
		Permissions string `json:"permissions"`
	}
	if err := c.get(ctx, "/users/@me/guilds", &guilds); err != nil {
		return []session.Finding{session.Found("discord: servers", rest.Advised(err))}
	}
	if len(guilds) == 0 {
		return []session.Finding{session.Found("discord: servers", errors.New("the bot is in none: open "+Invite(app.ID)))}
	}
	var out []session.Finding
	for _, g := range guilds {
		bits, err := strconv.ParseUint(g.Permissions, 10, 64)
		var missing []string
		for _, p := range permissions {
			if bits&(p.bit|discordgo.PermissionAdministrator) == 0 && err == nil {
				missing = append(missing, p.name+" (to "+p.why+")")
			}
		}
		f := session.Finding{What: "discord: permissions in " + rest.Clip(g.Name, 100)}
		if len(missing) > 0 {
			f.Err = fmt.Errorf("missing: %s; give them to the bot's role, or open %s", strings.Join(missing, ", "), Invite(app.ID))
		}
		out = append(out, f)
	}
	return out
}

// commandsFinding compares the registered commands with those of the grammar.
func (c Config) commandsFinding(ctx context.Context, app payload.Application) session.Finding {
	var have []render.Command
	if err := c.get(ctx, "/applications/%s/commands", &have, app.ID); err != nil {
		return session.Found("discord: the commands", rest.Advised(err))
	}
	known := map[string]bool{}
	for _, had := range have {
		known[had.Name] = true
	}
	missing := 0
	for _, command := range render.Commands(c.Grammar) {
		if !known[command.Name] {
			missing++
		}
	}
	if missing > 0 {
		return session.Found(fmt.Sprintf("discord: the commands (%d are not registered yet: that happens at the start)", missing), nil)
	}
	return session.Found("discord: the commands", nil)
}
