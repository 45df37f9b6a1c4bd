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

// squeeze is how hard JSON is shortened.
type squeeze struct{ text, entries, depth int }

// squeezes are tried in turn until the JSON fits. A long text is kept whole where it
// is most of what there is.
var squeezes = []squeeze{
	{8 * maxText, maxEntries, maxShapeDeep},
	{maxText, maxEntries, maxShapeDeep},
	{300, 15, 7},
	{200, 10, 6},
	{120, 5, 5},
	{80, 3, 4},
	{60, 1, 3},
}

// json writes the tree in at most room bytes.
func (c content) json(room int) (text, leftOut string) {
	for _, q := range squeezes {
		s := &shrinker{squeeze: q, room: room}
		s.write(c.root, "", 0)
		if s.out.Len() <= room {
			return s.out.String(), s.words(c)
		}
		text, leftOut = s.out.String(), s.words(c)
	}
	text = clipBytes(text, room)
	return text, cmp.Or(leftOut, "the rest of the answer is too long")
}

type shrinker struct {
	squeeze
	room  int
	out   bytes.Buffer
	cuts  []string
	texts int
	deep  int
}

func (s *shrinker) write(n *tree.Node, name string, depth int) {
	if s.out.Len() > s.room+1<<10 {
		return // too long already; the next squeeze is tried
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

func (s *shrinker) text(v string) {
	v = plaintext.Clean(v)
	if len(v) > s.squeeze.text && utf8.RuneCountInString(v) > s.squeeze.text {
		total := utf8.RuneCountInString(v)
		v = fmt.Sprintf("%s… (%d characters)", string([]rune(v)[:s.squeeze.text]), total)
		s.texts++
	}
	s.out.WriteString(tree.Compact(v))
}

func (s *shrinker) list(n *tree.Node, name string, depth int) {
	if depth >= s.depth && len(n.Vals) > 0 {
		s.deep++
		fmt.Fprintf(&s.out, `"… (%s)"`, plaintext.Entries(len(n.Vals)))
		return
	}
	kept := min(len(n.Vals), s.entries)
	if kept < len(n.Vals) {
		cut := fmt.Sprintf("first %d of %s", kept, plaintext.Entries(len(n.Vals)))
		if name != "" {
			cut += " of " + plaintext.Clip(plaintext.OneLine(name), 40)
		}
		if len(s.cuts) < 4 {
			s.cuts = append(s.cuts, cut)
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
		s.deep++
		fmt.Fprintf(&s.out, `"… (%s)"`, plaintext.Count(len(n.Keys), "field"))
		return
	}
	s.out.WriteByte('{')
	first := true
	for i, key := range n.Keys {
		if n.Vals[i].Is(tree.Null) {
			continue
		}
		if !first {
			s.out.WriteByte(',')
		}
		first = false
		name := plaintext.Clip(plaintext.OneLine(key), 100)
		if len(name) < len(key)/2 {
			s.texts++
		}
		s.out.WriteString(tree.Compact(name))
		s.out.WriteByte(':')
		s.write(n.Vals[i], key, depth+1)
	}
	s.out.WriteByte('}')
}

// words says what was left out, for the model and the member.
func (s *shrinker) words(c content) string {
	out := s.cuts
	if s.texts > 0 {
		out = append(out, "the beginning of "+plaintext.Count(s.texts, "long text"))
	}
	if s.deep > 0 {
		out = append(out, "not the innermost parts")
	}
	if c.truncated {
		out = append(out, "only the first "+volume(c.size, false)+" of the answer were read")
	}
	return strings.Join(out, "; ")
}
