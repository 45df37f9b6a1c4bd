package slack_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/santhosh-tekuri/jsonschema/v6"
	"github.com/slack-go/slack"
	"go.yaml.in/yaml/v3"

	fakeslack "aidesk/adapters/fake/slack"
	"aidesk/adapters/fake/slack/rule"
	"aidesk/core/corporatest"
)

// read reads a JSON file.
func read[V any](t *testing.T, name string) V {
	t.Helper()
	text, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	var v V
	if err := json.Unmarshal(text, &v); err != nil {
		t.Fatalf("%s: %v", name, err)
	}
	return v
}

// modalOnly are the blocks that no message has.
var modalOnly = []string{"alert"}

// surface is where a block is tried.
func surface(block map[string]any) string {
	if kind, _ := block["type"].(string); slices.Contains(modalOnly, kind) {
		return "modal"
	}
	return "message"
}

// check tries blocks.
func check(t *testing.T, surface string, blocks ...map[string]any) (string, []string) {
	t.Helper()
	text, err := json.Marshal(blocks)
	if err != nil {
		t.Fatal(err)
	}
	on := rule.Message
	if surface == "modal" {
		on = rule.Modal
	}
	_, err = rule.Blocks(string(text), on, nil)
	return refusalOf(err)
}

// checkView tries a view.
func checkView(raw []byte) (string, []string) {
	_, err := rule.View(string(raw), false, nil)
	return refusalOf(err)
}

// refusalOf is Slack's word for a refusal, empty if there is none, and what it says beside it.
func refusalOf(err error) (string, []string) {
	r, ok := errors.AsType[*rule.Refusal](err)
	if !ok {
		return "", nil
	}
	return r.Word, r.Faults
}

// TestValid: every kind of block is taken, as Slack's types describe it.
func TestValid(t *testing.T) {
	t.Parallel()
	for i, b := range read[[]map[string]any](t, "testdata/blocks.json") {
		if word, faults := check(t, surface(b), b); word != "" {
			t.Errorf("%d (%s): %s %q", i, b["type"], word, faults)
		}
	}
	modal, err := os.ReadFile("testdata/modal.json")
	if err != nil {
		t.Fatal(err)
	}
	if word, faults := checkView(modal); word != "" {
		t.Errorf("modal: %s %q", word, faults)
	}
}

// TestRefused: what is wrong is refused in Slack's words, with its place.
func TestRefused(t *testing.T) {
	t.Parallel()
	section := func(text string) string {
		return fmt.Sprintf(`{"type":"section","text":{"type":"mrkdwn","text":%q}}`, text)
	}
	many := func(n int, block string) string {
		return "[" + strings.TrimSuffix(strings.Repeat(block+",", n), ",") + "]"
	}
	rich := func(elements string) string { return `[{"type":"rich_text","elements":[` + elements + `]}]` }
	table := func(rows string) string { return `{"type":"table","rows":` + rows + `}` }
	cell := func(text string) string { return fmt.Sprintf(`{"type":"raw_text","text":%q}`, text) }
	button := `{"type":"button","action_id":"a","text":{"type":"plain_text","text":"Go"}}`
	for name, test := range map[string]struct{ blocks, word, fault string }{
		"no JSON":             {`[{`, "invalid_blocks_format", ""},
		"no array":            {`{}`, "invalid_blocks_format", ""},
		"no object":           {`["x"]`, "invalid_blocks", "must be an object [json-pointer:/blocks/0]"},
		"unknown block":       {`[{"type":"dance"}]`, "invalid_blocks", "unsupported type: dance [json-pointer:/blocks/0/type]"},
		"block elsewhere":     {`[{"type":"alert","text":{"type":"plain_text","text":"x"}}]`, "invalid_blocks", "unsupported type: alert"},
		"unknown element":     {`[{"type":"actions","elements":[{"type":"dance"}]}]`, "invalid_blocks", "/blocks/0/elements/0/type"},
		"unknown property":    {`[{"type":"actions","elements":[{"type":"button","disabled":true,"text":{"type":"plain_text","text":"Go"}}]}]`, "invalid_blocks", "invalid additional property: disabled [json-pointer:/blocks/0/elements/0]"},
		"missing property":    {`[{"type":"header"}]`, "invalid_blocks", "missing required field: text"},
		"markup in a header":  {`[{"type":"header","text":{"type":"mrkdwn","text":"x"}}]`, "invalid_blocks", "unsupported type: mrkdwn"},
		"long section":        {"[" + section(strings.Repeat("é", 3001)) + "]", "invalid_blocks", "must be less than 3001 characters [json-pointer:/blocks/0/text/text]"},
		"51 blocks":           {many(51, `{"type":"divider"}`), "invalid_blocks", "no more than 50 items allowed [json-pointer:/blocks]"},
		"block_id twice":      {many(2, `{"type":"divider","block_id":"x"}`), "invalid_blocks", "already exists"},
		"action_id twice":     {`[{"type":"actions","elements":[` + button + `,` + button + `]}]`, "invalid_blocks", "already exists"},
		"the same elsewhere":  {many(2, `{"type":"actions","elements":[`+button+`]}`), "", ""},
		"style of a button":   {`[{"type":"actions","elements":[{"type":"button","style":"default","text":{"type":"plain_text","text":"Go"}}]}]`, "invalid_blocks", "must be one of: primary, danger"},
		"no address":          {`[{"type":"actions","elements":[{"type":"button","url":"example","text":{"type":"plain_text","text":"Go"}}]}]`, "invalid_blocks", "Invalid url"},
		"not even a path":     {`[{"type":"actions","elements":[{"type":"button","url":"::","text":{"type":"plain_text","text":"Go"}}]}]`, "invalid_blocks", "Invalid url"},
		"rich: a list within": {rich(`{"type":"rich_text_list","style":"bullet","elements":[{"type":"rich_text_quote","elements":[]}]}`), "invalid_blocks", "unsupported type: rich_text_quote"},
		"rich: deep list":     {rich(`{"type":"rich_text_list","style":"bullet","indent":9,"elements":[{"type":"rich_text_section","elements":[]}]}`), "invalid_blocks", "must be between 0 and 8"},
		"rich: empty text":    {rich(`{"type":"rich_text_section","elements":[{"type":"text","text":""}]}`), "invalid_blocks", "must be more than 0 characters"},
		"rich: code in bold":  {rich(`{"type":"rich_text_preformatted","elements":[{"type":"user","user_id":"U1"}]}`), "invalid_blocks", "unsupported type: user"},
		"rich: unknown style": {rich(`{"type":"rich_text_section","elements":[{"type":"text","text":"x","style":{"blink":true}}]}`), "invalid_blocks", "invalid additional property: blink"},
		"rich: a numbered":    {rich(`{"type":"rich_text_list","style":"ordered","offset":4,"elements":[{"type":"rich_text_section","elements":[]}]}`), "", ""},
		"rich: language":      {rich(`{"type":"rich_text_preformatted","language":"go","elements":[{"type":"text","text":"x"}]}`), "", ""},
		"empty cell":          {"[" + table("[["+cell("")+"]]") + "]", "invalid_blocks", "must be more than 0 characters [json-pointer:/blocks/0/rows/0/0/text]"},
		"ragged":              {"[" + table("[["+cell("a")+"],["+cell("a")+","+cell("b")+"]]") + "]", "invalid_blocks", "same number of cells"},
		"101 rows":            {"[" + table(many(101, "["+cell("a")+"]")) + "]", "invalid_blocks", "no more than 100 items allowed"},
		"100 rows of 20":      {"[" + table(many(100, many(20, cell("abcde")))) + "]", "", ""},
		"21 columns":          {"[" + table("["+many(21, cell("a"))+"]") + "]", "invalid_blocks", "no more than 20 items allowed"},
		"full cells":          {"[" + table(many(100, many(20, cell("abcdef")))) + "]", "invalid_blocks", "over all table cells"},
		"two tables":          {many(2, table("[["+cell("a")+"]]")), "invalid_blocks", "only_one_table_allowed"},
		"long markdown":       {many(2, `{"type":"markdown","text":"`+strings.Repeat("x", 6001)+`"}`), "invalid_blocks", "over all markdown blocks"},
		"all too long":        {many(6, section(strings.Repeat("x", 2999))), "msg_blocks_too_long", ""},
		"as much as goes":     {many(4, section(strings.Repeat("x", 2999))), "", ""},
		"rich text too long":  {rich(`{"type":"rich_text_section","elements":[{"type":"text","text":"` + strings.Repeat("x", 13_250) + `"}]}`), "msg_blocks_too_long", ""},
	} {
		_, err := rule.Blocks(test.blocks, rule.Message, nil)
		word, faults := refusalOf(err)
		if word != test.word || !strings.Contains(strings.Join(faults, "\n"), test.fault) {
			t.Errorf("%s: %q %q; want %q %q", name, word, faults, test.word, test.fault)
		}
	}
}

// TestRefusedView: what is wrong with a view is refused as its argument.
func TestRefusedView(t *testing.T) {
	t.Parallel()
	view := func(change func(v map[string]any)) json.RawMessage {
		v := read[map[string]any](t, "testdata/modal.json")
		change(v)
		text, err := json.Marshal(v)
		if err != nil {
			t.Fatal(err)
		}
		return text
	}
	long := func(n int) map[string]any {
		return map[string]any{"type": "plain_text", "text": strings.Repeat("x", n)}
	}
	options := func(n int) string {
		var all []string
		for i := range n {
			all = append(all, fmt.Sprintf(`{"text":{"type":"plain_text","text":"%d"},"value":"%d"}`, i, i))
		}
		return strings.Join(all, ",")
	}
	element := func(text string) func(v map[string]any) {
		return func(v map[string]any) {
			v["blocks"] = []any{map[string]any{"type": "input", "label": long(1), "element": json.RawMessage(text)}}
		}
	}
	for name, test := range map[string]struct {
		change func(v map[string]any)
		fault  string
	}{
		"title":       {func(v map[string]any) { v["title"] = long(25) }, "must be less than 25 characters [json-pointer:/view/title/text]"},
		"submit":      {func(v map[string]any) { v["submit"] = long(25) }, "/view/submit"},
		"no submit":   {func(v map[string]any) { delete(v, "submit") }, "missing required field: submit"},
		"metadata":    {func(v map[string]any) { v["private_metadata"] = strings.Repeat("x", 3001) }, "/view/private_metadata"},
		"callback_id": {func(v map[string]any) { v["callback_id"] = strings.Repeat("x", 256) }, "/view/callback_id"},
		"type":        {func(v map[string]any) { v["type"] = "home" }, "/view/type"},
		"property":    {func(v map[string]any) { v["state"] = 1 }, "invalid additional property: state"},
		"no blocks":   {func(v map[string]any) { v["blocks"] = []any{} }, "no less than 1 items"},
		"101 blocks":  {func(v map[string]any) { v["blocks"] = slices.Repeat([]any{map[string]any{"type": "divider"}}, 101) }, "no more than 100 items"},
		"no such day": {element(`{"type":"datepicker","initial_date":"2026-02-30"}`), "must be a date"},
		"no time":     {element(`{"type":"datetimepicker","initial_date_time":12}`), "must be between"},
		"no number":   {element(`{"type":"number_input","is_decimal_allowed":true,"initial_value":"many"}`), "must be a string with a number"},
		"a number":    {element(`{"type":"number_input","is_decimal_allowed":true,"min_value":1}`), "must be a string with a number"},
		"decimals":    {element(`{"type":"number_input","initial_value":"1"}`), "missing required field: is_decimal_allowed"},
		"a fraction":  {element(`{"type":"number_input","is_decimal_allowed":false,"initial_value":"1.5"}`), "must be a whole number"},
		"too small":   {element(`{"type":"number_input","is_decimal_allowed":false,"initial_value":"1","min_value":"2"}`), "min_value must not be greater than initial_value"},
		"11 boxes":    {element(`{"type":"checkboxes","options":[` + options(11) + `]}`), "no more than 10 items allowed"},
		"no box":      {element(`{"type":"checkboxes","options":[` + options(1) + `],"initial_options":[]}`), "no less than 1 items"},
		"no option":   {element(`{"type":"multi_static_select","options":[` + options(2) + `],"initial_options":[` + options(3)[len(options(2))+1:] + `]}`), "must be among the options"},
		"101 options": {element(`{"type":"static_select","options":[` + options(101) + `]}`), "no more than 100 items allowed"},
		"markdown":    {func(v map[string]any) { v["blocks"] = []any{map[string]any{"type": "markdown", "text": "x"}} }, "unsupported type: markdown"},
	} {
		word, faults := checkView(view(test.change))
		if word != "invalid_arguments" || !strings.Contains(strings.Join(faults, "\n"), test.fault) {
			t.Errorf("%s: %q %q; want %q", name, word, faults, test.fault)
		}
	}
	if word, _ := checkView(view(func(v map[string]any) { v["private_metadata"] = strings.Repeat("x", 300_000) })); word != "view_too_large" {
		t.Errorf("a large view: %q", word)
	}
}

// TestRefusedByAPI: a client is told what is wrong.
func TestRefusedByAPI(t *testing.T) {
	t.Parallel()
	s := start(t, fakeslack.Config{Unfetchable: func(url string) bool { return strings.HasSuffix(url, "gone.png") }})
	picture := slack.NewImageBlock("https://example.com/gone.png", "gone", "", nil)
	_, _, err := client(s).PostMessageContext(t.Context(), fakeslack.General, slack.MsgOptionBlocks(picture), slack.MsgOptionText("x", false))
	fault, ok := errors.AsType[slack.SlackErrorResponse](err)
	want := []string{"[ERROR] downloading image failed [json-pointer:/blocks/0/image_url]"}
	if diff := cmp.Diff(want, fault.ResponseMetadata.Messages); !ok || fault.Err != "invalid_blocks" || diff != "" {
		t.Errorf("%v\n%s", err, diff)
	}
}

var lookahead = regexp.MustCompile(`\(\?!(\\.|[^()\\])*\)`)

// TestManifest: the manifest of the default app is one that Slack takes, and means
// just that app.
func TestManifest(t *testing.T) {
	t.Parallel()
	text, err := os.ReadFile("testdata/manifest.yaml")
	if err != nil {
		t.Fatal(err)
	}
	app, err := fakeslack.ParseManifest(text)
	if diff := cmp.Diff(fakeslack.DefaultApp(), app); err != nil || diff != "" {
		t.Errorf("%v (-want +got):\n%s", err, diff)
	}
	for _, bad := range []string{"", "a: [", "oauth_config: {}"} {
		if _, err := fakeslack.ParseManifest([]byte(bad)); err == nil {
			t.Errorf("%q was taken", bad)
		}
	}
	var manifest any
	if err := yaml.Unmarshal(text, &manifest); err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"manifest.schema.1.0.0.json", "manifest.schema.2.0.0.json"} {
		compiler := jsonschema.NewCompiler()
		compiler.UseRegexpEngine(func(s string) (jsonschema.Regexp, error) { // Go's has no lookahead
			return regexp.Compile(lookahead.ReplaceAllString(s, ""))
		})
		schema, err := compiler.Compile(corporatest.Path(t, "slack/"+name))
		if err != nil {
			t.Fatal(err)
		}
		if err := schema.Validate(manifest); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
}
