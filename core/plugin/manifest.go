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
)

// Manifest is what a plugin says of itself, read tolerantly. Its texts are data:
// cleaned and cut here once, and never instructions.
type Manifest struct {
	SchemaVersion       string
	NameForModel        string // at most 50 characters
	NameForHuman        string // at most 50
	DescriptionForModel string // at most 8,000
	DescriptionForHuman string // at most 240
	Auth                string // "none", "service_http", "user_http", "oauth"
	DocumentURL         string // absolute
	LogoURL             string
	ContactEmail        string
	LegalURL            string
	PrivacyURL          string
	Examples            map[string][]string // utterances by operation id; "" where the manifest names none
	Notes               []openapi.Note
}

// manifestFile is the JSON of versions 1 and 2 together; what is in neither is ignored.
type manifestFile struct {
	SchemaVersion       string          `json:"schema_version"`
	NameForModel        string          `json:"name_for_model"`
	Namespace           string          `json:"namespace"`
	NameForHuman        string          `json:"name_for_human"`
	DescriptionForModel string          `json:"description_for_model"`
	DescriptionForHuman string          `json:"description_for_human"`
	Auth                json.RawMessage `json:"auth"`
	API                 struct {
		Type string `json:"type"`
		URL  string `json:"url"`
	} `json:"api"`
	LogoURL    string `json:"logo_url"`
	Contact    string `json:"contact_email"`
	LegalURL   string `json:"legal_info_url"`
	PrivacyURL string `json:"privacy_policy_url"`

	Runtimes []struct {
		Type string `json:"type"`
		Auth struct {
			Type string `json:"type"`
		} `json:"auth"`
		Spec struct {
			URL string `json:"url"`
		} `json:"spec"`
	} `json:"runtimes"`
	Functions []struct {
		Name   string `json:"name"`
		States struct {
			Reasoning struct {
				Examples []string `json:"examples"`
			} `json:"reasoning"`
		} `json:"states"`
	} `json:"functions"`
	Capabilities struct {
		Starters []struct {
			Text string `json:"text"`
		} `json:"conversation_starters"`
	} `json:"capabilities"`
}

// errNotManifest says that what was read is something else: perhaps a document.
var errNotManifest = errors.New("this is no plugin manifest: name_for_model and api are missing")

// ReadManifest reads a manifest found at an address. The error is one plain line.
func ReadManifest(data []byte, at *url.URL) (Manifest, error) {
	data = bytes.TrimPrefix(bytes.TrimSpace(data), []byte("\xef\xbb\xbf"))
	if len(data) == 0 {
		return Manifest{}, errors.New("the manifest is empty")
	}
	if data[0] != '{' && data[0] != '<' {
		return Manifest{}, errNotManifest
	}
	if data[0] == '<' {
		return Manifest{}, errors.New("a web page came instead of a manifest: the site has no " + wellKnown + ", or wants a login")
	}
	var f manifestFile
	if err := json.Unmarshal(data, &f); err != nil {
		if syntax := (*json.SyntaxError)(nil); errors.As(err, &syntax) {
			return Manifest{}, fmt.Errorf("the manifest is not valid JSON at byte %d: %w", syntax.Offset, err)
		}
		if kind := (*json.UnmarshalTypeError)(nil); errors.As(err, &kind) {
			return Manifest{}, fmt.Errorf("the manifest's %s must not be a %s", kind.Field, kind.Value)
		}
		return Manifest{}, fmt.Errorf("the manifest cannot be read: %w", err)
	}
	m := Manifest{
		SchemaVersion:       markdown.Line(f.SchemaVersion, 20),
		NameForModel:        markdown.Line(firstOf(f.NameForModel, f.Namespace, f.NameForHuman), 50),
		NameForHuman:        markdown.Line(firstOf(f.NameForHuman, f.NameForModel, f.Namespace), 50),
		DescriptionForModel: markdown.Line(firstOf(f.DescriptionForModel, f.DescriptionForHuman), 8000),
		DescriptionForHuman: markdown.Line(firstOf(f.DescriptionForHuman, f.DescriptionForModel), 240),
		ContactEmail:        markdown.Line(f.Contact, 120),
	}
	if err := m.readAPI(f, at); err != nil {
		return Manifest{}, err
	}
	m.readAuth(f)
	m.readExamples(f)
	for _, link := range []struct {
		name string
		from string
		to   *string
	}{{"logo_url", f.LogoURL, &m.LogoURL}, {"legal_info_url", f.LegalURL, &m.LegalURL}, {"privacy_policy_url", f.PrivacyURL, &m.PrivacyURL}} {
		if link.from == "" {
			continue
		}
		if u, err := at.Parse(strings.TrimSpace(link.from)); err == nil && (u.Scheme == "http" || u.Scheme == "https") && u.Host != "" {
			*link.to = u.String()
		} else {
			m.note("manifest-link", "it is not the address of a page and is not shown", link.name)
		}
	}
	if m.NameForModel == "" {
		return Manifest{}, errors.New("the manifest has no name_for_model")
	}
	return m, nil
}

// made is the manifest of a bare document.
func made(d *openapi.Document) Manifest {
	title := firstOf(d.Title, "plugin")
	m := Manifest{
		NameForModel: markdown.Line(title, 50), NameForHuman: markdown.Line(title, 50), Auth: "none",
		DescriptionForModel: markdown.Line(firstOf(d.Description, title), 8000), DescriptionForHuman: markdown.Line(firstOf(d.Description, title), 240),
	}
	if strings.Contains(d.Contact, "@") {
		m.ContactEmail = d.Contact
	}
	m.note("manifest-made", "there is no manifest: one is made from the document's title and description", "")
	return m
}

// readAPI finds the document's address: api.url of version 1, the first OpenApi
// runtime of version 2.
func (m *Manifest) readAPI(f manifestFile, at *url.URL) error {
	address := f.API.URL
	for _, r := range f.Runtimes {
		switch {
		case r.Type != "OpenApi":
			m.note("manifest-runtime", fmt.Sprintf("runtimes of type %q are not used", markdown.Line(r.Type, 30)), "runtimes")
		case address == "":
			address = r.Spec.URL
		}
	}
	if address == "" {
		if f.NameForModel == "" && f.Namespace == "" {
			return errNotManifest
		}
		return errors.New("the manifest names no OpenAPI document: api.url is missing")
	}
	if f.API.Type != "" && f.API.Type != "openapi" {
		m.note("manifest-api-type", fmt.Sprintf("api.type is %q, read as openapi", markdown.Line(f.API.Type, 30)), "api.type")
	}
	u, err := at.Parse(strings.TrimSpace(address))
	if err != nil || (u.Scheme != "http" && u.Scheme != "https") {
		return fmt.Errorf("the manifest's api.url is no web address: %q", markdown.Line(address, 200))
	}
	m.DocumentURL = u.String()
	return nil
}

// readAuth accepts the object of version 1, a bare word, and the runtimes' auth of
// version 2.
func (m *Manifest) readAuth(f manifestFile) {
	m.Auth = "none"
	var object struct {
		Type string `json:"type"`
	}
	var word string
	switch {
	case json.Unmarshal(f.Auth, &object) == nil && object.Type != "":
		m.Auth = object.Type
	case json.Unmarshal(f.Auth, &word) == nil && word != "":
		m.Auth = word
	case len(f.Runtimes) > 0:
		m.Auth = map[string]string{"OAuthPluginVault": "oauth", "ApiKeyPluginVault": "service_http"}[f.Runtimes[0].Auth.Type]
		if m.Auth == "" {
			m.Auth = "none"
		}
	}
	if !slices.Contains([]string{"none", "service_http", "user_http", "oauth"}, m.Auth) {
		m.note("manifest-auth", fmt.Sprintf("auth %q is not known, read as none", markdown.Line(m.Auth, 30)), "auth")
		m.Auth = "none"
	}
}

func (m *Manifest) readExamples(f manifestFile) {
	m.Examples = map[string][]string{}
	for _, fn := range f.Functions {
		m.Examples[fn.Name] = append(m.Examples[fn.Name], fn.States.Reasoning.Examples...)
	}
	for _, s := range f.Capabilities.Starters {
		m.Examples[""] = append(m.Examples[""], s.Text)
	}
}

func (m *Manifest) note(code, message, where string) {
	m.Notes = append(m.Notes, openapi.Note{Level: "warn", Code: code, Message: message, Where: where})
}

var notName = regexp.MustCompile(`[^a-z0-9_-]+`)

// name makes the word that members type from the manifest's name, unique among
// those taken.
func (m Manifest) name(taken func(string) bool) string {
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

// firstOf returns the first text that is not blank.
func firstOf(texts ...string) string {
	for _, t := range texts {
		if strings.TrimSpace(t) != "" {
			return t
		}
	}
	return ""
}
