package main

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"aidesk/cmd/aidesk/eval"
	"aidesk/cmd/aidesk/trial"
	"aidesk/core/markdown"
	"aidesk/core/openapi"
	"aidesk/core/openapi/strict"
	"aidesk/core/plugin"
)

func checkCommand() *cobra.Command {
	var o checkOptions
	c := &cobra.Command{
		Use:   "check SOURCE",
		Short: "Read a plugin as an import would, and report what was found",
		Long: `Read a plugin as an import would, and report each operation with its request, effect,
verdict and size, and what was noticed. SOURCE is a domain, the URL of a manifest, the
URL of an OpenAPI document, or a local file. Exit code 1: nothing of it can be called, or
what was tried failed.

Its logo, legal page and contact page are asked whether they answer (of a local file only
with --links). More is tried when you say so:

  --call              makes one real read and shows what a model reads of the answer
  --prompt            shows what a language model is told of the plugin, with tokens
  --ask FILE          asks a model the questions of a file, sends nothing to the plugin, and
                      says which operations it chose:
                        - {ask: "what is on my list?", want: listItems}
                        - {ask: "tell me a joke", want: none}
                      Without --model-url the built-in planner is asked. aidesk eval does
                      more: several plugins, arguments, what must never be called.`,
		Example: `  aidesk plugin check http://127.0.0.1:4010 --call
  aidesk plugin check openapi.yaml --base http://127.0.0.1:4010 --call=getItem --args '{"id": 7}'
  aidesk plugin check example.com --prompt="what is on my list?"
  aidesk plugin check example.com --ask questions.yaml --model-url http://127.0.0.1:11434/v1 --model qwen3`,
		Args: arguments("SOURCE"),
		RunE: func(c *cobra.Command, args []string) error {
			o.source.name = args[0]
			if !c.Flags().Changed("links") {
				o.links = !isFile(args[0])
			}
			if o.args != "" && (o.call == "" || !json.Valid([]byte(o.args))) {
				return usageError{errors.New("--args is a JSON object for --call, such as '{\"city\": \"Oslo\"}'")}
			}
			return check(c.Context(), o, c.OutOrStdout())
		},
	}
	o.source.flags(c)
	f := c.Flags()
	f.BoolVar(&o.asJSON, "json", false, "print one JSON object")
	f.BoolVar(&o.tools, "tools", false, "print the tools too, exactly as they go to a model")
	f.BoolVar(&o.links, "links", false, "ask its links whether they answer")
	f.StringVar(&o.call, "call", "", "make one real read: the simplest, or this `operation`")
	f.Lookup("call").NoOptDefVal = simplest
	f.StringVar(&o.args, "args", "", "the arguments of --call (default: those of the tool's example)")
	f.StringVar(&o.prompt, "prompt", "", "show what a language model is told, with this `question`")
	f.Lookup("prompt").NoOptDefVal = "What can you do for me?"
	f.StringVar(&o.ask, "ask", "", "ask a model the questions of this YAML `file`")
	o.model.flags(c)
	f.StringArrayVar(&o.source.allowed, "allow-host", nil, "reach this IP:PORT though it is not public")
	return c
}

// simplest stands for the read that needs the least.
const simplest = "*"

// checkOptions are the flags of check.
type checkOptions struct {
	source                  source
	asJSON, tools, links    bool
	call, args, prompt, ask string
	model                   modelFlags
}

// check reads a plugin, prints the report and tries what was asked for.
func check(ctx context.Context, o checkOptions, out io.Writer) error {
	s := o.source
	run, questions, err := o.evaluation()
	if err != nil {
		return err
	}
	got, guard, err := s.open(ctx)
	if _, misused := errors.AsType[usageError](err); misused {
		return err
	}
	if err != nil {
		if o.asJSON { // a reader of the object learns it there too
			r := plugin.Report{Verdict: openapi.Refused, Operations: []plugin.ReportOperation{}, Notes: []openapi.Note{
				{Level: "error", Code: "unreadable", Message: markdown.Line(err.Error(), 400)},
			}}
			return errors.Join(printJSON(out, r), err)
		}
		return err
	}
	tried := &trial.Trial{Plugin: got.Plugin.Trial(), Guard: guard, Now: time.Now, Out: out}
	r := got.Plugin.Report()
	if note, ok := s.baseAssumed(got.Plugin); ok {
		r.Notes = append(r.Notes, note)
	}
	r.Notes = append(r.Notes, strictNotes(ctx, got)...)
	var asked []string
	if o.links {
		var dead []openapi.Note
		asked, dead = tried.Links(ctx)
		r.Notes = append(r.Notes, dead...)
	}
	definitions := r.Tools
	if !o.tools {
		r.Tools = nil
	}
	if o.asJSON {
		err = printJSON(out, r)
	} else {
		err = trial.Report(out, s.name, asked, r)
	}
	if err == nil && len(definitions) == 0 {
		return fmt.Errorf("%s: none of its operations can be called: the notes say why", s.name)
	}
	return cmp.Or(err, o.try(ctx, tried, run, questions))
}

// evaluation prepares what --ask tries, so that wrong use is said before anything is
// fetched; nil: nothing.
func (o *checkOptions) evaluation() (*eval.Run, []byte, error) {
	if o.asJSON && (o.call != "" || o.prompt != "" || o.ask != "") {
		return nil, nil, usageError{errors.New("--json prints the report alone: leave out --call, --prompt and --ask")}
	}
	if o.ask == "" {
		return nil, nil, nil
	}
	questions, err := os.ReadFile(o.ask)
	if err != nil {
		return nil, nil, fmt.Errorf("--ask %s cannot be read: %w", o.ask, cause(err))
	}
	m, err := o.model.open()
	return &eval.Run{Model: m, Now: time.Now}, questions, err
}

// try does what was asked for besides the report.
func (o *checkOptions) try(ctx context.Context, t *trial.Trial, run *eval.Run, questions []byte) error {
	if o.prompt != "" {
		if err := t.Prompt(o.prompt); err != nil {
			return err
		}
	}
	if o.call != "" {
		if err := t.Call(ctx, strings.TrimPrefix(o.call, simplest), json.RawMessage(o.args)); err != nil {
			return err
		}
	}
	if o.ask == "" {
		return nil
	}
	run.Plugins = []*plugin.Plugin{t.Plugin}
	list, err := eval.Parse(o.ask, questions, run.Plugins)
	if err != nil {
		return err
	}
	got, err := run.Ask(ctx, list)
	if err != nil {
		return err
	}
	if _, err := fmt.Fprintln(t.Out); err != nil {
		return err
	}
	return errors.Join(got.Print(t.Out, ""), got.Err())
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
