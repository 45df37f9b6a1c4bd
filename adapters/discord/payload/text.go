package payload

import (
	"cmp"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"
)

// specialText matches mentions, emoji, timestamps and commands, which Discord shows as
// something else, and code, in which it does not.
var specialText = regexp.MustCompile("(?s)```.*?```|``.+?``|`[^`\n]+`" + `|<@[!&]?\d+>|<#\d+>|<a?:\w+:\d+>|<t:-?\d{1,12}(?::[a-zA-Z])?>|</[^:<>\n]+:\d+>`)

// Text returns the text of a message as CommonMark, which Discord's dialect resembles.
// The mention of self is left out; names are the ids of the other members that are
// mentioned.
func Text(m Message, self string) (out string, names []string) {
	named := map[string]string{}
	for _, u := range m.Mentions {
		named[u.ID] = cmp.Or(u.Global, u.Name)
	}
	out = specialText.ReplaceAllStringFunc(m.Content, func(s string) string {
		if s[0] == '`' {
			return s
		}
		inner := strings.Trim(s, "<>")
		switch {
		case strings.HasPrefix(inner, "@&"):
			return "@role"
		case strings.HasPrefix(inner, "@"):
			id := strings.TrimPrefix(inner[1:], "!")
			if id == self {
				return ""
			}
			if !slices.Contains(names, id) {
				names = append(names, id)
			}
			return "@" + cmp.Or(named[id], id)
		case strings.HasPrefix(inner, "#"):
			return "#" + inner[1:]
		case strings.HasPrefix(inner, "t:"):
			return timestampText(inner[2:])
		default: // an emoji or a command, by its name
			name, _, _ := strings.Cut(strings.TrimPrefix(strings.TrimPrefix(inner, "a:"), ":"), ":")
			if inner[0] == '/' {
				return name
			}
			return ":" + name + ":"
		}
	})
	return strings.TrimSpace(out), names
}

// timestampText returns the time of a timestamp, which is written as seconds and a
// format.
func timestampText(stamp string) string {
	number, _, _ := strings.Cut(stamp, ":")
	n, err := strconv.ParseInt(number, 10, 64)
	if err != nil {
		return stamp
	}
	return time.Unix(n, 0).UTC().Format(time.RFC3339)
}
