package discord

import (
	"net/http"
)

// serveState tells what is recorded: messages (?channel=), ephemerals (?user=), modal
// (?user=), requests (?name=), deliveries (?event=), users, channels, commands,
// connected.
func (d *Discord) serveState(w http.ResponseWriter, r *http.Request) {
	q := r.URL.Query()
	var said any
	switch r.PathValue("what") {
	case "messages":
		said = orEmpty(d.Messages(q.Get("channel")))
	case "ephemerals":
		said = orEmpty(d.Ephemerals(q.Get("user")))
	case "modal":
		said = nil
		if m, ok := d.Modal(q.Get("user")); ok {
			said = m
		}
	case "requests":
		said = orEmpty(d.Requests(q["name"]...))
	case "deliveries":
		said = orEmpty(d.Deliveries(q["event"]...))
	case "users":
		said = d.Users()
	case "channels":
		said = d.Channels()
	case "commands":
		said = orEmpty(d.Commands())
	case "connected":
		said = d.Connected()
	default:
		http.NotFound(w, r)
		return
	}
	writeJSON(w, http.StatusOK, said)
}

// serveChanged answers when something has changed, or after a while.
func (d *Discord) serveChanged(w http.ResponseWriter, r *http.Request) {
	d.mu.ServeChanged(d.ctx, w, r)
}
