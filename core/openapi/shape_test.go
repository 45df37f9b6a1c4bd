package openapi_test

import (
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"aidesk/core/openapi"
	"aidesk/core/openapi/result"

	"github.com/google/go-cmp/cmp"
)

func TestShape(t *testing.T) {
	o := &openapi.Operation{}
	const long = "aaaaaaaaaa"
	cases := map[string]struct {
		resp openapi.Response
		want openapi.Result
	}{
		"nulls go, order stays": {
			openapi.Response{Status: 200, ContentType: "application/json", Body: []byte(`{"z":1,"a":null,"b":{"c":null},"n":1.50,"t":"<b> & \u202e"}`)},
			openapi.Result{Status: "ok", Content: `{"z":1,"b":{},"n":1.50,"t":"<b> & "}`},
		},
		"long list": {
			openapi.Response{Status: 200, ContentType: "application/json; charset=utf-8", Body: []byte(`{"hotels":[` + strings.TrimSuffix(strings.Repeat("1,", 412), ",") + `]}`)},
			openapi.Result{Status: "ok", LeftOut: "first 25 of 412 entries of hotels", Content: `{"hotels":[` + strings.TrimSuffix(strings.Repeat("1,", 25), ",") + "]}"},
		},
		"long list at the top": {
			openapi.Response{Status: 201, Body: []byte(`[` + strings.TrimSuffix(strings.Repeat("1,", 26), ",") + `]`)},
			openapi.Result{Status: "ok", LeftOut: "first 25 of 26 entries", Content: `[` + strings.TrimSuffix(strings.Repeat("1,", 25), ",") + "]"},
		},
		"one long text is kept": {
			openapi.Response{Status: 200, ContentType: "application/json", Body: []byte(`{"t":"` + strings.Repeat(long, 60) + `"}`)},
			openapi.Result{Status: "ok", Content: `{"t":"` + strings.Repeat(long, 60) + `"}`},
		},
		"a text longer than that": {
			openapi.Response{Status: 200, ContentType: "application/json", Body: []byte(`{"t":"` + strings.Repeat(long, 500) + `"}`)},
			openapi.Result{Status: "ok", LeftOut: "the beginning of 1 long text", Content: `{"t":"` + strings.Repeat(long, 400) + "… (5000 characters)\"}"},
		},
		"many long texts": {
			openapi.Response{Status: 200, ContentType: "application/json", Body: []byte(`["` + strings.Repeat(strings.Repeat(long, 60)+`","`, 14) + `"]`)},
			openapi.Result{Status: "ok", LeftOut: "the beginning of 14 long texts", Content: `["` + strings.Repeat(strings.Repeat(long, 50)+`… (600 characters)","`, 14) + `"]`},
		},
		"deep": {
			openapi.Response{Status: 200, ContentType: "application/json", Body: []byte(strings.Repeat(`{"a":`, 9) + `[1,2]` + strings.Repeat("}", 9))},
			openapi.Result{Status: "ok", LeftOut: "not the innermost parts", Content: strings.Repeat(`{"a":`, 8) + `"… (1 field)"` + strings.Repeat("}", 8) + ""},
		},
		"cut JSON": {
			openapi.Response{Status: 200, ContentType: "application/json", Truncated: true, Body: []byte(`{"items":[{"a":1},{"b":"tex`)},
			openapi.Result{Status: "ok", LeftOut: "only the first 27 bytes of the answer were read", Content: "{\"items\":[{\"a\":1},{\"b\":\"tex\"}]}"},
		},
		"empty": {
			openapi.Response{Status: 204},
			openapi.Result{Status: "ok", Content: "The answer is empty (204 No Content)."},
		},
		"text": {
			openapi.Response{Status: 200, ContentType: "text/plain", Body: []byte("  see https://a.example/x_(y), or (https://b.example/z.png)!\x00")},
			openapi.Result{Status: "ok", Content: "see https://a.example/x_(y), or (https://b.example/z.png)!", Links: []openapi.Link{{URL: "https://a.example/x_(y)", Kind: "page"}, {URL: "https://b.example/z.png", Kind: "image"}}},
		},
		"not the JSON it claims": {
			openapi.Response{Status: 200, ContentType: "application/json", Body: []byte(`not json`)},
			openapi.Result{Status: "ok", Content: "not json"},
		},
		"HTML": {
			openapi.Response{Status: 200, ContentType: "text/html", Body: []byte(`<html><head><title>T &amp; U</title><style>p{}</style><script>x()</script></head><body><h1>Head</h1><p>One <b>two</b></p><ul><li>a<li>b</ul><a href="https://a.example/">A page</a> <img src="https://a.example/i"><a href="javascript:x">no</a></body>`)},
			openapi.Result{Status: "ok", Content: "T & U\nHead\nOne two\na\nb\nA page no", Links: []openapi.Link{{URL: "https://a.example/", Kind: "page", Title: "A page"}, {URL: "https://a.example/i", Kind: "image"}}},
		},
		"a file": {
			openapi.Response{Status: 200, ContentType: "image/png", Body: []byte("\x89PNG\r\n\x1a\n" + strings.Repeat("\x00", 2040))},
			openapi.Result{Status: "ok", Content: "The answer is a file (image/png, 2.0 kB); its content cannot be read here."},
		},
		"a file that says nothing": {
			openapi.Response{Status: 200, Body: []byte("%PDF-1.4\x00\x01")},
			openapi.Result{Status: "ok", Content: "The answer is a file (application/pdf, 10 bytes); its content cannot be read here."},
		},
		"latin 1": {
			openapi.Response{Status: 200, ContentType: "text/plain; charset=ISO-8859-1", Body: []byte("caf\xe9")},
			openapi.Result{Status: "ok", Content: "café"},
		},
		"links": {
			openapi.Response{Status: 200, ContentType: "application/json", Body: []byte(`{"results":[
				{"title":"First","url":"https://a.example/1","thumbnail":"https://a.example/1t","summary":"About it","source":"A","api":"https://a.example/api/1"},
				{"name":"Second","website":"http://b.example","photos":[{"url":"https://b.example/p.jpg"}]},
				{"again":"https://a.example/1","bad":"https://","ftp":"ftp://x.example","mail":"a@b.example"}],"next":"see https://c.example/?a=1&b=2."}`)},
			openapi.Result{Status: "ok", Links: []openapi.Link{
				{URL: "https://a.example/1", Kind: "page", Title: "First", Description: "About it", Image: "https://a.example/1t", SiteName: "A"},
				{URL: "https://a.example/1t", Kind: "image"},
				{URL: "https://a.example/api/1", Kind: "page"},
				{URL: "http://b.example", Kind: "page", Title: "Second", Image: "https://b.example/p.jpg"},
				{URL: "https://b.example/p.jpg", Kind: "image"},
				{URL: "https://c.example/?a=1&b=2", Kind: "page"},
			}, Content: `{"results":[{"title":"First","url":"https://a.example/1","thumbnail":"https://a.example/1t","summary":"About it","source":"A","api":"https://a.example/api/1"},{"name":"Second","website":"http://b.example","photos":[{"url":"https://b.example/p.jpg"}]},{"again":"https://a.example/1","bad":"https://","ftp":"ftp://x.example","mail":"a@b.example"}],"next":"see https://c.example/?a=1&b=2."}`},
		},
		"invalid": {
			openapi.Response{Status: 422, ContentType: "application/json", Body: []byte(`{"detail":[{"loc":["body","nights"],"msg":"must be positive."}]}`)},
			openapi.Result{Status: "error", Code: "invalid", Content: "HTTP 422 Unprocessable Entity\n" + `{"detail":[{"loc":["body","nights"],"msg":"must be positive."}]}`, Message: "The plugin does not accept these values (422): must be positive."},
		},
		"rate": {
			openapi.Response{Status: 429, Header: http.Header{"Retry-After": {"120"}}, Body: []byte("slow down")},
			openapi.Result{Status: "error", Code: "rate", RetryAfter: 2 * time.Minute, Content: "HTTP 429 Too Many Requests\nslow down", Message: "The plugin has been asked too often (429): slow down. It asks to wait 2 minutes."},
		},
		"rate by date": {
			openapi.Response{Status: 503, Header: http.Header{"Retry-After": {"Wed, 21 Oct 2026 07:28:05 GMT"}, "Date": {"Wed, 21 Oct 2026 07:28:00 GMT"}}},
			openapi.Result{Status: "error", Code: "server", RetryAfter: 5 * time.Second, Content: "HTTP 503 Service Unavailable\nThe answer is empty (503 Service Unavailable).", Message: "The plugin has a problem of its own (503). It asks to wait 5 seconds."},
		},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			if diff := cmp.Diff(c.want, o.Shape(c.resp)); diff != "" {
				t.Errorf("-want +got\n%s", diff)
			}
		})
	}
}

func TestShapeCodes(t *testing.T) {
	o := &openapi.Operation{}
	for status, want := range map[int]string{200: "", 204: "", 302: "redirect", 400: "invalid", 401: "auth", 403: "forbidden", 404: "not_found", 408: "timeout", 409: "conflict", 410: "not_found", 412: "conflict", 418: "invalid", 429: "rate", 500: "server", 502: "server", 504: "timeout"} {
		r := o.Shape(openapi.Response{Status: status})
		if r.Code != want || (want == "") != (r.Message == "") || strings.Contains(r.Message, "\n") {
			t.Errorf("%d: code %q, message %q", status, r.Code, r.Message)
		}
	}
}

// TestShapeSize holds every answer to its size, however it is made.
func TestShapeSize(t *testing.T) {
	o := &openapi.Operation{}
	bodies := map[string]string{
		"entries":  `[` + numbered(5_000, `{"id":%d,"title":"äöü and so on","tags":["a","b","c"]}`) + `]`,
		"fields":   `{` + numbered(5_000, `"field%d":"value"`) + `}`,
		"texts":    `{` + numbered(100, `"t%d":"`+strings.Repeat("ä", 3_000)+`"`) + `}`,
		"keys":     `{"` + strings.Repeat("k", 50_000) + `":1}`,
		"nested":   strings.Repeat(`[`, 60) + strings.Repeat(`]`, 60),
		"too deep": strings.Repeat(`[`, 5_000) + strings.Repeat(`]`, 5_000),
		"text":     strings.Repeat("ä word ", 10_000),
		"HTML":     "<p>" + strings.Repeat("ä word ", 10_000),
		"number":   strings.Repeat("9", 20_000),
	}
	for name, body := range bodies {
		for status, limit := range map[int]int{200: result.MaxContent, 400: 2 << 10} {
			r := o.Shape(openapi.Response{Status: status, Body: []byte(body)})
			if len(r.Content) > limit || !utf8.ValidString(r.Content) {
				t.Errorf("%s: %d bytes of at most %d", name, len(r.Content), limit)
			}
			if name != "nested" && r.LeftOut == "" {
				t.Errorf("%s: nothing is said of what was left out: %q", name, fmt.Sprintf("%.80s", r.Content))
			}
		}
	}
}
