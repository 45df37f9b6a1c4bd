// Package failpoint names the moments at which a crash matters most. Built with the tag
// crash, the program kills itself at one of them when the environment asks for it
// ([Variable]); without the tag Hit does nothing. cmd/aidesk/crashtest is who asks.
package failpoint

// Variable is the variable of the environment that says where to die: a name and, behind a
// colon, at which hit, as in "outbox.sent:2".
const Variable = "AIDESK_FAILPOINT"

// Point is a moment.
type Point string

// The moments, in the order in which a question and then a press pass them.
const (
	Received Point = "inbox.received" // an event came, and nothing of it is stored
	Staged   Point = "store.staged"   // a transaction is written, and not committed
	Durable  Point = "store.durable"  // it is committed, and nobody has heard of it
	Stored   Point = "inbox.stored"   // an event is durable, and the platform does not know it
	Begun    Point = "turn.begun"     // a conversation's work is read, and not begun
	Decided  Point = "turn.decided"   // what came of a turn is known, and not committed
	Ended    Point = "turn.ended"     // it is committed, and nobody delivers it
	Sending  Point = "outbox.sending" // a reply is marked as being sent, and is not
	Sent     Point = "outbox.sent"    // the platform has it, and the store does not know
	Recorded Point = "outbox.recorded"
	Approved Point = "execute.approved" // a call is marked as executing, and nothing of it is sent
	Answered Point = "execute.answered" // the plugin has answered, and the store does not know
	Settled  Point = "execute.settled"  // the outcome is stored, and the model does not know
)

// Points are all moments.
var Points = []Point{Received, Staged, Durable, Stored, Begun, Decided, Ended, Sending, Sent, Recorded, Approved, Answered, Settled}
