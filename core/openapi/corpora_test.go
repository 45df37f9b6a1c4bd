package openapi_test

import (
	"bufio"
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"go.yaml.in/yaml/v3"

	"aidesk/core/corporatest"
	"aidesk/core/openapi"
)

// specs lists the documents under folders of the corpora.
func specs(tb testing.TB, folders ...string) []string {
	tb.Helper()
	var out []string
	for _, folder := range folders {
		files, err := filepath.Glob(filepath.Join(corporatest.Path(tb, folder), "*.*"))
		if err != nil {
			tb.Fatal(err)
		}
		for _, f := range files {
			if filepath.Base(f) != "index.json" {
				out = append(out, f)
			}
		}
	}
	if len(out) == 0 {
		tb.Fatal("no documents in the corpora")
	}
	return out
}

func readSpec(tb testing.TB, file string, opt openapi.Options) *openapi.Document {
	tb.Helper()
	data, err := os.ReadFile(file)
	if err != nil {
		tb.Fatal(err)
	}
	doc, err := openapi.Read(tb.Context(), openapi.Source{URL: "https://plugin.example.com/openapi.yaml", Data: data}, opt)
	if err != nil {
		tb.Errorf("%s: %v", filepath.Base(file), err)
		return nil
	}
	return doc
}

// declared counts the method keys under "paths" by another reading than ours:
// the plain YAML decoder, duplicate keys and all.
func declared(tb testing.TB, file string) map[string]bool {
	tb.Helper()
	data, err := os.ReadFile(file)
	if err != nil {
		tb.Fatal(err)
	}
	data = bytes.Map(func(r rune) rune {
		if r < ' ' && r != '\n' && r != '\r' && r != '\t' || r >= 0x7F && r < 0xA0 || r == 0xFEFF {
			return -1 // the decoder refuses these
		}
		return r
	}, data)
	var root yaml.Node
	if err := yaml.Unmarshal(data, &root); err != nil {
		tb.Errorf("%s: %v", filepath.Base(file), err)
		return nil
	}
	out := map[string]bool{}
	methods := []string{"get", "put", "post", "delete", "options", "head", "patch", "trace", "query"}
	pairs(root.Content[0], func(key string, v *yaml.Node) {
		if key != "paths" {
			return
		}
		pairs(v, func(path string, item *yaml.Node) {
			if strings.HasPrefix(path, "x-") {
				return
			}
			pairs(item, func(method string, _ *yaml.Node) {
				if slices.Contains(methods, method) {
					out[strings.ToUpper(method)+" "+path] = true
				}
			})
		})
	})
	return out
}

func pairs(n *yaml.Node, see func(string, *yaml.Node)) {
	if n.Kind != yaml.MappingNode {
		return
	}
	for i := 0; i+1 < len(n.Content); i += 2 {
		see(n.Content[i].Value, n.Content[i+1])
	}
}

// beyond reads testdata/beyond.txt: file, operation and reason of what cannot
// be called.
func beyond(tb testing.TB) map[string]bool {
	tb.Helper()
	f, err := os.Open("testdata/beyond.txt")
	if err != nil {
		tb.Fatal(err)
	}
	defer f.Close()
	out := map[string]bool{}
	for s := bufio.NewScanner(f); s.Scan(); {
		if line := strings.TrimSpace(s.Text()); line != "" && !strings.HasPrefix(line, "#") {
			parts := strings.SplitN(line, "\t", 3)
			if len(parts) != 3 {
				tb.Fatalf("beyond.txt: %q has no reason", line)
			}
			out[parts[0]+" "+parts[1]] = true
		}
	}
	return out
}

func TestCorporaImport(t *testing.T) {
	known := beyond(t)
	operations, open, elsewhere := 0, 0, 0
	for _, file := range specs(t, "plugins/specs", "specs", "oas-examples/v3.0", "oas-examples/v3.1", "sk-nonCompliant") {
		name := filepath.Base(file)
		if data, _ := os.ReadFile(file); strings.Contains(string(data), "\"webhooks\":") && !strings.Contains(string(data), "\"paths\":") || strings.Contains(string(data), "\nwebhooks:") && !strings.Contains(string(data), "\npaths:") {
			continue // webhooks only: nothing to call
		}
		doc := readSpec(t, file, openapi.Options{})
		if doc == nil {
			continue
		}
		found := map[string]*openapi.Operation{}
		for _, o := range doc.Operations {
			found[o.Method+" "+o.Path] = o
			has := func(code string) bool {
				return slices.ContainsFunc(o.Notes, func(n openapi.Note) bool { return n.Code == code })
			}
			switch {
			case has("operation-elsewhere"):
				elsewhere++
			case has("schema-open"):
				open++
				t.Logf("%s %s: open schema", name, o.ID)
			}
		}
		for key := range declared(t, file) {
			operations++
			excused := known[name+" "+key]
			switch o := found[key]; {
			case o == nil:
				t.Errorf("%s: %s was lost", name, key)
			case o.Verdict == openapi.Refused && !excused:
				t.Errorf("%s: %s is refused and not in testdata/beyond.txt: %v", name, key, o.Notes)
			case o.Verdict != openapi.Refused && known[name+" "+key]:
				t.Errorf("%s: %s is in testdata/beyond.txt and can be called", name, key)
			}
		}
	}
	t.Logf("%d operations, %d with a part left open, of %d only method and path are known", operations, open, elsewhere)
	// Of DigitalOcean's 425 operations each is a reference to a file that is not there.
	if operations < 2_500 || open > 8 || elsewhere > 425 {
		t.Errorf("%d operations (at least 2500 wanted), %d with a part left open (at most 8), of %d only method and path are known (at most 425)", operations, open, elsewhere)
	}
}

// TestCorporaRequests sends every tool's own sample through Request, and has
// kin-openapi read the result back.
func TestCorporaRequests(t *testing.T) {
	built, objections := 0, 0
	for _, file := range specs(t, "plugins/specs", "specs") {
		doc := readSpec(t, file, openapi.Options{})
		if doc == nil {
			continue
		}
		for _, o := range doc.Operations {
			if o.Verdict == openapi.Refused {
				continue
			}
			sample := o.Tool("p").Sample
			switch r, err := o.Request(sample); {
			case err != nil:
				t.Errorf("%s: %s refuses its own sample %s: %v", filepath.Base(file), o.ID, sample, err)
			case openapi.Judge(t.Context(), o, r) != nil:
				objections++
			}
			for _, a := range o.Arguments(sample) {
				if a.Label == "" || a.Value == "" {
					t.Errorf("%s: %s has an argument without label or value: %q", filepath.Base(file), o.ID, a)
				}
			}
			built++
		}
	}
	t.Logf("%d requests, %d objections of kin", built, objections)
	if objections*100 > built*2 {
		t.Errorf("kin objects to %d of %d requests; at most 2 %% are its own limits", objections, built)
	}
}

func TestCorporaTools(t *testing.T) {
	var all []openapi.Tool
	large := 0
	for _, file := range specs(t, "plugins/specs", "specs") {
		doc := readSpec(t, file, openapi.Options{})
		if doc == nil {
			continue
		}
		for _, o := range doc.Operations {
			if o.Verdict == openapi.Refused {
				continue
			}
			tool := o.Tool(doc.Title)
			rules(t, tool)
			if tool.Tokens > 1_000 {
				large++
				t.Logf("%s has %d tokens", tool.Name, tool.Tokens)
			}
			all = append(all, tool)
		}
	}
	if large > 3 {
		t.Errorf("%d tools have more than 1000 tokens", large)
	}
	unique(t, openapi.Names(all))
}

// TestCorporaStyles compares with the expectations of swagger-js. Where we
// differ, testdata/styles.txt says by which paragraph.
func TestCorporaStyles(t *testing.T) {
	var cases []struct {
		Name string `json:"name"`
		Args struct {
			Spec        json.RawMessage `json:"spec"`
			OperationID string          `json:"operationId"`
			Parameters  map[string]any  `json:"parameters"`
		} `json:"args"`
		Expect struct {
			URL     string            `json:"url"`
			Headers map[string]string `json:"headers"`
		} `json:"expect"`
	}
	corporatest.Read(t, "style-explode/cases.json", &cases)
	excused, err := os.ReadFile("testdata/styles.txt")
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range cases {
		doc, err := openapi.Read(t.Context(), openapi.Source{Data: c.Args.Spec, Base: "https://example.com"}, openapi.Options{})
		if err != nil {
			t.Fatalf("%s: %v", c.Name, err)
		}
		args := map[string]any{}
		for name, v := range c.Args.Parameters {
			args[strings.TrimPrefix(name, "query.")] = v
		}
		raw, err := json.Marshal(args)
		if err != nil {
			t.Fatal(err)
		}
		req, err := doc.Operation(c.Args.OperationID).Request(raw)
		if err != nil {
			t.Errorf("%s: %v", c.Name, err)
			continue
		}
		got := strings.TrimPrefix(req.URL, "https://example.com")
		want := c.Expect.URL
		for _, f := range req.Header {
			if f.Name != "Accept" {
				got = strings.Join([]string{got, f.Name + ":", f.Value}, " ")
			}
		}
		for name, v := range c.Expect.Headers {
			want = strings.Join([]string{want, textprotoName(name) + ":", v}, " ")
		}
		if sorted(got) != sorted(want) && !strings.Contains(string(excused), got+"\n") {
			t.Errorf("%s\n got %s\nwant %s", c.Name, got, want)
		}
	}
}

func textprotoName(name string) string {
	if name == "X-MyHeader" {
		return "X-Myheader"
	}
	return name
}

// sorted makes texts equal that differ only in the order of keys.
func sorted(s string) string {
	parts := regexp.MustCompile(`[&,;.?=/: ]|%2C`).Split(s, -1)
	slices.Sort(parts)
	return strings.Trim(strings.Join(parts, " "), " ")
}
