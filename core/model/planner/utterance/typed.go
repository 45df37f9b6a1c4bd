package utterance

import (
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"aidesk/core/model"
)

// maxTyped is the longest typed form, in bytes.
const maxTyped = 4000

// maxNamed is how many arguments an error lists.
const maxNamed = 12

// Typed reads a typed form: the tool's typed name, then arguments as key=value.
// A value with blanks stands in quotes, an object or array is JSON, a list of
// plain values has commas; body.key tells a property of the body from a
// parameter of the same name.
//
// found tells whether the line begins with a tool's typed name. If so, err is
// nil or one plain line that a member may read, with the arguments that the tool
// takes; the hit has the tool even then.
func Typed(line string, tools []model.Tool, now time.Time) (hit Hit, found bool, err error) {
	line = strings.TrimSpace(strings.ToValidUTF8(line, "\ufffd"))
	first, rest := line, ""
	if i := strings.IndexFunc(line, unicode.IsSpace); i >= 0 {
		first, rest = line[:i], line[i:]
	}
	i := slices.IndexFunc(tools, func(t model.Tool) bool {
		return t.Typed != "" && (strings.EqualFold(t.Typed, first) ||
			rest == "" && strings.EqualFold(t.Typed, strings.TrimRight(first, ".?!")))
	})
	if i < 0 {
		return Hit{}, false, nil
	}
	hit = Hit{Tool: tools[i]}
	s := readSignature(hit.Tool.Schema)
	if len(rest) > maxTyped {
		return hit, true, fmt.Errorf("%s: that is longer than %d characters; shorten it", hit.Tool.Typed, maxTyped)
	}
	pairs, err := cut(rest)
	if err != nil {
		return hit, true, fmt.Errorf("%s: %w. %s", hit.Tool.Typed, err, s.usage())
	}
	values, err := s.coerce(pairs, now)
	if err != nil {
		return hit, true, fmt.Errorf("%s: %w. %s", hit.Tool.Typed, err, s.usage())
	}
	hit.Args = s.build(values)
	return hit, true, nil
}

// coerce turns the words of a typed form into values by key.
func (s signature) coerce(pairs []pair, now time.Time) (map[string]json.RawMessage, error) {
	values := map[string]json.RawMessage{}
	for _, p := range pairs {
		a, ok := s.find(p.key)
		if !ok {
			return nil, fmt.Errorf("there is no argument %q", clip(p.key))
		}
		if _, twice := values[a.key()]; twice {
			return nil, fmt.Errorf("%s stands there twice", a.name())
		}
		v, ok := a.readTyped(p, now)
		if !ok {
			return nil, fmt.Errorf("%s must be %s", a.name(), article(a.wants()))
		}
		values[a.key()] = v
	}
	if missing := s.missing(values); len(missing) > 0 {
		var list []string
		for _, a := range missing {
			list = append(list, s.short(a))
		}
		return nil, errors.New("it needs " + strings.Join(list[:min(len(list), maxNamed)], ", "))
	}
	return values, nil
}

// readTyped reads the value of a pair; unlike in a sentence it may be of any
// length, and structured.
func (a argument) readTyped(p pair, now time.Time) (json.RawMessage, bool) {
	switch {
	case a.kind == kindJSON || a.kind == kindList && strings.HasPrefix(p.value, "["):
		if !json.Valid([]byte(p.value)) {
			return nil, false
		}
		return json.RawMessage(p.value), true
	case a.kind == kindList:
		var list []json.RawMessage
		for word := range strings.SplitSeq(p.value, ",") {
			v, ok := a.item.read(strings.TrimSpace(word), now)
			if !ok {
				return nil, false
			}
			list = append(list, v)
		}
		raw, err := encode(list)
		return raw, err == nil
	}
	return a.read(p.value, now)
}

// usage lists the arguments of a tool in one line.
func (s signature) usage() string {
	if len(s.arguments) == 0 {
		return "It takes no arguments."
	}
	var list []string
	for _, a := range s.arguments[:min(len(s.arguments), maxNamed)] {
		what := a.wants()
		if a.required {
			what += ", required"
		}
		list = append(list, s.short(a)+" ("+what+")")
	}
	if more := len(s.arguments) - maxNamed; more > 0 {
		list = append(list, fmt.Sprintf("and %d more", more))
	}
	return "Arguments: " + strings.Join(list, "; ") + "."
}

// Line is the typed form of a call: what Typed reads as these arguments. It is
// empty for a tool without a typed name.
func Line(tool model.Tool, args json.RawMessage) string {
	if tool.Typed == "" {
		return ""
	}
	s := readSignature(tool.Schema)
	top := object(args)
	body := object(top["body"])
	var b strings.Builder
	b.WriteString(tool.Typed)
	for _, a := range s.arguments {
		raw, ok := top[a.name()]
		if a.inBody {
			raw, ok = body[a.name()]
		}
		if ok {
			b.WriteString(" " + s.short(a) + "=" + a.write(raw))
		}
	}
	return b.String()
}

// short is the shortest key of an argument in a typed form.
func (s signature) short(a argument) string {
	if found, _ := s.find(a.name()); found.inBody != a.inBody {
		return a.key()
	}
	return a.name()
}

// write is a value as a typed form has it.
func (a argument) write(raw json.RawMessage) string {
	if structured(raw) {
		return string(raw)
	}
	s := cmp.Or(text(raw), string(raw))
	plain := s != "" && raw[0] == '"' && !strings.ContainsFunc(s, func(r rune) bool {
		return unicode.IsSpace(r) || unicode.IsControl(r) || strings.ContainsRune(doubleQuotes+singleQuotes, r) || strings.ContainsRune(`\{}[]`, r)
	})
	if plain || raw[0] != '"' {
		return s
	}
	return string(raw)
}

// article puts "a" before words that begin a phrase.
func article(s string) string {
	if strings.HasPrefix(s, "one of") || strings.HasPrefix(s, string(kindText)) || s == string(kindJSON) || strings.HasPrefix(s, "yes") {
		return s
	}
	return "a " + s
}

// endsWord reports whether rest begins with a blank or is empty.
func endsWord(rest string) bool {
	r, _ := utf8.DecodeRuneInString(rest)
	return rest == "" || unicode.IsSpace(r)
}

// clip shortens what a member typed for an error.
func clip(s string) string {
	const most = 40
	if utf8.RuneCountInString(s) <= most {
		return s
	}
	return string([]rune(s)[:most]) + "…"
}

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
	case strings.ContainsRune(doubleQuotes+singleQuotes, first):
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
		if i >= size && fold(string(r)) == fold(string(open)) && endsWord(s[end:]) {
			return s[size:i], s[end:], nil
		}
	}
	return "", "", errors.New("has a quote that is not closed")
}
