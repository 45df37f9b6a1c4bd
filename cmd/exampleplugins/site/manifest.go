package site

import (
	"bytes"
	"encoding/json"
	"net/http"
	"text/template"
)

// manifest is version 1 of the file that makes a website a plugin.
type manifest struct {
	SchemaVersion string       `json:"schema_version"`
	NameForModel  string       `json:"name_for_model"`
	NameForHuman  string       `json:"name_for_human"`
	ForModel      string       `json:"description_for_model"`
	ForPeople     string       `json:"description_for_human"`
	Auth          manifestAuth `json:"auth"`
	API           manifestAPI  `json:"api"`
	LogoURL       string       `json:"logo_url"`
	ContactEmail  string       `json:"contact_email"`
	LegalInfoURL  string       `json:"legal_info_url"`
}

type manifestAuth struct {
	Type string `json:"type"`
}

type manifestAPI struct {
	Type string `json:"type"`
	URL  string `json:"url"`
}

func (s *Site) serveManifest(w http.ResponseWriter, r *http.Request) {
	origin := Origin(r)
	sendJSON(w, http.StatusOK, manifest{
		SchemaVersion: "v1",
		NameForModel:  s.about.Name,
		NameForHuman:  s.about.Title,
		ForModel:      s.about.ForModel,
		ForPeople:     s.about.ForPeople,
		Auth:          manifestAuth{Type: "none"},
		API:           manifestAPI{Type: "openapi", URL: origin + "/openapi.yaml"},
		LogoURL:       origin + "/logo.png",
		ContactEmail:  s.about.Contact,
		LegalInfoURL:  origin + "/legal",
	})
}

func parseDocument(text string) (*template.Template, error) {
	quote := func(v any) (string, error) {
		b, err := json.Marshal(v) // JSON is YAML
		return string(b), err
	}
	return template.New("openapi").Funcs(template.FuncMap{"json": quote}).Option("missingkey=error").Parse(text)
}

func (s *Site) serveDocument(w http.ResponseWriter, r *http.Request) {
	var b bytes.Buffer
	err := s.document.Execute(&b, map[string]any{"Origin": Origin(r), "Facts": s.about.Facts})
	if err != nil {
		sendError(w, err)
		return
	}
	w.Header().Set("Content-Type", "application/yaml")
	w.Header().Set("Cache-Control", "no-cache")
	_, _ = w.Write(b.Bytes())
}
