package render

import (
	"strings"
	"unicode/utf8"

	"aidesk/core/markdown"
)

// style is how a text looks: a set of flags.
type style byte

const (
	bold style = 1 << iota
	italic
	strike
	code
)

// styles are the JSON of each set of flags.
var styles = func() (out [16]string) {
	for set := range out {
		var flags []string
		for i, name := range [...]string{"bold", "italic", "strike", "code"} {
			if set&(1<<i) != 0 {
				flags = append(flags, `"`+name+`":true`)
			}
		}
		if len(flags) > 0 {
			out[set] = `,"style":{` + strings.Join(flags, ",") + `}`
		}
	}
	return out
}()

// text writes a text, which goes on where the one before looks the same.
func (s *sheet) text(t string, st style) { s.say(t, st, "") }

// say writes a text, or a part of a link's label.
func (s *sheet) say(t string, st style, url string) {
	if t == "" {
		return
	}
	if s.flat {
		st = 0
	}
	if !s.running || st != s.style || url != s.url {
		s.stop()
		if s.filled {
			s.out = append(s.out, ',')
		}
		if url == "" {
			s.out = append(s.out, `{"type":"text","text":"`...)
		} else {
			s.out = appendKey(append(s.out, `{"type":"link"`...), "url", url)
			s.out = append(s.out, `,"text":"`...)
		}
		s.running, s.filled, s.style, s.url = true, true, st, url
	}
	s.out = appendInner(s.out, t)
}

// stop ends the text or link that is open.
func (s *sheet) stop() {
	if s.running {
		s.out = append(append(append(s.out, '"'), styles[s.style]...), '}')
		s.running = false
	}
}

// inlines writes running text.
func (s *sheet) inlines(ins []markdown.Inline, st style, url string) {
	for _, in := range ins {
		switch in.Kind {
		case markdown.InlineText:
			s.say(in.Text, st, url)
		case markdown.InlineCode:
			s.say(in.Text, st|code, url)
		case markdown.InlineStrong:
			s.inlines(in.Children, st|bold, url)
		case markdown.InlineEmphasis:
			s.inlines(in.Children, st|italic, url)
		case markdown.InlineStrike:
			s.inlines(in.Children, st|strike, url)
		case markdown.InlineLink:
			s.inlines(in.Children, st, clickable(in))
		case markdown.InlineBreak:
			s.say("\n", st, url)
		}
	}
}

// clickable is the address of a link that may be followed, or empty.
func clickable(in markdown.Inline) string {
	if !in.Allowed || utf8.RuneCountInString(in.URL) > maxURL {
		return ""
	}
	return in.URL
}

// content is what a reader sees of running text.
func content(ins []markdown.Inline) string {
	if len(ins) == 1 && len(ins[0].Children) == 0 {
		return ins[0].Text
	}
	var b strings.Builder
	writeContent(&b, ins)
	return b.String()
}

func writeContent(b *strings.Builder, ins []markdown.Inline) {
	for _, in := range ins {
		if in.Kind == markdown.InlineBreak {
			b.WriteByte('\n')
		}
		b.WriteString(in.Text)
		writeContent(b, in.Children)
	}
}

// styled reports whether running text has anything besides plain text and breaks.
func styled(ins []markdown.Inline) bool {
	for _, in := range ins {
		if in.Kind != markdown.InlineText && in.Kind != markdown.InlineBreak {
			return true
		}
	}
	return false
}

// blank reports whether a reader sees nothing of a text.
func blank(s string) bool { return strings.TrimSpace(s) == "" }

// oneLine is a text in one line, its blanks joined.
func oneLine(s string) string { return strings.Join(strings.Fields(s), " ") }
