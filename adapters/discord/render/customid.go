package render

import (
	"strings"

	"aidesk/adapters/session"
	"aidesk/core/chat"
)

// How a custom_id begins says what a press of it asks for, since a form must be the
// very answer to it.
const (
	buttonPrefix     = "p:"
	formButtonPrefix = "f:"
)

// ParseButton is the id of a button by its custom_id, the server if it stood in a direct
// message, and whether a press of it asks for a form. The id is empty for what is no
// button of ours.
func ParseButton(custom string) (id, server string, form bool) {
	id, ok := strings.CutPrefix(custom, buttonPrefix)
	if !ok {
		if id, form = strings.CutPrefix(custom, formButtonPrefix); !form {
			return "", "", false
		}
	}
	id, server = CutServer(id)
	return id, server, form
}

// InServer is a button's id with the server to which a direct message belongs: a press of
// it there says nothing of that.
func InServer(button, server string) string {
	if !IsID(server) {
		return button
	}
	return button + "@" + server
}

// CutServer takes the server off a button's id.
func CutServer(id string) (button, server string) {
	if at := strings.LastIndexByte(id, '@'); at >= 0 && IsID(id[at+1:]) {
		return id[:at], id[at+1:]
	}
	return id, ""
}

// ButtonsInServer marks the buttons of a direct message with the server that it belongs to.
func ButtonsInServer(r chat.Reply) chat.Reply {
	return session.MapButtons(r, func(b chat.Button) chat.Button {
		if b.URL == "" && b.ID != "" {
			b.ID = InServer(b.ID, r.Place.Workspace)
		}
		return b
	})
}
