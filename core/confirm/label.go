package confirm

import (
	"fmt"
	"slices"
	"strings"
	"unicode"
)

// ownLabels are the labels of a card's own lines, and what readers might take for one.
var ownLabels = func() []string {
	var all []string
	for _, label := range []string{
		textValues, textMethod, textHost, textPath, textBody, textCarriesOf, textGoesTo, textLater, textTerms, textAccount, textVisible, textSecond,
		"Expires", "Expires at", "Seen by", "Sent by", "Sent to", "Outcome",
	} {
		all = append(all, skeleton(label))
	}
	return all
}()

// fieldLabel is the label of a value that a plugin named. One that could pass for a line of
// aidesk's own is quoted as the name of a field.
func fieldLabel(label string) string {
	end := strings.IndexFunc(label, func(r rune) bool { return unicode.In(r, unicode.P, unicode.S) && r < 0x2000 })
	if end < 0 || !isOwn(label[:end]) {
		if !isOwn(label) {
			return label
		}
	}
	return fmt.Sprintf(textField, label)
}

func isOwn(label string) bool {
	s := []rune(skeleton(label))
	return slices.ContainsFunc(ownLabels, func(own string) bool {
		return slices.EqualFunc(s, []rune(own), func(r, o rune) bool { return r == o || r == anyLetter })
	})
}

// anyLetter stands in a skeleton for a letter that may look like any other.
const anyLetter = '*'

// lookalikes are letters of other alphabets that look like a Latin one.
var lookalikes = func() map[rune]rune {
	m := map[rune]rune{}
	for latin, others := range map[rune]string{
		'a': "аαАΑ", 'b': "ЬВΒьв", 'c': "сϲСϹ", 'd': "ԁ", 'e': "еєЕΕҽ", 'h': "һНΗнҺ", 'i': "іιІΙӏӀ", 'j': "јЈ", 'k': "кκКΚ",
		'm': "мМΜ", 'n': "пΝ", 'o': "оοσОΟөѳ", 'p': "рρРΡ", 's': "ѕЅ", 't': "тτТΤ", 'u': "υцμ", 'v': "νѵѴ", 'w': "ωшѡ", 'x': "хχХΧ", 'y': "уγУΥү", 'z': "Ζ",
	} {
		for _, r := range others {
			m[r] = latin
		}
	}
	return m
}()

// decorated are the alphabets of which a letter may look like a Latin one: a table of each
// would be long, and no document of their languages writes a label that fits by chance.
var decorated = []*unicode.RangeTable{
	unicode.Latin, unicode.Common, unicode.Cherokee, unicode.Lisu, unicode.Coptic, unicode.Armenian, unicode.Deseret, unicode.Osage, unicode.Canadian_Aboriginal,
}

// skeleton is what a label looks like: small letters without blanks, marks and punctuation,
// and one letter for those that look alike.
func skeleton(label string) string {
	var b strings.Builder
	for _, r := range label {
		if r >= 0xff01 && r <= 0xff5e { // full width
			r -= 0xfee0
		}
		if latin, ok := lookalikes[r]; ok {
			r = latin
		}
		r = unicode.ToLower(r)
		switch {
		case r == '0':
			r = 'o'
		case r == '1' || r == 'l' || r == '|':
			r = 'i'
		case r > unicode.MaxASCII && unicode.In(r, unicode.L, unicode.N, unicode.So) && unicode.In(r, decorated...):
			r = anyLetter
		case !unicode.IsLetter(r) && !unicode.IsNumber(r):
			continue
		}
		b.WriteRune(r)
	}
	return strings.NewReplacer("rn", "m", "vv", "w").Replace(b.String())
}
