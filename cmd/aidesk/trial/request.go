package trial

import (
	"fmt"
	"io"
	"slices"
	"strings"

	"aidesk/core/markdown"
	"aidesk/core/openapi"
	"aidesk/core/plugin"
)

// Sending is the request of a call as it is printed; a credential stands as ***.
type Sending struct {
	Method  string            `json:"method"`
	URL     string            `json:"url"`
	Headers map[string]string `json:"headers"`
	Body    *string           `json:"body"` // null: none
	Effect  string            `json:"effect"`
	Digest  string            `json:"digest"` // of everything but the credential
}

// NewSending returns the request of a call of an operation, which nobody sends.
func NewSending(p *plugin.Plugin, o *openapi.Operation, call plugin.Call) *Sending {
	r := &Sending{Method: call.Request.Method, URL: call.Request.URL, Headers: map[string]string{}, Effect: string(o.Effect), Digest: call.Digest}
	for _, f := range call.Request.Header {
		r.Headers[f.Name] = f.Value
	}
	if call.Request.Body != nil {
		r.Body = new(string(call.Request.Body))
	}
	r.authenticate(p, o)
	return r
}

// hidden stands where a credential will.
const hidden = "***"

// authenticate shows where the credential goes: as the document's first way to
// authenticate says, else as the manifest does.
func (r *Sending) authenticate(p *plugin.Plugin, o *openapi.Operation) {
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

func (r *Sending) place(s openapi.Scheme) bool {
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

// Print prints the request as HTTP writes one, then what it is bound to.
func (r *Sending) Print(out io.Writer) error {
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
