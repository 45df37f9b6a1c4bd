package bot

import "aidesk/core/agent"

// Entry is an entry of the transcript as the store keeps it. The last one of a turn has the
// Why of its answer, so that both are forgotten and deleted together.
type Entry struct {
	agent.Entry
	Why *Why `json:"why,omitempty"`
}

// Why says how an answer came about. What was sent to plugins and returned is not in it,
// since the entries of the turn have that.
type Why struct {
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
