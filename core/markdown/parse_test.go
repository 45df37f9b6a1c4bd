package markdown_test

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"aidesk/core/goldentest"
	"aidesk/core/markdown"
)

// TestGolden compares whole documents with testdata, which also pins the data's
// form: stored documents must stay readable.
func TestGolden(t *testing.T) {
	t.Parallel()
	files, err := filepath.Glob("testdata/*.md")
	if err != nil || len(files) < 12 {
		t.Fatalf("%d cases in testdata (%v)", len(files), err)
	}
	for _, file := range files {
		t.Run(filepath.Base(file), func(t *testing.T) {
			t.Parallel()
			source, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			d := markdown.Parse(string(source), good)
			check(t, d)
			got := indented(t, d)
			goldentest.File(t, strings.TrimSuffix(filepath.Base(file), ".md")+".json", got)
			var back markdown.Document
			if err := json.Unmarshal(got, &back); err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(d, back); diff != "" {
				t.Errorf("the document does not come back from JSON:\n%s", diff)
			}
		})
	}
}

func indented(t *testing.T, d markdown.Document) []byte {
	t.Helper()
	var b strings.Builder
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	e.SetIndent("", " ")
	if err := e.Encode(d); err != nil {
		t.Fatal(err)
	}
	return []byte(b.String())
}

func TestVersion(t *testing.T) {
	t.Parallel()
	var d markdown.Document
	if err := json.Unmarshal([]byte(`{"v":2,"blocks":[{"k":"hologram"}]}`), &d); err == nil {
		t.Error("a document of a newer version was read")
	}
	if err := json.Unmarshal([]byte(`{"v":"x"}`), &d); err == nil {
		t.Error("broken JSON was read")
	}
	if d := markdown.Parse("a", nil); d.V != markdown.Version {
		t.Errorf("version %d", d.V)
	}
}

// TestInline is what CommonMark and GFM leave to taste, and where we differ.
func TestInline(t *testing.T) {
	t.Parallel()
	tests := []struct{ name, source, want string }{
		{"Japanese, brackets", "**「重要」**です", "**「重要」**です"},
		{"Japanese, punctuation", "**重要：**これは**テスト**です。", "**重要：**これは**テスト**です。"},
		{"Japanese, behind a word", "これは**「テスト」**です", "これは**「テスト」**です"},
		{"Japanese, emphasis", "これは*「テスト」*です", "これは*「テスト」*です"},
		{"Chinese", "请**注意：**这里", "请**注意：**这里"},
		{"Chinese, ASCII brackets", "使用**(可选)**参数", "使用**(可选)**参数"},
		{"Korean", "**굵게(bold)**는 **\"인용\"**입니다", "**굵게(bold)**는 **\"인용\"**입니다"},
		{"strike", "~~「削除」~~です", "~~「削除」~~です"},
		{"punctuation inside", "**Note:**text and **more.**Text", "**Note:**text and **more.**Text"},
		{"punctuation before", "**a** x.**b** c", "**a** x.**b** c"},
		{"brackets inside", "**foo (bar)**baz", "**foo (bar)**baz"},
		{"all three", "***Note:***text", "***Note:***text"},
		{"stays CommonMark", "a**\"foo\"**b *(*foo) ** x ** 2*3*4", "a**\"foo\"**b *(*foo) ** x ** 2*3*4"},
		{"double tilde", "~~old~~ ~one~", "~~old~~ ~~one~~"},
		{"ranges", "10~20分、30~40分 ~5 and ~6", "10~20分、30~40分 ~5 and ~6"},
		{"escapes once", `\&lt; \\&amp; \*a\* &#42;b&#42; &amp;lt;`, "&lt; \\& *a* *b* &lt;"},
		{"entities", "&nbsp;|&#0;|&#x1F44D;|&#xD800;|&nosuch;|&#99999999;|&|&;|&#;|&#x;|&#-1;|&#+65;", "\u00a0|\ufffd|👍|\ufffd|&nosuch;|&#99999999;|&|&;|&#;|&#x;|&#-1;|&#+65;"},
		{"hidden entities", "a&#8238;b&zwj;c&#x200b;d&#27;e", "abcde"},
		{"code keeps all", "`&lt; \\* a`", "`&lt; \\* a`"},
		{"code of nothing", "a `\u200b` b", "a `` b"},
		{"br", "a<br>b<BR />c", "a⏎b⏎c"},
		{"placeholders stay", "ssh <user>@<host> List<String>", "ssh <user>@<host> List<String>"},
		{"deep emphasis", strings.Repeat("*a **b ", 12) + "c" + strings.Repeat("** *", 12), ""},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			d := markdown.Parse(test.source, nil)
			check(t, d)
			if got := show(d); test.want != "" && got != test.want {
				t.Errorf("%q\n got %q\nwant %q", test.source, got, test.want)
			}
		})
	}
}

// TestText also stands for the blocks of GFM, as plain text shows them all.
func TestText(t *testing.T) {
	t.Parallel()
	tests := []struct{ name, source, want string }{
		{"nothing", " \n\t\n", ""},
		{"task list", "- [ ] a\n- [x] b\n\n  c\n- [X]\n- [] d", "- ☐ a\n\n- ☑ b\n\n  c\n\n- ☑\n\n- [] d"},
		{"numbers from zero", "0. a\n0. b", "0. a\n1. b"},
		{"empty item", "- a\n-\n- b", "- a\n-\n- b"},
		{"table", "|a|b|\n|-|:-:|\n|`x`|**y**<br>z|\n|only|", "a | b\nx | y z\nonly |"},
		{"table without edges", "a|b\n-|-\n1|2|3", "a | b\n1 | 2"},
		{"pipes in code", "|a|\n|-|\n|`x\\|y`|", "a\nx|y"},
		{"no table", "|a|b|\n|-|\n", "|a|b|\n|-|"},
		{"too wide a table", strings.Repeat("|a", 51) + "|\n" + strings.Repeat("|-", 51) + "|", strings.Repeat("|a", 51) + "|\n" + strings.Repeat("|-", 51) + "|"},
		{"quote", "> a\n>> b\n\nc", "> a\n>\n> > b\n\nc"},
		{"code in a list", "1. a\n\n   ```sh\n   x\n     y\n   ```", "1. a\n\n   x\n     y"},
		{"indented code", "    a\n\n      b\n", "a\n\n  b"},
		{"heading", "# a #\n\nb\n---", "a\n\nb"},
		{"footnotes", "a[^x] b[^y] c[^x]\n\n[^y]: why\n[^x]: ex\n\n    more\n\n[^z]: zed\n\nend[^q]", "a[1] b[2] c[1]\n\nend[^q]\n\n[1] ex\n\nmore\n\n[2] why\n\n[^z] zed"},
		{"footnote of a list", "a[^1]\n\n[^1]:\n    - b", "a[1]\n\n[1]\n\n- b"},
		{"HTML", "<div>\n\n*a*\n\n</div>", "<div>\n\na\n\n</div>"},
		{"too deep", strings.Repeat("> ", 20) + "a", strings.Repeat("> ", 20) + "a"},
		{"link", "[a](https://ok.example/b) https://ok.example/c", "a (https://ok.example/b) https://ok.example/c"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			d := markdown.Parse(test.source, good)
			check(t, d)
			if diff := cmp.Diff(test.want, d.Text()); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
			if d.Empty() != (test.want == "") {
				t.Errorf("Empty is %t", d.Empty())
			}
		})
	}
}

func FuzzParse(f *testing.F) {
	files, err := filepath.Glob("testdata/*.md")
	if err != nil {
		f.Fatal(err)
	}
	for _, file := range files {
		source, err := os.ReadFile(file)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(string(source))
	}
	f.Add("https:/**/a.b** <https://a.b?c> [https://d](//e) w**ww.f** &colon;// <br>|\n-|\n[^a]:[^a]")
	f.Fuzz(func(t *testing.T, source string) {
		d := markdown.Parse(source, func(url string) bool { return len(url)%2 == 0 })
		check(t, d)
		if u := clickable.FindString(strings.Join(textOnly(markdown.Parse(source, nil)), "\n")); u != "" {
			t.Errorf("%q is left of %q", u, source)
		}
		data, err := json.Marshal(d)
		if err != nil {
			t.Fatal(err)
		}
		var back markdown.Document
		if err := json.Unmarshal(data, &back); err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(d, back); diff != "" {
			t.Errorf("the document does not come back from JSON:\n%s", diff)
		}
		limit := letters(100)
		if got, want := stream(d.Split(limit)...), stream(d); d.Links() == nil && len(d.Blocks) < 3 && got != want && !hasTable(d) {
			t.Errorf("split text differs:\n got %q\nwant %q", got, want)
		}
	})
}

// textOnly is the text of each block without its code.
func textOnly(d markdown.Document) []string {
	var out []string
	walkBlocks(d.Blocks, func(b markdown.Block) {
		var text strings.Builder
		walkInlines(b.Inlines, func(in markdown.Inline) {
			switch in.Kind {
			case markdown.InlineText:
				text.WriteString(in.Text)
			case markdown.InlineCode, markdown.InlineBreak:
				text.WriteString("\n")
			}
		})
		out = append(out, text.String())
	})
	return out
}

func hasTable(d markdown.Document) bool {
	found := false
	walkBlocks(d.Blocks, func(b markdown.Block) { found = found || b.Kind == markdown.KindTable })
	return found
}
