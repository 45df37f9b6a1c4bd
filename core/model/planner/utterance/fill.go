package utterance

import (
	"encoding/json"
	"regexp"
	"strings"
	"unicode/utf8"
)

// maxFilled is the longest sample value, in characters, that an example shows.
const maxFilled = 40

// place matches a {name} in an example.
var place = regexp.MustCompile(`\{[^{}\s]+\}`)

// Fill shows an example to people: slots get the values of sample, which are the
// arguments of a typical call (nil: none), and what it does not know, or knows
// only by its own name, stays as ‹its name›.
func Fill(example string, sample json.RawMessage) string {
	top := object(sample)
	body := object(top["body"])
	return place.ReplaceAllStringFunc(strings.TrimSpace(example), func(slot string) string {
		name := slot[1 : len(slot)-1]
		inner := strings.TrimPrefix(name, "body.")
		raw, ok := top[name]
		if !ok {
			raw = body[inner]
		}
		if known := sampleText(raw); known != "" && !strings.EqualFold(known, inner) {
			return known
		}
		return "‹" + strings.ReplaceAll(inner, "_", " ") + "›"
	})
}

// object reads the properties of a JSON object, none of anything else.
func object(raw json.RawMessage) map[string]json.RawMessage {
	var m map[string]json.RawMessage
	_ = json.Unmarshal(raw, &m)
	return m
}

// sampleText is a sample value as it can stand in a sentence. Words that generators
// put where they know nothing are no sample.
func sampleText(raw json.RawMessage) string {
	s := strings.TrimSpace(text(raw))
	if len(raw) > 0 && raw[0] != '"' && raw[0] != 'n' && !structured(raw) {
		s = string(raw)
	}
	switch {
	case strings.EqualFold(s, "string"), strings.EqualFold(s, "text"),
		utf8.RuneCountInString(s) > maxFilled, strings.ContainsAny(s, "\n\r{}"):
		return ""
	}
	return s
}
