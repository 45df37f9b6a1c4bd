package plugin

import (
	"fmt"
	"maps"
	"path"
	"slices"
	"strings"

	"aidesk/core/markdown"
	"aidesk/core/openapi"
)

// Function is what a manifest of version 2 adds to an operation.
type Function struct {
	Description string // for the model, at most 300 characters
	Title, Body string // of the confirmation; plugin text, at most 80 and 400 characters
}

// readFunctions reads what version 2 says of single operations, and the utterances.
func (m *Manifest) readFunctions(f manifestFile) {
	for i, part := range f.Functions.Value {
		fn := part.Value
		name := string(fn.Name)
		if len(f.Runtimes.Value) == 0 || name == "" || !runsInOpenAPI(f, name) {
			continue // of another runtime, or something of the same name in version 1
		}
		if m.Functions == nil {
			m.Functions = map[string]Function{}
		}
		confirm := fn.Capabilities.Value.Confirmation.Value
		m.Functions[name] = Function{
			Description: markdown.Line(firstText(fn.Description), 300),
			Title:       markdown.Line(firstText(confirm.Title), 80),
			Body:        markdown.Line(firstText(confirm.Body), 400),
		}
		states := fn.States.Value
		m.addExamples(name, states.Reasoning.Value.Examples...)
		where := fmt.Sprintf("functions[%d]", i)
		if len(states.Reasoning.Value.Instructions)+len(states.Responding.Value.Instructions) > 0 {
			m.Notes = append(m.Notes, openapi.Note{Level: levelInfo, Code: "manifest-instructions", Where: where, Message: fmt.Sprintf("the instructions of %q are not given to the model: a plugin's text is data", markdown.Line(name, 60))})
		}
		if len(fn.Capabilities.Value.Response) > 0 && string(fn.Capabilities.Value.Response) != "null" {
			m.Notes = append(m.Notes, openapi.Note{Level: levelInfo, Code: "manifest-response", Where: where, Message: fmt.Sprintf("response_semantics of %q is not used: results are shown in aidesk's own form", markdown.Line(name, 60))})
		}
	}
	for _, s := range f.Capabilities.Value.Starters.Value {
		m.addExamples("", s.Value.Text)
	}
}

func (m *Manifest) addExamples(id string, utterances ...looseString) {
	for _, u := range utterances {
		if text := firstText(u); text != "" {
			if m.Examples == nil {
				m.Examples = map[string][]string{}
			}
			m.Examples[id] = append(m.Examples[id], text)
		}
	}
}

// runsInOpenAPI reports whether a function belongs to the first OpenApi runtime. Names of
// run_for_functions may have wildcards; without it, all functions belong to it.
func runsInOpenAPI(f manifestFile, name string) bool {
	for _, r := range f.Runtimes.Value {
		if !strings.EqualFold(string(r.Value.Type), "OpenApi") {
			continue
		}
		return len(r.Value.RunFor) == 0 || slices.ContainsFunc(r.Value.RunFor, func(pattern looseString) bool {
			fits, err := path.Match(string(pattern), name)
			return err == nil && fits
		})
	}
	return false
}

// apply adds what the manifest says of operations to those of the document. Only
// for a document that was just read.
func (m *Manifest) apply(d *openapi.Document) {
	for _, o := range d.Operations {
		if f, ok := m.Functions[o.ID]; ok && o.Description == "" && o.Summary == "" {
			o.Description = f.Description
		}
		o.Notes = append(o.Notes, o.AddExamples(m.Examples[o.ID]...)...)
	}
	if len(d.Operations) == 1 {
		d.Operations[0].AddExamples(m.Examples[""]...)
	}
	m.refuseUnlisted(d)
	for _, name := range slices.Sorted(maps.Keys(m.Functions)) {
		if d.Operation(name) == nil {
			m.note("manifest-function", fmt.Sprintf("the document has no operation %q", markdown.Line(name, 60)), "functions")
		}
	}
}

// refuseUnlisted refuses the operations that a manifest of version 2 keeps to itself: it
// lists functions, and not these. Where it lists none of the document's operations,
// its names mean something else.
func (m *Manifest) refuseUnlisted(d *openapi.Document) {
	listed := func(o *openapi.Operation) bool { _, is := m.Functions[o.ID]; return is }
	if !slices.ContainsFunc(d.Operations, listed) {
		return
	}
	for _, o := range d.Operations {
		if !listed(o) && o.Verdict != openapi.Refused {
			o.Verdict = openapi.Refused
			o.Notes = append(o.Notes, openapi.Note{Level: levelError, Code: "unlisted", Message: "the manifest does not list it among its functions", Where: "functions"})
		}
	}
}
