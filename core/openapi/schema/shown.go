package schema

import (
	"slices"

	"aidesk/core/openapi/plaintext"
)

// shown returns the name of a property as a model is told it: cleaned as texts are, so
// that a name cannot say what nobody sees, and not endless. Coerce takes it for the name.
func shown(name string) string {
	if isPlain(name) {
		return name
	}
	return plaintext.Line(name, maxShown)
}

// isPlain reports quickly of most names that they are shown as they are.
func isPlain(name string) bool {
	for i := range len(name) {
		if c := name[i]; c <= ' ' || c >= 0x7F {
			return false
		}
	}
	return len(name) <= maxShown
}

// isClean reports whether a text has nothing in it that is not shown.
func isClean(text string) bool { return plaintext.Clean(text) == text }

// rename gives values whose names are those that a model is shown the names that the
// document has for them.
func (f *Faults) rename(s *Schema, value map[string]any) {
	if !slices.ContainsFunc(s.props.Keys, func(name string) bool { return !isPlain(name) }) {
		return
	}
	for _, name := range s.props.Keys {
		if isPlain(name) || !f.spend(1) {
			continue
		}
		v, given := value[shown(name)]
		_, twice := value[name]
		if given && !twice && s.props.Find(shown(name)) < 0 {
			delete(value, shown(name))
			value[name] = v
		}
	}
}
