package confirm

import (
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"
)

// pastOf has the verbs with which documents begin the summary of an operation that
// changes something, each with its past.
var pastOf = map[string]string{
	"accept": "accepted", "activate": "activated", "add": "added", "append": "appended", "apply": "applied", "approve": "approved",
	"archive": "archived", "assign": "assigned", "attach": "attached", "book": "booked", "buy": "bought", "cancel": "cancelled",
	"change": "changed", "clear": "cleared", "close": "closed", "complete": "completed", "confirm": "confirmed", "copy": "copied",
	"create": "created", "delete": "deleted", "disable": "disabled", "edit": "edited", "empty": "emptied", "enable": "enabled",
	"import": "imported", "insert": "inserted", "invite": "invited", "join": "joined", "launch": "launched", "leave": "left", "lock": "locked",
	"make": "made", "mark": "marked", "merge": "merged", "modify": "modified", "move": "moved", "open": "opened", "order": "ordered",
	"pause": "paused", "pay": "paid", "place": "placed", "post": "posted", "publish": "published", "purchase": "purchased",
	"put": "put", "register": "registered", "reject": "rejected", "remove": "removed", "rename": "renamed", "replace": "replaced",
	"reply": "replied", "report": "reported", "request": "requested", "reserve": "reserved", "reset": "reset", "resolve": "resolved",
	"restart": "restarted", "restore": "restored", "save": "saved", "schedule": "scheduled", "send": "sent", "set": "set",
	"share": "shared", "start": "started", "stop": "stopped", "store": "stored", "submit": "submitted", "subscribe": "subscribed",
	"transfer": "transferred", "trigger": "triggered", "unassign": "unassigned", "unlock": "unlocked", "unsubscribe": "unsubscribed",
	"update": "updated", "upload": "uploaded", "withdraw": "withdrawn", "write": "written",
}

// verbOf is the verb with which a summary begins, in its plain form, and what follows
// it: "book" and "a stay" of "Books a stay". Without a verb that is known, verb is empty.
func verbOf(summary string) (verb, rest string) {
	word, rest, _ := strings.Cut(summary, " ")
	word = strings.ToLower(word)
	for _, plain := range []string{word, strings.TrimSuffix(word, "s"), strings.TrimSuffix(word, "es"), strings.TrimSuffix(word, "ies") + "y"} {
		if pastOf[plain] != "" {
			return plain, strings.TrimSpace(rest)
		}
	}
	return "", summary
}

// asks is what a card asks, in plain words: "Book this stay with Stays".
func asks(a Action) string {
	summary := strings.TrimRight(strings.TrimSpace(a.Call.Summary), ".!")
	verb, rest := verbOf(summary)
	var q string
	switch carries := len(a.Call.From) > 0; {
	case carries && summary == "":
		q = fmt.Sprintf(textCarries, a.Call.Human, origins(a.Call.From))
	case carries:
		q = fmt.Sprintf(textCarriesFor, a.Call.Human, origins(a.Call.From), lowerFirst(summary))
	case summary == "":
		q = fmt.Sprintf(textSend, a.Call.Human)
	case verb == "" || a.Call.First || a.Call.FirstUse != nil && !a.Call.Write:
		q = fmt.Sprintf(textSendWhat, a.Call.Human, lowerFirst(summary))
	case rest == "":
		q = fmt.Sprintf(textDo, capital(verb), "this", a.Call.Human)
	default:
		q = fmt.Sprintf(textDo, capital(verb), definite(rest), a.Call.Human)
	}
	if a.Replaces != "" {
		q += textOnceMore
	}
	return q
}

// question is the sentence with which a card begins, as "Book this stay with Stays?" is one.
func question(a Action) string {
	q := asks(a)
	if a.Grant != "" { // nobody is asked
		return q + "."
	}
	q += "?"
	if a.Call.First {
		q += textAskedOnce
	}
	if a.Call.FirstUse != nil {
		q += fmt.Sprintf(textFirstUse, a.Call.Human)
	}
	return q
}

// Deed says what calls of an operation do, after "I may": "place an order with Shop".
func Deed(summary, human string) string {
	summary = strings.TrimRight(strings.TrimSpace(summary), ".!")
	switch verb, rest := verbOf(summary); {
	case summary == "":
		return fmt.Sprintf(textDeedSend, human)
	case verb == "":
		return fmt.Sprintf(textDeedFor, human, lowerFirst(summary))
	case rest == "":
		return fmt.Sprintf(textDo, verb, "this", human)
	default:
		return fmt.Sprintf(textDo, verb, rest, human)
	}
}

// Confirmed says that a plugin accepted a call, whose operation has this summary:
// "Booked this stay. Stays confirmed it." is one such line.
func Confirmed(summary, human string) string {
	verb, rest := verbOf(strings.TrimRight(strings.TrimSpace(summary), ".!"))
	done := textDone
	if verb != "" {
		done = strings.TrimSpace(capital(pastOf[verb]) + " " + definite(rest))
	}
	return fmt.Sprintf(textConfirmed, done, human)
}

// definite makes "a stay" and "new stay" "this stay": the card shows which one.
func definite(rest string) string {
	for _, article := range []string{"a new ", "an ", "a ", "new "} {
		if len(rest) > len(article) && strings.EqualFold(rest[:len(article)], article) {
			return "this " + rest[len(article):]
		}
	}
	return rest
}

func capital(s string) string {
	first, size := utf8.DecodeRuneInString(s)
	return string(unicode.ToUpper(first)) + s[size:]
}
