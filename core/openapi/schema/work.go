package schema

import "regexp"

// work is what checking one set of arguments may still cost, and what is kept meanwhile
// so that nothing is worked out twice. Its zero value is ready.
type work struct {
	steps    int // of at most a microsecond or so, bounded by maxSteps
	lists    int // that were made of single values, within one another
	tried    map[attempt]int
	applied  map[attempt]bool
	patterns map[string]*regexp.Regexp
}

// begun returns w, or a new one in place of nil.
func (w *work) begun() *work {
	if w == nil {
		return &work{}
	}
	return w
}

// spend takes steps from the budget and reports whether there were as many.
func (f *Faults) spend(steps int) bool {
	f.work = f.work.begun()
	f.work.steps += steps
	return f.work.steps <= maxSteps
}

// Steps is what checking the arguments has cost.
func (f *Faults) Steps() int { return f.work.begun().steps }

// spent reports whether the budget is used up.
func (w *work) spent() bool { return w != nil && w.steps > maxSteps }

// matches reports whether a text matches the pattern, which is compiled once per set
// of arguments.
func (f *Faults) matches(b *bounds, v string) bool {
	if !b.patternChecked {
		return true
	}
	f.work = f.work.begun()
	re, known := f.work.patterns[b.pattern]
	if !known {
		if !f.spend(patternSteps) {
			return true
		}
		re, _ = regexp.Compile(b.pattern) // nil if it grows too large; then anything matches
		if f.work.patterns == nil {
			f.work.patterns = map[string]*regexp.Regexp{}
		}
		f.work.patterns[b.pattern] = re
	}
	return re == nil || !f.spend(len(v)*len(b.pattern)/100) || re.MatchString(v)
}
