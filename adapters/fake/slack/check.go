package slack

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

// blocks reads and checks the blocks of a message or view.
func (s *Slack) blocks(raw string, on surface) ([]any, error) {
	v, err := decode(raw)
	list, ok := v.([]any)
	if err != nil || !ok {
		return nil, refuse("invalid_blocks_format")
	}
	c := &checker{}
	s.checkBlocks(c, "/blocks", list, on)
	if len(c.faults) > 0 {
		return nil, invalid("invalid_blocks", c.faults...)
	}
	if weight(list) > maxMessage {
		return nil, refuse("msg_blocks_too_long")
	}
	return list, nil
}

// checkBlocks says what is wrong with blocks.
func (s *Slack) checkBlocks(c *checker, at string, list []any, on surface) {
	if len(list) > on.most {
		c.sayf(at, "no more than %d items allowed", on.most)
		return
	}
	seen, tables, filled, marked := map[string]bool{}, 0, 0, 0
	for i, v := range list {
		where := fmt.Sprintf("%s/%d", at, i)
		kinds(on.blocks)(c, where, v)
		o, _ := v.(object)
		if id, _ := o["block_id"].(string); id != "" {
			if seen[id] {
				c.sayf(where+"/block_id", "`block_id` %q already exists", id)
			}
			seen[id] = true
		}
		switch o["type"] {
		case "table":
			rows, _ := o["rows"].([]any)
			tables, filled = tables+1, filled+cells(rows)
		case "markdown":
			said, _ := o["text"].(string)
			marked += utf8.RuneCountInString(said)
		}
		s.pictures(c, where, o)
	}
	if tables > 1 {
		c.sayf(at, "only_one_table_allowed")
	}
	if filled > maxCells {
		c.sayf(at, "must be less than %d characters over all table cells", maxCells+1)
	}
	if marked > maxMarkdown {
		c.sayf(at, "must be less than %d characters over all markdown blocks", maxMarkdown+1)
	}
}

// pictures says which pictures cannot be fetched.
func (s *Slack) pictures(c *checker, at string, v any) {
	if s.Unfetchable == nil {
		return
	}
	switch v := v.(type) {
	case []any:
		for i, e := range v {
			s.pictures(c, fmt.Sprintf("%s/%d", at, i), e)
		}
	case object:
		for key, e := range v {
			if address, ok := e.(string); ok && key == "image_url" && s.Unfetchable(address) {
				c.sayf(at+"/image_url", "downloading image failed")
			} else if !ok {
				s.pictures(c, at+"/"+key, e)
			}
		}
	}
}

// weight is what blocks count towards the size of a message.
func weight(list []any) int {
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
		n += letters(b)
	}
	return n
}

// surfaces are where blocks stand, by name.
var surfaces = map[string]surface{"message": surfaceMessage, "modal": surfaceModal, "home": surfaceHome}

// Check says what Slack would refuse of the blocks of a message, a modal or a home
// page: its error, and what it says beside it. An empty error means that it takes
// them. The surface is "message", "modal" or "home".
func Check(surface string, blocks json.RawMessage) (word string, faults []string) {
	_, err := new(Slack).blocks(string(blocks), surfaces[surface])
	return explained(err)
}

// explained is an error with what is said beside it.
func explained(err error) (word string, faults []string) {
	r, ok := err.(*refusal) //nolint:errorlint // never wrapped
	if !ok {
		return "", nil
	}
	if meta, ok := r.extra["response_metadata"].(object); ok {
		faults, _ = meta["messages"].([]string)
	}
	return r.word, faults
}
