package chat

import "time"

// Event is one thing that happened in a messenger. It carries ids and what the
// payload says, nothing fetched. Exactly one of the pointers is set.
type Event struct {
	// ID is the natural key: the same happening has the same ID however often and
	// by whichever way it is delivered ("m:<channel>:<ts>"). Unique within the platform.
	ID     string    `json:"id"`
	Time   time.Time `json:"time"` // when it happened, by the platform's clock
	Place  Place     `json:"place"`
	Member string    `json:"member"`          // platform's id of who caused it
	Token  string    `json:"token,omitempty"` // lets the adapter answer this very event; sealed at rest

	Message *Message   `json:"message,omitempty"`
	Change  *Change    `json:"change,omitempty"`
	Command *Command   `json:"command,omitempty"`
	Press   *Press     `json:"press,omitempty"`
	Filled  *Submitted `json:"filled,omitempty"`
	Visit   *Visit     `json:"visit,omitempty"`
}

// Message is what a member wrote to aidesk.
type Message struct {
	ID      string       `json:"id"`               // platform's id of the message
	Text    string       `json:"text"`             // CommonMark, the mention of aidesk removed
	Names   []string     `json:"names,omitempty"`  // marks in the text that stand for a name: "@U1" for a member or group, "#C1" a channel
	About   string       `json:"about,omitempty"`  // text of another message that it points to ("Ask aidesk" on a message)
	ByApp   bool         `json:"by_app,omitempty"` // About was written by aidesk or another app, not by a member
	Answers string       `json:"answers,omitempty"`
	Files   []Attachment `json:"files,omitempty"`
	From    *Place       `json:"from,omitempty"` // where it was typed, of a command that is answered elsewhere
}

// Attachment is a file that came with a message, as the platform tells of it. Its bytes
// are read with a [Downloader].
type Attachment struct {
	ID    string `json:"id,omitempty"` // platform's
	Name  string `json:"name,omitempty"`
	Type  string `json:"type,omitempty"`  // "image/png", as the platform says; empty: not said
	Size  int64  `json:"size,omitempty"`  // bytes, as the platform says; 0: not said
	URL   string `json:"url,omitempty"`   // where the platform keeps it; empty: not said
	About bool   `json:"about,omitempty"` // it came with the message to which this one points
}

// Change is a message that was edited or deleted after it was received. It
// interrupts the turn that works on the message.
type Change struct {
	Message string       `json:"message"` // platform's id
	Deleted bool         `json:"deleted,omitempty"`
	Aside   bool         `json:"-"`               // it was deleted where aidesk has no conversation that the adapter knows of
	Text    string       `json:"text,omitempty"`  // as it reads now
	Names   []string     `json:"names,omitempty"` // marks in it, as in a Message
	Files   []Attachment `json:"files,omitempty"` // that came with it

	// First is the message, as it reads now, as the event that it would have been. Where
	// that one never came, the edit made it a question: the mention was added. nil: the
	// message is not addressed to aidesk.
	First *Event `json:"-"`
}

// Command is a slash command, parsed by the Grammar.
type Command struct {
	Name    string            `json:"name"` // without the slash
	Verb    string            `json:"verb"`
	Options map[string]string `json:"options,omitempty"`
	From    *Place            `json:"from,omitempty"`  // where it was typed, if it is answered elsewhere: an answer can be shared there
	Names   []string          `json:"names,omitempty"` // marks in its free text, as in a Message
}

// Press is a press of a button. Who may press it, what it stands for and until
// when is not in it: the store knows, under the button's id.
type Press struct {
	Button string `json:"button"`
	Posted string `json:"posted,omitempty"` // platform's id of the message with the button
}

// Submitted is a form that a member filled in.
type Submitted struct {
	Form   string            `json:"form"` // the Form's ID
	Values map[string]string `json:"values"`
	Secret []string          `json:"secret,omitempty"` // names of values that are sealed at rest
}

// Stop is the Command that a platform's own button for stopping stands for.
func Stop() *Command { return &Command{Name: "aidesk", Verb: "stop"} }

// Visit is a member who opens aidesk's own page, or their direct message with it.
type Visit struct {
	First  bool `json:"first,omitempty"`
	Direct bool `json:"direct,omitempty"` // it is the direct message
}
