package trial

import (
	"fmt"
	"io"
	"net/url"
	"slices"
	"strings"

	"aidesk/core/account"
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

// authenticate shows where the credential goes: into the places of the operation's first way
// to log in.
func (r *Sending) authenticate(p *plugin.Plugin, o *openapi.Operation) {
	ways, _ := p.Ways(o)
	if len(ways) == 0 {
		return
	}
	for _, s := range ways[0] {
		r.place(s)
	}
}

func (r *Sending) place(s account.Slot) {
	switch s.In {
	case "header":
		r.Headers[s.Name] = s.Prefix + hidden
	case "cookie":
		cookie := s.Name + "=" + hidden
		if others := r.Headers["Cookie"]; others != "" {
			cookie = others + "; " + cookie
		}
		r.Headers["Cookie"] = cookie
	case "query":
		separator := "?"
		if strings.Contains(r.URL, "?") {
			separator = "&"
		}
		r.URL += separator + url.QueryEscape(s.Name) + "=" + hidden
	}
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
