package slack

import (
	"encoding/json"
	"fmt"
	"strings"

	"aidesk/adapters/fake/slack/rule"
)

// Plain is what a reader sees of blocks, as plain text. Buttons stand in brackets.
func Plain(blocks json.RawMessage) string {
	var list []any
	if json.Unmarshal(blocks, &list) != nil {
		return ""
	}
	w := &plainWriter{}
	for _, b := range list {
		w.block(b)
	}
	return strings.TrimSpace(w.String())
}

// Shown is what a reader sees of a message, as plain text: its blocks, or its text
// where it has none, then its files.
func (m Message) Shown() string {
	text := Plain(m.Blocks)
	if len(m.Blocks) == 0 {
		text = unescape(m.Text)
	}
	var out strings.Builder
	out.WriteString(text)
	for _, f := range m.Files {
		fmt.Fprintf(&out, "\n📎 %s\n%s", f.Name, f.Content)
	}
	return strings.TrimSpace(out.String())
}

// plainWriter writes blocks as text.
type plainWriter struct{ strings.Builder }

func (w *plainWriter) linef(format string, args ...any) { fmt.Fprintf(w, format+"\n", args...) }

func (w *plainWriter) block(v any) {
	b, _ := v.(object)
	switch b["type"] {
	case "divider":
		w.linef("────────")
	case "header":
		w.linef("%s\n", textOf(b["text"]))
	case "rich_text":
		w.richText(b)
	case "table", "data_table":
		rows, _ := b["rows"].([]any)
		for _, r := range rows {
			row, _ := r.([]any)
			var parts []string
			for _, c := range row {
				parts = append(parts, inline(c))
			}
			w.linef("| %s |", strings.Join(parts, " | "))
		}
	case "image":
		w.linef("[picture: %v %v]", b["alt_text"], b["image_url"])
	case "input":
		w.linef("%s: %s", textOf(b["label"]), inline(b["element"]))
	default:
		w.parts(b)
	}
}

// parts writes blocks that are made of texts, elements and blocks.
func (w *plainWriter) parts(b object) {
	for _, key := range []string{"title", "subtitle", "text", "body", "subtext", "fields", "accessory", "hero_image", "elements", "actions", "child_blocks", "tasks"} {
		v, ok := b[key]
		if !ok {
			continue
		}
		list, many := v.([]any)
		if !many {
			w.linef("%s", inline(v))
			continue
		}
		var parts []string
		for _, e := range list {
			if o, _ := e.(object); rule.IsBlock(typeOf(o)) && o["type"] != "image" {
				w.block(e)
				continue
			}
			parts = append(parts, inline(e))
		}
		if len(parts) > 0 {
			w.linef("%s", strings.Join(parts, "  "))
		}
	}
}

func typeOf(o object) string { s, _ := o["type"].(string); return s }

// textOf is the text of a text object.
func textOf(v any) string {
	o, _ := v.(object)
	s, _ := o["text"].(string)
	if o["type"] == "mrkdwn" {
		return plainMarkup(s)
	}
	return s
}

// plainMarkup is Slack's markup as text: links with their addresses.
func plainMarkup(s string) string {
	return unescape(markupToken.ReplaceAllStringFunc(s, func(found string) string {
		m := markupToken.FindStringSubmatch(found)
		switch {
		case m[1] != "":
			return m[1] + m[2]
		case m[3] != "":
			return m[3] + " (" + m[2] + ")"
		}
		return m[2]
	}))
}

// inline is anything that stands in a line.
func inline(v any) string {
	o, ok := v.(object)
	if !ok {
		s, _ := v.(string)
		return s
	}
	switch o["type"] {
	case "plain_text", "mrkdwn":
		return textOf(o)
	case "button", "workflow_button", "icon_button":
		if url, ok := o["url"].(string); ok {
			return "[" + textOf(o["text"]) + "] (" + url + ")"
		}
		return "[" + textOf(o["text"]) + "]"
	case "feedback_buttons":
		good, _ := o["positive_button"].(object)
		bad, _ := o["negative_button"].(object)
		return "[" + textOf(good["text"]) + "] [" + textOf(bad["text"]) + "]"
	case "image":
		return fmt.Sprintf("[picture: %v %v]", o["alt_text"], o["image_url"])
	case "text", "raw_text", "raw_number":
		s, _ := o["text"].(string)
		return s
	case "link":
		url, _ := o["url"].(string)
		if s, ok := o["text"].(string); ok && s != url {
			return s + " (" + url + ")"
		}
		return url
	case "user":
		return fmt.Sprintf("@%v", o["user_id"])
	case "channel":
		return fmt.Sprintf("#%v", o["channel_id"])
	case "broadcast":
		return fmt.Sprintf("@%v", o["range"])
	case "emoji":
		return fmt.Sprintf(":%v:", o["name"])
	case "rich_text":
		w := &plainWriter{}
		w.richText(o)
		return strings.TrimSpace(w.String())
	default:
		return "[" + typeOf(o) + "]"
	}
}

// richText writes rich text.
func (w *plainWriter) richText(b object) {
	parts, _ := b["elements"].([]any)
	for _, p := range parts {
		o, _ := p.(object)
		inner, _ := o["elements"].([]any)
		if o["type"] != "rich_text_list" {
			var line strings.Builder
			for _, e := range inner {
				line.WriteString(inline(e))
			}
			lead := ""
			if o["type"] == "rich_text_quote" {
				lead = "> "
			}
			w.linef("%s%s", lead, strings.ReplaceAll(line.String(), "\n", "\n"+lead))
			continue
		}
		indent, _ := o["indent"].(float64)
		from, _ := o["offset"].(float64)
		for i, item := range inner {
			section, _ := item.(object)
			list, _ := section["elements"].([]any)
			var line strings.Builder
			for _, e := range list {
				line.WriteString(inline(e))
			}
			lead := "• "
			if o["style"] == "ordered" {
				lead = fmt.Sprintf("%d. ", int(from)+i+1)
			}
			w.linef("%s%s%s", strings.Repeat("  ", int(indent)), lead, line.String())
		}
	}
}
