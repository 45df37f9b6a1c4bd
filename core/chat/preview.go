package chat

// Preview is the card of a page that an API result linked to.
//
// Its texts come from the page or from the result: they are data, cleaned and
// length-capped by whoever made the Preview, never markup.
type Preview struct {
	URL         string `json:"url"`                 // the address as it stood in the result; always the one shown and linked
	SiteName    string `json:"site_name,omitempty"` // og:site_name, else the host
	Title       string `json:"title,omitempty"`
	Description string `json:"description,omitempty"`
	Image       string `json:"image,omitempty"`      // absolute address of a picture, or empty
	ImageKind   string `json:"image_kind,omitempty"` // WebP, or empty: PNG, JPEG or GIF, which every platform shows
}

// WebP is the kind of picture that Discord shows in a preview and Slack does not.
const WebP = "image/webp"
