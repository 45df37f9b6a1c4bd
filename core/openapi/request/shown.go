package request

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"net/url"
	"slices"

	"aidesk/core/openapi/tree"
)

// ShownBy reports whether these values say all that the body of the request does: every value
// in it stands among them, as often as it is sent, and each under a label that no other has. In
// doubt they do not, and whoever decides must be shown the body too.
func (r Request) ShownBy(values []Argument) bool {
	left, labels := map[string]int{}, map[string]bool{}
	for _, a := range values {
		if labels[a.Label] { // only the body says which is which
			return false
		}
		labels[a.Label] = true
		left[a.Value]++
	}
	take := func(text string) bool {
		left[text]--
		return left[text] >= 0
	}
	switch media := tree.MediaType(r.Media); {
	case len(r.Body) == 0:
		return true
	case tree.IsJSON(media):
		return eachValue(r.Body, take)
	case media == "application/x-www-form-urlencoded":
		return eachInput(r.Body, take)
	default:
		return false
	}
}

// eachInput calls take with each value of a form, until one is not taken.
func eachInput(body []byte, take func(string) bool) bool {
	form, err := url.ParseQuery(string(body))
	if err != nil {
		return false
	}
	for _, list := range form {
		if slices.ContainsFunc(list, func(v string) bool { return isWord(v) || !take(readable(v)) }) {
			return false
		}
	}
	return true
}

// eachValue calls take with each value in a JSON text as a card writes it, until one is not
// taken. It reads token by token, so that it misses none where a name stands twice.
func eachValue(body []byte, take func(string) bool) bool {
	d := json.NewDecoder(bytes.NewReader(body))
	d.UseNumber()
	var open []*container
	for first := true; ; first = false {
		token, err := d.Token()
		if errors.Is(err, io.EOF) {
			return !first && len(open) == 0
		}
		if err != nil || !first && len(open) == 0 { // something follows
			return false
		}
		if !eachToken(&open, token, take) {
			return false
		}
	}
}

// container is an object or a list that is being read.
type container struct {
	object bool
	tokens int // in it so far
}

// eachToken reads one token; open are the containers in which it stands.
func eachToken(open *[]*container, token json.Token, take func(string) bool) bool {
	delimiter, _ := token.(json.Delim)
	if delimiter == '}' || delimiter == ']' {
		last := len(*open) - 1
		empty := (*open)[last].tokens == 0
		*open = (*open)[:last]
		switch {
		case empty && delimiter == '}':
			return take(readable(map[string]any{}))
		case empty:
			return take(readable([]any{}))
		}
		return true
	}
	if n := len(*open); n > 0 {
		in := (*open)[n-1]
		in.tokens++
		if in.object && in.tokens%2 == 1 { // a name: its label says it
			return true
		}
	}
	if delimiter != 0 {
		*open = append(*open, &container{object: delimiter == '{'})
		return true
	}
	if text, ok := token.(string); ok && isWord(text) {
		return false
	}
	return take(readable(token))
}

// isWord reports whether a text reads like one of the words that a card has for other values.
func isWord(text string) bool {
	return slices.Contains([]string{"none", "yes", "no", "empty", "empty list"}, text)
}
