package utterance

import (
	"encoding/json"
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"aidesk/core/date"
)

// maxText is the longest text, in characters, that a slot takes.
const maxText = 200

// numeral is a number as people type it; its parts bound what is computed.
var numeral = regexp.MustCompile(`^([+-]?)0*([0-9]{1,15})(\.[0-9]{1,10})?$`)

// anyNumberWord matches the words that date.Digits knows.
const anyNumberWord = `(?:one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve)`

// truths are the words for yes and no.
var truths = map[string]string{
	"yes": "true", "true": "true", "on": "true",
	"no": "false", "false": "false", "off": "false",
}

// read turns words into the argument's JSON, or tells that they are none.
func (a argument) read(words string, now time.Time) (json.RawMessage, bool) {
	switch a.kind {
	case kindInteger, kindNumber:
		return a.readNumber(words)
	case kindEnum:
		return a.readEnum(words)
	case kindDate:
		return readDate(words, now)
	case kindTime:
		return readTime(words, now)
	case kindBool:
		v, ok := truths[fold(words)]
		return json.RawMessage(v), ok
	case kindText:
		n := utf8.RuneCountInString(words)
		if n == 0 || n < a.minLen || a.maxLen > 0 && n > a.maxLen {
			return nil, false
		}
		return quote(words)
	case kindList, kindJSON: // no words of a sentence
	}
	return nil, false
}

// readNumber reads digits or a word from one to twelve, and holds the range.
func (a argument) readNumber(words string) (json.RawMessage, bool) {
	digits, ok := date.Digits(fold(words))
	if !ok {
		digits = words
	}
	m := numeral.FindStringSubmatch(digits)
	if m == nil || a.kind == kindInteger && m[3] != "" {
		return nil, false
	}
	literal := strings.TrimPrefix(m[1], "+") + m[2] + m[3]
	at, err := strconv.ParseFloat(literal, 64)
	if err != nil {
		return nil, false
	}
	if at == 0 {
		literal = strings.TrimPrefix(literal, "-")
	}
	below := a.min != nil && (at < a.min.at || a.min.open && at == a.min.at)
	above := a.max != nil && (at > a.max.at || a.max.open && at == a.max.at)
	if below || above {
		return nil, false
	}
	return json.RawMessage(literal), true
}

// readEnum finds the value that the words name. Case does not count, nor
// whether blanks, underscores or hyphens stand between words, unless that makes
// two values the same.
func (a argument) readEnum(words string) (json.RawMessage, bool) {
	var loose json.RawMessage
	plain := plainWords(words)
	near := 0
	for _, c := range a.enum {
		switch {
		case c.name == words:
			return c.value, true
		case c.plain == plain:
			loose = c.value
			near++
		}
	}
	return loose, near == 1
}

// plainWords folds text and puts single blanks between its words.
func plainWords(s string) string {
	return strings.Join(strings.FieldsFunc(fold(s), func(r rune) bool {
		return r == '_' || r == '-' || unicode.IsSpace(r)
	}), " ")
}

// quote is the JSON string of s.
func quote(s string) (json.RawMessage, bool) {
	raw, err := encode(s)
	return raw, err == nil
}

// wants says in plain words what the argument takes.
func (a argument) wants() string {
	switch a.kind {
	case kindInteger, kindNumber:
		s := string(a.kind)
		switch {
		case a.min != nil && a.max != nil:
			s += fmt.Sprintf(" from %s to %s", a.min.text, a.max.text)
		case a.min != nil:
			s += " from " + a.min.text
		case a.max != nil:
			s += " up to " + a.max.text
		}
		return s
	case kindEnum:
		const most = 8
		var list []string
		for _, c := range a.enum {
			list = append(list, c.name)
		}
		if more := len(list) - most; more > 0 {
			list = append(list[:most], fmt.Sprintf("%d more", more))
		}
		return "one of " + strings.Join(list, ", ")
	case kindDate:
		return "date like 2026-12-05"
	case kindTime:
		return "time like 2026-12-05T18:00:00Z"
	case kindList:
		return "list with commas"
	case kindText:
		switch {
		case a.minLen > 1 && a.maxLen > 0:
			return fmt.Sprintf("text of %d to %d characters", a.minLen, a.maxLen)
		case a.minLen > 1:
			return fmt.Sprintf("text of at least %d characters", a.minLen)
		case a.maxLen > 0:
			return fmt.Sprintf("text of at most %d characters", a.maxLen)
		}
	case kindBool, kindJSON:
	}
	return string(a.kind)
}

// expression matches what a slot may take; a text takes as few words as possible, or as
// many.
func (a argument) expression(long bool) string {
	var what string
	switch a.kind {
	case kindText:
		if long {
			return `\S(?:.*\S)?`
		}
		return `\S(?:.*?\S)??`
	case kindInteger, kindNumber:
		what = `[+-]?\d{1,20}(?:\.\d{1,10})?|` + anyNumberWord
	case kindEnum:
		var names []string
		for _, c := range a.enum {
			var words []string
			for word := range strings.FieldsSeq(c.plain) {
				words = append(words, literal(word))
			}
			names = append(names, strings.Join(words, `[\s_-]+`), literal(c.name))
		}
		slices.SortStableFunc(names, func(a, b string) int { return len(b) - len(a) })
		what = strings.Join(names, "|")
	case kindDate:
		what = strings.ReplaceAll(anyDay, " ", `\s+`)
	case kindTime:
		what = strings.ReplaceAll(anyTime, " ", `\s+`)
	case kindBool:
		what = `yes|no|true|false|on|off`
	case kindList, kindJSON: // no slot
	}
	const quotes = "[" + doubleQuotes + singleQuotes + "]?"
	return quotes + `(?:` + what + `)` + quotes
}
