package schema

import (
	"maps"
	"slices"
	"strings"

	"aidesk/core/openapi/plaintext"
	"aidesk/core/openapi/tree"
)

// repair mends schemas that contradict themselves, so that no value would be accepted
// though the document shows one. It goes after Merge.
func (r *Reader) repair() {
	g := &Sampler{work: &work{}}
	seen := map[*Schema]bool{}
	queue := slices.Clone(r.all)
	for len(queue) > 0 && len(seen) <= maxSchemas {
		s := queue[len(queue)-1]
		queue = queue[:len(queue)-1]
		if s == nil || seen[s] {
			continue
		}
		seen[s] = true
		r.dropUnknownRequired(s)
		r.trustExample(s)
		r.fitDefault(g, s)
		for _, p := range s.props.Vals { // "allOf" may have made copies
			if !seen[p] {
				queue = append(queue, p)
			}
		}
	}
}

// dropUnknownRequired drops required names that a closed object does not know: nothing
// could be sent under them.
func (r *Reader) dropUnknownRequired(s *Schema) {
	if !s.closed || len(s.required) == 0 {
		return
	}
	unknown := func(name string) bool { return !s.Takes(name) }
	if i := slices.IndexFunc(s.required, unknown); i >= 0 {
		r.Infof("required-unknown", "", "an object requires %q, which it does not allow; it is not required", plaintext.Clip(s.required[i], 60))
		s.required = slices.DeleteFunc(slices.Clone(s.required), unknown)
	}
}

// trustExample drops a pattern or a format that the document's own values do not match: its
// author has seen the values work, and the pattern may be for another engine.
func (r *Reader) trustExample(s *Schema) {
	if s.bounds == nil && s.format != "date" && s.format != "date-time" {
		return
	}
	for _, v := range append([]any{s.example, s.defaultValue}, s.enum[:min(len(s.enum), 20)]...) {
		text, isText := v.(string)
		if isText {
			r.trust(s, text)
		}
	}
}

// TrustSample does for an example that stands beside a schema what is done for one in it:
// a pattern or format that a text of it does not match is left to the plugin to check.
func (r *Reader) TrustSample(s *Schema, v any, depth int) {
	if s == nil || depth > 8 {
		return
	}
	switch v := v.(type) {
	case string:
		r.trust(s, v)
	case []any:
		for i, item := range v {
			r.TrustSample(s.At(i), item, depth+1)
		}
	case map[string]any:
		for _, name := range slices.Sorted(maps.Keys(v)) {
			r.TrustSample(s.Property(name), v[name], depth+1)
		}
	}
}

func (r *Reader) trust(s *Schema, text string) {
	if text == "" || text == "string" { // the word that generators write
		return
	}
	f := &Faults{}
	if s.bounds != nil && s.bounds.patternChecked && !f.matches(s.bounds, text) {
		free := *s.bounds
		free.patternChecked = false
		s.bounds = &free
		r.Infof("pattern-unchecked", "", "the pattern %q does not match the document's own value %q; the plugin will check it", plaintext.Line(free.pattern, 60), plaintext.Line(text, 60))
	}
	if f.checkFormat(s, text, Path{}); len(f.all) > 0 {
		r.Infof("format-unchecked", "", "the document's own value %q is not of the format %q; the plugin will check it", plaintext.Line(text, 60), s.format)
		s.format = ""
	}
}

// fitDefault converts a default to the type of its schema, and drops one that does not fit:
// then the value has to be given.
func (r *Reader) fitDefault(g *Sampler, s *Schema) {
	if s.defaultValue == nil || g.work.spent() {
		return
	}
	v, ok := g.Accepts(s, s.defaultValue)
	if g.work.spent() {
		return
	}
	if !ok {
		r.Infof("default-dropped", "", "the default %s does not fit its schema; it was left out", plaintext.Line(tree.Compact(s.defaultValue), 60))
	}
	s.defaultValue = v
	if !ok {
		s.defaultValue = nil
	}
}

// Writable returns a schema whose fields may be sent even if all are called read-only,
// which means nothing in a parameter.
func (s *Schema) Writable() *Schema {
	if s == nil || len(s.props.Keys) == 0 || slices.ContainsFunc(s.props.Vals, func(p *Schema) bool { return !p.readOnly }) {
		return s
	}
	out := *s
	out.props = tree.Table[*Schema]{}
	for i, name := range s.props.Keys {
		p := *s.props.Vals[i]
		p.readOnly = false
		out.props.Put(name, &p)
	}
	return &out
}

// flags are the letters that languages write behind a regular expression in delimiters.
const flags = "dgimsuvxyADJUX"

// cutPattern takes the delimiters and flags off a regular expression that stands as the
// literal of a language, "/^a$/i" or "#^a$#u".
func cutPattern(p string) string {
	if len(p) < 3 {
		return p
	}
	end := strings.LastIndexByte(p, p[0])
	if end < 2 || strings.IndexByte("/#~@%!", p[0]) < 0 || strings.Trim(p[end+1:], flags) != "" {
		return p
	}
	inner, set := p[1:end], p[end+1:]
	anchored := strings.HasPrefix(inner, "^") || strings.HasSuffix(inner, "$") && !strings.HasSuffix(inner, `\$`)
	if !anchored && (p[0] != '/' || set != "" && !strings.ContainsAny(inner, `\[(`)) {
		return p // the delimiters may be meant literally
	}
	inner = strings.ReplaceAll(inner, `\`+p[:1], p[:1])
	known := strings.Map(func(c rune) rune {
		if strings.ContainsRune("ims", c) {
			return c
		}
		return -1
	}, set)
	if known != "" {
		return "(?" + known + ")" + inner
	}
	return inner
}
