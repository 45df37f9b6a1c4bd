package result

import (
	"bytes"
	"fmt"
	"net/http"
	"slices"
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
	Truncated   bool   // Body is only the beginning
	Method, URL string // of the request
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
// type and size; then, after an empty line, the header fields that are part of
// the answer. It never fails: what cannot be read is described.
func Shape(resp Response, e Expected) Result {
	var r Result
	room := MaxContent
	if e.succeeded(resp) {
		r.Status = "ok"
	} else {
		room = maxFailure
		r.Status, r.Code = "error", errorCode(resp.Status)
		r.RetryAfter = retryAfter(resp)
	}
	c := parse(resp)
	r.Links = c.links
	if link, ok := locationLink(resp); ok && !slices.ContainsFunc(r.Links, func(l Link) bool { return l.URL == link.URL }) {
		r.Links = append(r.Links, link)
	}
	tail := strings.Join(e.headerLines(resp), "\n")
	if tail != "" {
		tail = "\n\n" + clipBytes(tail, room/4)
	}
	r.Content, r.LeftOut = c.fit(room - 200 - len(tail))
	r.Content += tail
	for _, more := range [...]string{c.goesOn(resp), c.remark} {
		if more != "" {
			r.LeftOut = strings.TrimPrefix(r.LeftOut+"; "+more, "; ")
		}
	}
	if r.Status == "error" {
		r.Message = memberMessage(resp.Status, r.RetryAfter, c.reason())
		r.Content = clipBytes("HTTP "+strconv.Itoa(resp.Status)+" "+http.StatusText(resp.Status)+"\n"+r.Content, room)
	}
	return r
}

// answer is a response body once its kind is known: a JSON tree, or text.
type answer struct {
	root      *tree.Node
	text      string
	size      int
	truncated bool
	links     []Link
	remark    string // what of the text cannot be relied on
}

func parse(resp Response) answer {
	body := resp.Body
	media := tree.MediaType(resp.ContentType)
	c := answer{size: len(body), truncated: resp.Truncated}
	if len(bytes.TrimSpace(body)) == 0 {
		c.text = fmt.Sprintf(textEmpty, strings.TrimSpace(strconv.Itoa(resp.Status)+" "+http.StatusText(resp.Status)))
		return c
	}
	if isBinaryMedia(media) || !tree.IsJSON(media) && !looksLikeText(body, media) {
		if media == "" {
			media = tree.MediaType(http.DetectContentType(body))
		}
		c.text = fmt.Sprintf(textFile, plaintext.Line(media, 80), formatSize(len(body), resp.Truncated))
		c.truncated = false
		return c
	}
	data, remark := decodeText(body, resp.ContentType, resp.Truncated)
	c.remark = remark
	head := bytes.TrimLeft(data, " \t\r\n")
	if tree.IsJSON(media) || len(head) > 0 && (head[0] == '{' || head[0] == '[') {
		if root, ok := tree.ParsePrefix(data, resp.Truncated); ok {
			c.root = root
			c.links = linksOf(root)
			return c
		}
		if !looksLikeText(body, media) || remark != "" && tree.IsJSON(media) { // bytes that are called JSON
			c.text = fmt.Sprintf(textFile, plaintext.Line(media, 80), formatSize(len(body), resp.Truncated))
			c.truncated, c.remark = false, ""
			return c
		}
	}
	if media == "text/html" || media == "application/xhtml+xml" || media == "" && len(head) > 0 && head[0] == '<' {
		c.text, c.links = readHTML(data)
		return c
	}
	c.text = strings.TrimSpace(plaintext.Clean(string(data)))
	c.links = linksIn(c.text)
	return c
}

// isBinaryMedia reports whether a media type is that of a file.
func isBinaryMedia(media string) bool {
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

// looksLikeText reports whether bytes look like text. A few stray bytes are allowed.
func looksLikeText(body []byte, media string) bool {
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

func formatSize(n int, more bool) string {
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

// fit returns the answer in at most room bytes, and what was left out.
func (c answer) fit(room int) (text, leftOut string) {
	if c.root != nil {
		return c.fitJSON(room)
	}
	if len(c.text) > room {
		return clipBytes(c.text, room), fmt.Sprintf(textCharacters, utf8.RuneCountInString(clipBytes(c.text, room)), utf8.RuneCountInString(c.text))
	}
	if c.truncated {
		leftOut = fmt.Sprintf(textCut, formatSize(c.size, false))
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

// MaxContent is how many bytes the content of a Result may have.
const MaxContent = 8 << 10

// Limits of shaping.
const (
	maxText      = 500 // characters of one string
	maxEntries   = 25  // of one array
	maxShapeDeep = 8
	maxLinks     = 1_000
	maxURLs      = 5_000   // of one answer that are looked at for links
	maxFailure   = 2 << 10 // bytes of an error's content
	maxURL       = 2_048   // bytes of a link
)

// errorCode classifies an HTTP status.
func errorCode(status int) string {
	switch status {
	case http.StatusUnauthorized, http.StatusProxyAuthRequired:
		return "auth"
	case http.StatusForbidden:
		return "forbidden"
	case http.StatusNotFound, http.StatusGone:
		return "not_found"
	case http.StatusConflict, http.StatusPreconditionFailed, http.StatusLocked:
		return "conflict"
	case http.StatusTooManyRequests:
		return "rate"
	case http.StatusRequestTimeout, http.StatusGatewayTimeout:
		return "timeout"
	}
	switch {
	case status >= 300 && status < 400:
		return "redirect"
	case status >= 400 && status < 500:
		return "invalid"
	}
	return "server"
}

// memberMessage tells a member what went wrong, in one line.
func memberMessage(status int, retry time.Duration, detail string) string {
	var text string
	switch errorCode(status) {
	case "auth":
		text = textLogin
	case "forbidden":
		text = textForbidden
	case "not_found":
		text = textNotFound
	case "conflict":
		text = textConflict
	case "rate":
		text = textTooOften
	case "timeout":
		text = textTooSlow
	case "redirect":
		text = textElsewhere
	case "invalid":
		text = textInvalid
	default:
		text = textBroken
	}
	text += " (" + strconv.Itoa(status) + ")"
	if detail != "" {
		text += ": " + strings.TrimRight(detail, ".")
	}
	text += "."
	if retry > 0 {
		text += " " + fmt.Sprintf(textWait, formatWait(retry))
	}
	return text
}

// reason returns the reason that the answer gives, from the fields where APIs usually
// put it. Text of several lines is a page or stack trace rather than a reason.
func (c answer) reason() string {
	if c.root == nil {
		if len(c.text) <= 200 && !strings.Contains(c.text, "\n") && !strings.HasPrefix(c.text, "The answer is") {
			return plaintext.Line(c.text, 160)
		}
		return ""
	}
	return plaintext.Line(findReason(c.root, 0), 160)
}

func findReason(n *tree.Node, depth int) string {
	if depth > 3 {
		return ""
	}
	if n.Is(tree.List) && len(n.Vals) > 0 {
		return findReason(n.Vals[0], depth+1)
	}
	if n.Is(tree.Text) && depth > 0 {
		return n.Scalar
	}
	for _, key := range [...]string{"detail", "message", "error_description", "msg", "reason", "title", "description", "error", "errors"} {
		if v := n.Get(key); v != nil {
			if found := findReason(v, depth+1); found != "" {
				return found
			}
		}
	}
	return ""
}

// retryAfter reads Retry-After: seconds, or a date relative to the header Date.
func retryAfter(resp Response) time.Duration {
	const most = 24 * time.Hour
	value := strings.TrimSpace(resp.Header.Get("Retry-After"))
	if seconds, err := strconv.ParseFloat(value, 64); err == nil {
		if seconds <= 0 {
			return 0
		}
		return min(time.Duration(min(seconds, most.Seconds())*float64(time.Second)), most)
	}
	at, err := http.ParseTime(value)
	sent, err2 := http.ParseTime(resp.Header.Get("Date"))
	if err != nil || err2 != nil {
		return 0
	}
	return max(0, min(at.Sub(sent), most))
}

func formatWait(d time.Duration) string {
	switch {
	case d < 90*time.Second:
		return plaintext.Count(int(d.Seconds()+0.5), "second")
	case d < 90*time.Minute:
		return plaintext.Count(int(d.Minutes()+0.5), "minute")
	}
	return plaintext.Count(int(d.Hours()+0.5), "hour")
}
