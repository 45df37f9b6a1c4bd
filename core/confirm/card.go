package confirm

import (
	"cmp"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"aidesk/core/chat"
	"aidesk/core/plugin"
)

// Card shows an Action: one plain sentence and the values first, then what else will be sent,
// and where to and for whom in small print. Nothing is cut and nothing hidden: a body that says
// no more than the values do is behind a button.
func Card(a Action) chat.Card {
	if a.Login != nil {
		return loginCard(a)
	}
	if a.isOver() {
		return decided(a)
	}
	card := chat.Card{State: look[a.State], Sentence: question(a), Outcome: a.Outcome.Line}
	card.Values = values(a)
	writeRequest(&card, a)
	card.Facts = append(card.Facts, audience(a))
	if a.Second != nil {
		second := textNobodySecond
		if len(a.Second.Approvers) > 0 {
			second = fmt.Sprintf(textSecondSees, a.Second.Names())
		}
		card.Details = append(card.Details, chat.Field{Label: textSecond, Value: second})
	}
	switch a.State {
	case Waiting:
		if a.Grant != "" { // it goes next, unless its member is quicker
			card.State, card.Buttons = chat.CardWorking, []chat.Button{{ID: a.Buttons.Cancel, Label: textCancel}}
			break
		}
		card.Until = a.Until
		card.Buttons = []chat.Button{
			{ID: a.Buttons.Approve, Label: textApprove, Style: approveStyle(a)},
			{ID: a.Buttons.Cancel, Label: textCancel},
		}
		if a.Buttons.Allow != "" {
			card.Buttons = slices.Insert(card.Buttons, 1, chat.Button{ID: a.Buttons.Allow, Label: textAllow})
		}
		if len(a.Arguments) > 0 {
			card.Buttons = append(card.Buttons, chat.Button{ID: a.Buttons.Edit, Label: textEdit, Form: true})
		}
		card.Facts = append(card.Facts, askerPress(a))
	case Halfway:
		card.Until, card.Outcome = a.Until, fmt.Sprintf(textWaitsFor, a.Name, a.Second.Names())
		card.Buttons = []chat.Button{{ID: a.Buttons.Cancel, Label: textCancel}}
		if a.Second.HasRoles() && !a.Place.Direct && !a.Private {
			card.Buttons = append(card.Buttons, chat.Button{ID: a.Second.Buttons.Review, Label: textReview})
		}
		if len(a.Arguments) > 0 {
			card.Buttons = append(card.Buttons, chat.Button{ID: a.Buttons.Edit, Label: textEdit, Form: true})
		}
		card.Facts = append(card.Facts, askerPress(a))
	case Unknown:
		card.Buttons = []chat.Button{{ID: a.Buttons.Again, Label: textAgain}}
	default: // it is being sent: nothing to press
	}
	if a.State.Open() {
		showRequest(&card, a)
	}
	if a.State.Final() {
		grantButtons(&card, a)
	}
	return card
}

// grantButtons adds to a card, after its call, the buttons about the Grant by which it went or
// that would let others go.
func grantButtons(card *chat.Card, a Action) {
	if a.Buttons.Loosen != "" && a.State == Done {
		card.Buttons = append(card.Buttons, chat.Button{ID: a.Buttons.Loosen, Label: textLoosen, Form: true})
	}
	if a.Buttons.Revoke != "" {
		card.Buttons = append(card.Buttons, chat.Button{ID: a.Buttons.Revoke, Label: textRevoke, Style: chat.Danger})
	}
}

// isOver reports whether nothing is left to decide or to read. Where nobody knows what became of
// the call, its member still needs all of the card: to look whether it arrived, and to send it
// again. And where it went by a Grant, nobody has read the card before.
func (a Action) isOver() bool { return a.State.Final() && a.State != Unknown && a.Grant == "" }

// decided is the card of an Action that is over: one line.
func decided(a Action) chat.Card {
	card := chat.Card{State: look[a.State], Sentence: asks(a), Outcome: a.Outcome.Line}
	if verb, _ := verbOf(a.Call.Summary); verb != "" && a.State == Done && a.Call.Write && a.Call.Unsafe { // then the outcome says what was done
		card.Sentence = ""
	}
	if a.State == Done || a.State == Failed || a.State == Denied {
		card.At = a.DecidedAt
	}
	bySecond := a.Second != nil && a.Second.By != "" // the outcome names both
	if !bySecond && !card.At.IsZero() && a.State != Denied {
		card.By = fmt.Sprintf(textBy, a.Name)
		if a.Place.Direct || a.Private || a.Name == "" {
			card.By = textByYou
		}
	}
	grantButtons(&card, a)
	return card
}

// approveStyle is how the button looks that approves.
func approveStyle(a Action) chat.Style {
	if a.Call.Request.Method == http.MethodDelete {
		return chat.Danger
	}
	return chat.Primary
}

var look = map[State]chat.CardState{
	Waiting: chat.CardWaiting, Halfway: chat.CardWaiting, Approved: chat.CardWorking, Executing: chat.CardWorking,
	Done: chat.CardDone, Failed: chat.CardFailed, Unknown: chat.CardUnknown,
	Denied: chat.CardDenied, Expired: chat.CardExpired, Replaced: chat.CardReplaced,
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

func values(a Action) []chat.Field {
	if len(a.Arguments) == 0 {
		return []chat.Field{{Label: textValues, Value: textNone}}
	}
	var fields []chat.Field
	for _, v := range a.Arguments {
		fields = append(fields, chat.Field{Label: fieldLabel(v.Label), Value: v.Value})
	}
	return fields
}

// useFields are the lines of a card on which a member agrees that a plugin has words of
// theirs: where they go, what may go there later, and by which terms.
func useFields(u *plugin.FirstUse) []chat.Field {
	later := strings.Join(u.Fields, ", ")
	if u.More > 0 {
		later += fmt.Sprintf(textLaterMore, u.More)
	}
	return []chat.Field{
		{Label: textGoesTo, Value: strings.Join(u.Hosts, ", ")},
		{Label: textLater, Value: later},
		{Label: textTerms, Value: cmp.Or(u.Terms, textNone)},
	}
}
