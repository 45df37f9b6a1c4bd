package store

import (
	"fmt"
	"time"
)

// Event is something that happened and must be worked: a message, a press, a timer.
type Event struct {
	ID           string    // natural key, unique for ever; the same event always has the same one
	Conversation string    // in whose order it is worked
	Member       string    // who caused it; empty for timers
	Kind         string    // a word of the caller's, for logs
	Time         time.Time // when the platform says it happened; the dedup index is ordered by it. Zero, and of a timer: the ID alone decides
	Due          time.Time // a timer: not before; zero: now
	Interrupt    bool      // whoever works the conversation is told at once, by Extend
	Body         []byte

	Seq      uint64    // set by the store: the order of ingestion; a timer gets it when it falls due
	Ingested time.Time // set by the store: when it became durable; a press counts with this time
	Tries    int       // set by the store: how often Try counted one
}

// Ingested tells what became of one event given to Ingest.
type Ingested struct {
	Seq       uint64 // zero for a timer and for a duplicate
	Duplicate bool
}

// Lease is the right to work a conversation until a time.
type Lease struct {
	Conversation string
	Owner        string
	Epoch        uint64 // grows with every claim; fences the ones before
	Until        time.Time
}

// Extension is what Extend tells the holder of a lease.
type Extension struct {
	Lease       Lease
	Lost        bool    // drop the work
	Interrupted []Event // interrupting events that came since Work, oldest first, each told once per claim
}

// MaxTranscript is how much of a transcript Work reads, in bytes: a direct message
// goes on for years, and a turn must not cost more with each one before it.
const MaxTranscript = 64 << 10

// Work is what the holder of a lease has to work on.
type Work struct {
	Events  []Event  // due and not done, in order; at most 100
	Entries []Entry  // the end of the transcript: the newest entry, and of those before it at most MaxTranscript bytes of bodies; mostly the same ones as the last time
	Actions []Action // those not in a final state, the oldest first
}

// Entry is one piece of a transcript. Nothing is ever changed in it; Forget and Retract
// remove it.
type Entry struct {
	Seq    uint64 // set by the store, grows within the conversation
	Member string // whose it is
	// Sources name what its words came of, such as the messages that asked: Retract deletes it
	// with any of them.
	Sources []string
	Body    []byte
}

// Action is a call that waits for a decision or was sent. State is the caller's word.
type Action struct {
	ID           string
	Conversation string
	Member       string
	State        string
	Final        bool // it needs no more work; Work leaves it out
	Until        time.Time
	Body         []byte
}

// Transition creates an Action (From empty) or changes it by compare-and-set.
type Transition struct {
	From   string // the state it must be in; empty: it must not exist
	Action Action // as it shall be; on a change, an empty Body and a zero Until keep what is stored, and the conversation must stay the same
}

// Button is what an opaque id on a platform stands for.
type Button struct {
	ID           string
	Conversation string    // where a press of it is worked, wherever it was pressed
	Member       string    // whose it is, for Forget; empty: nobody's
	Until        time.Time // kept for eight days longer, so that a late press gets a reason; zero: for ever
	Sources      []string  // of what words in it came, as those of an Entry
	Body         []byte
}

// Reply is the wanted state of one message. Committing it again replaces what is
// wanted; the conversation must stay the same.
type Reply struct {
	ID           string // the caller's own; a redone turn gives the same
	Conversation string
	Member       string // whose it is, for Forget
	Adapter      string // which adapter delivers it
	Version      uint64 // set by the store: grows with every commit
	Body         []byte
}

// SendTime is how long a delivery may take from Outbox to Sent.
const SendTime = 2 * time.Minute

// Delivery is a reply to be brought to the platform.
type Delivery struct {
	Reply
	Posted    string    // the platform's id of the message; empty: not posted yet, or not known
	Unsettled time.Time // not zero: a sending began then and its end is not known; find out first

	First time.Time // when this version was handed out first
	Tries int       // how often it was handed out, this time included
	Lost  int       // how many sendings of it were begun and never heard of again: each may have taken the process with it
}

// Receipt is what became of a delivery.
type Receipt struct {
	ID      string
	Version uint64    // the version that was delivered
	Posted  string    // the platform's id
	Retry   time.Time // not zero: it failed, try again then
	Gone    bool      // this version can never be delivered; wanted no more

	// Unsettled goes with Retry or Gone and is not zero when the end of a sending is still
	// not known: when it began. The next Delivery carries it.
	Unsettled time.Time
}

// Commit is everything that one step of a turn decided, written together or not at all.
type Commit struct {
	Done    []uint64 // events that are worked
	Entries []Entry  // appended to the transcript
	Actions []Transition
	Replies []Reply
	Buttons []Button
	Events  []Event // timers, and events for this or other conversations
	Audits  []Audit
	Usages  []Usage
	Counts  []Count // settles reservations: N may be negative; limits are not asked
	Puts    []Record
}

// Usage is what a turn used of one model.
type Usage struct {
	Scope  string // bot/platform/workspace
	Member string
	Model  string
	Time   time.Time
	Turns  int // questions that this counts: 1, or 0 where another Usage of the same turn does
	Input  int // tokens
	Output int
	Micros int64 // cost in millionths of the price table's currency

	Channel string         // where it was asked; empty: in direct messages
	Calls   map[string]int // made in the turn, by the name of what was called
}

// Count is an amount against a limit within a window.
type Count struct {
	Key   string // names counter and window: "turns/…/2026-11-22T07"
	N     int64
	Limit int64     // 0: no limit
	Until time.Time // the counter may be dropped after
}

// Limit is the counter that would be passed.
type Limit struct {
	Key         string
	Used, Limit int64
	Until       time.Time
}

// Error says which limit, in the operator's words.
func (l *Limit) Error() string { return fmt.Sprintf("%s: %d of %d used", l.Key, l.Used, l.Limit) }

// Unwrap makes a *Limit an ErrLimit.
func (l *Limit) Unwrap() error { return ErrLimit }

// Backlog counts what is not finished.
type Backlog struct {
	Events  int // due or not, not worked
	Replies int // wanted, not at the platform
}

// Owned is something that is kept of a member.
type Owned struct {
	Kind         OwnedKind
	ID           string // of an action, a reply or a button
	Conversation string
	Time         time.Time // when it was written last, as far as that is known
	Body         []byte
}

// OwnedKind is what something Owned is.
type OwnedKind string

// The kinds of what is Owned.
const (
	OwnedEntry  OwnedKind = "entry"
	OwnedEvent  OwnedKind = "event" // not worked yet, a timer too
	OwnedAction OwnedKind = "action"
	OwnedReply  OwnedKind = "reply"
	OwnedButton OwnedKind = "button"
)

// Old says what Purge deletes. Its zero value deletes nothing.
type Old struct {
	// Conversations is since when transcript entries, final actions and delivered replies must
	// have been touched; zero: they are kept.
	Conversations time.Time
	// Audit is since when usage and lines of the audit must be; zero: they are kept. Of lines
	// the oldest go, up to the first that is not so old.
	Audit time.Time
	// Entry returns what is left of an entry that was written at a time: nothing deletes it, and
	// the same body leaves it alone; nil: all entries are left alone.
	Entry func(written time.Time, body []byte) []byte
	// Held says whether something is kept whatever its age, by its conversation and member; of
	// a whole scope, whether anything in it is. nil: nothing is.
	Held func(conversation, member string) bool
}
