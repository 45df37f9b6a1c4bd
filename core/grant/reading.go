package grant

import (
	"encoding/json"
	"fmt"
	"math/big"
	"strings"
	"time"

	"aidesk/core/markdown"
	"aidesk/core/openapi"
)

// longestShown is how many characters of a value stand in the reading.
const longestShown = 60

// Reading says in one sentence what a Grant allows, and in another what it does not.
func (g Grant) Reading(now time.Time, zone *time.Location) string {
	where := textHere
	switch {
	case g.Schedule != "":
		where = textScheduled
	case g.Place.Direct:
		where = textDirect
	}
	if g.Label != "" {
		where += fmt.Sprintf(textWith, markdown.Line(g.Label, longestShown))
	}
	bounds := textNoValues
	if len(g.Conditions) > 0 {
		var all []string
		for _, c := range g.Conditions {
			all = append(all, c.reading())
		}
		bounds = fmt.Sprintf(textIf, list(all))
	}
	daily, inAll := fmt.Sprintf(textTimesADay, g.PerDay), times(g.Count)
	if g.PerDay == 1 {
		daily = textOnceADay
	}
	may := fmt.Sprintf(textMay, Date(g.Until, now, zone), g.Deed, where, daily, inAll, bounds)
	return may + " " + fmt.Sprintf(textOtherwise, g.refusedExample())
}

// LeftReading says what is left of a Grant.
func (g Grant) LeftReading(now time.Time, zone *time.Location) string {
	today, all := g.Left(now)
	left := []string{fmt.Sprintf(textLeft, times(today), times(all), Date(g.Until, now, zone))}
	for _, c := range g.Conditions {
		if c.Sum != "" {
			left = append(left, fmt.Sprintf(textLeftSum, c.Label, g.LeftOf(c, now)))
		}
	}
	return strings.Join(left, "; ")
}

// Values are the values that the Reading does not have whole, each with its name.
func (g Grant) Values() []openapi.Argument {
	var all []openapi.Argument
	for _, c := range g.Conditions {
		for _, raw := range c.values() {
			if text := whole(raw); !strings.Contains(shown(raw), text) {
				all = append(all, openapi.Argument{Label: c.Label, Value: text})
			}
		}
	}
	return all
}

// Shown is a value of a call in the words of a sentence, cut where it is long.
func Shown(l openapi.Leaf) string { return shown(encoded(l.Value)) }

// Date is a day as people read it, without the year where it is this one.
func Date(t, now time.Time, zone *time.Location) string {
	if t = t.In(zone); t.Year() != now.In(zone).Year() {
		return t.Format("2 January 2006")
	}
	return t.Format("2 January")
}

func times(n int) string {
	if n == 1 {
		return textOnce
	}
	return fmt.Sprintf(textTimes, n)
}

// list joins what is said of several things.
func list(all []string) string {
	if n := len(all); n > 1 {
		return strings.Join(all[:n-1], ", ") + textAnd + all[n-1]
	}
	return strings.Join(all, "")
}

// reading says what a condition lets through.
func (c Condition) reading() string {
	switch {
	case c.Is != nil:
		return fmt.Sprintf(textIs, c.Label, shown(c.Is))
	case len(c.OneOf) > 0:
		var all []string
		for _, raw := range c.OneOf {
			all = append(all, shown(raw))
		}
		return fmt.Sprintf(textOneOf, c.Label, strings.Join(all, ", "))
	case c.AtMost != "":
		return fmt.Sprintf(textAtMost, c.Label, c.AtMost)
	case c.AtLeast != "":
		return fmt.Sprintf(textAtLeast, c.Label, c.AtLeast)
	case c.Sum != "":
		return fmt.Sprintf(textSum, c.Label, c.Sum)
	case c.Under != "":
		return fmt.Sprintf(textUnder, c.Label, c.Under)
	}
	return fmt.Sprintf(textAnyText, c.Label, c.Text)
}

// shown is a value in the words of a sentence, cut where it is long.
func shown(raw json.RawMessage) string {
	v, err := parse(raw)
	if text, ok := v.(string); ok && err == nil && text != "" {
		return "“" + markdown.Line(markdown.Visible(text), longestShown) + "”"
	}
	return whole(raw)
}

// whole is a value in full.
func whole(raw json.RawMessage) string {
	v, err := parse(raw)
	if err != nil {
		return string(raw)
	}
	switch v := v.(type) {
	case string:
		if v == "" {
			return textEmpty
		}
		return markdown.Visible(v)
	case json.Number:
		return string(v)
	case bool:
		if v {
			return textYes
		}
		return textNo
	case map[string]any:
		return textEmptyGroup
	case []any:
		return textEmptyList
	}
	return textNothing
}

// refusedExample names a value that a Grant does not let through.
func (g Grant) refusedExample() string {
	l, c, ok := g.Refused()
	switch {
	case !ok:
		return textAnything
	case c.Text > 0:
		return fmt.Sprintf(textLongText, c.Label, c.Text+1)
	}
	return fmt.Sprintf(textExample, c.Label, shown(encoded(l.Value)))
}

// Refused is a value that a Grant does not let through, and the Condition that holds it back:
// the one that says most to a reader. ok is false where no value is let through.
func (g Grant) Refused() (l openapi.Leaf, c Condition, ok bool) {
	best := -1
	for _, each := range g.Conditions {
		if v, rank := each.refused(); rank > best {
			best, c = rank, each
			l = openapi.Leaf{Path: each.Path, Label: each.Label, Value: v, Prose: true}
		}
	}
	return l, c, best >= 0
}

// refused is a value close to those that a condition lets through, which it does not, and how
// much that says to a reader.
func (c Condition) refused() (v any, rank int) {
	switch {
	case c.Under != "":
		host, _, _ := address(c.Under)
		return strings.Replace(c.Under, host, host+".example.com", 1), 5
	case c.AtMost != "":
		return next(c.AtMost, 1), 4
	case c.AtLeast != "":
		return next(c.AtLeast, -1), 4
	case c.Sum != "":
		return next(c.Sum, 1), 4
	case c.Text > 0:
		return strings.Repeat("a", c.Text+1), 0
	}
	first, err := parse(c.values()[0])
	if err != nil {
		return nil, 0
	}
	switch first := first.(type) {
	case string:
		return unlike(c, strings.TrimSpace(first)), 3
	case json.Number:
		return next(string(first), 1+len(c.OneOf)*MostUses), 2
	case bool:
		return !first, 1
	}
	return "something", 1
}

// unlike is a text that is none of those that a condition names, though it looks like one.
func unlike(c Condition, text string) string {
	for n := 2; ; n++ {
		other := strings.TrimSpace(fmt.Sprintf("%s %d", markdown.Line(text, longestShown/2), n))
		if !c.Fits(openapi.Leaf{Path: c.Path, Value: other}) {
			return other
		}
	}
}

// next is a number above or below another.
func next(text string, by int) json.Number {
	n, ok := decimal(text)
	if !ok {
		return "0"
	}
	return json.Number(written(new(big.Rat).Add(n, big.NewRat(int64(by), 1))))
}
