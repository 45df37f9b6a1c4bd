package schema

import (
	"fmt"
	"regexp"
	"strconv"
	"strings"

	"aidesk/core/openapi/plaintext"
)

// ArgumentError says which argument is wrong, in words for the model or the
// member: "body.nights: must be at least 1".
type ArgumentError struct {
	Field   string // path of the argument, dots between names, [n] for entries; empty: the whole
	Message string
	More    []*ArgumentError // further faults found in the same arguments
}

// Error gives all faults in one line, semicolons between them.
func (e *ArgumentError) Error() string {
	var b strings.Builder
	for i, f := range append([]*ArgumentError{e}, e.More...) {
		if i > 0 {
			b.WriteString("; ")
		}
		if f.Field != "" {
			b.WriteString(f.Field + ": ")
		}
		b.WriteString(f.Message)
	}
	return b.String()
}

// Faults collects what is wrong with one set of arguments.
type Faults struct {
	all      []*ArgumentError
	steps    int // schemas applied, against documents that make it explode
	patterns map[string]*regexp.Regexp
}

func (f *Faults) Addf(at Path, format string, args ...any) {
	if len(f.all) < maxFaults {
		f.all = append(f.all, &ArgumentError{Field: at.String(), Message: fmt.Sprintf(format, args...)})
	}
}

// Err returns the first fault with the others in More, or nil.
func (f *Faults) Err() error {
	if len(f.all) == 0 {
		return nil
	}
	first := *f.all[0]
	first.More = f.all[1:]
	return &first
}

// Path is where in the arguments a value stands. It is written only where
// there is a fault.
type Path struct {
	up   *Path
	name string
	nth  int // of a list, when name is ""
}

func (p Path) Key(name string) Path { return Path{&p, name, 0} }
func (p Path) entry(i int) Path     { return Path{&p, "", i} }

func (p Path) String() string {
	if p.up == nil {
		return ""
	}
	head := p.up.String()
	switch {
	case p.name == "":
		return head + "[" + strconv.Itoa(p.nth) + "]"
	case head == "":
		return plaintext.Clip(plaintext.OneLine(p.name), 80)
	}
	return head + "." + plaintext.Clip(plaintext.OneLine(p.name), 80)
}
