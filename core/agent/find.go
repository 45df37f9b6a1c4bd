package agent

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"aidesk/core/markdown"
	"aidesk/core/model"
)

// findName is the one tool of the desk's own: it finds operations that are enabled
// and not offered. No plugin's tool is called so: theirs have two underscores.
const findName = "find_operations"

var findTool = model.Tool{
	Name:        findName,
	Description: "Searches the enabled plugins for operations that are not offered yet and offers them. Use it when no tool fits. Write the query in English words that say what shall be done.",
	Schema:      json.RawMessage(`{"properties":{"query":{"type":"string"}},"required":["query"],"type":"object"}`),
}

// find answers a search of the model. What it finds can be called in the next step.
func (r *run) find(c model.ToolCall) model.ToolResult {
	var args struct {
		Query string `json:"query"`
	}
	if err := json.Unmarshal(c.Args, &args); err != nil || strings.TrimSpace(args.Query) == "" {
		return r.repair(c, `The arguments are wrong. It takes {"query": "words"}.`)
	}
	if r.searches++; r.searches > r.limits.Searches {
		return failed(c, fmt.Sprintf("No more than %d searches are allowed in one turn. Use what is offered, or say that you cannot.", r.limits.Searches))
	}
	hits := r.set.index().Rank(clip(args.Query, maxQuery), rankedTools)
	if len(hits) == 0 {
		return model.ToolResult{CallID: c.ID, Operation: c.Name, Status: model.OK, Content: "No operation says any of these words. Try others, in English."}
	}
	var b strings.Builder
	b.WriteString("Offered from the next step on:\n")
	var found []string
	for _, hit := range hits {
		found = append(found, hit.Tool.Name)
		fmt.Fprintf(&b, "%s // %s\n", signature(hit.Tool), markdown.Line(hit.Tool.Summary, 120))
	}
	r.found = slices.Concat(found, slices.DeleteFunc(r.found, func(name string) bool { return slices.Contains(found, name) }))
	return model.ToolResult{CallID: c.ID, Operation: c.Name, Status: model.OK, Content: b.String()}
}

// maxSignature is how long a signature is, in characters.
const maxSignature = 300

// signature is a tool in one line: its name and its arguments, those of a body
// among them.
func signature(t model.Tool) string {
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
		kind := p.Type
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
