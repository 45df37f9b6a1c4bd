package render

import (
	"strings"
	"unicode/utf8"
)

// gap is a blank of no width. Nothing that comes from others contains one, so it
// breaks what could not be escaped.
const gap = "\u200b"

// marks are the characters that may begin or end markup wherever they stand.
const marks = "\\*_~`|[]<>@#"

// escape writes plain text so that nothing in it is markup. line is what stands
// before it on the same line, already written.
func escape(line, s string) string {
	var b strings.Builder
	b.Grow(len(s) + 8)
	start := strings.Trim(line, " \t") == ""
	number := !start && strings.Trim(line, " \t0123456789") == ""
	for i := range len(s) {
		c := s[i]
		before := byte(0)
		if i > 0 {
			before = s[i-1]
		} else if line != "" {
			before = line[len(line)-1]
		}
		if strings.IndexByte(marks, c) >= 0 ||
			c == '(' && before == ']' || // else a link before it could go on to here
			c == '/' && i == 0 && before == ':' ||
			start && (c == '-' || c == '+') ||
			number && (c == '.' || c == ')') ||
			c == ':' && (strings.HasPrefix(s[i+1:], "/") || shortcode(s[i+1:])) ||
			c == '.' && invites(s[:i]) {
			b.WriteByte('\\')
		}
		b.WriteByte(c)
		switch {
		case c == '\n':
			start, number = true, false
		case digit(c):
			number = number || start
			start = false
		case c != ' ' && c != '\t':
			start, number = false, false
		}
	}
	return b.String()
}

// shortcode reports whether what follows a colon makes it an emoji by its name.
func shortcode(s string) bool {
	n := strings.IndexByte(s[:min(len(s), 64)], ':')
	if n < 1 {
		return false
	}
	digits := true
	for i := range n {
		c := s[i]
		if !letter(c) && !digit(c) && strings.IndexByte("_+-", c) < 0 {
			return false
		}
		digits = digits && digit(c)
	}
	return !digits || s[:n] == "100" || s[:n] == "1234"
}

// invites reports whether a text ends with the name of a host whose addresses
// Discord turns into an invitation even without a scheme.
func invites(s string) bool {
	s = strings.ToLower(s[max(0, len(s)-len("discordapp")):])
	return strings.HasSuffix(s, "discord") || strings.HasSuffix(s, "discordapp")
}

// sealed is code in which no link can end that began before it. Code in which
// brackets are in pairs stays as it is.
func sealed(code string) string {
	for from := 0; ; {
		i := strings.IndexAny(code[from:], "[]")
		if i < 0 || code[from+i] == '[' {
			return code
		}
		from += i + 1
		if strings.HasPrefix(code[from:], "(") {
			code = code[:from] + gap + code[from:]
		}
	}
}

// span is verbatim text as code within a line; s is one line and not empty.
func span(s string) string {
	s = sealed(s)
	runs := backticks(s)
	mark := "`"
	if runs[1] {
		mark = "``"
		if runs[2] {
			s = strings.ReplaceAll(s, "``", "`"+gap+"`")
			s = strings.ReplaceAll(s, "``", "`"+gap+"`") // of three, one pair was left
		}
	}
	if s[0] == '`' {
		s = " " + s
	}
	if s[len(s)-1] == '`' {
		s += " "
	}
	return mark + s + mark
}

// backticks says which lengths of runs of backticks occur; all above 2 are 3.
func backticks(s string) (runs [4]bool) {
	n := 0
	for i := range len(s) + 1 {
		if i < len(s) && s[i] == '`' {
			n++
			continue
		}
		runs[min(n, 3)] = true
		n = 0
	}
	return runs
}

// fence is verbatim text as a block of code, line by line.
func fence(lang, code string) []line {
	if strings.Trim(code, "\n") == "" {
		code = gap
	}
	for strings.Contains(code, "```") {
		code = strings.ReplaceAll(code, "```", "``"+gap+"`")
	}
	code = sealed(code)
	if len(lang) > 20 || strings.ContainsFunc(lang, notInLanguage) {
		lang = ""
	}
	lines := []line{{text: "```" + lang, code: true}}
	for text := range strings.SplitSeq(code, "\n") {
		lines = append(lines, line{text: text, code: true})
	}
	return append(lines, line{text: "```", code: true})
}

func notInLanguage(r rune) bool {
	return r >= utf8.RuneSelf || !letter(byte(r)) && !digit(byte(r)) && !strings.ContainsRune("_+-.#", r)
}

// units is the length of s in UTF-16.
func units(s string) int {
	n := 0
	for _, r := range s {
		if n++; r > 0xffff {
			n++
		}
	}
	return n
}

func letter(c byte) bool { return c|0x20 >= 'a' && c|0x20 <= 'z' }
func digit(c byte) bool  { return c >= '0' && c <= '9' }
