package trial

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"sync"

	"aidesk/core/egress"
	"aidesk/core/markdown"
	"aidesk/core/openapi"
)

// link is an address that the plugin gives for people.
type link struct {
	name, where, address string
	kind                 egress.Kind
}

// Links asks the plugin's logo, legal page and contact page, and returns a note of each
// that does not answer as it should. asked are the names of those that were asked.
func (t *Trial) Links(ctx context.Context) (asked []string, notes []openapi.Note) {
	links := []link{
		{"logo", "logo_url", t.Plugin.Manifest.LogoURL, egress.Image},
		{"legal page", "legal_info_url", t.Plugin.Manifest.LegalURL, egress.Webpage},
	}
	if contact := t.Plugin.Document.Contact; strings.HasPrefix(contact, "http") {
		links = append(links, link{"contact page", "info.contact.url", contact, egress.Webpage})
	}
	found := make([]string, len(links))
	var group sync.WaitGroup
	for i, l := range links {
		if l.address == "" {
			continue
		}
		asked = append(asked, l.name)
		group.Go(func() { found[i] = t.fault(ctx, l) })
	}
	group.Wait()
	for i, l := range links {
		if found[i] != "" {
			notes = append(notes, openapi.Note{Level: "warn", Code: "link-dead", Message: fmt.Sprintf("the %s does not answer as it should: %s", l.name, found[i]), Where: l.where})
		}
	}
	return asked, notes
}

// fault says what is wrong with a link, or "".
func (t *Trial) fault(ctx context.Context, l link) string {
	kind := l.kind
	if u, err := url.Parse(l.address); err == nil && strings.EqualFold(u.Host, t.Plugin.ID) {
		kind = egress.Document // it is where the plugin itself was read, perhaps on this machine
	}
	page, err := t.Guard.Fetch(ctx, kind, t.Plugin.ID, l.address)
	if err != nil {
		return markdown.Line(err.Error(), 200)
	}
	if page.Status != http.StatusOK {
		return fmt.Sprintf("HTTP %d", page.Status)
	}
	if kind := http.DetectContentType(page.Body); l.kind == egress.Image && !strings.HasPrefix(kind, "image/") && !isSVG(page) {
		return "it is no picture but " + markdown.Line(kind, 60)
	}
	return ""
}

// isSVG reports whether a page is a drawing, which its bytes do not show.
func isSVG(page egress.Page) bool {
	return strings.HasPrefix(page.ContentType, "image/svg") && strings.Contains(string(page.Body), "<svg")
}
