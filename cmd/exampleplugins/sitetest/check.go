package sitetest

import (
	"bytes"
	"encoding/json"
	"html"
	"image/png"
	"net/http"
	"regexp"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/getkin/kin-openapi/openapi3"
)

// Check checks what every plugin must have: manifest, document, examples, logo,
// legal page, a front page, and manners towards hostile requests.
func (p *Plugin) Check(t *testing.T, name string) {
	t.Helper()
	t.Run("manifest", func(t *testing.T) { p.manifest(t, name) })
	t.Run("examples", p.examples)
	t.Run("document", p.document)
	t.Run("logo", func(t *testing.T) { p.Picture(t, "/logo.png") })
	t.Run("legal", func(t *testing.T) { p.Card(t, "/legal") })
	t.Run("home", func(t *testing.T) { p.Picture(t, strings.TrimPrefix(p.Card(t, "/")["image"], p.URL)) })
	t.Run("hostile", p.hostile)
}

var (
	modelName = regexp.MustCompile(`^[A-Za-z0-9]{1,50}$`)
	steering  = regexp.MustCompile(`(?i)\b(always|never|must|should|ignore|instructions?|do not|don't|only use|prefer|before answering)\b`)
	ogField   = regexp.MustCompile(`<meta property="og:([a-z_]+)" content="([^"]*)">`)
	slot      = regexp.MustCompile(`\{(\w+)\}`)
)

func (p *Plugin) manifest(t *testing.T, name string) {
	got := p.fetch(t, http.MethodGet, "/.well-known/ai-plugin.json", "", nil)
	var m struct {
		SchemaVersion string                     `json:"schema_version"`
		NameForModel  string                     `json:"name_for_model"`
		NameForHuman  string                     `json:"name_for_human"`
		ForModel      string                     `json:"description_for_model"`
		ForHuman      string                     `json:"description_for_human"`
		Auth          struct{ Type string }      `json:"auth"`
		API           struct{ Type, URL string } `json:"api"`
		LogoURL       string                     `json:"logo_url"`
		ContactEmail  string                     `json:"contact_email"`
		LegalInfoURL  string                     `json:"legal_info_url"`
	}
	if err := json.Unmarshal(got.body, &m); err != nil {
		t.Fatal(err)
	}
	switch {
	case m.SchemaVersion != "v1", m.Auth.Type != "none", m.API.Type != "openapi":
		t.Errorf("not a manifest of version 1 without authentication: %+v", m)
	case m.NameForModel != name, !modelName.MatchString(name):
		t.Errorf("name_for_model is %q, want %q", m.NameForModel, name)
	case m.NameForHuman == "", utf8.RuneCountInString(m.NameForHuman) > 20:
		t.Errorf("name_for_human %q must have 1 to 20 characters", m.NameForHuman)
	case m.ForHuman == "", utf8.RuneCountInString(m.ForHuman) > 100:
		t.Errorf("description_for_human must have 1 to 100 characters: %q", m.ForHuman)
	case m.ForModel == "", utf8.RuneCountInString(m.ForModel) > 300:
		t.Errorf("description_for_model must have 1 to 300 characters: %q", m.ForModel)
	case steering.MatchString(m.ForModel):
		t.Errorf("description_for_model steers: %q", m.ForModel)
	case !strings.Contains(m.ContactEmail, "@"):
		t.Errorf("contact_email is %q", m.ContactEmail)
	case m.API.URL != p.URL+"/openapi.yaml", m.LogoURL != p.URL+"/logo.png", m.LegalInfoURL != p.URL+"/legal":
		t.Errorf("addresses are not at %s: %+v", p.URL, m)
	}
}

// operations calls f for each operation of the document.
func (p *Plugin) operations(f func(method, path string, op *openapi3.Operation)) {
	for path, item := range p.Doc.Paths.Map() {
		for method, op := range item.Operations() {
			f(method, path, op)
		}
	}
}

// examples checks that each operation has sentences whose slots are inputs of
// it, that each required input is a slot of every one, that no sentence is so
// general that anything matches it, and that none stands twice.
func (p *Plugin) examples(t *testing.T) {
	seen := map[string]string{}
	p.operations(func(method, path string, op *openapi3.Operation) {
		inputs, required := inputs(op)
		list, _ := op.Extensions["x-aidesk-examples"].([]any)
		if len(list) == 0 && !needsForm(op) {
			t.Errorf("%s %s has no examples", method, path)
		}
		for _, e := range list {
			sentence, _ := e.(string)
			slots := map[string]bool{}
			for _, m := range slot.FindAllStringSubmatch(sentence, -1) {
				slots[m[1]] = true
				if !inputs[m[1]] {
					t.Errorf("%q: %s is no input of %s %s", sentence, m[1], method, path)
				}
			}
			for name := range required {
				if !slots[name] {
					t.Errorf("%q lacks %s, which %s %s requires", sentence, name, method, path)
				}
			}
			// Half of "show {x}" is not enough to tell what is meant.
			if fixed := strings.Fields(slot.ReplaceAllString(sentence, "")); len(fixed) < 2 {
				t.Errorf("%q is too general", sentence)
			}
			shape := strings.ToLower(strings.TrimRight(slot.ReplaceAllString(sentence, "{}"), "?.!"))
			if other := seen[shape]; other != "" {
				t.Errorf("%q could as well be %q", sentence, other)
			}
			seen[shape] = sentence
		}
	})
}

// needsForm says whether an operation wants an object in its body, which no sentence has a
// slot for.
func needsForm(op *openapi3.Operation) bool {
	if op.RequestBody == nil {
		return false
	}
	schema := op.RequestBody.Value.Content.Get("application/json").Schema.Value
	return slices.ContainsFunc(schema.Required, func(name string) bool { return schema.Properties[name].Value.Type.Is("object") })
}

func inputs(op *openapi3.Operation) (all, required map[string]bool) {
	all, required = map[string]bool{}, map[string]bool{}
	for _, parameter := range op.Parameters {
		all[parameter.Value.Name] = true
		if parameter.Value.Required {
			required[parameter.Value.Name] = true
		}
	}
	if op.RequestBody != nil {
		schema := op.RequestBody.Value.Content.Get("application/json").Schema.Value
		for name := range schema.Properties {
			all[name] = true
		}
		for _, name := range schema.Required {
			required[name] = true
		}
	}
	return all, required
}

// document checks that everything is described, and that the only server is the
// plugin itself.
func (p *Plugin) document(t *testing.T) {
	if len(p.Doc.Servers) != 1 || p.Doc.Servers[0].URL != p.URL {
		t.Errorf("servers are %v, want only %s", p.Doc.Servers, p.URL)
	}
	p.operations(func(method, path string, op *openapi3.Operation) {
		if op.OperationID == "" || op.Summary == "" || len(op.Summary) > 200 || op.Responses.Default() == nil {
			t.Errorf("%s %s lacks an id, a summary of at most 200 characters, or what it answers by default", method, path)
		}
		for _, parameter := range op.Parameters {
			if d := parameter.Value.Description; d == "" || len(d) > 200 {
				t.Errorf("%s %s: %s needs a description of at most 200 characters", method, path, parameter.Value.Name)
			}
		}
	})
}

// hostile checks that requests which no honest caller makes are refused in JSON.
func (p *Plugin) hostile(t *testing.T) {
	for _, c := range []struct {
		name, method, path, body string
		status                   int
	}{
		{"unknown path", "GET", "/nothing", "", 404},
		{"climbing", "GET", "/stays/../../etc/passwd", "", 404},
		{"climbing encoded", "GET", "/pages/%2e%2e/%2e%2e/etc/passwd", "", 404},
		{"climbing within a segment", "GET", "/items/..%2f..%2fetc%2fpasswd", "", 404},
		{"backslashes", "GET", "/stays/..%5c..%5cwindows", "", 404},
		{"empty segment", "GET", "//openapi.yaml", "", 404},
		{"zero byte", "GET", "/legal%00", "", 404},
		{"hidden file", "GET", "/.git/config", "", 404},
		{"other method", "PATCH", "/openapi.yaml", "", 405},
		{"huge body", "POST", "/openapi.yaml", strings.Repeat("x", 1<<20), 413},
	} {
		t.Run(c.name, func(t *testing.T) {
			got := p.fetch(t, c.method, c.path, c.body, nil)
			var refusal Refusal
			if err := json.Unmarshal(got.body, &refusal); err != nil || refusal.Error == "" || got.status != c.status {
				t.Errorf("%s %s: status %d, want %d and a refusal in JSON: %.200s", c.method, c.path, got.status, c.status, got.body)
			}
			if kind := got.header.Get("Content-Type"); kind != "application/json" {
				t.Errorf("%s %s: Content-Type %s", c.method, c.path, kind)
			}
		})
	}
}

// Card fetches a page as a browser does and returns its OpenGraph fields. Each
// field that a card needs must be there, and its picture must be a picture.
func (p *Plugin) Card(t *testing.T, path string) map[string]string {
	t.Helper()
	got := p.fetch(t, http.MethodGet, path, "", http.Header{"Accept": {"text/html,application/xhtml+xml"}})
	if got.status != http.StatusOK || !strings.HasPrefix(got.header.Get("Content-Type"), "text/html") {
		t.Fatalf("%s: status %d, %s", path, got.status, got.header.Get("Content-Type"))
	}
	card := map[string]string{}
	for _, m := range ogField.FindAllStringSubmatch(string(got.body), -1) {
		card[m[1]] = html.UnescapeString(m[2])
	}
	for _, name := range []string{"title", "site_name", "description", "image", "url"} {
		if card[name] == "" {
			t.Errorf("%s has no og:%s", path, name)
		}
	}
	if card["url"] != p.URL+path {
		t.Errorf("%s: og:url is %s", path, card["url"])
	}
	image, ours := strings.CutPrefix(card["image"], p.URL)
	if !ours {
		t.Fatalf("%s: og:image %s is elsewhere", path, card["image"])
	}
	picture := p.fetch(t, http.MethodGet, image, "", nil).body
	if _, err := png.DecodeConfig(bytes.NewReader(picture)); err != nil {
		t.Errorf("%s: og:image %s is no picture: %v", path, card["image"], err)
	}
	return card
}

// Picture checks that a path serves a picture of some size that is small enough
// to be probed with one read of 64 KiB.
func (p *Plugin) Picture(t *testing.T, path string) {
	t.Helper()
	got := p.fetch(t, http.MethodGet, path, "", nil)
	img, err := png.Decode(bytes.NewReader(got.body))
	if err != nil || got.header.Get("Content-Type") != "image/png" {
		t.Fatalf("%s is no picture: status %d, %v", path, got.status, err)
	}
	if size := img.Bounds(); size.Dx() < 200 || size.Dy() < 200 || len(got.body) > 64<<10 {
		t.Errorf("%s: %v in %d bytes", path, size, len(got.body))
	}
}

// Page fetches a page as a browser does and returns its text as it was sent.
func (p *Plugin) Page(t *testing.T, path string) (status int, text string) {
	t.Helper()
	got := p.fetch(t, http.MethodGet, path, "", http.Header{"Accept": {"text/html"}})
	return got.status, string(got.body)
}
