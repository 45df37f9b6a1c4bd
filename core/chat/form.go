package chat

import (
	"fmt"
	"strings"
)

// MaxInputs is how many inputs a Form may have. An adapter whose platform shows fewer at
// once asks for them one page after the other.
const MaxInputs = 40

// Form is what a member fills in.
type Form struct {
	ID     string  `json:"id"` // opaque; what it stands for is in the store
	Title  string  `json:"title"`
	Submit string  `json:"submit"` // the label of the button
	Inputs []Input `json:"inputs"`
}

// Input is one field of a Form.
type Input struct {
	Name     string    `json:"name"`
	Label    string    `json:"label"`
	Kind     InputKind `json:"kind"`
	Hint     string    `json:"hint,omitempty"`
	Value    string    `json:"value,omitempty"` // what stands there at first, and what was filled in
	Choices  []string  `json:"choices,omitempty"`
	Labels   []string  `json:"labels,omitempty"` // what is shown for each choice; none: the choices
	Required bool      `json:"required,omitempty"`
	Whole    bool      `json:"whole,omitempty"` // of a number: no fractions
	Min      string    `json:"min,omitempty"`   // of a number, allowed itself; empty: no bound
	Max      string    `json:"max,omitempty"`
}

// InputKind is the kind of value an Input takes.
type InputKind string

// The kinds of input. Secret values are never echoed and sealed at rest.
const (
	InputLine     InputKind = "line"
	InputText     InputKind = "text"      // several lines
	InputNumber   InputKind = "number"    // in digits, as JSON writes it
	InputDate     InputKind = "date"      // as 2026-01-31
	InputDateTime InputKind = "date-time" // as 2026-01-31T15:04:05Z
	InputChoice   InputKind = "choice"
	InputMany     InputKind = "many" // any number of the choices, one a line
	InputSecret   InputKind = "secret"
)

// LabelOf is what is shown for the i-th choice.
func (in Input) LabelOf(i int) string {
	if i < len(in.Labels) {
		return in.Labels[i]
	}
	return in.Choices[i]
}

// Shown lists what is shown for the choices.
func (in Input) Shown() []string {
	shown := make([]string, len(in.Choices))
	for i := range in.Choices {
		shown[i] = in.LabelOf(i)
	}
	return shown
}

// Chosen lists which of the choices are chosen at first.
func (in Input) Chosen() []string {
	switch {
	case in.Value == "":
		return nil
	case in.Kind == InputMany:
		return strings.Split(in.Value, "\n")
	}
	return []string{in.Value}
}

// Wants says in a sentence what a member has to write, for platforms that have no input of
// the kind; empty: any text.
func (in Input) Wants() string {
	switch in.Kind {
	case InputChoice:
		return fmt.Sprintf(textOneOf, strings.Join(in.Shown(), ", "))
	case InputMany:
		return fmt.Sprintf(textAnyOf, strings.Join(in.Shown(), ", "))
	case InputDate:
		return textDate
	case InputDateTime:
		return textDateTime
	case InputNumber:
		var bounds string
		switch {
		case in.Min != "" && in.Max != "":
			bounds = fmt.Sprintf(textBetween, in.Min, in.Max)
		case in.Min != "":
			bounds = fmt.Sprintf(textFrom, in.Min)
		case in.Max != "":
			bounds = fmt.Sprintf(textUpTo, in.Max)
		}
		if in.Whole {
			return fmt.Sprintf(textWhole, bounds)
		}
		return fmt.Sprintf(textNumber, bounds)
	case InputLine, InputText, InputSecret: // any text
	}
	return ""
}

// Opening is a press or a command that opens a form.
type Opening struct {
	Place   Place
	Member  string
	Button  string   // the button pressed, or
	Command *Command // the command given
}

// Fault is what is wrong with one input of a form, in a member's words.
type Fault struct {
	Input   string
	Message string
}

// Query asks for completions of an option while a member types it.
type Query struct {
	Place   Place
	Member  string
	Command Command // as far as it is typed
	Option  string
	Prefix  string
}

// Suggestion is one completion.
type Suggestion struct {
	Label string
	Value string
}
