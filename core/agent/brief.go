package agent

import (
	"fmt"
	"slices"
	"strings"

	"aidesk/core/markdown"
	"aidesk/core/model/search"
	"aidesk/core/plugin"
)

// briefRoom is how many tokens the descriptions of plugins may be together.
const briefRoom = 2000

// The index of plugins: how many of them, and how many characters of each.
const (
	indexedPlugins = 30
	indexLine      = 120
)

// detail is how much is said of each plugin.
type detail struct {
	description int // characters
	endpoints   int
	summary     int // characters of an endpoint's
	example     bool
}

// details are tried in turn until the descriptions fit.
var details = []detail{{400, 24, 120, true}, {200, 24, 80, true}, {120, 24, 60, false}, {0, 12, 40, false}, {0, 0, 0, false}}

// briefs describe the plugins to the model: an index of those that are enabled,
// where not all they can is offered, and more about those of which something is. A
// model that reads members' words alone needs none.
func (r *run) briefs() []string {
	room := r.share(briefRoom)
	switch {
	case r.Model.Info().Literal:
		return nil
	case r.all && room == briefRoom:
		return r.set.briefs()
	case r.all:
		return describe(r.enabled, r.offered, room)
	default:
		return append([]string{index(r.enabled)}, describe(r.enabled, r.offered, room)...)
	}
}

// describe says as much of plugins, and of their tools that are offered, as there is
// room for.
func describe(plugins []*plugin.Plugin, offered []pick, room int) []string {
	for _, d := range details {
		var about []string
		for _, p := range plugins {
			if text := brief(p, offered, d); text != "" {
				about = append(about, text)
			}
		}
		if search.Tokens(strings.Join(about, "\n")) <= room {
			return about
		}
	}
	return nil
}

// index names what is enabled here.
func index(plugins []*plugin.Plugin) string {
	var b strings.Builder
	b.WriteString("Enabled here, of which only some operations are offered at once; " + findName + " searches all of them:\n")
	for _, p := range plugins[:min(len(plugins), indexedPlugins)] {
		fmt.Fprintf(&b, "- %s (%s): %s\n", p.Name, markdown.Line(p.Human(), 50), markdown.Line(p.Manifest.DescriptionForModel, indexLine))
	}
	if more := len(plugins) - indexedPlugins; more > 0 {
		fmt.Fprintf(&b, "and %d more.\n", more)
	}
	return b.String()
}

// brief describes one plugin to the model: what it says of itself, those of its
// endpoints that are offered, and a usage example. Empty where none is.
func brief(p *plugin.Plugin, offered []pick, d detail) string {
	var own []offer
	for _, o := range offered {
		if o.plugin.ID == p.ID {
			own = append(own, o.offer)
		}
	}
	if len(own) == 0 {
		return ""
	}
	var b strings.Builder
	fmt.Fprintf(&b, "Plugin %s (%s): %s\n", p.Name, markdown.Line(p.Human(), 50), markdown.Line(p.Manifest.DescriptionForModel, d.description))
	for _, o := range own[:min(len(own), d.endpoints)] {
		effect := ""
		if o.tool.Write {
			effect = " (asks the member first)"
		}
		fmt.Fprintf(&b, "- %s: %s %s: %s%s\n", o.tool.Name, o.operation.Method, markdown.Line(o.operation.Path, 100), markdown.Line(o.tool.Summary, d.summary), effect)
	}
	if d.example && len(own) > 0 {
		b.WriteString(usage(own))
	}
	return b.String()
}

// usage is one example of a call, in a member's words where the plugin has some.
func usage(own []offer) string {
	tool, said := own[0].tool, ""
	if examples := telling(own); len(examples) > 0 {
		tool, said = examples[0].tool, "“"+markdown.Line(examples[0].text, 200)+"” → "
	}
	if i := slices.IndexFunc(own, func(o offer) bool { return o.tool.Name == tool.Name && len(o.tool.Sample) > maxSample }); i >= 0 {
		return ""
	}
	return fmt.Sprintf("Example: %s%s %s\n", said, tool.Name, tool.Sample)
}

// maxSample is how long the arguments of an example are, in bytes.
const maxSample = 400
