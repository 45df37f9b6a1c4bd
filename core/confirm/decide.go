package confirm

import (
	"cmp"
	"fmt"
	"time"

	"aidesk/core/openapi"
	"aidesk/core/plugin"
)

// Press is a member's decision about an Action.
type Press struct {
	Event  string // its id
	Member string
	At     time.Time // when it was ingested
	Yes    bool
}

// Refusal says, in the presser's words, why a press decides nothing.
type Refusal struct {
	Reason string
	Late   bool // the Action must be made expired
}

// Error is the reason.
func (r *Refusal) Error() string { return r.Reason }

// Decide judges a press. Without error the Action is approved or denied by it; the
// error is a *Refusal.
func Decide(a Action, p Press) (State, error) {
	switch {
	case p.Member != a.Member:
		return "", &Refusal{Reason: OnlyBy(a)}
	case a.State == Expired:
		return "", &Refusal{Reason: textTooLate}
	case a.State == Replaced:
		return "", &Refusal{Reason: cmp.Or(a.Outcome.Line, textReplaced)}
	case !a.State.Open():
		return "", &Refusal{Reason: fmt.Sprintf(textDecided, words[a.State])}
	case a.State == Halfway && p.Yes && p.At.Before(a.Until):
		return "", &Refusal{Reason: fmt.Sprintf(textApprovedOnce, a.Second.Names())}
	case !p.At.Before(a.Until):
		return "", &Refusal{Reason: textTooLate, Late: true}
	case p.Yes:
		return Approved, nil
	default:
		return Denied, nil
	}
}

// OnlyBy says who alone can decide an Action.
func OnlyBy(a Action) string { return fmt.Sprintf(textOnlyBy, a.Name) }

// words say a state to a member.
var words = map[State]string{
	Approved:  textApproved,
	Executing: textExecuting,
	Done:      textIsDone,
	Failed:    textFailed,
	Unknown:   textUnknown,
	Denied:    textDenied,
}

// Again is a new Action for the call of one whose fate is unknown, in a
// Confirmation of its own.
func Again(old Action, confirmation string, newID func() string, now time.Time) Action {
	a := successor(old, New(old.Call, old.Arguments, newID, now.Add(Life)))
	a.Confirmation, a.Line, a.Replaces = confirmation, 0, old.ID
	return a
}

// Edit is a new Action that takes the place of one that waits, on the same card,
// with the values that its member wrote.
func Edit(old Action, c plugin.Call, arguments []openapi.Argument, newID func() string, now time.Time) Action {
	c.From, c.First, c.FirstUse = old.Call.From, old.Call.First, old.Call.FirstUse
	a := successor(old, New(c, arguments, newID, later(old.Until, now.Add(Life))))
	a.Edited = true
	return a
}

// successor puts a new Action where an old one was.
func successor(old, a Action) Action {
	a.Confirmation, a.Line, a.Conversation, a.Place = old.Confirmation, old.Line, old.Conversation, old.Place
	a.Member, a.Name, a.Owner, a.Message = old.Member, old.Name, old.Owner, old.Message
	a.CallID, a.Tool, a.Edited, a.Private, a.Schedule = old.CallID, old.Tool, old.Edited, old.Private, old.Schedule
	return a
}

// later is the later one of two times.
func later(a, b time.Time) time.Time {
	if a.After(b) {
		return a
	}
	return b
}
