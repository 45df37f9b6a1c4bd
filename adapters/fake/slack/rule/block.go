package rule

import (
	"maps"
	"slices"
	"unicode/utf8"
)

// block is a block with such properties.
func block(f fields, more ...func(c *checker, at string, o object)) rule {
	f["block_id"] = idText
	return shape(f, more...)
}

// plainBlocks are the blocks that hold no other blocks.
var plainBlocks = map[string]rule{
	"actions": block(fields{"elements!": list(1, 25, byType(actionElements))}, distinctActionIDs("elements")),
	"context": block(fields{"elements!": list(1, 10, byType(map[string]rule{
		"image":      picture,
		"plain_text": shape(fields{"text!": text(1, 3000), "emoji": boolean}),
		"mrkdwn":     shape(fields{"text!": text(1, 3000), "verbatim": boolean}),
	}))}),
	"context_actions": block(fields{"elements!": list(1, 5, byType(only(elements, "feedback_buttons", "icon_button")))}, distinctActionIDs("elements")),
	"divider":         block(fields{}),
	"file":            block(fields{"source!": oneOf("remote"), "external_id!": text(1, 255)}),
	"header":          block(fields{"text!": plainText(150), "level": number(1, 4, true)}),
	"image": block(fields{
		"image_url": address, "slack_file": slackFile, "alt_text!": text(1, 2000), "title": plainText(2000),
	}, exactlyOne("image_url", "slack_file")),
	"input": block(fields{
		"label!": plainText(2000), "hint": plainText(2000), "optional": boolean, "dispatch_action": boolean, "element!": byType(inputs),
	}),
	"markdown":  block(fields{"text!": text(1, 12_000)}),
	"rich_text": richText,
	"section": block(fields{
		"text": textObject(3000), "fields": list(1, 10, textObject(2000)), "accessory": byType(accessories), "expand": boolean,
	}, func(c *checker, at string, o object) {
		if o["text"] == nil && o["fields"] == nil {
			c.faultf(at, "missing required field: text or fields")
		}
	}),
	"table":      block(fields{"rows!": list(1, 100, list(1, 20, cell)), "column_settings": list(1, 20, column)}, tableShape),
	"data_table": dataTable,
	"alert":      block(fields{"text!": textObject(200), "level": oneOf("default", "info", "warning", "error", "success")}),
	"card": block(fields{
		"hero_image": byType(only(elements, "image")), "icon": byType(only(elements, "image")), "title": mrkdwnText(150), "subtitle": mrkdwnText(150),
		"body": mrkdwnText(200), "subtext": mrkdwnText(200), "actions": list(1, 3, byType(only(elements, "button"))),
	}, distinctActionIDs("actions")),
	"task_card": taskCard,
	"video": block(fields{
		"video_url!": address, "thumbnail_url!": address, "alt_text!": text(1, 200), "title!": plainText(200), "title_url": address,
		"author_name": text(0, 50), "provider_name": text(0, 50), "provider_icon_url": address, "description": plainText(200),
	}),
	"data_visualization": block(fields{"title!": text(1, 50), "chart!": chart}),
}

var taskCard = block(fields{
	"task_id!": text(1, 255), "title!": text(1, 256), "details": richTexts, "output": richTexts,
	"sources": list(0, 100, byType(map[string]rule{"url": shape(fields{"url!": address, "text!": text(1, 256)})})),
	"status!": oneOf("pending", "in_progress", "complete", "error"),
})

// blocks are all blocks.
var blocks = allBlocks()

func allBlocks() map[string]rule {
	out := map[string]rule{
		"carousel": block(fields{"elements!": list(1, 10, byType(only(plainBlocks, "card")))}),
		"plan":     block(fields{"title!": text(1, 256), "tasks": list(0, 100, byType(only(plainBlocks, "task_card")))}),
		"container": block(fields{
			"title": plainText(150), "rich_text_title": richTexts, "subtitle": textObject(150), "icon": byType(only(elements, "image")),
			"width": oneOf("narrow", "standard", "wide", "full"), "is_collapsible": boolean, "default_collapsed": boolean, "has_header_divider": boolean,
			"child_blocks!": list(1, 10, byType(only(plainBlocks,
				"actions", "context", "divider", "file", "header", "image", "input", "rich_text", "section", "table", "video"))),
		}),
	}
	maps.Copy(out, plainBlocks)
	return out
}

// Surface is where blocks stand: not every block stands everywhere.
type Surface struct {
	maxBlocks int
	blocks    map[string]rule
}

// The surfaces.
var (
	Message = Surface{50, only(blocks,
		"actions", "context", "context_actions", "divider", "file", "header", "image", "input", "markdown", "rich_text", "section", "table",
		"data_table", "card", "carousel", "container", "plan", "task_card", "video", "data_visualization")}
	Modal = Surface{100, only(blocks, "actions", "alert", "context", "divider", "header", "image", "input", "rich_text", "section", "video")}
	Home  = Surface{100, only(blocks, "actions", "context", "divider", "header", "image", "input", "rich_text", "section", "video")}
)

// distinctActionIDs says that no two elements of a list have one action_id.
func distinctActionIDs(key string) func(c *checker, at string, o object) {
	return func(c *checker, at string, o object) {
		seen := map[string]bool{}
		list, _ := o[key].([]any)
		for _, e := range list {
			element, _ := e.(object)
			id, _ := element["action_id"].(string)
			if id != "" && seen[id] {
				c.faultf(at+"/"+key, "`action_id` %q already exists", id)
			}
			seen[id] = true
		}
	}
}

// maxCells is what all cells of all tables of a message may hold together.
const maxCells = 10_000

var (
	cell = byType(map[string]rule{
		"raw_text":   shape(fields{"text!": text(1, maxCells)}),
		"raw_number": shape(fields{"value!": number(-1e300, 1e300, false), "text!": text(1, maxCells)}),
		"rich_text":  richText,
	})
	column = shape(fields{"align": oneOf("left", "center", "right"), "is_wrapped": boolean})

	dataTable = block(fields{
		"rows!": list(2, 201, list(1, 20, cell)), "caption!": text(1, 3000), "page_size": number(1, 100, true),
		"row_header_column_index": number(0, 19, true),
	}, func(c *checker, at string, o object) {
		rows := tableRows(c, at, o)
		if cellLength(rows) > 20_000 {
			c.faultf(at+"/rows", "must be less than 20001 characters over all cells")
		}
	})
)

// tableShape says that a table is a rectangle, and its settings are for its columns.
func tableShape(c *checker, at string, o object) {
	rows := tableRows(c, at, o)
	if settings, ok := o["column_settings"].([]any); ok && len(rows) > 0 {
		if first, _ := rows[0].([]any); len(settings) > len(first) {
			c.faultf(at+"/column_settings", "no more than %d items allowed", len(first))
		}
	}
}

func tableRows(c *checker, at string, o object) []any {
	rows, _ := o["rows"].([]any)
	width := -1
	for _, r := range rows {
		row, _ := r.([]any)
		if width >= 0 && len(row) != width {
			c.faultf(at+"/rows", "all rows must have the same number of cells")
			return rows
		}
		width = len(row)
	}
	return rows
}

// cellLength is how many characters stand in the cells of rows.
func cellLength(rows []any) int {
	n := 0
	for _, r := range rows {
		n += textLength(r)
	}
	return n
}

// textLength is how many characters a reader sees of blocks or of a part of one.
func textLength(v any) int {
	n := 0
	switch v := v.(type) {
	case []any:
		for _, e := range v {
			n += textLength(e)
		}
	case object:
		for key, e := range v {
			if s, ok := e.(string); ok && slices.Contains([]string{"text", "alt_text", "title", "fallback"}, key) {
				n += utf8.RuneCountInString(s)
			} else if !ok {
				n += textLength(e)
			}
		}
	}
	return n
}

// points are what a chart shows.
var (
	chartPoints = list(1, 20, shape(fields{"label!": text(1, 20), "value!": number(-1e300, 1e300, false)}))
	lineChart   = shape(fields{
		"series!": list(1, 12, shape(fields{"name!": text(1, 20), "data!": chartPoints})),
		"axis_config!": shape(fields{
			"categories!": list(1, 20, text(1, 20)), "x_label": text(1, 50), "y_label": text(1, 50),
		}),
	})
	chart = byType(map[string]rule{
		"pie": shape(fields{"segments!": list(1, 12, shape(fields{"label!": text(1, 20), "value!": number(5e-324, 1e300, false)}))}),
		"bar": lineChart, "line": lineChart, "area": lineChart,
	})
)

// maxChars is what a text of a rich_text block may have; only the whole message
// bounds it.
const maxChars = 40_000

// styledInline is an inline element of rich text.
func styledInline(f fields) rule {
	f["style"] = shape(fields{
		"bold": boolean, "italic": boolean, "strike": boolean, "code": boolean, "underline": boolean,
	})
	return shape(f)
}

var inlines = map[string]rule{
	"text":      styledInline(fields{"text!": text(1, maxChars)}),
	"link":      styledInline(fields{"url!": address, "text": text(1, maxChars), "unsafe": boolean}),
	"emoji":     styledInline(fields{"name!": text(1, 255), "unicode": text(1, 255), "url": address}),
	"user":      styledInline(fields{"user_id!": text(1, 255)}),
	"usergroup": styledInline(fields{"usergroup_id!": text(1, 255)}),
	"channel":   styledInline(fields{"channel_id!": text(1, 255)}),
	"team":      styledInline(fields{"team_id!": text(1, 255)}),
	"broadcast": styledInline(fields{"range!": oneOf("here", "channel", "everyone")}),
	"color":     styledInline(fields{"value!": text(1, 255)}),
	"date": styledInline(fields{
		"timestamp!": number(0, 1e12, true), "format!": text(1, 255), "url": address, "fallback": text(1, 3000),
	}),
}

var (
	border  = number(0, 1, true)
	section = shape(fields{"elements!": list(0, maxChars, byType(inlines))})

	richText = shape(fields{"block_id": idText, "elements!": list(1, maxChars, byType(map[string]rule{
		"rich_text_section": section,
		"rich_text_quote":   shape(fields{"elements!": list(0, maxChars, byType(inlines)), "border": border}),
		"rich_text_preformatted": shape(fields{
			"elements!": list(0, maxChars, byType(only(inlines, "text", "link"))), "border": border, "language": text(1, 255),
		}),
		"rich_text_list": shape(fields{
			"elements!": list(1, maxChars, byType(map[string]rule{"rich_text_section": section})), "style!": oneOf("bullet", "ordered"),
			"indent": number(0, 8, true), "offset": number(0, 1e6, true), "border": border,
		}),
	}))})
	richTexts = byType(map[string]rule{"rich_text": richText})
)
