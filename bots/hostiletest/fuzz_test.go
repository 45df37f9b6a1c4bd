package hostiletest

import (
	"context"
	"encoding/json"
	"net/http"
	"strings"
	"testing"

	"aidesk/core/confirm"
	"aidesk/core/markdown"
	"aidesk/core/openapi"
)

// FuzzSeed works generated documents in this process: the fuzzer chooses the seeds.
func FuzzSeed(f *testing.F) {
	for seed := range uint64(20) {
		f.Add(seed)
	}
	f.Fuzz(func(_ *testing.T, seed uint64) { work(seed) })
}

// FuzzDocument works any document, with any arguments and any answer to a call.
func FuzzDocument(f *testing.F) {
	for seed := range uint64(40) {
		g := newGenerator(seed)
		document := g.document()
		args := g.arguments()
		media, body := g.answer()
		if len(document)+len(body) < 40_000 {
			f.Add([]byte(document), args[len(args)-1], media, []byte(body))
		}
	}
	f.Add([]byte("openapi: 3.0.0\n<<: 5\npaths: {/x: {get: {}}}\n"), `{}`, "text/plain", []byte("x"))
	f.Fuzz(func(_ *testing.T, document []byte, args, media string, body []byte) {
		work := workDocument(document, []string{args})
		work(openapi.Response{Status: 200, ContentType: media, Body: body})
	})
}

// FuzzArguments gives any arguments to an operation with choices, lists and bounds.
func FuzzArguments(f *testing.F) {
	const document = `{"openapi":"3.1.0","servers":[{"url":"https://a.example"}],"paths":{"/x/{id}":{"post":{"parameters":[{"name":"q","in":"query","schema":{"type":"array","items":{"type":"string"}}},{"name":"d","in":"query","style":"deepObject","schema":{"type":"object"}}],
		"requestBody":{"content":{"application/json":{"schema":{"$ref":"#/components/schemas/A"}}}}}}},
		"components":{"schemas":{"A":{"type":"object","properties":{"a":{"$ref":"#/components/schemas/A"},"n":{"type":"integer","minimum":1},"l":{"type":"array","uniqueItems":true,"items":{"$ref":"#/components/schemas/B"}},"e":{"enum":["x","y",{"z":[1]}]},"p":{"type":"string","pattern":"^(a|b)*$"}},"anyOf":[{"$ref":"#/components/schemas/A"},{"$ref":"#/components/schemas/B"}]},
		"B":{"required":["k"],"properties":{"k":{"const":{"a":{"b":1}}},"a":{"$ref":"#/components/schemas/B"}},"anyOf":[{"$ref":"#/components/schemas/A"},{"$ref":"#/components/schemas/B"}]}}}}`
	for seed := range uint64(40) {
		for _, args := range newGenerator(seed).arguments() {
			if json.Valid([]byte(args)) && len(args) < 10_000 {
				f.Add(args)
			}
		}
	}
	f.Fuzz(func(_ *testing.T, args string) { workDocument([]byte(document), []string{args}) })
}

// FuzzAnswer gives any answer to an operation that declares what it answers with.
func FuzzAnswer(f *testing.F) {
	const document = `{"openapi":"3.0.3","servers":[{"url":"https://a.example"}],"paths":{"/x":{"post":{"operationId":"x","responses":{
		"200":{"description":"d","headers":{"X-Total":{"schema":{"type":"integer"}}},"content":{"application/json":{"schema":{"type":"object","properties":{"name":{"type":"string"},"url":{"type":"string","format":"uri"},"items":{"type":"array","items":{"type":"object"}}}}},"text/csv":{}}},
		"default":{"description":"wrong","content":{"application/problem+json":{}}}}}}}}`
	d, err := openapi.Read(context.Background(), openapi.Source{Data: []byte(document), URL: "https://a.example/openapi.json"}, openapi.Options{})
	if err != nil {
		f.Fatal(err)
	}
	for seed := range uint64(40) {
		if media, body := newGenerator(seed).answer(); len(body) < 20_000 {
			f.Add(200, media, "https://a.example/next", []byte(body))
		}
	}
	f.Add(303, "text/html; charset=utf-16", "//evil.example/%0d", []byte("<a href='javascript:x'>x</a><meta http-equiv=refresh>"))
	f.Add(429, "application/problem+json", "7", []byte(`{"title":"busy","detail":"\u202e","instance":"https://u:p@a.example/?k=v"}`))
	f.Fuzz(func(t *testing.T, status int, media, header string, body []byte) {
		got := d.Operations[0].Shape(openapi.Response{
			Status: status, ContentType: media, Body: body, Method: http.MethodPost, URL: "https://a.example/x",
			Header: http.Header{"Location": {header}, "Link": {"<" + header + ">; rel=next"}, "Retry-After": {header}, "X-Total": {header}},
		})
		if len(got.Content) > 8<<10 || len(got.Message) > 2_000 {
			t.Errorf("%d bytes for the model, and %d for the member", len(got.Content), len(got.Message))
		}
		for _, l := range got.Links {
			if !strings.HasPrefix(l.URL, "https://") && !strings.HasPrefix(l.URL, "http://") {
				t.Errorf("a link to %q", l.URL)
			}
		}
	})
}

// FuzzCard shows a call with any values on every platform.
func FuzzCard(f *testing.F) {
	for seed := range uint64(40) {
		g := newGenerator(seed)
		f.Add(g.text0(), g.text(), g.text(), 1+g.IntN(30))
	}
	f.Add("Host", "bank.example", "{}", 2)
	f.Add("`*_~|<@U1>\u202e", strings.Repeat("```\n", 900), "\x00\r\n", 40)
	f.Fuzz(func(t *testing.T, label, value, body string, n int) {
		var values []openapi.Argument
		for i := range min(max(n, 0), 100) { // TestCards has more
			values = append(values, openapi.Argument{Label: label, Value: value[:min(i, len(value))] + value})
		}
		a := action(values, body)
		a.Call.Human, a.Call.Summary = markdown.Line(label, 50), markdown.Line(value, 500) // as an import bounds them
		a.Call.Account, a.Outcome.Line = a.Call.Human, markdown.Line(value, 300)
		a.Call.Request.Header = []openapi.Field{{Name: label, Value: value}}
		if confirm.Fits(a.Call, a.Arguments) != nil {
			return
		}
		card := confirm.Card(a)
		for i, v := range a.Arguments {
			if card.Values[i].Value != v.Value || !strings.Contains(card.Values[i].Label, v.Label) {
				t.Errorf("%q became %q", v, card.Values[i])
			}
		}
		if err := show(card); err != nil {
			t.Error(err)
		}
	})
}
