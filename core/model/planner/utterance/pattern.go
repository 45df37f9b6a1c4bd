package utterance

import (
	"encoding/json"
	"regexp"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"aidesk/core/model"
)

// The characters that are taken for quotes, and for apostrophes.
const (
	doubleQuotes = "\"“”„‟«»″"
	singleQuotes = "'‘’‚‛ʼ′`´"
)

const (
	doubleQuoted = "[" + doubleQuotes + "][^" + doubleQuotes + "]*[^\\s" + doubleQuotes + "][^" + doubleQuotes + "]*[" + doubleQuotes + "]"
	singleQuoted = "[" + singleQuotes + "][^" + singleQuotes + "]*[^\\s" + singleQuotes + "][^" + singleQuotes + "]*[" + singleQuotes + "]"
)

var (
	// quotation matches a whole quotation.
	quotation = regexp.MustCompile("^(?:" + doubleQuoted + "|" + singleQuoted + ")$")

	// quotations matches those within a text, where a single quote may be an apostrophe.
	quotations = regexp.MustCompile(doubleQuoted)

	// slot matches a {name} in an example, with the quotes around it, which do not count.
	slot = regexp.MustCompile("[" + doubleQuotes + singleQuotes + "]?\\{([^{}\\s]+)\\}[" + doubleQuotes + singleQuotes + "]?")
)

// unquote returns what is in a quotation.
func unquote(s string) string {
	_, first := utf8.DecodeRuneInString(s)
	_, last := utf8.DecodeLastRuneInString(s)
	return strings.TrimSpace(s[first : len(s)-last])
}

// pattern is an example compiled against its tool's schema.
type pattern struct {
	tool      model.Tool
	example   string
	signature signature
	parts     []part
	fixed     int // fixed words
}

// part is a run of fixed words or a slot.
type part struct {
	words []string
	slot  *argument
	space bool     // there is a blank before it
	rest  bool     // a slot for text at the end of the example
	open  bool     // and a colon stands before it
	after []string // folded; the fixed words that follow a slot, if more than one does
}

// patterns compiles those examples of a tool that can make a call and whose fixed words
// all occur in said.
func patterns(tool model.Tool, said string) []pattern {
	var list []pattern
	var s *signature
	folded := fold(said)
	for _, example := range tool.Examples[:min(len(tool.Examples), maxExamples)] {
		parts, fixed := split(example)
		missing := func(word string) bool { return !strings.Contains(folded, fold(word)) }
		if fixed == 0 || said != "" && slices.ContainsFunc(parts, func(p part) bool { return slices.ContainsFunc(p.words, missing) }) {
			continue
		}
		if s == nil { // most messages fit no example of most tools, so the schema is read late
			read := readSignature(tool.Schema)
			s = &read
		}
		p := pattern{tool: tool, example: example, signature: *s, parts: parts, fixed: fixed}
		if p.resolve() {
			list = append(list, p)
		}
	}
	return list
}

// Usable lists the examples of a tool by which it can be called, in their order.
func Usable(tool model.Tool) []string {
	var list []string
	for _, p := range patterns(tool, "") {
		list = append(list, strings.TrimSpace(p.example))
	}
	return list
}

// split cuts an example into fixed words and slots, of which only the names are known
// yet, and counts the fixed words.
func split(example string) (parts []part, fixed int) {
	text, ok := line(example)
	if !ok || utf8.RuneCountInString(example) > maxExample {
		return nil, 0
	}
	add := func(words string) {
		list := strings.Fields(words)
		if len(list) == 0 {
			return
		}
		for _, word := range list {
			if isWord(word) {
				fixed++
			}
		}
		parts = append(parts, part{words: list, space: strings.TrimLeft(words, " \t") != words})
	}
	at := 0
	for _, found := range slot.FindAllStringSubmatchIndex(text, -1) {
		before := text[at:found[0]]
		if at > 0 && !strings.ContainsAny(before, " \t") {
			return nil, 0 // two slots in one word
		}
		add(before)
		parts = append(parts, part{
			slot: &argument{path: []string{text[found[2]:found[3]]}}, space: strings.TrimRight(before, " \t") != before,
		})
		at = found[1]
	}
	add(text[at:])
	return parts, fixed
}

// resolve gives each slot its argument. It is false if an example cannot make a call:
// a slot names no argument that words can give, or a required one has no slot.
func (p *pattern) resolve() bool {
	filled := map[string]json.RawMessage{}
	for i := range p.parts {
		part := &p.parts[i]
		if part.slot == nil {
			continue
		}
		a, ok := p.signature.find(part.slot.name())
		if _, twice := filled[a.key()]; !ok || twice || a.kind == kindJSON || a.kind == kindList || len(filled) == maxSlots {
			return false
		}
		filled[a.key()] = nil
		part.slot = &a
		part.rest = a.kind == kindText && i == len(p.parts)-1
		if i > 0 {
			words := p.parts[i-1].words
			part.open = part.rest && len(words) > 0 && strings.HasSuffix(words[len(words)-1], ":")
		}
		if i+1 < len(p.parts) && len(p.parts[i+1].words) > 1 {
			part.after = strings.Fields(fold(strings.Join(p.parts[i+1].words, " ")))
		}
	}
	return len(p.signature.missing(filled)) == 0
}

// The ways in which a pattern takes slots for text: as few words as possible, as many as
// possible, or anything at all for any slot, nothing included.
const (
	short = iota
	long
	lenient
)

// expression is the regular expression of a pattern.
func (p pattern) expression(how int) *regexp.Regexp {
	var b strings.Builder
	b.WriteString(`(?i)^`)
	space := false // a lenient slot at the beginning took the blank behind it
	for i, part := range p.parts {
		gap := ""
		if part.space && i > 0 && !space {
			gap = `\s+`
		}
		space = false
		switch {
		case part.slot == nil:
			b.WriteString(gap)
			for n, word := range part.words {
				if n > 0 {
					b.WriteString(`\s+`)
				}
				b.WriteString(literal(word))
			}
		case how == lenient && i == 0 && len(p.parts) > 1 && p.parts[1].space:
			b.WriteString(`(?:(\S.*?)\s+)??`)
			space = true
		case how == lenient:
			b.WriteString(`(?:` + gap + `(\S.*?))??`)
		default:
			b.WriteString(gap + `(` + part.slot.expression(how == long) + `)`)
		}
	}
	b.WriteString(`$`)
	compiled, err := regexp.Compile(b.String())
	if err != nil {
		return regexp.MustCompile(`$^.`) // larger than regexp allows: fits nothing
	}
	return compiled
}

// literal matches a fixed word with any kind of quotes in it.
func literal(word string) string {
	var b strings.Builder
	for _, r := range word {
		switch {
		case strings.ContainsRune(singleQuotes, r):
			b.WriteString("[" + singleQuotes + "]")
		case strings.ContainsRune(doubleQuotes, r):
			b.WriteString("[" + doubleQuotes + "]")
		default:
			b.WriteString(regexp.QuoteMeta(string(r)))
		}
	}
	return b.String()
}

// spans returns what each slot takes of a message; nil if the pattern does not fit.
func (p pattern) spans(said string, how int) []string {
	found := p.expression(how).FindStringSubmatch(said)
	if found == nil {
		return nil
	}
	spans := found[1:]
	for i := range spans {
		spans[i] = strings.TrimSpace(spans[i])
	}
	return spans
}

// read returns the readings of a message: none, one, or two if slots for text can take
// more or less.
func (p pattern) read(said string, now time.Time) []Hit {
	all := [][]string{p.spans(said, short)}
	if all[0] == nil {
		return nil
	}
	if len(all[0]) > 1 {
		all = append(all, p.spans(said, long))
	}
	// A quotation is not cut in two, and who says "the day after tomorrow" does not say
	// tomorrow.
	for _, rank := range []func([]string) int{unquoted, p.moments} {
		best := rank(slices.MaxFunc(all, func(a, b []string) int { return rank(a) - rank(b) }))
		all = slices.DeleteFunc(all, func(spans []string) bool { return rank(spans) < best })
	}
	var hits []Hit
	for _, spans := range all {
		hit, ok := p.hit(spans, now)
		if ok && !slices.ContainsFunc(hits, func(o Hit) bool { return string(o.Args) == string(hit.Args) }) {
			hits = append(hits, hit)
		}
	}
	return hits
}

// hit makes a call of the values in a message; ok is false if one cannot be read.
func (p pattern) hit(spans []string, now time.Time) (hit Hit, ok bool) {
	values := map[string]json.RawMessage{}
	hit = Hit{Tool: p.tool, Example: p.example, Words: p.fixed}
	for i, part := range p.slots() {
		value, ok := part.read(spans[i], now)
		if !ok {
			return hit, false
		}
		values[part.slot.key()] = value
		if part.slot.kind == kindText {
			hit.Loose += len(plainFields(spans[i]))
		}
	}
	hit.Args = p.signature.build(values)
	return hit, true
}

// unread lists the slots that a message gives no value for, if all fixed words are there;
// nil if they are not, or if nothing is missing.
func (p pattern) unread(said string, now time.Time) []Unread {
	spans := p.spans(said, lenient)
	var list []Unread
	for i, part := range p.slots()[:len(spans)] {
		if len(strings.Fields(spans[i])) > maxStray {
			return nil
		}
		if _, ok := part.read(spans[i], now); !ok {
			list = append(list, Unread{Name: part.slot.name(), Wants: part.slot.wants(), Words: spans[i]})
		}
	}
	return list
}

// slots lists the slots of a pattern.
func (p pattern) slots() []part {
	return slices.DeleteFunc(slices.Clone(p.parts), func(part part) bool { return part.slot == nil })
}

// moments is how many bytes of a message the slots for dates and times take.
func (p pattern) moments(spans []string) int {
	n := 0
	for i, part := range p.slots() {
		if part.slot.isMoment() {
			n += len(spans[i])
		}
	}
	return n
}

// read reads what a slot took.
func (p part) read(words string, now time.Time) (json.RawMessage, bool) {
	whole := quotation.MatchString(words)
	if p.slot.kind == kindText && (!whole && !p.holds(words) || utf8.RuneCountInString(words) > maxText) {
		return nil, false
	}
	if whole {
		words = unquote(words)
	}
	return p.slot.read(words, now)
}

// holds reports whether words without quotes can be one text: they say something, are not
// too many, end no sentence while more follows, and do not repeat what the example says
// next, for then a second request would be swallowed.
func (p part) holds(words string) bool {
	list := plainFields(words)
	if len(list) > maxWords && !p.rest || strings.Trim(words, doubleQuotes+singleQuotes+stops+" \t") == "" {
		return false
	}
	for i, word := range list {
		last, _ := utf8.DecodeLastRuneInString(strings.TrimRight(word, doubleQuotes+singleQuotes+")]"))
		if isStop(last) && !p.open && (i < len(list)-1 || !p.rest) {
			return false
		}
	}
	return len(p.after) == 0 || !strings.Contains(" "+strings.Join(strings.Fields(fold(words)), " ")+" ", " "+strings.Join(p.after, " ")+" ")
}

// plainFields splits text into words, a quotation counting as one.
func plainFields(text string) []string {
	return strings.Fields(quotations.ReplaceAllString(text, "x"))
}

// unquoted counts the spans without half a quotation.
func unquoted(spans []string) int {
	n := 0
	for _, words := range spans {
		rest := quotations.ReplaceAllString(words, "x")
		if !strings.ContainsAny(rest, doubleQuotes) && (!strings.HasPrefix(rest, "'") || quotation.MatchString(rest)) {
			n++
		}
	}
	return n
}
