package search

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// Terms cuts text into the words by which operations are found: lower case, cut
// at camelCase, snake_case and digits, and reduced to their stems.
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

// The kinds of characters: of words, of numbers, and between them.
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

// hump reports whether a new word begins with r, at the front of rest: a capital
// after a small letter, or the last of several capitals, as in getURLPath.
func hump(before, r rune, rest string) bool {
	if !unicode.IsUpper(r) {
		return false
	}
	next, _ := utf8.DecodeRuneInString(rest[utf8.RuneLen(r):])
	return unicode.IsLower(before) || unicode.IsLower(next)
}

// stem takes the commonest English endings away, so that "adding", "added" and
// "adds" are the word "add". It need not give a word, only the same for all.
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
