package payload

import (
	"slices"
	"testing"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"
)

func TestCommonMark(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]string{
		"<@U1> hello":                                   "hello",
		"hello <@U1>, how are you":                      "hello , how are you",
		"<@U2> and <@U3|bob>":                           "@U2 and @bob",
		"in <#C1|general> or <#C2>":                     "in #general or #C2",
		"<!here> <!subteam^S1|@team> <!date^1^{d}|May>": "@here @team May",
		"a &lt;b&gt; &amp;amp; c":                       "a <b> &amp; c",
		"<https://a.example/x?y=1&amp;z=2>":             "https://a.example/x?y=1&z=2",
		"<http://a.example|a.example>":                  "a.example",
		"<mailto:a@b.example|a@b.example>":              "a@b.example",
		"see <https://a.example/(x)|the [page]>":        `see [the \[page\]](https://a.example/%28x%29)`,
		"*bold* _italic_ ~gone~ `co*d*e`":               "**bold** *italic* ~~gone~~ `co*d*e`",
		"*bold _both_*":                                 "**bold *both***",
		"2 * 3 * 4, snake_case_name, a~b~c":             "2 * 3 * 4, snake_case_name, a~b~c",
		"*<https://a.example/b*c|x>*":                   "**[x](https://a.example/b*c)**",
		"```a &lt; b```":                                "```\na < b\n```",
		"before ```\nx\n``` after":                      "before \n```\nx\n```\n after",
		"&gt; quoted\nnot":                              "> quoted\nnot",
		"*not\nbold*":                                   "*not\nbold*",
		"__init__.py, ~~a, **b**":                       "__init__.py, ~~a, **b**",
		"<not closed":                                   "<not closed",
		"```not closed":                                 "```not closed",
		"":                                              "",
	} {
		if got := (Message{Text: in}).Read("U1").Text; got != want {
			t.Errorf("%q became\n%q; want\n%q", in, got, want)
		}
	}
	got := Message{Text: "<@U1> <@U2> <@U3|c> <@U2> <#C1|> <#C2|x> <!subteam^S1> <!here>"}.Read("U1")
	if diff := cmp.Diff(Text{"@U2 @c @U2 #C1 #x @S1 @here", []string{"@U2", "#C1", "@S1"}, true, true}, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	if got := (Message{Text: "hi <@U1>"}).Read("U1"); !got.Named || got.Leads {
		t.Errorf("got %+v", got)
	}
}

func TestTyped(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]string{
		"add <http://a.example|a.example>":         "add a.example",
		"add <https://a.example/x>":                "add https://a.example/x",
		"ask *what* is 1 &lt; 2, <@U1|ada>?":       "ask *what* is 1 < 2, @ada?",
		"run my_plugin.list_items":                 "run my_plugin.list_items",
		" info  <mailto:a@b.example|a@b.example> ": "info  a@b.example",
	} {
		if got, _ := Typed(in); got != want {
			t.Errorf("%q became %q; want %q", in, got, want)
		}
	}
}

func FuzzCommonMark(f *testing.F) {
	f.Add("<@U1> *b* _i_ ~s~ `c` ```d``` <https://x.example|y> &lt;")
	f.Fuzz(func(t *testing.T, s string) {
		got := Message{Text: s}.Read("U1")
		if utf8.ValidString(s) && !utf8.ValidString(got.Text) {
			t.Errorf("%q became %q", s, got.Text)
		}
		if slices.Contains(got.Marks, "@U1") {
			t.Errorf("aidesk is named by %q", s)
		}
	})
}
