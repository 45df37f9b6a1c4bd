package oracletest

// Limits are what Slack takes, by the names that corpora/slack/limits.json gives
// them; those that concern what we send.
var Limits = map[string]int{
	"text.min_length":                  1,
	"text.max_length":                  3000,
	"action_id.max_length":             255,
	"button.text.max_length":           75,
	"button.url.max_length":            3000,
	"actions.elements.max_items":       25,
	"context.elements.max_items":       10,
	"header.text.max_length":           150,
	"image.image_url.max_length":       3000,
	"image.alt_text.max_length":        2000,
	"section.text.max_length":          3000,
	"section.fields.max_items":         10,
	"section.fields.item_max_length":   2000,
	"container.child_blocks.max_items": 10,
}

// Limits that the file does not have: documented (fallback, rows, columns, cells),
// and ours, which leave room below what Slack refuses without saying so.
const (
	maxFallback = 4_000
	maxBlocks   = 45
	maxSize     = 10_000
	maxRows     = 100
	maxColumns  = 20
	maxCells    = 9_500
	maxIndent   = 8
	maxLink     = 3_000
)
