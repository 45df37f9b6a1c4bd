package bot

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"time"

	"aidesk/core/account"
	"aidesk/core/agent"
	"aidesk/core/audit"
	"aidesk/core/chat"
	"aidesk/core/plugin"
	"aidesk/core/schedule"
	"aidesk/store"
)

// Event is what the Journal keeps of an event: a messenger's, or a timer of ours.
type Event struct {
	Chat      *chat.Event `json:"chat,omitempty"`
	Expire    string      `json:"expire,omitempty"`  // an Action whose time is over
	NearLimit string      `json:"near,omitempty"`    // the counter of a day that is nearly full
	Granted   string      `json:"granted,omitempty"` // an Action that goes by a Grant
	Grant     string      `json:"grant,omitempty"`   // id of a Grant that may have fallen
	Quiet     bool        `json:"quiet,omitempty"`   // a stop of which nobody needs to be told here: who gave it is answered elsewhere

	Unshown string `json:"unshown,omitempty"` // a Reply that cannot be shown
	Version uint64 `json:"version,omitempty"` // in this version

	Due    *Due    `json:"due,omitempty"`    // a run of a schedule
	Notice *Notice `json:"notice,omitempty"` // what the member of a schedule is told, outside of the night
}

// Due is a run of a schedule that is due.
type Due struct {
	Schedule string    `json:"schedule"` // key of its record
	At       time.Time `json:"at"`       // when it was planned for
	Now      bool      `json:"now,omitempty"`
}

// Notice is what a member is told of a schedule of theirs, with what they may do then.
type Notice struct {
	Schedule string   `json:"schedule"`
	Text     string   `json:"text"`
	Verbs    []string `json:"verbs,omitempty"` // of ScheduleButton
}

// The kinds of event, for the log and the worker.
const (
	KindMessage   = "message"
	KindChange    = "change"
	KindSeen      = "seen" // an edit that came as a question: the same edit told in another way is no news
	KindCommand   = "command"
	KindStop      = "stop"
	KindPress     = "press"
	KindForm      = "form"
	KindVisit     = "visit"
	KindExpire    = "expire"
	KindNearLimit = "near"
	KindUnshown   = "unshown"
	KindGranted   = "granted"
	KindFallen    = "fallen"
	KindDue       = "due"
	KindNotice    = "notice"
	KindNight     = "night" // the sources of plugins are read anew
)

// ReadEvent decodes an event of the Journal. Values that are sealed in it stay sealed.
func ReadEvent(stored store.Event) (Event, error) {
	var e Event
	if err := json.Unmarshal(stored.Body, &e); err != nil {
		return e, fmt.Errorf("reading the event: %w", err)
	}
	return e, nil
}

// ReplyID is the id of the Reply to an event, the same however often the event is tried.
func ReplyID(e store.Event) string { return chat.Key("reply", e.ID) }

// MessageID is the platform's id of the message that an event is, or empty.
func MessageID(e chat.Event) string {
	if e.Message != nil {
		return e.Message.ID
	}
	return ""
}

// ButtonAction is what a button stands for, kept under its id.
type ButtonAction struct {
	Do     string `json:"do"`
	Member string `json:"member"` // who may press it; empty: everyone
	Action string `json:"action,omitempty"`
	Say    string `json:"say,omitempty"`
	Plugin string `json:"plugin,omitempty"` // id
	On     bool   `json:"on,omitempty"`
	List   string `json:"list,omitempty"` // the Reply with the list that the button stands in

	Operation string               `json:"operation,omitempty"`
	Args      json.RawMessage      `json:"args,omitempty"`
	Plan      *plugin.Registration `json:"plan,omitempty"`    // a plugin that was read and is not yet registered
	Answer    string               `json:"answer,omitempty"`  // the Reply to be shared, or the answer to be rated
	Place     *chat.Place          `json:"place,omitempty"`   // and where
	Login     string               `json:"login,omitempty"`   // id of a login that was begun
	Kind      account.Kind         `json:"kind,omitempty"`    // of the login that an administrator sets
	Of        string               `json:"of,omitempty"`      // which part of the rules a form changes
	Target    string               `json:"target,omitempty"`  // id of the role or channel that it is about
	Version   string               `json:"version,omitempty"` // of the plugin whose operations it shows
	Account   string               `json:"account,omitempty"` // key of the account to be ended
	Grant     string               `json:"grant,omitempty"`   // id of the Grant to be revoked
	Draft     json.RawMessage      `json:"draft,omitempty"`   // a Grant that was read and is not made yet

	Schedule *ScheduleButton `json:"schedule,omitempty"`
}

// ScheduleButton is what a button does with a schedule.
type ScheduleButton struct {
	Verb     string            `json:"verb"`
	Key      string            `json:"key,omitempty"` // of its record
	Question string            `json:"question,omitempty"`
	Names    []string          `json:"names,omitempty"` // marks in the question, as in a chat.Message
	When     schedule.Schedule `json:"when,omitzero"`   // of one that is yet to be made
}

// What a button can do.
const (
	DoApprove  = "approve"
	DoAllow    = "allow" // approve, and let more such reads go in this conversation
	DoCancel   = "cancel"
	DoAgain    = "again"
	DoSay      = "say"
	DoSwitch   = "switch"
	DoEdit     = "edit"     // opens the form of an Action's values
	DoRun      = "run"      // opens the form of an operation
	DoAdd      = "register" // opens the form of a plugin that was read
	DoForget   = "forget"
	DoReview   = "review"   // takes a plugin's version that waits
	DoCode     = "code"     // opens the form that ends a login
	DoShare    = "share"    // publishes an answer where it was asked for
	DoLogin    = "login"    // opens the form in which an administrator sets a plugin's login
	DoAudit    = "audit"    // shows older lines of the audit; Args: which
	DoRules    = "rules"    // opens the form that changes a part of the rules
	DoWithdraw = "withdraw" // takes back that a plugin has words of the member
	DoRevoke   = "revoke"   // ends an account; On: it was asked once more
	DoSecond   = "second"   // gives the second approval
	DoDecline  = "decline"  // opens the form that refuses it
	DoLook     = "look"     // asks for the card on which it is given
	DoRequest  = "request"  // shows what an Action's call sends
	DoRemove   = "remove"   // removes a plugin
	DoFreeze   = "freeze"   // stops a plugin's calls; On false: lets them go again
	DoWaiting  = "waiting"  // shows a plugin's version that waits

	DoLoosen  = "loosen"  // opens the form that makes a Grant of an Action
	DoGrant   = "grant"   // makes a Grant, as it was read
	DoUngrant = "ungrant" // revokes a Grant
	DoAsk     = "ask"     // asks a question of the member's page, in their direct message

	DoDisconnect = "disconnect" // ends the member's account at a plugin

	DoRate     = "rate" // rates an answer; Answer: of its Why
	DoOpen     = "open" // lets members make Grants for an operation that deletes
	DoSchedule = "schedule"
)

// ReadButton reads what a button stands for. store.ErrNotFound.
func ReadButton(ctx context.Context, s store.Store, id string) (ButtonAction, store.Button, error) {
	var a ButtonAction
	b, err := s.Button(ctx, id)
	if err != nil {
		return a, b, err
	}
	if err := json.Unmarshal(b.Body, &a); err != nil {
		return a, b, fmt.Errorf("reading a button: %w", err)
	}
	return a, b, nil
}

// Entry is an entry of the transcript as the store keeps it. The last one of a turn has the
// Why of its answer, so that both are forgotten and deleted together.
type Entry struct {
	agent.Entry
	Why *Why `json:"why,omitempty"`
}

// ratingEntry is an entry of the transcript that says nothing: it belongs to the member who
// rated an answer, so that it is forgotten with them and deleted with the conversation.
type ratingEntry struct {
	Rating *Rating `json:"rating"`
}

// Rating is what a member said of an answer.
type Rating struct {
	Answer string    `json:"answer"` // of a Why
	Good   bool      `json:"good"`
	Words  string    `json:"words,omitempty"` // why, as the member wrote it
	Time   time.Time `json:"time"`
}

// Why says how an answer came about. What was sent to plugins and returned is not in it,
// since the entries of the turn have that.
type Why struct {
	Answer  string        `json:"answer,omitempty"` // id of the Reply to the event that was answered: what a Rating names
	Model   string        `json:"model"`
	Plugins []string      `json:"plugins,omitempty"` // in view, by name
	All     []string      `json:"all,omitempty"`     // operations offered because everything was
	Offered []agent.Offer `json:"offered,omitempty"` // those offered for another reason
	More    int           `json:"more,omitempty"`    // operations that were offered as well
	Steps   []agent.Step  `json:"steps,omitempty"`
	Input   int           `json:"in,omitempty"` // tokens
	Output  int           `json:"out,omitempty"`
	Guessed bool          `json:"guessed,omitempty"` // the tokens were estimated
	Micros  int64         `json:"micros,omitempty"`  // what they cost
}

// WantedReply makes the record of a Reply that is to be shown; owner is with whom it is
// forgotten.
func (b *Bot) WantedReply(conversation string, r chat.Reply, owner string) (store.Reply, error) {
	body, err := json.Marshal(r)
	if err != nil {
		return store.Reply{}, fmt.Errorf("storing the reply: %w", err)
	}
	platform := r.Place.Platform
	if r.Place.Operator != "" {
		platform = chat.OperatorPlatform
	}
	return store.Reply{ID: r.ID, Conversation: conversation, Member: owner, Adapter: b.OutboxName(platform), Body: body}, nil
}

// ReadReply reads the newest version of a Reply. store.ErrNotFound.
func ReadReply(ctx context.Context, s store.Store, id string) (chat.Reply, error) {
	var r chat.Reply
	stored, err := s.Reply(ctx, id)
	if err == nil {
		err = json.Unmarshal(stored.Body, &r)
	}
	if err != nil {
		return r, fmt.Errorf("reading a reply: %w", err)
	}
	return r, nil
}

// Audit is a line of the audit, at a time and in a place.
func (b *Bot) Audit(now time.Time, place chat.Place, l audit.Line) store.Audit {
	l.Time = now
	l.Place = audit.Place{Platform: place.Platform, Workspace: place.Workspace, Channel: place.Channel, Thread: place.Thread}
	if l.Outcome == "" {
		l.Outcome = audit.OK
	}
	if place.Operator != "" && place.Direct {
		l.Place.Channel = "" // it is in no channel
	}
	if name, ok := chat.OperatorName(l.Actor.ID); ok {
		l.Actor = audit.Actor{Kind: audit.Operator, ID: name}
	}
	stored := store.Audit{Scope: b.Scope(place), Time: now, Body: l.Encode()}
	if l.Actor.Kind == audit.Member && l.Actor.ID != "" {
		stored.Member = b.Owner(place, l.Actor.ID)
	}
	name := func(id string) {
		owner := b.Owner(place, id)
		if called := cmp.Or(l.Names[id], b.nameOf(owner)); called != "" {
			if stored.Names == nil {
				stored.Names = map[string]string{}
			}
			stored.Names[owner] = called
		}
	}
	if stored.Member != "" {
		name(l.Actor.ID)
	}
	for _, t := range l.Targets {
		if t.Kind == audit.OfMember && t.ID != "" {
			name(t.ID)
		}
	}
	return stored
}
