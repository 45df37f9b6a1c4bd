package plugin_test

import (
	"bytes"
	"os"
	"path/filepath"
	"testing"

	"aidesk/core/chat"
	"aidesk/core/corporatest"
	"aidesk/core/openapi"
	"aidesk/core/plugin"
)

// TestFormCorpora: in real documents, an edit that changes nothing sends the same bytes, and a
// form has no more inputs than platforms can show, each with a name of its own.
func TestFormCorpora(t *testing.T) {
	t.Parallel()
	const most = 150 // operations of one document
	files, err := filepath.Glob(corporatest.Path(t, "specs/*.*"))
	if err != nil {
		t.Fatal(err)
	}
	forms, native := 0, 0
	for _, file := range files {
		data, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		d, err := openapi.Read(t.Context(), openapi.Source{URL: "https://plugin.example/openapi.yaml", Data: data, Base: "https://plugin.example"}, openapi.Options{})
		if err != nil {
			continue // the list of what is there, or a document that is refused
		}
		p := &plugin.Plugin{Document: d}
		for _, o := range d.Operations[:min(len(d.Operations), most)] {
			sample := o.Tool("p").Sample
			want, err := o.Request(sample)
			if err != nil {
				continue // core/openapi counts these
			}
			values, names := map[string]string{}, map[string]bool{}
			f := plugin.Form("f", p, o, sample)
			for _, in := range f.Inputs {
				if names[in.Name] || in.Name == "" || in.Label == "" {
					t.Errorf("%s %s: the input %q with the label %q", filepath.Base(file), o.ID, in.Name, in.Label)
				}
				names[in.Name] = true
				values[in.Name] = in.Value
				if in.Value != "" && in.Name != "more" {
					native++
				}
			}
			if len(f.Inputs) > chat.MaxInputs {
				t.Errorf("%s %s: %d inputs", filepath.Base(file), o.ID, len(f.Inputs))
			}
			forms++
			args, err := plugin.FormArgs(o, values)
			if err != nil {
				t.Errorf("%s %s: %v; filled with %s", filepath.Base(file), o.ID, err, sample)
				continue
			}
			got, err := o.Request(args)
			if err != nil || got.URL != want.URL || !bytes.Equal(got.Body, want.Body) {
				t.Errorf("%s %s: %v\nwas  %s %.300s\nnow  %s %.300s\nargs %.300s", filepath.Base(file), o.ID, err, want.URL, want.Body, got.URL, got.Body, args)
			}
		}
	}
	t.Logf("%d forms, %d values in inputs of their own", forms, native)
	if forms < 500 || native < forms {
		t.Errorf("only %d forms with %d values", forms, native)
	}
}
