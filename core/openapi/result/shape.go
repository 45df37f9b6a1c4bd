package result

import (
	"bytes"
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"aidesk/core/openapi/plaintext"
	"aidesk/core/openapi/tree"
)

// Response is what came back for a Request.
type Response struct {
	Status      int
	ContentType string
	Header      http.Header // at least Retry-After and Date where present
	Body        []byte
	Truncated   bool // Body is only the beginning
}

// Result is a Response shaped for the model and the member.
type Result struct {
	Status     string // "ok" or "error"
	Code       string // of an error: "auth", "forbidden", "not_found", "conflict", "invalid", "rate", "timeout", "redirect", "server"
	Content    string // for the model, at most MaxContent bytes; of an error at most 2 KiB
	Links      []Link // every http and https URL found before shaping, in order, each once
	LeftOut    string // plain words: "first 25 of 412 entries"; empty: nothing
	RetryAfter time.Duration
	Message    string // of an error: one plain line for a member
}

// Link is a URL of a result with what the result says about it.
type Link struct {
	URL         string `json:"url"`
	Kind        string `json:"kind"` // "page" or "image"
	Title       string `json:"title,omitempty"`
	Description string `json:"description,omitempty"`
	Image       string `json:"image,omitempty"`
	SiteName    string `json:"site_name,omitempty"`
}

// Shape turns a response into what a model can read: JSON without nulls, long
// texts and lists cut with a word about it, HTML as text, anything else by its
// type and size. It never fails: what cannot be read is described.
func Shape(resp Response) Result {
	var r Result
	room := MaxContent
	if resp.Status >= 200 && resp.Status < 300 {
		r.Status = "ok"
	} else {
		room = maxFailure
		r.Status, r.Code = "error", code(resp.Status)
		r.RetryAfter = retryAfter(resp)
	}
	c := read(resp)
	r.Links = c.links
	r.Content, r.LeftOut = c.content(room - 200)
	if r.Status == "error" {
		r.Message = message(resp.Status, r.RetryAfter, c.detail())
		r.Content = clipBytes("HTTP "+strconv.Itoa(resp.Status)+" "+http.StatusText(resp.Status)+"\n"+r.Content, room)
	}
	return r
}

// content is a response body once its kind is known: a JSON tree, or text.
type content struct {
	root      *tree.Node
	text      string
	size      int
	truncated bool
	links     []Link
}

func read(resp Response) content {
	body := resp.Body
	media := tree.MediaType(resp.ContentType)
	c := content{size: len(body), truncated: resp.Truncated}
	if len(bytes.TrimSpace(body)) == 0 {
		c.text = "The answer is empty (" + strings.TrimSpace(strconv.Itoa(resp.Status)+" "+http.StatusText(resp.Status)) + ")."
		return c
	}
	if binaryMedia(media) || !tree.IsJSON(media) && !textual(body, media) {
		if media == "" {
			media = tree.MediaType(http.DetectContentType(body))
		}
		c.text = fmt.Sprintf("The answer is a file (%s, %s); its content cannot be read here.", plaintext.Clip(plaintext.OneLine(media), 80), volume(len(body), resp.Truncated))
		c.truncated = false
		return c
	}
	data := tree.UTF8(utf(body, resp.ContentType))
	head := bytes.TrimLeft(data, " \t\r\n")
	if tree.IsJSON(media) || len(head) > 0 && (head[0] == '{' || head[0] == '[') {
		if root, ok := tree.ParseAnswer(data, resp.Truncated); ok {
			c.root = root
			c.links = linksOf(root)
			return c
		}
	}
	if media == "text/html" || media == "application/xhtml+xml" || media == "" && len(head) > 0 && head[0] == '<' {
		c.text, c.links = page(data)
		return c
	}
	c.text = strings.TrimSpace(plaintext.Clean(string(data)))
	c.links = linksIn(c.text)
	return c
}

// binaryMedia reports whether a media type is that of a file.
func binaryMedia(media string) bool {
	kind, sub, _ := strings.Cut(media, "/")
	switch kind {
	case "image":
		return sub != "svg+xml"
	case "audio", "video", "font", "model":
		return true
	}
	switch sub {
	case "octet-stream", "pdf", "zip", "gzip", "x-gzip", "x-tar", "msword", "wasm", "x-7z-compressed", "x-rar-compressed", "x-protobuf", "protobuf", "grpc":
		return true
	}
	return strings.HasPrefix(sub, "vnd.ms-") || strings.HasPrefix(sub, "vnd.openxmlformats") || strings.HasPrefix(sub, "vnd.oasis")
}

// textual reports whether bytes look like text. What calls itself text may
// have a stray byte that is none.
func textual(body []byte, media string) bool {
	head := body[:min(len(body), 4<<10)]
	if bytes.HasPrefix(head, []byte{0xFF, 0xFE}) || bytes.HasPrefix(head, []byte{0xFE, 0xFF}) {
		return true
	}
	odd := 0
	for _, c := range head {
		if c == 0 && !strings.HasPrefix(media, "text/") {
			return false
		}
		if c < ' ' && c != '\n' && c != '\r' && c != '\t' && c != 0x1B {
			odd++
		}
	}
	return odd*20 <= len(head)
}

// utf makes UTF-8 of the one other encoding that plugins still answer in.
func utf(body []byte, contentType string) []byte {
	lower := strings.ToLower(contentType)
	if utf8.Valid(body) || !strings.Contains(lower, "8859-1") && !strings.Contains(lower, "1252") {
		return body
	}
	runes := make([]rune, len(body))
	for i, c := range body {
		runes[i] = rune(c)
	}
	return []byte(string(runes))
}

func volume(n int, more bool) string {
	text := fmt.Sprintf("%d bytes", n)
	switch {
	case n >= 1<<20:
		text = fmt.Sprintf("%.1f MB", float64(n)/(1<<20))
	case n >= 1<<10:
		text = fmt.Sprintf("%.1f kB", float64(n)/(1<<10))
	}
	if more {
		return "more than " + text
	}
	return text
}

// content is the body in at most room bytes, and what was left out.
func (c content) content(room int) (text, leftOut string) {
	if c.root != nil {
		return c.json(room)
	}
	if len(c.text) > room {
		return clipBytes(c.text, room), fmt.Sprintf("first %d of %d characters", utf8.RuneCountInString(clipBytes(c.text, room)), utf8.RuneCountInString(c.text))
	}
	if c.truncated {
		leftOut = "only the first " + volume(c.size, false) + " of the answer were read"
	}
	return c.text, leftOut
}

// clipBytes cuts s to at most n bytes, between characters.
func clipBytes(s string, n int) string {
	if len(s) <= n {
		return s
	}
	for n > 0 && !utf8.RuneStart(s[n]) {
		n--
	}
	return s[:n]
}
