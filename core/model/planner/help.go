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

// offer is what help says of one plugin.
type offer struct {
	plugin string
	lines  []string // Markdown, the more telling ones first
	others []string // further examples of the same tools
	typed  []string // tools without an example
	shown  int
}

// help says what is possible now.
func help(tools []model.Tool) string {
	if len(tools) == 0 {
		return "No plugin is enabled here, so there is nothing that I can look up or do. " +
			"Type `/plugins` to see which there are and to enable some."
	}
	offers := list(tools)
	lines := []string{"I could not match your words with anything I can do: I am not a language model, " +
		"and only understand words like these:\n"}
	rest := share(offers)
	for _, o := range offers {
		if o.shown > 0 {
			lines = append(lines, "- **"+escape(o.plugin)+"**: "+strings.Join(o.lines[:o.shown], " · "))
		}
	}
	if rest > 0 {
		lines = append(lines, fmt.Sprintf("- and %d more: `/plugins` lists them", rest))
	}
	if typed := sample(tools); typed != "" {
		lines = append(lines, "\nOr type an operation and its arguments: "+code(typed))
	}
	return strings.Join(lines, "\n")
}

// list collects the offers of each plugin, by name.
func list(tools []model.Tool) []offer {
	var offers []offer
	for _, tool := range tools {
		i := slices.IndexFunc(offers, func(o offer) bool { return o.plugin == tool.Plugin })
		if i < 0 {
			offers = append(offers, offer{plugin: tool.Plugin})
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
		if typed := typed(tool); len(utterance.Usable(tool)) == 0 && typed != "" {
			offers[i].typed = append(offers[i].typed, code(typed))
		}
	}
	for i, o := range offers {
		offers[i].lines = slices.Concat(o.lines, o.others, o.typed)
	}
	slices.SortStableFunc(offers, func(a, b offer) int {
		return cmp.Compare(strings.ToLower(a.plugin), strings.ToLower(b.plugin))
	})
	return offers
}

// share decides how many lines each offer shows, so that every plugin shows one
// before any shows two; it gives the number of plugins that show none.
func share(offers []offer) int {
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

// typed is how a tool is typed, with the arguments of its sample where these are
// more than their own names.
func typed(tool model.Tool) string {
	line := utterance.Line(tool, tool.Sample)
	for pair := range strings.FieldsSeq(line) {
		if key, value, _ := strings.Cut(pair, "="); value != "" && (strings.HasSuffix(key, value) || value == "string") {
			return tool.Typed
		}
	}
	return line
}

// sample is one typed form that shows arguments where possible.
func sample(tools []model.Tool) string {
	best := ""
	for _, tool := range tools {
		line := typed(tool)
		if best == "" || !strings.Contains(best, "=") && strings.Contains(line, "=") {
			best = line
		}
	}
	return best
}
