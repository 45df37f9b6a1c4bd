package render

import (
	"strings"

	"aidesk/adapters/session"
	"aidesk/core/chat"
)

// The prefixes of the custom_id of a button. They tell buttons that open a form from
// others, since a form must be the immediate response.
const (
	buttonPrefix     = "p:"
	formButtonPrefix = "f:"
)

// ParseButton reads the custom_id of a button: its id, the server if it stood in a
// direct message, and whether it opens a form. The id is empty if it is not a button of
// aidesk.
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

// InServer adds to an id the server that a direct message counts for, because an
// interaction in a direct message does not name one.
func InServer(button, server string) string {
	if !IsID(server) {
		return button
	}
	return button + "@" + server
}

// CutServer splits what InServer has joined.
func CutServer(id string) (button, server string) {
	if at := strings.LastIndexByte(id, '@'); at >= 0 && IsID(id[at+1:]) {
		return id[:at], id[at+1:]
	}
	return id, ""
}

// ButtonsInServer returns a reply for a direct message, with the server added to the ids
// of its buttons.
func ButtonsInServer(r chat.Reply) chat.Reply {
	return session.MapButtons(r, func(b chat.Button) chat.Button {
		if b.URL == "" && b.ID != "" {
			b.ID = InServer(b.ID, r.Place.Workspace)
		}
		return b
	})
}
