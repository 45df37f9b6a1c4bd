package search

import "slices"

// What makes a tool clearly related to a message: two of the message's words in
// its name or summary with some score, or one with a high score.
//
// Measured on BFCL, each request before the functions that stand beside it: of 200
// that one of them fits, 71 % get it among three; of 240 that none fits, 5 % get
// some nevertheless, most of them of the request's own subject. With 20 functions
// of other requests beside them it is 69 % and 6 %.
const (
	relatedByTwo = 0.2
	relatedByOne = 0.5
)

// Word is a word of a message.
type Word struct {
	Text  string
	Value bool // a name, number or address, or in quotes: seldom what a request is about
}

// Related lists the tools that a message is clearly about, the best first and at
// most limit: to be offered, never to be called. It is stricter than Rank: words
// that say nothing do not count, nor values that no tool knows, and what is left has
// to stand out. None is the usual answer to small talk.
func (x *Index) Related(message []Word, limit int) []Ranked {
	list := x.rank(x.content(message), limit, func(score float64, heads int) bool {
		return heads > 0 && score >= relatedByOne || heads > 1 && score >= relatedByTwo
	})
	return slices.DeleteFunc(list, func(r Ranked) bool { return r.Score < list[0].Score/2 })
}

// content gives the words by which a message can be about something.
func (x *Index) content(message []Word) []string {
	var list []string
	for _, w := range message {
		for _, term := range Terms(w.Text) {
			if _, known := x.postings[term]; !empty[term] && (known || !w.Value) {
				list = append(list, term)
			}
		}
	}
	return list
}

// empty are words that tell nothing about what is wanted: function words, words
// of asking and of courtesy, and those of the calendar, which are values.
var empty = func() map[string]bool {
	m := map[string]bool{}
	for _, word := range Terms(`
a an the this that these those some any all no not and or but if then else than so as too also very just only
of to in on at by for from with without into onto over under about up down out off after before since until between
am is are was were be been being do does did doing done have has had having can could will would shall should may might must
i me my mine we us our you your he him his she her it its they them their there here
what which who whom whose when where why how much many
don won isn aren doesn didn can couldn wouldn t s re ve ll d m
hello hi hey good nice great fine cool bye goodbye morning afternoon evening night please thanks thank sorry welcome yes yeah ok okay well
tell show give let make get want need like love know help try ask say speak talk look see think mean happen thing something anything everything
now today tonight tomorrow yesterday day week month year monday tuesday wednesday thursday friday saturday sunday`) {
		m[word] = true
	}
	return m
}()
