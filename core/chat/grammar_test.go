package chat_test

import (
	"errors"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"aidesk/core/chat"
)

var grammar = chat.Grammar{
	{Name: "plugins", Summary: "p", Verbs: []chat.Verb{
		{Name: "", Example: "/plugins"},
		{Name: "list", Example: "/plugins list"},
		{Name: "enable", Example: "/plugins enable NAME", Options: []chat.Option{{Name: "plugin", Kind: chat.Name, Required: true}}},
		{Name: "scope", Example: "/plugins scope NAME on", Options: []chat.Option{
			{Name: "plugin", Kind: chat.Word, Required: true},
			{Name: "to", Kind: chat.Choice, Choices: []string{"on", "off"}, Required: true},
			{Name: "why", Kind: chat.Rest},
		}},
	}},
	{Name: "desk", Summary: "d", Verbs: []chat.Verb{
		{Name: "", Example: "/desk"},
		{Name: "ask", Example: "/desk ask what?", Options: []chat.Option{{Name: "question", Kind: chat.Rest, Required: true}}},
		{Name: "stop", Example: "/desk stop"},
		{Name: "help", Example: "/desk help", Plea: true},
		{Name: "back", Example: "/desk back 2", Options: []chat.Option{{Name: "steps", Kind: chat.Choice, Choices: []string{"1", "2"}}}},
	}},
	{Name: "admin", Who: chat.Admins, Verbs: []chat.Verb{{Name: "freeze", Example: "/admin freeze"}}},
}

// TestParse reads command lines as people type them, and says what to type instead.
func TestParse(t *testing.T) {
	tests := []struct {
		line  string
		want  chat.Command
		fault string // all words that the fault must have
	}{
		{"/plugins", chat.Command{Name: "plugins"}, ""},
		{"plugins", chat.Command{Name: "plugins"}, ""},
		{"  /PLUGINS   List  ", chat.Command{Name: "plugins", Verb: "list"}, ""},
		{"/plugins enable  a b\tc ", chat.Command{Name: "plugins", Verb: "enable", Options: map[string]string{"plugin": "a b\tc"}}, ""},
		{"/plugins scope shop on", chat.Command{Name: "plugins", Verb: "scope", Options: map[string]string{"plugin": "shop", "to": "on"}}, ""},
		{"/plugins scope shop off because of that", chat.Command{Name: "plugins", Verb: "scope", Options: map[string]string{"plugin": "shop", "to": "off", "why": "because of that"}}, ""},
		{"/desk ask what\nis this?", chat.Command{Name: "desk", Verb: "ask", Options: map[string]string{"question": "what\nis this?"}}, ""},
		{"/admin freeze", chat.Command{Name: "admin", Verb: "freeze"}, ""},
		{"/desk ask “what” is `this`?", chat.Command{Name: "desk", Verb: "ask", Options: map[string]string{"question": "“what” is `this`?"}}, ""},

		{"/nothing", chat.Command{}, "/nothing /plugins /desk"},
		{"", chat.Command{}, "/plugins"},
		{"/plugins dance", chat.Command{}, "dance list enable"},
		{"/plugins enable", chat.Command{}, "plugin /plugins enable NAME"},
		{"/plugins enable   ", chat.Command{}, "Which plugin?"},
		{"/plugins list all", chat.Command{}, "all /plugins list"},
		{"/plugins scope shop", chat.Command{}, "Which to?"},
		{"/plugins scope shop maybe", chat.Command{}, "on, off"},
		{"/admin", chat.Command{}, "freeze"},
	}
	for _, test := range tests {
		t.Run(test.line, func(t *testing.T) {
			got, err := grammar.Parse(test.line)
			if diff := cmp.Diff(test.want, got); diff != "" {
				t.Errorf("read (-want +got):\n%s", diff)
			}
			if test.fault == "" {
				if err != nil {
					t.Fatal(err)
				}
				return
			}
			if _, ok := errors.AsType[*chat.SyntaxError](err); !ok {
				t.Fatalf("fault %v", err)
			}
			for word := range strings.FieldsSeq(test.fault) {
				if !strings.Contains(err.Error(), word) {
					t.Errorf("%q lacks %q", err, word)
				}
			}
		})
	}
}

// TestPhones: what keyboards, clipboards and messengers put around words is none of them.
func TestPhones(t *testing.T) {
	enable := chat.Command{Name: "plugins", Verb: "enable", Options: map[string]string{"plugin": "todo list"}}
	scope := chat.Command{Name: "plugins", Verb: "scope", Options: map[string]string{"plugin": "todo", "to": "on"}}
	for line, want := range map[string]chat.Command{
		"/plugins enable\u00a0todo list":            enable, // of copied text
		"/plugins\u3000enable\u3000todo list":       enable, // of Japanese keyboards
		"/plugins\u2009enable\u202ftodo list\u2003": enable,
		"/plugins\u2028enable\u0085todo list":       enable,
		"/plugins enable \u200btodo list\ufeff":     enable,
		"\u2060/plugins enable\u200e todo list":     enable,
		"/plugins\r\nenable todo list\r\n":          enable,
		"/plugins enable “todo list”":               enable,
		"/plugins enable „todo list“":               enable,
		"/plugins enable ”todo list”":               enable,
		"/plugins enable ‘todo list’":               enable,
		"/plugins enable ’todo list’":               enable,
		"/plugins enable \"todo list\"":             enable,
		"/plugins enable 'todo list'":               enable,
		"/plugins enable «todo list»":               enable,
		"/plugins enable «\u00a0todo list\u00a0»":   enable,
		"/plugins enable ‹todo list›":               enable,
		"/plugins enable 「todo list」":               enable,
		"/plugins enable `todo list`":               enable,
		"/plugins enable ``todo list``":             enable,
		"/plugins enable <todo list>":               enable,
		"/plugins enable \"`todo list`\"":           enable,
		"/plugins scope todo On":                    scope,
		"/plugins scope todo ON":                    scope,
		"/plugins scope “todo” “on”":                scope,
		"/plugins scope `todo` `on`":                scope,
		"/plugins scope <todo> <on>":                scope,
		"/plugins Scope\u00a0todo\u00a0on":          scope,
		"/PLUGINS\tscope\ttodo\ton":                 scope,
		"/plugins scope todo\u200b on\u200b":        scope,
	} {
		got, err := grammar.Parse(line)
		if diff := cmp.Diff(want, got); diff != "" || err != nil {
			t.Errorf("%+q: %v\n%s", line, err, diff)
		}
	}
	for line, says := range map[string]string{
		"/plugins en\u200bable todo": "en‹U+200B›able", // refused, but shown as it is
		"/plu\u202egins":             "plu‹U+202E›gins",
		"/plugins scope todo maybe":  "on, off",
	} {
		if _, err := grammar.Parse(line); err == nil || !strings.Contains(err.Error(), says) {
			t.Errorf("%+q: %v; want %s", line, err, says)
		}
	}
}

// TestAddressed: the mark after a mention belongs to it, and nothing else does.
func TestAddressed(t *testing.T) {
	for text, want := range map[string]string{
		": stop": "stop", ", help": "help", "- help": "help", "– help": "help", "—": "", ":": "", "，停止": "停止", "：stop": "stop",
		" : stop": "stop", "! stop": "stop", ":\u00a0stop": "stop", "; stop": "stop", "\u200b, help": "help",
		"stop": "stop", ":coffee: please": ":coffee: please", "-5 + 3": "-5 + 3", ", , a": ", a", "": "", ".gitignore": ".gitignore",
	} {
		if got := chat.Addressed(text); got != want {
			t.Errorf("%q becomes %q; want %q", text, got, want)
		}
	}
}

// TestMentioned: where slash commands do not exist a whole line may be one; a sentence
// that happens to begin like one is not.
func TestMentioned(t *testing.T) {
	for text, want := range map[string]string{
		"stop":                      "desk stop",
		"Stop!":                     "desk stop",
		"stop！":                     "desk stop",
		"stop…":                     "desk stop",
		"stop?":                     "",
		"help?":                     "desk help",
		"help?!":                    "desk help",
		"help ？":                    "desk help",
		"plugins?":                  "",
		"\u200b":                    "",
		"!":                         "",
		"?":                         "",
		"/desk stop":                "desk stop",
		"plugins":                   "plugins ",
		"plugins list.":             "plugins list",
		"plugins enable shop":       "plugins enable",
		"back":                      "desk back",
		"back 2":                    "desk back",
		"back 3":                    "",
		"back 2 him":                "",
		"back?":                     "",
		"stop the music":            "",
		"ask him":                   "",
		"plugins are nice":          "",
		"what is on my list?":       "",
		"plugins list them all":     "",
		"desk ask something for me": "",
	} {
		c, ok := grammar.Mentioned(text, "desk")
		got := ""
		if ok {
			got = c.Name + " " + c.Verb
		}
		if got != want {
			t.Errorf("%q is %q; want %q", text, got, want)
		}
	}
}

// TestFind finds what stands in the table, by its exact words.
func TestFind(t *testing.T) {
	if s, v, ok := grammar.Find("admin", "freeze"); !ok || s.Who != chat.Admins || v.Name != "freeze" {
		t.Errorf("found %+v, %+v, %v", s, v, ok)
	}
	for _, missing := range [][2]string{{"admin", ""}, {"Admin", "freeze"}, {"nothing", ""}, {"plugins", "dance"}} {
		if _, _, ok := grammar.Find(missing[0], missing[1]); ok {
			t.Errorf("found %q", missing)
		}
	}
}

// FuzzParse: whatever is typed is read or refused in one line; what is read stands in
// the table.
func FuzzParse(f *testing.F) {
	f.Add("/plugins enable shop")
	f.Add("/plugins scope a on \u2028 b")
	f.Fuzz(func(t *testing.T, line string) {
		c, err := grammar.Parse(line)
		if err != nil {
			if _, ok := errors.AsType[*chat.SyntaxError](err); !ok {
				t.Errorf("%q: %v", line, err)
			}
			return
		}
		_, verb, ok := grammar.Find(c.Name, c.Verb)
		if !ok {
			t.Fatalf("%q was read as %+v", line, c)
		}
		for _, o := range verb.Options {
			if o.Required && c.Options[o.Name] == "" {
				t.Errorf("%q lacks %s", line, o.Name)
			}
		}
	})
}
