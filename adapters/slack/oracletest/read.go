package oracletest

import (
	"encoding/json"
	"fmt"
	"strings"
	"unicode"

	"aidesk/adapters/slack/render"
)

// Node is one JSON object of a message: a block, an element or a text.
type Node struct {
	Type     string            `json:"type"`
	Text     json.RawMessage   `json:"text"` // a string, or a text object
	URL      string            `json:"url"`
	Image    string            `json:"image_url"`
	Alt      string            `json:"alt_text"`
	Action   string            `json:"action_id"`
	Style    json.RawMessage   `json:"style"` // of a list or a button a string, of a text flags
	Indent   int               `json:"indent"`
	Offset   int               `json:"offset"`
	Border   int               `json:"border"`
	Language string            `json:"language"`
	Verbatim bool              `json:"verbatim"`
	Emoji    *bool             `json:"emoji"`
	Elements []Node            `json:"elements"`
	Rows     [][]Node          `json:"rows"`
	Columns  []json.RawMessage `json:"column_settings"`
	Access   *Node             `json:"accessory"`
	Good     *Node             `json:"positive_button"`
	Bad      *Node             `json:"negative_button"`
}

// Blocks are the blocks of a message.
func Blocks(m render.Message) ([]Node, error) {
	if len(m.Blocks) == 0 {
		return nil, nil
	}
	var out []Node
	if err := json.Unmarshal(m.Blocks, &out); err != nil {
		return nil, fmt.Errorf("read blocks: %w", err)
	}
	return out, nil
}

// String is the node's own text; Object is its text object.
func (n Node) String() string {
	var s string
	if json.Unmarshal(n.Text, &s) != nil {
		return ""
	}
	return s
}

// Object is the node's text object, zero if it has none.
func (n Node) Object() Node {
	var o Node
	if len(n.Text) > 0 && n.Text[0] == '{' {
		_ = json.Unmarshal(n.Text, &o)
	}
	return o
}

// Styled reports whether a text or link has a flag of style.
func (n Node) Styled(flag string) bool {
	var set map[string]bool
	return json.Unmarshal(n.Style, &set) == nil && set[flag]
}

// Walk visits a node and all below it; inside is set within preformatted text.
func (n Node) Walk(inside bool, visit func(n Node, inside bool)) {
	visit(n, inside)
	inside = inside || n.Type == "rich_text_preformatted"
	if o := n.Object(); o.Type != "" {
		o.Walk(inside, visit)
	}
	for _, e := range n.Elements {
		e.Walk(inside, visit)
	}
	for _, row := range n.Rows {
		for _, c := range row {
			c.Walk(inside, visit)
		}
	}
	if n.Access != nil {
		n.Access.Walk(inside, visit)
	}
}

// Words are what a reader sees of blocks, one blank between words; buttons left out.
func Words(blocks []Node) string {
	var b strings.Builder
	for _, block := range blocks {
		block.Walk(false, func(n Node, _ bool) {
			switch n.Type {
			case "raw_text":
				b.WriteString("\n" + n.String())
			case "text", "link", "plain_text", "mrkdwn":
				b.WriteString(n.String())
			case "header", "divider", "section", "table", "rich_text", "rich_text_section", "rich_text_quote", "rich_text_preformatted":
				b.WriteByte('\n')
			}
		})
	}
	return strings.Join(strings.Fields(b.String()), " ")
}

// Stream is everything that blocks say, without white space: texts with the
// addresses of links, dividers, items with their numbers. The rule of an aligned table
// is left out, and so is the head of a native one, which parts of a table repeat.
func Stream(blocks []Node) string {
	var b strings.Builder
	say := func(s string) {
		for _, r := range s {
			if !unicode.IsSpace(r) && r != '─' {
				b.WriteRune(r)
			}
		}
	}
	var walk func(Node)
	walk = func(n Node) {
		switch n.Type {
		case "text", "raw_text", "plain_text", "mrkdwn":
			say(n.String())
		case "link":
			say(n.String() + n.URL)
		case "divider":
			say("---")
		case "table":
			for _, row := range n.Rows[1:] {
				for _, c := range row {
					walk(c)
				}
			}
		}
		if o := n.Object(); o.Type != "" {
			walk(o)
		}
		for i, e := range n.Elements {
			if n.Type == "rich_text_list" {
				if string(n.Style) == `"ordered"` {
					say(fmt.Sprintf("(%d)", n.Offset+i+1))
				} else {
					say("(-)")
				}
			}
			walk(e)
		}
	}
	for _, n := range blocks {
		walk(n)
	}
	return b.String()
}
