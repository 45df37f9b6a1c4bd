package result

import (
	"net/http"
	"strconv"
	"strings"
	"time"

	"aidesk/core/openapi/plaintext"
	"aidesk/core/openapi/tree"
)

// code names what kind of failure a status is.
func code(status int) string {
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

// message tells a member what went wrong, in one line.
func message(status int, retry time.Duration, detail string) string {
	var text string
	switch code(status) {
	case "auth":
		text = "The plugin does not accept the login"
	case "forbidden":
		text = "The plugin does not allow this"
	case "not_found":
		text = "The plugin does not know what was asked for"
	case "conflict":
		text = "The plugin says that this contradicts what it has"
	case "rate":
		text = "The plugin has been asked too often"
	case "timeout":
		text = "The plugin took too long"
	case "redirect":
		text = "The plugin sent the call elsewhere, which is not followed"
	case "invalid":
		text = "The plugin does not accept these values"
	default:
		text = "The plugin has a problem of its own"
	}
	text += " (" + strconv.Itoa(status) + ")"
	if detail != "" {
		text += ": " + strings.TrimRight(detail, ".")
	}
	text += "."
	if retry > 0 {
		text += " It asks to wait " + span(retry) + "."
	}
	return text
}

// detail is what the answer itself gives as the reason, from the fields where
// APIs put it. A text of several lines is a page or a trace and no reason.
func (c content) detail() string {
	if c.root == nil {
		if len(c.text) <= 200 && !strings.Contains(c.text, "\n") && !strings.HasPrefix(c.text, "The answer is") {
			return plaintext.Clip(plaintext.OneLine(c.text), 160)
		}
		return ""
	}
	return plaintext.Clip(plaintext.OneLine(reason(c.root, 0)), 160)
}

func reason(n *tree.Node, depth int) string {
	if depth > 3 {
		return ""
	}
	if n.Is(tree.List) && len(n.Vals) > 0 {
		return reason(n.Vals[0], depth+1)
	}
	if n.Is(tree.Text) && depth > 0 {
		return n.Scalar
	}
	for _, key := range [...]string{"detail", "message", "error_description", "msg", "reason", "title", "description", "error", "errors"} {
		if v := n.Get(key); v != nil {
			if found := reason(v, depth+1); found != "" {
				return found
			}
		}
	}
	return ""
}

// retryAfter reads Retry-After: seconds, or a date beside the response's own.
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

func span(d time.Duration) string {
	switch {
	case d < 90*time.Second:
		return plaintext.Count(int(d.Seconds()+0.5), "second")
	case d < 90*time.Minute:
		return plaintext.Count(int(d.Minutes()+0.5), "minute")
	}
	return plaintext.Count(int(d.Hours()+0.5), "hour")
}
