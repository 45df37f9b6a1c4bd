package egress

import "time"

// Kind says what a request is for. It decides limits, redirects and which of
// the operator's rules may open an address to it.
type Kind int

// The kinds of request.
const (
	Webpage  Kind = iota // a page to preview: http or https, 512 KiB, 5 s, cut when longer
	Image                // a picture to probe: http or https, 64 KiB, 3 s, cut when longer
	Manifest             // a plugin's manifest: https, 256 KiB, 10 s, an error when longer
	Document             // an OpenAPI document: https, 8 MiB, 20 s, an error when longer
	Read                 // a plugin's call without effect
	Effect               // a plugin's call with effect
)

const (
	callTime     = 45 * time.Second
	callLimit    = 1 << 20
	maxRedirects = 5
)

// limit bounds a fetch.
type limit struct {
	time   time.Duration
	body   int64 // bytes, decompressed
	cut    bool  // longer bodies are cut, else refused
	accept string
}

var limits = map[Kind]limit{
	Webpage:  {5 * time.Second, 512 << 10, true, "text/html,application/xhtml+xml"},
	Image:    {3 * time.Second, 64 << 10, true, "image/png,image/jpeg,image/gif"},
	Manifest: {10 * time.Second, 256 << 10, false, "application/json"},
	Document: {20 * time.Second, 8 << 20, false, "application/json,application/yaml;q=0.9,*/*;q=0.5"},
}

// agent is the User-Agent of a kind; sites want to know a preview from a call.
func (g *Guard) agent(kind Kind) string {
	if kind == Webpage || kind == Image {
		return "aidesk-preview/" + g.version + " (link preview bot)"
	}
	return "aidesk/" + g.version
}
