package modeltest

import (
	"encoding/json"
	"strings"
	"testing"

	"aidesk/core/model"
)

// TestWellFormed shows what a request must not be.
func TestWellFormed(t *testing.T) {
	two := model.Message{Role: model.Assistant, Parts: []model.Part{call("a", "x").Parts[0], call("b", "y").Parts[0]}}
	both := model.Message{Role: model.ToolRole, Parts: []model.Part{result("a", model.OK, "1").Parts[0], result("b", model.OK, "2").Parts[0]}}
	swapped := model.Message{Role: model.ToolRole, Parts: []model.Part{both.Parts[1], both.Parts[0]}}
	told := result("a", model.OK, "1")
	told.Role = model.Outcome
	tool := model.Tool{Name: "b", Schema: json.RawMessage(`{}`)}
	for _, test := range []struct {
		name string
		r    model.Request
		want string
	}{
		{"good", *request(user("hi"), call("a", "x"), result("a", model.OK, "1"), user("hi")), ""},
		{"two calls", *request(user("hi"), two, both), ""},
		{"an outcome later", *request(user("hi"), call("a", "x"), result("a", model.Waiting, ""), told), ""},
		{"nothing", *request(), "no messages"},
		{"an orphan", *request(user("hi"), result("a", model.OK, "1")), "results of [a]"},
		{"unanswered", *request(user("hi"), call("a", "x")), "no result"},
		{"answered late", *request(user("hi"), call("a", "x"), user("hi"), result("a", model.OK, "1")), "for the calls [a]"},
		{"answered in another order", *request(user("hi"), two, swapped), "results of [b a]"},
		{"id twice", *request(user("hi"), call("a", "x"), result("a", model.OK, "1"), call("a", "x"), result("a", model.OK, "1")), `id "a"`},
		{"id that no wire takes", *request(user("hi"), call("a b", "x"), result("a b", model.OK, "1")), `id "a b"`},
		{"a result without status", *request(user("hi"), call("a", "x"), result("a", "", "1")), "without status"},
		{"a user that calls", *request(model.Message{Role: model.User, Parts: call("a", "x").Parts}), "user calls"},
		{"a user with a result", *request(model.Message{Role: model.User, Parts: both.Parts}), "a result from user"},
		{"tools in disorder", model.Request{Tools: []model.Tool{tool, {Name: "a", Schema: tool.Schema}}}, "a after b"},
		{"a tool twice", model.Request{Tools: []model.Tool{tool, tool}}, "b after b"},
		{"a tool's name", model.Request{Tools: []model.Tool{{Name: "a.b", Schema: tool.Schema}}}, `name "a.b"`},
		{"a tool without schema", model.Request{Tools: []model.Tool{{Name: "a"}}}, "no schema"},
	} {
		err := WellFormed(test.r)
		if (err == nil) != (test.want == "") || err != nil && !strings.Contains(err.Error(), test.want) {
			t.Errorf("%s: got %v, want %q", test.name, err, test.want)
		}
	}
}
