package modeltest

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"regexp"
	"strings"
)

// toolName is what the specification allows.
var toolName = regexp.MustCompile(`^[A-Za-z0-9_-]{1,64}$`)

// check judges a request as strictly as the strictest server does, and reads it.
func check(r *http.Request, body []byte, q *Query) error {
	switch {
	case r.Method != http.MethodPost:
		return errors.New("method " + r.Method)
	case r.URL.Path != "/v1/chat/completions":
		return errors.New("path " + r.URL.Path)
	case !strings.HasPrefix(r.Header.Get("Content-Type"), "application/json"):
		return errors.New("content type " + r.Header.Get("Content-Type"))
	}
	if err := json.Unmarshal(body, q); err != nil {
		return fmt.Errorf("reading the body: %w", err)
	}
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
