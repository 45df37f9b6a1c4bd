// Package confirm holds the question that every call with effect must pass: an
// Action is the parked call, a Confirmation the card on which its member decides.
//
// The states of an Action:
//
//	waiting   → approved | halfway | denied | expired | replaced
//	halfway   → approved | denied | expired | replaced
//	approved  → executing | denied (a rule refused it at sending) | expired (stopped, or too late)
//	executing → done | failed | unknown
//
// executing is on disk before the first byte leaves. Whoever finds an Action
// executing after a crash makes it unknown and tells; it is never sent again. To
// send again is a new Action that names the old one.
//
// Where administrators named a second approver, the Action is halfway once its member has
// approved it: somebody else must approve the same digest before it can be executing, and To
// lets no other way. What is edited is a new Action, which begins with its member again.
//
// An Action carries the exact request and its digest. What is approved is what is
// sent: nothing between the card and the wire builds a request anew.
package confirm

import (
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"time"

	"aidesk/core/chat"
	"aidesk/core/openapi"
	"aidesk/core/plugin"
	"aidesk/store"
)

// Life is how long an Action waits for its decision, where its member is there to decide.
const Life = 15 * time.Minute

// SecondLife is how long an Action waits for its second approver.
const SecondLife = 24 * time.Hour

// State is the state of an Action.
type State string

// The states of an Action, as the package comment orders them.
const (
	Waiting   State = "waiting"
	Halfway   State = "halfway"
	Approved  State = "approved"
	Denied    State = "denied"
	Expired   State = "expired"
	Replaced  State = "replaced"
	Executing State = "executing"
	Done      State = "done"
	Failed    State = "failed"
	Unknown   State = "unknown"
)

// next lists the states that may follow each; a state that is not here is final.
var next = map[State][]State{
	Waiting:   {Approved, Halfway, Denied, Expired, Replaced},
	Halfway:   {Approved, Denied, Expired, Replaced},
	Approved:  {Executing, Denied, Expired},
	Executing: {Done, Failed, Unknown},
}

// Final says that nothing can follow.
func (s State) Final() bool { return len(next[s]) == 0 }

// Open says that somebody's decision is still wanted.
func (s State) Open() bool { return s == Waiting || s == Halfway }

// Action is a parked or sent Call.
type Action struct {
	ID           string             `json:"id"`
	Confirmation string             `json:"confirmation"` // the Reply whose card asks about it
	Line         int                `json:"line"`         // which card of that Reply
	Conversation string             `json:"conversation"`
	Place        chat.Place         `json:"place"`
	Member       string             `json:"member"`            // who asked and alone decides; platform's id
	Name         string             `json:"name"`              // that member's name
	Owner        string             `json:"owner"`             // the member as the store knows them
	Message      string             `json:"message,omitempty"` // platform's id of the message that asked
	CallID       string             `json:"call_id"`
	Tool         string             `json:"tool"`
	Call         plugin.Call        `json:"call"`
	Arguments    []openapi.Argument `json:"arguments,omitempty"`
	State        State              `json:"state"`
	Buttons      Buttons            `json:"buttons"`
	Until        time.Time          `json:"until"`
	By           string             `json:"by,omitempty"` // the event that decided
	DecidedAt    time.Time          `json:"decided_at,omitzero"`
	Outcome      Outcome            `json:"outcome,omitzero"`
	Replaces     string             `json:"replaces,omitempty"` // the Action that this one sends again
	Edited       bool               `json:"edited,omitempty"`   // the member changed the values that the model gave
	Login        *Login             `json:"login,omitempty"`    // it waits for an account instead of an approval
	Grant        string             `json:"grant,omitempty"`    // id of the member's Grant that is its approval: nobody is asked
	Private      bool               `json:"private,omitempty"`  // its card is for its member alone: a schedule asked, or its values may come of what their own account gave
	Schedule     string             `json:"schedule,omitempty"` // the schedule whose run asked for it
	Second       *Second            `json:"second,omitempty"`   // somebody else must approve it too
	Lasting      bool               `json:"lasting,omitempty"`  // approved with leave for more reads of the kind: data from Call.From to its plugin, in this conversation
}

// Login is what an Action waits for whose call needs an account: that its member connects
// one. It is the only approval that a read needs; a call with effect is asked about after it.
type Login struct {
	Connection string `json:"connection"`     // id of the login that was begun
	Link       string `json:"link,omitempty"` // address of the page on which it goes on; empty: the values are typed in a form
	Host       string `json:"host,omitempty"` // where the member logs in, if not at the plugin's own host
}

// Buttons are the ids of an Action's buttons, made when it is parked.
type Buttons struct {
	Approve string `json:"approve"`
	Cancel  string `json:"cancel"`
	Again   string `json:"again"`
	Edit    string `json:"edit"`
	Code    string `json:"code,omitempty"`    // opens the form that ends a login
	Loosen  string `json:"loosen,omitempty"`  // when it is done: opens the form that makes a Grant of it
	Revoke  string `json:"revoke,omitempty"`  // ends the Grant by which it went
	Request string `json:"request,omitempty"` // shows the request; empty: the card shows all of it
	Allow   string `json:"allow,omitempty"`   // approve, and let more reads carry such data in this conversation
}

// New is an Action for a call that waits until a time. The caller fills in who and where.
func New(c plugin.Call, arguments []openapi.Argument, newID func() string, until time.Time) Action {
	a := Action{
		ID: newID(), Call: c, Arguments: arguments, State: Waiting, Until: until,
		Buttons: Buttons{Approve: newID(), Cancel: newID(), Again: newID(), Edit: newID()},
	}
	if len(c.From) > 0 && !c.Write {
		a.Buttons.Allow = newID()
	}
	if len(c.Request.Body) > 0 && c.Request.ShownBy(arguments) {
		a.Buttons.Request = newID()
	}
	return a
}

// Limits of what a member can be asked to decide on: every platform shows as much whole,
// in an attached file if need be.
const (
	maxValues = 500
	maxBytes  = 512 << 10 // of the values with their labels, and of the request
)

// errTooMuch says that a call has more in it than a card shows. The reason is one line
// for the model and for the member.
var errTooMuch = errors.New("it has more in it than a card can show")

// Fits says whether a card can show a call. One that does not fit must not be parked:
// nobody could decide on it.
func Fits(c plugin.Call, arguments []openapi.Argument) error {
	if len(arguments) > maxValues {
		return fmt.Errorf("%w: at most %d values, each entry of a list counted; send fewer at a time", errTooMuch, maxValues)
	}
	size := len(c.Request.URL) + len(c.Request.Body)
	for _, h := range c.Request.Header {
		size += len(h.Name) + len(h.Value)
	}
	for _, a := range arguments {
		size += len(a.Label) + len(a.Value)
	}
	if size > maxBytes {
		return fmt.Errorf("%w: at most %d KiB; send less at a time", errTooMuch, maxBytes>>10)
	}
	return nil
}

// Outcome is what became of an Action that was decided.
type Outcome struct {
	Line    string         `json:"line,omitempty"`    // for the member
	Content string         `json:"content,omitempty"` // for the model: the shaped result, or the reason
	LeftOut string         `json:"left_out,omitempty"`
	Links   []openapi.Link `json:"links,omitempty"` // of the result
}

// ErrTransition says that a state cannot follow another.
var ErrTransition = errors.New("this cannot follow")

// To returns the Action in a later state with what became of it, and the
// compare-and-set that makes it so. It may pass through approved: an approval and
// the execution are one commit.
func (a Action) To(state State, o Outcome) (Action, store.Transition, error) {
	from := a.State
	if err := a.secondMissing(state); err != nil {
		return a, store.Transition{}, err
	}
	direct := slices.Contains(next[from], state)
	approved := slices.Contains(next[from], Approved) && slices.Contains(next[Approved], state)
	if !direct && !approved {
		return a, store.Transition{}, fmt.Errorf("action %s: %s after %s: %w", a.ID, state, from, ErrTransition)
	}
	a.State = state
	if o.Line != "" {
		a.Outcome = o
	}
	t, err := a.transition(from)
	return a, t, err
}

// Ungrant returns the Action without the Grant by which it would have gone, and the
// compare-and-set that makes it so: it waits for its member like any other.
func (a Action) Ungrant() (Action, store.Transition, error) {
	a.Grant = ""
	t, err := a.transition(a.State)
	return a, t, err
}

// Park returns the compare-and-set that creates the Action.
func (a Action) Park() (store.Transition, error) {
	a.State = Waiting
	return a.transition("")
}

func (a Action) transition(from State) (store.Transition, error) {
	body, err := json.Marshal(a)
	if err != nil {
		return store.Transition{}, fmt.Errorf("action %s: %w", a.ID, err)
	}
	return store.Transition{From: string(from), Action: store.Action{
		ID: a.ID, Conversation: a.Conversation, Member: a.Owner, State: string(a.State), Final: a.State.Final(), Until: a.Until, Body: body,
	}}, nil
}

// Read is the Action that the store keeps.
func Read(s store.Action) (Action, error) {
	var a Action
	if err := json.Unmarshal(s.Body, &a); err != nil {
		return a, fmt.Errorf("action %s: %w", s.ID, err)
	}
	return a, nil
}

// SameUse says whether one of the Actions that wait asks a member already whether a plugin
// may have words of theirs: one question is enough, however many calls wait for it.
func SameUse(waiting []Action, member, plugin string) bool {
	return slices.ContainsFunc(waiting, func(a Action) bool {
		return a.State == Waiting && a.Login == nil && a.Member == member && a.Call.Plugin == plugin && a.Call.FirstUse != nil
	})
}

// Same finds, among Actions that wait, one of the same member for an identical
// call: a second card would ask the same question twice. A call that may carry data
// of which that card does not speak is another question.
func Same(waiting []Action, member string, c plugin.Call) (Action, bool) {
	for _, a := range waiting {
		said := !slices.ContainsFunc(c.From, func(o plugin.Origin) bool { return !slices.Contains(a.Call.From, o) })
		if a.State.Open() && a.Member == member && a.Call.Digest == c.Digest && said {
			return a, true
		}
	}
	return Action{}, false
}
