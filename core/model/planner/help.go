package planner

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"aidesk/core/model"
	"aidesk/core/model/planner/utterance"
)

// Bounds of the help text.
const (
	maxShown    = 12 // examples together
	maxOfPlugin = 3
)

// pluginHelp is what the help text says of one plugin.
type pluginHelp struct {
	plugin string
	lines  []string // Markdown, the more telling ones first
	others []string // further examples of the same tools
	typed  []string // tools without an example
	shown  int
}

// help says what members can ask for.
func help(tools []model.Tool) string {
	if len(tools) == 0 {
		return textNoPlugins
	}
	offers := helpByPlugin(tools)
	lines := []string{textNoMatch}
	rest := distribute(offers)
	for _, o := range offers {
		if o.shown > 0 {
			lines = append(lines, "- **"+escape(o.plugin)+"**: "+strings.Join(o.lines[:o.shown], " · "))
		}
	}
	if rest > 0 {
		lines = append(lines, fmt.Sprintf(textMoreExamples, rest))
	}
	if typed := sampleForm(tools); typed != "" {
		lines = append(lines, fmt.Sprintf(textTyped, code(typed)))
	}
	return strings.Join(lines, "\n")
}

// helpByPlugin collects the help of each plugin, sorted by name.
func helpByPlugin(tools []model.Tool) []pluginHelp {
	var offers []pluginHelp
	for _, tool := range tools {
		i := slices.IndexFunc(offers, func(o pluginHelp) bool { return o.plugin == tool.Plugin })
		if i < 0 {
			offers = append(offers, pluginHelp{plugin: tool.Plugin})
			i = len(offers) - 1
		}
		// Different things first: of each tool one example, then the others.
		for j, example := range utterance.Usable(tool) {
			line := "“" + escape(utterance.Fill(example, tool.Sample)) + "”"
			if j == 0 {
				offers[i].lines = append(offers[i].lines, line)
			} else {
				offers[i].others = append(offers[i].others, line)
			}
		}
		if typed := typedForm(tool); len(utterance.Usable(tool)) == 0 && typed != "" {
			offers[i].typed = append(offers[i].typed, code(typed))
		}
	}
	for i, o := range offers {
		offers[i].lines = slices.Concat(o.lines, o.others, o.typed)
	}
	slices.SortStableFunc(offers, func(a, b pluginHelp) int {
		return cmp.Compare(strings.ToLower(a.plugin), strings.ToLower(b.plugin))
	})
	return offers
}

// distribute decides how many lines each plugin shows, so that every plugin shows one
// before any shows two. It returns the number of plugins that show none.
func distribute(offers []pluginHelp) int {
	left := maxShown
	for range maxOfPlugin {
		for i := range offers {
			if left > 0 && offers[i].shown < len(offers[i].lines) {
				offers[i].shown++
				left--
			}
		}
	}
	rest := 0
	for _, o := range offers {
		if o.shown == 0 {
			rest++
		}
	}
	return rest
}

// typedForm is a tool's typed form, with the arguments of its sample unless these
// only repeat their names.
func typedForm(tool model.Tool) string {
	line := utterance.Line(tool, tool.Sample)
	for pair := range strings.FieldsSeq(line) {
		if key, value, _ := strings.Cut(pair, "="); value != "" && (strings.HasSuffix(key, value) || value == "string") {
			return tool.Typed
		}
	}
	return line
}

// sampleForm returns one typed form, with arguments if possible.
func sampleForm(tools []model.Tool) string {
	best := ""
	for _, tool := range tools {
		line := typedForm(tool)
		if best == "" || !strings.Contains(best, "=") && strings.Contains(line, "=") {
			best = line
		}
	}
	return best
}
