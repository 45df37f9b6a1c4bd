package modeltest

import (
	"encoding/json"
	"errors"
	"fmt"
	"regexp"
)

// toolName is what every specification allows; callID is what the strictest does.
var (
	toolName = regexp.MustCompile(`^[A-Za-z0-9_-]{1,64}$`)
	callID   = regexp.MustCompile(`^[A-Za-z0-9_-]{1,64}$`)
)

// check judges what all dialects have in common and the schemas leave open.
func (q *Query) check() error {
	if q.Model == "" {
		return errors.New("no model")
	}
	for i, t := range q.Tools {
		if !toolName.MatchString(t.Function.Name) || t.Type != "function" {
			return fmt.Errorf("tools[%d]: type %q, name %q", i, t.Type, t.Function.Name)
		}
		if !json.Valid(t.Function.Parameters) {
			return fmt.Errorf("tools[%d]: no schema", i)
		}
	}
	return q.paired()
}

// paired checks that every call is answered by the messages right behind it, and
// that nothing else is an answer.
func (q *Query) paired() error {
	if len(q.Messages) == 0 {
		return errors.New("no messages")
	}
	open := map[string]bool{}
	seen := map[string]bool{}
	for i, m := range q.Messages {
		if m.Role == "tool" {
			if !open[m.ToolCallID] {
				return fmt.Errorf("messages[%d]: result of %q, which no call waits for", i, m.ToolCallID)
			}
			delete(open, m.ToolCallID)
		} else if len(open) > 0 {
			return fmt.Errorf("messages[%d]: %d calls before it have no result", i, len(open))
		}
		if m.Content == "" && len(m.ToolCalls) == 0 {
			return fmt.Errorf("messages[%d]: %s says nothing", i, m.Role)
		}
		switch m.Role {
		case "system", "user", "tool", "assistant":
		default:
			return fmt.Errorf("messages[%d]: role %q", i, m.Role)
		}
		for _, call := range m.ToolCalls {
			switch {
			case m.Role != "assistant":
				return fmt.Errorf("messages[%d]: %s calls", i, m.Role)
			case call.ID == "" || seen[call.ID]:
				return fmt.Errorf("messages[%d]: call id %q", i, call.ID)
			case !toolName.MatchString(call.Function.Name):
				return fmt.Errorf("messages[%d]: call of %q", i, call.Function.Name)
			case !json.Valid([]byte(call.Function.Arguments)):
				return fmt.Errorf("messages[%d]: arguments %q", i, call.Function.Arguments)
			}
			open[call.ID], seen[call.ID] = true, true
		}
	}
	if len(open) > 0 {
		return fmt.Errorf("%d calls have no result", len(open))
	}
	return nil
}
