// Package rule is what Discord allows in the bodies of requests: messages with their embeds
// and components, modals and commands, with the documented limits.
package rule

import (
	"fmt"
	"strconv"
	"strings"
)

// faults are what is wrong with a form, by the path of the place: "embeds.0.title".
type Faults map[string][]object

// Addf notes a fault.
func (f Faults) Addf(path, code, format string, args ...any) {
	f[path] = append(f[path], object{"code": code, "message": fmt.Sprintf(format, args...)})
}

// Tree are the Faults as Discord sends them: by the place, in a tree.
func (f Faults) Tree() map[string]any {
	root := object{}
	for path, wrong := range f {
		at := root
		for part := range strings.SplitSeq(path, ".") {
			if part == "" {
				continue
			}
			next, _ := at[part].(object)
			if next == nil {
				next = object{}
				at[part] = next
			}
			at = next
		}
		at["_errors"] = wrong
	}
	return root
}

// At makes a path: At("components", 0, "label").
func At(parts ...any) string {
	var out []string
	for _, p := range parts {
		switch p := p.(type) {
		case int:
			out = append(out, strconv.Itoa(p))
		case string:
			if p != "" {
				out = append(out, p)
			}
		}
	}
	return strings.Join(out, ".")
}
