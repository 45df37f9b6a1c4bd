package discord

import (
	"aidesk/adapters/discord/render"
	"context"
	"encoding/hex"
	"errors"
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"time"
)

// Finding is one thing that was looked at, with what is wrong and what to do about it;
// a nil Err is good.
type Finding struct {
	What string
	Err  error
}

// application is how Discord describes one to its own bot.
type application struct {
	ID        string `json:"id"`
	Flags     int    `json:"flags"`
	Endpoint  string `json:"interactions_endpoint_url"`
	VerifyKey string `json:"verify_key"`
}

// mayReadContent are the flags of an application for which the intent is switched on.
const mayReadContent = 1<<18 | 1<<19

// Diagnose looks at the token, the intents, the way in, permissions and commands, each
// with its remedy. It posts nothing and may be called while the adapter runs.
func (a *Adapter) Diagnose(ctx context.Context) []Finding {
	var me user
	if err := a.get(ctx, "/users/@me", &me); err != nil {
		return []Finding{{"discord: the bot token", advised(err)}}
	}
	out := []Finding{{"discord: the bot token, of " + me.Name, nil}}
	var app application
	if err := a.get(ctx, "/applications/@me", &app); err != nil {
		return append(out, Finding{"discord: the application", advised(err)})
	}
	out = append(out, Finding{"discord: the application " + app.ID, a.own(app)})
	out = append(out, Finding{a.intentsName(), a.readsContent(app)}, a.way(app), a.starts(ctx))
	out = append(out, a.permitted(ctx, app)...)
	return append(out, a.told(ctx, app))
}

func (a *Adapter) get(ctx context.Context, path string, out any, ids ...string) error {
	return a.web.ask(ctx, call{method: http.MethodGet, path: path, ids: ids, patience: callTime}, out)
}

// own compares the application with the configuration.
func (a *Adapter) own(app application) error {
	if a.ApplicationID != "" && a.ApplicationID != app.ID {
		return fmt.Errorf("the token belongs to another than %s: correct application_id, or leave it out", a.ApplicationID)
	}
	return nil
}

func (a *Adapter) intentsName() string {
	if a.MessageContent {
		return "discord: the intents, with message content"
	}
	return "discord: the intents, without message content"
}

func (a *Adapter) readsContent(app application) error {
	if a.MessageContent && app.Flags&mayReadContent == 0 {
		return errors.New("switch on “Message Content Intent” under “Bot” of the application, or set message_content to false")
	}
	return nil
}

// way looks at how interactions come in.
func (a *Adapter) way(app application) Finding {
	const enter = "enter https://YOUR-ADDRESS" + PathInteractions + " under “General Information” of the application, while the desk runs"
	if a.key == nil {
		var err error
		if app.Endpoint != "" {
			err = fmt.Errorf("presses and commands go to %s: set public_key, or clear “Interactions Endpoint URL” of the application", app.Endpoint)
		}
		return Finding{"discord: interactions, over the gateway", err}
	}
	what := "discord: interactions, as requests"
	switch {
	case app.VerifyKey != "" && !strings.EqualFold(app.VerifyKey, hex.EncodeToString(a.key)):
		return Finding{what, errors.New("the public key is another application's: copy it from “General Information”")}
	case app.Endpoint == "":
		return Finding{what, errors.New("discord does not send them yet: " + enter)}
	case !strings.HasSuffix(app.Endpoint, PathInteractions):
		return Finding{what, fmt.Errorf("they go to %s: %s", app.Endpoint, enter)}
	}
	return Finding{what, nil}
}

// starts looks at how often the bot may still connect.
func (a *Adapter) starts(ctx context.Context) Finding {
	var g struct {
		Limit struct {
			Remaining int `json:"remaining"`
			Reset     int `json:"reset_after"` // milliseconds
		} `json:"session_start_limit"`
	}
	if err := a.get(ctx, "/gateway/bot", &g); err != nil {
		return Finding{"discord: the gateway", advised(err)}
	}
	var err error
	if g.Limit.Remaining == 0 && g.Limit.Reset > 0 {
		err = fmt.Errorf("the bot has connected too often today: stop it and wait %s", time.Duration(g.Limit.Reset)*time.Millisecond)
	}
	return Finding{"discord: the gateway", err}
}

// permitted compares what the bot may do in its servers with what is needed.
func (a *Adapter) permitted(ctx context.Context, app application) []Finding {
	var guilds []struct {
		Name        string `json:"name"`
		Permissions string `json:"permissions"`
	}
	if err := a.get(ctx, "/users/@me/guilds", &guilds); err != nil {
		return []Finding{{"discord: servers", advised(err)}}
	}
	if len(guilds) == 0 {
		return []Finding{{"discord: servers", errors.New("the bot is in none: open " + Invite(app.ID))}}
	}
	var out []Finding
	for _, g := range guilds {
		bits, err := strconv.ParseUint(g.Permissions, 10, 64)
		var missing []string
		for _, p := range permits {
			if bits&(p.bit|administrator) == 0 && err == nil {
				missing = append(missing, p.name+" (to "+p.why+")")
			}
		}
		f := Finding{What: "discord: permissions in " + clip(g.Name, 100)}
		if len(missing) > 0 {
			f.Err = fmt.Errorf("missing: %s; give them to the bot's role, or open %s", strings.Join(missing, ", "), Invite(app.ID))
		}
		out = append(out, f)
	}
	return out
}

// told compares the commands that Discord knows with those there are.
func (a *Adapter) told(ctx context.Context, app application) Finding {
	var have []render.Command
	if err := a.get(ctx, "/applications/%s/commands", &have, app.ID); err != nil {
		return Finding{"discord: the commands", advised(err)}
	}
	known := map[string]bool{}
	for _, c := range have {
		known[c.Name] = true
	}
	missing := 0
	for _, c := range render.Commands(a.Grammar) {
		if !known[c.Name] {
			missing++
		}
	}
	if missing > 0 {
		return Finding{fmt.Sprintf("discord: the commands (%d are not registered yet: that happens at the start)", missing), nil}
	}
	return Finding{"discord: the commands", nil}
}

// advised is an error with what to do about it.
func advised(err error) error { return fmt.Errorf("%w: %s", err, remedy(err)) }
