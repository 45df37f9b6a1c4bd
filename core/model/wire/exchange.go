package wire

import (
	"bytes"
	"context"
	"encoding/json"
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
	maxBody       = 16 << 20 // of an answer
	maxErrorBody  = 64 << 10 // of an error
	maxRetryAfter = time.Hour
)

// Exchange is one request and its answer. A wire of ours calls Post. A library gets the
// Exchange as its HTTP client, because the response must be seen before the library
// sees it: libraries take an HTML page for an empty stream.
type Exchange struct {
	client   *http.Client
	host     string
	timeouts *timeouts
	redact   redactor
	sent     int64 // bytes of the request
}

// Post sends body as JSON and returns the events of the answer.
func (x *Exchange) Post(ctx context.Context, address string, header http.Header, body any) (*Stream, error) {
	raw, err := json.Marshal(body)
	if err != nil {
		return nil, fmt.Errorf("writing the request: %w", err)
	}
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, address, bytes.NewReader(raw))
	if err != nil {
		return nil, fmt.Errorf("making the request: %w", err)
	}
	r.Header = header
	r.Header.Set("Content-Type", "application/json")
	return x.send(r)
}

// Do sends a library's request. The library reads the response's body line by line; what
// it reads goes through Unwrap.
func (x *Exchange) Do(r *http.Request) (*http.Response, error) {
	stream, err := x.send(r)
	if err != nil {
		return nil, err
	}
	stream.response.Body = &lineReader{stream: stream}
	return stream.response, nil
}

// send sends a request. A response that is not the beginning of an answer is an error.
func (x *Exchange) send(r *http.Request) (*Stream, error) {
	x.sent = r.ContentLength
	response, err := x.client.Do(r) //nolint:bodyclose,gosec // the Stream closes it; the address is the operator's, and redirects are not followed
	if err != nil {
		return nil, err
	}
	body := timedBody{ReadCloser: response.Body, timeouts: x.timeouts}
	if response.StatusCode < 200 || response.StatusCode > 299 {
		defer func() { _ = body.Close() }()
		return nil, x.statusError(response, body)
	}
	kind, _, _ := mime.ParseMediaType(response.Header.Get("Content-Type"))
	limited := io.LimitReader(body, maxBody)
	switch kind {
	case "text/event-stream":
		return &Stream{body, response, newEventReader(limited).next}, nil
	case "application/json":
		return &Stream{body, response, (&document{from: limited}).next}, nil
	}
	_ = body.Close()
	return nil, &model.Error{
		Kind: model.Protocol, Status: response.StatusCode,
		Message: fmt.Sprintf("the server answered with %s instead of an event stream; is base_url right?", contentTypeName(kind)),
	}
}

// contentTypeName describes a content type.
func contentTypeName(kind string) string {
	switch kind {
	case "":
		return "something of no content type"
	case "text/html":
		return "an HTML page"
	}
	return Clip(OneLine(kind), 60)
}

// Sent returns the size of the request in bytes.
func (x *Exchange) Sent() int64 { return x.sent }

// EndExpected is called when the reason to stop is known: only the usage and the end
// of the stream may still come, and not every server sends them.
func (x *Exchange) EndExpected() { x.timeouts.endExpected() }

// StreamError makes the error that a server reports within a stream.
func (x *Exchange) StreamError(raw []byte) error {
	said := readServerError(raw)
	kind := said.classify(0)
	return &model.Error{Kind: kind, Message: x.redact.line(kind, 0, said)}
}

// statusError makes the error for a status that is not 2xx.
func (x *Exchange) statusError(response *http.Response, body io.Reader) error {
	raw, _ := io.ReadAll(io.LimitReader(body, maxErrorBody))
	if response.StatusCode < 400 {
		return &model.Error{
			Kind: model.Protocol, Status: response.StatusCode,
			Message: "the server redirects; set base_url to the address that it names",
		}
	}
	said := readServerError(raw)
	fault := said.classify(response.StatusCode)
	return &model.Error{
		Kind: fault, Status: response.StatusCode, RetryAfter: retryAfter(response.Header),
		Message: x.redact.line(fault, response.StatusCode, said),
	}
}

// retryAfter reads how long the server asks to wait: seconds, milliseconds or a date,
// which is compared with the server's own clock.
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
	return min(max(wait, 0), maxRetryAfter)
}

// wrapError makes a *model.Error of any other error.
func (x *Exchange) wrapError(err error) error {
	if already, ok := errors.AsType[*model.Error](err); ok {
		return already
	}
	kind := model.Network
	switch {
	case x.sent == 0:
		// The library refused to send the request.
		kind = model.BadRequest
	case x.timeouts.started.Load():
		kind = model.Truncated
	}
	// The address stands in the configuration, and may hold what is not for logs.
	if outer, ok := errors.AsType[*url.Error](err); ok {
		err = outer.Err
	}
	message := x.redact.clean(err.Error())
	switch kind {
	case model.Network:
		message = "the server at " + x.host + " cannot be reached: " + message
	case model.Truncated:
		message = "the connection broke in mid-answer: " + message
	default:
	}
	return &model.Error{Kind: kind, Message: message}
}
