package chat

import (
	"cmp"
	"slices"
	"strings"
	"time"

	"aidesk/core/markdown"
)

// Reply is the wanted state of one message, not an operation on it: sending it
// again with other content updates the message that bears its ID.
type Reply struct {
	ID      string `json:"id"` // ours; a turn that is redone gives the same
	Place   Place  `json:"place"`
	To      string `json:"to,omitempty"`      // whom it answers: the only member it may ping
	Private bool   `json:"private,omitempty"` // only To may see it
	Open    bool   `json:"open,omitempty"`    // it stands in a channel below no message: a member shares an answer
	Answers string `json:"answers,omitempty"` // platform's id of the message that it answers

	Text     markdown.Document `json:"text"`
	Cards    []Card            `json:"cards,omitempty"`
	Rows     []Row             `json:"rows,omitempty"`
	Previews []Preview         `json:"previews,omitempty"`
	Buttons  []Button          `json:"buttons,omitempty"`
	Rating   *Rating           `json:"rating,omitempty"` // only where the adapter is a Rater
	Notes    []string          `json:"notes,omitempty"`  // small print: what was left out, which plugin was used
	Files    []File            `json:"files,omitempty"`
	Working  bool              `json:"working,omitempty"`  // not the end: aidesk goes on
	StandIn  bool              `json:"stand_in,omitempty"` // a plain line in place of what could not be shown
}

// Card is the question about one call with effect, and once that is decided one line with what
// became of it. All strings are shown as they are, never as markup.
type Card struct {
	State    CardState `json:"state"`
	Sentence string    `json:"sentence"`          // plain words, first
	Values   []Field   `json:"values,omitempty"`  // every argument in full, labelled
	Details  []Field   `json:"details,omitempty"` // what else has to be said at length, as a body or a header field
	Facts    []Fact    `json:"facts,omitempty"`   // one line of small print: method and address, account, audience, who may press
	Outcome  string    `json:"outcome,omitempty"` // what became of it, one or two plain lines
	By       string    `json:"by,omitempty"`      // who decided, as "approved by Ann"
	At       time.Time `json:"at,omitzero"`       // when
	Until    time.Time `json:"until,omitzero"`    // when it expires; zero: decided
	Buttons  []Button  `json:"buttons,omitempty"`
}

// Short is the line of a card that is decided: what it asked, what became of it and who decided.
// at is the time of that in words, and state says what became of it where the card does not. Any
// other card is shown whole.
func (c Card) Short(at, state string) (line string, decided bool) {
	if c.State == CardWaiting || c.State == CardWorking || c.State == CardUnknown || len(c.Values)+len(c.Details)+len(c.Facts) > 0 {
		return "", false
	}
	by := c.By
	if by != "" && at != "" {
		by += ", "
	}
	by += at
	outcome := cmp.Or(c.Outcome, state)
	parts := []string{c.Sentence, outcome, by}
	if c.State == CardFailed { // whose outcome may be words of others
		parts = []string{c.Sentence, by, outcome}
	}
	parts = slices.DeleteFunc(parts, func(part string) bool { return part == "" })
	for i := range max(len(parts)-1, 0) {
		parts[i] = strings.TrimSuffix(parts[i], ".")
	}
	return strings.Join(parts, " · "), true
}

// CardState tells adapters how a card looks. Its words are those of an Action.
type CardState string

// The states of a card.
const (
	CardWaiting  CardState = "waiting"
	CardWorking  CardState = "working"
	CardDone     CardState = "done"
	CardFailed   CardState = "failed"
	CardUnknown  CardState = "unknown" // it may have happened
	CardDenied   CardState = "denied"
	CardExpired  CardState = "expired"
	CardReplaced CardState = "replaced"
)

// Field is a labelled value.
type Field struct {
	Label   string `json:"label"`
	Value   string `json:"value"`
	Channel string `json:"channel,omitempty"` // platform's id of a channel that is named after the value
}

// Fact is one part of a line of small print.
type Fact struct {
	Text    string `json:"text"`
	Channel string `json:"channel,omitempty"` // platform's id of a channel that is named after the text
}

// Row is one line of a list with its own buttons.
type Row struct {
	Text    markdown.Document `json:"text"`
	Buttons []Button          `json:"buttons,omitempty"`
}

// Button is something to press. Its ID is opaque and unguessable; what it stands
// for is in the store. A button with a URL opens that instead.
type Button struct {
	ID    string `json:"id,omitempty"`
	Label string `json:"label"` // at most 34 characters
	Style Style  `json:"style,omitempty"`
	URL   string `json:"url,omitempty"`
	Form  bool   `json:"form,omitempty"` // a press opens a form: ask Handler.Form
}

// Rating lets a member say how good a Reply is, by two small buttons with a thumb up and a
// thumb down. The first is a Press of its ID, the second opens the form with that ID.
type Rating struct {
	ID   string `json:"id"`
	Good string `json:"good"` // what the buttons say where a thumb is not seen
	Bad  string `json:"bad"`
}

// Style is how a button looks.
type Style string

// The styles of a button; the zero value is plain.
const (
	Primary Style = "primary"
	Danger  Style = "danger"
)

// File is something attached because it would not fit.
type File struct {
	Name string `json:"name"`
	Text string `json:"text"`
}

// Home is a member's own page at aidesk, where the platform has one.
type Home struct {
	Text markdown.Document `json:"text"`
	Rows []Row             `json:"rows,omitempty"`
}
