package model

import (
	"strings"
	"unicode"
)

// terms cuts text into the words by which operations are found: lower case, cut
// at camelCase, snake_case and digits, and reduced to their stems.
func terms(s string) []string {
	var list []string
	runes := []rune(s)
	for i := 0; i < len(runes); {
		kind := classOf(runes[i])
		if kind == 0 {
			i++
			continue
		}
		end := i + 1
		for end < len(runes) && classOf(runes[end]) == kind && !hump(runes, end) {
			end++
		}
		list = append(list, stem(strings.ToLower(string(runes[i:end]))))
		i = end
	}
	return list
}

// classOf tells letters (1) and digits (2) from what stands between words (0).
func classOf(r rune) int {
	switch {
	case unicode.IsLetter(r), unicode.IsMark(r):
		return 1
	case unicode.IsDigit(r):
		return 2
	}
	return 0
}

// hump reports whether a new word begins with the capital at i: after a small
// letter, or as the last of several capitals, as in getURLPath.
func hump(runes []rune, i int) bool {
	if !unicode.IsUpper(runes[i]) {
		return false
	}
	return unicode.IsLower(runes[i-1]) || i+1 < len(runes) && unicode.IsLower(runes[i+1])
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
