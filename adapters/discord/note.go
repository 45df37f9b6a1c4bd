package discord

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"sync"
	"time"

	"aidesk/adapters/discord/render"
	"aidesk/adapters/discord/rest"
	"aidesk/core/chat"
	"aidesk/core/markdown"
)

// token lets the desk answer an interaction for a quarter of an hour.
type token struct {
	application, token string
	at                 time.Time
}

// String is how it stands in an event.
func (t token) String() string { return t.application + "/" + t.token }

// parseToken reads a token from an event.
func parseToken(s string) (token, bool) {
	application, secret, ok := strings.Cut(s, "/")
	return token{application: application, token: secret}, ok && secret != ""
}

// tokens are those of the last interactions, by member: by one a member can be told
// that no direct message reaches them.
type tokens struct {
	now func() time.Time

	mu sync.Mutex
	by map[string]token
}

const (
	tokenLife  = 14 * time.Minute
	mostTokens = 10_000
)

func (t *tokens) keep(member string, now token) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if len(t.by) >= mostTokens {
		clear(t.by)
	}
	now.at = t.now()
	t.by[member] = now
}

func (t *tokens) find(member string) (token, bool) {
	t.mu.Lock()
	defer t.mu.Unlock()
	found, ok := t.by[member]
	return found, ok && t.now().Sub(found.at) < tokenLife
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
	_, err = a.create(ctx, channel, m, patience)
	return err
}

// whisper shows a line to the member of an interaction that was answered.
func (a *Adapter) whisper(ctx context.Context, t token, body render.Ephemeral) error {
	c := rest.Call{Method: http.MethodPost, Path: "/webhooks/%s/%s", IDs: []string{t.application, t.token}, Body: body, MaxWait: patience}
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
