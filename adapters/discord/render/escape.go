package render

import (
	"strings"
	"unicode/utf8"
)

// zeroWidthSpace breaks up what cannot be escaped. Cleaned text from others never
// contains one.
const zeroWidthSpace = "\u200b"

// specialChars are the characters that may begin or end markup anywhere.
const specialChars = "\\*_~`|[]<>@#"

// escape writes plain text so that nothing in it is markup. line is what was written
// before it on the same line.
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
		if strings.IndexByte(specialChars, c) >= 0 ||
			c == '(' && before == ']' || // else a link before it could go on to here
			c == '/' && i == 0 && before == ':' ||
			start && (c == '-' || c == '+') ||
			number && (c == '.' || c == ')') ||
			c == ':' && (strings.HasPrefix(s[i+1:], "/") || startsEmoji(s[i+1:])) ||
			c == '.' && endsWithInviteHost(s[:i]) {
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

// startsEmoji reports whether what follows a colon makes it an emoji by name.
func startsEmoji(s string) bool {
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

// endsWithInviteHost reports whether a text ends with the name of a host whose URLs
// Discord turns into an invitation even without a scheme.
func endsWithInviteHost(s string) bool {
	s = strings.ToLower(s[max(0, len(s)-len("discordapp")):])
	return strings.HasSuffix(s, "discord") || strings.HasSuffix(s, "discordapp")
}

// breakLinks changes code so that no link that began before it can end in it. Code with
// balanced brackets stays as it is.
func breakLinks(code string) string {
	for from := 0; ; {
		i := strings.IndexAny(code[from:], "[]")
		if i < 0 || code[from+i] == '[' {
			return code
		}
		from += i + 1
		if strings.HasPrefix(code[from:], "(") {
			code = code[:from] + zeroWidthSpace + code[from:]
		}
	}
}

// codeSpan writes verbatim text as code within a line; s is one line and not empty.
func codeSpan(s string) string {
	s = breakLinks(s)
	runs := backtickRuns(s)
	mark := "`"
	if runs[1] {
		mark = "``"
		if runs[2] {
			s = strings.ReplaceAll(s, "``", "`"+zeroWidthSpace+"`")
			s = strings.ReplaceAll(s, "``", "`"+zeroWidthSpace+"`") // of three, one pair was left
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

// backtickRuns returns which lengths of runs of backticks occur; longer ones count as 3.
func backtickRuns(s string) (runs [4]bool) {
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

// codeBlock writes verbatim text as the lines of a code block.
func codeBlock(lang, code string) []line {
	if strings.Trim(code, "\n") == "" {
		code = zeroWidthSpace
	}
	for strings.Contains(code, "```") {
		code = strings.ReplaceAll(code, "```", "``"+zeroWidthSpace+"`")
	}
	code = breakLinks(code)
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

// utf16Len is the length of s in UTF-16 units.
func utf16Len(s string) int {
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
