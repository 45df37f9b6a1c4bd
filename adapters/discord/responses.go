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

// interactionResponse is the answer to an interaction.
type interactionResponse struct {
	Type int `json:"type"`
	Data any `json:"data,omitempty"`
}

// The types of responses.
const (
	respondPong           = 1
	respondMessage        = 4
	respondDeferredUpdate = 6 // the message with the button stays as it is
	respondUpdate         = 7
	respondComplete       = 8
	respondForm           = 9
)

// ephemeralText answers an interaction with a line that only its member sees.
func ephemeralText(line string) *interactionResponse {
	return &interactionResponse{Type: respondMessage, Data: render.EphemeralLine(line, "")}
}

// ephemeralLink is ephemeralText with a link behind the line.
func ephemeralLink(line, link string) *interactionResponse {
	return &interactionResponse{Type: respondMessage, Data: render.EphemeralLine(line, link)}
}

// interactionToken permits ephemeral messages to the member of an interaction for a
// quarter of an hour.
type interactionToken struct{ application, token string }

// tokenLife is a little less than Discord's quarter of an hour.
const tokenLife = 14 * time.Minute

// String is the token as it is stored in an event.
func (t interactionToken) String() string { return t.application + "/" + t.token }

// parseInteractionToken reads the token of an event.
func parseInteractionToken(s string) (interactionToken, bool) {
	application, secret, ok := strings.Cut(s, "/")
	return interactionToken{application: application, token: secret}, ok && secret != ""
}

// Note shows one member a short text: as an ephemeral message below the interaction, or
// else as a direct message.
func (a *Adapter) Note(ctx context.Context, e chat.Event, text markdown.Document) error {
	m, err := singleMessage("note/"+e.ID, text)
	if err != nil {
		return err
	}
	if t, ok := parseInteractionToken(e.Token); ok {
		if err := a.postEphemeral(ctx, t, render.EphemeralText(m.Content)); err == nil {
			return nil
		}
	}
	channel := e.Place.Channel
	if !e.Place.Direct {
		if channel, err = a.dmChannel(ctx, e.Member); err != nil {
			return err
		}
	}
	_, err = a.postMessage(ctx, channel, m, session.FirstWait)
	return err
}

// How long a message below an interaction waits for the interaction's own answer, which may
// still be on its way: before it, Discord knows of no such webhook.
const (
	firstAnswerPause = 20 * time.Millisecond // doubled with each try
	answerTime       = time.Second
)

// postEphemeral posts an ephemeral message below an interaction.
func (a *Adapter) postEphemeral(ctx context.Context, t interactionToken, body render.Ephemeral) error {
	c := rest.Call{Method: http.MethodPost, Path: "/webhooks/%s/%s", IDs: []string{t.application, t.token}, Body: body, MaxWait: session.FirstWait}
	err := a.rest.Do(ctx, c, nil)
	for pause := firstAnswerPause; rest.CodeOf(err) == rest.CodeUnknownWebhook && pause < answerTime; pause *= 2 {
		if session.Sleep(ctx, pause) != nil {
			break
		}
		err = a.rest.Do(ctx, c, nil)
	}
	if err != nil {
		return fmt.Errorf("answering an event: %w", err)
	}
	return nil
}

// singleMessage renders a text as one message; id makes its nonce.
func singleMessage(id string, text markdown.Document) (render.Message, error) {
	ms, err := render.Render(chat.Reply{ID: id, Text: text})
	if err != nil {
		return render.Message{}, err
	}
	if len(ms) != 1 || len(ms[0].Files) > 0 {
		return render.Message{}, errors.New("a note of more than one message")
	}
	return ms[0], nil
}
