package confirm

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"aidesk/core/chat"
	"aidesk/store"
)

// Second is the approval of somebody else that an Action needs beside its member's.
type Second struct {
	Approvers []Approver    `json:"approvers"` // as the first card names them
	Buttons   SecondButtons `json:"buttons"`
	Digest    string        `json:"digest,omitempty"` // of the call, as its member approved it
	Since     time.Time     `json:"since,omitzero"`   // when they did
	Pressed   chat.Place    `json:"pressed,omitzero"` // where they did
	Asked     []string      `json:"asked,omitempty"`  // who got the card; platform's ids
	By        string        `json:"by,omitempty"`     // who approved it
	Name      string        `json:"name,omitempty"`   // that member's name
}

// Approver is a member, or all with a role, who may give the second approval.
type Approver struct {
	ID   string `json:"id"`   // platform's
	Name string `json:"name"` // for people
	Role bool   `json:"role,omitempty"`
	Away bool   `json:"-"` // who it is cannot be read just now
}

// SecondButtons are the ids of the buttons with which others decide.
type SecondButtons struct {
	Approve string `json:"approve"`
	Decline string `json:"decline"`
	Review  string `json:"review"` // asks for the card, where it stands in a channel
}

// Renew is a new Action that takes the place of one that waits, on the same card, for the same
// call: who must approve it has changed.
func Renew(old Action, newID func() string, now time.Time) Action {
	return successor(old, New(old.Call, old.Arguments, newID, later(old.Until, now.Add(Life))))
}

// NeedsSecond returns the Action as one that one of these must approve too. It is for this
// call alone, so it gives no leave for more.
func (a Action) NeedsSecond(approvers []Approver, newID func() string) Action {
	a.Second = &Second{Approvers: approvers, Buttons: SecondButtons{Approve: newID(), Decline: newID(), Review: newID()}}
	a.Buttons.Allow = ""
	return a
}

// Names are the approvers for people: "Ben or Finance".
func (s *Second) Names() string {
	var all []string
	for _, o := range s.Approvers {
		all = append(all, o.Name)
	}
	if n := len(all); n > 1 {
		return fmt.Sprintf(textOr, strings.Join(all[:n-1], ", "), all[n-1])
	}
	return strings.Join(all, "")
}

// HasRoles says that all with a role may approve.
func (s *Second) HasRoles() bool {
	return slices.ContainsFunc(s.Approvers, func(o Approver) bool { return o.Role })
}

// Named reports whether the card names each of these: nobody else may see it.
func (s *Second) Named(approvers []Approver) bool {
	return s != nil && !slices.ContainsFunc(approvers, func(o Approver) bool {
		return !slices.ContainsFunc(s.Approvers, func(named Approver) bool { return named.ID == o.ID })
	})
}

// ToHalfway returns the Action as its member approved it: it waits for one of those who were
// asked, and the compare-and-set that makes it so.
func (a Action) ToHalfway(asked []string, pressed chat.Place, now time.Time) (Action, store.Transition, error) {
	a = a.WithAsked(asked)
	a.Second.Digest, a.Second.Since, a.Second.Pressed, a.Until = a.Call.Digest, now, pressed, now.Add(SecondLife)
	return a.To(Halfway, Outcome{})
}

// WithAsked returns the Action with those who got the card.
func (a Action) WithAsked(members []string) Action {
	second := *a.Second
	second.Asked = members
	a.Second = &second
	return a
}

// Keep is the compare-and-set that stores the Action in the state in which it is.
func (a Action) Keep() (store.Transition, error) { return a.transition(a.State) }

// Seconded returns the Action with who gave the second approval.
func (a Action) Seconded(by chat.Member) Action {
	a = a.WithAsked(a.Second.Asked)
	a.Second.By, a.Second.Name = by.ID, by.Name
	return a
}

// secondMissing refuses a state that an Action cannot have without the approval of both, on
// one digest.
func (a Action) secondMissing(state State) error {
	s := a.Second
	ok := true
	switch state {
	case Halfway:
		ok = s != nil && s.Digest == a.Call.Digest
	case Approved, Executing:
		ok = s == nil && a.State != Halfway || s != nil && a.State != Waiting && s.Digest == a.Call.Digest && s.By != "" && s.By != a.Member
	default: // nothing is sent with it
	}
	if !ok {
		return fmt.Errorf("action %s: %s without the second approval: %w", a.ID, state, ErrTransition)
	}
	return nil
}

// DecideSecond judges the press of somebody who is asked for the second approval. may says
// that the rules let them. Without error the Action is approved or denied by it; the error is
// a *Refusal.
func DecideSecond(a Action, p Press, may bool) (State, error) {
	switch {
	case p.Member == a.Member:
		return "", &Refusal{Reason: textOwnSecond}
	case !may || a.Second == nil:
		return "", &Refusal{Reason: textNotSecond}
	case a.State == Waiting:
		return "", &Refusal{Reason: fmt.Sprintf(textNotYet, a.Name)}
	case a.State == Replaced:
		return "", &Refusal{Reason: fmt.Sprintf(textAskedAnew, a.Name)}
	case a.State == Expired:
		return "", &Refusal{Reason: textTooLate}
	case a.State != Halfway:
		return "", &Refusal{Reason: fmt.Sprintf(textDecided, words[a.State])}
	case !p.At.Before(a.Until):
		return "", &Refusal{Reason: textTooLate, Late: true}
	case p.Yes:
		return Approved, nil
	default:
		return Denied, nil
	}
}

// Declined says that somebody did not give the second approval, and why.
func Declined(name, reason string) string {
	if !strings.HasSuffix(reason, ".") && !strings.HasSuffix(reason, "!") && !strings.HasSuffix(reason, "?") {
		reason += "."
	}
	return fmt.Sprintf(textDeclined, name, reason)
}

// Both says of what became of an Action who asked and who approved it.
func (a Action) Both(line string) string {
	if a.Second == nil || a.Second.By == "" {
		return line
	}
	return fmt.Sprintf(textBothAsked, a.Name, a.Second.Name, line)
}

// DatePassed says that a date in an Action's values was still to come when its member
// approved it and has passed now, in their zone; empty: none has.
func (a Action) DatePassed(now time.Time, zone *time.Location) string {
	if a.Second == nil {
		return ""
	}
	for _, v := range a.Arguments {
		end, ok := endOf(v.Value, zone)
		if ok && !end.Before(a.Second.Since) && end.Before(now) {
			return fmt.Sprintf(textDatePassed, v.Label, v.Value, a.Name)
		}
	}
	return ""
}

// endOf is the end of the day, or the moment, that a value names.
func endOf(value string, zone *time.Location) (time.Time, bool) {
	if day, err := time.ParseInLocation(time.DateOnly, value, zone); err == nil {
		return day.AddDate(0, 0, 1), true
	}
	at, err := time.Parse(time.RFC3339, value)
	return at, err == nil
}

// SecondCard shows an Action to those who are asked for the second approval: all that its
// member saw, and who that is.
func SecondCard(a Action) chat.Card {
	if a.isOver() {
		card := decided(a)
		card.Buttons = nil
		if card.Sentence != "" {
			card.Sentence = fmt.Sprintf(textSecondAsks, a.Name, card.Sentence)
		}
		switch {
		case a.State == Replaced:
			card.Outcome = fmt.Sprintf(textAskedAnew, a.Name)
		case a.State == Failed && (a.Private || a.Call.Own): // what their account says is theirs
			card.Outcome = a.Both(fmt.Sprintf(textNotDone, a.Call.Human))
		}
		return card
	}
	card := chat.Card{
		State: look[a.State], Sentence: fmt.Sprintf(textSecondAsks, a.Name, question(a)), Values: values(a), Outcome: a.Outcome.Line,
	}
	writeRequest(&card, a)
	card.Facts = append(card.Facts, secondAudience(a))
	if a.State == Halfway {
		card.Until = a.Until
		card.Buttons = []chat.Button{
			{ID: a.Second.Buttons.Approve, Label: textApprove, Style: approveStyle(a)},
			{ID: a.Second.Buttons.Decline, Label: textDecline, Form: true},
		}
		card.Facts = append(card.Facts, mayPress(a.Second.Names(), textPressNamed))
		showRequest(&card, a)
	}
	return card
}
