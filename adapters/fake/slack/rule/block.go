package rule

import "maps"

// block is a block with such properties.
func block(f fields, more ...func(c *checker, at string, o object)) rule {
	f["block_id"] = name
	return shape(f, more...)
}

// simple are the blocks that hold no other blocks.
var simple = map[string]rule{
	"actions": block(fields{"elements!": list(1, 25, kinds(acts))}, apart("elements")),
	"context": block(fields{"elements!": list(1, 10, kinds(map[string]rule{
		"image":      picture,
		"plain_text": shape(fields{"text!": text(1, 3000), "emoji": flag}),
		"mrkdwn":     shape(fields{"text!": text(1, 3000), "verbatim": flag}),
	}))}),
	"context_actions": block(fields{"elements!": list(1, 5, kinds(only(elements, "feedback_buttons", "icon_button")))}, apart("elements")),
	"divider":         block(fields{}),
	"file":            block(fields{"source!": word("remote"), "external_id!": text(1, 255)}),
	"header":          block(fields{"text!": plain(150), "level": number(1, 4, true)}),
	"image": block(fields{
		"image_url": link(3000), "slack_file": slackFile, "alt_text!": text(1, 2000), "title": plain(2000),
	}, one("image_url", "slack_file")),
	"input": block(fields{
		"label!": plain(2000), "hint": plain(2000), "optional": flag, "dispatch_action": flag, "element!": kinds(inputs),
	}),
	"markdown":  block(fields{"text!": text(1, 12_000)}),
	"rich_text": richText,
	"section": block(fields{
		"text": words(3000), "fields": list(1, 10, words(2000)), "accessory": kinds(accessories), "expand": flag,
	}, func(c *checker, at string, o object) {
		if o["text"] == nil && o["fields"] == nil {
			c.sayf(at, "missing required field: text or fields")
		}
	}),
	"table":      block(fields{"rows!": list(1, 100, list(1, 20, cell)), "column_settings": list(1, 20, column)}, tableShape),
	"data_table": dataTable,
	"alert":      block(fields{"text!": words(200), "level": word("default", "info", "warning", "error", "success")}),
	"card": block(fields{
		"hero_image": kinds(only(elements, "image")), "icon": kinds(only(elements, "image")), "title": markdownText(150), "subtitle": markdownText(150),
		"body": markdownText(200), "subtext": markdownText(200), "actions": list(1, 3, kinds(only(elements, "button"))),
	}, apart("actions")),
	"task_card": task,
	"video": block(fields{
		"video_url!": link(3000), "thumbnail_url!": link(3000), "alt_text!": text(1, 200), "title!": plain(200), "title_url": link(3000),
		"author_name": text(0, 50), "provider_name": text(0, 50), "provider_icon_url": link(3000), "description": plain(200),
	}),
	"data_visualization": block(fields{"title!": text(1, 50), "chart!": chart}),
}

var task = block(fields{
	"task_id!": text(1, 255), "title!": text(1, 256), "details": richTexts, "output": richTexts,
	"sources": list(0, 100, kinds(map[string]rule{"url": shape(fields{"url!": link(3000), "text!": text(1, 256)})})),
	"status!": word("pending", "in_progress", "complete", "error"),
})

// blocks are all blocks.
var blocks = all()

func all() map[string]rule {
	out := map[string]rule{
		"carousel": block(fields{"elements!": list(1, 10, kinds(only(simple, "card")))}),
		"plan":     block(fields{"title!": text(1, 256), "tasks": list(0, 100, kinds(only(simple, "task_card")))}),
		"container": block(fields{
			"title": plain(150), "rich_text_title": richTexts, "subtitle": words(150), "icon": kinds(only(elements, "image")),
			"width": word("narrow", "standard", "wide", "full"), "is_collapsible": flag, "default_collapsed": flag, "has_header_divider": flag,
			"child_blocks!": list(1, 10, kinds(only(simple,
				"actions", "context", "divider", "file", "header", "image", "input", "rich_text", "section", "table", "video"))),
		}),
	}
	maps.Copy(out, simple)
	return out
}

// Surface is where blocks stand: not every block stands everywhere.
type Surface struct {
	most   int
	blocks map[string]rule
}

// The surfaces.
var (
	Message = Surface{50, only(blocks,
		"actions", "context", "context_actions", "divider", "file", "header", "image", "input", "markdown", "rich_text", "section", "table",
		"data_table", "card", "carousel", "container", "plan", "task_card", "video", "data_visualization")}
	Modal = Surface{100, only(blocks, "actions", "alert", "context", "divider", "header", "image", "input", "rich_text", "section", "video")}
	Home  = Surface{100, only(blocks, "actions", "context", "divider", "header", "image", "input", "rich_text", "section", "video")}
)

// apart says that no two elements of a list have one action_id.
func apart(key string) func(c *checker, at string, o object) {
	return func(c *checker, at string, o object) {
		seen := map[string]bool{}
		list, _ := o[key].([]any)
		for _, e := range list {
			element, _ := e.(object)
			id, _ := element["action_id"].(string)
			if id != "" && seen[id] {
				c.sayf(at+"/"+key, "`action_id` %q already exists", id)
			}
			seen[id] = true
		}
	}
}
