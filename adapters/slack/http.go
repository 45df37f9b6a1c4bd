package slack

import (
	"context"
	"encoding/json"
	"errors"
	"log/slog"
	"mime"
	"net/http"
	"net/url"
	"strconv"

	slackgo "github.com/slack-go/slack"

	"aidesk/adapters/session"
	"aidesk/adapters/slack/setup"
	"aidesk/core/chat"
)

const (
	typeJSON = "application/json"
	typeForm = "application/x-www-form-urlencoded"

	maxCheck = 1 << 10 // bytes of the unsigned request with which Slack checks a certificate
)

// Handler serves /slack/events, /slack/commands and /slack/interactivity in ModeHTTP,
// during Run; otherwise every request is answered with status 503, so that Slack tries
// again. In ModeSocket it serves nothing.
func (a *Adapter) Handler() http.Handler {
	mux := http.NewServeMux()
	if a.Mode == ModeHTTP {
		e := &endpoints{secret: a.SigningSecret, receive: a.receive, Logger: a.Logger}
		e.addTo(mux)
	}
	return mux
}

// endpoints are where Slack sends its requests to.
type endpoints struct {
	secret  string // that signs them
	receive func(ctx context.Context, kind string, raw json.RawMessage) (answer any, err error)
	Logger  *slog.Logger
}

func (e *endpoints) addTo(mux *http.ServeMux) {
	mux.HandleFunc(setup.PathEvents, e.endpoint(kindEvents, typeJSON))
	mux.HandleFunc(setup.PathCommands, e.endpoint(kindCommand, typeForm))
	mux.HandleFunc(setup.PathInteraction, e.endpoint(kindInteraction, typeForm))
}

// endpoint serves requests with payloads of a kind and content type.
func (e *endpoints) endpoint(kind, accepts string) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		if !session.RequirePost(w, r, "Slack") {
			return
		}
		if got, _, err := mime.ParseMediaType(r.Header.Get("Content-Type")); err != nil || got != accepts {
			http.Error(w, "Slack sends "+accepts+" here.", http.StatusUnsupportedMediaType)
			return
		}
		refuse := func(fault string) {
			e.Logger.WarnContext(r.Context(), "a request was refused", "path", r.URL.Path, "reason", fault)
			http.Error(w, fault, http.StatusUnauthorized)
		}
		verifier, err := slackgo.NewSecretsVerifier(r.Header, e.secret)
		if err != nil && (accepts != typeForm || r.ContentLength < 0 || r.ContentLength > maxCheck) {
			refuse(signatureFault(err))
			return
		}
		body, ok := session.ReadBody(w, r)
		if !ok {
			return
		}
		data, check := payloadOf(kind, accepts, body)
		if check { // Slack checks the certificate with an unsigned request
			w.WriteHeader(http.StatusOK)
			return
		}
		if err == nil {
			_, _ = verifier.Write(body) // a hash takes everything
			err = verifier.Ensure()
		}
		if err != nil {
			refuse(signatureFault(err))
			return
		}
		e.serve(w, r, kind, data)
	}
}

// serve receives a payload whose signature is right, and answers the request.
func (e *endpoints) serve(w http.ResponseWriter, r *http.Request, kind string, data json.RawMessage) {
	if len(data) == 0 {
		http.Error(w, "The request has no payload.", http.StatusBadRequest)
		return
	}
	answer, err := e.receive(r.Context(), kind, data)
	switch {
	case errors.Is(err, errMalformed):
		http.Error(w, "The payload cannot be read.", http.StatusBadRequest)
	case err != nil:
		if !errors.Is(err, chat.ErrNotRunning) {
			e.Logger.ErrorContext(r.Context(), "an event was not received", "kind", kind, "error", err)
		}
		http.Error(w, "Not received; try again.", http.StatusServiceUnavailable)
	case answer == nil:
		w.WriteHeader(http.StatusOK)
	default:
		w.Header().Set("Content-Type", "application/json; charset=utf-8")
		_ = json.NewEncoder(w).Encode(answer) // if nobody reads it, Slack tries again
	}
}

// payloadOf is the payload of a request as JSON, empty if there is none. check reports
// whether the request is Slack's check of the certificate.
func payloadOf(kind, accepts string, body []byte) (payload json.RawMessage, check bool) {
	if accepts == typeJSON {
		return body, false
	}
	form, err := url.ParseQuery(string(body))
	if err != nil {
		return nil, false
	}
	if form.Get("ssl_check") == "1" {
		return nil, true
	}
	if kind == kindInteraction {
		return json.RawMessage(form.Get("payload")), false
	}
	if len(form) == 0 {
		return nil, false
	}
	flat := map[string]string{}
	for name := range form {
		flat[name] = form.Get(name)
	}
	payload, _ = json.Marshal(flat) // a map of strings can always be encoded
	return payload, false
}

// signatureFault says what is wrong with the signature of a request.
func signatureFault(err error) string {
	var number *strconv.NumError
	switch {
	case errors.Is(err, slackgo.ErrMissingHeaders):
		return "The request is not signed."
	case errors.As(err, &number):
		return "The signature has no time."
	case errors.Is(err, slackgo.ErrExpiredTimestamp):
		return "The signature is older than five minutes, or a clock is wrong."
	}
	return "The signature is wrong: is this the signing secret of the app?"
}
