package discord

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"time"

	"aidesk/adapters/discord/render"
	"aidesk/adapters/discord/rest"
	"aidesk/adapters/session"
	"aidesk/core/chat"
	"aidesk/core/markdown"
)

// token lets the desk answer an interaction for a quarter of an hour.
type token struct{ application, token string }

// tokenLife is a little less, for the way of the request.
const tokenLife = 14 * time.Minute

// String is how it stands in an event.
func (t token) String() string { return t.application + "/" + t.token }

// parseToken reads a token from an event.
func parseToken(s string) (token, bool) {
	application, secret, ok := strings.Cut(s, "/")
	return token{application: application, token: secret}, ok && secret != ""
}

// Note shows one member a passing note: below the interaction that it answers, or else
// in their direct message.
func (a *Adapter) Note(ctx context.Context, e chat.Event, text markdown.Document) error {
	m, err := one("note/"+e.ID, text)
	if err != nil {
		return err
	}
	if t, ok := parseToken(e.Token); ok {
		if err := a.whisper(ctx, t, render.EphemeralText(m.Content)); err == nil {
			return nil
		}
	}
	channel := e.Place.Channel
	if !e.Place.Direct {
		if channel, err = a.direct(ctx, e.Member); err != nil {
			return err
		}
	}
	_, err = a.create(ctx, channel, m, session.FirstWait)
	return err
}

// whisper shows a line to the member of an interaction that was answered.
func (a *Adapter) whisper(ctx context.Context, t token, body render.Ephemeral) error {
	c := rest.Call{Method: http.MethodPost, Path: "/webhooks/%s/%s", IDs: []string{t.application, t.token}, Body: body, MaxWait: session.FirstWait}
	if err := a.web.Do(ctx, c, nil); err != nil {
		return fmt.Errorf("answering an event: %w", err)
	}
	return nil
}

// one is a text as a single message; id makes its nonce.
func one(id string, text markdown.Document) (render.Message, error) {
	ms, err := render.Reply(chat.Reply{ID: id, Text: text})
	if err != nil {
		return render.Message{}, err
	}
	if len(ms) != 1 || len(ms[0].Files) > 0 {
		return render.Message{}, errors.New("a note of more than one message")
	}
	return ms[0], nil
}
