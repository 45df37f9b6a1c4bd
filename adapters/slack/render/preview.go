package render

import (
	"net/url"
	"strings"
	"unicode/utf8"

	"aidesk/core/chat"
	"aidesk/core/markdown"
)

// preview is the card of a page. Everything in it but the address was written by the
// page: cleaned, capped, and markup nowhere.
type preview struct {
	link        markdown.Inline // its label says the page's title
	host        string
	site        string
	description string
	image       string // address of a picture, or empty
}

func previewOf(p chat.Preview) part {
	out := preview{
		link:        markdown.Link(markdown.Line(p.Title, maxTitle), p.URL),
		site:        markdown.Line(p.SiteName, maxTitle),
		description: markdown.Line(p.Description, maxDescription),
	}
	if u, err := url.Parse(out.link.URL); err == nil {
		out.host = u.Hostname()
	}
	if image := clickable(markdown.Link("", p.Image)); strings.HasPrefix(image, "https://") {
		out.image = image
	}
	return out
}

func (p preview) write(s *sheet) {
	title := p.title()
	if title == "" || utf8.RuneCountInString(title) > maxPlain { // then without mrkdwn and picture
		s.document(markdown.New(markdown.Block{Kind: markdown.KindParagraph, Inlines: []markdown.Inline{p.link}}))
		s.section(p.description)
	} else {
		aside := p.description
		if !strings.ContainsAny(aside, "*_~`:") && utf8.RuneCountInString(title+aside) < maxPlain/4 {
			title = joined([]string{title, Escape(aside)}, "\n")
			aside = ""
		}
		s.block("section")
		s.object("text", "mrkdwn", title)
		if p.image != "" && !s.bare {
			s.out = appendKey(append(s.out, `,"accessory":{"type":"image"`...), "image_url", p.image)
			s.out = append(appendKey(s.out, "alt_text", content([]markdown.Inline{p.link})), '}')
		}
		s.done()
		s.section(aside)
	}
	notes{p.source()}.write(s)
}

// title is the title as a link in mrkdwn; empty if it can be no link.
func (p preview) title() string {
	target := clickable(p.link)
	if target == "" {
		return ""
	}
	label := content([]markdown.Inline{p.link})
	title := "<" + Escape(target) + "|" + Escape(label) + ">"
	if strings.Contains(label, "*") {
		return title
	}
	return "*" + title + "*"
}

// source says whose page it is.
func (p preview) source() string {
	if p.site == "" || strings.EqualFold(p.site, p.host) {
		return p.host
	}
	return joined([]string{p.site, p.host}, " · ")
}

func (p preview) text() string {
	d := markdown.New(markdown.Block{Kind: markdown.KindParagraph, Inlines: []markdown.Inline{p.link}})
	return joined([]string{d.Text(), p.description, p.source()}, "\n")
}

func (p preview) presses() press { return nil }
