package render

import (
	"net"
	"net/url"
	"strings"
	"unicode/utf8"

	"aidesk/core/chat"
	"aidesk/core/markdown"
)

// preview is the preview of a page. The page wrote everything in it but the address, so
// the texts are cleaned and shortened, and none is read as markup.
type preview struct {
	link        markdown.Inline // its label says the page's title
	host        string
	site        string
	description string
	image       string // address of a picture, or empty
}

func previewSegment(p chat.Preview, local bool) segment {
	out := preview{
		link:        markdown.Link(markdown.Line(p.Title, maxTitle), p.URL),
		site:        markdown.Line(p.SiteName, maxTitle),
		description: markdown.Line(p.Description, maxDescription),
	}
	if u, err := url.Parse(out.link.URL); err == nil {
		out.host = u.Hostname()
	}
	image := allowedURL(markdown.Link("", p.Image))
	if (strings.HasPrefix(image, "https://") || local && OnThisMachine(image)) && p.ImageKind != chat.WebP {
		out.image = image
	}
	return out
}

// OnThisMachine reports whether an address is a loopback address.
func OnThisMachine(address string) bool {
	u, err := url.Parse(address)
	if err != nil {
		return false
	}
	ip := net.ParseIP(u.Hostname())
	return ip != nil && ip.IsLoopback()
}

func (p preview) write(w *blockWriter) {
	title := p.title()
	if title == "" || utf8.RuneCountInString(title) > maxPlain { // then without mrkdwn and image
		w.document(markdown.New(markdown.Block{Kind: markdown.KindParagraph, Inlines: []markdown.Inline{p.link}}))
		w.section(p.description)
	} else {
		aside := p.description
		if !strings.ContainsAny(aside, "*_~`:") && utf8.RuneCountInString(title+aside) < maxPlain/4 {
			title = joined([]string{title, Escape(aside)}, "\n")
			aside = ""
		}
		w.block("section")
		w.object("text", "mrkdwn", title)
		if p.image != "" && !w.noImages {
			w.out = appendKey(append(w.out, `,"accessory":{"type":"image"`...), "image_url", p.image)
			w.out = append(appendKey(w.out, "alt_text", content([]markdown.Inline{p.link})), '}')
		}
		w.endBlock()
		w.section(aside)
	}
	smallPrint{p.source()}.write(w)
}

// title is the title as a link in mrkdwn, or "" if it cannot be a link.
func (p preview) title() string {
	target := allowedURL(p.link)
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

// source is the name and the host of the site.
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

func (p preview) allButtons() buttonRow { return nil }
