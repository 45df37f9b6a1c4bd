package site

import (
	"bytes"
	_ "embed"
	"fmt"
	"html/template"
	"net/http"
)

// Page is a page for people. Its title, description and image become the
// OpenGraph fields from which a messenger makes a card.
type Page struct {
	Title       string
	Description string
	Path        string // where the page is found, such as /stays/canal-loft
	Image       string // the path of its picture; the logo when empty
	View        string // the name of the template of its body
	Value       any    // what that template shows
}

//go:embed page.html
var layout string

// parseViews reads the layout of all pages and the views of one plugin.
func parseViews(views string) (*template.Template, error) {
	t, err := template.New("layout").Parse(layout)
	if err != nil {
		return nil, err
	}
	return t.Parse(views)
}

func (s *Site) legal(*http.Request) (Page, error) {
	return Page{
		Title:       "Legal information",
		Description: "Who runs " + s.about.Title + ", and what becomes of what you send.",
		Path:        "/legal",
		View:        "legal",
		Value:       s.about,
	}, nil
}

func (s *Site) sendPage(w http.ResponseWriter, r *http.Request, page func(*http.Request) (Page, error)) {
	status := http.StatusOK
	p, err := page(r)
	if err != nil {
		e := asError(err)
		if rec, ok := w.(*recorder); ok {
			rec.fault = e.fault
		}
		status = e.Status
		p = Page{Title: http.StatusText(status), Description: e.Message, Path: "/", View: "refused", Value: e.Message}
	}
	b, err := s.render(p, Origin(r))
	if err != nil {
		sendError(w, err)
		return
	}
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	w.Header().Set("Content-Security-Policy", "default-src 'none'; img-src 'self'; style-src 'unsafe-inline'")
	w.Header().Set("Cache-Control", "no-cache")
	w.WriteHeader(status)
	_, _ = w.Write(b)
}

// render puts the view of a page into the layout.
func (s *Site) render(p Page, origin string) ([]byte, error) {
	if p.Image == "" {
		p.Image = "/logo.png"
	}
	var body bytes.Buffer
	if err := s.views.ExecuteTemplate(&body, p.View, p.Value); err != nil {
		return nil, fmt.Errorf("view %s: %w", p.View, err)
	}
	var b bytes.Buffer
	err := s.views.ExecuteTemplate(&b, "layout", map[string]any{
		"Page":   p,
		"Site":   s.about.Title,
		"Origin": origin,
		"Accent": template.CSS(s.about.Accent), //nolint:gosec // written in our sources
		"Body":   template.HTML(body.String()), //nolint:gosec // made by a template that escapes
	})
	if err != nil {
		return nil, fmt.Errorf("page %s: %w", p.Path, err)
	}
	return b.Bytes(), nil
}
