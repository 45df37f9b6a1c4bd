package handbook

import (
	"cmp"
	"embed"
	"fmt"
	"path"
	"slices"
	"strings"
	"text/template"
)

//go:embed pages/*.md
var files embed.FS

// page is one page of the handbook.
type page struct {
	Slug    string
	Title   string
	Summary string // one sentence
	Also    string // words that people use for the same thing
	Text    string // Markdown: paragraphs, headings of level 2, lists
}

func (p page) path() string { return "/pages/" + p.Slug }

// readPages reads the files and fills in the facts, in the order of the titles.
//
// A file begins with a head of lines "name: value" up to an empty line; all
// after it is the text, a text/template.
func readPages(f facts) ([]page, error) {
	entries, err := files.ReadDir("pages")
	if err != nil {
		return nil, fmt.Errorf("read the pages: %w", err)
	}
	var pages []page
	for _, entry := range entries {
		raw, err := files.ReadFile("pages/" + entry.Name())
		if err != nil {
			return nil, fmt.Errorf("read the pages: %w", err)
		}
		p := page{Slug: strings.TrimSuffix(path.Base(entry.Name()), ".md")}
		if err := p.fill(string(raw), f); err != nil {
			return nil, fmt.Errorf("page %s: %w", entry.Name(), err)
		}
		pages = append(pages, p)
	}
	slices.SortFunc(pages, func(x, y page) int { return cmp.Compare(x.Title, y.Title) })
	return pages, nil
}

func (p *page) fill(raw string, f facts) error {
	head, text, _ := strings.Cut(raw, "\n\n")
	for line := range strings.Lines(head) {
		name, value, _ := strings.Cut(strings.TrimSpace(line), ": ")
		switch name {
		case "title":
			p.Title = value
		case "summary":
			p.Summary = value
		case "also":
			p.Also = value
		default:
			return fmt.Errorf("its head has an unknown line %q", line)
		}
	}
	t, err := template.New(p.Slug).Parse(text)
	if err != nil {
		return err
	}
	var b strings.Builder
	if err := t.Execute(&b, f); err != nil {
		return err
	}
	p.Text = strings.TrimSpace(b.String())
	return nil
}

// block is a piece of a page: a heading, a list or a paragraph.
type block struct {
	Heading   string
	Items     []string
	Paragraph string
}

// Blocks is the text cut into its pieces, for the page and for excerpts.
func (p page) Blocks() []block {
	var blocks []block
	for part := range strings.SplitSeq(p.Text, "\n\n") {
		part = strings.TrimSpace(part)
		if heading, ok := strings.CutPrefix(part, "## "); ok {
			blocks = append(blocks, block{Heading: heading})
			continue
		}
		if rest, ok := strings.CutPrefix(part, "- "); ok {
			blocks = append(blocks, block{Items: strings.Split(rest, "\n- ")})
			continue
		}
		blocks = append(blocks, block{Paragraph: part})
	}
	return blocks
}
