package agent

import (
	"cmp"
	"regexp"
	"slices"
	"strings"
	"unicode"

	"aidesk/core/model"
	"aidesk/core/model/planner/utterance"
	"aidesk/core/plugin"
)

// Examples are things a member may say to a plugin, at most one for each operation,
// the most telling first.
func Examples(p *plugin.Plugin, most int) []string {
	var texts []string
	for _, e := range telling(offers([]*plugin.Plugin{p})) {
		if len(texts) < most {
			texts = append(texts, e.text)
		}
	}
	return texts
}

// example is one utterance, filled with the values of a typical call.
type example struct {
	text string
	tool model.Tool
	rank int // the less, the more it tells
}

// telling is the first example of each tool that has one: those that say what,
// before those that only say which number or leave a place empty, and reads first.
func telling(offers []offer) []example {
	var all []example
	for _, o := range offers {
		usable := utterance.Usable(o.tool)
		if len(usable) == 0 {
			continue
		}
		e := example{text: utterance.Fill(usable[0], o.tool.Sample), tool: o.tool}
		switch {
		case strings.Contains(e.text, "‹"):
			e.rank = 6
		case e.text == usable[0]:
			e.rank = 2
		case onlyNumbers(usable[0], e.text):
			e.rank = 4
		}
		if o.tool.Write {
			e.rank++
		}
		all = append(all, e)
	}
	slices.SortStableFunc(all, func(a, b example) int {
		return cmp.Or(cmp.Compare(a.rank, b.rank), cmp.Compare(len(b.text), len(a.text)))
	})
	return all
}

// onlyNumbers says that nothing but numbers was filled into an example.
func onlyNumbers(example, filled string) bool {
	letters := func(r rune) rune {
		if unicode.IsDigit(r) {
			return -1
		}
		return r
	}
	return strings.Map(letters, filled) == slot.ReplaceAllString(example, "")
}

// slot is a place in an example that a member fills in.
var slot = regexp.MustCompile(`\{[^}]*\}`)
