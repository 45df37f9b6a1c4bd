package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/spf13/cobra"

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

// sending is a request as it is printed.
type sending struct {
	Method  string            `json:"method"`
	URL     string            `json:"url"`
	Headers map[string]string `json:"headers"`
	Body    *string           `json:"body"` // null: none
	Effect  string            `json:"effect"`
	Digest  string            `json:"digest"` // of everything but the credential
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
	r := sending{Method: call.Request.Method, URL: call.Request.URL, Headers: map[string]string{}, Effect: string(o.Effect), Digest: call.Digest}
	for _, f := range call.Request.Header {
		r.Headers[f.Name] = f.Value
	}
	if call.Request.Body != nil {
		r.Body = new(string(call.Request.Body))
	}
	r.authenticate(p, o)
	if asJSON {
		return printJSON(out, r)
	}
	return r.print(out)
}

func known(p *plugin.Plugin) string {
	var names []string
	for _, o := range p.Document.Operations {
		names = append(names, o.ID)
	}
	return markdown.Line(strings.Join(names, ", "), 200)
}

// hidden stands where a credential will.
const hidden = "***"

// authenticate shows where the credential goes: as the document's first way to
// authenticate says, else as the manifest does.
func (r *sending) authenticate(p *plugin.Plugin, o *openapi.Operation) {
	var schemes []openapi.Scheme
	if len(o.Security) > 0 {
		schemes = o.Security[0].Schemes
	}
	placed := false
	for _, s := range schemes {
		placed = r.place(s) || placed
	}
	undeclared := slices.ContainsFunc(schemes, func(s openapi.Scheme) bool { return s.Type == "" })
	if !placed && p.Manifest.Auth != "none" && (o.Security == nil || undeclared) {
		r.place(openapi.Scheme{In: "header", Field: "Authorization", Scheme: p.Manifest.Login.Scheme})
	}
}

func (r *sending) place(s openapi.Scheme) bool {
	switch s.In {
	case "header":
		value := hidden
		if s.Type != "apiKey" {
			value = "Bearer " + hidden
			if s.Scheme == "basic" {
				value = "Basic " + hidden
			}
		}
		r.Headers[s.Field] = value
	case "cookie":
		cookie := s.Field + "=" + hidden
		if others := r.Headers["Cookie"]; others != "" {
			cookie = others + "; " + cookie
		}
		r.Headers["Cookie"] = cookie
	case "query":
		separator := "?"
		if strings.Contains(r.URL, "?") {
			separator = "&"
		}
		r.URL += separator + s.Field + "=" + hidden
	default:
		return false
	}
	return true
}

// print prints the request as HTTP writes one, then what it is bound to.
func (r *sending) print(out io.Writer) error {
	var b strings.Builder
	fmt.Fprintf(&b, "%s %s\n", r.Method, r.URL)
	var names []string
	for name := range r.Headers {
		names = append(names, name)
	}
	slices.Sort(names)
	for _, name := range names {
		fmt.Fprintf(&b, "%s: %s\n", name, r.Headers[name])
	}
	if r.Body != nil {
		fmt.Fprintf(&b, "\n%s\n", markdown.Clean(*r.Body))
	}
	fmt.Fprintf(&b, "\nEffect: %s. Digest: %s. Nothing was sent.\n", r.Effect, r.Digest)
	_, err := io.WriteString(out, b.String())
	return err
}
