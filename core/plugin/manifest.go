package plugin

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"net/url"
	"regexp"
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
	f, err := readFile(data)
	if err != nil {
		return Manifest{}, err
	}
	m := Manifest{
		SchemaVersion:       markdown.Line(string(f.SchemaVersion), 20),
		NameForModel:        markdown.Line(said(f.NameForModel, f.Namespace, f.NameForHuman), maxName),
		NameForHuman:        markdown.Line(said(f.NameForHuman, f.NameForModel, f.Namespace), maxName),
		DescriptionForModel: markdown.Line(said(f.DescriptionForModel, f.DescriptionForHuman), maxModel),
		DescriptionForHuman: markdown.Line(said(f.DescriptionForHuman, f.DescriptionForModel), maxHuman),
		ContactEmail:        markdown.Line(string(f.Contact), maxEmail),
		PerMember:           bool(f.API.Value.IsUserAuthenticated || f.API.Value.HasUserAuthentication),
	}
	if err := m.readAPI(f, at); err != nil {
		return Manifest{}, err
	}
	m.readAuth(f)
	m.readFunctions(f)
	for _, link := range []struct {
		name string
		from word
		to   *string
	}{{"logo_url", f.LogoURL, &m.LogoURL}, {"legal_info_url", f.LegalURL, &m.LegalURL}, {"privacy_policy_url", f.PrivacyURL, &m.PrivacyURL}} {
		if said(link.from) == "" {
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

// made is the manifest of a bare document.
func made(d *openapi.Document) Manifest {
	title := word(d.Title)
	if said(title) == "" {
		title = "plugin"
	}
	about := said(word(d.Description), title)
	m := Manifest{
		NameForModel: markdown.Line(string(title), maxName), NameForHuman: markdown.Line(string(title), maxName), Auth: "none",
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

// marks are keys of which a manifest in YAML has one at the start of a line. What has
// none is not read as YAML here: it may be a document of megabytes.
var marks = regexp.MustCompile(`(?m)^["']?(name_for_model|runtimes)["']?[ \t]*:`)

// maxFile is how large a manifest may be, in bytes.
const maxFile = 256 << 10

// readFile reads a manifest in JSON or YAML, or says what came instead.
func readFile(data []byte) (manifestFile, error) {
	data = bytes.TrimSpace(bytes.TrimPrefix(bytes.TrimSpace(data), []byte("\xef\xbb\xbf")))
	written := len(data) > 0 && data[0] == '{'
	switch {
	case len(data) == 0:
		return manifestFile{}, errors.New("the manifest is empty")
	case data[0] == '<':
		return manifestFile{}, errors.New("a web page came instead of a manifest: the site has no " + wellKnown + ", or wants a login")
	case !written && (len(data) > maxFile || !marks.Match(data)):
		return manifestFile{}, errNotManifest
	}
	var f manifestFile
	err := json.Unmarshal(data, &f)
	if err != nil && len(data) <= maxFile { // YAML, or JSON with raw line ends and the like
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
