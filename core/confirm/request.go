package confirm

import (
	"cmp"
	"fmt"
	"net/url"
	"strings"
	"unicode"

	"aidesk/core/chat"
)

// writeRequest adds to a card what will be sent beside its values, and where to. What fits
// into one line of small print stands there; the rest stands at length.
func writeRequest(card *chat.Card, a Action) {
	r := a.Call.Request
	if u, err := url.Parse(r.URL); err == nil && isAddress(u.Host+u.RequestURI()) {
		card.Facts = append(card.Facts, chat.Fact{Text: fmt.Sprintf(textRequest, r.Method, u.Host+u.RequestURI())})
	} else {
		card.Details = append(card.Details, address(a)...)
	}
	for _, h := range r.Header {
		if h.Name == "Accept" || h.Name == "Content-Type" { // they say how values are written, not what
			continue
		}
		card.Details = append(card.Details, chat.Field{Label: fmt.Sprintf(textHeader, h.Name), Value: h.Value})
	}
	if len(r.Body) > 0 && a.Buttons.Request == "" {
		card.Details = append(card.Details, chat.Field{Label: textBody, Value: string(r.Body)})
	}
	if u := a.Call.FirstUse; u != nil {
		card.Details = append(card.Details, useFields(u)...)
	}
	for _, o := range a.Call.From { // the host too: two plugins may bear one name
		card.Details = append(card.Details, chat.Field{Label: textCarriesOf, Value: o.Human + " (" + o.Plugin + ")"})
	}
	switch account := cmp.Or(a.Call.Label, a.Call.Account); {
	case account == "":
		card.Facts = append(card.Facts, chat.Fact{Text: textNoAccount})
	case isPlain(account):
		card.Facts = append(card.Facts, chat.Fact{Text: fmt.Sprintf(textOfAccount, account)})
	default:
		card.Details = append(card.Details, chat.Field{Label: textAccount, Value: account})
	}
}

// address is where a request goes, in lines of its own.
func address(a Action) []chat.Field {
	r := a.Call.Request
	fields := []chat.Field{{Label: textMethod, Value: r.Method}}
	if u, err := url.Parse(r.URL); err == nil {
		return append(fields, chat.Field{Label: textHost, Value: u.Host}, chat.Field{Label: textPath, Value: u.RequestURI()})
	}
	return append(fields, chat.Field{Label: textAddress, Value: r.URL})
}

// Request is all that an Action's call sends, but for its credential, for those who may decide.
func Request(a Action) string {
	r := a.Call.Request
	lines := []string{r.Method + " " + r.URL}
	for _, h := range r.Header {
		lines = append(lines, h.Name+": "+h.Value)
	}
	if len(r.Body) > 0 {
		lines = append(lines, "", string(r.Body))
	}
	return strings.Join(lines, "\n")
}

// showRequest adds to a card the button that shows the request, where the card does not.
func showRequest(card *chat.Card, a Action) {
	if a.Buttons.Request != "" {
		card.Buttons = append(card.Buttons, chat.Button{ID: a.Buttons.Request, Label: textShow})
	}
}

// maxAddress is how long an address may be in a line of small print.
const maxAddress = 200

// isAddress reports whether an address fits into a line of small print and cannot pass for
// another part of it.
func isAddress(s string) bool {
	return len(s) <= maxAddress && !strings.ContainsFunc(s, func(r rune) bool { return r <= ' ' || r > '~' })
}

// isPlain reports the same of a name.
func isPlain(s string) bool {
	return len(s) <= maxAddress && !strings.ContainsFunc(s, func(r rune) bool {
		return (r < ' ' || r > '~') && r != '’' && !unicode.IsLetter(r) && !unicode.IsMark(r) && !unicode.IsDigit(r)
	})
}

// audience says who will see what becomes of the call of an Action.
func audience(a Action) chat.Fact {
	switch {
	case a.Place.Direct || !a.Call.Own && !a.Private:
		return Audience(a.Place)
	case a.Private:
		return chat.Fact{Text: textOnlyYou}
	}
	return chat.Fact{Text: textOutcomeOnly}
}

// Audience says who will see what becomes of a call made in a place, if it is not its
// member's alone.
func Audience(p chat.Place) chat.Fact {
	if p.Direct {
		return chat.Fact{Text: textOnlyYou}
	}
	return chat.Fact{Text: textEveryone, Channel: p.Channel}
}

// secondAudience says who sees what becomes of the call, to those who are no part of it.
func secondAudience(a Action) chat.Fact {
	name := a.Name
	if !isPlain(name) {
		name = textAsker
	}
	switch {
	case a.Place.Direct || a.Private:
		return chat.Fact{Text: fmt.Sprintf(textOnlyThem, name)}
	case a.Call.Own:
		return chat.Fact{Text: fmt.Sprintf(textTheirOutcome, name)}
	}
	return Audience(a.Place)
}

// askerPress says that who asked alone may press.
func askerPress(a Action) chat.Fact {
	if a.Place.Direct || a.Private {
		return chat.Fact{Text: textPressYou}
	}
	return mayPress(a.Name, textPressAsker)
}

// mayPress says who alone may press, by name where there is a plain one.
func mayPress(name, otherwise string) chat.Fact {
	if name == "" || !isPlain(name) {
		return chat.Fact{Text: otherwise}
	}
	return chat.Fact{Text: fmt.Sprintf(textPress, name)}
}
