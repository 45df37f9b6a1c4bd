package plugin

import (
	"fmt"
	"slices"
	"strings"

	"aidesk/core/markdown"
	"aidesk/core/openapi"
)

// maxLoginNames is how many operations that need a login are named; the rest are counted.
const maxLoginNames = 5

// loginNotes warns of logins: calls carry no credential yet, so the plugin will refuse
// those that need one. It says so at import, not at a member's first question.
func (p *Plugin) loginNotes() []openapi.Note {
	var need []string
	usable := 0
	for _, o := range p.Document.Operations {
		if o.Verdict == openapi.Refused {
			continue
		}
		usable++
		if p.needsLogin(o) {
			need = append(need, markdown.Line(o.ID, 60))
		}
	}
	if len(need) == 0 {
		return nil
	}
	where := "security"
	if p.Manifest.Auth != "none" {
		where = "auth"
	}
	which, remedy := "every operation needs a login", "offer operations that need none"
	if len(need) < usable {
		which = strings.Join(need[:min(len(need), maxLoginNames)], ", ")
		if more := len(need) - maxLoginNames; more > 0 {
			which += fmt.Sprintf(" and %d more", more)
		}
		which, remedy = "these operations need a login: "+which, "use operations that need none"
	}
	return []openapi.Note{{
		Level: levelWarn, Code: "login-unsupported", Where: where,
		Message: fmt.Sprintf("%s; the plugin will refuse such calls until aidesk supports logins: %s", which, remedy),
	}}
}

// needsLogin reports whether no call of an operation goes without a credential: every
// way to authenticate that the document names takes one. Only a document that says
// nothing of any operation leaves it to the manifest.
func (p *Plugin) needsLogin(o *openapi.Operation) bool {
	says := func(o *openapi.Operation) bool { return len(o.Security) > 0 }
	if !slices.ContainsFunc(p.Document.Operations, says) {
		return p.Manifest.Auth != "none"
	}
	return says(o) && !slices.ContainsFunc(o.Security, func(q openapi.Requirement) bool { return len(q.Schemes) == 0 })
}
