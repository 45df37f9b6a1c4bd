package model

import "testing"

func TestCallID(t *testing.T) {
	said := []Message{{V: Version, Role: User, Parts: []Part{{Text: "hello"}}}}
	first := CallID(said, 0)
	if again := CallID(said, 0); again != first {
		t.Errorf("the same transcript gives %q and %q", first, again)
	}
	if CallID(said, 1) == first || CallID(nil, 0) == first {
		t.Errorf("%q was given twice", first)
	}
	said = append(said, Message{V: Version, Role: Assistant, Parts: []Part{{Call: &ToolCall{ID: first}}}})
	if CallID(said, 0) == first {
		t.Error("an id of the transcript was given again")
	}
}
