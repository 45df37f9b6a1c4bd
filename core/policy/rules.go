package policy

import (
	"net/http"
	"slices"
	"time"

	"aidesk/core/chat"
)

// Rules are what the administrators of a workspace decided about who may do what, beyond
// what is enabled. The zero value changes nothing.
type Rules struct {
	Operations map[string]OperationRule `json:"operations,omitempty"` // by OperationKey

	Moderators []string      `json:"moderators,omitempty"`  // roles, and members by platform's id
	MinimumAge time.Duration `json:"minimum_age,omitempty"` // how long somebody is a member before they may use plugins
	Guests     Mode          `json:"guests,omitempty"`      // ModeDefault: as members; ModeRead: only what goes without asking; ModeNever: no plugins
	Notices    string        `json:"notices,omitempty"`     // platform's id of the channel where administrators are told; empty: each of them directly

	Roles     map[string]RoleRule `json:"roles,omitempty"`    // by the role's id
	Channels  map[string]Limits   `json:"channels,omitempty"` // by the channel's id: of all who ask there together
	Workspace Limits              `json:"workspace,omitzero"` // of all together, beside what the configuration says
	Calls     map[string]int64    `json:"calls,omitempty"`    // by the plugin's id: calls of all together in a day
}

// RoleRule is what administrators decided about the members with a role.
type RoleRule struct {
	On     []string `json:"on,omitempty"`    // ids of plugins that are enabled for whoever did not disable them
	Deny   []string `json:"deny,omitempty"`  // ids of plugins that none of them may use
	Limits Limits   `json:"limits,omitzero"` // of each of them
}

// Limits bound what may be used; zero is no bound. Days are those of UTC.
type Limits struct {
	TurnsPerHour int64 `json:"turns_per_hour,omitempty"`
	TurnsPerDay  int64 `json:"turns_per_day,omitempty"`
	TokensPerDay int64 `json:"tokens_per_day,omitempty"`
	MoneyPerDay  int64 `json:"money_per_day,omitempty"` // in millionths of the currency
}

// OperationKey is the key of an operation's rule.
func OperationKey(plugin, operation string) string { return plugin + " " + operation }

// Operation is the rule of an operation; the zero value where there is none.
func (r Rules) Operation(plugin, operation string) OperationRule {
	return r.Operations[OperationKey(plugin, operation)]
}

// Denies reports whether a role of a member's denies a plugin.
func (r Rules) Denies(roles []string, plugin string) bool {
	return slices.ContainsFunc(roles, func(id string) bool { return slices.Contains(r.Roles[id].Deny, plugin) })
}

// Enables reports whether a role of a member's enables a plugin.
func (r Rules) Enables(roles []string, plugin string) bool {
	return slices.ContainsFunc(roles, func(id string) bool { return slices.Contains(r.Roles[id].On, plugin) })
}

// Moderates reports whether a member may do what moderators may; administrators may it too.
func (r Rules) Moderates(m chat.Member) bool {
	if m.Bot || m.Deactivated || m.Stranger {
		return false
	}
	return m.Admin || slices.Contains(r.Moderators, m.ID) ||
		slices.ContainsFunc(m.Roles, func(id string) bool { return slices.Contains(r.Moderators, id) })
}

// OfMember are the bounds of one member by all roles that they have: of each the lowest.
func (r Rules) OfMember(roles []string) Limits {
	var l Limits
	for _, id := range roles {
		l = l.And(r.Roles[id].Limits)
	}
	return l
}

// And are the bounds of both: of each the lower.
func (l Limits) And(o Limits) Limits {
	return Limits{
		TurnsPerHour: Lower(l.TurnsPerHour, o.TurnsPerHour), TurnsPerDay: Lower(l.TurnsPerDay, o.TurnsPerDay),
		TokensPerDay: Lower(l.TokensPerDay, o.TokensPerDay), MoneyPerDay: Lower(l.MoneyPerDay, o.MoneyPerDay),
	}
}

// Lower is the lower of two bounds, of which zero is none.
func Lower(a, b int64) int64 {
	if a == 0 || b != 0 && b < a {
		return b
	}
	return a
}

// OperationRule is what administrators decided about calls of one operation.
type OperationRule struct {
	Mode Mode `json:"mode,omitempty"`
	// Hash pins the rule to the operation as it was when it was made: where it loosens
	// something, it holds for no other.
	Hash string `json:"hash,omitempty"`
	// Approvers are roles, and members by platform's id, one of whom must approve a call too
	// after the member who asked.
	Approvers []string `json:"approvers,omitempty"`
	Grants    bool     `json:"grants,omitempty"` // members may allow themselves calls beforehand, within bounds
	// GrantsDelete opens Grants for an operation that deletes too: nobody shall do that without
	// having read that it does.
	GrantsDelete bool `json:"grants_delete,omitempty"`
}

// MayGrant says whether members may allow themselves calls of an operation beforehand. Where
// an administrator wants each to be asked about, or somebody else to approve it too, they may
// not.
func (r OperationRule) MayGrant(o Operation) bool {
	way, _ := r.Way(o)
	opened := r.Grants && r.Hash != "" && r.Hash == o.Hash && (o.Method != http.MethodDelete || r.GrantsDelete)
	return opened && way == ModeAsk && (r.Mode == ModeDefault || r.Mode == ModeRead) && len(r.Approvers) == 0
}

// Approves reports whether a member may give the second approval of a call that another asked
// for.
func (r OperationRule) Approves(m chat.Member, asker string) bool {
	if m.ID == asker || m.Bot || m.Deactivated || m.Stranger {
		return false
	}
	return slices.Contains(r.Approvers, m.ID) ||
		slices.ContainsFunc(m.Roles, func(id string) bool { return slices.Contains(r.Approvers, id) })
}

// Mode is how calls of an operation go.
type Mode string

// The modes.
const (
	ModeDefault Mode = ""      // as the document and the plugin's registration say
	ModeAsk     Mode = "ask"   // each needs the member's approval
	ModeRead    Mode = "read"  // they go as reads
	ModeNever   Mode = "never" // none goes
)

// Operation is what a decision about a call knows of its operation.
type Operation struct {
	Method  string
	Reads   bool   // its method changes nothing: GET, HEAD and their like
	Asks    bool   // the document says that it has consequences
	Refused bool   // it cannot be called, or was left out
	Ticked  bool   // the plugin's registration lets exactly this operation go as a read
	Hash    string // of everything that decides the request
}

// MayRead reports whether calls of the operation go as reads or may be made to: searches are
// often a POST, but what replaces, changes or deletes by its method never is one, and what
// the document says has consequences always asks.
func (o Operation) MayRead() bool { return !o.Asks && (o.Reads || o.Method == http.MethodPost) }

// Way returns how calls of an operation go, and the rule that says so: ModeNever, ModeAsk or
// ModeRead. A rule tightens whatever the operation has become; it loosens only the operation
// to which it is pinned.
func (r OperationRule) Way(o Operation) (Mode, string) {
	ticked := o.Ticked || r.Mode == ModeRead && r.Hash != "" && r.Hash == o.Hash
	switch {
	case r.Mode == ModeNever:
		return ModeNever, "operation-never"
	case !o.Reads && (o.Method != http.MethodPost || !ticked):
		return ModeAsk, "write-asks"
	case r.Mode != ModeDefault && r.Mode != ModeRead: // one that is not known, too
		return ModeAsk, "rule-asks"
	case len(r.Approvers) > 0:
		return ModeAsk, "second-approver"
	case o.Asks:
		return ModeAsk, "consequential-read-asks"
	case !o.Reads:
		return ModeRead, "marked-read"
	default:
		return ModeRead, "read"
	}
}
