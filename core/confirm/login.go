package confirm

import (
	"fmt"
	"net/url"
	"strings"
	"time"

	"aidesk/core/chat"
	"aidesk/core/openapi"
	"aidesk/core/plugin"
)

// LoginLife is how long an Action waits for its member to connect an account: twice as long
// as one step of the login may take.
const LoginLife = 20 * time.Minute

// NewLogin is an Action for a call that goes once its member has connected an account. The
// caller fills in who and where, and the Login.
func NewLogin(c plugin.Call, newID func() string, now time.Time) Action {
	return Action{
		ID: newID(), Call: c, State: Waiting, Until: now.Add(LoginLife), Login: &Login{},
		Buttons: Buttons{Cancel: newID(), Code: newID()},
	}
}

// AfterLogin is the Action that asks about the call of one that waited for a login, in a
// Confirmation of its own.
func AfterLogin(old Action, arguments []openapi.Argument, confirmation string, newID func() string, now time.Time) Action {
	a := successor(old, New(old.Call, arguments, newID, now.Add(Life)))
	a.Confirmation, a.Line = confirmation, 0
	return a
}

// SameLogin finds, among Actions, one that waits for the same member's account at the same
// plugin.
func SameLogin(list []Action, member, plugin string) bool {
	for _, a := range list {
		if a.Login != nil && a.State == Waiting && a.Member == member && a.Call.Plugin == plugin {
			return true
		}
	}
	return false
}

// loginCard asks a member to connect an account, and says what that is for.
func loginCard(a Action) chat.Card {
	card := chat.Card{State: look[a.State], Sentence: fmt.Sprintf(textConnect, a.Call.Human), Outcome: a.Outcome.Line}
	if u, err := url.Parse(a.Call.Request.URL); err == nil {
		card.Details = append(card.Details, chat.Field{Label: textHost, Value: u.Host})
	}
	if a.Login.Host != "" {
		card.Details = append(card.Details, chat.Field{Label: textLoginAt, Value: a.Login.Host})
	}
	if summary := strings.TrimRight(strings.TrimSpace(a.Call.Summary), ".!"); summary != "" {
		card.Details = append(card.Details, chat.Field{Label: textNeededFor, Value: summary})
	}
	card.Details = append(card.Details, chat.Field{Label: textMayUse, Value: textOnlyForYou})
	if a.isOver() {
		card.Details = nil
	}
	if a.State != Waiting {
		return card
	}
	card.Until = a.Until
	code := chat.Button{ID: a.Buttons.Code, Label: textEnterCode, Form: true}
	if a.Login.Link == "" {
		code.Label, code.Style = textConnectHere, chat.Primary
	} else {
		card.Buttons = append(card.Buttons, chat.Button{Label: textOpenPage, URL: a.Login.Link, Style: chat.Primary})
	}
	card.Buttons = append(card.Buttons, code, chat.Button{ID: a.Buttons.Cancel, Label: textCancel})
	return card
}
