package openapi

import (
	"regexp"
	"slices"
	"strings"

	"aidesk/core/openapi/plaintext"
	"aidesk/core/openapi/request"
)

var slot = regexp.MustCompile(`\{([^{}]*)\}`)

// AddExamples adds utterances such as "add {title} to my list". A slot names a
// parameter or a property of the body. An utterance with a slot that the
// operation does not have is left out, and a note says so; so is what goes
// beyond 8 utterances or 200 characters. It must not be called while other
// goroutines use the operation.
func (o *Operation) AddExamples(utterances ...string) []Note {
	var out notes
	out.limit = maxNotes
	for _, raw := range utterances {
		u := plaintext.OneLine(raw)
		switch {
		case u == "" || slices.Contains(o.Examples, u):
			continue
		case len([]rune(u)) > maxUtterance:
			out.addf(levelInfo, "example-long", "", "the example %q has more than %d characters and was left out", plaintext.Clip(u, 60), maxUtterance)
			continue
		case len(o.Examples) == maxUtterances:
			out.addf(levelInfo, "example-many", "", "only the first %d examples are kept", maxUtterances)
			return out.all
		}
		if name, ok := o.slots(u); !ok {
			out.addf(levelInfo, "example-slot", "", "the example %q has the slot {%s}, which is no argument; it was left out", plaintext.Clip(u, 80), plaintext.Clip(name, 40))
			continue
		}
		o.Examples = append(o.Examples, u)
	}
	return out.all
}

// slots returns the first slot that is no argument.
func (o *Operation) slots(utterance string) (string, bool) {
	for _, m := range slot.FindAllStringSubmatch(utterance, -1) {
		if _, known := o.Slot(m[1]); !known {
			return m[1], false
		}
	}
	return "", true
}

// Slot returns where in the arguments the value of a slot goes: ["title"] of a
// parameter, ["body", "title"] of a property of the body.
func (o *Operation) Slot(name string) (keys []string, known bool) {
	name = strings.TrimPrefix(strings.TrimSpace(name), request.BodyKey+".")
	if a, ok := o.call.Arg(name); ok {
		return []string{a.Key}, true
	}
	if o.call.Body == nil {
		return nil, false
	}
	if o.call.Body.Schema.Declares(name) {
		return []string{request.BodyKey, name}, true
	}
	return nil, false
}
