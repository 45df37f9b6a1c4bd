package discord

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"net/http"
	"time"

	"aidesk/adapters/discord/render"
	"aidesk/adapters/discord/rest"
	"aidesk/adapters/session"
	"aidesk/core/chat"
)

// commandsKey is what the registered commands are kept under.
const commandsKey = "commands"

// registerCommands tells Discord of the commands, unless it was told of the very same. While it
// cannot, the ones that were registered before go on.
func (a *Adapter) registerCommands(ctx context.Context, self appIdentity, k chat.Keeper) {
	body := render.Commands(a.Grammar)
	data, err := json.Marshal(body)
	if err != nil {
		a.Logger.ErrorContext(ctx, "registering the commands", "error", err)
		return
	}
	sum := sha256.Sum256(append([]byte(self.Application+" "), data...))
	want := hex.EncodeToString(sum[:])
	have, err := k.Kept(ctx, commandsKey)
	if err == nil && string(have) == want {
		return
	}
	for pause := time.Second; ; pause = min(2*pause, time.Hour) {
		c := rest.Call{Method: http.MethodPut, Path: "/applications/%s/commands", IDs: []string{self.Application}, Body: body, MaxWait: session.CallTimeout}
		err := a.rest.Do(ctx, c, nil)
		if err == nil {
			if err := k.Keep(ctx, commandsKey, []byte(want)); err != nil {
				a.Logger.WarnContext(ctx, "remembering which commands are registered", "error", err)
			}
			return
		}
		if ctx.Err() != nil {
			return
		}
		a.Logger.WarnContext(ctx, "the commands could not be registered", "error", err, "remedy", rest.Remedy(err), "again", pause)
		if session.Sleep(ctx, pause) != nil {
			return
		}
	}
}
