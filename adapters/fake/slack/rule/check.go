// Package rule is what Slack allows in blocks, messages and views: the documented limits
// of every block and element, and what they may be made of.
package rule

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"unicode/utf8"
)

// What all blocks of a message may have together. Slack says "msg_blocks_too_long"
// and does not document when. Reported were 13,297 characters of text, about 125
// fewer for each further block, and fewer still where rich text is among them, which
// is counted here with all its JSON.
const (
	maxMessage  = 13_297
	perBlock    = 125
	maxMarkdown = 12_000 // over all markdown blocks
)

// Refusal is what Slack answers to blocks or a view that it does not take.
type Refusal struct {
	Word   string   // "invalid_blocks"
	Faults []string // what is wrong, and where
}

// Error is Slack's word.
func (r *Refusal) Error() string { return r.Word }

// Blocks reads and checks the blocks of a message. unfetchable, if not nil, says of which
// pictures Slack cannot get at the address. The error is a *Refusal.
func Blocks(raw string, on Surface, unfetchable func(url string) bool) ([]any, error) {
	v, err := decode(raw)
	list, ok := v.([]any)
	if err != nil || !ok {
		return nil, &Refusal{Word: "invalid_blocks_format"}
	}
	c := &checker{unfetchable: unfetchable}
	c.checkBlocks("/blocks", list, on)
	if len(c.faults) > 0 {
		return nil, &Refusal{"invalid_blocks", c.faults}
	}
	if messageSize(list) > maxMessage {
		return nil, &Refusal{Word: "msg_blocks_too_long"}
	}
	return list, nil
}

// checkBlocks says what is wrong with blocks.
func (c *checker) checkBlocks(at string, list []any, on Surface) {
	if len(list) > on.maxBlocks {
		c.faultf(at, "no more than %d items allowed", on.maxBlocks)
		return
	}
	seen, tables, filled, marked := map[string]bool{}, 0, 0, 0
	for i, v := range list {
		where := fmt.Sprintf("%s/%d", at, i)
		byType(on.blocks)(c, where, v)
		o, _ := v.(object)
		if id, _ := o["block_id"].(string); id != "" {
			if seen[id] {
				c.faultf(where+"/block_id", "`block_id` %q already exists", id)
			}
			seen[id] = true
		}
		switch o["type"] {
		case "table":
			rows, _ := o["rows"].([]any)
			tables, filled = tables+1, filled+cellLength(rows)
		case "markdown":
			text, _ := o["text"].(string)
			marked += utf8.RuneCountInString(text)
		}
		c.checkPictures(where, o)
	}
	if tables > 1 {
		c.faultf(at, "only_one_table_allowed")
	}
	if filled > maxCells {
		c.faultf(at, "must be less than %d characters over all table cells", maxCells+1)
	}
	if marked > maxMarkdown {
		c.faultf(at, "must be less than %d characters over all markdown blocks", maxMarkdown+1)
	}
}

// checkPictures says which pictures cannot be fetched.
func (c *checker) checkPictures(at string, v any) {
	if c.unfetchable == nil {
		return
	}
	switch v := v.(type) {
	case []any:
		for i, e := range v {
			c.checkPictures(fmt.Sprintf("%s/%d", at, i), e)
		}
	case object:
		for key, e := range v {
			if address, ok := e.(string); ok && key == "image_url" && c.unfetchable(address) {
				c.faultf(at+"/image_url", "downloading image failed")
			} else if !ok {
				c.checkPictures(at+"/"+key, e)
			}
		}
	}
}

// messageSize is what blocks count towards the size of a message.
func messageSize(list []any) int {
	n := 0
	for i, b := range list {
		if i > 0 {
			n += perBlock
		}
		if o, _ := b.(object); o["type"] == "rich_text" {
			text, _ := json.Marshal(b)
			n += utf8.RuneCount(text)
			continue
		}
		n += textLength(b)
	}
	return n
}

// What a view may be.
var (
	viewFields = fields{
		"type!": oneOf("modal", "home"), "blocks!": rule(func(*checker, string, any) {}), "private_metadata": text(0, 3000), "callback_id": text(0, 255), "external_id": text(0, 255),
	}
	modalShape = shape(merged(viewFields, fields{
		"title!": plainText(24), "submit": plainText(24), "close": plainText(24), "clear_on_close": boolean, "notify_on_close": boolean, "submit_disabled": boolean,
	}))
	homeShape = shape(viewFields)
)

func merged(a, b fields) fields {
	out := maps.Clone(a)
	maps.Copy(out, b)
	return out
}

// maxView is how long a view is, in bytes.
const maxView = 250_000

// View reads and checks a view: a modal, or a home page of the app. unfetchable is as for
// [Blocks]. The error is a *Refusal.
func View(raw string, home bool, unfetchable func(url string) bool) (map[string]any, error) {
	if len(raw) > maxView {
		return nil, &Refusal{Word: "view_too_large"}
	}
	v, err := decode(raw)
	body, ok := v.(object)
	if err != nil || !ok {
		return nil, &Refusal{"invalid_arguments", []string{"[ERROR] must provide an object [json-pointer:/view]"}}
	}
	c := &checker{unfetchable: unfetchable}
	on, what, kind := Modal, modalShape, "modal"
	if home {
		on, what, kind = Home, homeShape, "home"
	}
	if body["type"] != kind {
		c.faultf("/view/type", "must be one of: %s", kind)
	}
	what(c, "/view", body)
	list, ok := body["blocks"].([]any)
	if !ok || len(list) == 0 {
		c.faultf("/view/blocks", "no less than 1 items allowed")
	}
	c.checkBlocks("/view/blocks", list, on)
	if HasInput(list) && body["submit"] == nil && !home {
		c.faultf("/view", "missing required field: submit")
	}
	if len(c.faults) > 0 {
		return nil, &Refusal{"invalid_arguments", c.faults}
	}
	return body, nil
}

// HasInput reports whether blocks have an input.
func HasInput(list []any) bool {
	return slices.ContainsFunc(list, func(v any) bool { o, _ := v.(object); return o["type"] == "input" })
}

// IsBlock reports whether there is a block of this type.
func IsBlock(kind string) bool { return blocks[kind] != nil }

// IsElement reports whether there is an element of this type: what a member can use, and
// pictures.
func IsElement(kind string) bool { return elements[kind] != nil }
