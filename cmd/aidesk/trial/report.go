package trial

import (
	"encoding/json"
	"fmt"
	"io"
	"slices"
	"strings"
	"text/tabwriter"

	"aidesk/core/markdown"
	"aidesk/core/openapi"
	"aidesk/core/plugin"
)

// Report prints the report on a plugin that was read from source, for people; asked are the
// links that were asked. Every text of the plugin is cleaned.
func Report(out io.Writer, source string, asked []string, r plugin.Report) error {
	var b strings.Builder
	fmt.Fprintf(&b, "%s (%s): %s\n", markdown.Line(r.Plugin.NameForHuman, 80), markdown.Line(r.Plugin.NameForModel, 80), r.Verdict)
	login := "none"
	stuck := func(o plugin.ReportOperation) bool { return o.Login != nil && o.Login.Problem != "" }
	switch {
	case r.Login != nil && r.Login.Kind == login && slices.ContainsFunc(r.Operations, stuck):
		login = "one that aidesk cannot do"
	case r.Login != nil:
		login = r.Login.Kind
	case r.Plugin.Auth != "none":
		login = r.Plugin.Auth
	}
	fmt.Fprintf(&b, "Read from %s. Login: %s. In a prompt: about %d tokens, and %d for all its tools.\n", source, login, r.Tokens.Index, r.Tokens.Tools)
	if len(asked) > 0 {
		fmt.Fprintf(&b, "Asked whether they answer: %s.\n", strings.Join(asked, ", "))
	}
	if len(r.Operations) > 0 {
		b.WriteString("\n")
		table := tabwriter.NewWriter(&b, 0, 0, 2, ' ', 0)
		fmt.Fprintln(table, "OPERATION\tREQUEST\tEFFECT\tVERDICT\tTOKENS")
		for _, o := range r.Operations {
			fmt.Fprintf(table, "%s\t%s %s\t%s\t%s\t%d\n", markdown.Line(o.OperationID, 60), o.Method, markdown.Line(o.Path, 100), o.Effect, o.Verdict, o.Tokens)
		}
		if err := table.Flush(); err != nil {
			return err
		}
	}
	for _, group := range noteGroups(r) {
		fmt.Fprintf(&b, "\n%s\n", group.title)
		for _, n := range group.notes {
			line := fmt.Sprintf("  %-5s  %s: %s", n.Level, n.Code, markdown.Line(n.Message, 700))
			if n.Where != "" {
				line += "  (" + markdown.Line(n.Where, 200) + ")"
			}
			b.WriteString(line + "\n")
		}
	}
	for _, t := range r.Tools {
		definition, err := json.MarshalIndent(t, "", "  ")
		if err != nil {
			return err
		}
		fmt.Fprintf(&b, "\n%s\n", definition)
	}
	_, err := io.WriteString(out, b.String())
	return err
}

// noteGroup is the notes on the plugin or on one operation.
type noteGroup struct {
	title string
	notes []openapi.Note
}

// noteGroups returns the notes of the plugin and those of each operation, if there are any.
func noteGroups(r plugin.Report) []noteGroup {
	groups := []noteGroup{{"Noticed", r.Notes}}
	for _, o := range r.Operations {
		groups = append(groups, noteGroup{"Noticed at " + markdown.Line(o.OperationID, 60), o.Notes})
	}
	var some []noteGroup
	for _, g := range groups {
		if len(g.notes) > 0 {
			some = append(some, g)
		}
	}
	return some
}
