package search

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// Terms splits text into stemmed lower-case words; camelCase, snake_case and digits
// separate words.
func Terms(s string) []string {
	var list []string
	begin := 0 // of the word that ends at i
	was, before := other, rune(0)
	for i, r := range s {
		is := kindOf(r)
		if is == letter && was == letter && hump(before, r, s[i:]) || is != was {
			if was != other {
				list = append(list, stem(strings.ToLower(s[begin:i])))
			}
			begin = i
		}
		was, before = is, r
	}
	if was != other {
		list = append(list, stem(strings.ToLower(s[begin:])))
	}
	return list
}

// The kinds of characters: between words, of words, of numbers.
const (
	other = iota
	letter
	digit
)

func kindOf(r rune) int {
	switch {
	case unicode.IsLetter(r), unicode.IsMark(r):
		return letter
	case unicode.IsDigit(r):
		return digit
	}
	return other
}

// hump reports whether r, at the start of rest, begins a new word: a capital after a
// small letter, or the last of several capitals, as in getURLPath.
func hump(before, r rune, rest string) bool {
	if !unicode.IsUpper(r) {
		return false
	}
	next, _ := utf8.DecodeRuneInString(rest[utf8.RuneLen(r):])
	return unicode.IsLower(before) || unicode.IsLower(next)
}

// stem removes the commonest English endings, so that "adding", "added" and "adds"
// all become "add". The result need not be a word.
func stem(w string) string {
	if len(w) <= 3 || w[0] >= 0x80 {
		return w
	}
	switch {
	case strings.HasSuffix(w, "ies") && len(w) > 4:
		w = w[:len(w)-3] + "y"
	case strings.HasSuffix(w, "sses"), strings.HasSuffix(w, "xes"), strings.HasSuffix(w, "ches"), strings.HasSuffix(w, "shes"):
		w = w[:len(w)-2]
	case strings.HasSuffix(w, "s") && !strings.HasSuffix(w, "ss") && !strings.HasSuffix(w, "us") && !strings.HasSuffix(w, "is"):
		w = w[:len(w)-1]
	}
	for _, ending := range []string{"ing", "ed"} {
		root, ok := strings.CutSuffix(w, ending)
		if !ok || len(root) < 3 || !strings.ContainsAny(root, "aeiouy") {
			continue
		}
		if n := len(root); n > 3 && root[n-1] == root[n-2] && !strings.ContainsRune("lsz", rune(root[n-1])) {
			root = root[:n-1]
		}
		w = root
		break
	}
	if len(w) > 3 {
		w = strings.TrimSuffix(w, "e")
	}
	return w
}
