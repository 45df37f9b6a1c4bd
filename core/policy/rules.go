package policy

import "time"

// Rules are what the administrators of a workspace decided about who may do what, beyond
// what is enabled. The zero value changes nothing.
type Rules struct {
	Operations map[string]OperationRule `json:"operations,omitempty"` // by OperationKey

	Moderators []string      `json:"moderators,omitempty"`  // roles, and members by platform's id
	MinimumAge time.Duration `json:"minimum_age,omitempty"` // how long somebody is a member before they may use plugins
	Notices    string        `json:"notices,omitempty"`     // platform's id of the channel where administrators are told; empty: each of them directly
}

// OperationKey is the key of an operation's rule.
func OperationKey(plugin, operation string) string { return plugin + " " + operation }

// Operation is the rule of an operation; the zero value where there is none.
func (r Rules) Operation(plugin, operation string) OperationRule {
	return r.Operations[OperationKey(plugin, operation)]
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
