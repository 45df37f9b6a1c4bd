package slack

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"

	"aidesk/adapters/session"
	"aidesk/adapters/slack/payload"
	"aidesk/adapters/slack/webapi"
	"aidesk/core/chat"
)

// command handles a slash command. Slack has none in threads, so a command belongs to the
// member's direct-message channel and is answered there. Only a command for
// administrators belongs to the channel in which it was typed.
func (in incoming) command(ctx context.Context, raw json.RawMessage) (any, error) {
	var s payload.Command
	if err := session.DecodeLenient(raw, &s); err != nil {
		return nil, errMalformed
	}
	if s.User == "" || s.Command == "" {
		return nil, nil
	}
	typed, marks := payload.Typed(s.Text)
	c, err := in.Grammar.Parse(s.Command + " " + typed)
	if fault, ok := errors.AsType[*chat.SyntaxError](err); ok {
		return ephemeralAnswer(fault.Message, ""), nil
	}
	if err != nil {
		return nil, err
	}
	c.Names = marks
	syntax, verb, _ := in.Grammar.Find(c.Name, c.Verb)
	workspace := in.team(bool(s.Wide), s.Team)
	place, err := in.directPlace(ctx, workspace, s.User)
	if err != nil {
		in.Logger.WarnContext(ctx, "opening a direct message", "error", err, "remedy", webapi.Remedy(err))
		return ephemeralAnswer(textNoDirect, ""), nil
	}
	direct := place
	if syntax.Who == chat.Admins && s.Channel != place.Channel {
		place = chat.Place{Platform: platform, Workspace: workspace, Channel: s.Channel}
	}
	if verb.Form {
		return in.openCommandForm(ctx, s, chat.Opening{Place: place, Member: s.User, Command: &c}), nil
	}
	if place.Direct && s.Channel != direct.Channel && s.Channel != "" {
		// Whether other organisations read the channel is not said, so they are taken to.
		c.From = &chat.Place{Platform: platform, Workspace: workspace, Channel: s.Channel, External: true}
	}
	digest := sha256.Sum256([]byte(s.Trigger)) // the trigger id itself must not get into logs
	e := chat.Event{
		ID: chat.Key("c", s.User, hex.EncodeToString(digest[:12])), Time: in.Now(),
		Place: place, Member: s.User, Token: s.Response, Command: &c,
	}
	if err := in.handler.Receive(ctx, e); err != nil {
		return nil, fmt.Errorf("receiving %s: %w", e.ID, err)
	}
	if s.Channel == direct.Channel {
		return nil, nil
	}
	return ephemeralAnswer(textDirect, in.self.permalink(direct.Channel, "")), nil
}

// openCommandForm opens the form of a command. The answer is nil, or says why it failed.
func (in incoming) openCommandForm(ctx context.Context, s payload.Command, o chat.Opening) any {
	if line := in.tryOpenForm(ctx, s.Trigger, o); line != "" {
		return ephemeralAnswer(line, "")
	}
	return nil
}
