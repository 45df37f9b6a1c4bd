package plugin

import (
	"aidesk/core/openapi"
)

// Report is what an import found, for an administrator and for plugin check --json.
type Report struct {
	Verdict    string            `json:"verdict"` // "ok", "degraded", "refused"
	Plugin     ReportPlugin      `json:"plugin"`
	Operations []ReportOperation `json:"operations"`
	Tokens     ReportTokens      `json:"tokens"`
	Notes      []openapi.Note    `json:"notes"`
	Tools      []openapi.Tool    `json:"tools,omitempty"` // only where they were asked for
}

// ReportPlugin names the plugin.
type ReportPlugin struct {
	NameForModel string `json:"name_for_model"`
	NameForHuman string `json:"name_for_human"`
	Auth         string `json:"auth"`
}

// ReportOperation is one operation with its verdict.
type ReportOperation struct {
	Tool        string         `json:"tool"`
	OperationID string         `json:"operation_id"`
	Method      string         `json:"method"`
	Path        string         `json:"path"`
	Verdict     string         `json:"verdict"`
	Effect      string         `json:"effect"`
	Tokens      int            `json:"tokens"`
	Notes       []openapi.Note `json:"notes"`
}

// ReportTokens estimates what a plugin costs in a prompt.
type ReportTokens struct {
	Index int `json:"index"` // its line among the enabled plugins
	Tools int `json:"tools"` // all its tools
}

// bytesPerToken is how many bytes of such text a token takes, roughly.
const bytesPerToken = 4

// Report judges a plugin as it was read.
func (p *Plugin) Report() Report {
	name := p.Name
	if name == "" {
		name = p.Manifest.name(func(string) bool { return false })
	}
	r := Report{
		Verdict:    openapi.OK,
		Plugin:     ReportPlugin{p.Manifest.NameForModel, p.Manifest.NameForHuman, p.Manifest.Auth},
		Operations: []ReportOperation{},
		Tokens:     ReportTokens{Index: (len(name) + min(len(p.Manifest.DescriptionForModel), 120)) / bytesPerToken},
		Notes:      append(append([]openapi.Note{}, p.Manifest.Notes...), p.Document.Notes...),
	}
	var tools []openapi.Tool
	for _, o := range p.Document.Operations {
		tools = append(tools, o.Tool(name))
	}
	usable := 0
	for i, t := range openapi.Names(tools) {
		o := p.Document.Operations[i]
		notes := append(append([]openapi.Note{}, o.Notes...), o.Hints...)
		r.Operations = append(r.Operations, ReportOperation{t.Name, o.ID, o.Method, o.Path, o.Verdict, string(o.Effect), t.Tokens, notes})
		switch o.Verdict {
		case openapi.Refused:
			r.Verdict = openapi.Degraded
			continue
		case openapi.Degraded:
			r.Verdict = openapi.Degraded
		}
		usable++
		r.Tokens.Tools += t.Tokens
		r.Tools = append(r.Tools, t)
	}
	if usable == 0 {
		r.Verdict = openapi.Refused
	}
	return r
}
