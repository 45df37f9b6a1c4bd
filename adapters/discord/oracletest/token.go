package oracletest

import (
	"fmt"
	"strings"
	"unicode"
)

// Style is a set of ways in which text is shown.
type Style uint16

// The styles.
const (
	Strong Style = 1 << iota
	Emphasis
	Strike
	Underline
	Spoiler
	Code
	Block // of code
)

// Token is one visible character, or a link that ends here, or something that is
// alive: a mention, a time, an emoji by its id.
type Token struct {
	Char  rune
	Style Style
	Link  string // where a click on the text before it leads
	Live  string // "user", "everyone", "timestamp", …
	Bare  bool   // of a link: it shows its address itself
}

func (t Token) String() string {
	switch {
	case t.Link != "":
		return "(" + t.Link + ")"
	case t.Live != "":
		return "!" + t.Live + "!"
	}
	return fmt.Sprintf("%c%s", t.Char, strings.Repeat("'", int(t.Style&3)))
}

// String writes tokens for people.
func String(tokens []Token) string {
	var b strings.Builder
	for _, t := range tokens {
		b.WriteString(t.String())
	}
	return b.String()
}

// text adds the visible characters of s. Rulers of tables and dividing lines are
// none, nor is the blank of no width that breaks fences.
func text(out []Token, s string, style Style) []Token {
	for _, r := range s {
		if !unicode.IsSpace(r) && r != '─' && r != '\u200b' {
			out = append(out, Token{Char: r, Style: style})
		}
	}
	return out
}

// Differ says in one line how a message that was read differs from what was to be
// said; empty if it does not. Emphasis may be missing, but none may be added; how
// many characters lost some is counted.
func Differ(want, got []Token) (difference string, lost int) {
	for i := range max(len(want), len(got)) {
		if i >= len(want) || i >= len(got) {
			return fmt.Sprintf("at %d: want …%q, got …%q", i, tail(want, i), tail(got, i)), lost
		}
		w, g := want[i], got[i]
		const shown = Code | Block
		if w.Char != g.Char || w.Link != g.Link || w.Live != g.Live || w.Style&shown != g.Style&shown || g.Style&^w.Style != 0 {
			return fmt.Sprintf("at %d: want …%q (%b), got …%q (%b)", i, tail(want, i), w.Style, tail(got, i), g.Style), lost
		}
		if g.Style != w.Style {
			lost++
		}
	}
	return "", lost
}

func tail(tokens []Token, i int) string {
	return String(tokens[min(i, len(tokens)):min(i+40, len(tokens))])
}
