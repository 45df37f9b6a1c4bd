package result

import (
	"bytes"
	"cmp"
	"fmt"
	"strings"
	"unicode/utf8"

	"aidesk/core/openapi/plaintext"
	"aidesk/core/openapi/tree"
)

// shrinkLimits says how much of JSON is kept.
type shrinkLimits struct{ text, entries, depth int }

// shrinkSteps are tried in turn until the JSON fits. The first allows long texts, for
// answers that consist of one.
var shrinkSteps = []shrinkLimits{
	{8 * maxText, maxEntries, maxShapeDeep},
	{maxText, maxEntries, maxShapeDeep},
	{300, 15, 7},
	{200, 10, 6},
	{120, 5, 5},
	{80, 3, 4},
	{60, 1, 3},
}

// fitJSON writes the tree in at most room bytes.
func (c answer) fitJSON(room int) (text, leftOut string) {
	for _, q := range shrinkSteps {
		s := &shrinker{shrinkLimits: q, room: room}
		s.write(c.root, "", 0)
		if s.out.Len() <= room {
			return s.out.String(), s.leftOut(c)
		}
		text, leftOut = s.out.String(), s.leftOut(c)
	}
	text = clipBytes(text, room)
	return text, cmp.Or(leftOut, textRest)
}

type shrinker struct {
	shrinkLimits
	room      int
	out       bytes.Buffer
	cutLists  []string
	cutTexts  int
	cutLevels int
}

func (s *shrinker) write(n *tree.Node, name string, depth int) {
	if s.tooLong() {
		return
	}
	switch n.Kind {
	case tree.Null:
		s.out.WriteString("null")
	case tree.Boolean, tree.Number:
		s.out.WriteString(n.Scalar)
	case tree.Text:
		s.text(n.Scalar)
	case tree.List:
		s.list(n, name, depth)
	case tree.Object:
		s.dict(n, depth)
	}
}

// tooLong reports whether more than room is written, so that the next step is tried.
func (s *shrinker) tooLong() bool { return s.out.Len() > s.room+1<<10 }

func (s *shrinker) text(v string) {
	v = plaintext.Clean(v)
	if len(v) > s.shrinkLimits.text && utf8.RuneCountInString(v) > s.shrinkLimits.text {
		total := utf8.RuneCountInString(v)
		v = fmt.Sprintf("%s… (%d characters)", string([]rune(v)[:s.shrinkLimits.text]), total)
		s.cutTexts++
	}
	s.out.WriteString(tree.Compact(v))
}

func (s *shrinker) list(n *tree.Node, name string, depth int) {
	if depth >= s.depth && len(n.Vals) > 0 {
		s.cutLevels++
		fmt.Fprintf(&s.out, `"… (%s)"`, plaintext.Entries(len(n.Vals)))
		return
	}
	kept := min(len(n.Vals), s.entries)
	if kept < len(n.Vals) {
		cut := fmt.Sprintf("first %d of %s", kept, plaintext.Entries(len(n.Vals)))
		if name != "" {
			cut += " of " + plaintext.Line(name, 40)
		}
		if len(s.cutLists) < 4 {
			s.cutLists = append(s.cutLists, cut)
		}
	}
	s.out.WriteByte('[')
	for i, item := range n.Vals[:kept] {
		if i > 0 {
			s.out.WriteByte(',')
		}
		s.write(item, name, depth+1)
	}
	s.out.WriteByte(']')
}

func (s *shrinker) dict(n *tree.Node, depth int) {
	if depth >= s.depth && len(n.Keys) > 0 {
		s.cutLevels++
		fmt.Fprintf(&s.out, `"… (%s)"`, plaintext.Count(len(n.Keys), "field"))
		return
	}
	s.out.WriteByte('{')
	first := true
	for i, key := range n.Keys {
		if s.tooLong() {
			break
		}
		if n.Vals[i].Is(tree.Null) {
			continue
		}
		if !first {
			s.out.WriteByte(',')
		}
		first = false
		name := plaintext.Line(key, 100)
		if len(name) < len(key)/2 {
			s.cutTexts++
		}
		s.out.WriteString(tree.Compact(name))
		s.out.WriteByte(':')
		s.write(n.Vals[i], key, depth+1)
	}
	s.out.WriteByte('}')
}

// leftOut says what was left out, for the model and the member.
func (s *shrinker) leftOut(c answer) string {
	out := s.cutLists
	if s.cutTexts > 0 {
		out = append(out, fmt.Sprintf(textBeginnings, plaintext.Count(s.cutTexts, "long text")))
	}
	if s.cutLevels > 0 {
		out = append(out, textInnermost)
	}
	if c.truncated {
		out = append(out, fmt.Sprintf(textCut, formatSize(c.size, false)))
	}
	return strings.Join(out, "; ")
}
