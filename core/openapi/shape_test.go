package openapi_test

import (
	"bytes"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"aidesk/core/corporatest"

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

// TestFieldAnswers: an answer is neither lost nor falsified.
func TestFieldAnswers(t *testing.T) {
	t.Parallel()
	doc := `openapi: 3.0.3
servers: [{url: 'https://api.example'}]
paths:
  /x:
    post: {operationId: add, responses: {'303': {description: there}}}
    put: {operationId: put}
    get:
      operationId: get
      responses: {'302': {description: the file}, '200': {description: ok, headers: {X-Request-Cost: {schema: {type: integer}}, Set-Cookie: {schema: {type: string}}}}}
    delete: {operationId: plain}
`
	d, err := openapi.Read(t.Context(), openapi.Source{Data: []byte(doc)}, openapi.Options{})
	if err != nil {
		t.Fatal(err)
	}
	const place = "/filters/1"
	encode := func(bytes ...byte) []byte { return bytes }
	for _, c := range []struct {
		name, operation string
		resp            openapi.Response
		status          string
		content         []string // parts; "!x": nowhere x
		leftOut         string
	}{
		{"303 after POST", "add", openapi.Response{Status: 303, Header: http.Header{"Location": {place}}}, "ok", []string{"Location: /filters/1"}, ""},
		{"303 that is not declared", "put", openapi.Response{Status: 303, Header: http.Header{"Location": {place}}}, "ok", []string{"Location: /filters/1"}, ""},
		{"307 after PUT", "put", openapi.Response{Status: 307, Header: http.Header{"Location": {place}}}, "error", []string{"Location: /filters/1"}, ""},
		{"302 that is declared", "get", openapi.Response{Status: 302, Header: http.Header{"Location": {"https://files.example.net/a.pdf?sig=abc"}}}, "ok", []string{"Location: https://files.example.net/a.pdf?sig=abc"}, ""},
		{"302 that is not declared", "plain", openapi.Response{Status: 302, Header: http.Header{"Location": {"https://login.example.net"}}}, "error", []string{"Location: https://login.example.net"}, ""},
		{"202", "put", openapi.Response{Status: 202, Header: http.Header{"Location": {place}, "Server": {"nginx"}}}, "ok", []string{"(202 Accepted)", "Location: /filters/1", "!nginx"}, ""},
		{"201 with JSON", "put", openapi.Response{Status: 201, ContentType: "application/json", Header: http.Header{"Location": {place}}, Body: []byte(`{"id":1}`)}, "ok", []string{"{\"id\":1}\n\nLocation: /filters/1"}, ""},
		{"a page of more", "get", openapi.Response{Status: 200, ContentType: "application/json", Header: http.Header{"Link": {`</x?cursor=e>; rel="next"`}, "X-Total-Count": {"93"}}, Body: []byte(`[1,2]`)}, "ok", []string{`Link: </x?cursor=e>; rel="next"`, "X-Total-Count: 93"}, "2 of 93 entries"},
		{"a next page", "get", openapi.Response{Status: 200, ContentType: "application/json", Header: http.Header{"Link": {`</x?cursor=e>; rel="next"`}}, Body: []byte(`[1,2]`)}, "ok", nil, "there is a next page"},
		{"declared fields", "get", openapi.Response{Status: 200, Header: http.Header{"X-Request-Cost": {"3"}, "Set-Cookie": {"sid=1"}}, Body: []byte("fine")}, "ok", []string{"fine\n\nX-Request-Cost: 3", "!sid"}, ""},
		{"HEAD", "get", openapi.Response{Status: 200, Method: "HEAD", Header: http.Header{"Etag": {`"v3"`}, "Content-Disposition": {`attachment; filename="a.pdf"`}}}, "ok", []string{`Etag: "v3"`, "a.pdf"}, ""},
		{"windows-1252", "get", openapi.Response{Status: 200, ContentType: "application/json; charset=iso-8859-1", Body: append([]byte(`{"p":"12 `), append(encode(0x80), []byte(`"}`)...)...)}, "ok", []string{"12 €"}, ""},
		{"latin-9", "get", openapi.Response{Status: 200, ContentType: "text/plain; charset=iso-8859-15", Body: encode('5', 0xA4)}, "ok", []string{"5€"}, ""},
		{"Cyrillic in XML", "get", openapi.Response{Status: 200, ContentType: "application/xml", Body: append([]byte(`<?xml version="1.0" encoding="windows-1251"?><n>`), append(encode(0xC4, 0xEE, 0xEB), []byte(`</n>`)...)...)}, "ok", []string{"Дол"}, ""},
		{"Shift_JIS", "get", openapi.Response{Status: 200, ContentType: "application/json; charset=Shift_JIS", Body: append([]byte(`{"n":"`), append(encode(0x93, 0x8C, 0x8B, 0x9E), []byte(`"}`)...)...)}, "ok", []string{"東京"}, ""},
		{"no charset", "get", openapi.Response{Status: 200, ContentType: "text/plain", Body: encode('c', 'a', 'f', 0xE9)}, "ok", []string{"café"}, "not in UTF-8"},
		{"an unknown charset", "get", openapi.Response{Status: 200, ContentType: "text/plain; charset=klingon", Body: encode('c', 0xE9)}, "ok", nil, "charset klingon"},
		{"bytes called JSON", "get", openapi.Response{Status: 200, ContentType: "application/json", Body: encode(0x1F, 0x8B, 8, 0, 0, 1, 2, 3, 0xFF, 0xFE, 0x80)}, "ok", []string{"is a file (application/json", "!\x8b"}, ""},
		{"UTF-8 cut off", "get", openapi.Response{Status: 200, ContentType: "text/plain", Truncated: true, Body: []byte("caf\xc3")}, "ok", []string{"caf"}, "only the first"},
	} {
		got := d.Operation(c.operation).Shape(c.resp)
		if got.Status != c.status || !strings.Contains(got.LeftOut, c.leftOut) || c.leftOut == "" && got.LeftOut != "" {
			t.Errorf("%s: %s, left out %q", c.name, got.Status, got.LeftOut)
		}
		for _, part := range c.content {
			not, is := strings.CutPrefix(part, "!")
			if strings.Contains(got.Content, not) == is {
				t.Errorf("%s: %q in %q", c.name, part, got.Content)
			}
		}
	}
}

// TestFieldAnswersCorpora shapes the answers of the documents of others.
func TestFieldAnswersCorpora(t *testing.T) {
	corpora := corporatest.Path(t, "field/openapi")
	for _, c := range []struct {
		folder, operation string
		resp              openapi.Response
		want              []string
	}{
		{"15-see-other-after-post", "createFilter", openapi.Response{Status: 303, Header: http.Header{"Location": {"/filters/1"}}}, []string{"/filters/1"}},
		{"16-response-headers", "startReport", openapi.Response{Status: 202, Header: http.Header{"Location": {"/reports/r-4711"}}}, []string{"/reports/r-4711"}},
		{"16-response-headers", "peekReport", openapi.Response{Status: 200, Method: "HEAD", Header: http.Header{"Etag": {`"v3"`}, "Content-Disposition": {`attachment; filename="a.pdf"`}}}, []string{`"v3"`, "a.pdf"}},
		{"16-response-headers", "getReportFile", openapi.Response{Status: 302, Header: http.Header{"Location": {"https://files.example.net/r-4711.pdf?sig=abc"}}}, []string{"https://files.example.net/r-4711.pdf?sig=abc"}},
		{"16-response-headers", "listReports", openapi.Response{Status: 200, ContentType: "application/json", Header: http.Header{"Link": {`</reports?cursor=eyJw>; rel="next"`}, "X-Total-Count": {"93"}}, Body: []byte(`[{"id":"r-1"},{"id":"r-2"}]`)}, []string{"eyJw", "93"}},
		{"17-answer-charsets", "price", openapi.Response{Status: 200, ContentType: "application/json; charset=windows-1252", Body: []byte("{\"price\":\"12,50 \x80\",\"name\":\"\x93Gr\xf6\xdfe\x94 \x96 neu\x99\"}")}, []string{"12,50 €", "“Größe” – neu™"}},
		{"17-answer-charsets", "rates", openapi.Response{Status: 200, ContentType: "application/xml; charset=windows-1251", Body: []byte("<r><n>\xd1\xd8\xc0</n></r>")}, []string{"США"}},
	} {
		data, err := os.ReadFile(filepath.Join(corpora, c.folder, "doc.yaml"))
		if err != nil {
			t.Fatal(err)
		}
		d, err := openapi.Read(t.Context(), openapi.Source{URL: "https://x.example/o.yaml", Data: bytes.ReplaceAll(data, []byte("@PORT@"), []byte("1"))}, openapi.Options{})
		if err != nil {
			t.Fatal(err)
		}
		got := d.Operation(c.operation).Shape(c.resp)
		for _, part := range c.want {
			if got.Status != "ok" || !strings.Contains(got.Content, part) {
				t.Errorf("%s %s: %s %q", c.folder, c.operation, got.Status, got.Content)
			}
		}
	}
}
