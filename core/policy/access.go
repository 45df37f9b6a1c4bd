package policy

import (
	"slices"

	"aidesk/core/chat"
)

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
