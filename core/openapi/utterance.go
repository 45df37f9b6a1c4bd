package openapi

import (
	"regexp"
	"slices"
	"strings"

	"aidesk/core/openapi/plaintext"
	"aidesk/core/openapi/request"
	"aidesk/core/openapi/schema"
)

var slotPattern = regexp.MustCompile(`\{([^{}]*)\}`)

// AddExamples adds utterances such as "add {title} to my list", in which a slot names a
// parameter or a property of the body. Utterances with an unknown slot, of more than 200
// characters or beyond the eighth are left out, each with a note. It must not be called
// while other goroutines use the operation.
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
		if !o.hasSlots(u, &out) {
			continue
		}
		o.Examples = append(o.Examples, u)
	}
	return out.all
}

// hasSlots reports whether all slots of an utterance stand for arguments, and notes what is
// wrong with them.
func (o *Operation) hasSlots(utterance string, to *notes) bool {
	shown := plaintext.Clip(utterance, 80)
	for _, m := range slotPattern.FindAllStringSubmatch(utterance, -1) {
		slot := plaintext.Clip(m[1], 40)
		keys, known := o.Slot(m[1])
		parent := plaintext.Clip(o.around(m[1]), 40)
		switch {
		case known && o.isStructure(keys):
			to.addf(levelInfo, "example-slot", "", "the slot {%s} of the example %q is an object or a list: only a language model can use it, for words fill plain values", slot, shown)
		case known:
		case parent != "":
			to.addf(levelInfo, "example-slot", "", "the example %q has the slot {%s}, a field within %s, and was left out: a slot is a parameter or a field of the body itself. "+
				"Write it without the slot: members then fill %s into a form, and a language model reads it from their words", shown, slot, parent, parent)
			return false
		default:
			to.addf(levelInfo, "example-slot", "", "the example %q has the slot {%s}, which is no argument; it was left out", shown, slot)
			return false
		}
	}
	return true
}

// around returns the argument in which a slot names a field, "" if there is none: of
// {loan.amount}, and of {amount} if no argument is called so, that is loan.
func (o *Operation) around(slot string) string {
	path := strings.Split(strings.TrimPrefix(strings.TrimSpace(slot), request.BodyKey+"."), ".")
	holds := func(s *schema.Schema) bool {
		if len(path) > 1 {
			return s.Declares(path[1])
		}
		return s.Declares(path[0])
	}
	for _, a := range o.builder.Args {
		names := []string{a.Key}
		if a.Body != nil {
			names = a.Body.Schema.Names()
		}
		for _, name := range names {
			s := a.Schema()
			if a.Body != nil {
				s = s.Field(name)
			}
			if s != nil && (len(path) == 1 || name == path[0]) && holds(s) {
				return name
			}
		}
	}
	return ""
}

// isStructure reports whether the argument that a slot stands for is an object or a list.
func (o *Operation) isStructure(keys []string) bool {
	a, _ := o.builder.Arg(keys[0])
	s := a.Schema()
	if len(keys) > 1 {
		s = s.Field(keys[1])
	}
	return s != nil && (s.Shape() == schema.TypeObject || s.Shape() == schema.TypeArray)
}

// Slot returns the path of a slot's value in the arguments: ["title"] for a parameter,
// ["body", "title"] for a property of the body.
func (o *Operation) Slot(name string) (keys []string, known bool) {
	name = strings.TrimPrefix(strings.TrimSpace(name), request.BodyKey+".")
	if a, ok := o.builder.Arg(name); ok {
		return []string{a.Key}, true
	}
	if o.builder.Body == nil {
		return nil, false
	}
	if o.builder.Body.Schema.Declares(name) {
		return []string{request.BodyKey, name}, true
	}
	return nil, false
}
