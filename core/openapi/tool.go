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
	"aidesk/core/openapi/tree"
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

// ToolWithin is Tool with another size. If the whole schema is larger, descriptions are
// shortened, then optional and deep parts are left out (they may still be sent). A
// schema of nothing but required parts may exceed the size.
func (o *Operation) ToolWithin(plugin string, tokens int) Tool {
	return o.toolIn(plugin, toolViews, tokens)
}

// ToolPlain is ToolWithin without descriptions of single arguments, for many tools in
// little room.
func (o *Operation) ToolPlain(plugin string, tokens int) Tool {
	return o.toolIn(plugin, plainViews, tokens)
}

// toolIn returns the definition in the first view that fits the size, or in the last.
func (o *Operation) toolIn(plugin string, views []schema.View, tokens int) Tool {
	t := Tool{
		Name:        o.toolName(plugin),
		Plugin:      plugin,
		Operation:   o.ID,
		Description: o.describe(),
		Examples:    slices.Clone(o.Examples),
		Identity:    o.Method + " " + o.Server + " " + o.Path,
	}
	overhead := len(t.Name) + len(t.Description)
	left := max(leastDrawn, allDrawn/max(1, o.siblings))
	for i, v := range views {
		if i < len(views)-1 {
			if v.Values = min(v.Values, left); v.Values <= 0 {
				continue
			}
			v.Room = max(0, 4*tokens-overhead)&^(roomStep-1) + roomStep // the same for operations that are much alike
		}
		args, whole, drawn := o.drawArguments(v)
		left -= drawn
		if !whole && v.Room > 0 {
			continue
		}
		t.Schema = args
		t.Tokens = (overhead + len(args) + 3) / 4
		if whole && t.Tokens <= tokens {
			t.Reduced = i > 0
			break
		}
		t.Reduced = true
	}
	t.Sample = o.sampleArguments()
	return t
}

// describe describes the operation in at most 300 characters, beginning with the summary.
func (o *Operation) describe() string {
	text := plaintext.OneLine(o.Description)
	switch {
	case text == "":
		text = o.Summary
	case o.Summary != "" && !strings.Contains(text, strings.TrimSuffix(o.Summary, ".")):
		text = strings.TrimSuffix(o.Summary, ".") + ". " + text
	}
	if text == "" {
		text = strings.ToUpper(o.Method[:1]) + strings.ToLower(o.Method[1:]) + " " + plaintext.OneLine(o.Path)
	}
	return plaintext.Clip(text, maxDescription)
}

// toolName returns "<plugin>__<operation>". A longer name is cut and ends in a hash of
// plugin, method and path, so that it is unique and stable.
func (o *Operation) toolName(plugin string) string {
	name := toolWord(plugin) + "__" + toolWord(o.ID)
	if c := name[0]; c >= '0' && c <= '9' || c == '-' || c == '_' {
		name = "p" + name
	}
	return fitName(name, plugin+" "+o.Method+" "+o.Path)
}

// fitName cuts a name to 64 characters, the last of them a hash of identity.
func fitName(name, identity string) string {
	if len(name) <= plaintext.MaxName {
		return name
	}
	return withHash(name, identity)
}

// withHash ends a name in six digits of the hash of identity.
func withHash(name, identity string) string {
	sum := sha256.Sum256([]byte(identity))
	return strings.TrimRight(name[:min(len(name), plaintext.MaxName-7)], "_-") + "_" + hex.EncodeToString(sum[:3])
}

// toolWord replaces characters that the name of a tool may not contain.
func toolWord(s string) string {
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

// Names returns the tools with names that are unique among all plugins. Every tool whose
// name occurs more than once gets a hash of its plugin, method, server and path, so that
// names do not depend on the order of the tools.
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
			if round > 0 { // the same tool twice
				nth[t.Name]++
				identity += fmt.Sprintf(" %d %d", round, nth[t.Name])
			}
			out[i].Name = withHash(tools[i].Name, identity)
		}
		if !again {
			return out
		}
	}
}

// drawArguments draws the schema of the arguments within a view; whole is false if the
// view had no room for all of it, and then a view of limited bytes gives nothing.
func (o *Operation) drawArguments(v schema.View) (arguments json.RawMessage, whole bool, drawn int) {
	d := schema.NewDrawing(v)
	properties := map[string]any{}
	required := []string{}
	optional := 20 * v.Optional
	for _, a := range o.builder.Args {
		if v.Room > 0 && !d.Whole() {
			break
		}
		if !a.Wanted() {
			if optional--; optional < 0 {
				continue
			}
		}
		var drawn map[string]any
		var text string
		if a.Param != nil {
			d.Words = !tree.IsJSON(tree.MediaType(a.Param.Media))
			drawn, text = d.Draw(a.Schema(), 1), a.Param.Text
			d.Words = false
			if a.Key != a.Param.Name && text == "" {
				text = plaintext.Line(a.Param.Name, maxFieldText)
			}
		} else {
			text = a.Body.Text
			if a.Schema().IsOpen() {
				drawn = d.DrawObject(a.Schema())
			} else {
				drawn = d.DrawShared(o.cache, a.Schema(), 0)
			}
			if a.Body.Patches() {
				text = strings.TrimSpace(text + " A field that is null is removed; one that is left out is kept.")
			}
			if a.Body.Kind == request.BodyText {
				text = strings.TrimSpace(text + " The text of the body, as " + plaintext.Line(a.Body.Media, 80) + ".")
			}
		}
		if text != "" && v.Text > 0 {
			drawn["description"] = joinDescription(plaintext.Clip(text, v.Text), drawn["description"], text)
		}
		properties[a.Key] = drawn
		if _, free := a.Schema().Fixed(); a.Wanted() && !free {
			required = append(required, a.Key)
		}
	}
	if v.Room > 0 && !d.Whole() {
		return nil, false, d.Count()
	}
	slices.Sort(required)
	root := map[string]any{"type": "object", "properties": properties}
	if len(required) > 0 {
		root["required"] = required
	}
	out, err := json.Marshal(root) // sorts the keys
	if err != nil {
		return json.RawMessage(`{"properties":{},"type":"object"}`), true, d.Count()
	}
	return out, d.Whole(), d.Count()
}

// joinDescription appends the description that Draw made (a format, an example) to that
// of the parameter, unless the two say the same.
func joinDescription(text string, remark any, whole string) string {
	more, _ := remark.(string)
	if more == "" || strings.Contains(whole, more) || strings.HasPrefix(more, text) {
		return text
	}
	return plaintext.Clip(text+" "+more, maxFieldText+60)
}

// toolViews are tried in turn until the tool is small enough.
var toolViews = []schema.View{
	{Depth: maxSchemaDepth, Text: maxFieldText, Optional: 1_000, Values: 1_500},
	{Depth: maxSchemaDepth, Text: 100, Optional: 60, Values: 800},
	{Depth: 4, Text: 60, Optional: 20, Values: 400},
	{Depth: 3, Text: 40, Optional: 8, Values: 200},
	{Depth: 2, Text: 24, Optional: 4, Values: 100},
	{Depth: 2, Text: 0, Optional: 2, Values: 60},
	{Depth: 1, Text: 0, Optional: 1, Values: 40},
}

// plainViews are views without descriptions.
var plainViews = []schema.View{
	{Depth: 4, Text: 0, Optional: 20, Values: 400},
	{Depth: 3, Text: 0, Optional: 8, Values: 200},
	{Depth: 2, Text: 0, Optional: 4, Values: 100},
	{Depth: 2, Text: 0, Optional: 2, Values: 60},
	{Depth: 1, Text: 0, Optional: 1, Values: 40},
}

// sampleArguments makes example arguments: the required ones, and optional ones of which
// the document gives an example.
func (o *Operation) sampleArguments() json.RawMessage {
	sample, _ := o.sampleSteps()
	return sample
}

// sampleSteps is sampleArguments with what they cost.
func (o *Operation) sampleSteps() (sample json.RawMessage, steps int) {
	g := schema.NewSampler(o.siblings)
	out := map[string]any{}
	extra := 0
	for _, a := range o.builder.Args {
		s := a.Schema()
		if !a.Wanted() && (a.Param != nil || o.Effect == EffectRead) {
			if !s.HasExample() && a.Sample() == nil || a.Param == nil || extra == 2 {
				continue
			}
			extra++
		}
		name := request.BodyKey
		if a.Param != nil {
			name = a.Param.Name
		}
		if v, ok := g.Accepts(s, a.Sample()); ok {
			out[a.Key] = v
		} else if v, ok := o.makeSample(g, a, name); ok {
			out[a.Key] = v
		}
	}
	// An operation without required arguments is shown with its first parameter or its
	// body.
	if len(out) == 0 && len(o.builder.Args) > 0 {
		if a := o.builder.Args[0]; a.Param != nil || o.Effect == EffectWrite {
			if v, ok := g.Accepts(a.Schema(), a.Sample()); ok {
				out[a.Key] = v
			} else if v, ok := o.makeSample(g, a, a.Key); ok {
				out[a.Key] = v
			}
		}
	}
	return json.RawMessage(tree.Compact(out)), g.Steps()
}

// makeSample makes a value of an argument. Only bodies are shared between operations.
func (o *Operation) makeSample(g *schema.Sampler, a request.Arg, name string) (any, bool) {
	if a.Body == nil {
		return g.Make(a.Schema(), name, 0)
	}
	if a.Schema().IsOpen() { // usually an object is meant, as the tool says
		return map[string]any{}, true
	}
	return g.MakeShared(o.cache, a.Schema(), name)
}
