package audit

import (
	"bytes"
	"fmt"
	"net/url"
	"strings"

	"aidesk/store"
)

// Stored is a line as the store gives it.
type Stored struct {
	Line
	Scope string
	Seq   uint64
}

// ReadStored decodes a line of the store, with the names that are kept beside it. A line
// that is damaged is an error.
func ReadStored(a store.Audit) (Stored, error) {
	s := Stored{Scope: a.Scope, Seq: a.Seq}
	if a.Damaged {
		return s, fmt.Errorf("line %d of the audit of %s is damaged", a.Seq, a.Scope)
	}
	var err error
	if bytes.HasPrefix(a.Body, []byte(versioned)) {
		s.Line, err = Read(a.Body)
	} else {
		s.Line, err = readOlder(a.Body, a.Time, PlaceOf(a.Scope))
	}
	if err != nil {
		return s, fmt.Errorf("line %d of the audit of %s: %w", a.Seq, a.Scope, err)
	}
	s.Names = namesOf(a)
	return s, nil
}

// versioned begins every line that Encode made; older ones had no version.
const versioned = `{"v":`

// namesOf are the names that are kept beside a line, by the ids of the people.
func namesOf(a store.Audit) map[string]string {
	var names map[string]string
	for owner, name := range a.Names {
		id, err := url.PathUnescape(strings.TrimPrefix(owner, a.Scope+"/"))
		if err != nil {
			continue // it is no member's of this workspace
		}
		if names == nil {
			names = map[string]string{}
		}
		names[id] = name
	}
	return names
}

// PlaceOf is the workspace of a scope.
func PlaceOf(scope string) Place {
	var parts [3]string
	for i, part := range strings.SplitN(scope, "/", 3) {
		if text, err := url.PathUnescape(part); err == nil {
			parts[i] = text
		}
	}
	return Place{Platform: parts[1], Workspace: parts[2]}
}
