// Package rule is what Slack allows in blocks, messages and views: the documented limits
// of every block and element, and what they may be made of.
package rule

import (
	"encoding/json"
	"fmt"
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
			said, _ := o["text"].(string)
			marked += utf8.RuneCountInString(said)
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
