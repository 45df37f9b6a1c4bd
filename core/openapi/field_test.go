package openapi_test

import (
	"bufio"
	"bytes"
	"cmp"
	"context"
	"io"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"aidesk/core/openapi"
)

// recorder is a server that keeps the bytes of the last request that it got, whatever
// the host it was sent to.
type recorder struct {
	net.Listener
	got chan []byte
}

func newRecorder(t *testing.T) *recorder {
	t.Helper()
	l, err := new(net.ListenConfig).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	r := &recorder{l, make(chan []byte, 1)}
	done := make(chan struct{})
	t.Cleanup(func() { l.Close(); <-done })
	go func() {
		defer close(done)
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			r.serve(c)
		}
	}()
	return r
}

func (r *recorder) serve(c net.Conn) {
	defer c.Close()
	var raw bytes.Buffer
	q, err := http.ReadRequest(bufio.NewReader(io.TeeReader(c, &raw)))
	if err != nil {
		return
	}
	_, _ = io.Copy(io.Discard, q.Body)
	r.got <- raw.Bytes()
	_, _ = io.WriteString(c, "HTTP/1.1 204 No Content\r\nConnection: close\r\n\r\n")
}

// send sends a request and returns it as it arrived: the scheme, then the bytes.
func (r *recorder) send(t *testing.T, q openapi.Request) string {
	t.Helper()
	scheme, rest, _ := strings.Cut(q.URL, "://")
	var body io.Reader
	if q.Body != nil {
		body = bytes.NewReader(q.Body)
	}
	out, err := http.NewRequestWithContext(t.Context(), q.Method, "http://"+rest, body)
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range q.Header {
		out.Header.Add(f.Name, f.Value)
	}
	out.Header.Set("User-Agent", "")
	transport := &http.Transport{DisableCompression: true, DisableKeepAlives: true, DialContext: func(ctx context.Context, network, _ string) (net.Conn, error) {
		return new(net.Dialer).DialContext(ctx, network, r.Addr().String())
	}}
	answer, err := transport.RoundTrip(out)
	if err != nil {
		t.Fatal(err)
	}
	answer.Body.Close()
	return scheme + "\n" + strings.ReplaceAll(string(<-r.got), "\r\n", "\n")
}

// fieldCase is one input from the field: a call and what a server has to get.
type fieldCase struct {
	name      string
	folder    string // of the corpora, under field/openapi; else doc
	doc       string
	at        string // where the document lies; default https://docs.example.com/a/openapi.yaml
	variables map[string]string
	operation string
	args      string
	want      string // lines that the request has, one after the other; "!x": nowhere x
	refused   string // part of the reason for which there is no request
}

func (c fieldCase) read(t *testing.T, port string) *openapi.Document {
	t.Helper()
	data := []byte(c.doc)
	if c.folder != "" {
		files, err := filepath.Glob(filepath.Join(os.Getenv("AIDESK_CORPORA"), "field/openapi", c.folder, "doc.*"))
		if err != nil || len(files) != 1 {
			t.Fatalf("documents %q: %v", files, err)
		}
		if data, err = os.ReadFile(files[0]); err != nil {
			t.Fatal(err)
		}
	}
	data = bytes.ReplaceAll(data, []byte("@PORT@"), []byte(port))
	src := openapi.Source{URL: cmp.Or(c.at, "https://docs.example.com/a/openapi.yaml"), Data: data, Variables: c.variables}
	d, err := openapi.Read(t.Context(), src, openapi.Options{})
	if err != nil {
		t.Fatal(err)
	}
	return d
}

// runField sends the calls of cases to a recorder and judges what arrives.
func runField(t *testing.T, cases []fieldCase) {
	t.Helper()
	for _, c := range cases {
		t.Run(cmp.Or(c.name, c.folder)+" "+c.operation, func(t *testing.T) {
			if c.folder != "" && os.Getenv("AIDESK_CORPORA") == "" {
				t.Skip("AIDESK_CORPORA is not set")
			}
			r := newRecorder(t)
			_, port, _ := net.SplitHostPort(r.Addr().String())
			d := c.read(t, port)
			o := d.Operation(c.operation)
			if o == nil {
				t.Fatalf("the operation is lost: %v", d.Notes)
			}
			q, err := o.Request([]byte(c.args))
			if c.refused != "" {
				if err == nil || !strings.Contains(err.Error(), c.refused) {
					t.Errorf("%s %s, %v; want a refusal with %q", q.Method, q.URL, err, c.refused)
				}
				return
			}
			if err != nil {
				t.Fatalf("%v %v", err, o.Notes)
			}
			judgeField(t, r.send(t, q), strings.ReplaceAll(c.want, "@PORT@", port))
			sample := o.Tool("p").Sample
			if _, err := o.Request(sample); err != nil {
				t.Errorf("its own sample %s is refused: %v", sample, err)
			}
		})
	}
}

func judgeField(t *testing.T, got, want string) {
	t.Helper()
	lines := strings.Split(got, "\n")
	from := 0
	for line := range strings.Lines(want) {
		line = strings.TrimSpace(line)
		if not, is := strings.CutPrefix(line, "!"); is {
			if strings.Contains(got, not) {
				t.Errorf("%q arrived:\n%s", not, got)
			}
			continue
		}
		i := slices.Index(lines[from:], line)
		if line != "" && i < 0 {
			t.Errorf("%q is missing:\n%s", line, got)
		} else if line != "" {
			from += i + 1
		}
	}
}

// TestFieldServers: a call goes to a server that the document declares, or nowhere.
func TestFieldServers(t *testing.T) {
	servers := func(list string) string {
		return "openapi: 3.0.3\ninfo: {title: T, version: '1'}\nservers: " + list + "\npaths: {/x: {get: {operationId: x}}}\n"
	}
	swagger := func(head, path string) string {
		return "swagger: '2.0'\ninfo: {title: T, version: '1'}\n" + head + "\npaths: {'" + path + "': {get: {operationId: x}}}\n"
	}
	runField(t, []fieldCase{
		{folder: "03-server-variable-empty", operation: "addTask", args: `{"body":{"name":"n"}}`, want: "https\nPOST /rest/tasks HTTP/1.1\nHost: engine.example.org"},
		{folder: "05-swagger2-scheme", at: "http://127.0.0.1:8720/v2/api-docs", operation: "listOrdersUsingGET", want: "http\nGET /orders HTTP/1.1\nHost: 127.0.0.1:@PORT@"},
		{folder: "held-05-server-variable-without-default", operation: "listIssues", refused: `needs a value for "your-domain"`},
		{folder: "held-05-server-variable-without-default", operation: "listIssues", variables: map[string]string{"your-domain": "acme"}, want: "https\nGET /issues HTTP/1.1\nHost: acme.tracker.example"},
		{folder: "held-05-server-variable-without-default", operation: "listIssues", variables: map[string]string{"your-domain": "evil.example/"}, refused: "cannot stand for"},

		{name: "no default", doc: servers("[{url: 'https://{team}.api.example/v1'}]"), operation: "x", refused: `needs a value for "team"`},
		{name: "no default, given", doc: servers("[{url: 'https://{team}.api.example/v1'}]"), variables: map[string]string{"team": "red"}, operation: "x", want: "https\nGET /v1/x HTTP/1.1\nHost: red.api.example"},
		{name: "an empty default that makes no host", doc: servers("[{url: 'https://{team}.api.example', variables: {team: {default: ''}}}]"), operation: "x", refused: `needs a value for "team"`},
		{name: "an empty default in the path", doc: servers("[{url: 'https://api.example/{area}/v1', variables: {area: {default: ''}}}]"), operation: "x", want: "https\nGET /v1/x HTTP/1.1\nHost: api.example"},
		{name: "a default with slashes", doc: servers("[{url: 'https://api.example/{base}/y', variables: {base: {default: /v1/}}}]"), operation: "x", want: "GET /v1/y/x HTTP/1.1"},
		{name: "a default with a scheme", doc: servers("[{url: 'https://{host}/y', variables: {host: {default: 'https://api.example'}}}]"), operation: "x", want: "GET /y/x HTTP/1.1\nHost: api.example"},
		{name: "a value outside the enum", doc: servers("[{url: 'https://{r}.api.example', variables: {r: {default: eu, enum: [eu, us]}}}]"), variables: map[string]string{"r": "x"}, operation: "x", refused: "is none of eu, us"},
		{name: "a value instead of the default", doc: servers("[{url: 'https://{r}.api.example', variables: {r: {default: eu, enum: [eu, us]}}}]"), variables: map[string]string{"r": "us"}, operation: "x", want: "Host: us.api.example"},
		{name: "a number", doc: servers("[{url: 'http://api.example:{port}', variables: {port: {default: 8443}}}]"), operation: "x", want: "http\nHost: api.example:8443"},
		{name: "the next server", doc: servers("[{url: 'https://{a}.example'}, {url: 'https://api.example'}]"), operation: "x", want: "Host: api.example"},
		{name: "empty", doc: servers("[{url: ''}]"), operation: "x", want: "https\nGET /x HTTP/1.1\nHost: docs.example.com"},
		{name: "a query", doc: servers("[{url: 'https://api.example/v1?api-version=2'}]"), operation: "x", want: "GET /v1/x?api-version=2 HTTP/1.1"},
		{name: "unreadable", doc: servers("[{url: 'https://api..example'}]"), operation: "x", refused: "cannot be read"},
		{name: "another protocol", doc: servers("[{url: 'wss://api.example'}]"), operation: "x", refused: "neither http nor https"},
		{name: "relative, the document elsewhere", at: "file:///x.yaml", doc: servers("[{url: /v1}]"), operation: "x", refused: "give one with --base"},
		{name: "the operation's own", doc: "openapi: 3.0.3\nservers: [{url: 'https://api.example'}]\npaths: {/x: {get: {operationId: x, servers: [{url: 'https://{t}.example'}]}}}", operation: "x", refused: `needs a value for "t"`},

		{name: "2.0 by http", at: "http://api.example/spec", doc: swagger("host: api.example", "/x"), operation: "x", want: "http\nHost: api.example"},
		{name: "2.0 by https", doc: swagger("host: api.example", "/x"), operation: "x", want: "https\nHost: api.example"},
		{name: "2.0 with schemes", at: "http://api.example/spec", doc: swagger("host: api.example\nschemes: [https, http]", "/x"), operation: "x", want: "https\nHost: api.example"},
		{name: "2.0 without http", doc: swagger("host: api.example\nschemes: [ws, wss]", "/x"), operation: "x", refused: "neither http nor https"},
		{name: "2.0 with a variable", doc: swagger("host: '{team}.example'", "/x"), operation: "x", refused: `needs a value for "team"`},

		{name: "a type", doc: swagger("host: api.example", "/x/{id:int}"), operation: "x", args: `{"id":"7"}`, want: "GET /x/7 HTTP/1.1"},
		{name: "a pattern", doc: swagger("host: api.example", "/x/{id:[0-9]{3}}/y"), operation: "x", args: `{"id":"7"}`, want: "GET /x/7/y HTTP/1.1"},
		{name: "a colon", doc: swagger("host: api.example", "/x/:id/y"), operation: "x", args: `{"id":"7"}`, want: "GET /x/7/y HTTP/1.1"},
		{name: "a colon with a pattern", doc: swagger("host: api.example", `/x/:id(\\d+)?`), operation: "x", args: `{"id":"7"}`, want: "GET /x/7 HTTP/1.1"},
		{name: "angle brackets", doc: swagger("host: api.example", "/x/<int:id>"), operation: "x", args: `{"id":"7"}`, want: "GET /x/7 HTTP/1.1"},
		{name: "brackets", doc: swagger("host: api.example", "/x/[...id]"), operation: "x", args: `{"id":"7"}`, want: "GET /x/7 HTTP/1.1"},
		{name: "two braces", doc: swagger("host: api.example", "/x/{{id}}/${b}"), operation: "x", args: `{"id":"7","b":"8"}`, want: "GET /x/7/8 HTTP/1.1"},
		{name: "a verb", doc: swagger("host: api.example", "/x/{id}:cancel"), operation: "x", args: `{"id":"7"}`, want: "GET /x/7:cancel HTTP/1.1"},
		{name: "a regular expression", doc: swagger("host: api.example", `/x/(?P<id>\\d+)`), operation: "x", refused: "no template"},
	})
}

// TestOverrides: what gives a call another method asks, in every spelling and place; what
// belongs to the connection or says who asks is not for arguments.
func TestOverrides(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name, operation string
		asks            bool
		args            string
	}{
		{"a plain query", `parameters: [{name: q, in: query}]`, false, "q"},
		{"_method", `parameters: [{name: _method, in: query}]`, true, "_method"},
		{"a header", `parameters: [{name: X_HTTP_Method_Override, in: header}]`, false, ""},
		{"a header with an address", `parameters: [{name: X-Original-URL, in: header}, {name: x-rewrite-url, in: header}]`, false, ""},
		{"a proxy's", `parameters: [{name: X-Forwarded-Host, in: header}, {name: Forwarded, in: header}, {name: X-Real-IP, in: header}, {name: Proxy_Authorization, in: header}]`, false, ""},
		{"a query like the header", `parameters: [{name: x-http-method, in: query}]`, true, "x-http-method"},
		{"a field of an object in the query", `parameters: [{name: f, in: query, schema: {type: object, properties: {_method: {type: string}}}}]`, true, "f"},
		{"a field of a form", `requestBody: {content: {application/x-www-form-urlencoded: {schema: {type: object, properties: {_METHOD: {type: string}}}}}}`, true, "body"},
		{"a field of JSON", `requestBody: {content: {application/json: {schema: {type: object, properties: {_method: {type: string}}}}}}`, true, "body"},
	} {
		doc := "openapi: 3.0.3\nservers: [{url: 'https://api.example'}]\npaths: {/x: {get: {operationId: x, " + c.operation + "}}}"
		d, err := openapi.Read(t.Context(), openapi.Source{Data: []byte(doc)}, openapi.Options{})
		if err != nil {
			t.Fatal(err)
		}
		o := d.Operations[0]
		if o.Asks != c.asks {
			t.Errorf("%s: asks %v", c.name, o.Asks)
		}
		if shown := strings.Contains(string(o.Tool("p").Schema), `"`+c.args+`":`); shown != (c.args != "") {
			t.Errorf("%s: the tool has %s", c.name, o.Tool("p").Schema)
		}
	}
	open := `openapi: 3.0.3
servers: [{url: 'https://api.example'}]
paths: {/x: {get: {operationId: x, parameters: [{name: f, in: query, schema: {type: object}}], requestBody: {content: {application/json: {schema: {type: object}}}}}}}`
	d, err := openapi.Read(t.Context(), openapi.Source{Data: []byte(open)}, openapi.Options{})
	if err != nil {
		t.Fatal(err)
	}
	for _, args := range []string{`{"f":{"_method":"DELETE"}}`, `{"body":{"_method":"DELETE"}}`} {
		if q, err := d.Operations[0].Request([]byte(args)); err == nil {
			t.Errorf("%s is sent: %s %s", args, q.URL, q.Body)
		}
	}
}

// TestFieldRequests: what is sent is what the document says.
func TestFieldRequests(t *testing.T) {
	operation := func(method, path, text string) string {
		return "openapi: 3.1.0\ninfo: {title: T, version: '1'}\nservers: [{url: 'https://api.example'}]\npaths:\n  " + path + ":\n    " + method + ": {operationId: x, " + text + "}\n"
	}
	body := func(media, schema string) string {
		return operation("post", "/x", "requestBody: {required: true, content: {'"+media+"': {schema: "+schema+"}}}")
	}
	answers := func(content string) string {
		return operation("get", "/x", "responses: {'200': {description: ok, content: {"+content+"}}}")
	}
	runField(t, []fieldCase{
		{folder: "01-merge-patch-null", operation: "changeProfile", args: `{"id":"7","body":{"nickname":null}}`, want: "PATCH /profiles/7 HTTP/1.1\nContent-Type: application/merge-patch+json\n{\"nickname\":null}"},
		{folder: "02-upload-content-media-type", operation: "upload_invoice", args: `{"body":{"file":"abc","note":"n"}}`, want: "Content-Disposition: form-data; name=\"file\"; filename=\"file\"\nContent-Type: application/octet-stream\nabc\nContent-Disposition: form-data; name=\"note\"\nn"},
		{folder: "09-pageable", operation: "search", args: `{"pageable":{"page":0,"size":20,"sort":["createTime,desc","name,asc"]}}`, want: "GET /files/search?page=0&size=20&sort=createTime%2Cdesc&sort=name%2Casc HTTP/1.1"},
		{folder: "13-media-type-parameters", operation: "addClaim", args: `{"body":{"amount":1}}`, want: "Content-Type: application/json; v=2.0\n{\"amount\":1}"},
		{folder: "13-media-type-parameters", operation: "addNote", args: `{"body":{"text":"t"}}`, want: "Content-Type: application/json\n{\"text\":\"t\"}"},
		{folder: "21-accept-of-the-document", operation: "getOffer", args: `{"id":"7"}`, want: "Accept: application/vnd.offers.v2+json, application/json;q=0.9, text/plain;q=0.8, */*;q=0.5"},
		{folder: "21-accept-of-the-document", operation: "getBoard", want: "Accept: application/vnd.board+json, application/json;q=0.9, text/plain;q=0.8, */*;q=0.5"},
		{folder: "held-01-path-parameter-with-content", operation: "getReport", args: `{"id":"3f2b8c1e-9d4a-4b6f-8a57-0c1d2e3f4a5b"}`, want: "GET /reports/3f2b8c1e-9d4a-4b6f-8a57-0c1d2e3f4a5b HTTP/1.1"},
		{folder: "held-01-path-parameter-with-content", operation: "getJSON", args: `{"filter":{"a":"b"}}`, want: "GET /json/%7B%22a%22%3A%22b%22%7D HTTP/1.1"},
		{folder: "held-03-form-body-that-is-a-text", operation: "parse", args: `{"body":"list=1 cup&servings=1"}`, want: "Content-Type: application/x-www-form-urlencoded\nlist=1 cup&servings=1"},

		{name: "null that is allowed", doc: body("application/json", "{type: object, properties: {a: {type: [string, 'null']}, b: {}, c: {type: string}, d: {anyOf: [{type: integer}, {type: 'null'}]}}}"), operation: "x", args: `{"body":{"a":null,"b":null,"c":null,"d":null}}`, want: `{"a":null,"b":null,"d":null}`},
		{name: "null deep in a merge patch", doc: body("application/merge-patch+json", "{type: object, properties: {a: {type: object, properties: {b: {type: string}}}, l: {type: array, items: {type: string}}}}"), operation: "x", args: `{"body":{"a":{"b":null,"new":null},"l":["x",null]}}`, want: `{"a":{"b":null,"new":null},"l":["x"]}`},
		{name: "an optional upload", doc: body("multipart/form-data", "{type: object, properties: {file: {anyOf: [{type: string, contentMediaType: image/svg+xml}, {type: 'null'}]}}}"), operation: "x", args: `{"body":{"file":"<svg/>"}}`, want: "Content-Disposition: form-data; name=\"file\"; filename=\"file\"\nContent-Type: image/svg+xml\n<svg/>"},
		{name: "several uploads", doc: body("multipart/form-data", "{type: object, properties: {f: {type: array, items: {type: string, contentMediaType: text/csv}}}}"), operation: "x", args: `{"body":{"f":["a","b"]}}`, want: "Content-Disposition: form-data; name=\"f\"; filename=\"f\"\nContent-Type: text/csv\na\nContent-Disposition: form-data; name=\"f\"; filename=\"f\"\nb"},
		{name: "an encoded upload", doc: body("multipart/form-data", "{type: object, properties: {f: {type: string, contentMediaType: image/png, contentEncoding: base64}}}"), operation: "x", args: `{"body":{"f":"aGk="}}`, want: "Content-Disposition: form-data; name=\"f\"; filename=\"f\"\nContent-Type: image/png\nContent-Transfer-Encoding: base64\naGk="},
		{name: "JSON in a text is no file", doc: body("application/json", "{type: object, properties: {f: {type: string, contentMediaType: application/json}}}"), operation: "x", args: `{"body":{"f":"{}"}}`, want: `{"f":"{}"}`},
		{name: "related parts", doc: body("multipart/related", "{type: object, properties: {meta: {type: object}, data: {type: string, contentMediaType: text/csv}}}"), operation: "x", args: `{"body":{"data":"a,b","meta":{"n":1}}}`, want: "Content-ID: <meta>\nContent-Type: application/json\n{\"n\":1}\nContent-ID: <data>\nContent-Type: text/csv\na,b\n!form-data"},
		{name: "a media type without a slash", doc: body("form-data", "{type: object, properties: {a: {type: string}}}"), operation: "x", args: `{"body":{"a":"b"}}`, want: "Content-Disposition: form-data; name=\"a\"\nb"},
		{name: "JSON without a slash", doc: body("json", "{type: object}"), operation: "x", args: `{"body":{"a":"b"}}`, want: "Content-Type: application/json\n{\"a\":\"b\"}"},
		{name: "a vendor's parameter", doc: body("application/vnd.a+json;version=3", "{type: object}"), operation: "x", args: `{"body":{}}`, want: "Content-Type: application/vnd.a+json;version=3"},
		{name: "another charset", doc: body("text/plain; charset=iso-8859-1", "{type: string}"), operation: "x", args: `{"body":"ü"}`, want: "Content-Type: text/plain; charset=utf-8\nü"},
		{name: "text with a charset", doc: body("text/plain; charset=utf-8", "{type: string}"), operation: "x", args: `{"body":"ü"}`, want: "Content-Type: text/plain; charset=utf-8\nü"},
		{name: "JSON before the others", doc: answers("text/html: {}, application/json: {}, text/csv: {}"), operation: "x", want: "Accept: application/json, text/plain;q=0.8, */*;q=0.5"},
		{name: "only a table", doc: answers("text/csv: {}"), operation: "x", want: "Accept: text/csv, application/json;q=0.9, text/plain;q=0.8, */*;q=0.5"},
		{name: "a documented Accept", doc: operation("get", "/x", "parameters: [{name: Accept, in: header, schema: {type: string, default: application/vnd.a+json}}]"), operation: "x", want: "Accept: application/vnd.a+json, application/json;q=0.9, text/plain;q=0.8, */*;q=0.5"},
		{name: "2.0 produces", doc: "swagger: '2.0'\nhost: api.example\nproduces: [application/xml]\npaths: {/x: {get: {operationId: x, produces: [application/hal+json]}}}", operation: "x", want: "Accept: application/hal+json, application/json;q=0.9, text/plain;q=0.8, */*;q=0.5"},
		{name: "2.0 consumes with a parameter", doc: "swagger: '2.0'\nhost: api.example\npaths: {/x: {post: {operationId: x, consumes: ['application/json;odata=verbose'], parameters: [{name: b, in: body, schema: {type: object}}]}}}", operation: "x", args: `{"body":{}}`, want: "Content-Type: application/json;odata=verbose"},
		{name: "2.0 with a required Content-Type, without a body", doc: "swagger: '2.0'\nhost: api.example\npaths: {/x: {post: {operationId: x, consumes: [application/json], parameters: [{name: Content-Type, in: header, required: true, type: string, enum: [application/json]}, {name: b, in: body, schema: {type: object}}]}}}", operation: "x", want: "Content-Type: application/json"},
		{name: "2.0 with a Content-Type that cannot be written", doc: "swagger: '2.0'\nhost: api.example\nconsumes: [application/json]\npaths: {/x: {post: {operationId: x, parameters: [{name: Content-type, in: header, type: string, enum: [application/tar]}, {name: b, in: body, schema: {type: string}}]}}}", operation: "x", want: "!Content-Type\n!application/tar"},
		{name: "2.0 with a Content-Type instead of consumes", doc: "swagger: '2.0'\nhost: api.example\nconsumes: [application/json]\npaths: {/x: {post: {operationId: x, parameters: [{name: Content-Type, in: header, type: string, enum: [text/plain]}, {name: b, in: body, schema: {type: string}}]}}}", operation: "x", args: `{"body":"hi"}`, want: "Content-Type: text/plain; charset=utf-8\nhi"},
		{name: "3.x ignores a parameter Content-Type", doc: operation("get", "/x", "parameters: [{name: Content-Type, in: header, required: true, schema: {type: string, enum: [text/plain]}}]"), operation: "x", want: "!Content-Type"},
		{name: "objects in an object of the query", doc: operation("get", "/x", "parameters: [{name: f, in: query, schema: {type: object, properties: {a: {type: array, items: {type: integer}}, o: {type: object}}}}]"), operation: "x", args: `{"f":{"a":[1,2],"o":{"k":"v"}}}`, want: "GET /x?a=1&a=2&o=%7B%22k%22%3A%22v%22%7D HTTP/1.1"},
		{name: "a form that is a text with an escape", doc: body("application/x-www-form-urlencoded", "{type: string}"), operation: "x", args: `{"body":"a=%26&b=c"}`, want: "a=%26&b=c"},
	})
}

// TestHiddenCredentials: a required parameter that is hidden as a credential belongs to
// every way to authenticate.
func TestHiddenCredentials(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ security, want string }{
		{"security: [{a: []}, {b: []}]", "[a b]"},
		{"security: [{a: [], b: []}]", "[a b]"},
		{"security: [{}, {a: []}]", "[a b]"},
		{"deprecated: false", "[a b]"},
	} {
		doc := "openapi: 3.0.3\nservers: [{url: 'https://api.example'}]\ncomponents: {securitySchemes: {a: {type: apiKey, in: query, name: key}, b: {type: apiKey, in: query, name: token}, c: {type: apiKey, in: query, name: other}}}\n" +
			"paths: {/x: {get: {operationId: x, " + c.security + ", parameters: [{name: key, in: query, required: true}, {name: token, in: query, required: true}, {name: other, in: query}]}}}"
		d, err := openapi.Read(t.Context(), openapi.Source{Data: []byte(doc)}, openapi.Options{})
		if err != nil {
			t.Fatal(err)
		}
		o := d.Operations[0]
		for _, q := range o.Security {
			var names []string
			for _, s := range q.Schemes {
				names = append(names, s.Name)
			}
			slices.Sort(names)
			if got := "[" + strings.Join(names, " ") + "]"; got != c.want {
				t.Errorf("%s: one way is %s, want %s", c.security, got, c.want)
			}
		}
		if len(o.Security) == 0 || strings.Contains(string(o.Tool("p").Schema), "key") {
			t.Errorf("%s: %d ways, tool %s", c.security, len(o.Security), o.Tool("p").Schema)
		}
	}
}
