package oracletest

import (
	"encoding/json"
	"fmt"
	"regexp"
	"strings"
	"unicode/utf8"

	"aidesk/adapters/slack/render"
)

// known are the types of what may stand in a message. Everything that notifies
// somebody (user, usergroup, broadcast) or fetches something is missing.
var known = map[string]bool{
	"header": true, "divider": true, "table": true, "section": true, "context": true, "actions": true, "rich_text": true,
	"rich_text_section": true, "rich_text_list": true, "rich_text_quote": true, "rich_text_preformatted": true,
	"text": true, "link": true, "channel": true, "raw_text": true, "plain_text": true, "mrkdwn": true, "button": true, "image": true,
	"context_actions": true, "feedback_buttons": true,
}

// token is what Slack reads in its markup; entity is what it unescapes.
var (
	token   = regexp.MustCompile(`<[^<>]*>`)
	entity  = regexp.MustCompile(`&(amp|lt|gt);`)
	address = regexp.MustCompile(`(?i)[a-z][a-z0-9+.-]*://|(^|[^a-z0-9])www\.[a-z0-9]`)
	linked  = regexp.MustCompile(`^<(https?://[^|<>]+)\|[^<>]+>$`)
	channel = regexp.MustCompile(`^(· )?[A-Za-z ,;]+ <#[CGD][A-Z0-9]+>$`) // aidesk's own words before a channel
)

// Faults are all that is wrong with a message: a limit of Slack or ours that it
// breaks, somebody whom it could notify, markup in what is not ours, an address that
// can be followed but is not allowed.
func Faults(m render.Message, allowed func(url string) bool) []string {
	c := &checker{allowed: allowed, actions: map[string]bool{}}
	body, err := json.Marshal(m)
	if err != nil {
		return []string{err.Error()}
	}
	var sent struct {
		Text   string          `json:"text"`
		Blocks json.RawMessage `json:"blocks"`
		Links  *bool           `json:"unfurl_links"`
		Media  *bool           `json:"unfurl_media"`
		Names  *bool           `json:"link_names"`
		Parse  string          `json:"parse"`
	}
	if err := json.Unmarshal(body, &sent); err != nil {
		return []string{err.Error()}
	}
	if sent.Links == nil || *sent.Links || sent.Media == nil || *sent.Media || sent.Names != nil || sent.Parse != "none" {
		c.sayf("Slack fetches or links what stands in the text")
	}
	c.markup("fallback", sent.Text)
	c.length("fallback", sent.Text, 0, maxFallback)
	if strings.ContainsAny(sent.Text, "<>") {
		c.sayf("the fallback has markup: %q", sent.Text)
	}
	blocks, err := Blocks(m)
	if err != nil {
		return append(c.faults, err.Error())
	}
	if len(blocks) == 0 && sent.Text == "" {
		c.sayf("the message is empty")
	}
	if n := utf8.RuneCount(m.Blocks); n > maxSize || len(blocks) > maxBlocks {
		c.sayf("%d blocks of %d characters", len(blocks), n)
	}
	tables := 0
	for _, b := range blocks {
		if b.Type == "table" {
			tables++
		}
		b.Walk(false, c.node)
	}
	if tables > 1 {
		c.sayf("%d tables", tables)
	}
	return c.faults
}

type checker struct {
	allowed func(string) bool
	actions map[string]bool
	faults  []string
}

func (c *checker) sayf(format string, args ...any) {
	c.faults = append(c.faults, fmt.Sprintf(format, args...))
}

func (c *checker) length(what, s string, least, most int) {
	if n := utf8.RuneCountInString(s); n < least || n > most {
		c.sayf("%s has %d characters", what, n)
	}
}

func (c *checker) node(n Node, inside bool) {
	if !known[n.Type] {
		c.sayf("there is a %q", n.Type)
	}
	switch n.Type {
	case "text":
		c.length("a text", n.String(), 1, maxSize)
		if !inside && !n.Styled("code") && address.MatchString(n.String()) {
			c.sayf("a text has an address: %q", n.String())
		}
	case "link":
		c.length("a link's label", n.String(), 1, maxSize)
		c.follow(n.URL, maxLink)
	case "raw_text":
		c.length("a cell", n.String(), 1, maxCells)
	case "plain_text":
		c.length("a plain text", n.String(), Limits["text.min_length"], Limits["text.max_length"])
		if n.Emoji == nil || *n.Emoji {
			c.sayf("plain text makes emoji: %q", n.String())
		}
	case "mrkdwn":
		c.length("a mrkdwn text", n.String(), Limits["text.min_length"], Limits["text.max_length"])
		if !channel.MatchString(n.String()) {
			c.markup("mrkdwn", n.String())
		}
		if !n.Verbatim {
			c.sayf("mrkdwn links what it finds: %q", n.String())
		}
	case "header":
		c.length("a header", n.Object().String(), 1, Limits["header.text.max_length"])
	case "image":
		c.length("an image's address", n.Image, 1, Limits["image.image_url.max_length"])
		c.length("an image's text", n.Alt, 1, Limits["image.alt_text.max_length"])
	case "button":
		c.button(n)
	case "context":
		c.count(n, Limits["context.elements.max_items"])
	case "context_actions": // Slack's own bound
		c.count(n, 5)
	case "feedback_buttons":
		c.thumbs(n)
	case "actions":
		c.count(n, Limits["actions.elements.max_items"])
	case "rich_text", "rich_text_section", "rich_text_quote", "rich_text_preformatted":
		c.count(n, maxSize)
	case "rich_text_list":
		c.count(n, maxSize)
		if n.Indent > maxIndent || n.Offset < 0 || n.Border > 1 {
			c.sayf("a list with indent %d, offset %d, border %d", n.Indent, n.Offset, n.Border)
		}
	case "table":
		c.table(n)
	}
}

func (c *checker) count(n Node, most int) {
	if len(n.Elements) < 1 || len(n.Elements) > most {
		c.sayf("a %s has %d elements", n.Type, len(n.Elements))
	}
}

func (c *checker) button(n Node) {
	c.length("a button", n.Object().String(), 1, Limits["button.text.max_length"])
	c.length("an action_id", n.Action, 0, Limits["action_id.max_length"])
	if n.Action != "" && c.actions[n.Action] {
		c.sayf("action_id %q twice", n.Action)
	}
	c.actions[n.Action] = true
	if n.URL != "" {
		c.follow(n.URL, Limits["button.url.max_length"])
	}
}

func (c *checker) table(n Node) {
	size := 0
	for _, row := range n.Rows {
		if len(row) == 0 || len(row) > maxColumns || len(row) != len(n.Rows[0]) {
			c.sayf("a row of %d cells", len(row))
		}
		for _, cell := range row {
			cell.Walk(false, func(n Node, _ bool) { size += utf8.RuneCountInString(n.String()) })
		}
	}
	if len(n.Rows) < 1 || len(n.Rows) > maxRows || size > maxCells || len(n.Columns) > maxColumns {
		c.sayf("a table of %d rows with %d characters", len(n.Rows), size)
	}
}

func (c *checker) follow(url string, most int) {
	c.length("an address", url, 1, most)
	if !c.allowed(url) {
		c.sayf("an address that is not allowed can be followed: %q", url)
	}
}

// markup checks text in which Slack reads markup.
func (c *checker) markup(what, s string) {
	for _, t := range token.FindAllString(s, -1) {
		m := linked.FindStringSubmatch(t)
		if m == nil {
			c.sayf("%s has %q", what, t)
			continue
		}
		c.follow(strings.ReplaceAll(m[1], "&amp;", "&"), maxLink)
	}
	rest := entity.ReplaceAllString(token.ReplaceAllString(s, ""), "")
	if strings.ContainsAny(rest, "<>&") {
		c.sayf("%s is not escaped: %q", what, s)
	}
}

// thumbs checks the two buttons of a rating.
func (c *checker) thumbs(n Node) {
	c.length("the id of a rating", n.Action, 1, render.MaxID)
	for _, b := range []*Node{n.Good, n.Bad} {
		if b == nil || b.Object().Type != "plain_text" {
			c.sayf("a rating has no text: %+v", b)
			continue
		}
		c.length("a thumb", b.Object().String(), 1, Limits["button.text.max_length"])
	}
}
