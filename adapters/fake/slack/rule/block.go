package rule

import "maps"

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
		"image_url": address(3000), "slack_file": slackFile, "alt_text!": text(1, 2000), "title": plainText(2000),
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
		"video_url!": address(3000), "thumbnail_url!": address(3000), "alt_text!": text(1, 200), "title!": plainText(200), "title_url": address(3000),
		"author_name": text(0, 50), "provider_name": text(0, 50), "provider_icon_url": address(3000), "description": plainText(200),
	}),
	"data_visualization": block(fields{"title!": text(1, 50), "chart!": chart}),
}

var taskCard = block(fields{
	"task_id!": text(1, 255), "title!": text(1, 256), "details": richTexts, "output": richTexts,
	"sources": list(0, 100, byType(map[string]rule{"url": shape(fields{"url!": address(3000), "text!": text(1, 256)})})),
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
