package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/spf13/cobra"

	"aidesk/cmd/aidesk/trial"
	"aidesk/core/markdown"
	"aidesk/core/openapi"
	"aidesk/core/plugin"
)

func requestCommand() *cobra.Command {
	var s source
	var args string
	var asJSON bool
	c := &cobra.Command{
		Use:   "request SOURCE OPERATION --args JSON",
		Short: "Print the request that a call would be; nothing is sent",
		Long: `Print the request that a call would be, byte by byte; nothing is sent. OPERATION is an
operation's id, the name of its tool, or "GET /path". A credential stands as ***.`,
		Args: arguments("SOURCE", "OPERATION"),
		RunE: func(c *cobra.Command, words []string) error {
			s.name = words[0]
			if !json.Valid([]byte(args)) {
				return usageError{fmt.Errorf("--args %s is not JSON: write an object such as '{\"city\": \"Oslo\"}'", markdown.Line(args, 80))}
			}
			return request(c.Context(), s, words[1], json.RawMessage(args), asJSON, c.OutOrStdout())
		},
	}
	s.flags(c)
	c.Flags().StringVar(&args, "args", "{}", "the arguments, as a model would give them")
	c.Flags().BoolVar(&asJSON, "json", false, "print one JSON object")
	return c
}

// request prints what a call of an operation would send.
func request(ctx context.Context, s source, word string, args json.RawMessage, asJSON bool, out io.Writer) error {
	got, err := s.read(ctx)
	if err != nil {
		return err
	}
	p := got.Plugin
	o, ok := p.Find(word)
	if !ok {
		return fmt.Errorf("%s has no operation %q: it has %s", s.name, markdown.Line(word, 60), known(p))
	}
	call, err := p.Call(o, args)
	if _, wrong := errors.AsType[*openapi.ArgumentError](err); wrong {
		return fmt.Errorf("the arguments of %s do not fit: %s", o.ID, markdown.Line(err.Error(), 300))
	}
	if err != nil {
		return err
	}
	r := trial.NewSending(p, o, call)
	if asJSON {
		return printJSON(out, r)
	}
	return r.Print(out)
}

func known(p *plugin.Plugin) string {
	var names []string
	for _, o := range p.Document.Operations {
		names = append(names, o.ID)
	}
	return markdown.Line(strings.Join(names, ", "), 200)
}
