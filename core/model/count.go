package model

import "unicode"

// wordPart is how many letters of a long word are one token.
const wordPart = 6

// Tokens estimates how many tokens a text is, for budgets that must hold before a
// provider has counted: rather too many than too few. Measured against the encoding
// o200k, JSON Schema and English come out between 1 and 2 times the true number;
// only long strings of random letters come out too low.
func Tokens(text string) int {
	n, run := 0, 0 // run: characters since the last token began
	was := ' '
	for _, r := range text {
		switch letter, digit := isLetter(r), isDigit(r); {
		case r > unicode.MaxASCII:
			n, run = n+1, 0
			if !letter && !digit {
				n++ // marks and pictures
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
			run = 0 // it belongs to the word after it
		case run == -1:
			run = 0 // the second of two marks that come together
		default:
			n, run = n+1, -1
		}
		was = r
	}
	return n
}

// These are unicode's, and quick where it counts: every request is counted whole.

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
