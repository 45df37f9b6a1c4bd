package plugin

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"net/url"
	"regexp"
	"slices"
	"strings"

	"aidesk/core/markdown"
	"aidesk/core/openapi"
	"aidesk/core/openapi/tree"
)

// Manifest is what a plugin says of itself, read tolerantly: version 1, and versions
// 2.1 to 2.4 with a runtime of type OpenApi. Its texts are data: cleaned and cut
// here once, and never instructions.
type Manifest struct {
	SchemaVersion       string
	NameForModel        string // at most 50 characters
	NameForHuman        string // at most 50
	DescriptionForModel string // at most 8,000
	DescriptionForHuman string // at most 240
	Auth                string // "none", "service_http", "user_http", "oauth"
	Login               Login  // how, where Auth is not "none"
	DocumentURL         string // absolute; empty where the manifest holds the document
	Embedded            []byte // the document itself, where the manifest holds it
	LogoURL             string
	ContactEmail        string
	LegalURL            string
	PrivacyURL          string
	PerMember           bool                // the API tells its users apart
	Made                bool                // there is none; it was made of the document
	Functions           map[string]Function // of version 2, by operation id
	Examples            map[string][]string // utterances by operation id; "" where the manifest names none
	Notes               []openapi.Note      // what could not be read as it is written
	Lint                []openapi.Note      // what an administrator should know of a manifest that reads well
}

// errNotManifest says that what was read is something else: perhaps a document.
var errNotManifest = errors.New("this is no plugin manifest: name_for_model and api are missing")

// Limits of the texts, in characters.
const (
	maxName  = 50
	maxModel = 8000
	maxHuman = 240
	maxEmail = 120
)

// ReadManifest reads a manifest found at an address. The error is one plain line.
func ReadManifest(data []byte, at *url.URL) (Manifest, error) {
	f, err := parseManifest(data)
	if err != nil {
		return Manifest{}, err
	}
	m := Manifest{
		SchemaVersion:       markdown.Line(string(f.SchemaVersion), 20),
		NameForModel:        markdown.Line(firstText(f.NameForModel, f.Namespace, f.NameForHuman), maxName),
		NameForHuman:        markdown.Line(firstText(f.NameForHuman, f.NameForModel, f.Namespace), maxName),
		DescriptionForModel: markdown.Line(firstText(f.DescriptionForModel, f.DescriptionForHuman), maxModel),
		DescriptionForHuman: markdown.Line(firstText(f.DescriptionForHuman, f.DescriptionForModel), maxHuman),
		ContactEmail:        markdown.Line(string(f.Contact), maxEmail),
		PerMember:           bool(f.API.Value.IsUserAuthenticated || f.API.Value.HasUserAuthentication),
	}
	if err := m.readAPI(f, at); err != nil {
		return Manifest{}, err
	}
	m.readAuth(f, at)
	m.readFunctions(f)
	for _, link := range []struct {
		name string
		from looseString
		to   *string
	}{{"logo_url", f.LogoURL, &m.LogoURL}, {"legal_info_url", f.LegalURL, &m.LegalURL}, {"privacy_policy_url", f.PrivacyURL, &m.PrivacyURL}} {
		if firstText(link.from) == "" {
			continue
		}
		if u, err := at.Parse(strings.TrimSpace(string(link.from))); err == nil && (u.Scheme == "http" || u.Scheme == "https") && u.Host != "" {
			*link.to = u.String()
		} else {
			m.note("manifest-link", "it is not the address of a page and is not shown", link.name)
		}
	}
	if m.NameForModel == "" {
		return Manifest{}, errors.New("the manifest has no name_for_model")
	}
	m.lint(f)
	return m, nil
}

// manifestOf makes a manifest for a document that has none.
func manifestOf(d *openapi.Document) Manifest {
	title := looseString(d.Title)
	if firstText(title) == "" {
		title = "plugin"
	}
	about := firstText(looseString(d.Description), title)
	m := Manifest{
		NameForModel: markdown.Line(string(title), maxName), NameForHuman: markdown.Line(string(title), maxName), Auth: "none", Made: true,
		DescriptionForModel: markdown.Line(about, maxModel), DescriptionForHuman: markdown.Line(about, maxHuman),
	}
	if strings.Contains(d.Contact, "@") {
		m.ContactEmail = d.Contact
	}
	m.Notes = append(m.Notes, openapi.Note{Level: levelInfo, Code: "manifest-made", Message: "there is no manifest: one is made from the document's title and description"})
	return m
}

// readAPI finds the document: api.url of version 1, the first OpenApi runtime of
// version 2.
func (m *Manifest) readAPI(f manifestFile, at *url.URL) error {
	address := f.API.Value.URL
	field := "api.url"
	for i, r := range f.Runtimes.Value {
		where := fmt.Sprintf("runtimes[%d]", i)
		switch {
		case !strings.EqualFold(string(r.Value.Type), "OpenApi"):
			m.note("manifest-runtime", fmt.Sprintf("runtimes of type %q are not used", markdown.Line(string(r.Value.Type), 30)), where)
		case address != "" || m.Embedded != nil:
			m.note("manifest-runtime", "a second runtime of type OpenApi is not used: register its document as a plugin of its own", where)
		case r.Value.Spec.Value.Description != "":
			m.Embedded = []byte(r.Value.Spec.Value.Description)
		default:
			address, field = r.Value.Spec.Value.URL, where+".spec.url"
		}
	}
	if m.Embedded != nil {
		return nil
	}
	if address == "" {
		if f.NameForModel == "" && f.Namespace == "" && len(f.Runtimes.Value) == 0 {
			return errNotManifest
		}
		if len(f.Runtimes.Value) > 0 {
			return errors.New("the manifest has no runtime of type OpenApi with a url: only such plugins can be called")
		}
		return errors.New("the manifest names no OpenAPI document: api.url is missing")
	}
	if kind := f.API.Value.Type; kind != "" && kind != "openapi" {
		m.note("manifest-api-type", fmt.Sprintf("api.type is %q, read as openapi", markdown.Line(string(kind), 30)), "api.type")
	}
	u, err := at.Parse(strings.TrimSpace(string(address)))
	if err != nil || (u.Scheme != "http" && u.Scheme != "https") || u.Host == "" {
		return fmt.Errorf("the manifest's %s is no web address: %q", field, markdown.Line(string(address), 200))
	}
	m.DocumentURL = u.String()
	return nil
}

func (m *Manifest) note(code, message, where string) {
	m.Notes = append(m.Notes, openapi.Note{Level: levelWarn, Code: code, Message: message, Where: where})
}

// Levels of a note.
const (
	levelInfo  = "info"
	levelWarn  = "warn"
	levelError = "error"
)

var notName = regexp.MustCompile(`[^a-z0-9_-]+`)

// uniqueName makes the name that members type of the manifest's, different from those
// taken.
func (m Manifest) uniqueName(taken func(string) bool) string {
	base := strings.Trim(notName.ReplaceAllString(strings.ToLower(m.NameForModel), "-"), "-_")
	if base == "" || base[0] < 'a' || base[0] > 'z' {
		base = "p" + base
	}
	base = base[:min(len(base), 30)]
	name := base
	for i := 2; taken(name); i++ {
		name = fmt.Sprintf("%s-%d", base, i)
	}
	return name
}

// yamlManifestKey matches keys of which every manifest in YAML has one. A file without
// one is not parsed as YAML here, because it may be a document of megabytes.
var yamlManifestKey = regexp.MustCompile(`(?m)^["']?(name_for_model|runtimes)["']?[ \t]*:`)

// maxManifestBytes is how large a manifest may be, in bytes.
const maxManifestBytes = 256 << 10

// parseManifest reads a manifest in JSON or YAML, or says what came instead.
func parseManifest(data []byte) (manifestFile, error) {
	data = bytes.TrimSpace(bytes.TrimPrefix(bytes.TrimSpace(data), []byte("\xef\xbb\xbf")))
	written := len(data) > 0 && data[0] == '{'
	switch {
	case len(data) == 0:
		return manifestFile{}, errors.New("the manifest is empty")
	case data[0] == '<':
		return manifestFile{}, errors.New("a web page came instead of a manifest: the site has no " + wellKnown + ", or wants a login")
	case !written && (len(data) > maxManifestBytes || !yamlManifestKey.Match(data)):
		return manifestFile{}, errNotManifest
	}
	var f manifestFile
	err := json.Unmarshal(data, &f)
	if err != nil && len(data) <= maxManifestBytes { // YAML, or JSON with raw line ends and the like
		if strict, fault := tree.JSON(data); fault == nil {
			f = manifestFile{}
			err = json.Unmarshal(strict, &f)
		} else if !written {
			err = fault
		}
	}
	if syntax := (*json.SyntaxError)(nil); errors.As(err, &syntax) {
		return manifestFile{}, fmt.Errorf("the manifest is not valid JSON at byte %d: %w", syntax.Offset, err)
	}
	if err != nil {
		return manifestFile{}, fmt.Errorf("the manifest cannot be read: %w", err)
	}
	return f, nil
}

// Login is how a plugin's manifest wants its callers to authenticate.
type Login struct {
	Scheme       string // of service_http and user_http: "bearer" or "basic"
	AuthorizeURL string // of oauth: where the member logs in; the manifest's client_url
	TokenURL     string // of oauth: where the code becomes a token; the manifest's misnamed authorization_url
	ContentType  string // of the request to TokenURL: "application/json" or "application/x-www-form-urlencoded"
	Scope        string
	Instructions string            // for the administrator
	Tokens       map[string]string // by service: what proves that the plugin's author knows it
	Reference    string            // of version 2: the name under which an administrator keeps the secret
}

// authFile is auth of version 1.
type authFile struct {
	Type         looseString                   `json:"type"`
	Scheme       looseString                   `json:"authorization_type"`
	ClientURL    looseString                   `json:"client_url"`
	TokenURL     looseString                   `json:"authorization_url"`
	ContentType  looseString                   `json:"authorization_content_type"`
	Scope        looseString                   `json:"scope"`
	Instructions looseString                   `json:"instructions"`
	Tokens       loose[map[string]looseString] `json:"verification_tokens"`
}

// readAuth accepts the object of version 1, a bare word, and the runtimes' auth of
// version 2.
func (m *Manifest) readAuth(f manifestFile, at *url.URL) {
	var object authFile
	var bare looseString
	m.Auth = "none"
	switch {
	case json.Unmarshal(f.Auth, &object) == nil && object.Type != "":
		m.Auth = strings.ToLower(string(object.Type))
	case json.Unmarshal(f.Auth, &bare) == nil && bare != "":
		m.Auth = strings.ToLower(string(bare))
	default:
		m.readRuntimeAuth(f)
		return
	}
	if !slices.Contains([]string{"none", "service_http", "user_http", "oauth"}, m.Auth) {
		m.note("manifest-auth", fmt.Sprintf("auth %q is not known, read as none", markdown.Line(m.Auth, 30)), "auth")
		m.Auth = "none"
	}
	if m.Auth == "none" {
		return
	}
	m.Login = Login{
		ContentType: markdown.Line(string(object.ContentType), 80), Scope: markdown.Line(string(object.Scope), 1000),
		Instructions: markdown.Line(firstText(object.Instructions), 1000),
	}
	for service, token := range object.Tokens.Value {
		if m.Login.Tokens == nil {
			m.Login.Tokens = map[string]string{}
		}
		m.Login.Tokens[markdown.Line(service, 80)] = string(token)
	}
	if m.Auth != "oauth" {
		m.Login.Scheme = strings.ToLower(strings.TrimSpace(string(object.Scheme)))
		if m.Login.Scheme != "bearer" && m.Login.Scheme != "basic" {
			if m.Login.Scheme != "" {
				m.note("manifest-auth", fmt.Sprintf("authorization_type %q is not known, read as bearer", markdown.Line(m.Login.Scheme, 30)), "auth.authorization_type")
			}
			m.Login.Scheme = "bearer"
		}
		return
	}
	m.Login.AuthorizeURL = m.loginURL(object.ClientURL, at, "auth.client_url")
	m.Login.TokenURL = m.loginURL(object.TokenURL, at, "auth.authorization_url")
}

// loginURL returns an address at which members of a plugin found at another log in, or ""
// and a note.
func (m *Manifest) loginURL(address looseString, at *url.URL, where string) string {
	u := loginURL(string(address), at.Hostname())
	if u == "" {
		m.note("manifest-auth", "it is not an https address: members cannot log in", where)
	}
	return u
}

// readRuntimeAuth reads the auth of the first OpenApi runtime. Version 2 keeps secrets out
// of the manifest; it names what an administrator must provide.
func (m *Manifest) readRuntimeAuth(f manifestFile) {
	for _, r := range f.Runtimes.Value {
		if !strings.EqualFold(string(r.Value.Type), "OpenApi") {
			continue
		}
		auth := r.Value.Auth.Value
		switch kind := strings.ToLower(string(auth.Type)); kind {
		case "", "none":
		case "oauthpluginvault":
			m.Auth = "oauth"
		case "apikeypluginvault":
			m.Auth, m.Login.Scheme = "service_http", "bearer"
		default:
			m.note("manifest-auth", fmt.Sprintf("auth %q is not known, read as none", markdown.Line(string(auth.Type), 30)), "runtimes")
		}
		if m.Auth != "none" {
			m.Login.Reference = markdown.Line(string(auth.Reference), 200)
		}
		return
	}
}
