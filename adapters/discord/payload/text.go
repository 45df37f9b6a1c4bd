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

// Text is what a message says.
type Text struct {
	Text  string   // CommonMark, the mention of the bot left out
	Marks []string // what in Text stands for a name that Discord did not send: "@1" for a member, "@&1" a role, "#1" a channel
	Leads bool     // the mention of the bot stands first
}

// Read returns what a message says, in Discord's dialect, which resembles CommonMark. The
// mentions of the bot, by its user or its role, are left out.
func (m Message) Read(self ...string) Text {
	var out Text
	named := map[string]string{}
	for _, u := range m.Mentions {
		named[u.ID] = cmp.Or(u.Global, u.Name)
	}
	mark := func(mark string) string {
		if !slices.Contains(out.Marks, mark) {
			out.Marks = append(out.Marks, mark)
		}
		return mark
	}
	at := specialText.FindStringIndex(strings.TrimLeft(m.Content, " \n"))
	text := specialText.ReplaceAllStringFunc(m.Content, func(s string) string {
		if s[0] == '`' {
			return s
		}
		inner := strings.Trim(s, "<>")
		switch {
		case strings.HasPrefix(inner, "@"):
			id := strings.TrimLeft(inner, "@!&")
			if slices.Contains(self, id) {
				out.Leads = out.Leads || at[0] == 0 && strings.HasPrefix(strings.TrimLeft(m.Content, " \n"), s)
				return ""
			}
			if name := named[id]; name != "" && inner[1] != '&' {
				return "@" + name
			}
			return mark("@" + strings.TrimPrefix(inner[1:], "!"))
		case strings.HasPrefix(inner, "#"):
			return mark(inner)
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
	out.Text = strings.TrimSpace(text)
	return out
}

// Whole returns all that a message says, also in embeds and in what it forwards.
func (m Message) Whole() string {
	parts := []string{m.Read().Text, m.Forwarded()}
	for _, e := range m.Embeds {
		parts = append(parts, e.words())
	}
	if text := joined(parts); text != "" || len(m.Attachments) == 0 {
		return text
	}
	return onlyFiles
}

// onlyFiles stands for the text of a message that has none, but files.
const onlyFiles = "A message with a file."

// ForwardedFiles are the files of what a message forwards.
func (m Message) ForwardedFiles() []Attachment {
	var all []Attachment
	for _, s := range m.Snapshots {
		all = append(all, s.Message.Attachments...)
	}
	return all
}

// Forwarded returns what a message forwards.
func (m Message) Forwarded() string {
	var parts []string
	for _, s := range m.Snapshots {
		parts = append(parts, Message{Content: s.Message.Content}.Read().Text)
		for _, e := range s.Message.Embeds {
			parts = append(parts, e.words())
		}
	}
	switch text := joined(parts); {
	case text != "" || len(m.Snapshots) == 0:
		return text
	case len(m.ForwardedFiles()) > 0:
		return onlyFiles
	}
	return "A message that cannot be read."
}

// words is what an embed says.
func (e embed) words() string {
	parts := []string{e.Title, e.Description}
	for _, f := range e.Fields {
		parts = append(parts, strings.Trim(f.Name+": "+f.Value, ": "))
	}
	return joined(parts)
}

func joined(parts []string) string {
	return strings.Join(slices.DeleteFunc(parts, func(s string) bool { return strings.TrimSpace(s) == "" }), "\n")
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
