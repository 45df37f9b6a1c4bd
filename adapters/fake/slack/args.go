package slack

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"mime"
	"net/http"
	"net/url"
	"strconv"
	"strings"
)

// object is a JSON object.
type object = map[string]any

// args are those of a call. What is not a string is JSON.
type args map[string]string

// maxBody is how much of a request is read.
const maxBody = 16 << 20

// readArgs reads the arguments of a request: from the query, a form, a form with
// parts or a JSON object.
func readArgs(r *http.Request) (args, error) {
	a := args{}
	a.addForm(r.URL.Query())
	kind, _, err := mime.ParseMediaType(r.Header.Get("Content-Type"))
	if err != nil && r.Header.Get("Content-Type") != "" {
		return a, errors.New("invalid_post_type")
	}
	switch kind {
	case "application/json":
		body, err := io.ReadAll(io.LimitReader(r.Body, maxBody))
		if err != nil {
			return a, fmt.Errorf("read the body: %w", err)
		}
		var all map[string]json.RawMessage
		if len(body) > 0 && json.Unmarshal(body, &all) != nil {
			return a, errors.New("invalid_json")
		}
		for name, value := range all {
			var text string
			switch {
			case string(value) == "null":
			case json.Unmarshal(value, &text) == nil:
				a[name] = text
			default:
				a[name] = string(value)
			}
		}
	case "multipart/form-data":
		if err := r.ParseMultipartForm(maxBody); err != nil {
			return a, errors.New("invalid_form_data")
		}
		a.addForm(r.MultipartForm.Value)
	default:
		body, err := io.ReadAll(io.LimitReader(r.Body, maxBody))
		if err != nil {
			return a, fmt.Errorf("read the body: %w", err)
		}
		form, err := url.ParseQuery(string(body))
		if err != nil {
			return a, errors.New("invalid_form_data")
		}
		a.addForm(form)
	}
	return a, nil
}

func (a args) addForm(form url.Values) {
	for name, values := range form {
		if len(values) > 0 {
			a[name] = values[0]
		}
	}
}

// isTrue reads a boolean; Slack takes it in several ways.
func (a args) isTrue(name string) bool {
	v := strings.ToLower(a[name])
	return v == "true" || v == "1"
}

// limit reads a number, within bounds.
func (a args) limit(name string, otherwise, most int) int {
	n, err := strconv.Atoi(a[name])
	if err != nil || n <= 0 {
		n = otherwise
	}
	return min(n, most)
}

// tokenOf is what the request proves itself with, and whether that stood in a header.
func tokenOf(r *http.Request, a args) (token string, header bool) {
	kind, rest, _ := strings.Cut(r.Header.Get("Authorization"), " ")
	if strings.EqualFold(kind, "Bearer") && rest != "" {
		return strings.TrimSpace(rest), true
	}
	return a["token"], false
}
