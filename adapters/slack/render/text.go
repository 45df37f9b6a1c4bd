package render

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// escaper makes plain text of what Slack would read as a mention, a command, a link
// or an entity.
var escaper = strings.NewReplacer("&", "&amp;", "<", "&lt;", ">", "&gt;")

// Escape makes a text plain to Slack.
func Escape(s string) string {
	if !strings.ContainsAny(s, "&<>") {
		return s
	}
	return escaper.Replace(s)
}

var entities = strings.NewReplacer("&lt;", "<", "&gt;", ">", "&amp;", "&")

// unescape undoes Escape.
func unescape(s string) string { return entities.Replace(s) }

// escaped is the number of characters of s when escaped.
func escaped(s string) int {
	return utf8.RuneCountInString(s) + 4*strings.Count(s, "&") + 3*(strings.Count(s, "<")+strings.Count(s, ">"))
}

// plainText is what parts say.
func plainText(parts []part) string {
	texts := make([]string, len(parts))
	for i, p := range parts {
		texts[i] = p.text()
	}
	return joined(texts, "\n\n")
}

// joined puts texts after one another; empty ones don't count.
func joined(texts []string, between string) string {
	out := ""
	for _, t := range texts {
		if out != "" && t != "" {
			out += between
		}
		out += t
	}
	return out
}

// fallback is the text beside the blocks. It is cut where it is too long, for the
// blocks say it all.
func fallback(parts []part) string {
	text := plainText(parts)
	if pieces := chop(text, maxText-1); len(pieces) > 1 {
		return Escape(pieces[0]) + "…"
	}
	return Escape(text)
}

// chop cuts a text into pieces that have at most limit characters when escaped: at
// the end of a line or of a word, if one is in the last half, else anywhere. White
// space at a cut is dropped, and nothing else. A blank text has no pieces.
func chop(s string, limit int) []string {
	var out []string
	for s = strings.Trim(s, "\n"); escaped(s) > limit; {
		end, half := 0, 0
		for size, i := 0, 0; ; {
			r, n := utf8.DecodeRuneInString(s[i:])
			if size += escaped(string(r)); size > limit {
				break
			}
			i += n
			end = i
			if size <= limit/2 {
				half = i
			}
		}
		if i := strings.LastIndexByte(s[half:end], '\n'); i > 0 {
			end = half + i
		} else if i := strings.LastIndexByte(s[half:end], ' '); i > 0 {
			end = half + i
		}
		if piece := strings.TrimRightFunc(s[:end], unicode.IsSpace); piece != "" {
			out = append(out, piece)
		}
		s = strings.TrimLeft(strings.TrimPrefix(s[end:], " "), "\n")
	}
	if !blank(s) {
		out = append(out, s)
	}
	return out
}

// clip cuts an escaped text to so many bytes, as chat.update counts them. The blocks
// say it all; a text without any is short enough.
func clip(text string, most int) string {
	if len(text) <= most {
		return text
	}
	text = strings.ToValidUTF8(text[:most-len("…")], "")
	if i := strings.LastIndexByte(text, '&'); i > len(text)-len("&amp;") && !strings.Contains(text[i:], ";") {
		text = text[:i]
	}
	return text + "…"
}
