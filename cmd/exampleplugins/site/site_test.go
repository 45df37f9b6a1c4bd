package site_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"image"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"aidesk/cmd/exampleplugins/picture"
	"aidesk/cmd/exampleplugins/site"
)

func about(name string) site.About {
	return site.About{
		Name: name, Title: "A test", ForPeople: "For people.", ForModel: "For models.", Contact: "a@b.example",
		Legal:    []string{"One & two."},
		Document: "openapi: 3.1.0\nservers: [{url: {{json .Origin}}}]\n",
		Views:    `{{define "word"}}<p>{{.}}</p>{{end}}`,
		Accent:   "#123456",
		Logo:     func() image.Image { return picture.New(8, 8).Image() },
	}
}

// start makes a site with a few operations.
func start(t *testing.T, cfg site.Config) *site.Site {
	t.Helper()
	s, err := site.New(about("testing"), cfg)
	if err != nil {
		t.Fatal(err)
	}
	s.API("POST /echo", func(r *http.Request) (any, error) {
		var v struct {
			Word  string `json:"word"`
			Count int    `json:"count"`
			Inner struct {
				Yes bool `json:"yes"`
			} `json:"inner"`
		}
		if err := site.Body(r, &v); err != nil {
			return nil, err
		}
		return site.Created{Value: v, Path: "/echo/1"}, nil
	})
	s.API("GET /long", func(*http.Request) (any, error) { return strings.Repeat("x", site.MaxBody), nil })
	s.API("GET /fault", func(*http.Request) (any, error) { return nil, errors.New("the disk is full") })
	s.API("GET /no-json", func(*http.Request) (any, error) { return func() {}, nil })
	s.Both("GET /word", func(*http.Request) (any, error) { return "<hi>", nil }, func(*http.Request) (site.Page, error) {
		return site.Page{Title: "Hi", Description: `a "b" <c>`, Path: "/word", View: "word", Value: "<hi>"}, nil
	})
	s.Page("GET /no-view", func(*http.Request) (site.Page, error) { return site.Page{View: "none"}, nil })
	return s
}

func call(t *testing.T, s http.Handler, method, path, body string, header ...string) *httptest.ResponseRecorder {
	r := httptest.NewRequestWithContext(t.Context(), method, path, strings.NewReader(body))
	for i := 0; i+1 < len(header); i += 2 {
		r.Header.Set(header[i], header[i+1])
	}
	w := httptest.NewRecorder()
	s.ServeHTTP(w, r)
	return w
}

func TestBody(t *testing.T) {
	s := start(t, site.Config{})
	for _, c := range []struct {
		name, kind, body string
		status           int
		answer           string
	}{
		{"good", "application/json; charset=utf-8", `{"word":"<&>","count":2}`, 201, `{"word":"<&>","count":2,"inner":{"yes":false}}`},
		{"form", "application/x-www-form-urlencoded", `word=a`, 415, `{"error":"send the body as JSON, with Content-Type: application/json"}`},
		{"no type", "", `{}`, 415, `{"error":"send the body as JSON, with Content-Type: application/json"}`},
		{"empty", "application/json", ``, 400, `{"error":"the body is empty; send a JSON object"}`},
		{"text", "application/json", `hello`, 400, `{"error":"the body is not JSON: invalid character 'h' looking for beginning of value"}`},
		{"cut", "application/json", `{"word":"a`, 400, `{"error":"the body is not JSON: unexpected EOF"}`},
		{"array", "application/json", `[]`, 422, `{"error":"the body must be a JSON object, not a array"}`},
		{"inner type", "application/json", `{"inner":{"yes":1}}`, 422, `{"error":"inner.yes must be true or false, not a number","field":"inner.yes"}`},
		{"inner object", "application/json", `{"inner":1}`, 422, `{"error":"inner must be an object, not a number","field":"inner"}`},
		{"too large a number", "application/json", `{"count":1e99}`, 422, `{"error":"count must be a whole number, not a number 1e99","field":"count"}`},
		{"unknown", "application/json", `{"colour":1}`, 422, `{"error":"there is no property colour","field":"colour"}`},
		{"two", "application/json", `{} {}`, 400, `{"error":"the body must be one JSON object and nothing after it"}`},
	} {
		t.Run(c.name, func(t *testing.T) {
			w := call(t, s, "POST", "/echo", c.body, "Content-Type", c.kind)
			if got := strings.TrimSpace(w.Body.String()); w.Code != c.status || got != c.answer {
				t.Errorf("got %d %s\nwant %d %s", w.Code, got, c.status, c.answer)
			}
			if kind := w.Header().Get("Content-Type"); kind != "application/json" {
				t.Errorf("Content-Type %s", kind)
			}
			if w.Code == 201 && w.Header().Get("Location") != "/echo/1" {
				t.Errorf("Location %q", w.Header().Get("Location"))
			}
		})
	}
}

func TestBoth(t *testing.T) {
	s := start(t, site.Config{})
	for _, accept := range []string{"", "*/*", "application/json"} {
		w := call(t, s, "GET", "/word", "", "Accept", accept)
		if w.Body.String() != "\"<hi>\"\n" || w.Header().Get("Vary") != "Accept" {
			t.Errorf("Accept %q: %v %s", accept, w.Header(), w.Body)
		}
	}
	w := call(t, s, "GET", "http://desk.example:81/word", "", "Accept", "text/html,application/xhtml+xml;q=0.9")
	for _, want := range []string{
		"<p>&lt;hi&gt;</p>", `og:title" content="Hi"`, `og:description" content="a &#34;b&#34; &lt;c&gt;"`, `og:site_name" content="A test"`,
		`og:image" content="http://desk.example:81/logo.png"`, `og:url" content="http://desk.example:81/word"`, "--accent: #123456;",
	} {
		if !strings.Contains(w.Body.String(), want) {
			t.Errorf("the page lacks %s:\n%s", want, w.Body)
		}
	}
	if w.Header().Get("Content-Security-Policy") == "" || w.Header().Get("Vary") != "Accept" {
		t.Errorf("%v", w.Header())
	}
}

func TestOrigin(t *testing.T) {
	s := start(t, site.Config{})
	for at, want := range map[string]string{
		"http://127.0.0.1:4010":  "http://127.0.0.1:4010",
		"https://a.example":      "https://a.example",
		"http://[::1]:80":        "http://[::1]:80",
		"http://plugins.example": "http://plugins.example",
	} {
		if got := call(t, s, "GET", at+"/.well-known/ai-plugin.json", "").Body.String(); !strings.Contains(got, `"url":"`+want+`/openapi.yaml"`) {
			t.Errorf("%s: %s", at, got)
		}
		if got := call(t, s, "GET", at+"/openapi.yaml", "").Body.String(); !strings.Contains(got, `url: "`+want+`"`) {
			t.Errorf("%s: %s", at, got)
		}
	}
	r := httptest.NewRequestWithContext(t.Context(), "GET", "/legal", nil)
	r.Host = ""
	w := httptest.NewRecorder()
	s.ServeHTTP(w, r)
	if w.Code != 400 {
		t.Errorf("a request without a host: %d", w.Code)
	}
	// A host that is no host stays within its quotes.
	r = httptest.NewRequestWithContext(t.Context(), "GET", "/openapi.yaml", nil)
	r.Host = "a\"}]\npaths: {}\n#"
	w = httptest.NewRecorder()
	s.ServeHTTP(w, r)
	if strings.Count(w.Body.String(), "\n") != 2 {
		t.Errorf("the document was broken into: %s", w.Body)
	}
}

func TestFaults(t *testing.T) {
	var log bytes.Buffer
	s := start(t, site.Config{Log: &log})
	for path, fault := range map[string]string{"/fault": "the disk is full", "/no-view": "view none"} {
		log.Reset()
		w := call(t, s, "GET", path, "")
		if w.Code != 500 || strings.Contains(w.Body.String(), fault) || !strings.Contains(w.Body.String(), "look how things stand") {
			t.Errorf("%s: %d %s", path, w.Code, w.Body)
		}
		if !strings.Contains(log.String(), fault) {
			t.Errorf("%s: the log hides the fault: %s", path, log.String())
		}
	}
	if w := call(t, s, "GET", "/no-json", ""); w.Code != 500 || !json.Valid(w.Body.Bytes()) {
		t.Errorf("/no-json: %d %s", w.Code, w.Body)
	}
}

func TestNewRefuses(t *testing.T) {
	for name, spoil := range map[string]func(*site.About){
		"document": func(a *site.About) { a.Document = "{{" },
		"pages":    func(a *site.About) { a.Views = "{{define}}" },
	} {
		a := about("testing")
		spoil(&a)
		if _, err := site.New(a, site.Config{}); err == nil || !strings.Contains(err.Error(), "the "+name+" of testing") {
			t.Errorf("%s: %v", name, err)
		}
	}
}

type line struct {
	Time         time.Time `json:"time"`
	Plugin       string    `json:"plugin"`
	Method       string    `json:"method"`
	Path         string    `json:"path"`
	Query        string    `json:"query"`
	Status       int       `json:"status"`
	RequestBody  string    `json:"request_body"`
	RequestCut   bool      `json:"request_cut"`
	ResponseBody string    `json:"response_body"`
	ResponseCut  bool      `json:"response_cut"`
	Fault        string    `json:"fault"`
}

func TestLog(t *testing.T) {
	var log bytes.Buffer
	now := time.Date(2026, time.December, 5, 12, 0, 0, 0, time.UTC)
	s := start(t, site.Config{Log: &log, Now: func() time.Time { return now }})
	huge := strings.Repeat("y", site.MaxBody+1)
	long := `"` + strings.Repeat("x", site.MaxBody) + `"`
	for _, c := range []struct {
		method, path, body string
		want               line
	}{
		{"POST", "/echo?a=1&b=%20", "{\"word\":\"a\\n<b>\"}", line{
			Path: "/echo", Query: "a=1&b=%20", Status: 201, RequestBody: "{\"word\":\"a\\n<b>\"}",
			ResponseBody: "{\"word\":\"a\\n<b>\",\"count\":0,\"inner\":{\"yes\":false}}\n",
		}},
		{"GET", "/a%2Fb", "", line{Path: "/a%2Fb", Status: 404, ResponseBody: `{"error":"there is nothing at this path; see /openapi.yaml"}` + "\n"}},
		{"POST", "/echo", huge, line{Path: "/echo", Status: 413, RequestBody: huge[1:], RequestCut: true, ResponseBody: `{"error":"the body is larger than 65536 bytes"}` + "\n"}},
		{"GET", "/long", "", line{Path: "/long", Status: 200, ResponseBody: long[:site.MaxBody], ResponseCut: true}},
	} {
		log.Reset()
		w := call(t, s, c.method, c.path, c.body, "Content-Type", "application/json")
		c.want.Time, c.want.Plugin, c.want.Method = now, "testing", c.method
		var got line
		if err := json.Unmarshal(log.Bytes(), &got); err != nil || strings.Count(log.String(), "\n") != 1 {
			t.Fatalf("not one line of JSON: %v", err)
		}
		if diff := cmp.Diff(c.want, got); diff != "" {
			t.Errorf("%s %s: %.500s", c.method, c.path, diff)
		}
		if !c.want.ResponseCut && w.Body.String() != got.ResponseBody {
			t.Errorf("%s %s: answered %s", c.method, c.path, w.Body)
		}
	}
	log.Reset()
	call(t, s, "GET", "/logo.png", "")
	if !strings.Contains(log.String(), `"response_body":"(image/png, `) {
		t.Errorf("the line of a picture: %s", log.String())
	}
}

// late fails the test when an answer goes out before its line is in the log.
type late struct {
	*httptest.ResponseRecorder
	t   *testing.T
	log *bytes.Buffer
}

func (l late) WriteHeader(status int) {
	if l.log.Len() == 0 {
		l.t.Error("the answer goes out before it is logged")
	}
	l.ResponseRecorder.WriteHeader(status)
}

func TestLogComesFirst(t *testing.T) {
	var log bytes.Buffer
	s := start(t, site.Config{Log: &log})
	s.ServeHTTP(late{httptest.NewRecorder(), t, &log}, httptest.NewRequestWithContext(t.Context(), "GET", "/word", nil))
}

func TestSharedLog(t *testing.T) {
	var text bytes.Buffer
	log := site.NewLog(&text)
	var wg sync.WaitGroup
	for _, name := range []string{"one", "two"} {
		s, err := site.New(about(name), site.Config{Log: log})
		if err != nil {
			t.Fatal(err)
		}
		for range 25 {
			wg.Go(func() { call(t, s, "GET", "/legal", "") })
		}
	}
	wg.Wait()
	plugins := map[string]int{}
	for l := range strings.Lines(text.String()) {
		var got line
		if err := json.Unmarshal([]byte(l), &got); err != nil {
			t.Fatalf("lines are mixed: %v", err)
		}
		plugins[got.Plugin]++
	}
	if plugins["one"] != 25 || plugins["two"] != 25 {
		t.Errorf("%v", plugins)
	}
}

// broken is a disk that is full.
type broken struct{}

func (broken) Write([]byte) (int, error) { return 0, errors.New("full") }

func TestBrokenLogStillAnswers(t *testing.T) {
	if w := call(t, start(t, site.Config{Log: broken{}}), "GET", "/word", ""); w.Code != 200 {
		t.Errorf("status %d", w.Code)
	}
}
