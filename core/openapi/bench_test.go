package openapi_test

import (
	"os"
	"runtime"
	"testing"

	"github.com/getkin/kin-openapi/openapi3"

	"aidesk/core/corporatest"
	"aidesk/core/openapi"
)

func load(b *testing.B, files []string) [][]byte {
	b.Helper()
	var out [][]byte
	for _, f := range files {
		data, err := os.ReadFile(f)
		if err != nil {
			b.Fatal(err)
		}
		out = append(out, data)
	}
	return out
}

func imports(b *testing.B, docs [][]byte) []*openapi.Document {
	b.Helper()
	var out []*openapi.Document
	for _, data := range docs {
		doc, err := openapi.Read(b.Context(), openapi.Source{URL: "https://plugin.example.com/openapi.yaml", Data: data}, openapi.Options{})
		if err != nil {
			b.Fatal(err)
		}
		out = append(out, doc)
	}
	return out
}

// measure reads documents again and again, and gives the bytes that they keep.
func measure(b *testing.B, docs [][]byte) float64 {
	b.Helper()
	var before, after runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&before)
	kept := imports(b, docs)
	runtime.GC()
	runtime.ReadMemStats(&after)
	runtime.KeepAlive(kept)
	b.ReportAllocs()
	for b.Loop() {
		imports(b, docs)
	}
	return float64(after.HeapAlloc - before.HeapAlloc)
}

// BenchmarkImport reads every plugin of the corpora, and says what one keeps.
func BenchmarkImport(b *testing.B) {
	docs := load(b, specs(b, "plugins/specs"))
	b.ReportMetric(measure(b, docs)/float64(len(docs)), "B-kept/plugin")
	b.ReportMetric(float64(b.Elapsed().Microseconds())/float64(b.N*len(docs)), "µs/plugin")
}

// BenchmarkStripe reads a document of 4.5 MB, beside kin-openapi alone.
func BenchmarkStripe(b *testing.B) {
	docs := load(b, []string{corporatest.Path(b, "specs/stripe__stripe.yaml")})
	b.Run("aidesk", func(b *testing.B) { b.ReportMetric(measure(b, docs), "B-kept") })
	b.Run("kin", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			if _, err := openapi3.NewLoader().LoadFromData(docs[0]); err != nil {
				b.Fatal(err)
			}
		}
	})
}

func BenchmarkRequest(b *testing.B) {
	docs := imports(b, [][]byte{[]byte(head + `{"type":"object","required":["room","nights"],"properties":{"room":{"type":"string"},"nights":{"type":"integer","minimum":1},"guest":{"type":"object","properties":{"name":{"type":"string"}}}}}` + tail)})
	o := docs[0].Operations[0]
	b.ReportAllocs()
	for b.Loop() {
		if _, err := o.Request([]byte(`{"body":{"room":"a","nights":"2","guest":{"name":"b"}}}`)); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkShape(b *testing.B) {
	docs := imports(b, [][]byte{[]byte(head + `{}` + tail)})
	o := docs[0].Operations[0]
	body := []byte(`{"items":[` + numbered(2_000, `{"id":%d,"title":"A title","url":"https://example.com/items","note":null,"text":"some words that go on"}`) + `]}`)
	b.SetBytes(int64(len(body)))
	b.ReportAllocs()
	for b.Loop() {
		o.Shape(openapi.Response{Status: 200, ContentType: "application/json", Body: body})
	}
}
