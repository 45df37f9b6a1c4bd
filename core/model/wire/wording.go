package wire

import (
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"iter"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"aidesk/core/model"
)

// noArguments is the schema of a tool that has none of its own.
var noArguments = json.RawMessage(`{"type":"object","properties":{}}`)

// maxName is the longest member's name that a model sees, in characters.
const maxName = 80

// Brief is what the desk offers, framed; "" when it offers nothing.
func Brief(r *model.Request) string {
	brief := strings.Join(r.Brief, "\n\n")
	if brief == "" {
		return ""
	}
	return Frame("What the enabled plugins say of themselves", brief)
}

// System is the system's text.
func System(r *model.Request) string { return strings.Join(r.System, "\n\n") }

// Turn is a message of a transcript as wires send it.
type Turn struct {
	model.Message

	Newest bool   // the newest of a member's messages
	Said   string // of a member's message: its words, under their name and, in the newest, the time
}

// Turns gives the transcript.
func Turns(r *model.Request) iter.Seq[Turn] {
	newest := len(r.Messages) - 1
	for newest >= 0 && r.Messages[newest].Role != model.User {
		newest--
	}
	return func(yield func(Turn) bool) {
		for i, m := range r.Messages {
			t := Turn{Message: m, Newest: i == newest}
			if m.Role == model.User {
				at := ""
				if t.Newest {
					at = when(r)
				}
				t.Said = said(m, at)
			}
			if !yield(t) {
				return
			}
		}
	}
}

// said is what a member said.
func said(m model.Message, at string) string {
	text := m.TextOf()
	if strings.TrimSpace(text) == "" {
		text = "(no text)"
	}
	from := ""
	if n := name(m.Name); n != "" {
		from = "From " + n
	}
	if head := strings.TrimSpace(from + at); head != "" {
		text = head + ":\n" + text
	}
	return text
}

// when says the member's time and language, beside their name.
func when(r *model.Request) string {
	if r.Now.IsZero() {
		return ""
	}
	line := r.Now.Format("Monday, 2 January 2006, 15:04 MST")
	if r.Locale != "" {
		line += ", " + OneLine(r.Locale)
	}
	return " (" + line + ")"
}

// Results are the results in a message.
func Results(m model.Message) []model.ToolResult {
	var list []model.ToolResult
	for _, part := range m.Parts {
		if part.Result != nil {
			list = append(list, *part.Result)
		}
	}
	return list
}

// Outcome is what became of a call that waited, framed.
func Outcome(r model.ToolResult) string {
	return Frame("What became of the call "+OneLine(r.CallID)+" of "+ToolName(r.Operation)+" that waited", Content(r))
}

// Content is a result in words: its status where it is not a plain success, what
// came, and what was left out of it.
func Content(r model.ToolResult) string {
	var lines []string
	if r.Status != model.OK && r.Status != "" {
		lines = append(lines, "status: "+string(r.Status))
	}
	if r.Content != "" {
		lines = append(lines, r.Content)
	}
	if r.LeftOut != "" && !strings.Contains(r.Content, r.LeftOut) {
		lines = append(lines, "(left out: "+r.LeftOut+")")
	}
	// The wires want some content.
	return cmp.Or(strings.Join(lines, "\n"), "(empty)")
}

// Tools gives tools by name, each with a schema.
func Tools(r *model.Request) []model.Tool {
	list := slices.SortedStableFunc(slices.Values(r.Tools), func(a, b model.Tool) int { return cmp.Compare(a.Name, b.Name) })
	for i := range list {
		if !json.Valid(list[i].Schema) {
			list[i].Schema = noArguments
		}
	}
	return list
}

// Arguments are those of a call as they are replayed: an object.
func Arguments(call model.ToolCall) string {
	if call.Invalid != "" || !isObject(call.Args) {
		return "{}"
	}
	return string(call.Args)
}

// ToolName is a tool's name as the wires allow it; a model may have made one up.
func ToolName(s string) string {
	s = safe(s)
	return cmp.Or(s[:min(len(s), 64)], "unknown")
}

// CallID is a call's id as the strictest wire allows it. What another wire made longer
// or of other characters becomes a digest of itself, in the call and in its result.
func CallID(id string) string {
	if id != "" && len(id) <= 64 && safe(id) == id {
		return id
	}
	sum := sha256.Sum256([]byte(id))
	return "call_" + hex.EncodeToString(sum[:12])
}

// safe replaces what is no ASCII letter, digit, hyphen or underscore.
func safe(s string) string {
	return strings.Map(func(r rune) rune {
		if r < unicode.MaxASCII && (unicode.IsLetter(r) || unicode.IsDigit(r) || r == '_' || r == '-') {
			return r
		}
		return '_'
	}, s)
}

// name is a member's name without what could pass for something else.
func name(s string) string {
	s = strings.Map(func(r rune) rune {
		if r == ':' || unicode.Is(unicode.Cf, r) {
			return ' '
		}
		return r
	}, s)
	s = OneLine(s)
	if runes := []rune(s); len(runes) > maxName {
		s = string(runes[:maxName])
	}
	return s
}

// OneLine replaces what is no visible character by blanks and collapses these.
func OneLine(s string) string {
	return strings.Join(strings.FieldsFunc(s, func(r rune) bool {
		return unicode.IsSpace(r) || unicode.IsControl(r)
	}), " ")
}

// Clip shortens s to most characters, the last being an ellipsis then.
func Clip(s string, most int) string {
	if utf8.RuneCountInString(s) <= most {
		return s
	}
	return string([]rune(s)[:most-1]) + "…"
}

// Parts are those of what the model said, texts before the first call: no wire wants
// words between a call and its result.
func Parts(m model.Message) []model.Part {
	first := slices.IndexFunc(m.Parts, func(p model.Part) bool { return p.Call != nil })
	if first < 0 {
		return m.Parts
	}
	list := slices.Clone(m.Parts[:first])
	var rest []model.Part
	for _, part := range m.Parts[first:] {
		if part.Text != "" {
			list = append(list, part)
		} else {
			rest = append(rest, part)
		}
	}
	return append(list, rest...)
}
