package render

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// escaper escapes what Slack would read as a mention, a link or an entity.
var escaper = strings.NewReplacer("&", "&amp;", "<", "&lt;", ">", "&gt;")

// Escape escapes a text, so that Slack reads no markup in it.
func Escape(s string) string {
	if !strings.ContainsAny(s, "&<>") {
		return s
	}
	return escaper.Replace(s)
}

var entities = strings.NewReplacer("&lt;", "<", "&gt;", ">", "&amp;", "&")

// unescape undoes Escape.
func unescape(s string) string { return entities.Replace(s) }

// escapedLength is the number of characters of Escape(s).
func escapedLength(s string) int {
	return utf8.RuneCountInString(s) + 4*strings.Count(s, "&") + 3*(strings.Count(s, "<")+strings.Count(s, ">"))
}

// plainText is the content of segments as plain text.
func plainText(segments []segment) string {
	texts := make([]string, len(segments))
	for i, s := range segments {
		texts[i] = s.text()
	}
	return joined(texts, "\n\n")
}

// joined joins the texts that are not empty.
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

// fallback is the text beside the blocks. It may be cut off, because the blocks have it all.
func fallback(segments []segment) string {
	text := plainText(segments)
	if pieces := splitText(text, maxText-1); len(pieces) > 1 {
		return Escape(pieces[0]) + "…"
	}
	return Escape(text)
}

// splitText splits a text into pieces of at most limit characters when escaped: at the end
// of a line or a word in the second half of the piece, else anywhere. It drops nothing
// but white space at the cuts. A blank text has no pieces.
func splitText(s string, limit int) []string {
	var out []string
	for s = strings.Trim(s, "\n"); escapedLength(s) > limit; {
		end, half := 0, 0
		for size, i := 0, 0; ; {
			r, n := utf8.DecodeRuneInString(s[i:])
			if size += escapedLength(string(r)); size > limit {
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
	if !isBlank(s) {
		out = append(out, s)
	}
	return out
}

// clip shortens an escaped text to a number of bytes, which is what chat.update counts.
// Nothing is lost: the blocks have it all, and a text without blocks is short enough.
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
