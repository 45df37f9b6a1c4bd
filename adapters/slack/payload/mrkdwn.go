package payload

import (
	"cmp"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"
)

// reading is a text of Slack's made CommonMark.
type reading struct {
	self  string // the app's user, whose mention is left out
	marks []string
	named bool // it was mentioned
	leads bool // at the beginning
}

// mrkdwn reads text in Slack's own markup.
func (r *reading) mrkdwn(text string) string {
	var b strings.Builder
	for text != "" {
		before, rest, fenced := strings.Cut(text, "```")
		code, after, closed := strings.Cut(rest, "```")
		if !fenced || !closed {
			b.WriteString(r.lines(text))
			break
		}
		b.WriteString(r.lines(before))
		if s := b.String(); s != "" && !strings.HasSuffix(s, "\n") {
			b.WriteByte('\n')
		}
		b.WriteString("```\n" + strings.Trim(r.plain(code), "\n") + "\n```\n")
		text = strings.TrimPrefix(after, "\n")
	}
	return b.String()
}

// Typed reads what follows a slash command: the words as they were typed, and the marks in
// them.
func Typed(text string) (typed string, marks []string) {
	r := reading{}
	return strings.TrimSpace(r.plain(text)), r.marks
}

// lines reads text that is not a block of code.
func (r *reading) lines(text string) string {
	out := strings.Split(text, "\n")
	for i, line := range out {
		out[i] = r.spans(line)
	}
	return strings.Join(out, "\n")
}

// spans reads a line, code spans apart.
func (r *reading) spans(text string) string {
	var b strings.Builder
	for text != "" {
		before, rest, open := strings.Cut(text, "`")
		code, after, closed := strings.Cut(rest, "`")
		if !open || !closed || code == "" {
			b.WriteString(r.styled(text))
			break
		}
		b.WriteString(r.styled(before) + "`" + r.plain(code) + "`")
		text = after
	}
	return b.String()
}

// marks are Slack's styles and what they are in CommonMark.
var marks = map[byte]string{'*': "**", '_': "*", '~': "~~"}

// styled reads text with styles. A style goes from a mark at the beginning of a word
// to one at the end of a word, as Slack reads it.
func (r *reading) styled(text string) string {
	var b strings.Builder
	for i := 0; i < len(text); {
		if text[i] == '<' {
			if end := strings.IndexByte(text[i:], '>'); end > 0 {
				b.WriteString(r.token(text[i+1:i+end], true))
				i += end + 1
				continue
			}
		}
		if mark, ok := marks[text[i]]; ok {
			if end := closing(text, i); end > 0 {
				b.WriteString(mark + r.styled(text[i+1:end]) + mark)
				i = end + 1
				continue
			}
		}
		next := i + 1
		for next < len(text) && text[next] != '<' && marks[text[next]] == "" {
			next++
		}
		b.WriteString(unescape(text[i:next]))
		i = next
	}
	return b.String()
}

// closing is where the style that opens at i ends, or -1.
func closing(text string, i int) int {
	word := func(r rune) bool { return unicode.IsLetter(r) || unicode.IsDigit(r) }
	before, _ := utf8.DecodeLastRuneInString(text[:i])
	mark := text[i]
	if i > 0 && (word(before) || before == rune(mark)) || strings.HasPrefix(text[i+1:], string(mark)) {
		return -1 // a mark beside another of its kind is none: __init__
	}
	for end := i + 1; end < len(text); end++ {
		switch {
		case text[end] == '<': // a mark within an address is none
			if n := strings.IndexByte(text[end:], '>'); n > 0 {
				end += n
			}
			continue
		case text[end] != mark:
			continue
		}
		after, _ := utf8.DecodeRuneInString(text[end+1:])
		inner := text[i+1 : end]
		if inner != "" && inner == strings.TrimSpace(inner) && inner[len(inner)-1] != mark && (end+1 == len(text) || !word(after) && byte(after) != mark) {
			return end
		}
	}
	return -1
}

// plain reads text in which styles are not read.
func (r *reading) plain(text string) string {
	var b strings.Builder
	for text != "" {
		before, rest, open := strings.Cut(text, "<")
		inner, after, closed := strings.Cut(rest, ">")
		if !open || !closed {
			b.WriteString(unescape(text))
			break
		}
		b.WriteString(unescape(before) + r.token(inner, false))
		text = after
	}
	return b.String()
}

// token reads what stands in angle brackets: a mention, a link or a command. As link
// it becomes one in CommonMark, if its words are others than its address.
func (r *reading) token(s string, link bool) string {
	target, label, _ := strings.Cut(s, "|")
	target, label = unescape(target), unescape(label)
	switch {
	case strings.HasPrefix(target, "@"):
		return r.member(target[1:], label)
	case strings.HasPrefix(target, "#"):
		return r.channel(target[1:], label)
	case strings.HasPrefix(target, "!subteam^"):
		return r.member(strings.TrimPrefix(target, "!subteam^"), label)
	case strings.HasPrefix(target, "!"):
		word, _, _ := strings.Cut(target[1:], "^")
		return cmp.Or(label, "@"+word)
	}
	return linkText(target, label, link)
}

// member is the mention of a member or a group: by its label, or by a mark that stands for
// its name.
func (r *reading) member(id, label string) string {
	switch {
	case id == r.self && id != "":
		r.named = true
		return ""
	case label != "":
		return "@" + strings.TrimPrefix(label, "@")
	}
	return r.mark("@" + id)
}

// channel is the mention of a channel.
func (r *reading) channel(id, label string) string {
	if label != "" {
		return "#" + strings.TrimPrefix(label, "#")
	}
	return r.mark("#" + id)
}

func (r *reading) mark(mark string) string {
	if !slices.Contains(r.marks, mark) {
		r.marks = append(r.marks, mark)
	}
	return mark
}

// linkText is an address with its words: as link in CommonMark, if its words say something
// else than it does.
func linkText(target, label string, link bool) string {
	switch {
	case label == "" || label == target:
		return strings.TrimPrefix(target, "mailto:")
	case !link || sameAddress(target, label):
		return label
	}
	return "[" + strings.NewReplacer("[", `\[`, "]", `\]`).Replace(label) + "](" + strings.NewReplacer("(", "%28", ")", "%29", " ", "%20").Replace(target) + ")"
}

// sameAddress says whether a link's words are its address, less what Slack added.
func sameAddress(target, label string) bool {
	for _, scheme := range []string{"https://", "http://", "mailto:", "tel:"} {
		if rest, ok := strings.CutPrefix(target, scheme); ok {
			return strings.TrimSuffix(rest, "/") == strings.TrimSuffix(label, "/")
		}
	}
	return false
}

var entities = strings.NewReplacer("&lt;", "<", "&gt;", ">", "&amp;", "&")

// unescape reads the three entities that Slack writes.
func unescape(s string) string { return entities.Replace(s) }
