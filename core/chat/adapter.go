package chat

import (
	"context"
	"errors"
	"fmt"
	"time"

	"aidesk/core/markdown"
)

// Adapter brings one platform: it translates what happens there into Events and
// Replies into messages, and decides nothing. Its methods may be called
// concurrently, also before Run.
type Adapter interface {
	// Platform is the word that stands in every Place of this adapter.
	Platform() string

	// Run receives until ctx is done or the platform refuses for good, and hands
	// every event to h. The platform is told that an event arrived only after
	// h.Receive returned nil. Called once.
	Run(ctx context.Context, h Handler, k Keeper) error

	// Member reads a member as the platform knows them now. An error means doubt,
	// and doubt is refusal; a *Later says that the platform could not be asked, and
	// ErrNoMember is the platform's own word that the workspace has nobody with this id.
	Member(ctx context.Context, place Place, id string) (Member, error)

	// Send brings a reply to the platform: it posts when posted is empty, else
	// updates that message, and returns the platform's id of what is there then; with an
	// error, of what is known to be there. At most one Send of one reply runs at a time.
	// Errors: *Later, ErrGone, ErrRefused, or anything else for "not known whether it
	// arrived".
	Send(ctx context.Context, r Reply, posted string) (string, error)
}

// ErrGone says that a reply can never be delivered: the channel was deleted or archived.
var ErrGone = errors.New("the place is gone")

// ErrNoMember says that a workspace has no member with an id, or has them no more.
var ErrNoMember = errors.New("the workspace has no such member")

// ErrRefused says that the platform takes no message such as this one, or that it cannot be
// shown whole there. Another one may be shown in its place.
var ErrRefused = errors.New("it cannot be shown here")

// ErrNotRunning says that an adapter does not run.
var ErrNotRunning = errors.New("not running")

// Later says that a message was certainly not sent, and when to try again.
type Later struct {
	After  time.Duration
	Reason string
}

// Error names the reason.
func (l *Later) Error() string { return fmt.Sprintf("%s, again in %s", l.Reason, l.After) }

// Handler is aidesk behind an adapter.
type Handler interface {
	// Receive returns when the event is durable; an error means that it is not, and
	// the platform shall deliver it again.
	Receive(ctx context.Context, e Event) error

	// Form gives the form that a press or a command opens. Check judges the event of
	// a filled-in form before it is received; no faults means good. Suggest completes
	// an option. These three only read, and answer within a second. Their errors are
	// whole sentences for the member.
	Form(ctx context.Context, o Opening) (Form, error)
	Check(ctx context.Context, e Event) ([]Fault, error)
	Suggest(ctx context.Context, q Query) ([]Suggestion, error)
}

// Keeper remembers for an adapter what it must not forget over a restart. Values
// are sealed at rest and belong to this adapter alone.
type Keeper interface {
	Keep(ctx context.Context, name string, value []byte) error
	// Kept returns nil when nothing was kept.
	Kept(ctx context.Context, name string) ([]byte, error)
}

// Typer is an Adapter that can show that aidesk is at work. It is not durable;
// errors are ignored.
type Typer interface {
	Type(ctx context.Context, place Place, p Progress) error
}

// Progress says in a few words what aidesk is doing; empty Text ends it.
type Progress struct {
	To   string // who waits
	Text string
}

// Streamer is an Adapter that can show an answer while it is written: versions of a Reply that
// are Working come to Send in quick succession, and the last one replaces them. Where the
// platform has no room for one of those, Send leaves it out and returns no error.
type Streamer interface {
	// StreamPace is how much time is between two versions at least.
	StreamPace() time.Duration
}

// Noter is an Adapter that can show one member a passing note, in answer to an
// event of theirs. It may be lost; nothing that lasts is sent this way.
type Noter interface {
	Note(ctx context.Context, e Event, text markdown.Document) error
}

// Rater is an Adapter that can show the buttons of a Rating.
type Rater interface{ Rates() bool }

// Finder is an Adapter that can find out what a sending brought to the platform that began
// at since, by our clock, and whose end is not known.
type Finder interface {
	// Find returns the platform's id of all that is there of a reply: of what posted names
	// and of what it does not. whole says that no message of the reply as it is now is
	// missing; one that is may still be on its way. Before Run the error may be
	// ErrNotRunning.
	Find(ctx context.Context, r Reply, posted string, since time.Time) (all string, whole bool, err error)
}

// Namer is an Adapter that knows what members see where marks stand in their words (see
// [Message]).
type Namer interface {
	// Names returns what is to stand for a mark: "@Ben" for "@U1". A mark that cannot be
	// named is left out.
	Names(ctx context.Context, place Place, marks []string) map[string]string
}

// Downloader is an Adapter that can read what came with a message, where the platform
// keeps it and nowhere else.
type Downloader interface {
	// Download returns a file of at most limit bytes, of a message in a place. Errors: ErrTooLarge, ErrGone,
	// ErrNoAccess, *Later, or anything else for a failure that may pass.
	Download(ctx context.Context, place Place, a Attachment, limit int64) ([]byte, error)
}

// ErrTooLarge says that a file is larger than was asked for.
var ErrTooLarge = errors.New("the file is too large")

// ErrNoAccess says that the app may not read something.
var ErrNoAccess = errors.New("the app may not read this")

// Deleter is an Adapter that can delete what aidesk posted.
type Deleter interface {
	// Delete deletes the message of aidesk's to which a link leads, or without a link the last
	// one in the place that others can read. It does not come back when its reply changes.
	// Errors: ErrNoMessage, *Later, or anything else for a failure that may pass.
	Delete(ctx context.Context, place Place, link string) error
}

// ErrNoMessage says that there is no such message of aidesk's in the workspace.
var ErrNoMessage = errors.New("there is no such message of aidesk's")

// Workplace is implemented by an adapter that knows how people call a workspace, and the
// address that leads a browser back to it; either may be empty.
type Workplace interface {
	Workplace(p Place) (name, back string)
}

// Historian is an Adapter that can read what was said in a thread that aidesk does not
// follow.
type Historian interface {
	// History returns the newest messages of a thread before one of its messages, without
	// aidesk's own. It waits for no rate limit. Errors: ErrNoAccess, *Later, or anything
	// else for a failure that may pass.
	History(ctx context.Context, place Place, before string, limit int) (History, error)
}

// History is what was said in a thread before a message.
type History struct {
	Messages []Earlier // oldest first
	More     bool      // there are older ones
	Cut      bool      // the platform gave the first ones, and none of those right before the message
	Hidden   int       // messages of which the platform does not show the app what they say
}

// Earlier is one message of a History.
type Earlier struct {
	Member string   // platform's id of who wrote it; of an app, its own
	Name   string   // what others see
	App    bool     // an app wrote it, or some of it
	Text   string   // CommonMark; its files by their names
	Names  []string // marks in the text, as in a Message
}

// Prompter is an Adapter that can propose to a member what to ask, in the place where they
// talk with aidesk alone. It is not durable.
type Prompter interface {
	Prompt(ctx context.Context, place Place, questions []string) error
}

// MaxPrompts is how many questions a Prompter proposes at once.
const MaxPrompts = 4

// Titler is an Adapter that can name a thread in which a member talks with aidesk alone. The
// name is not durable.
type Titler interface {
	Title(ctx context.Context, place Place, title string) error
}

// HomePublisher is an Adapter whose platform gives members a page of aidesk.
type HomePublisher interface {
	Home(ctx context.Context, place Place, member string, h Home) error
}

// Settler is an Adapter that wants to know when everything that an event of its
// own caused has been done and shown.
type Settler interface {
	Settled(event string)
}
