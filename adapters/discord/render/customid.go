package render

import (
	"regexp"
	"strconv"
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

// Page is one of several modals in which a form is filled in. A modal tells no more about
// itself than its custom_id.
type Page struct {
	Number, Of int
	Again      bool // what was filled in before is kept, and goes on
	Optional   bool // nothing needs to be filled in on the pages behind it
}

// InPage adds to the id of a form which page of it is filled in.
func InPage(id string, p Page) string {
	id += "#" + strconv.Itoa(p.Number) + "." + strconv.Itoa(p.Of)
	if p.Again {
		id += "a"
	}
	if p.Optional {
		id += "o"
	}
	return id
}

var pageSuffix = regexp.MustCompile(`^([0-9]{1,3})\.([0-9]{1,3})(a?)(o?)$`)

// CutPage splits what InPage has joined. A form of one page has none.
func CutPage(id string) (form string, p Page) {
	at := strings.LastIndexByte(id, '#')
	m := pageSuffix.FindStringSubmatch(id[at+1:])
	if at < 0 || m == nil {
		return id, Page{}
	}
	p.Number, _ = strconv.Atoi(m[1])
	p.Of, _ = strconv.Atoi(m[2])
	p.Again, p.Optional = m[3] != "", m[4] != ""
	return id[:at], p
}

// The prefixes of the custom_id of a button below a page that was filled in. The page that
// it opens and a mark of the form follow.
const (
	continuePrefix = "c:"
	sendPrefix     = "e:"
)

// ContinueID is the custom_id of a button that opens a page of a form, or sends the form if
// the page is 0. mark tells the form from others.
func ContinueID(mark string, page int) string {
	if page == 0 {
		return sendPrefix + mark
	}
	return continuePrefix + strconv.Itoa(page) + ":" + mark
}

// ParseContinue reads what ContinueID wrote.
func ParseContinue(custom string) (mark string, page int, ok bool) {
	if mark, ok = strings.CutPrefix(custom, sendPrefix); ok {
		return mark, 0, true
	}
	rest, ok := strings.CutPrefix(custom, continuePrefix)
	number, mark, found := strings.Cut(rest, ":")
	page, err := strconv.Atoi(number)
	return mark, page, ok && found && err == nil && page > 0
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
	if r.Rating != nil {
		in := *r.Rating
		in.ID = InServer(in.ID, r.Place.Workspace)
		r.Rating = &in
	}
	return session.MapButtons(r, func(b chat.Button) chat.Button {
		if b.URL == "" && b.ID != "" {
			b.ID = InServer(b.ID, r.Place.Workspace)
		}
		return b
	})
}
