// Package todo is an example plugin: one list of things to do, shared by all
// who use it. One can add to it, read it, complete an item and remove one.
//
// It is the smallest of the four and the one to read first. Note how an item
// may be named by its number or by its title: people say "remove milk from my
// list", and a plugin that accepts their words spares a model one call.
package todo

import (
	_ "embed"
	"fmt"
	"image"
	"net/http"
	"slices"
	"strings"
	"time"

	"aidesk/cmd/exampleplugins/picture"
	"aidesk/cmd/exampleplugins/site"
)

//go:embed openapi.yaml
var document string

//go:embed views.html
var views string

// maxTitle is the most characters of a title, as openapi.yaml states it.
const maxTitle = 200

// plugin is the list with its operations.
type plugin struct {
	list *list
	now  func() time.Time
}

// New makes the plugin. It fails when the list in cfg.Dir cannot be read.
func New(cfg site.Config) (http.Handler, error) {
	l, err := openList(cfg.File("todo.json"))
	if err != nil {
		return nil, fmt.Errorf("todo: %w", err)
	}
	p := &plugin{list: l, now: cfg.Time}
	s, err := site.New(site.About{
		Name:      "todo",
		Title:     "To-do list",
		ForPeople: "One list of things to do: add, complete and remove items.",
		ForModel: "A shared list of things to do. Items have a title and may have a due date; " +
			"they can be listed, added, completed and removed, by number or by title.",
		Contact: "desk@todo.example",
		Legal: []string{
			"The to-do list is an example. Everybody who can reach it sees the same list.",
			"Items are kept on the computer that runs this plugin until they are removed. They are sent nowhere.",
		},
		Document: document,
		Views:    views,
		Accent:   "#7c3aed",
		Logo:     logo,
	}, cfg)
	if err != nil {
		return nil, err
	}
	s.Page("GET /{$}", p.home)
	s.API("GET /items", p.items)
	s.API("POST /items", p.add)
	s.API("POST /items/{item}/complete", p.complete)
	s.API("DELETE /items/{item}", p.remove)
	return s, nil
}

func (p *plugin) items(r *http.Request) (any, error) {
	q := site.NewQuery(r)
	done := q.Bool("done")
	if err := q.Err(); err != nil {
		return nil, err
	}
	items := p.list.all()
	if done != nil {
		items = slices.DeleteFunc(items, func(i item) bool { return i.Done != *done })
	}
	return map[string][]item{"items": items}, nil
}

// addRequest is what a caller sends to add an item.
type addRequest struct {
	Title string `json:"title"`
	Due   string `json:"due"`
}

func (p *plugin) add(r *http.Request) (any, error) {
	var w addRequest
	if err := site.Body(r, &w); err != nil {
		return nil, err
	}
	w.Title = strings.TrimSpace(w.Title)
	if n := len([]rune(w.Title)); n < 1 || n > maxTitle {
		return nil, site.Invalid("title", "title must have from 1 to %d characters", maxTitle)
	}
	if w.Due != "" {
		if _, err := site.Date("due", w.Due); err != nil {
			return nil, err
		}
	}
	added, err := p.list.add(item{Title: w.Title, Due: w.Due, Added: p.stamp()})
	if err != nil {
		return nil, err
	}
	return site.Created{Value: added}, nil
}

func (p *plugin) complete(r *http.Request) (any, error) {
	return p.list.complete(r.PathValue("item"), p.stamp())
}

func (p *plugin) remove(r *http.Request) (any, error) {
	return p.list.remove(r.PathValue("item"))
}

func (p *plugin) stamp() string { return p.now().UTC().Format(time.RFC3339) }

func (p *plugin) home(*http.Request) (site.Page, error) {
	items := p.list.all()
	open := 0
	for _, i := range items {
		if !i.Done {
			open++
		}
	}
	return site.Page{
		Title:       "To-do list",
		Description: fmt.Sprintf("%d to do, %d done.", open, len(items)-open),
		Path:        "/",
		View:        "home",
		Value:       items,
	}, nil
}

// logo draws a ticked box.
func logo() image.Image {
	c := picture.New(256, 256)
	c.Sky(picture.Hex(0xa78bfa), picture.Hex(0x6d28d9))
	c.Box(48, 48, 160, 160, picture.Hex(0xffffff))
	c.Box(62, 62, 132, 132, picture.Hex(0x7c3aed))
	c.Polygon(picture.Hex(0xffffff), 84, 132, 100, 114, 120, 136, 170, 80, 188, 96, 121, 170)
	return c.Image()
}
