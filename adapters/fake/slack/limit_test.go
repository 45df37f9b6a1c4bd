package slack_test

import (
	"encoding/json"
	"fmt"
	"maps"
	"strconv"
	"strings"
	"testing"

	"aidesk/core/corporatest"
)

// where says at which place of the valid blocks a limit counts: the block's type (and
// its number, from 0), then the path. Places within the modal begin with "view".
var where = map[string]string{
	"text.min_length": "section/text/text", "text.max_length": "section/text/text",
	"action_id.max_length": "actions/elements/0/action_id", "block_id.max_length": "divider/block_id",
	"button.text.max_length": "actions/elements/0/text/text", "button.url.max_length": "actions/elements/0/url",
	"button.value.max_length": "actions/elements/0/value", "button.accessibility_label.max_length": "actions/elements/0/accessibility_label",
	"confirmation.title.max_length": "actions/elements/0/confirm/title/text", "confirmation.text.max_length": "actions/elements/0/confirm/text/text",
	"confirmation.confirm.max_length": "actions/elements/0/confirm/confirm/text", "confirmation.deny.max_length": "actions/elements/0/confirm/deny/text",
	"option.text.max_length": "actions/elements/1/options/0/text/text", "option.value.max_length": "actions/elements/1/options/0/value",
	"option.url.max_length": "actions/elements/3/options/0/url", "option.description.max_length": "actions/elements/1/options/0/description/text",
	"option_group.label.max_length": "actions/elements/2/option_groups/0/label/text", "option_group.options.min_items": "actions/elements/2/option_groups/0/options",
	"option_group.options.max_items": "actions/elements/2/option_groups/0/options", "select.placeholder.max_length": "actions/elements/1/placeholder/text",
	"select.options.max_items": "actions/elements/1/options", "select.option_groups.max_items": "actions/elements/2/option_groups",
	"overflow.options.min_items": "actions/elements/3/options", "overflow.options.max_items": "actions/elements/3/options",
	"checkboxes.options.min_items": "actions/elements/4/options", "checkboxes.options.max_items": "actions/elements/4/options",
	"radio_buttons.options.min_items": "actions/elements/5/options", "radio_buttons.options.max_items": "actions/elements/5/options",
	"url_source.url.min_length": "task_card/sources/0/url", "url_source.url.max_length": "task_card/sources/0/url",
	"table.rows.max_items": "table/rows", "file_input.max_files.min": "input#5/element/max_files", "file_input.max_files.max": "input#5/element/max_files",
	"plain_text_input.max_length.max": "input/element/max_length", "actions.elements.max_items": "actions/elements",
	"context.elements.max_items": "context/elements", "header.text.max_length": "header/text/text", "image.image_url.max_length": "image/image_url",
	"image.alt_text.max_length": "image/alt_text", "input.label.max_length": "input/label/text", "input.hint.max_length": "input/hint/text",
	"markdown.text.min_length": "markdown/text", "markdown.text.max_length": "markdown/text", "section.text.max_length": "section/text/text",
	"section.fields.max_items": "section#1/fields", "section.fields.item_max_length": "section#1/fields/0/text",
	"video.alt_text.min_length": "video/alt_text", "video.alt_text.max_length": "video/alt_text", "video.title.max_length": "video/title/text",
	"video.author_name.max_length": "video/author_name", "video.description.max_length": "video/description/text",
	"video.provider_name.max_length": "video/provider_name",
	"view.blocks.min_items":          "view/blocks", "view.blocks.max_items": "view/blocks", "view.private_metadata.max_length": "view/private_metadata",
	"view.callback_id.max_length": "view/callback_id", "view.title.max_length": "view/title/text", "view.close.max_length": "view/close/text",
	"view.submit.max_length": "view/submit/text",
	"alert.text.max_length":  "alert/text/text", "card.title.max_length": "card/title/text", "card.subtitle.max_length": "card/subtitle/text",
	"card.body.max_length": "card/body/text", "card.actions.max_items": "card/actions", "card.subtext.max_length": "card/subtext/text",
	"carousel.elements.min_items": "carousel/elements", "carousel.elements.max_items": "carousel/elements",
	"container.title.max_length": "container/title/text", "container.subtitle.max_length": "container/subtitle/text",
	"container.child_blocks.max_items": "container/child_blocks", "context_actions.elements.max_items": "context_actions/elements",
	"feedback_button.text.max_length":                "context_actions/elements/0/positive_button/text/text",
	"feedback_button.value.max_length":               "context_actions/elements/0/positive_button/value",
	"feedback_button.accessibility_label.max_length": "context_actions/elements/0/negative_button/accessibility_label",
	"icon_button.visible_to_user_ids.max_items":      "context_actions/elements/1/visible_to_user_ids",
	"data_table.rows.min_items":                      "data_table/rows", "data_table.rows.max_items": "data_table/rows",
	"data_table.columns.min_items": "data_table/rows/0", "data_table.page_size.min": "data_table/page_size", "data_table.page_size.max": "data_table/page_size",
	"data_table.cell_text.min_length":     "data_table/rows/0/0/text",
	"data_visualization.title.max_length": "data_visualization/title", "data_visualization.segments.min_items": "data_visualization/chart/segments",
	"data_visualization.segments.max_items": "data_visualization/chart/segments", "data_visualization.segment.label.max_length": "data_visualization/chart/segments/0/label",
	"data_visualization.segment.value.exclusive_min": "data_visualization/chart/segments/0/value", "data_visualization.series.min_items": "data_visualization#1/chart/series",
	"data_visualization.series.max_items": "data_visualization#1/chart/series", "data_visualization.series_name.max_length": "data_visualization#1/chart/series/0/name",
	"data_visualization.data.min_items": "data_visualization#1/chart/series/0/data", "data_visualization.data.max_items": "data_visualization#1/chart/series/0/data",
	"data_visualization.point_label.max_length": "data_visualization#1/chart/series/0/data/0/label", "data_visualization.categories.min_items": "data_visualization#1/chart/axis_config/categories",
	"data_visualization.categories.max_items": "data_visualization#1/chart/axis_config/categories", "data_visualization.category_label.max_length": "data_visualization#1/chart/axis_config/categories/0",
	"data_visualization.axis_label.max_length": "data_visualization#1/chart/axis_config/x_label",
}

// spelled are invalid blocks for cases that are no single limit.
var spelled = map[string]string{
	"table.row_shape":              `{"type":"table","rows":[[{"type":"raw_text","text":"a"}],[{"type":"raw_text","text":"a"},{"type":"raw_text","text":"b"}]]}`,
	"table.column_settings":        `{"type":"table","column_settings":[{"align":"left"},{"align":"left"}],"rows":[[{"type":"raw_text","text":"a"}]]}`,
	"section.content":              `{"type":"section"}`,
	"static_select.choice_source":  `{"type":"actions","elements":[{"type":"static_select","options":[{"text":{"type":"plain_text","text":"a"},"value":"1"}],"option_groups":[{"label":{"type":"plain_text","text":"g"},"options":[{"text":{"type":"plain_text","text":"a"},"value":"1"}]}]}]}`,
	"image.source":                 `{"type":"image","alt_text":"i","image_url":"https://example.com/i.png","slack_file":{"id":"F1"}}`,
	"number_input.range":           `{"type":"input","label":{"type":"plain_text","text":"n"},"element":{"type":"number_input","is_decimal_allowed":true,"min_value":"9","max_value":"1"}}`,
	"context.elements":             `{"type":"context","elements":[{"type":"button","text":{"type":"plain_text","text":"Go"}}]}`,
	"input.element":                `{"type":"input","label":{"type":"plain_text","text":"n"},"element":{"type":"button","text":{"type":"plain_text","text":"Go"}}}`,
	"data_table.columns.max_items": `{"type":"data_table","caption":"c","rows":[[` + cells(21) + `],[` + cells(21) + `]]}`,
	"data_table.content.max_length": `{"type":"data_table","caption":"c","rows":[[{"type":"raw_text","text":"` + strings.Repeat("x", 10_000) + `"}],[{"type":"raw_text","text":"` +
		strings.Repeat("x", 10_000) + `"}],[{"type":"raw_text","text":"x"}]]}`,
}

func cells(n int) string {
	return strings.TrimSuffix(strings.Repeat(`{"type":"raw_text","text":"a"},`, n), ",")
}

// limited is a block or the modal with a value at the edge of a limit.
type limited struct {
	t      *testing.T
	blocks []map[string]any
	modal  map[string]any
}

// taken reports whether it is taken with another value at a place.
func (l limited) taken(place string, change func(old any) any) (bool, string) {
	l.t.Helper()
	kind, path, _ := strings.Cut(place, "/")
	kind, number, _ := strings.Cut(kind, "#")
	nth, _ := strconv.Atoi(number)
	whole := l.modal
	if kind != "view" {
		for _, b := range l.blocks {
			if b["type"] == kind {
				if whole = b; nth == 0 {
					break
				}
				nth--
			}
		}
	}
	text, err := json.Marshal(whole)
	if err != nil {
		l.t.Fatal(err)
	}
	var v map[string]any
	if err := json.Unmarshal(text, &v); err != nil {
		l.t.Fatal(err)
	}
	put(v, strings.Split(path, "/"), change)
	var word string
	var faults []string
	if kind == "view" {
		text, _ = json.Marshal(v)
		word, faults = checkView(text)
	} else {
		word, faults = check(l.t, surface(v), v)
	}
	return word == "", strings.Join(faults, "; ")
}

// put changes a value of a tree; text objects on the way are made.
func put(at any, path []string, change func(old any) any) any {
	if len(path) == 0 {
		return change(at)
	}
	switch v := at.(type) {
	case []any:
		i, _ := strconv.Atoi(path[0])
		v[i] = put(v[i], path[1:], change)
	case map[string]any:
		if _, ok := v[path[0]]; !ok && len(path) == 2 {
			v[path[0]] = map[string]any{"type": map[bool]string{true: "mrkdwn", false: "plain_text"}[path[0] == "subtext"], "text": "x"}
		}
		v[path[0]] = put(v[path[0]], path[1:], change)
	}
	return at
}

// sized is a value of the same kind with a size.
func sized(n int) func(old any) any {
	return func(old any) any {
		switch v := old.(type) {
		case []any:
			out := []any{}
			for i := range n {
				e := v[i%len(v)]
				if o, ok := e.(map[string]any); ok {
					o = maps.Clone(o)
					for _, id := range []string{"action_id", "block_id"} {
						if _, ok := o[id]; ok {
							o[id] = fmt.Sprintf("id%d", i)
						}
					}
					e = o
				}
				out = append(out, e)
			}
			return out
		case float64:
			return float64(n)
		case string:
			if strings.HasPrefix(v, "https://") && n > 20 {
				return "https://example.com/" + strings.Repeat("é", n-20)
			}
		}
		return strings.Repeat("é", n)
	}
}

// TestLimits: for every limit of the corpus its edge is taken and what is beyond
// refused, and so is every invalid case.
func TestLimits(t *testing.T) {
	t.Parallel()
	all := read[map[string]any](t, corporatest.Path(t, "slack/limits.json"))
	cases := read[struct {
		Cases []struct{ ID, Constraint string }
	}](t, corporatest.Path(t, "slack/limits-invalid-cases.json")).Cases
	l := limited{t, read[[]map[string]any](t, "testdata/blocks.json"), read[map[string]any](t, "testdata/modal.json")}
	if len(cases) < 100 {
		t.Fatalf("%d cases", len(cases))
	}
	edges := 0
	for _, c := range cases {
		if text, ok := spelled[c.Constraint]; ok {
			var b map[string]any
			if err := json.Unmarshal([]byte(text), &b); err != nil {
				t.Fatalf("%s: %v", c.ID, err)
			}
			if word, _ := check(t, surface(b), b); word == "" {
				t.Errorf("%s: taken", c.ID)
			}
			continue
		}
		place, ok := where[c.Constraint]
		if !ok {
			t.Errorf("%s (%s): no place is known for it", c.ID, c.Constraint)
			continue
		}
		var limit any = all
		for key := range strings.SplitSeq(c.Constraint, ".") {
			inner, _ := limit.(map[string]any)
			limit = inner[key]
		}
		n, ok := limit.(float64)
		if c.Constraint == "table.rows.max_items" { // the file forgot it
			n, ok = 100, true
		}
		if !ok {
			t.Errorf("%s: the limits do not have %s", c.ID, c.Constraint)
			continue
		}
		beyond := 1
		if least := strings.Contains(c.Constraint[strings.LastIndex(c.Constraint, ".")+1:], "min"); least {
			beyond = -1
		}
		if strings.HasSuffix(c.Constraint, "exclusive_min") {
			n++
		}
		if ok, _ := l.taken(place, sized(int(n)+beyond)); ok {
			t.Errorf("%s: taken with %d", c.ID, int(n)+beyond)
		}
		if ok, faults := l.taken(place, sized(int(n))); !ok && c.Constraint != "url_source.url.min_length" { // a letter is no address
			t.Errorf("%s: refused with %d: %s", c.ID, int(n), faults)
		}
		edges++
	}
	t.Logf("%d limits tried at their edge, %d cases in all", edges, len(cases))
}
