package hostiletest

import (
	"encoding/json"
	"testing"

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
