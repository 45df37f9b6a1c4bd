package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"
	"text/tabwriter"

	"github.com/spf13/cobra"

	"aidesk/core/markdown"
	"aidesk/core/openapi"
	"aidesk/core/openapi/strict"
	"aidesk/core/plugin"
)

func checkCommand() *cobra.Command {
	var s source
	var asJSON, tools bool
	c := &cobra.Command{
		Use:   "check SOURCE",
		Short: "Read a plugin as an import would, and report what was found",
		Long: `Read a plugin as an import would, and report each operation with its request, effect,
verdict and size, and what was noticed. SOURCE is a domain, the URL of a manifest, the
URL of an OpenAPI document, or a local file. Exit code 1: nothing of it can be called.`,
		Args: arguments("SOURCE"),
		RunE: func(c *cobra.Command, args []string) error {
			s.name = args[0]
			return check(c.Context(), s, asJSON, tools, c.OutOrStdout())
		},
	}
	s.flags(c)
	c.Flags().BoolVar(&asJSON, "json", false, "print one JSON object")
	c.Flags().BoolVar(&tools, "tools", false, "print the tools too, exactly as they go to a model")
	return c
}

// check reads a plugin and prints the report.
func check(ctx context.Context, s source, asJSON, tools bool, out io.Writer) error {
	got, err := s.read(ctx)
	if _, misused := errors.AsType[usageError](err); misused {
		return err
	}
	if err != nil {
		if asJSON { // a reader of the object learns it there too
			r := plugin.Report{Verdict: openapi.Refused, Operations: []plugin.ReportOperation{}, Notes: []openapi.Note{
				{Level: "error", Code: "unreadable", Message: markdown.Line(err.Error(), 400)},
			}}
			return errors.Join(printJSON(out, r), err)
		}
		return err
	}
	r := got.Plugin.Report()
	if note, ok := s.baseAssumed(got.Plugin); ok {
		r.Notes = append(r.Notes, note)
	}
	r.Notes = append(r.Notes, strictNotes(ctx, got)...)
	definitions := r.Tools
	if !tools {
		r.Tools = nil
	}
	if asJSON {
		err = printJSON(out, r)
	} else {
		err = printReport(out, s, r)
	}
	if err == nil && len(definitions) == 0 {
		return fmt.Errorf("%s: none of its operations can be called: the notes say why", s.name)
	}
	return err
}

// strictNotes reports what a strict reader of OpenAPI objects to. Our own reader may
// have repaired it, others will not.
func strictNotes(ctx context.Context, got *plugin.Import) []openapi.Note {
	document, parts := got.Document()
	verdict := strict.Judge(ctx, strict.Document{URL: got.Plugin.Found, Data: document, Parts: parts})
	var notes []openapi.Note
	if verdict.Unjudged != "" {
		notes = append(notes, openapi.Note{Level: "info", Code: "strict-unjudged", Message: "whether other readers will refuse this is not judged: " + verdict.Unjudged})
	}
	for _, objection := range verdict.Objections {
		notes = append(notes, openapi.Note{Level: "info", Code: "strict-reader", Message: "other readers will refuse this: " + objection})
	}
	return notes
}

// baseAssumed notes that servers of a local document were resolved against the default
// address, because none was given.
func (s *source) baseAssumed(p *plugin.Plugin) (openapi.Note, bool) {
	if s.base != "" || !isFile(s.name) {
		return openapi.Note{}, false
	}
	for _, o := range p.Document.Operations {
		if o.Server == defaultBase || strings.HasPrefix(o.Server, defaultBase+"/") {
			return openapi.Note{Level: "info", Code: "base-assumed", Message: "servers that are missing or relative are taken to be at " + defaultBase + ": say otherwise with --base", Where: "servers"}, true
		}
	}
	return openapi.Note{}, false
}

func printJSON(out io.Writer, v any) error {
	e := json.NewEncoder(out)
	e.SetEscapeHTML(false)
	e.SetIndent("", "  ")
	return e.Encode(v)
}

// printReport prints a report for people. Every text of the plugin is cleaned.
func printReport(out io.Writer, s source, r plugin.Report) error {
	var b strings.Builder
	fmt.Fprintf(&b, "%s (%s): %s\n", markdown.Line(r.Plugin.NameForHuman, 80), markdown.Line(r.Plugin.NameForModel, 80), r.Verdict)
	login := "none"
	if r.Plugin.Auth != "none" {
		login = r.Plugin.Auth
	}
	fmt.Fprintf(&b, "Read from %s. Login: %s. In a prompt: about %d tokens, and %d for all its tools.\n", s.name, login, r.Tokens.Index, r.Tokens.Tools)
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
			line := fmt.Sprintf("  %-5s  %s: %s", n.Level, n.Code, markdown.Line(n.Message, 300))
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
