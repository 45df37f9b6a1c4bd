// Package policy decides: may this member use aidesk here, may this call be
// made, and by which rule. Its functions are pure: everything that a decision
// rests on is in its argument, so that the same question always gets the same
// answer, before a card is shown and again before the call leaves.
package policy

import (
	"fmt"
	"slices"

	"aidesk/core/chat"
)

// Verdict is what a rule says about a call.
type Verdict string

// The verdicts.
const (
	Allow Verdict = "allow" // it may go now
	Ask   Verdict = "ask"   // the member must approve exactly this call
	Deny  Verdict = "deny"
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

// Denied says that the call must not be made.
func (d Decision) Denied() bool { return d.Verdict == Deny }

// Question is everything that a decision about a call rests on.
type Question struct {
	Member  chat.Member
	Plugin  string // its name for people
	Enabled bool   // the plugin is enabled here for this member
	Frozen  bool   // an administrator froze the plugin
	Write   bool   // the call changes something
	Asks    bool   // the document wants this read confirmed
	Refused bool   // the import refused this operation
	Same    bool   // plugin version and operation are those that were offered
	Login   Login  // the account that the call goes with
	First   bool   // an administrator lets it go as a read, and the member never agreed to that
	Carries bool   // it may carry data of another plugin, which the member has not allowed

	Rules Rules         // of the workspace
	Rule  OperationRule // of the call's operation
}

// Call decides about one call. The rules are asked in order; the first that
// applies decides.
func Call(q Question) Decision {
	switch {
	case q.Member.Deactivated:
		return Decision{Deny, "member-deactivated", textDeactivated}
	case q.Member.Bot:
		return Decision{Deny, "member-is-bot", textBot}
	case q.Frozen:
		return Decision{Deny, "plugin-frozen", fmt.Sprintf(textFrozen, q.Plugin)}
	case !q.Enabled:
		return Decision{Deny, "plugin-not-enabled", fmt.Sprintf(textNotEnabled, q.Plugin)}
	case q.Refused:
		return Decision{Deny, "operation-refused", fmt.Sprintf(textCannotBeCalled, q.Plugin)}
	case !q.Same:
		return Decision{Deny, "plugin-changed", fmt.Sprintf(textChanged, q.Plugin)}
	case q.Login == LoginForbidden:
		return Decision{Deny, "account-not-allowed", fmt.Sprintf(textNotYourAccount, q.Plugin)}
	case q.Login == LoginGone:
		return Decision{Deny, "account-gone", fmt.Sprintf(textAccountGone, q.Plugin)}
	case q.Rule.Mode == ModeNever:
		return Decision{Deny, "operation-never", fmt.Sprintf(textNever, q.Plugin)}
	case q.Write:
		return Decision{Ask, "write-asks", ""}
	case q.Rule.Mode == ModeAsk:
		return Decision{Ask, "rule-asks", ""}
	case q.Asks:
		return Decision{Ask, "consequential-read-asks", ""}
	case q.First:
		return Decision{Ask, "marked-read-asks-once", ""}
	case q.Carries:
		return Decision{Ask, "data-boundary-asks", ""}
	default:
		return Decision{Allow, "read", ""}
	}
}

// Login says whether the account that a call goes with may be used.
type Login string

// What can be of the account of a call.
const (
	LoginOK        Login = ""          // it may be used, or the call goes without one
	LoginGone      Login = "gone"      // it is not connected any more
	LoginForbidden Login = "forbidden" // it is not this member's to use here
)

// ShareLogin decides whether a member may use, in a place, an account that the workspace
// shares with some roles, in some channels. With neither nobody may; guests, and whoever is
// in a channel that other organisations read, never.
func ShareLogin(roles, channels []string, place chat.Place, m chat.Member) Login {
	role := len(roles) > 0 && slices.ContainsFunc(roles, func(r string) bool { return slices.Contains(m.Roles, r) })
	channel := len(channels) > 0 && !place.Direct && slices.Contains(channels, place.Channel)
	switch {
	case m.Guest || m.Stranger || m.Bot || m.Deactivated || place.External:
		return LoginForbidden
	case len(roles) > 0 && !role, len(channels) > 0 && !channel, len(roles) == 0 && len(channels) == 0:
		return LoginForbidden
	}
	return LoginOK
}

// Access is where a bot may speak and to whom. The zero value lets every member
// of the workspace in, and nobody else.
type Access struct {
	Channels []string // empty: all
	Roles    []string // empty: all
	Guests   bool
	// Closed are the platforms on which only administrators are let in while neither
	// Channels nor Roles say more: those where anybody may join.
	Closed []string
}

// Speak decides whether aidesk may answer a member in a place.
func Speak(a Access, place chat.Place, m chat.Member) Decision {
	switch {
	case m.Bot:
		return Decision{Deny, "member-is-bot", ""}
	case m.Deactivated:
		return Decision{Deny, "member-deactivated", textDeactivated}
	case m.Stranger:
		return Decision{Deny, "member-is-stranger", textStranger}
	case m.Guest && !a.Guests:
		return Decision{Deny, "member-is-guest", textGuest}
	case len(a.Channels) == 0 && len(a.Roles) == 0 && slices.Contains(a.Closed, place.Platform) && !m.Admin:
		return Decision{Deny, "access-closed", textOnlyAdmins}
	case len(a.Channels) > 0 && !place.Direct && !slices.Contains(a.Channels, place.Channel):
		return Decision{Deny, "channel-not-allowed", textChannel}
	case len(a.Roles) > 0 && !slices.ContainsFunc(a.Roles, func(r string) bool { return slices.Contains(m.Roles, r) }):
		return Decision{Deny, "role-missing", textRole}
	default:
		return Decision{Allow, "access", ""}
	}
}
