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
	"aidesk/adapters/slack/render"
	"aidesk/core/chat"
)

// command takes a slash command. Slack has none in threads, so a command is between
// the member and the desk: it belongs to their direct message and is answered there.
// Only an administrator's is about the channel in which it was typed.
func (in incoming) command(ctx context.Context, raw json.RawMessage) (any, error) {
	var s payload.Command
	if err := session.DecodeLenient(raw, &s); err != nil {
		return nil, errMalformed
	}
	if s.User == "" || s.Command == "" {
		return nil, nil
	}
	c, err := in.Grammar.Parse(s.Command + " " + payload.Typed(s.Text))
	if fault, ok := errors.AsType[*chat.SyntaxError](err); ok {
		return passing(fault.Message, ""), nil
	}
	if err != nil {
		return nil, err
	}
	syntax, verb, _ := in.Grammar.Find(c.Name, c.Verb)
	workspace := in.team(bool(s.Wide), s.Team)
	place, err := in.between(ctx, workspace, s.User)
	if err != nil {
		in.Logger.WarnContext(ctx, "opening a direct message", "error", err, "remedy", remedy(err))
		return passing("I could not open our direct message, in which I answer. Write to me there, or try again.", ""), nil
	}
	direct := place
	if syntax.Who == chat.Admins && s.Channel != place.Channel {
		place = chat.Place{Platform: platform, Workspace: workspace, Channel: s.Channel}
	}
	if verb.Form {
		return in.formOf(ctx, s, chat.Opening{Place: place, Member: s.User, Command: &c}), nil
	}
	if place.Direct && s.Channel != direct.Channel && s.Channel != "" {
		c.From = &chat.Place{Platform: platform, Workspace: workspace, Channel: s.Channel}
	}
	once := sha256.Sum256([]byte(s.Trigger)) // the trigger itself is not for logs
	e := chat.Event{
		ID: chat.Key("c", s.User, hex.EncodeToString(once[:12])), Time: in.Now(),
		Place: place, Member: s.User, Token: s.Response, Command: &c,
	}
	if err := in.desk.Receive(ctx, e); err != nil {
		return nil, fmt.Errorf("receiving %s: %w", e.ID, err)
	}
	if s.Channel == direct.Channel {
		return nil, nil
	}
	return passing("I answer in our direct message.", in.self.archive(direct.Channel, "")), nil
}

// formOf opens the form of a command; the answer says why if that fails.
func (in incoming) formOf(ctx context.Context, s payload.Command, o chat.Opening) any {
	if line := in.opening(ctx, s.Trigger, o); line != "" {
		return passing(line, "")
	}
	return nil
}

// passing is an answer that only the member sees, with a link unless that is empty.
func passing(line, link string) any {
	text := render.Escape(line)
	if link != "" {
		text += " <" + render.Escape(link) + "|Go there>"
	}
	return map[string]any{"response_type": "ephemeral", "text": text}
}
