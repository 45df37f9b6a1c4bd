package utterance

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"aidesk/core/model/search"
)

// Words cuts a message into words and tells which of them are values, for
// search.Index.Related; none of a message that is too long to be a request.
func Words(message string) []search.Word {
	if len(message) > 8*maxMessage {
		return nil // who pastes a document does not ask for an operation
	}
	var list []search.Word
	begins := true
	for _, t := range tokens(message) {
		list = append(list, search.Word{Text: t.text, Value: t.quoted || isValue(t.text, begins)})
		begins = t.endsSentence()
	}
	return list
}

// isValue reports whether a word looks like a name, number or address: seldom what
// a request is about, and often what it is made with.
func isValue(word string, begins bool) bool {
	word = strings.TrimLeftFunc(word, func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsDigit(r) })
	first, _ := utf8.DecodeRuneInString(word)
	if _, ok := numberWords[fold(word)]; ok {
		return true
	}
	return strings.ContainsFunc(word, unicode.IsDigit) || unicode.IsUpper(first) && !begins ||
		strings.Contains(word, "@") || strings.Contains(word, "://")
}
