package site

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"mime"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"
)

// MaxBody is the most that a request's body may hold, in bytes.
const MaxBody = 64 << 10

// takeBody reads the body whole, so that it can be logged, and puts it back.
func takeBody(r *http.Request) ([]byte, error) {
	body, err := io.ReadAll(io.LimitReader(r.Body, MaxBody+1))
	if err != nil {
		return body, Malformed("", "the body could not be read")
	}
	if len(body) > MaxBody {
		return body[:MaxBody], &Error{
			Status:  http.StatusRequestEntityTooLarge,
			Message: fmt.Sprintf("the body is larger than %d bytes", MaxBody),
		}
	}
	r.Body = io.NopCloser(bytes.NewReader(body))
	return body, nil
}

// Body reads the JSON object of a request into v, a pointer to a struct. It
// refuses everything but one object with known properties of the right types.
func Body(r *http.Request, v any) error {
	if kind, _, err := mime.ParseMediaType(r.Header.Get("Content-Type")); err != nil || kind != "application/json" {
		return &Error{
			Status:  http.StatusUnsupportedMediaType,
			Message: "send the body as JSON, with Content-Type: application/json",
		}
	}
	dec := json.NewDecoder(r.Body)
	dec.DisallowUnknownFields()
	if err := dec.Decode(v); err != nil {
		return bodyError(err)
	}
	if _, err := dec.Token(); !errors.Is(err, io.EOF) {
		return Malformed("", "the body must be one JSON object and nothing after it")
	}
	return nil
}

// bodyError puts the decoder's complaint into words for whoever sent the body.
func bodyError(err error) error {
	if e, ok := errors.AsType[*json.UnmarshalTypeError](err); ok {
		if e.Field == "" {
			return Invalid("", "the body must be a JSON object, not a %s", e.Value)
		}
		return Invalid(e.Field, "%s must be %s, not a %s", e.Field, kind(e.Type.Kind().String()), e.Value)
	}
	if errors.Is(err, io.EOF) {
		return Malformed("", "the body is empty; send a JSON object")
	}
	// The one complaint without a type: json: unknown field "name".
	if name, ok := strings.CutPrefix(err.Error(), "json: unknown field "); ok {
		name = strings.Trim(name, `"`)
		return Invalid(name, "there is no property %s", name)
	}
	return Malformed("", "the body is not JSON: %v", err)
}

func kind(name string) string {
	switch {
	case name == "string":
		return "a string"
	case strings.Contains(name, "int"):
		return "a whole number"
	case strings.HasPrefix(name, "float"):
		return "a number"
	case name == "bool":
		return "true or false"
	default:
		return "an object"
	}
}

// Query reads the parameters of a request's query. It remembers the first thing
// that is wrong, so that all may be read before Err is looked at. A parameter
// that is missing or empty reads as the zero value; unknown ones are ignored.
type Query struct {
	values url.Values
	err    error
}

// NewQuery reads the query of r.
func NewQuery(r *http.Request) *Query {
	values, err := url.ParseQuery(r.URL.RawQuery)
	q := &Query{values: values}
	if err != nil {
		q.err = Malformed("", "the query cannot be read: check its percent signs and semicolons")
	}
	return q
}

// Err is the first refusal, or nil.
func (q *Query) Err() error { return q.err }

func (q *Query) fail(err error) {
	if q.err == nil {
		q.err = err
	}
}

// Text reads a text of at most limit characters.
func (q *Query) Text(name string, limit int) string {
	s := strings.TrimSpace(q.values.Get(name))
	if n := len([]rune(s)); n > limit {
		q.fail(Invalid(name, "%s has %d characters; at most %d are allowed", name, n, limit))
		return ""
	}
	return s
}

// Int reads a whole number from least to most.
func (q *Query) Int(name string, least, most int) int {
	s := q.values.Get(name)
	if s == "" {
		return 0
	}
	n, err := strconv.Atoi(s)
	switch {
	case errors.Is(err, strconv.ErrSyntax):
		q.fail(Malformed(name, "%s must be a whole number, such as %d", name, least))
		return 0
	case err != nil || n < least || n > most:
		q.fail(Invalid(name, "%s must be from %d to %d", name, least, most))
		return 0
	}
	return n
}

// Positive reads a number greater than zero.
func (q *Query) Positive(name string) float64 {
	s := q.values.Get(name)
	if s == "" {
		return 0
	}
	f, err := strconv.ParseFloat(s, 64)
	if err != nil || f != f {
		q.fail(Malformed(name, "%s must be a number, such as 99.50", name))
		return 0
	}
	if f <= 0 {
		q.fail(Invalid(name, "%s must be greater than zero", name))
		return 0
	}
	return f
}

// Bool reads true or false; nil when missing.
func (q *Query) Bool(name string) *bool {
	switch q.values.Get(name) {
	case "":
		return nil
	case "true":
		return new(true)
	case "false":
		return new(false)
	}
	q.fail(Malformed(name, "%s must be true or false", name))
	return nil
}

// Choice reads one of several words.
func (q *Query) Choice(name string, words ...string) string {
	s := q.values.Get(name)
	if s != "" && !slices.Contains(words, s) {
		q.fail(Invalid(name, "%s must be one of %s", name, strings.Join(words, ", ")))
		return ""
	}
	return s
}

// PathInt reads a positive whole number that is part of the path.
func PathInt(r *http.Request, name string) (int, error) {
	n, err := strconv.Atoi(r.PathValue(name))
	if err != nil || n < 1 {
		return 0, Malformed(name, "%s must be a whole number of at least 1", name)
	}
	return n, nil
}

// Date reads an ISO date of the years 2000 to 2100. The name is for the refusal.
func Date(name, s string) (time.Time, error) {
	t, err := time.Parse(time.DateOnly, s)
	if err != nil {
		return time.Time{}, Invalid(name, "%s must be a date such as 2026-12-05", name)
	}
	if t.Year() < 2000 || t.Year() > 2100 {
		return time.Time{}, Invalid(name, "%s must lie in the years 2000 to 2100", name)
	}
	return t, nil
}
