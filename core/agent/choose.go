package agent

import (
	"cmp"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"

	"aidesk/core/markdown"
	"aidesk/core/model"
	"aidesk/core/model/search"
)

// How many tools a request offers. Up to maxAllTools are all offered if they fit into
// toolRoom. Of more, a request offers the maxRankedTools that match the question best
// and those that this conversation used already, so that a provider's prompt cache
// stays valid; the model finds the others with find_operations.
const (
	maxAllTools       = 24
	maxRankedTools    = 8
	maxUsedTools      = 8
	toolRoom          = 4000 // tokens of all tools together
	maxToolTokens     = 1000 // tokens of one tool
	minimalToolTokens = 200  // of one without descriptions of its arguments, if its schema allows
	toolFrame         = 12   // tokens that a wire adds to each tool
)

// Why a tool is offered.
const (
	whyAll    = "all"
	whyRanked = "ranked"
	whyUsed   = "used"
	whyFound  = "found"
)

// offeredTool is a tool that one request offers, and why.
type offeredTool struct {
	binding
	score float64
	why   string
}

// choose sets the tools that the next request offers.
func (r *run) choose() {
	room := r.scaledRoom(toolRoom)
	switch {
	case r.all:
		return
	case r.Model.Info().Literal:
		r.offered, r.all = offerAll(r.toolset.bindings), true
	case len(r.toolset.bindings) <= maxAllTools && room == toolRoom:
		r.offered, r.all = r.toolset.allWithinRoom()
	case len(r.toolset.bindings) <= maxAllTools:
		r.offered, r.all = fit(offerAll(r.toolset.bindings), room)
	}
	if !r.all {
		r.offered, _ = fit(r.bestTools(), room-cost(findTool))
		slices.SortFunc(r.offered, func(a, b offeredTool) int { return cmp.Compare(a.tool.Name, b.tool.Name) })
	}
}

// offerAll offers every tool.
func offerAll(offers []binding) []offeredTool {
	list := make([]offeredTool, len(offers))
	for i, o := range offers {
		list[i] = offeredTool{binding: o, why: whyAll}
	}
	return list
}

// bestTools lists tools when not all can be offered, the most important first: those
// that find_operations found, those used last, those that rank highest.
func (r *run) bestTools() []offeredTool {
	scores := r.scores()
	names := slices.SortedFunc(maps.Keys(scores), func(a, b string) int {
		return cmp.Or(cmp.Compare(scores[b], scores[a]), cmp.Compare(a, b))
	})
	var list []offeredTool
	add := func(name, why string) {
		o, ok := r.toolset.find(name)
		if ok && !slices.ContainsFunc(list, func(p offeredTool) bool { return p.tool.Name == name }) {
			list = append(list, offeredTool{o, scores[name], why})
		}
	}
	for _, name := range r.found {
		add(name, whyFound)
	}
	used := r.usedTools()
	for _, name := range used[:min(len(used), maxUsedTools)] {
		add(name, whyUsed)
	}
	for _, name := range names[:min(len(names), maxRankedTools)] {
		add(name, whyRanked)
	}
	return list
}

// earlierMessages is how many messages before the last one are ranked too, at half the
// weight, because a question like "and on Friday?" says little by itself.
const earlierMessages = 3

// scores ranks tools by the member's latest messages.
func (r *run) scores() map[string]float64 {
	var said []string
	for _, e := range r.transcript() {
		if e.Message.Role == model.User {
			said = append(said, e.Message.TextOf())
		}
	}
	scores := map[string]float64{}
	rank := func(query string, weight float64) {
		for _, hit := range r.toolset.index().Rank(clip(query, maxQuery), 2*maxRankedTools) {
			scores[hit.Tool.Name] += weight * hit.Score
		}
	}
	if last := len(said) - 1; last >= 0 {
		rank(said[last], 1)
		rank(strings.Join(said[max(0, last-earlierMessages):last], "\n"), 0.5)
	}
	return scores
}

// maxQuery is how many bytes of a message are ranked; a pasted document is not read to
// its end.
const maxQuery = 4 << 10

// usedTools lists the tools that this conversation called, the newest first.
func (r *run) usedTools() []string {
	var names []string
	add := func(name string) {
		if !slices.Contains(names, name) {
			names = append(names, name)
		}
	}
	for _, e := range slices.Backward(r.transcript()) {
		for _, p := range e.Message.Parts {
			switch {
			case p.Call != nil:
				add(p.Call.Name)
			case p.Result != nil && e.Message.Role == model.Outcome: // a member may have run it by a command by a command
				add(p.Result.Operation)
			}
		}
	}
	return names
}

// fit makes tools fit into room tokens. It first drops the descriptions of arguments,
// from the last tool to the first, then the last tools themselves; whole is false if a
// tool had to go.
func fit(list []offeredTool, room int) (fitted []offeredTool, whole bool) {
	list = slices.Clone(list)
	sum := 0
	for i := range list {
		list[i].tool = list[i].trimmed()
		sum += cost(list[i].tool)
	}
	for i := len(list) - 1; i >= 0 && sum > room; i-- {
		sum -= cost(list[i].tool)
		list[i].tool = list[i].minimal()
		sum += cost(list[i].tool)
	}
	all := len(list)
	for sum > room {
		sum -= cost(list[len(list)-1].tool)
		list = list[:len(list)-1]
	}
	return list, len(list) == all
}

// cost estimates the tokens of a tool in a request.
func cost(t model.Tool) int {
	return toolFrame + search.Tokens(t.Name) + search.Tokens(t.Description) + search.Tokens(string(t.Schema))
}

// trimTool returns a tool with its schema cut to at most so many tokens.
func trimTool(o binding, tokens int) model.Tool {
	t := o.tool
	for size := tokens; cost(t) > tokens; size = size * 2 / 3 {
		if size < minimalToolTokens {
			return minimalTool(o, tokens)
		}
		t.Schema = o.operation.ToolWithin(o.plugin.Name, size).Schema
	}
	return t
}

// minimalTool returns a tool without descriptions of its arguments. If even that is
// larger than maxToolTokens, the arguments are not described at all; whatever the model
// sends is checked against the plugin's document anyway.
func minimalTool(o binding, tokens int) model.Tool {
	t := o.tool
	t.Schema = o.operation.ToolPlain(o.plugin.Name, tokens).Schema
	if cost(t) > maxToolTokens {
		t.Schema = []byte(`{"type":"object"}`)
	}
	return t
}

// clip cuts a text to at most n bytes, between characters.
func clip(text string, n int) string {
	if len(text) <= n {
		return text
	}
	return strings.ToValidUTF8(text[:n], "")
}

// findName is the name of the only tool of our own, with which the model finds enabled
// operations that the request does not offer. Plugins' tools have two underscores in
// their names, so none is called the same.
const findName = "find_operations"

var findTool = model.Tool{
	Name:        findName,
	Description: "Searches the enabled plugins for operations that are not offered yet and offers them. Use it when no tool fits. Write the query in English words that say what shall be done.",
	Schema:      json.RawMessage(`{"properties":{"query":{"type":"string"}},"required":["query"],"type":"object"}`),
}

// findOperations answers a call of find_operations. The tools that it finds are offered
// from the next request on.
func (r *run) findOperations(c model.ToolCall) model.ToolResult {
	var args struct {
		Query string `json:"query"`
	}
	if err := json.Unmarshal(c.Args, &args); err != nil || strings.TrimSpace(args.Query) == "" {
		return r.repairable(c, `The arguments are wrong. It takes {"query": "words"}.`)
	}
	if r.searches++; r.searches > r.limits.Searches {
		return failedResult(c, fmt.Sprintf("No more than %d searches are allowed in one turn. Use what is offered, or say that you cannot.", r.limits.Searches))
	}
	hits := r.toolset.index().Rank(clip(args.Query, maxQuery), maxRankedTools)
	if len(hits) == 0 {
		return model.ToolResult{CallID: c.ID, Operation: c.Name, Status: model.OK, Content: "No operation says any of these words. Try others, in English."}
	}
	var b strings.Builder
	b.WriteString("Offered from the next step on:\n")
	var found []string
	for _, hit := range hits {
		found = append(found, hit.Tool.Name)
		fmt.Fprintf(&b, "%s // %s\n", signatureOf(hit.Tool), markdown.Line(hit.Tool.Summary, 120))
	}
	r.found = slices.Concat(found, slices.DeleteFunc(r.found, func(name string) bool { return slices.Contains(found, name) }))
	return model.ToolResult{CallID: c.ID, Operation: c.Name, Status: model.OK, Content: b.String()}
}

// maxSignature bounds a signature, in characters.
const maxSignature = 300

// signatureOf writes a tool as one line: its name and arguments, including those in the
// body.
func signatureOf(t model.Tool) string {
	var s struct {
		Properties map[string]json.RawMessage `json:"properties"`
		Required   []string                   `json:"required"`
	}
	// What cannot be read has no arguments to show.
	_ = json.Unmarshal(t.Schema, &s)
	var list []string
	for name, raw := range s.Properties {
		var p struct {
			Type       string                     `json:"type"`
			Properties map[string]json.RawMessage `json:"properties"`
			Required   []string                   `json:"required"`
		}
		_ = json.Unmarshal(raw, &p)
		mark := "?"
		if slices.Contains(s.Required, name) {
			mark = ""
		}
		kind := cmp.Or(p.Type, "any")
		if len(p.Properties) > 0 {
			var inner []string
			for key := range p.Properties {
				if !slices.Contains(p.Required, key) {
					key += "?"
				}
				inner = append(inner, key)
			}
			slices.Sort(inner)
			kind = "{" + strings.Join(inner, ", ") + "}"
		}
		list = append(list, name+mark+": "+kind)
	}
	slices.Sort(list)
	return markdown.Line(t.Name+"({"+strings.Join(list, ", ")+"})", maxSignature)
}
