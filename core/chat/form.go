package chat

// Form is what a member fills in. At most five inputs on every platform.
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
	Required bool      `json:"required,omitempty"`
}

// InputKind is the kind of value an Input takes.
type InputKind string

// The kinds of input. Secret values are never echoed and sealed at rest.
const (
	InputLine   InputKind = "line"
	InputText   InputKind = "text" // several lines
	InputChoice InputKind = "choice"
	InputSecret InputKind = "secret"
)

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
