// Package handbook is an example plugin: the handbook of an organisation. One
// can search it and read a page of it, and borrow what its offices lend.
//
// It is the one to read for plugins that only answer questions. Searching gives
// titles, excerpts and links, so that the answer can point to its source;
// reading gives the whole page as Markdown. Every page is also a page for
// people, at the address that the search gave.
//
// The pages are the files in the folder pages; the seed fills in the name of the
// organisation, its people and its numbers (page.go). How a search ranks them is
// in search.go. A loan (loan.go) is the example of a call that takes an object with an
// object in it: members fill it in field by field.
package handbook

import (
	_ "embed"
	"fmt"
	"image"
	"net/http"
	"strings"

	"aidesk/cmd/exampleplugins/site"
)

//go:embed openapi.yaml
var document string

//go:embed views.html
var views string

// defaultLimit is how many pages a search gives when it is not told.
const defaultLimit = 3

// handbook is the plugin. Its pages never change.
type handbook struct {
	org   string
	pages []page
	index *index
}

// New makes the plugin.
func New(cfg site.Config) (http.Handler, error) {
	facts := factsOf(cfg)
	pages, err := readPages(facts)
	if err != nil {
		return nil, fmt.Errorf("handbook: %w", err)
	}
	lending, err := openLoans(cfg.File("loans.json"), cfg.Time)
	if err != nil {
		return nil, fmt.Errorf("handbook: %w", err)
	}
	h := &handbook{org: facts.Org, pages: pages, index: newIndex(pages)}
	s, err := site.New(site.About{
		Name:      "handbook",
		Title:     "Handbook",
		ForPeople: "Ask the handbook: leave, expenses, travel, security and more.",
		ForModel: "The handbook of " + facts.Org + ": its rules on leave, pay, expenses, travel, equipment, security and " +
			"working together. Search it for a topic, or read a page whole. Its offices lend equipment.",
		Contact: "desk@handbook.example",
		Legal: []string{
			"The handbook is an example. " + facts.Org + " is invented, and so are its people and its rules.",
			"Nothing that you ask is kept, except in the log of the computer that runs this plugin. What you borrow is kept there too.",
		},
		Document: document,
		Facts:    map[string]any{"Org": facts.Org},
		Views:    views,
		Accent:   "#b45309",
		Logo:     logo,
	}, cfg)
	if err != nil {
		return nil, err
	}
	s.Page("GET /{$}", h.home)
	s.API("GET /pages", h.search)
	s.Both("GET /pages/{slug}", h.read, h.page)
	s.Picture("GET /pages/{slug}/picture.png", h.picture)
	s.API("GET /loans", lending.list)
	s.API("POST /loans", lending.borrow)
	return s, nil
}

// hit is a page as a search shows it.
type hit struct {
	Slug    string `json:"slug"`
	Title   string `json:"title"`
	Excerpt string `json:"excerpt"`
	URL     string `json:"url"`
	Image   string `json:"image"`
}

func (h *handbook) search(r *http.Request) (any, error) {
	q := site.NewQuery(r)
	words, limit := q.Text("q", 200), q.Int("limit", 1, 10)
	if err := q.Err(); err != nil {
		return nil, err
	}
	if words == "" {
		return nil, site.Malformed("q", "q is missing: say what to search for")
	}
	if limit == 0 {
		limit = defaultLimit
	}
	hits := []hit{}
	for _, f := range h.index.search(words, limit) {
		p := h.pages[f.page]
		at := site.Origin(r) + p.path()
		hits = append(hits, hit{Slug: p.Slug, Title: p.Title, Excerpt: f.excerpt, URL: at, Image: at + "/picture.png"})
	}
	return map[string][]hit{"pages": hits}, nil
}

// fullPage is a page as the API shows it.
type fullPage struct {
	Slug    string `json:"slug"`
	Title   string `json:"title"`
	Summary string `json:"summary"`
	Text    string `json:"text"` // Markdown
	URL     string `json:"url"`
	Image   string `json:"image"`
}

// find finds a page by its slug or its title, in capitals or not.
func (h *handbook) find(r *http.Request) (page, error) {
	want := strings.TrimSpace(r.PathValue("slug"))
	for _, p := range h.pages {
		if strings.EqualFold(want, p.Slug) || strings.EqualFold(want, p.Title) {
			return p, nil
		}
	}
	return page{}, site.NotFound("slug", "the handbook has no page of this name; search it to find one")
}

func (h *handbook) read(r *http.Request) (any, error) {
	p, err := h.find(r)
	if err != nil {
		return nil, err
	}
	at := site.Origin(r) + p.path()
	return fullPage{Slug: p.Slug, Title: p.Title, Summary: p.Summary, Text: p.Text, URL: at, Image: at + "/picture.png"}, nil
}

func (h *handbook) page(r *http.Request) (site.Page, error) {
	p, err := h.find(r)
	if err != nil {
		return site.Page{}, err
	}
	return site.Page{
		Title:       p.Title,
		Description: p.Summary,
		Path:        p.path(),
		Image:       p.path() + "/picture.png",
		View:        "page",
		Value:       p,
	}, nil
}

func (h *handbook) home(*http.Request) (site.Page, error) {
	return site.Page{
		Title:       "The handbook of " + h.org,
		Description: fmt.Sprintf("%d pages about working together.", len(h.pages)),
		Path:        "/",
		View:        "home",
		Value:       h.pages,
	}, nil
}

func (h *handbook) picture(r *http.Request) (image.Image, error) {
	p, err := h.find(r)
	if err != nil {
		return nil, err
	}
	return desk(p.Slug), nil
}
