package config

import (
	"regexp"
	"strings"
)

var variable = regexp.MustCompile(`^[A-Za-z_][A-Za-z0-9_]*$`)

// expand replaces each ${NAME} of a value by the environment's, once: what it
// brings in is not expanded again. It reports false after a fault.
func (d *decoder) expand(key, text string) (string, bool) {
	var out strings.Builder
	var unset []string
	for {
		before, rest, found := strings.Cut(text, "${")
		if !found {
			out.WriteString(text)
			break
		}
		if plain, escaped := strings.CutSuffix(before, "$"); escaped {
			out.WriteString(plain + "${")
			text = rest
			continue
		}
		name, after, closed := strings.Cut(rest, "}")
		if !closed || !variable.MatchString(name) {
			d.faultf(key, "want ${NAME}, a name of letters, digits and underscores; a plain ${ is written $${")
			return "", false
		}
		value, set := d.env(name)
		if !set {
			unset = append(unset, name)
		}
		out.WriteString(before + value)
		text = after
	}
	if unset != nil {
		d.faultf(key, "not set in the environment: %s", strings.Join(unset, ", "))
		return "", false
	}
	return out.String(), true
}
