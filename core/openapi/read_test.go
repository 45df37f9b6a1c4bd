package openapi_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/rogpeppe/go-internal/txtar"

	"aidesk/core/goldentest"
	"aidesk/core/openapi"
)

// TestRead reads each document of testdata/read, makes the calls of its
// "calls" and compares everything that can be seen with its "want".
func TestRead(t *testing.T) {
	goldentest.Archives(t, "read/*.txtar", func(t *testing.T, a *txtar.Archive) {
		parts := map[string][]byte{}
		for _, f := range a.Files {
			parts[f.Name] = f.Data
		}
		got := transcript(t, a.Files[0], parts)
		a.Files = slices.DeleteFunc(a.Files, func(f txtar.File) bool { return f.Name == "want" })
		a.Files = append(a.Files, txtar.File{Name: "want", Data: []byte(got)})
	})
}

func transcript(t *testing.T, main txtar.File, parts map[string][]byte) string {
	t.Helper()
	var out strings.Builder
	const home = "https://docs.example.com/spec/"
	doc, err := openapi.Read(t.Context(), openapi.Source{URL: home + main.Name, Data: main.Data}, openapi.Options{
		Fetch: func(_ context.Context, url string) ([]byte, error) {
			name, ok := strings.CutPrefix(url, home)
			if !ok {
				t.Errorf("%s was fetched", url)
			}
			if data, ok := parts[name]; ok {
				fmt.Fprintf(&out, "fetched %s\n", name)
				return data, nil
			}
			return nil, errors.New("not found")
		},
	})
	if err != nil {
		return out.String() + "error: " + err.Error() + "\n"
	}
	fmt.Fprintf(&out, "%s %s %s %s\n", doc.Title, doc.OpenAPI, doc.Version, doc.Contact)
	for _, s := range doc.Schemes {
		fmt.Fprintf(&out, "scheme %s\n", line(s))
	}
	writeNotes(&out, doc.Notes)
	for _, o := range doc.Operations {
		fmt.Fprintf(&out, "\n%s %s %s %s %s %s asks=%v", o.ID, o.Method, o.Path, o.Verdict, o.Effect, o.Server, o.Asks)
		if o.Security != nil {
			fmt.Fprintf(&out, " %s", line(o.Security))
		}
		out.WriteByte('\n')
		writeNotes(&out, o.Notes)
		writeNotes(&out, o.Hints)
		for _, e := range o.Examples {
			fmt.Fprintf(&out, "  example %s\n", e)
		}
		if o.Verdict == openapi.Refused {
			_, err := o.Request(nil)
			fmt.Fprintf(&out, "  %v\n", err)
			continue
		}
		tool := o.Tool("shop")
		fmt.Fprintf(&out, "  tool %s: %s\n  %s\n  sample %s\n", tool.Name, tool.Description, tool.Schema, tool.Sample)
		if _, err := o.Request(tool.Sample); err != nil {
			t.Errorf("%s: its own sample %s is refused: %v", o.ID, tool.Sample, err)
		}
	}
	for call := range strings.Lines(string(parts["calls"])) {
		id, args, _ := strings.Cut(strings.TrimSpace(call), " ")
		fmt.Fprintf(&out, "\ncall %s %s\n", id, args)
		o := doc.Operation(id)
		if o == nil {
			t.Errorf("no operation %s", id)
			continue
		}
		writeCall(&out, o, json.RawMessage(args))
	}
	return out.String()
}

func writeCall(out *strings.Builder, o *openapi.Operation, args json.RawMessage) {
	req, err := o.Request(args)
	if err != nil {
		fmt.Fprintf(out, "  refused %v\n", err)
		return
	}
	fmt.Fprintf(out, "  %s %s\n", req.Method, req.URL)
	for _, f := range req.Header {
		if f.Name != "Accept" {
			fmt.Fprintf(out, "  %s: %s\n", f.Name, f.Value)
		}
	}
	if req.Body != nil {
		fmt.Fprintf(out, "  %q\n", req.Body)
	}
	for _, a := range o.Arguments(args) {
		fmt.Fprintf(out, "  | %s = %s\n", a.Label, a.Value)
	}
}

func writeNotes(out *strings.Builder, notes []openapi.Note) {
	for _, n := range notes {
		fmt.Fprintf(out, "  %s %s %s: %s\n", n.Level, n.Code, n.Where, n.Message)
	}
}

func line(v any) string {
	b, err := json.Marshal(v)
	if err != nil {
		return err.Error()
	}
	return string(bytes.TrimSpace(b))
}
