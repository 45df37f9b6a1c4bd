package openapi_test

import (
	"bytes"
	"context"
	"encoding/json"
	"strconv"
	"strings"
	"testing"
	"time"

	"aidesk/core/openapi"
)

// work is what a document, or what comes with it, may cost.
const work = time.Second

// tangles are documents in which something is so large or so interwoven that walking over
// it costs more than its size.
func tangles() map[string]string {
	body := func(schema, components string) string {
		return head + schema + strings.TrimSuffix(tail, "}") + `,"components":{"schemas":{` + components + `}}}`
	}
	ref := func(name string) string { return `{"$ref":"#/components/schemas/` + name + `"}` }
	each := func(n int, format string) string {
		var parts []string
		for i := range n {
			parts = append(parts, strings.ReplaceAll(format, "%d", strconv.Itoa(i)))
		}
		return strings.Join(parts, ",")
	}
	refs := func(n int, prefix string) string { return each(n, ref(prefix+"%d")) }
	operations := func(n int, operation string) string {
		return `{"openapi":"3.0.0","servers":[{"url":"https://a.example"}],"paths":{` + each(n, `"/p%d":`+operation)
	}
	return map[string]string{
		"anyOf of each other":      body(ref("A"), `"A":{"anyOf":[`+ref("A")+`,`+ref("B")+`]},"B":{"anyOf":[`+ref("A")+`,`+ref("B")+`]}`),
		"anyOf of many":            body(ref("A0"), each(8, `"A%d":{"anyOf":[`+refs(8, "A")+`]}`)),
		"anyOf of lists":           body(ref("A0"), each(8, `"A%d":{"type":"array","items":{"anyOf":[`+refs(8, "A")+`]}}`)),
		"lists of lists":           body(ref("A"), `"A":{"type":"array","items":`+ref("A")+`}`),
		"cyclic choices":           body(ref("A"), `"A":{"type":"object","properties":{"a":{"type":"string"}},"anyOf":[`+ref("B")+`,`+ref("A")+`]},"B":{"type":"object","properties":{"b":{"type":"string"}},"anyOf":[`+ref("A")+`,`+ref("B")+`]}`),
		"choices within choices":   body(ref("A0"), each(9, `"A%d":{"type":"object","required":["x%d"],"properties":{"a":{"type":"string"}},"anyOf":[`+refs(9, "A")+`]}`)),
		"wide choices":             body(ref("A"), `"A":{"type":"object","anyOf":[`+each(1_000, ref("B"))+`]},"B":{"type":"object","properties":{`+each(900, `"p%d":`+ref("A"))+`}}`),
		"server variables":         `{"openapi":"3.0.0","servers":[{"url":"https://a.example/` + strings.Repeat("{v}", 8_000) + `","variables":{"v":{"default":"` + strings.Repeat("x", 1_000) + `"}}}],"paths":{"/x":{"get":{}}}}`,
		"many servers":             `{"openapi":"3.0.0","servers":[` + each(20_000, `{"url":"nothing:%d"}`) + `],"paths":{` + each(2_000, `"/p%d":{"get":{}}`) + `}}`,
		"a constant of 8000 keys":  body(`{"type":"object","required":["c"],"properties":{"c":{"const":{`+numbered(8_000, `"k%d":{"a":1}`)+`}}}}`, ""),
		"constants in a list":      body(`{"type":"array","items":{"enum":[`+each(900, `{"a":{"b":[`+numbered(80, `%d`)+`]},"c":%d}`)+`]}}`, ""),
		"1500 operations":          operations(1_500, `{"post":{"requestBody":{"content":{"application/json":{"schema":`+ref("B")+`}}}}}`) + `},"components":{"schemas":{"B":{"type":"object","required":["p1"],"properties":{` + each(60, `"p%d":{"type":"object","description":"something","properties":{`+numbered(30, `"q%d":{"type":"string","description":"a word"}`)+`}}`) + `}}}}}`,
		"one path, 3000 times":     operations(3_000, `{"$ref":"#/components/pathItems/P"}`) + `},"components":{"pathItems":{"P":{"parameters":[` + each(5_000, `{"name":"Accept","in":"header","description":"words"}`) + `],"get":{"description":"` + strings.Repeat("word ", 20_000) + `","tags":[` + numbered(5_000, `"t%d"`) + `]}}}}}`,
		"a long reference":         operations(3_000, `{"$ref":"#/components/pathItems/P"}`) + `},"components":{"pathItems":{"P":{"parameters":[{"$ref":"#/` + strings.Repeat("x", 1<<20) + `"}],"get":{}}}}}`,
		"a long example":           operations(3_000, `{"$ref":"#/components/pathItems/P"}`) + `},"components":{"pathItems":{"P":{"parameters":[{"name":"a","in":"query","example":[` + numbered(100_000, `%d`) + `]}],"get":{}}}}}`,
		"scopes":                   operations(3_000, `{"get":{}}`) + `},"security":[` + each(20, `{"a%d":[`+numbered(2_000, `"scope%d"`)+`]}`) + `]}`,
		"a path that stands twice": `{"openapi":"3.0.0","servers":[{"url":"https://a.example"}],"paths":{` + each(40_000, `"/x":{"k%d":1}`) + `,"/x":{"get":{}}}}`,
		"properties joined":        body(each(1, ref("A0")), each(60, `"A%d":{"allOf":[`+ref("B")+`,`+ref("C")+`]}`)+`,"B":{"properties":{`+each(900, `"p%d":`+ref("D"))+`}},"C":{"properties":{`+each(900, `"p%d":`+ref("E"))+`}},"D":{"properties":{`+each(900, `"q%d":{}`)+`}},"E":{"properties":{`+each(900, `"r%d":{}`)+`}}`),
		"a parameter 5000 times":   `{"openapi":"3.0.0","servers":[{"url":"https://a.example"}],"paths":{"/` + strings.Repeat("{a}/", 2_000) + `":{"get":{}}}}`,
		"enums that share nothing": body(ref("A"), `"A":{"allOf":[`+each(200, `{"enum":[`+numbered(900, `"%d-%[1]d"`)+`,"x%d"]}`)+`]}`),
	}
}

// TestWork holds everything that is made of a tangled document against one second.
func TestWork(t *testing.T) {
	long, _ := json.Marshal(strings.Repeat("x", 100_000))
	for name, text := range tangles() {
		t.Run(name, func(t *testing.T) {
			step := func(what string, do func()) {
				t.Helper()
				peak, stop := watch()
				began := time.Now()
				do()
				took := time.Since(began)
				stop()
				if took > work/10 {
					t.Logf("%s: %v, %d MB", what, took.Round(time.Millisecond), *peak>>20)
				}
				if took > 5*work || *peak > 500<<20 {
					t.Errorf("%s: %v, %d MB", what, took.Round(time.Millisecond), *peak>>20)
				}
			}
			var doc *openapi.Document
			step("read", func() {
				var err error
				doc, err = openapi.Read(context.Background(), openapi.Source{Data: []byte(text), Base: "https://plugin.example.com"}, openapi.Options{})
				if err != nil {
					t.Logf("not read: %v", err)
				}
			})
			if doc == nil || len(doc.Operations) == 0 {
				return
			}
			var tools []openapi.Tool
			step("tools", func() {
				for _, o := range doc.Operations {
					tools = append(tools, o.Tool("p"))
				}
			})
			o := doc.Operations[0]
			for _, args := range []string{
				string(tools[0].Sample), `{"body":{"a":1,"b":{"a":[{"a":1}]},"p1":{"p2":{"p3":[{}]}}}}`, `{"body":{` + numbered(10_000, `"p%d":{}`) + `}}`,
				`{"body":[` + numbered(20_000, `{"a":%d}`) + `]}`, `{"a":` + string(long) + `}`, `{"body":` + strings.Repeat(`{"a":`, 5_000) + "1" + strings.Repeat("}", 5_000) + `}`,
			} {
				step("request", func() { _, _ = o.Request([]byte(args)) })
				step("arguments", func() { o.Arguments([]byte(args)) })
			}
		})
	}
}

// TestWorkShape holds answers against one second: wide objects, keys that stand twice,
// many links.
func TestWorkShape(t *testing.T) {
	docs, err := openapi.Read(t.Context(), openapi.Source{Data: []byte(head + "{}" + tail)}, openapi.Options{})
	if err != nil {
		t.Fatal(err)
	}
	for name, body := range map[string]string{
		"80000 keys":     `{` + numbered(80_000, `"k%d":"https://a.example/"`) + `}`,
		"80000 links":    `{` + numbered(80_000, `"url%d":"https://a.example/%[1]d"`) + `}`,
		"keys twice":     `{` + numbered(60_000, `"/x":{"k%d":1}`) + `}`,
		"nested":         strings.Repeat(`{"a":[`, 31) + strings.Repeat(`]}`, 31),
		"links in words": `"` + strings.Repeat("https://a.example/x ", 50_000) + `"`,
		"brackets":       `"https://a.example/` + strings.Repeat("()", 400_000) + `"`,
	} {
		began := time.Now()
		docs.Operations[0].Shape(openapi.Response{Status: 200, ContentType: "application/json", Body: bytes.Clone([]byte(body))})
		if took := time.Since(began); took > work/10 {
			t.Logf("%s: %v", name, took)
			if took > 5*work {
				t.Errorf("%s: %v", name, took)
			}
		}
	}
}
