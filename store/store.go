// Package store says what aidesk keeps and what it may rely on: the Journal of
// what happened and what was done because of it, and Records of everything that
// is configured. It holds no implementation; bolt is one, and storetest is the
// suite that every implementation must pass.
//
// The words of a messenger, a model or a plugin do not occur here. What callers
// keep travels as bytes; the store knows only the parts that it must decide on:
// order, time, compare-and-set, leases, counters.
//
// # Conversations
//
// Every Event belongs to one conversation. The events of one conversation are
// worked in the order of their ingestion, by at most one holder of a Lease at a
// time; different conversations are worked side by side. A timer is an Event
// with a Due time, moved into its conversation's order when it is due.
//
// A conversation's name is a path; what stands before its third slash is its scope
// (a bot, a platform, a workspace), as that of Audit and Usage is. Scopes share what
// works them, so that a busy one keeps no other waiting: see Claim.
//
// # One transaction
//
// Commit writes everything that a turn decided, or nothing. It is fenced: a
// holder whose lease was lost gets ErrFenced and must drop its work.
//
// # What an error means
//
// ErrNotFound, ErrConflict, ErrFenced, ErrLimit and ErrInvalid say that nothing was
// written; so does the error of a context that was done before the writing began
// (it does not interrupt a writing that has begun). Any other error of a writing
// method is unknown: it may have been written, and the process should stop and read
// again (a disk that failed once cannot be trusted).
//
// # What a value may be
//
// Ids, conversations, scopes, names and keys are 1 to 1,000 bytes of UTF-8 without
// NUL; members, kinds, states, adapters, owners, models and platform ids too, but they
// may be empty. Anything else is ErrInvalid. Bodies are any bytes; nil and empty are the
// same. Times are kept to the microsecond and come back in UTC.
package store

import (
	"context"
	"errors"
	"strings"
	"time"
)

// The errors on which callers branch. In each case nothing was written.
var (
	ErrNotFound = errors.New("not found")
	ErrConflict = errors.New("changed by somebody else") // a compare-and-set found another state or version
	ErrFenced   = errors.New("the lease was lost")
	ErrLimit    = errors.New("limit reached")  // wrapped by *Limit
	ErrInvalid  = errors.New("cannot be kept") // an id, key or name that is empty, too long or not text
)

// Store is one place in which aidesk keeps everything.
type Store interface {
	Journal
	Records

	// Close releases the store. No other method may be running or be called after.
	Close() error
}

// Journal is the durable order of events and of what was done because of them.
// All methods may be called concurrently. When a writing method returns nil, what
// it wrote is on disk.
type Journal interface {
	// Ingest stores events; on return they are durable and ordered. An event whose
	// ID (with the same Time) was ingested before, within eight days, is dropped and
	// reported as such, a timer too. The events of one call are stored together or not at all.
	Ingest(ctx context.Context, events ...Event) ([]Ingested, error)

	// Claim leases up to limit conversations that have work due and no holder. The
	// scope of which the fewest are held comes first, in it and among equals the longest
	// waiting; of one scope no more than share are held at a time (0: no bound; with
	// several processes a few more). A lease ends with Release, or by itself after ttl.
	Claim(ctx context.Context, owner string, limit, share int, ttl time.Duration) ([]Lease, error)

	// Extend prolongs a lease by ttl and tells the holder what it must know.
	Extend(ctx context.Context, lease Lease, ttl time.Duration) (Extension, error)

	// Release gives a conversation back. With a delay its events wait that long, unless
	// an interrupting one came since Work or comes meanwhile; zero makes it claimable at
	// once if it has work. Releasing a lost lease is no error and does nothing.
	Release(ctx context.Context, lease Lease, delay time.Duration) error

	// Work returns what the holder has to work on. ErrFenced.
	Work(ctx context.Context, lease Lease) (Work, error)

	// Try counts a try on an event when the work on it begins, and returns how many there
	// were, this one included. It outlives the process, so that a message which kills the
	// process is found out; a power cut may lose it. ErrFenced.
	Try(ctx context.Context, lease Lease, seq uint64) (int, error)

	// Untry takes the last try back: the work was broken off, or had to wait, through no
	// fault of the event.
	Untry(ctx context.Context, lease Lease, seq uint64) error

	// Commit writes what a turn decided in one transaction, under a lease.
	// ErrFenced when the lease was lost, ErrConflict when a Transition, Put or
	// Done does not fit; then nothing is written. A reply that can go at once is recorded
	// as being sent with it, which saves Outbox a writing.
	Commit(ctx context.Context, lease Lease, c Commit) error

	// Outbox hands out up to limit replies for these adapters whose wanted state is
	// not yet at the platform, oldest first, one at a time of each reply and of
	// each conversation, and records them as being sent before it returns. The
	// replies of a conversation keep their order, so one that waits for its Retry
	// holds up those behind it. A delivery without Sent for SendTime counts as
	// crashed and is handed out again, Unsettled.
	Outbox(ctx context.Context, owner string, adapters []string, limit int) ([]Delivery, error)

	// Sending says that a delivery really leaves now. When neither Sent is called after it nor
	// the process lives, it counts as lost; like a Try it is not synced.
	Sending(ctx context.Context, d Delivery) error

	// Sent records what became of a delivery. ErrNotFound when the reply was forgotten meanwhile.
	Sent(ctx context.Context, receipt Receipt) error

	// Reserve counts against limits: all of them, or none and a *Limit that names
	// the first that would be passed. Commit.Counts settles what was reserved.
	Reserve(ctx context.Context, counts ...Count) error

	// Hold takes or prolongs a named lease for owner; false while another holds it. A
	// ttl of zero gives it up.
	Hold(ctx context.Context, name, owner string, ttl time.Duration) (bool, error)

	// Action, Button and Reply read one of each by id; ErrNotFound.
	Action(ctx context.Context, id string) (Action, error)
	Button(ctx context.Context, id string) (Button, error)
	Reply(ctx context.Context, id string) (Reply, error)

	// Audits calls fn with the audit lines of a scope, the newest first, until fn returns false.
	Audits(ctx context.Context, scope string, fn func(Audit) bool) error

	// AuditsAfter calls fn with the audit lines of a scope behind a number, the oldest
	// first, until fn returns false.
	AuditsAfter(ctx context.Context, scope string, seq uint64, fn func(Audit) bool) error

	// AppendAudits writes audit lines by themselves: of what no turn did.
	AppendAudits(ctx context.Context, lines ...Audit) error

	// AuditHeads returns where the audit of each scope begins and ends, in the order of scopes.
	AuditHeads(ctx context.Context) ([]AuditHead, error)

	// Sign says with what audit lines are linked from now on; before, they are linked without
	// a key. It is called before anything else writes one.
	Sign(s Signer)

	// Usages calls fn with the usage of a scope since a time, oldest first, until fn returns false.
	Usages(ctx context.Context, scope string, since time.Time, fn func(Usage) bool) error

	// Forget deletes what is kept of a member: transcript entries, events not yet
	// worked, replies, actions in any state, buttons, the name in audit lines. These and
	// usage stay: they hold no content. A commit under way that names what was forgotten
	// ends in ErrConflict.
	Forget(ctx context.Context, member string) error

	// Owned calls fn with everything that Forget would delete of a member, but names in audit
	// lines, until fn returns false.
	Owned(ctx context.Context, member string, fn func(Owned) bool) error

	// Retract deletes the transcript entries and buttons that came of a source, in every
	// conversation, and returns how many there were. What is held, as Old.Held says, stays:
	// kept reports whether there was any.
	Retract(ctx context.Context, source string, held func(conversation, member string) bool) (n int, kept bool, err error)

	// Purge deletes what is old, and returns how much that was.
	Purge(ctx context.Context, old Old) (int, error)

	// Rewrite calls fn with every event that is not worked, timers too, and keeps what it
	// returns as the body; nil: it stays. Whoever works an event goes on with the body that
	// they read. An event may be shown twice, one that comes meanwhile perhaps not at all, and fn
	// must not call the store; its error ends it. It returns how many bodies were replaced.
	Rewrite(ctx context.Context, fn func(Event) ([]byte, error)) (int, error)

	// Backlog counts events not yet worked and replies not yet sent.
	Backlog(ctx context.Context) (Backlog, error)
}

// Records are versioned values under keys, for what is configured rather than
// for what happens. Keys are paths ("enable/desk/slack/T1/…"); order is bytewise.
type Records interface {
	Get(ctx context.Context, key string) (Record, error)
	// Put writes a record if the stored version is r.Version (0: there is none),
	// and returns the new version. ErrConflict otherwise.
	Put(ctx context.Context, r Record) (uint64, error)
	// Delete removes a record if its version is the given one. ErrConflict, ErrNotFound.
	Delete(ctx context.Context, key string, version uint64) error
	// Scan calls fn with the records under a prefix, in the order of keys, until fn
	// returns false. A change made meanwhile may or may not be seen. fn must not call the store.
	Scan(ctx context.Context, prefix string, fn func(Record) bool) error
	// Watch delivers records under a prefix after they change, within a second, until
	// ctx is done or the store closed, which closes the channel; a deleted one comes with
	// Value nil and the version of its deletion. A slow reader misses intermediate
	// versions, never the last, and holds nobody up.
	Watch(ctx context.Context, prefix string) <-chan Record

	// Changes returns a function whose result is another one after each change of a record
	// under a prefix: at the latest when whoever made the change hears of it, or within a
	// second where another process made it. It is for what is read often and changes seldom.
	Changes(prefix string) func() uint64

	// PutDocument stores a large document, compressed, once per content, and returns the
	// SHA-256 of it in hex; Document reads it back.
	PutDocument(ctx context.Context, document []byte) (hash string, err error)
	Document(ctx context.Context, hash string) ([]byte, error)
}

// Scope is what stands before the third slash of a conversation's name; all of it
// where there is none.
func Scope(conversation string) string {
	at := 0
	for range 3 {
		next := strings.IndexByte(conversation[at:], '/')
		if next < 0 {
			return conversation
		}
		at += next + 1
	}
	return conversation[:at-1]
}

// Record is a value with its version. Versions of a key are above zero and grow, also
// over a deletion, so that a version names one value for ever; they may leave gaps.
type Record struct {
	Key     string
	Version uint64
	Value   []byte
}
