package agent

import (
	"encoding/json"
	"slices"
	"strings"

	"aidesk/core/markdown"
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
	Args   json.RawMessage `json:"args,omitempty"`   // as the model sent them, {} where they were no JSON; the beginning as a text where they are longer than 2 KiB
	Status model.Status    `json:"status"`
	Rule   string          `json:"rule,omitempty"`   // the rule of policy that decided; empty: none was asked
	Result string          `json:"result,omitempty"` // what the model was given, cut to 2 KiB
	Parked bool            `json:"parked,omitempty"` // it waits for the member
}

// maxStep is how much of a result, and of arguments, a Trace keeps, in bytes.
const maxStep = 2 << 10

// short is arguments as a Trace keeps them.
func short(args json.RawMessage) json.RawMessage {
	if len(args) <= maxStep {
		return args
	}
	text, err := json.Marshal(clip(string(args), maxStep) + "…")
	if err != nil {
		return nil // no text fails
	}
	return text
}

// add notes the calls of one step and what became of them.
func (t *Trace) add(calls []model.ToolCall, outcomes []outcome) {
	for i, c := range calls {
		o := outcomes[i]
		s := Step{
			Tool: c.Name, Args: short(c.Args), Status: o.result.Status, Rule: o.rule,
			Result: clip(o.result.Content, maxStep), Parked: o.result.Status == model.Waiting,
		}
		if o.plugin != nil {
			s.Plugin = markdown.Line(o.plugin.Human(), 50)
		}
		t.Steps = append(t.Steps, s)
	}
}

// offer notes what a request offers; what was offered before stays.
func (t *Trace) offer(picks []pick) {
	for _, p := range picks {
		i, ok := slices.BinarySearchFunc(t.Offered, p.tool.Name, func(o Offer, name string) int { return strings.Compare(o.Tool, name) })
		if !ok {
			t.Offered = slices.Insert(t.Offered, i, Offer{Tool: p.tool.Name, Score: p.score, Why: p.why})
		}
	}
}
