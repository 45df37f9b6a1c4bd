package planner

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"aidesk/core/model"
)

// Bounds of the help text.
const (
	maxShown    = 12 // examples together
	maxOfPlugin = 3
)

// offer is what help says of one plugin.
type offer struct {
	plugin string
	lines  []string // Markdown
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
		for _, example := range model.Usable(tool) {
			offers[i].lines = append(offers[i].lines, "“"+escape(model.Fill(example, tool.Sample))+"”")
		}
	}
	// A plugin without examples is shown by what can be typed.
	for i := range offers {
		for _, tool := range tools {
			if tool.Plugin == offers[i].plugin && tool.Typed != "" && len(model.Usable(tool)) == 0 && len(offers[i].lines) < maxOfPlugin {
				offers[i].lines = append(offers[i].lines, code(model.Line(tool, tool.Sample)))
			}
		}
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

// sample is one typed form that shows arguments where possible.
func sample(tools []model.Tool) string {
	best := ""
	for _, tool := range tools {
		line := model.Line(tool, tool.Sample)
		if best == "" || !strings.Contains(best, "=") && strings.Contains(line, "=") {
			best = line
		}
	}
	return best
}
