package modeltest

import (
	"encoding/json"
	"errors"
	"fmt"

	"aidesk/core/model"
)

// WellFormed checks what every wire relies on in a request: tools sorted by name and
// named as all providers take it; a transcript in which each call has an id of its
// own and is answered by the message right behind it, and nothing else is an answer.
func WellFormed(r model.Request) error {
	for i, t := range r.Tools {
		switch {
		case !toolName.MatchString(t.Name):
			return fmt.Errorf("tools[%d]: name %q", i, t.Name)
		case i > 0 && r.Tools[i-1].Name >= t.Name:
			return fmt.Errorf("tools[%d]: %s after %s", i, t.Name, r.Tools[i-1].Name)
		case !json.Valid(t.Schema):
			return fmt.Errorf("tools[%d]: no schema", i)
		}
	}
	return Paired(r.Messages)
}

// Paired checks the transcript alone.
func Paired(messages []model.Message) error {
	if len(messages) == 0 {
		return errors.New("no messages")
	}
	seen := map[string]bool{}
	var open []string // calls of the message before
	for i, m := range messages {
		var calls, results []string
		for _, p := range m.Parts {
			switch {
			case p.Call != nil && m.Role != model.Assistant:
				return fmt.Errorf("messages[%d]: %s calls", i, m.Role)
			case p.Call != nil:
				if !toolName.MatchString(p.Call.ID) || seen[p.Call.ID] {
					return fmt.Errorf("messages[%d]: call id %q", i, p.Call.ID)
				}
				if !json.Valid(p.Call.Args) {
					return fmt.Errorf("messages[%d]: arguments %q", i, p.Call.Args)
				}
				seen[p.Call.ID] = true
				calls = append(calls, p.Call.ID)
			case p.Result != nil && m.Role == model.ToolRole:
				results = append(results, p.Result.CallID)
				if p.Result.Status == "" {
					return fmt.Errorf("messages[%d]: a result without status", i)
				}
			case p.Result != nil && m.Role != model.Outcome:
				return fmt.Errorf("messages[%d]: a result from %s", i, m.Role)
			}
		}
		if fmt.Sprint(open) != fmt.Sprint(results) {
			return fmt.Errorf("messages[%d]: results of %v for the calls %v", i, results, open)
		}
		open = calls
	}
	if len(open) > 0 {
		return fmt.Errorf("%d calls have no result", len(open))
	}
	return nil
}
