package openapi

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"aidesk/core/openapi/plaintext"
	"aidesk/core/openapi/request"
	"aidesk/core/openapi/schema"
)

// Tool is the definition that goes to a model. Its name, keys and schema obey
// the rules of OpenAI, Anthropic and Gemini at once.
type Tool struct {
	Name        string          `json:"name"` // [A-Za-z][A-Za-z0-9_-]{0,63}
	Plugin      string          `json:"plugin"`
	Operation   string          `json:"operation"` // Operation.ID
	Description string          `json:"description"`
	Schema      json.RawMessage `json:"schema"`   // JSON Schema of the arguments: an object of parameters and "body"; keys sorted
	Examples    []string        `json:"examples"` // utterances
	Sample      json.RawMessage `json:"sample"`   // arguments as an example; valid for Request
	Tokens      int             `json:"tokens"`   // estimate: characters of name, description and schema ÷ 4
	Reduced     bool            `json:"reduced"`  // parts of the schema were left out to keep it small
	Identity    string          `json:"identity"` // method, server and path: tells equal names apart
}

// Tool returns the definition of the operation within the usual size of 1,000
// tokens. The same operation always gives the same bytes.
func (o *Operation) Tool(plugin string) Tool { return o.ToolWithin(plugin, maxToolTokens) }

// ToolWithin is Tool with another size. Where the whole schema is larger,
// texts are shortened, then optional and deep parts are left out (they may
// still be sent); a schema of required parts alone may pass the size.
func (o *Operation) ToolWithin(plugin string, tokens int) Tool {
	return o.drawn(plugin, views, tokens)
}

// ToolPlain is ToolWithin without the words that describe single arguments: for
// where many tools share little room.
func (o *Operation) ToolPlain(plugin string, tokens int) Tool {
	return o.drawn(plugin, bareViews, tokens)
}

// drawn is the definition in the first of the views that is within a size, or the last.
func (o *Operation) drawn(plugin string, views []schema.View, tokens int) Tool {
	t := Tool{
		Name:        o.name(plugin),
		Plugin:      plugin,
		Operation:   o.ID,
		Description: o.describe(),
		Examples:    slices.Clone(o.Examples),
		Identity:    o.Method + " " + o.Server + " " + o.Path,
	}
	overhead := len(t.Name) + len(t.Description)
	for i, v := range views {
		args, whole := o.render(v)
		t.Schema = args
		t.Tokens = (overhead + len(args) + 3) / 4
		if whole && t.Tokens <= tokens {
			t.Reduced = i > 0
			break
		}
		t.Reduced = true
	}
	t.Sample = o.sample()
	return t
}

// describe is the operation in at most 300 characters: the summary where the
// description is long.
func (o *Operation) describe() string {
	text := plaintext.OneLine(o.Description)
	switch {
	case text == "":
		text = o.Summary
	case o.Summary != "" && !strings.Contains(text, strings.TrimSuffix(o.Summary, ".")):
		text = strings.TrimSuffix(o.Summary, ".") + ". " + text
	}
	if text == "" {
		text = strings.ToUpper(o.Method[:1]) + strings.ToLower(o.Method[1:]) + " " + o.Path
	}
	return plaintext.Clip(text, maxDescription)
}

// name is "<plugin>__<operation>". What is too long is cut and ends in a hash
// of the plugin, method and path, so that it stays unique and stable.
func (o *Operation) name(plugin string) string {
	name := word(plugin) + "__" + word(o.ID)
	if c := name[0]; c >= '0' && c <= '9' || c == '-' || c == '_' {
		name = "p" + name
	}
	return fit(name, plugin+" "+o.Method+" "+o.Path)
}

// fit cuts a name to 64 characters with a hash of identity inside them.
func fit(name, identity string) string {
	if len(name) <= plaintext.MaxName {
		return name
	}
	return marked(name, identity)
}

// marked ends a name in six digits of the hash of identity.
func marked(name, identity string) string {
	sum := sha256.Sum256([]byte(identity))
	return strings.TrimRight(name[:min(len(name), plaintext.MaxName-7)], "_-") + "_" + hex.EncodeToString(sum[:3])
}

// word keeps what a tool's name may contain.
func word(s string) string {
	s = strings.Map(func(c rune) rune {
		if plaintext.IsWord(c) || c == '_' || c == '-' {
			return c
		}
		return '_'
	}, s)
	if strings.Trim(s, "_-") == "" {
		return "x"
	}
	return s
}

// Names makes the names unique over all plugins. Every tool of a name that
// stands more than once gets a hash of its plugin, method, server and path, so
// that a name does not depend on the order; the order of tools is kept.
func Names(tools []Tool) []Tool {
	out := slices.Clone(tools)
	for round := 0; ; round++ {
		count := map[string]int{}
		for _, t := range out {
			count[t.Name]++
		}
		again := false
		nth := map[string]int{}
		for i, t := range out {
			if count[t.Name] < 2 {
				continue
			}
			again = true
			identity := t.Plugin + " " + t.Operation + " " + t.Identity
			if round > 0 { // the very same tool twice: numbered
				nth[t.Name]++
				identity += fmt.Sprintf(" %d %d", round, nth[t.Name])
			}
			out[i].Name = marked(tools[i].Name, identity)
		}
		if !again {
			return out
		}
	}
}

// render draws the schema of the arguments; whole is false where the view was
// too small for it and parts had to be cut at random.
func (o *Operation) render(v schema.View) (arguments json.RawMessage, whole bool) {
	d := schema.NewDrawing(v)
	properties := map[string]any{}
	required := []string{}
	optional := 20 * v.Optional
	for _, a := range o.call.Args {
		if !a.Wanted() {
			if optional--; optional < 0 {
				continue
			}
		}
		var drawn map[string]any
		var text string
		if a.Param != nil {
			drawn, text = d.Draw(a.Schema(), 1), a.Param.Text
			if a.Key != a.Param.Name && text == "" {
				text = a.Param.Name
			}
		} else {
			drawn, text = d.Draw(a.Schema(), 0), a.Body.Text
			if a.Body.Kind == request.BodyJSON && a.Schema().IsOpen() {
				drawn["type"] = "object" // anything; mostly that
			}
			if a.Body.Kind == request.BodyText {
				text = strings.TrimSpace(text + " The text of the body, as " + a.Body.Media + ".")
			}
		}
		if text != "" && v.Text > 0 {
			drawn["description"] = joined(plaintext.Clip(text, v.Text), drawn["description"], text)
		}
		properties[a.Key] = drawn
		if _, free := a.Schema().Fixed(); a.Wanted() && !free {
			required = append(required, a.Key)
		}
	}
	slices.Sort(required)
	root := map[string]any{"type": "object", "properties": properties}
	if len(required) > 0 {
		root["required"] = required
	}
	out, err := json.Marshal(root) // sorts the keys
	if err != nil {
		return json.RawMessage(`{"properties":{},"type":"object"}`), true
	}
	return out, d.Whole()
}

// joined puts the remark that draw made (a format, an example) behind the
// text of the parameter, unless the two say the same.
func joined(text string, remark any, whole string) string {
	more, _ := remark.(string)
	if more == "" || strings.Contains(whole, more) || strings.HasPrefix(more, text) {
		return text
	}
	return plaintext.Clip(text+" "+more, maxFieldText+60)
}

// views are tried in turn until the tool is small enough.
var views = []schema.View{
	{Depth: maxSchemaDepth, Text: maxFieldText, Optional: 1_000, Values: 1_500},
	{Depth: maxSchemaDepth, Text: 100, Optional: 60, Values: 800},
	{Depth: 4, Text: 60, Optional: 20, Values: 400},
	{Depth: 3, Text: 40, Optional: 8, Values: 200},
	{Depth: 2, Text: 24, Optional: 4, Values: 100},
	{Depth: 2, Text: 0, Optional: 2, Values: 60},
	{Depth: 1, Text: 0, Optional: 1, Values: 40},
}

// bareViews are views without words.
var bareViews = []schema.View{
	{Depth: 4, Text: 0, Optional: 20, Values: 400},
	{Depth: 3, Text: 0, Optional: 8, Values: 200},
	{Depth: 2, Text: 0, Optional: 4, Values: 100},
	{Depth: 2, Text: 0, Optional: 2, Values: 60},
	{Depth: 1, Text: 0, Optional: 1, Values: 40},
}
