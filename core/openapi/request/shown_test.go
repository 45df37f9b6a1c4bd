package request

import "testing"

// TestShownBy: values stand for a body only if they say all of it.
func TestShownBy(t *testing.T) {
	t.Parallel()
	good, count := Argument{"Good", "kettle"}, Argument{"Count", "2"}
	tests := []struct {
		name, media, body string
		values            []Argument
		want              bool
	}{
		{"no body", "", "", nil, true},
		{"all values", "application/json", `{"good":"kettle","count":2}`, []Argument{good, count}, true},
		{"and one in the path", "application/json; charset=utf-8", `{"good":"kettle"}`, []Argument{count, good}, true},
		{
			"nested, with every kind", "application/vnd.api+json", `{"a":{"b":[true,null,"",{}],"c":[]},"d":1.50}`,
			[]Argument{{"A", "yes"}, {"B", "none"}, {"C", "empty"}, {"D", "empty"}, {"E", "empty list"}, {"F", "1.50"}},
			true,
		},
		{"one more than is listed", "application/json", `{"good":"kettle","count":2,"to":"Bob"}`, []Argument{good, count}, false},
		{"one twice", "application/json", `{"good":"kettle","gift":"kettle"}`, []Argument{good, count}, false},
		{"a name twice", "application/json", `{"good":"pan","good":"kettle"}`, []Argument{good}, false},
		{"labels alike", "application/json", `{"from":"1","to":"2"}`, []Argument{{"Name", "1"}, {"Name", "2"}}, false},
		{"a word that stands for another value", "application/json", `{"good":"none"}`, []Argument{{"Good", "none"}}, false},
		{"hidden characters, written out", "application/json", "{\"good\":\"a\u202eb\"}", []Argument{{"Good", "a‹U+202E›b"}}, true},
		{"another number", "application/json", `{"count":2e3}`, []Argument{{"Count", "2000"}}, false},
		{"an empty value that is not listed", "application/json", `{"good":"kettle","more":{}}`, []Argument{good}, false},
		{"two texts", "application/json", `{"good":"kettle"} "x"`, []Argument{good, {"X", "x"}}, false},
		{"cut off", "application/json", `{"good":"kettle"`, []Argument{good}, false},
		{"not JSON", "application/json", `kettle`, []Argument{good}, false},
		{"blanks only", "application/json", ` `, nil, false},
		{"a form", "application/x-www-form-urlencoded", "good=kettle&count=2", []Argument{good, count}, true},
		{"a form with more", "application/x-www-form-urlencoded", "good=kettle&count=2&to=Bob", []Argument{good, count}, false},
		{"a form that is none", "application/x-www-form-urlencoded", "%zz", []Argument{good}, false},
		{"XML", "application/xml", "<good>kettle</good>", []Argument{good}, false},
		{"plain text", "text/plain", "kettle", []Argument{good}, false},
	}
	for _, test := range tests {
		if got := (Request{Body: []byte(test.body), Media: test.media}).ShownBy(test.values); got != test.want {
			t.Errorf("%s: %v", test.name, got)
		}
	}
}
