package utterance

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// token is a word of a message or of an example: what stands between blanks, a
// comma, colon or semicolon at the end of a word, or all that is in quotes.
type token struct {
	text   string // as it was written
	fold   string // as it is compared
	inner  string // of a quoted token: what is in the quotes
	at     int    // byte offset in the line
	quoted bool
}

// line prepares a message or an example for comparison: no blanks around it, no
// quotes around the whole, no mark at its end. ok is false for what is more
// than one line or is not plain text.
func line(s string) (string, bool) {
	s = strings.TrimSpace(s)
	s = strings.TrimLeft(s, "¿¡")
	s = strings.TrimRightFunc(s, func(r rune) bool { return isStop(r) || unicode.IsSpace(r) })
	s = unwrap(s)
	for _, r := range s {
		if r != '\t' && (unicode.IsControl(r) || r == '\u2028' || r == '\u2029' || r == utf8.RuneError) {
			return "", false
		}
	}
	return s, true
}

// unwrap takes away quotes around a whole message.
func unwrap(s string) string {
	first, size := utf8.DecodeRuneInString(s)
	last, lastSize := utf8.DecodeLastRuneInString(s)
	if len(s) <= size+lastSize || !isQuote(first) || !closes(first, last) {
		return s
	}
	inner := s[size : len(s)-lastSize]
	if strings.ContainsFunc(inner, func(r rune) bool { return closes(first, r) }) {
		return s
	}
	return strings.TrimRightFunc(strings.TrimSpace(inner), isStop)
}

// tokens cuts a prepared line.
func tokens(s string) []token {
	var list []token
	add := func(at, end int) {
		list = append(list, token{text: s[at:end], fold: fold(s[at:end]), at: at})
	}
	for i := 0; i < len(s); {
		r, size := utf8.DecodeRuneInString(s[i:])
		if unicode.IsSpace(r) {
			i += size
			continue
		}
		if end := quotedEnd(s, i); end > 0 {
			_, last := utf8.DecodeLastRuneInString(s[i:end])
			list = append(list, token{
				text: s[i:end], fold: fold(s[i:end]), at: i, quoted: true,
				inner: strings.TrimSpace(s[i+size : end-last]),
			})
			i = end
			continue
		}
		end := i
		for end < len(s) {
			r, size := utf8.DecodeRuneInString(s[end:])
			if unicode.IsSpace(r) {
				break
			}
			end += size
		}
		word := strings.TrimRight(s[i:end], ",;:")
		if word != "" {
			add(i, i+len(word))
		}
		for j := i + len(word); j < end; j++ {
			add(j, j+1)
		}
		i = end
	}
	return list
}

// quotedEnd gives the end of what is in quotes from i on, 0 when there is no
// quote there, nothing in it, or none that closes it at the end of a word.
func quotedEnd(s string, i int) int {
	open, size := utf8.DecodeRuneInString(s[i:])
	if !isQuote(open) {
		return 0
	}
	for j := i + size; j < len(s); {
		r, size := utf8.DecodeRuneInString(s[j:])
		end := j + size
		if closes(open, r) && strings.TrimSpace(s[i:j]) != string(open) && endsWord(s[end:]) {
			return end
		}
		j = end
	}
	return 0
}

// endsWord reports whether rest begins with a blank or a comma, or is empty.
func endsWord(rest string) bool {
	r, _ := utf8.DecodeRuneInString(rest)
	return rest == "" || unicode.IsSpace(r) || strings.ContainsRune(",;:", r)
}

// isQuote reports whether r may open a quotation.
func isQuote(r rune) bool { return strings.ContainsRune(`"'“”„‟«»‘’‚‛`, r) }

// closes reports whether r ends the quotation that open began.
func closes(open, r rune) bool { return isQuote(r) && fold(string(r)) == fold(string(open)) }

// isMark reports whether r says nothing by itself: a quote, a stop or a blank.
func isMark(r rune) bool { return isQuote(r) || isStop(r) || unicode.IsSpace(r) }

// isStop reports whether r ends a sentence.
func isStop(r rune) bool { return strings.ContainsRune(".?!…。？！", r) }

// endsSentence reports whether a sentence ends with the token.
func (t token) endsSentence() bool {
	if t.quoted {
		return false
	}
	bare := strings.TrimRight(t.text, `"'”’»)]`)
	r, _ := utf8.DecodeLastRuneInString(bare)
	return bare != "" && isStop(r)
}

// isWord reports whether there is a letter or digit in s.
func isWord(s string) bool {
	return strings.ContainsFunc(s, func(r rune) bool { return unicode.IsLetter(r) || unicode.IsDigit(r) })
}
