package render

// messageLimit is how much goes into one message.
type messageLimit struct {
	blocks int // number of blocks
	size   int // characters of the blocks' JSON
}

// Slack documents a limit of 50 blocks. Without documenting it, it also refuses messages
// from about 11,300 characters on. smallMessage is for a message that it refused
// nevertheless.
var (
	fullMessage  = messageLimit{blocks: 45, size: 10_000}
	smallMessage = messageLimit{blocks: 20, size: 4_000}
)

// What Slack takes, in characters where nothing else is said.
const (
	maxMessages = 5 // of one answer; ours: a longer one is a file
	maxText     = 4_000
	maxPlain    = 3_000 // a text object
	maxHeader   = 150
	maxContext  = 10 // elements
	maxActions  = 25 // buttons in a row
	maxLabel    = 75 // of a button
	MaxID       = 255
	maxURL      = 3_000
	maxAlt      = 2_000
	maxIndent   = 8

	maxRows    = 100 // of a table, with its head
	maxColumns = 20
	maxCells   = 9_500 // characters over all cells; Slack's own limit is 10,000

	maxPreviews    = 3 // ours
	maxTitle       = 150
	maxDescription = 300
	maxNote        = 2_000
)

// fits reports whether what was written may be sent as one message.
func (b messageLimit) fits(w *blockWriter) bool {
	return w.blocks <= b.blocks && w.tables <= 1 && w.size() <= b.size
}
