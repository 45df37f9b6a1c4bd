// Package strict asks a second, strict reader of OpenAPI what it objects to in a
// document: kin-openapi, the library that most Go programs read documents with. Our
// own reader repairs what it can, so an author hears from here what others refuse.
//
// kin-openapi has no limits, cannot be stopped and needs minutes for some documents
// of a hundred kilobytes. It runs in a goroutine that is abandoned after a time, so
// this package is only for a program that ends soon after: aidesk plugin check, and
// nothing that serves.
package strict

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/getkin/kin-openapi/openapi2"
	"github.com/getkin/kin-openapi/openapi2conv"
	"github.com/getkin/kin-openapi/openapi3"

	"aidesk/core/openapi/plaintext"
	"aidesk/core/openapi/tree"
)

// Limits of judging one document.
const (
	maxBytes      = 4 << 20 // of the document with all its parts
	maxTime       = 10 * time.Second
	maxObjections = 20
	maxText       = 300 // characters of one objection
)

// Document is a document that our own reader has read.
type Document struct {
	URL   string
	Data  []byte
	Parts map[string][]byte // other documents that it refers to, by address
}

// Verdict is what the strict reader says.
type Verdict struct {
	Objections []string // one line each, without repetition; empty: none
	Unjudged   string   // why there is no verdict; empty: there is one
}

// Judge asks kin-openapi about a document. It returns when the verdict is there, the
// time is over or ctx ends.
func Judge(ctx context.Context, d Document) Verdict {
	size := len(d.Data)
	for _, part := range d.Parts {
		size += len(part)
	}
	if size > maxBytes {
		return Verdict{Unjudged: fmt.Sprintf("the document has more than %d MiB", maxBytes>>20)}
	}
	ctx, cancel := context.WithTimeout(ctx, maxTime)
	defer cancel()
	return within(ctx, func() error { return load(ctx, d) })
}

// within runs a reading until ctx ends. A panic counts as an objection: it would take
// another program down.
func within(ctx context.Context, read func() error) Verdict {
	done := make(chan []string, 1)
	go func() {
		defer func() {
			if p := recover(); p != nil {
				done <- []string{plaintext.Line(fmt.Sprintf("reading it ends in a panic: %v", p), maxText)}
			}
		}()
		done <- objections(read())
	}()
	select {
	case found := <-done:
		return Verdict{Objections: found}
	case <-ctx.Done():
		return Verdict{Unjudged: "the strict reader took too long"}
	}
}

// load reads and validates a document with kin-openapi.
func load(ctx context.Context, d Document) error {
	root, err := tree.Decode(d.Data)
	if err != nil {
		return err
	}
	address, err := url.Parse(d.URL)
	if err != nil {
		return fmt.Errorf("the address of the document: %w", err)
	}
	loader := openapi3.NewLoader()
	loader.Context = ctx
	loader.IsExternalRefsAllowed = true
	loader.ReadFromURIFunc = func(_ *openapi3.Loader, u *url.URL) ([]byte, error) {
		if part, known := d.Parts[u.String()]; known {
			return part, nil
		}
		return nil, fmt.Errorf("it refers to %s, which was not read", u.Redacted())
	}
	var doc *openapi3.T
	if strings.HasPrefix(root.Get("swagger").Line(), "2") {
		doc, err = convert(root, loader, address)
	} else {
		doc, err = loader.LoadFromDataWithPath(d.Data, address)
	}
	if err != nil {
		return err
	}
	return doc.Validate(ctx, openapi3.EnableMultiError())
}

// convert reads a document of version 2.0. kin-openapi reads those in JSON only, so
// mistakes of the YAML itself go unnoticed.
func convert(root *tree.Node, loader *openapi3.Loader, address *url.URL) (*openapi3.T, error) {
	data, err := json.Marshal(root.Value())
	if err != nil {
		return nil, err
	}
	var old openapi2.T
	if err := json.Unmarshal(data, &old); err != nil {
		return nil, err
	}
	return openapi2conv.ToV3WithLoader(&old, loader, address)
}

// objections lists the errors joined in err, one line each.
func objections(err error) []string {
	var out []string
	more := 0
	for _, text := range flatten(err) {
		text = plaintext.Line(shorten(text), maxText)
		switch {
		case slices.Contains(out, text):
		case len(out) == maxObjections:
			more++
		default:
			out = append(out, text)
		}
	}
	if more > 0 {
		out = append(out, "and "+plaintext.Count(more, "more objection"))
	}
	return out
}

// shorten keeps the part of an error that is about the document: of the attempts to read
// it as JSON and as YAML the latter, which takes JSON too; of a schema that is not met
// not the whole schema.
func shorten(text string) string {
	if _, yaml, found := strings.Cut(text, ", yaml error: "); found {
		text = yaml
	}
	text, _, _ = strings.Cut(text, "\nSchema:")
	for _, said := range [...]string{"error unmarshaling JSON: ", "error converting YAML to JSON: ", "while decoding JSON: ", "json: ", "yaml: "} {
		text = strings.TrimPrefix(text, said)
	}
	return text
}

// flatten lists the texts of the errors in err. Sections such as "paths" join those of
// all that is in them.
func flatten(err error) []string {
	if err == nil {
		return nil
	}
	var many openapi3.MultiError
	if !errors.As(err, &many) {
		return []string{err.Error()}
	}
	var out []string
	for _, one := range many {
		out = append(out, flatten(one)...)
	}
	return out
}
