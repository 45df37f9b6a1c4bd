package wire

import (
	"errors"
	"fmt"
	"io"
	"mime"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"aidesk/core/model"
)

// Bounds of what a server may send.
const (
	maxBody  = 16 << 20 // of an answer
	maxFault = 64 << 10 // of an error
	maxWait  = time.Hour
)

// Exchange is one request and its response. It stands between the library and
// the client because it must see the response before the library does, which
// takes an HTML page for an empty stream.
type Exchange struct {
	// Named gives each event of the stream its name and an empty line behind it, as
	// libraries want them that read by name; otherwise an event is one line of data.
	Named bool

	client *http.Client
	host   string
	watch  *watch
	scrub  scrubber
	sent   int64 // bytes of the request
}

// Do sends the request. Whatever is not the beginning of an answer is an error.
func (x *Exchange) Do(r *http.Request) (*http.Response, error) {
	x.sent = r.ContentLength
	response, err := x.client.Do(r) //nolint:gosec // the address is the operator's, and redirects are not followed
	if err != nil {
		return nil, err
	}
	body := watched{ReadCloser: response.Body, watch: x.watch}
	if response.StatusCode < 200 || response.StatusCode > 299 {
		defer func() { _ = body.Close() }()
		return nil, x.refusal(response, body)
	}
	kind, _, _ := mime.ParseMediaType(response.Header.Get("Content-Type"))
	limited := io.LimitReader(body, maxBody)
	switch kind {
	case "text/event-stream":
		response.Body = closing{newEvents(limited, x.Named), body}
	case "application/json":
		response.Body = closing{newWhole(limited, x.Named), body}
	default:
		_ = body.Close()
		return nil, &model.Error{
			Kind: model.Protocol, Status: response.StatusCode,
			Message: fmt.Sprintf("the server answered with %s instead of an event stream; is base_url right?", page(kind)),
		}
	}
	return response, nil
}

// closing reads from one and closes another.
type closing struct {
	io.Reader
	io.Closer
}

// page says what a content type is.
func page(kind string) string {
	switch kind {
	case "":
		return "something of no content type"
	case "text/html":
		return "an HTML page"
	}
	return Clip(OneLine(kind), 60)
}

// Sent is the size of the request in bytes.
func (x *Exchange) Sent() int64 { return x.sent }

// Hurry is called when the reason to stop is known: what still comes is usage and the
// end, and not every server sends them.
func (x *Exchange) Hurry() { x.watch.hurry() }

// Refused is the error that a server tells within a stream.
func (x *Exchange) Refused(raw []byte) error {
	said := readReport(raw)
	kind := said.classify(0)
	return &model.Error{Kind: kind, Message: x.scrub.line(kind, 0, said)}
}

// refusal is the error that an error status means.
func (x *Exchange) refusal(response *http.Response, body io.Reader) error {
	raw, _ := io.ReadAll(io.LimitReader(body, maxFault))
	if response.StatusCode < 400 {
		return &model.Error{
			Kind: model.Protocol, Status: response.StatusCode,
			Message: "the server redirects; set base_url to the address that it names",
		}
	}
	said := readReport(raw)
	fault := said.classify(response.StatusCode)
	return &model.Error{
		Kind: fault, Status: response.StatusCode, RetryAfter: retryAfter(response.Header),
		Message: x.scrub.line(fault, response.StatusCode, said),
	}
}

// retryAfter reads how long to wait: seconds, milliseconds or a date, which
// counts from the server's own.
func retryAfter(h http.Header) time.Duration {
	wait := time.Duration(0)
	if ms, err := strconv.ParseFloat(h.Get("Retry-After-Ms"), 64); err == nil {
		wait = time.Duration(min(ms, 1e9) * float64(time.Millisecond))
	} else if s, err := strconv.ParseFloat(strings.TrimSpace(h.Get("Retry-After")), 64); err == nil {
		wait = time.Duration(min(s, 1e6) * float64(time.Second))
	} else if at, err := http.ParseTime(h.Get("Retry-After")); err == nil {
		if date, err := http.ParseTime(h.Get("Date")); err == nil {
			wait = at.Sub(date)
		}
	}
	return min(max(wait, 0), maxWait)
}

// fault makes a *model.Error of whatever else went wrong.
func (x *Exchange) fault(err error) error {
	if already, ok := errors.AsType[*model.Error](err); ok {
		return already
	}
	kind := model.Network
	switch {
	case x.sent == 0:
		// The library refused to send the request.
		kind = model.BadRequest
	case x.watch.begun.Load():
		kind = model.Truncated
	}
	// The address stands in the configuration, and may hold what is not for logs.
	if outer, ok := errors.AsType[*url.Error](err); ok {
		err = outer.Err
	}
	message := x.scrub.clean(err.Error())
	switch kind {
	case model.Network:
		message = "the server at " + x.host + " cannot be reached: " + message
	case model.Truncated:
		message = "the connection broke in mid-answer: " + message
	default:
	}
	return &model.Error{Kind: kind, Message: message}
}
