package payload

import (
	"cmp"
	"encoding/json"
	"strconv"
	"strings"
	"time"
)

// richBlock is a block of rich text, or a part of one.
type richBlock struct {
	Type     string            `json:"type"`
	Style    json.RawMessage   `json:"style"` // "bullet" or "ordered" of a list
	Indent   int               `json:"indent"`
	Offset   int               `json:"offset"`
	Elements []json.RawMessage `json:"elements"`
}

// richElement is a piece of a line.
type richElement struct {
	Type  string `json:"type"`
	Text  string `json:"text"`
	URL   string `json:"url"`
	Style struct {
		Bold   bool `json:"bold"`
		Italic bool `json:"italic"`
		Strike bool `json:"strike"`
		Code   bool `json:"code"`
	} `json:"style"`
	User      string      `json:"user_id"`
	Group     string      `json:"usergroup_id"`
	Channel   string      `json:"channel_id"`
	Range     string      `json:"range"`
	Name      string      `json:"name"` // of an emoji
	Skin      int         `json:"skin_tone"`
	Value     string      `json:"value"` // of a color
	Timestamp json.Number `json:"timestamp"`
	Fallback  string      `json:"fallback"`
}

// richText reads blocks that are all of rich text; false: there are none, or others among
// them.
func (r *reading) richText(blocks json.RawMessage) (text string, ok bool) {
	var all []richBlock
	if len(blocks) == 0 || json.Unmarshal(blocks, &all) != nil || len(all) == 0 {
		return "", false
	}
	for _, b := range all {
		if b.Type != "rich_text" {
			return "", false
		}
	}
	var w strings.Builder
	for _, b := range all {
		for _, raw := range b.Elements {
			var part richBlock
			if json.Unmarshal(raw, &part) == nil {
				r.part(&w, part)
			}
		}
	}
	return w.String(), true
}

// part writes one part of a rich text, on lines of its own.
func (r *reading) part(w *strings.Builder, p richBlock) {
	if s := w.String(); s != "" && !strings.HasSuffix(s, "\n") {
		w.WriteByte('\n')
	}
	switch p.Type {
	case "rich_text_list":
		var style string
		_ = json.Unmarshal(p.Style, &style) // a list of another style has bullets
		indent := strings.Repeat("   ", min(max(p.Indent, 0), 8))
		for i, raw := range p.Elements {
			var item richBlock
			if json.Unmarshal(raw, &item) != nil {
				continue
			}
			bullet := "- "
			if style == "ordered" {
				bullet = strconv.Itoa(p.Offset+i+1) + ". "
			}
			w.WriteString(indent + bullet + strings.ReplaceAll(r.line(item.Elements, w.Len() == 0), "\n", "\n"+indent+"  ") + "\n")
		}
	case "rich_text_preformatted":
		w.WriteString("```\n" + strings.Trim(r.plainLine(p.Elements), "\n") + "\n```\n")
	case "rich_text_quote":
		w.WriteString("> " + strings.ReplaceAll(strings.TrimSuffix(r.line(p.Elements, false), "\n"), "\n", "\n> ") + "\n")
	default:
		w.WriteString(r.line(p.Elements, w.Len() == 0))
	}
}

// line reads the pieces of a line, with their styles. first: nothing stands before it.
func (r *reading) line(elements []json.RawMessage, first bool) string {
	var b strings.Builder
	for _, raw := range elements {
		var e richElement
		if json.Unmarshal(raw, &e) != nil {
			continue
		}
		if e.Type == "user" && e.User == r.self && r.self != "" && first && strings.TrimSpace(b.String()) == "" {
			r.leads = true
		}
		b.WriteString(e.styled(r.element(e, true)))
	}
	return b.String()
}

// plainLine reads the pieces of code, in which nothing has a style.
func (r *reading) plainLine(elements []json.RawMessage) string {
	var b strings.Builder
	for _, raw := range elements {
		var e richElement
		if json.Unmarshal(raw, &e) == nil {
			b.WriteString(r.element(e, false))
		}
	}
	return b.String()
}

// styled puts CommonMark's marks around a text, blanks outside of them.
func (e richElement) styled(text string) string {
	inner := strings.TrimSpace(text)
	if inner == "" {
		return text
	}
	before, after, _ := strings.Cut(text, inner)
	if e.Style.Code {
		inner = "`" + inner + "`"
	}
	for _, s := range []struct {
		on   bool
		mark string
	}{{e.Style.Italic, "*"}, {e.Style.Bold, "**"}, {e.Style.Strike, "~~"}} {
		if s.on {
			inner = s.mark + inner + s.mark
		}
	}
	return before + inner + after
}

// element reads one piece. As link an address with words of its own becomes one in
// CommonMark.
func (r *reading) element(e richElement, link bool) string {
	switch e.Type {
	case "text":
		return e.Text
	case "link":
		return linkText(e.URL, e.Text, link && !e.Style.Code)
	case "user":
		return r.member(e.User, "")
	case "usergroup":
		return r.member(e.Group, "")
	case "channel":
		return r.channel(e.Channel, "")
	case "broadcast":
		return "@" + e.Range
	case "emoji":
		if e.Skin > 0 {
			return ":" + e.Name + "::skin-tone-" + strconv.Itoa(e.Skin) + ":"
		}
		return ":" + e.Name + ":"
	case "date":
		seconds, err := e.Timestamp.Int64()
		if err != nil {
			return e.Fallback
		}
		return cmp.Or(e.Fallback, time.Unix(seconds, 0).UTC().Format(time.RFC3339))
	case "color":
		return e.Value
	default:
		return cmp.Or(e.Text, e.Fallback)
	}
}
