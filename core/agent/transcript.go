package agent

import (
	"cmp"
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"aidesk/core/confirm"
	"aidesk/core/markdown"
	"aidesk/core/model"
	"aidesk/core/model/search"
	"aidesk/core/plugin"
)

// Entry is one message of a transcript as it is stored, with what must be remembered
// beside it.
type Entry struct {
	Message model.Message `json:"message"`
	Links   []string      `json:"links,omitempty"`   // addresses in a result; answers may link to them later
	Flows   []Flow        `json:"flows,omitempty"`   // lasting permissions that the member gave with this decision
	Private string        `json:"private,omitempty"` // the member, as the store knows them, whose own account this came of: no other's turn sees it
	Seen    []string      `json:"seen,omitempty"`    // ids of the plugins whose data the model had seen when it said this
	Tools   []string      `json:"tools,omitempty"`   // and the tools whose results it had

	// Owner is the member whose turn it is of, as the store knows them; empty: of the turn that runs.
	Owner string `json:"-"`

	size int // estimated tokens of the message, where they were counted
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
	e.size = search.Size(e.Message)
	return e, nil
}

// statusOf translates the state of an Action for the model.
var statusOf = map[confirm.State]model.Status{
	confirm.Done: model.OK, confirm.Failed: model.Failed, confirm.Unknown: model.Unknown,
	confirm.Denied: model.Declined, confirm.Expired: model.Expired, confirm.Replaced: model.Replaced,
}

// OutcomeEntry makes the entry that tells the model what became of a call that waited
// for the member.
func OutcomeEntry(a confirm.Action) Entry {
	o := a.Outcome
	result := &model.ToolResult{
		CallID: a.CallID, Operation: a.Tool, Status: statusOf[a.State], LeftOut: o.LeftOut, Content: cmp.Or(o.Content, o.Line),
	}
	e := Entry{Message: model.Message{V: model.Version, Role: model.Outcome, Parts: []model.Part{{Result: result}}}}
	if a.State == confirm.Done || a.State == confirm.Failed { // in other states the content is ours
		result.Plugins, result.Account = []string{a.Call.Plugin}, a.Call.Account
	}
	if a.Call.Own || a.Private {
		e.Private = a.Owner
	}
	if a.Lasting {
		for _, from := range a.Call.From {
			e.Flows = append(e.Flows, Flow{Member: a.Member, From: from.Plugin, To: a.Call.Plugin})
		}
	}
	if a.Edited {
		result.Edited = string(a.Call.Args)
	}
	for _, l := range o.Links {
		e.Links = append(e.Links, l.URL)
	}
	return e
}

// said is a member's message.
func said(name, text string) model.Message {
	return model.Message{V: model.Version, Role: model.User, Name: markdown.Line(name, 80), Parts: []model.Part{{Text: text}}}
}

// questionEntries makes the transcript of what a member typed.
func questionEntries(name, line string) []Entry {
	return []Entry{{Message: said(name, line)}}
}

// askedFirst is the model's text in the transcript of a form whose call waits for the
// member. Without it, their next message would be read together with what they ran.
const askedFirst = "(a card asks the member about this call)"

// FormEntries makes the transcript of a form whose call waits for the member: what they
// filled in, as a line, and that a card asks about it.
func FormEntries(name, line string) []Entry {
	asked := model.Message{V: model.Version, Role: model.Assistant, Parts: []model.Part{{Text: askedFirst}}}
	return append(questionEntries(name, line), Entry{Message: asked})
}

// CommandEntries makes the transcript of an operation that a member ran by a command,
// without the model: what they typed, and the result as an outcome.
func CommandEntries(name, owner, line, tool string, c plugin.Call, o plugin.Outcome) []Entry {
	state := confirm.Done
	if o.Status != "ok" {
		state = confirm.Failed
	}
	return append(questionEntries(name, line), OutcomeEntry(confirm.Action{
		Tool: tool, Call: c, Owner: owner, State: state, Outcome: confirm.Outcome{Content: Content(o), LeftOut: o.LeftOut, Links: o.Links},
	}))
}

// noAnswer is the model's text in the transcript of a turn that ended without an answer.
const noAnswer = "(no answer)"

// UnansweredEntries makes the transcript of a turn that ended without an answer of
// the model: what the member said, and the line that they were shown instead, if any.
func UnansweredEntries(name, question, line string) []Entry {
	closed := model.Message{V: model.Version, Role: model.Assistant, Parts: []model.Part{{Text: cmp.Or(line, noAnswer)}}}
	return append(questionEntries(name, question), Entry{Message: closed})
}

// IsUnanswered reports whether the transcript's last turn ended without an answer, or with a
// card that was voided and to which nothing was said yet.
func IsUnanswered(last Entry) bool {
	m := last.Message
	voided := m.Role == model.Outcome && m.Parts[0].Result.Status == model.Replaced
	return voided || m.Role == model.Assistant && m.TextOf() == noAnswer
}

// How much of a transcript a request has. The request and its answer share the model's
// window, and the prompt takes its part first.
const (
	defaultWindow = 32_000 // tokens, for a model that does not say
	windowShare   = 0.6    // the part of the window that a request may fill
	maxTranscript = 16_000 // tokens of transcript in any window, because every request pays for them
	promptRoom    = toolRoom + briefRoom + 1000
	minResult     = 200 // bytes; a shorter result is not worth leaving out
)

// room returns how many tokens of transcript a request may have, beside what is given for
// this turn alone. It depends only on the model and on that, so that turns leave out the
// same and the provider's cache stays valid.
func (r *run) room(given int) int {
	if r.reducedRoom > 0 {
		return r.reducedRoom
	}
	window := r.window()
	room := min(max(int(windowShare*float64(window))-promptRoom, window/4), maxTranscript)
	return max(room-max(given-spareRoom(window), 0), room/4)
}

// spareRoom is what may be given for one turn without any of the transcript going: what
// remains of the share of the window that a request may fill.
func spareRoom(window int) int {
	return max(int(windowShare*float64(window))-promptRoom-maxTranscript, 0)
}

func (r *run) window() int { return cmp.Or(r.Model.Info().Window, defaultWindow) }

// scaledRoom reduces a number of tokens in proportion if the window is smaller than
// defaultWindow.
func (r *run) scaledRoom(room int) int { return min(room, room*r.window()/defaultWindow) }

// compact returns the part of the transcript that fits into room tokens. When the
// transcript outgrows the room, the results of old turns are dropped first, then the
// oldest turns, until a third of the room is free, so that the beginning stays the same
// for the next turns and the provider's cache stays valid. A call is never separated
// from its result. The last turn is always sent; if it alone is too long, all of its
// results but the newest are dropped. size is the estimated tokens of what is left.
func (r *run) compact(room int) (left []model.Message, size int) {
	turns, sizes := r.turns()
	w := window{turns: turns, sizes: sizes}
	for i := range turns {
		w.sum += w.sizes[i]
		if w.sum <= room {
			continue
		}
		for ; w.firstWithResults < i && w.sum > room*2/3; w.firstWithResults++ {
			w.dropResults(w.firstWithResults)
		}
		for ; w.firstSent < i && w.sum > room*2/3; w.firstSent++ {
			w.sum -= w.sizes[w.firstSent]
		}
	}
	if last := len(turns) - 1; last >= 0 && w.sum > room {
		w.dropResults(last)
	}
	return slices.Concat(w.turns[w.firstSent:]...), w.sum
}

// window is the part of the transcript that is kept so far.
type window struct {
	turns            [][]model.Message
	sizes            []int
	sum              int
	firstWithResults int // index of the first turn that still has its results
	firstSent        int // index of the first turn that is sent
}

// dropResults removes the results of a turn; of the last turn, it keeps those of the
// last step.
func (w *window) dropResults(i int) {
	turn := slices.Clone(w.turns[i])
	newest := len(turn)
	if i == len(w.turns)-1 {
		newest = lastResult(turn)
	}
	for j, m := range turn[:newest] {
		turn[j] = withoutResults(m)
	}
	w.turns[i] = turn
	w.sum -= w.sizes[i]
	w.sizes[i] = sizeOf(turn)
	w.sum += w.sizes[i]
}

// lastResult returns the index of the message with a turn's newest results.
func lastResult(turn []model.Message) int {
	for i, m := range slices.Backward(turn) {
		if m.Role == model.ToolRole || m.Role == model.Outcome {
			return i
		}
	}
	return 0
}

// withoutResults returns a message in which each long result is replaced by one line.
func withoutResults(m model.Message) model.Message {
	m.Parts = slices.Clone(m.Parts)
	for i, p := range m.Parts {
		if p.Result == nil || len(p.Result.Content) < minResult {
			continue
		}
		short := *p.Result
		short.Content = fmt.Sprintf("[result of %s left out, %.1f kB]", strings.Replace(short.Operation, "__", ".", 1), float64(len(short.Content))/1000)
		short.LeftOut = ""
		m.Parts[i].Result = &short
	}
	return m
}

// turns splits the transcript before each message of a member and counts each turn's
// tokens.
func (r *run) turns() (turns [][]model.Message, sizes []int) {
	for i, e := range r.transcript() {
		if i == len(r.messageSizes) {
			if e.size == 0 {
				e.size = search.Size(e.Message)
			}
			r.messageSizes = append(r.messageSizes, e.size)
		}
		if i == 0 || e.Message.Role == model.User {
			turns, sizes = append(turns, nil), append(sizes, 0)
		}
		last := len(turns) - 1
		turns[last] = append(turns[last], e.Message)
		sizes[last] += r.messageSizes[i]
	}
	return turns, sizes
}

// sizeOf estimates the tokens of messages.
func sizeOf(messages []model.Message) int {
	n := 0
	for _, m := range messages {
		n += search.Size(m)
	}
	return n
}
