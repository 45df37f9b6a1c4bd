// Package policy decides: may this member use aidesk here, may this call be
// made, and by which rule. Its functions are pure: everything that a decision
// rests on is in its argument, so that the same question always gets the same
// answer, before a card is shown and again before the call leaves.
package policy

import (
	"fmt"
	"time"

	"aidesk/core/chat"
)

// Verdict is what a rule says about a call.
type Verdict string

// The verdicts.
const (
	Allow Verdict = "allow" // it may go now
	Ask   Verdict = "ask"   // the member must approve exactly this call
	Deny  Verdict = "deny"

	// Granted: a Grant of the member is the approval. The call goes as an approved one does,
	// recorded before its first byte, so it is not Allowed.
	Granted Verdict = "granted"
)

// Decision is a verdict with the rule that gave it and, for a denial, the reason
// in a member's words.
type Decision struct {
	Verdict Verdict
	Rule    string
	Reason  string
}

// Allowed says that the call may go now.
func (d Decision) Allowed() bool { return d.Verdict == Allow }

// Asks says that the member must approve the call.
func (d Decision) Asks() bool { return d.Verdict == Ask }

// Granted says that a Grant of the member is the approval of the call.
func (d Decision) Granted() bool { return d.Verdict == Granted }

// Denied says that the call must not be made.
func (d Decision) Denied() bool { return d.Verdict == Deny }

// Question is everything that a decision about a call rests on.
type Question struct {
	Member chat.Member
	Since  time.Time // when they joined, or were seen first where that is not told; zero: not known
	Now    time.Time

	ID        string // of the plugin
	Plugin    string // its name for people
	Enabled   bool   // the plugin is enabled here for this member
	Closed    bool   // the plugin is denied in this channel
	Frozen    Frozen // what of the plugin administrators stopped
	Held      bool   // its source changed this operation, and no administrator has looked
	Same      bool   // plugin version and operation are those that were offered
	Operation Operation
	Login     Login // the account that the call goes with
	Agreed    bool  // the member agreed once that such calls go, though their method is not a read
	FirstUse  bool  // its plugin would have words of the member for the first time
	Carries   bool  // it may carry data of another plugin, which the member has not allowed
	Granted   bool  // a Grant of the member covers it

	Rules Rules         // of the workspace
	Rule  OperationRule // of the call's operation
}

// Call decides about one call. The rules are asked in order, those that deny before those
// that ask, and these before the one that allows; the first that applies decides.
func Call(q Question) Decision {
	way, rule := q.Rule.Way(q.Operation)
	guest := ModeDefault
	if q.Member.Guest {
		guest = q.Rules.Guests
	}
	switch {
	case q.Member.Deactivated:
		return Decision{Deny, "member-deactivated", textDeactivated}
	case q.Member.Bot:
		return Decision{Deny, "member-is-bot", textBot}
	case q.Member.Stranger:
		return Decision{Deny, "member-is-stranger", textStranger}
	case guest != ModeDefault && guest != ModeRead:
		return Decision{Deny, "guest-denied", textGuestDenied}
	case q.tooNew():
		return Decision{Deny, "member-too-new", q.untilOldEnough()}
	case q.Frozen == FrozenAll:
		return Decision{Deny, ruleFrozen, fmt.Sprintf(textFrozen, q.Plugin)}
	case q.Frozen.Stops(q.Rule, q.Operation):
		return Decision{Deny, ruleWritesFrozen, fmt.Sprintf(textWritesFrozen, q.Plugin)}
	case q.Closed:
		return Decision{Deny, "channel-denies-plugin", fmt.Sprintf(textChannelDenies, q.Plugin)}
	case q.Rules.Denies(q.Member.Roles, q.ID):
		return Decision{Deny, "role-denies-plugin", fmt.Sprintf(textRoleDenies, q.Plugin)}
	case !q.Enabled:
		return Decision{Deny, "plugin-not-enabled", fmt.Sprintf(textNotEnabled, q.Plugin)}
	case q.Operation.Refused:
		return Decision{Deny, "operation-refused", fmt.Sprintf(textCannotBeCalled, q.Plugin)}
	case !q.Same:
		return Decision{Deny, "plugin-changed", fmt.Sprintf(textChanged, q.Plugin)}
	case q.Held:
		return Decision{Deny, "operation-changed", fmt.Sprintf(textHeld, q.Plugin)}
	case q.Login == LoginForbidden:
		return Decision{Deny, "account-not-allowed", fmt.Sprintf(textNotYourAccount, q.Plugin)}
	case q.Login == LoginGone:
		return Decision{Deny, "account-gone", fmt.Sprintf(textAccountGone, q.Plugin)}
	case way == ModeNever:
		return Decision{Deny, rule, fmt.Sprintf(textNever, q.Plugin)}
	case way == ModeAsk && guest == ModeRead:
		return Decision{Deny, "guest-only-reads", fmt.Sprintf(textGuestReads, q.Plugin)}
	case q.Granted && q.Rule.MayGrant(q.Operation) && !q.FirstUse && !q.Carries && !q.Member.Guest:
		return Decision{Granted, "grant", ""}
	case way == ModeAsk:
		return Decision{Ask, rule, ""}
	case !q.Operation.Reads && !q.Agreed:
		return Decision{Ask, "marked-read-asks-once", ""}
	case q.FirstUse:
		return Decision{Ask, "first-use-asks", ""}
	case q.Carries:
		return Decision{Ask, "data-boundary-asks", ""}
	default:
		return Decision{Allow, rule, ""}
	}
}

// tooNew reports whether somebody is not a member for as long as the rules want. Whoever
// administers may use plugins at once: they could change the rule.
func (q Question) tooNew() bool {
	return q.Rules.MinimumAge > 0 && !q.Member.Admin && (q.Since.IsZero() || q.Now.Before(q.Since.Add(q.Rules.MinimumAge)))
}

// untilOldEnough says from when on they may.
func (q Question) untilOldEnough() string {
	if q.Since.IsZero() {
		return textAgeUnknown
	}
	return fmt.Sprintf(textTooNew, q.Since.Add(q.Rules.MinimumAge).In(q.Member.Location()).Format("Mon 2 January 15:04 MST"))
}
