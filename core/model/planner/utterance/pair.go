package utterance

import (
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"
)

// pair is one key=value of a typed form.
type pair struct{ key, value string }

// cut splits the arguments of a typed form.
func cut(s string) ([]pair, error) {
	var list []pair
	for {
		s = strings.TrimLeftFunc(s, unicode.IsSpace)
		if s == "" {
			return list, nil
		}
		stop := strings.IndexFunc(s, func(r rune) bool { return r == '=' || unicode.IsSpace(r) })
		if stop <= 0 || s[stop] != '=' {
			word := s
			if stop > 0 {
				word = s[:stop]
			}
			return nil, fmt.Errorf("%q is not key=value; put a value with blanks in quotes", clip(word))
		}
		value, rest, err := cutValue(s[stop+1:])
		if err != nil {
			return nil, fmt.Errorf("%s %w", clip(s[:stop]), err)
		}
		list = append(list, pair{key: s[:stop], value: value})
		s = rest
	}
}

// cutValue takes one value from the front: quoted, JSON or up to the next blank.
func cutValue(s string) (value, rest string, err error) {
	first, _ := utf8.DecodeRuneInString(s)
	switch {
	case first == '{' || first == '[':
		var raw json.RawMessage
		d := json.NewDecoder(strings.NewReader(s))
		if err := d.Decode(&raw); err != nil {
			return "", "", errors.New("is not JSON that is complete")
		}
		return string(raw), s[d.InputOffset():], nil
	case first == '"':
		return cutJSON(s)
	case isQuote(first):
		return cutQuoted(s)
	}
	end := strings.IndexFunc(s, unicode.IsSpace)
	if end < 0 {
		end = len(s)
	}
	return s[:end], s[end:], nil
}

// cutJSON takes a value in straight quotes: a JSON string where it is one, so
// that every text can be typed, else what stands up to the closing quote.
func cutJSON(s string) (value, rest string, err error) {
	d := json.NewDecoder(strings.NewReader(s))
	if d.Decode(&value) == nil && endsWord(s[d.InputOffset():]) {
		return value, s[d.InputOffset():], nil
	}
	return cutQuoted(s)
}

// cutQuoted takes a value in quotes of any kind.
func cutQuoted(s string) (value, rest string, err error) {
	open, size := utf8.DecodeRuneInString(s)
	for i, r := range s {
		end := i + utf8.RuneLen(r)
		if i >= size && closes(open, r) && endsWord(s[end:]) {
			return s[size:i], s[end:], nil
		}
	}
	return "", "", errors.New("has a quote that is not closed")
}
