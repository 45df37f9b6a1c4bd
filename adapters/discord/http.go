package discord

import (
	"crypto/ed25519"
	"encoding/hex"
	"encoding/json"
	"errors"
	"net/http"
	"strconv"
	"time"

	"aidesk/adapters/discord/payload"
	"aidesk/adapters/session"
	"aidesk/core/chat"
)

// PathInteractions is the path to which Discord posts interactions.
const PathInteractions = "/discord/interactions"

// Handler serves [PathInteractions] if the application has a public key; without one it
// serves nothing. Requests are answered with status 503 while Run is not running.
func (a *Adapter) Handler() http.Handler {
	mux := http.NewServeMux()
	if a.publicKey != nil {
		mux.HandleFunc(PathInteractions, a.serveInteraction)
	}
	return mux
}

// serveInteraction handles one interaction.
func (a *Adapter) serveInteraction(w http.ResponseWriter, r *http.Request) {
	if !session.RequirePost(w, r, "Discord") {
		return
	}
	refuse := func(fault string) {
		a.Logger.WarnContext(r.Context(), "a request was refused", "path", r.URL.Path, "reason", fault)
		http.Error(w, fault, http.StatusUnauthorized)
	}
	stamp, sum, fault := a.signature(r.Header)
	if fault != "" {
		refuse(fault)
		return
	}
	body, ok := session.ReadBody(w, r)
	if !ok {
		return
	}
	if !ed25519.Verify(a.publicKey, append([]byte(stamp), body...), sum) { // Discord itself sends wrong signatures to test this
		refuse(wrongSignature)
		return
	}
	var i payload.Interaction
	if err := session.DecodeLenient(body, &i); err != nil {
		http.Error(w, "The request is not JSON.", http.StatusBadRequest)
		return
	}
	answer := &interactionResponse{Type: respondPong}
	if i.Type != payload.InteractionPing { // Discord also pings while Run is not running
		var err error
		if answer, err = a.receiveInteraction(r.Context(), i); err != nil {
			if !errors.Is(err, chat.ErrNotRunning) {
				a.Logger.ErrorContext(r.Context(), "an interaction was not received", "error", err)
			}
			http.Error(w, "Not received; try again.", http.StatusServiceUnavailable)
			return
		}
	}
	w.Header().Set("Content-Type", "application/json")
	_ = json.NewEncoder(w).Encode(answer) // if it is not read, Discord tells the member
}

const wrongSignature = "The signature is wrong: is this the public key of the application?"

// signature reads the headers that sign a request: the time and the signature of time and
// body. fault is what is wrong with them, or "".
func (a *Adapter) signature(h http.Header) (stamp string, sum []byte, fault string) {
	stamp, given := h.Get("X-Signature-Timestamp"), h.Get("X-Signature-Ed25519")
	if stamp == "" || given == "" {
		return "", nil, "The request is not signed."
	}
	sum, err := hex.DecodeString(given)
	if err != nil || len(sum) != ed25519.SignatureSize {
		return "", nil, wrongSignature
	}
	seconds, err := strconv.ParseInt(stamp, 10, 64)
	if err != nil {
		return "", nil, "The signature has no time."
	}
	if age := a.Now().Sub(time.Unix(seconds, 0)); age.Abs() > session.SignatureLife {
		return "", nil, "The signature is older than five minutes, or a clock is wrong."
	}
	return stamp, sum, ""
}
