package grant

import (
	"encoding/json"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"aidesk/core/markdown"
	"aidesk/core/openapi"
)

// Way is how a Condition bounds a value, as a member chooses it.
type Way string

// The ways.
const (
	Exactly Way = "is"
	OneOf   Way = "one of"
	AtMost  Way = "at most"
	AtLeast Way = "at least"
	DaySum  Way = "sum a day"
	Under   Way = "under"
	AnyText Way = "any text"
)

// Ways lists how a value of a call may be bounded, the closest first. Free text is never
// offered for addresses, ids and names of something.
func Ways(l openapi.Leaf) []Way {
	switch v := l.Value.(type) {
	case json.Number:
		if _, ok := decimal(string(v)); ok {
			return []Way{Exactly, OneOf, AtMost, AtLeast, DaySum}
		}
	case string:
		ways := []Way{Exactly, OneOf}
		if _, _, ok := address(v); ok {
			ways = append(ways, Under)
		}
		if l.Prose {
			ways = append(ways, AnyText)
		}
		return ways
	}
	return []Way{Exactly}
}

// Allowable says, in a member's words, why calls with such values cannot be allowed
// beforehand; nil: they can.
func Allowable(values []openapi.Leaf) error {
	if len(values) > maxConditions {
		return fmt.Errorf("a call with more than %d values cannot be allowed beforehand", maxConditions)
	}
	for _, l := range values {
		if !plain(l.Value) || l.Path == "" {
			return fmt.Errorf("%s holds too much to be allowed beforehand", l.Label)
		}
		if _, err := Bound(l, Exactly, ""); err != nil {
			return err
		}
	}
	return nil
}

// Bound is the Condition by which a member bounds a value of a call. text is what they wrote
// for it: a number, an address, how many characters, or values one a line; Exactly needs none.
// The error is in the member's words.
func Bound(l openapi.Leaf, way Way, text string) (Condition, error) {
	c := Condition{Path: l.Path, Label: markdown.Line(l.Label, 100)}
	text = strings.TrimSpace(text)
	if !slices.Contains(Ways(l), way) {
		return c, fmt.Errorf("%s cannot be bounded like that", l.Label)
	}
	switch way {
	case Exactly:
		c.Is = encoded(l.Value)
	case OneOf:
		for _, line := range append([]string{asLine(l.Value)}, strings.Split(text, "\n")...) {
			line = strings.TrimSpace(line)
			v := any(line)
			if _, isNumber := l.Value.(json.Number); isNumber {
				v = json.Number(line)
				if _, ok := decimal(line); line != "" && !ok {
					return c, fmt.Errorf("%s: “%s” is no plain number, such as 12 or 12.50", l.Label, markdown.Line(line, 50))
				}
			}
			if line == asLine(l.Value) {
				v = l.Value // with the blanks around it, if it has some
			}
			raw := encoded(v)
			if line != "" && !slices.ContainsFunc(c.OneOf, func(known json.RawMessage) bool { return string(known) == string(raw) }) {
				c.OneOf = append(c.OneOf, raw)
			}
		}
	case AtMost:
		c.AtMost = text
	case AtLeast:
		c.AtLeast = text
	case DaySum:
		c.Sum = text
	case Under:
		if c.Under = text; c.Under != "" && !strings.HasSuffix(c.Under, "/") {
			c.Under += "/"
		}
	case AnyText:
		n, err := strconv.Atoi(text)
		if err != nil || n < 1 || n > LongestText {
			return c, fmt.Errorf("%s: say how many characters a free text may have, from 1 to %d", l.Label, LongestText)
		}
		c.Text = n
	}
	if text == "" && way != Exactly {
		return c, fmt.Errorf("%s: say by what it is bounded", l.Label)
	}
	if err := c.check(); err != nil {
		return c, err
	}
	if !c.Fits(l) {
		return c, fmt.Errorf("%s: the value that you approved is not within this bound", l.Label)
	}
	return c, nil
}

// asLine is a value as one line of a list.
func asLine(v any) string {
	switch v := v.(type) {
	case string:
		return strings.TrimSpace(v)
	case json.Number:
		return string(v)
	}
	return ""
}

// encoded is a plain value as JSON.
func encoded(v any) json.RawMessage {
	raw, err := json.Marshal(v)
	if err != nil {
		panic(err) // a plain value
	}
	return raw
}
