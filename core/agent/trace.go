package agent

import (
	"encoding/json"

	"aidesk/core/model"
)

// Trace says how an answer came about: what the model could see, what it called and
// which rules decided. It is kept with the turn, for those who ask why.
type Trace struct {
	Model   string      `json:"model"`             // the provider's name of it
	Plugins []string    `json:"plugins,omitempty"` // in view, by their names for people
	Offered []Offer     `json:"offered,omitempty"` // sorted by tool
	Steps   []Step      `json:"steps,omitempty"`   // the calls, in the order in which they were asked for
	Usage   model.Usage `json:"usage"`
}

// Offer is a tool that the model could call.
type Offer struct {
	Tool  string  `json:"tool"`            // its name
	Score float64 `json:"score,omitempty"` // how much of the question it says, 0 to 1; 0 where nothing was ranked
	Why   string  `json:"why"`             // "all": everything was offered; "ranked"; "used" in this conversation; "found" by the model
}

// Step is one call that the model asked for, and what became of it in this turn.
type Step struct {
	Tool   string          `json:"tool"`
	Plugin string          `json:"plugin,omitempty"` // its name for people; empty: there is no such tool
	Args   json.RawMessage `json:"args,omitempty"`   // as the model sent them, {} where they were no JSON
	Status model.Status    `json:"status"`
	Rule   string          `json:"rule,omitempty"`   // the rule of policy that decided; empty: none was asked
	Result string          `json:"result,omitempty"` // what the model was given, cut to 2 KiB
	Parked bool            `json:"parked,omitempty"` // it waits for the member
}
