package agent

import (
	"cmp"
	"encoding/json"
	"fmt"
	"slices"

	"aidesk/core/confirm"
	"aidesk/core/model"
	"aidesk/core/plugin"
)

// Entry is one message of a transcript as it is stored, with what the desk must
// remember beside it.
type Entry struct {
	Message model.Message `json:"message"`
	Links   []string      `json:"links,omitempty"` // addresses that stood in a result: those that may be clickable later
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
	e := Entry{Message: model.Message{V: model.Version, Role: model.Outcome, Parts: []model.Part{{Result: &model.ToolResult{
		CallID: a.CallID, Operation: a.Tool, Status: statuses[a.State], LeftOut: o.LeftOut,
		Content: cmp.Or(o.Content, o.Line), Plugins: []string{a.Call.Plugin},
	}}}}}
	if a.Edited {
		r := e.Message.Parts[0].Result
		r.Content = "The member changed the values to " + string(a.Call.Args) + " before deciding. " + r.Content
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
func Ran(name, line, tool string, o plugin.Outcome) []Entry {
	status := model.OK
	if o.Status != "ok" {
		status = model.Failed
	}
	told := Tell(confirm.Action{Tool: tool, State: confirm.Done, Outcome: confirm.Outcome{Content: Content(o), LeftOut: o.LeftOut, Links: o.Links}})
	told.Message.Parts[0].Result.Status = status
	return append(Asked(name, line), told)
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

// window is how much of a transcript a model sees, in bytes of JSON: the newest
// whole turns that fit, and the last one always.
const window = 96 << 10

// recent cuts a transcript to the window, before a member's message, so that a
// call and its result are never parted.
func recent(entries []Entry) []Entry {
	size, from := 0, len(entries)
	for i, e := range slices.Backward(entries) {
		body, err := json.Marshal(e.Message)
		if err != nil {
			break
		}
		size += len(body)
		if size > window && from < len(entries) {
			break
		}
		if e.Message.Role == model.User {
			from = i
		}
	}
	if from == len(entries) {
		return entries
	}
	return entries[from:]
}
