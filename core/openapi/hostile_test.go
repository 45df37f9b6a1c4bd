package openapi_test

import (
	"fmt"
	"runtime"
	"runtime/metrics"
	"strings"
	"testing"
	"time"

	"aidesk/core/openapi"
	"aidesk/core/openapi/tree"
)

const head = `{"openapi":"3.0.0","info":{"title":"x","version":"1"},"servers":[{"url":"https://a.example"}],"paths":{"/x":{"post":{"operationId":"x","requestBody":{"content":{"application/json":{"schema":`

const tail = `}}}}}}}`

func chain(n int, link func(i int) string) string {
	var b strings.Builder
	b.WriteString(head + `{"$ref":"#/components/schemas/S0"}` + strings.TrimSuffix(tail, "}") + `,"components":{"schemas":{`)
	for i := range n {
		if i > 0 {
			b.WriteByte(',')
		}
		fmt.Fprintf(&b, `"S%d":%s`, i, link(i))
	}
	b.WriteString("}}}")
	return b.String()
}

func bomb() string {
	var b strings.Builder
	b.WriteString("openapi: 3.0.0\nx0: &a0 {k: v}\n")
	for i := 1; i < 30; i++ {
		fmt.Fprintf(&b, "x%d: &a%d [%s]\n", i, i, strings.TrimSuffix(strings.Repeat(fmt.Sprintf("*a%d,", i-1), 9), ","))
	}
	return b.String() + "paths: {/x: {get: {parameters: *a29}}}\n"
}

// hostile are documents that hurt other readers, with a part of the error, or
// "" where they can be read.
func hostile() map[string][2]string {
	object := func(prop string) string { return `{"type":"object","properties":{` + prop + `}}` }
	return map[string][2]string{
		"alias bomb":           {bomb(), "values"},
		"self alias":           {"openapi: 3.0.0\npaths: &p {/x: {get: {tags: [*p]}}}\n", "contains itself"},
		"merge of a scalar":    {"openapi: 3.0.0\n<<: 5\npaths: {/x: {get: {<<: word}}}\n", ""},
		"4900 nested allOf":    {head + strings.Repeat(`{"allOf":[`, 4900) + "{}" + strings.Repeat("]}", 4900) + tail, "nested"},
		"3000 nested objects":  {head + strings.Repeat(`{"properties":{"a":`, 3000) + "{}" + strings.Repeat("}}", 3000) + tail, "nested"},
		"5000 references":      {chain(5000, func(i int) string { return fmt.Sprintf(`{"$ref":"#/components/schemas/S%d"}`, i+1) }), ""},
		"5000 properties deep": {chain(5000, func(i int) string { return object(fmt.Sprintf(`"p":{"$ref":"#/components/schemas/S%d"}`, (i+1)%5000)) }), ""},
		"5000 allOf deep": {chain(5000, func(i int) string {
			return fmt.Sprintf(`{"allOf":[{"$ref":"#/components/schemas/S%d"},{"properties":{"p%d":{}}}]}`, (i+1)%5000, i)
		}), ""},
		"3^30 paths": {chain(30, func(i int) string {
			return object(strings.TrimSuffix(strings.Repeat(fmt.Sprintf(`"%%s":{"$ref":"#/components/schemas/S%d"},`, i+1), 3), ","))
		}), ""},
		"anyOf 6^40": {chain(40, func(i int) string {
			return `{"anyOf":[` + strings.TrimSuffix(strings.Repeat(fmt.Sprintf(`{"required":["a"],"allOf":[{"$ref":"#/components/schemas/S%d"}]},`, i+1), 6), ",") + `]}`
		}), ""},
		"self reference": {chain(1, func(int) string { return `{"$ref":"#/components/schemas/S0"}` }), ""},
		"required recursion": {chain(1, func(int) string {
			return `{"type":"object","required":["a"],"properties":{"a":{"$ref":"#/components/schemas/S0"}}}`
		}), ""},
		"empty":                {"", "empty"},
		"blank":                {" \n\t\n", "empty"},
		"version 4":            {`{"openapi":"4.0.0","info":{},"paths":{"/x":{"get":{}}}}`, "not supported"},
		"version 1.2":          {`{"swagger":"1.2","apis":[]}`, "not supported"},
		"HTML":                 {"<!doctype html><html><body>Not found</body></html>", "web page"},
		"a manifest":           {`{"schema_version":"v1","name_for_model":"x"}`, "manifest"},
		"no paths":             {`{"openapi":"3.0.0","info":{}}`, "no paths"},
		"a list":               {`[1]`, "not an object"},
		"a word":               {`word`, "not an object"},
		"broken JSON":          {`{"openapi": "3.0.0", "paths": {"/x" {}}}`, "colon"},
		"broken YAML":          {"openapi: 3.0.0\npaths:\n  /x:\n get: {", "YAML"},
		"too large":            {strings.Repeat(" ", tree.MaxBytes+1), "MiB"},
		"5 MB of nonsense":     {strings.Repeat("\x01\x02%&/(foo", 500_000), ""},
		"5 MB of words":        {strings.Repeat("lorem ipsum dolor ", 280_000), "not an object"},
		"5 MB of zeros":        {"[" + strings.Repeat("0,", 2_500_000) + "0]", "values"},
		"5 MB of list items":   {strings.Repeat("- 0\n", 1_250_000), "values"},
		"5 MB of comments":     {strings.Repeat("# x\n", 1_250_000), "values"},
		"5 MB of dashes":       {strings.Repeat("- ", 2_500_000), "values"},
		"200000 deep arrays":   {strings.Repeat("[", 200_000), "nested"},
		"200000 deep objects":  {strings.Repeat(`{"a":`, 200_000), "nested"},
		"deep block YAML":      {deepYAML(3000), "nested"},
		"100000 operations":    {manyPaths(100_000), "operations"},
		"same body 4000 times": {sharedBody(4000), ""},
		"huge enum":            {head + `{"enum":[` + strings.TrimSuffix(strings.Repeat(`"x",`, 300_000), ",") + `]}` + tail, ""},
		"100000 properties":    {head + `{"properties":{` + numbered(100_000, `"p%d":{"type":"string"}`) + `}}` + tail, ""},
		"100000 parameters":    {`{"openapi":"3.0.0","servers":[{"url":"https://a.example"}],"paths":{"/x":{"get":{"parameters":[` + numbered(40_000, `{"name":"p%d","in":"query"}`) + `]}}}}`, ""},
		"2000 patterns":        {head + `{"properties":{` + numbered(900, `"p%d":{"pattern":"((a{1,9}){1,9}){1,9}"}`) + `}}` + tail, ""},
		"braces":               {`{"openapi":"3.0.0","servers":[{"url":"https://a.example"}],"paths":{"/` + strings.Repeat("{a}", 100_000) + `":{"get":{}}}}`, ""},
		"unclosed braces":      {`{"openapi":"3.0.0","servers":[{"url":"https://{a.example}{"}],"paths":{"/}{":{"get":{}}}}`, ""},
		"a server within":      {`{"openapi":"3.0.0","servers":[{"url":"{a}","variables":{"a":{"default":"{a}{a}"}}}],"paths":{"/x":{"get":{}}}}`, ""},
		"wide allOf":           {chain(3000, func(int) string { return `{"allOf":[{"$ref":"#/components/schemas/Big"}]}` }), ""},
	}
}

func deepYAML(n int) string {
	var b strings.Builder
	for i := range n {
		b.WriteString(strings.Repeat(" ", i) + "a:\n")
	}
	return b.String()
}

func numbered(n int, format string) string {
	var b strings.Builder
	for i := range n {
		if i > 0 {
			b.WriteByte(',')
		}
		fmt.Fprintf(&b, format, i)
	}
	return b.String()
}

func manyPaths(n int) string {
	return `{"openapi":"3.0.0","servers":[{"url":"https://a.example"}],"paths":{` + numbered(n, `"/p%d":{"get":{}}`) + `}}`
}

// sharedBody has one large body that very many operations take.
func sharedBody(n int) string {
	return `{"openapi":"3.0.0","servers":[{"url":"https://a.example"}],"paths":{` +
		numbered(n, `"/p%d":{"post":{"requestBody":{"content":{"application/json":{"schema":{"$ref":"#/components/schemas/B"}}}}}}`) +
		`},"components":{"schemas":{"B":{"properties":{` + numbered(900, `"p%d":{"properties":{"a":{},"b":{"properties":{"c":{}}}}}`) + `}}}}}`
}

// TestHostile reads documents made to hurt: each must be refused or handled in
// a second and 100 MB. The bounds asserted are five times as wide, for slow
// machines and the race detector.
func TestHostile(t *testing.T) {
	for name, c := range hostile() {
		t.Run(name, func(t *testing.T) {
			peak, stop := watch()
			began := time.Now()
			doc, err := openapi.Read(t.Context(), openapi.Source{Data: []byte(c[0]), Base: "https://plugin.example.com"}, openapi.Options{})
			if err == nil {
				for _, o := range doc.Operations[:min(20, len(doc.Operations))] {
					tool := o.Tool("p")
					_ = o.Inputs()
					if _, err := o.Request(tool.Sample); err != nil {
						t.Logf("the sample %.60s: %.200v", tool.Sample, err)
					}
					o.Arguments([]byte(`{"body":{"a":{"a":{"a":{"a":[{"a":1}]}}}}}`))
					_, _ = o.Request([]byte(`{"body":{"a":{"a":{"a":{"a":[{"a":1}]}}}}}`))
				}
			}
			took := time.Since(began)
			stop()
			t.Logf("%v, %d MB", took.Round(time.Millisecond), *peak>>20)
			if took > 5*time.Second || *peak > 500<<20 {
				t.Errorf("took %v and %d MB", took, *peak>>20)
			}
			switch {
			case c[1] != "" && (err == nil || !strings.Contains(err.Error(), c[1])):
				t.Errorf("error %v, wanted one with %q", err, c[1])
			case err != nil && (strings.Contains(err.Error(), "\n") || len(err.Error()) > 400):
				t.Errorf("not one plain line: %q", err)
			}
		})
	}
}

// watch samples the heap until stopped and returns its growth at the peak.
func watch() (peak *uint64, stop func()) {
	runtime.GC()
	heap := func() uint64 {
		s := []metrics.Sample{{Name: "/memory/classes/heap/objects:bytes"}}
		metrics.Read(s)
		return s[0].Value.Uint64()
	}
	base := heap()
	peak = new(uint64)
	done, gone := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(gone)
		tick := time.NewTicker(2 * time.Millisecond)
		defer tick.Stop()
		for {
			if now := heap(); now > base {
				*peak = max(*peak, now-base)
			}
			select {
			case <-done:
				return
			case <-tick.C:
			}
		}
	}()
	return peak, func() { close(done); <-gone }
}
