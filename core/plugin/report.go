package plugin

import (
	"encoding/json"
	"fmt"
	"slices"

	"aidesk/core/markdown"
	"aidesk/core/openapi"
)

// Report is what an import found, for an administrator and for plugin check --json.
type Report struct {
	Verdict    string            `json:"verdict"` // "ok", "degraded", "refused"
	Plugin     ReportPlugin      `json:"plugin"`
	Login      *ReportLogin      `json:"login,omitempty"` // where there is anything to say of it
	Operations []ReportOperation `json:"operations"`      // in the order of the document
	Tokens     ReportTokens      `json:"tokens"`
	Notes      []openapi.Note    `json:"notes"`
	Tools      []ReportTool      `json:"tools,omitempty"` // of the operations that are not refused
}

// ReportPlugin names the plugin.
type ReportPlugin struct {
	NameForModel string `json:"name_for_model"`
	NameForHuman string `json:"name_for_human"`
	Auth         string `json:"auth"` // "none", "service_http", "user_http", "oauth"
}

// ReportOperation is one operation with its verdict.
type ReportOperation struct {
	Tool        string         `json:"tool"`
	OperationID string         `json:"operation_id"`
	Method      string         `json:"method"`
	Path        string         `json:"path"`
	Verdict     string         `json:"verdict"`
	Effect      string         `json:"effect"` // "read", "write"
	Tokens      int            `json:"tokens"`
	Notes       []openapi.Note `json:"notes"`
	Login       *ReportNeed    `json:"login,omitempty"` // where it takes one
}

// ReportTokens estimates what a plugin costs in a prompt.
type ReportTokens struct {
	Index int `json:"index"` // its description and one line for each operation
	Tools int `json:"tools"` // the definitions of all its tools
}

// ReportTool is a tool's definition exactly as it goes to a model.
type ReportTool struct {
	Name        string          `json:"name"`
	Description string          `json:"description"`
	Parameters  json.RawMessage `json:"parameters"` // JSON Schema of an object
}

// bytesPerToken is how many bytes of such text a token takes, roughly.
const bytesPerToken = 4

// Report judges a plugin as it was read.
func (p *Plugin) Report() Report {
	name, m := p.Trial().Name, p.Manifest
	r := Report{
		Verdict:    openapi.OK,
		Plugin:     ReportPlugin{m.NameForModel, m.NameForHuman, m.Auth},
		Operations: []ReportOperation{},
		Notes:      slices.Concat([]openapi.Note{}, m.Notes, m.Lint, p.Document.Notes),
	}
	if slices.ContainsFunc(p.Document.Notes, func(n openapi.Note) bool { return n.Level != "info" }) {
		r.Verdict = openapi.Degraded // something was lost that belongs to no operation alone
	}
	logins := p.readLogins()
	var said []openapi.Note
	r.Login, said = logins.report()
	r.Notes = append(said, r.Notes...)
	var tools []openapi.Tool
	for _, o := range p.Document.Operations {
		tools = append(tools, o.Tool(name))
	}
	index := len(fmt.Sprintf("Plugin %s (%s): %s\n", name, m.NameForHuman, markdown.Line(m.DescriptionForModel, 400)))
	for i, t := range openapi.Names(tools) {
		o := p.Document.Operations[i]
		notes := append(append([]openapi.Note{}, o.Notes...), o.Hints...)
		for _, text := range []string{o.Summary, o.Description} {
			if note, found := steers(text, o.Method+" "+o.Path); found {
				notes = append(notes, note)
				break
			}
		}
		verdict, need := o.Verdict, logins.reportNeed(o)
		if need != nil && need.Problem != "" && verdict == openapi.OK {
			verdict = openapi.Degraded // a note on the plugin says why
		}
		r.Operations = append(r.Operations, ReportOperation{t.Name, o.ID, o.Method, o.Path, verdict, string(o.Effect), t.Tokens, notes, need})
		if verdict != openapi.OK {
			r.Verdict = openapi.Degraded
		}
		if o.Verdict == openapi.Refused {
			continue
		}
		index += len(fmt.Sprintf("- %s: %s %s: %s\n", t.Name, o.Method, o.Path, markdown.Line(o.Summary, 120)))
		r.Tokens.Tools += t.Tokens
		r.Tools = append(r.Tools, ReportTool{t.Name, t.Description, t.Schema})
	}
	r.Tokens.Index = (index + bytesPerToken - 1) / bytesPerToken
	if len(r.Tools) == 0 {
		r.Verdict = openapi.Refused
	}
	return r
}

// Find finds an operation by its id, its tool's name, or its method and path.
func (p *Plugin) Find(word string) (*openapi.Operation, bool) {
	for i, r := range p.Report().Operations {
		if word == r.OperationID || word == r.Tool || word == r.Method+" "+r.Path {
			return p.Document.Operations[i], true
		}
	}
	return nil, false
}
