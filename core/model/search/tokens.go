package search

import (
	"slices"
	"strings"
	"unicode"

	"aidesk/core/model"
)

// wordPart is how many letters of a long word count as one token.
const wordPart = 6

// Tokens estimates the tokens of a text, for limits that must hold before a provider
// has counted; it errs on the high side. Against the encoding o200k, JSON Schema and
// English come out at 1 to 2 times the true number; only long strings of random
// letters come out too low.
func Tokens(text string) int {
	n, run := 0, 0 // run: characters of the current token
	was := ' '
	for _, r := range text {
		switch letter, digit := isLetter(r), isDigit(r); {
		case r > unicode.MaxASCII:
			n, run = n+1, 0
			if !letter && !digit {
				n++ // punctuation and emoji
			}
		case letter:
			if !isLetter(was) || isUpper(r) && !isUpper(was) || run == wordPart {
				n, run = n+1, 0
			}
			run++
		case digit:
			if !isDigit(was) || run == 3 {
				n, run = n+1, 0
			}
			run++
		case r == ' ' && was != ' ':
			run = 0 // a blank belongs to the word after it
		case run == -1:
			run = 0 // two marks in a row are one token
		default:
			n, run = n+1, -1
		}
		was = r
	}
	return n
}

// The following are like those of unicode, but fast for ASCII.

func isLetter(r rune) bool {
	if r <= unicode.MaxASCII {
		return 'a' <= r|0x20 && r|0x20 <= 'z'
	}
	return unicode.IsLetter(r)
}

func isUpper(r rune) bool {
	if r <= unicode.MaxASCII {
		return 'A' <= r && r <= 'Z'
	}
	return unicode.IsUpper(r)
}

func isDigit(r rune) bool {
	if r <= unicode.MaxASCII {
		return '0' <= r && r <= '9'
	}
	return unicode.IsDigit(r)
}

// Estimate estimates the tokens of a request, on the high side.
func Estimate(r *model.Request) int {
	n := r.Size
	for _, text := range slices.Concat(r.System, r.Brief) {
		n += Tokens(text)
	}
	if r.Size == 0 {
		for _, m := range r.Messages {
			n += Size(m)
		}
	}
	for _, t := range r.Tools {
		n += Tokens(t.Name) + Tokens(t.Description) + Tokens(string(t.Schema)) + perPart
	}
	return n + Given(r)
}

// What a file costs that is no text: a picture the most that a provider counts for one of
// full size, as a rule; a page of a PDF as text and as a picture, of which a file of this
// size has one at least.
const (
	perImage = 1600
	perPage  = 3000
	pageSize = 100 << 10 // bytes
)

// Given estimates the tokens of what a request carries for one turn alone: what was said
// above, and files.
func Given(r *model.Request) int {
	n := 0
	if r.Above != "" {
		n += Tokens(r.Above) + perPart
	}
	for _, f := range r.Files {
		switch {
		case f.Type == model.TextFile:
			n += Tokens(string(f.Data)) + perPart
		case strings.HasPrefix(f.Type, "image/"):
			n += perImage
		default:
			n += perPage * (1 + len(f.Data)/pageSize)
		}
	}
	return n
}

// perPart is what a wire adds around each part of a message, in tokens.
const perPart = 8

// Size estimates the tokens of a message in a request.
func Size(m model.Message) int {
	n := Tokens(m.Name) + perPart
	for _, p := range m.Parts {
		n += Tokens(p.Text)
		if p.Call != nil {
			n += Tokens(p.Call.Name) + Tokens(string(p.Call.Args)) + perPart
		}
		if p.Result != nil {
			n += Tokens(p.Result.Operation) + Tokens(p.Result.Edited) + Tokens(p.Result.Content) + Tokens(p.Result.LeftOut) + perPart
		}
		if p.Opaque != nil {
			n += Tokens(string(p.Opaque.Raw))
		}
	}
	return n
}
