package agent

import (
	"cmp"
	"encoding/json"
	"fmt"

	"aidesk/core/confirm"
	"aidesk/core/model"
	"aidesk/core/plugin"
)

// Entry is one message of a transcript as it is stored, with what the desk must
// remember beside it.
type Entry struct {
	Message model.Message `json:"message"`
	Links   []string      `json:"links,omitempty"` // addresses that stood in a result: those that may be clickable later
	Flows   []Flow        `json:"flows,omitempty"` // leave that a member gave with the decision that this tells
	Seen    []string      `json:"seen,omitempty"`  // plugins, by id, whose data the model had seen when it said this
}

// ReadEntry reads a stored Entry.
func ReadEntry(body []byte) (Entry, error) {
	var e Entry
	if err := json.Unmarshal(body, &e); err != nil {
		return e, fmt.Errorf("reading the transcript: %w", err)
	}
	if e.Message.V > model.Version {
		return e, fmt.Errorf("the transcript was written by a newer aidesk (version %d): update this one", e.Message.V)
	}
	return e, nil
}

// statuses say to a model what became of an Action.
var statuses = map[confirm.State]model.Status{
	confirm.Done: model.OK, confirm.Failed: model.Failed, confirm.Unknown: model.Unknown,
	confirm.Denied: model.Declined, confirm.Expired: model.Expired, confirm.Replaced: model.Expired,
}

// Tell is the entry by which the model learns, later, what became of a call that
// was parked.
func Tell(a confirm.Action) Entry {
	o := a.Outcome
	result := &model.ToolResult{
		CallID: a.CallID, Operation: a.Tool, Status: statuses[a.State], LeftOut: o.LeftOut, Content: cmp.Or(o.Content, o.Line),
	}
	e := Entry{Message: model.Message{V: model.Version, Role: model.Outcome, Parts: []model.Part{{Result: result}}}}
	if a.State == confirm.Done || a.State == confirm.Failed { // in the other states the words are ours
		result.Plugins, result.Account = []string{a.Call.Plugin}, a.Call.Account
	}
	if a.Lasting {
		for _, from := range a.Call.From {
			e.Flows = append(e.Flows, Flow{Member: a.Member, From: from.Plugin, To: a.Call.Plugin})
		}
	}
	if a.Edited {
		result.Content = "The member changed the values to " + string(a.Call.Args) + " before deciding. " + result.Content
	}
	for _, l := range o.Links {
		e.Links = append(e.Links, l.URL)
	}
	return e
}

// Asked is the transcript of what a member typed.
func Asked(name, line string) []Entry {
	return []Entry{{Message: model.Message{V: model.Version, Role: model.User, Name: name, Parts: []model.Part{{Text: line}}}}}
}

// Ran is the transcript of an operation that a member ran without asking the model:
// what they typed, and the result as an outcome.
func Ran(name, line, tool string, c plugin.Call, o plugin.Outcome) []Entry {
	state := confirm.Done
	if o.Status != "ok" {
		state = confirm.Failed
	}
	return append(Asked(name, line), Tell(confirm.Action{
		Tool: tool, Call: c, State: state, Outcome: confirm.Outcome{Content: Content(o), LeftOut: o.LeftOut, Links: o.Links},
	}))
}

// noAnswer stands in a transcript where a turn ended before it had said anything.
const noAnswer = "(no answer)"

// Ended is the transcript of a turn that ended without the model: what the member
// said, and the desk's own line or none.
func Ended(name, question, line string) []Entry {
	closed := model.Message{V: model.Version, Role: model.Assistant, Parts: []model.Part{{Text: cmp.Or(line, noAnswer)}}}
	return append(Asked(name, question), Entry{Message: closed})
}

// Unanswered says that a transcript ends with a turn that had not said anything.
func Unanswered(last Entry) bool {
	return last.Message.Role == model.Assistant && last.Message.TextOf() == noAnswer
}
