package eval

import (
	"encoding/json"
	"testing"
)

func TestJudge(t *testing.T) {
	t.Parallel()
	call := func(operation, arguments string) Call {
		return Call{Operation: operation, Arguments: json.RawMessage(arguments)}
	}
	write := Call{Operation: "todo.addItem", Arguments: json.RawMessage(`{"title":"Oat milk ","tags":["a"],"at":{"day":"2026-12-05","hour":9}}`), Asks: true}
	for _, test := range []struct {
		name  string
		entry Entry
		calls []Call
		want  Verdict
		why   string
	}{
		{"nothing wanted, nothing called", Entry{Want: None}, nil, Right, ""},
		{"nothing wanted, something called", Entry{Want: None}, []Call{write}, Wrong, "nothing should be called"},
		{"nothing called", Entry{Want: "todo.addItem"}, nil, Wrong, "todo.addItem was not called"},
		{"another called", Entry{Want: "todo.listItems"}, []Call{write}, Wrong, "todo.listItems was not called"},
		{"called", Entry{Want: "todo.addItem"}, []Call{write}, Right, ""},
		{"a read as well", Entry{Want: "todo.addItem"}, []Call{call("todo.listItems", `{}`), write}, Right, ""},
		{"a write as well", Entry{Want: "todo.listItems"}, []Call{call("todo.listItems", `{}`), write}, Wrong, "todo.addItem was called as well, and a member would be asked to approve it"},
		{"the same write twice", Entry{Want: "todo.addItem"}, []Call{write, write}, Wrong, "todo.addItem was called as well, and a member would be asked to approve it"},
		{"forbidden beside what is right", Entry{Want: "todo.listItems", Never: []string{"todo.addItem"}}, []Call{call("todo.listItems", `{}`), write}, Forbidden, "todo.addItem must never be called here"},
		{"a whole plugin forbidden", Entry{Want: None, Never: []string{"todo.*"}}, []Call{write}, Forbidden, "todo.addItem must never be called here"},
		{"another plugin forbidden", Entry{Want: "todo.addItem", Never: []string{"to.*", "todo.add"}}, []Call{write}, Right, ""},
		{"text without case", Entry{Want: "todo.addItem", With: map[string]any{"title": " oat MILK"}}, []Call{write}, Right, ""},
		{"other text", Entry{Want: "todo.addItem", With: map[string]any{"title": "milk"}}, []Call{write}, Wrong, `title is "Oat milk ": want "milk"`},
		{"the second of two", Entry{Want: "l", With: map[string]any{"n": json.Number("2")}}, []Call{call("l", `{"n":1}`), call("l", `{"n":2}`)}, Right, ""},
		{"a number as text", Entry{Want: "l", With: map[string]any{"n": json.Number("2")}}, []Call{call("l", `{"n":"2"}`)}, Right, ""},
		{"a number written otherwise", Entry{Want: "l", With: map[string]any{"n": json.Number("2")}}, []Call{call("l", `{"n":2.0}`)}, Right, ""},
		{"another number", Entry{Want: "l", With: map[string]any{"n": json.Number("2")}}, []Call{call("l", `{"n":20}`)}, Wrong, "n is 20: want 2"},
		{"a huge exponent", Entry{Want: "l", With: map[string]any{"n": json.Number("1")}}, []Call{call("l", `{"n":1e999999999}`)}, Wrong, "n is 1e999999999: want 1"},
		{"anything", Entry{Want: "todo.addItem", With: map[string]any{"title": "*", "at": "*"}}, []Call{write}, Right, ""},
		{"anything and nothing is given", Entry{Want: "todo.addItem", With: map[string]any{"due": "*"}}, []Call{write}, Wrong, `due is missing: want "*"`},
		{"absent", Entry{Want: "todo.addItem", With: map[string]any{"due": nil}}, []Call{write}, Right, ""},
		{"null is absent", Entry{Want: "l", With: map[string]any{"due": nil}}, []Call{call("l", `{"due":null}`)}, Right, ""},
		{"not absent", Entry{Want: "todo.addItem", With: map[string]any{"title": nil}}, []Call{write}, Wrong, `title is "Oat milk " and should be absent`},
		{"within an object", Entry{Want: "todo.addItem", With: map[string]any{"at": map[string]any{"hour": json.Number("9")}}}, []Call{write}, Right, ""},
		{"within an object not", Entry{Want: "todo.addItem", With: map[string]any{"at": map[string]any{"hour": json.Number("10")}}}, []Call{write}, Wrong, "at.hour is 9: want 10"},
		{"a list", Entry{Want: "todo.addItem", With: map[string]any{"tags": []any{"a"}}}, []Call{write}, Right, ""},
		{"a longer list", Entry{Want: "todo.addItem", With: map[string]any{"tags": []any{"a", "b"}}}, []Call{write}, Wrong, `tags is ["a"]: want ["a","b"]`},
		{"a field of the body", Entry{Want: "l", With: map[string]any{"title": "milk"}}, []Call{call("l", `{"body":{"title":"milk"}}`)}, Right, ""},
		{"a field of the body, written so", Entry{Want: "l", With: map[string]any{"body": map[string]any{"title": "milk"}}}, []Call{call("l", `{"title":"milk"}`)}, Right, ""},
		{"a field of the body of a taken name", Entry{Want: "l", With: map[string]any{"id": "1", "body": map[string]any{"id": "2"}}}, []Call{call("l", `{"id":"1","body":{"id":"3"}}`)}, Wrong, `body.id is "3": want "2"`},
		{"an object for a text", Entry{Want: "todo.addItem", With: map[string]any{"at": "map[day:2026-12-05 hour:9]"}}, []Call{write}, Wrong, `at is {"day":"2026-12-05","hour":9}: want "map[day:2026-12-05 hour:9]"`},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			if got, why := (Question{1, test.entry}).judge(test.calls); got != test.want || why != test.why {
				t.Errorf("got %s, %q; want %s, %q", got, why, test.want, test.why)
			}
		})
	}
}
