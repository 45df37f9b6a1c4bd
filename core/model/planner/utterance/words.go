package utterance

import (
	"regexp"
	"strings"
	"unicode"
	"unicode/utf8"

	"aidesk/core/date"
	"aidesk/core/model/search"
)

// word matches a word or a quotation.
var word = regexp.MustCompile(doubleQuoted + `|\S+`)

// Words splits a message into words and tells which of them are values, for
// search.Index.Related. It returns none of a message that is too long to be a request.
func Words(message string) []search.Word {
	if len(message) > 8*maxMessage {
		return nil
	}
	var list []search.Word
	begins := true
	for _, text := range word.FindAllString(message, -1) {
		list = append(list, search.Word{Text: text, Value: quotation.MatchString(text) || isValue(text, begins)})
		last, _ := utf8.DecodeLastRuneInString(text)
		begins = isStop(last)
	}
	return list
}

// isValue reports whether a word looks like a name, number or address, which a request is
// seldom about.
func isValue(word string, begins bool) bool {
	word = strings.TrimLeftFunc(word, func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsDigit(r) })
	first, _ := utf8.DecodeRuneInString(word)
	_, isNumber := date.Digits(fold(word))
	return isNumber || unicode.IsUpper(first) && !begins || strings.ContainsFunc(word, unicode.IsDigit) ||
		strings.Contains(word, "@") || strings.Contains(word, "://")
}
