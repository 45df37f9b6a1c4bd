package confirm

import (
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"aidesk/core/chat"
	"aidesk/core/plugin"
)

// Card shows an Action: one plain sentence and the values first, then exactly what
// will be sent. Nothing is cut and nothing hidden.
func Card(a Action) chat.Card {
	card := chat.Card{State: look[a.State], Sentence: question(a), Outcome: a.Outcome.Line}
	for _, v := range a.Arguments {
		card.Values = append(card.Values, chat.Field(v))
	}
	if len(a.Arguments) == 0 {
		card.Values = []chat.Field{{Label: "Values", Value: "none"}}
	}
	card.Details = details(a)
	switch a.State {
	case Waiting:
		yes := chat.Primary
		if a.Call.Request.Method == http.MethodDelete {
			yes = chat.Danger
		}
		card.Until = a.Until
		card.Buttons = []chat.Button{
			{ID: a.Buttons.Approve, Label: "Approve", Style: yes},
			{ID: a.Buttons.Cancel, Label: "Cancel"},
		}
		if a.Buttons.Allow != "" {
			card.Buttons = slices.Insert(card.Buttons, 1, chat.Button{ID: a.Buttons.Allow, Label: "Allow in this conversation"})
		}
		if len(a.Arguments) > 0 {
			card.Buttons = append(card.Buttons, chat.Button{ID: a.Buttons.Edit, Label: "Edit", Form: true})
		}
	case Unknown:
		card.Buttons = []chat.Button{{ID: a.Buttons.Again, Label: "Send again"}}
	default: // decided: nothing to press
	}
	return card
}

var look = map[State]chat.CardState{
	Waiting: chat.CardWaiting, Approved: chat.CardWorking, Executing: chat.CardWorking,
	Done: chat.CardDone, Failed: chat.CardFailed, Unknown: chat.CardUnknown,
	Denied: chat.CardDenied, Expired: chat.CardExpired, Replaced: chat.CardReplaced,
}

func question(a Action) string {
	what := strings.TrimRight(strings.TrimSpace(a.Call.Summary), ".!")
	again := ""
	if a.Replaces != "" {
		again = " once more"
	}
	switch carries := len(a.Call.From) > 0; {
	case carries && what == "":
		return fmt.Sprintf("May data from %s go to %s with this%s?", origins(a.Call.From), a.Call.Human, again)
	case carries:
		return fmt.Sprintf("May data from %s go to %s with this%s: %s?", origins(a.Call.From), a.Call.Human, again, lowerFirst(what))
	case what == "":
		return fmt.Sprintf("Shall I send this to %s?", a.Call.Human)
	default:
		return fmt.Sprintf("Shall I do this%s at %s: %s?", again, a.Call.Human, lowerFirst(what))
	}
}

// origins names the plugins that data may come from.
func origins(list []plugin.Origin) string {
	var names []string
	for _, o := range list {
		names = append(names, o.Human)
	}
	if n := len(names); n > 1 {
		return strings.Join(names[:n-1], ", ") + " and " + names[n-1]
	}
	return strings.Join(names, "")
}

// lowerFirst makes the first letter small, unless the word is an abbreviation or a name.
func lowerFirst(s string) string {
	first, size := utf8.DecodeRuneInString(s)
	second, _ := utf8.DecodeRuneInString(s[size:])
	if unicode.IsUpper(second) {
		return s
	}
	return string(unicode.ToLower(first)) + s[size:]
}

func details(a Action) []chat.Field {
	r := a.Call.Request
	fields := []chat.Field{{Label: "Method", Value: r.Method}}
	if u, err := url.Parse(r.URL); err == nil {
		fields = append(fields, chat.Field{Label: "Host", Value: u.Host}, chat.Field{Label: "Path", Value: u.RequestURI()})
	} else {
		fields = append(fields, chat.Field{Label: "Address", Value: r.URL})
	}
	for _, h := range r.Header {
		if h.Name == "Accept" || h.Name == "Content-Type" { // they say how values are written, not what
			continue
		}
		fields = append(fields, chat.Field{Label: h.Name, Value: h.Value})
	}
	if len(r.Body) > 0 {
		fields = append(fields, chat.Field{Label: "Body", Value: string(r.Body)})
	}
	account := a.Call.Account
	if account == "" {
		account = "none"
	}
	for _, o := range a.Call.From { // the host too: two plugins may bear one name
		fields = append(fields, chat.Field{Label: "May carry data from", Value: o.Human + " (" + o.Plugin + ")"})
	}
	return append(fields, chat.Field{Label: "Account", Value: account}, chat.Field{Label: "Seen by", Value: Audience(a.Place)})
}
