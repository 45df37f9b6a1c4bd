package render

import (
	"net/url"
	"strings"

	"aidesk/core/chat"
	"aidesk/core/markdown"
)

// The limits of embeds, and how much of them is used.
const (
	maxEmbeds           = 3
	maxTitle            = 256 // UTF-16 units, backslashes included
	maxDescriptionShown = 300 // characters
	maxAuthor           = 256
	maxEmbedURL         = 2048
)

// writePreviews adds previews as embeds. A preview whose URL Discord would refuse is
// left out; its link stands in the text.
func (s *messageWriter) writePreviews(ps []chat.Preview) {
	var out []Embed
	seen := map[string]bool{}
	for _, p := range ps {
		address, ok := markdown.Normal(p.URL)
		if !ok || seen[address] || utf16Len(p.URL) > maxEmbedURL || len(out) == maxEmbeds {
			continue
		}
		seen[address] = true
		out = append(out, embed(p))
	}
	for i := range out {
		if len(out) > 1 { // several large pictures would hide the answer
			out[i].Image, out[i].Thumbnail = nil, out[i].Image
		}
		s.last().Embeds = append(s.last().Embeds, out[i])
	}
}

// embed writes one preview. Discord reads title and description as markup, author and
// footer as plain text.
func embed(p chat.Preview) Embed {
	host := ""
	if u, err := url.Parse(p.URL); err == nil {
		host = u.Hostname()
	}
	e := Embed{URL: p.URL, Footer: &embedFooter{Text: markdown.Line(host, maxAuthor)}}
	if site := markdown.Line(p.SiteName, maxAuthor/2); site != "" && site != host {
		e.Author = &embedAuthor{Name: site}
	}
	for room := maxTitle; ; room /= 2 {
		if e.Title = escape("", markdown.Line(p.Title, room)); utf16Len(e.Title) <= maxTitle {
			break
		}
	}
	if strings.TrimSpace(e.Title) == "" {
		e.Title = escape("", markdown.Line(host, maxTitle/2))
	}
	e.Description = escape("", markdown.Line(p.Description, maxDescriptionShown))
	if _, ok := markdown.Normal(p.Image); ok && utf16Len(p.Image) <= maxEmbedURL {
		e.Image = &embedImage{URL: p.Image}
	}
	return e
}
