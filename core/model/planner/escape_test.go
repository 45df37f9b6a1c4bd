package planner

import (
	"strings"
	"testing"

	"github.com/yuin/goldmark"
	"github.com/yuin/goldmark/ast"
	"github.com/yuin/goldmark/extension"
	"github.com/yuin/goldmark/text"
)

// hostile is text that would be something else if Markdown read it.
var hostile = []string{
	"", "plain", "*a* **b** _c_ __d__ ~~e~~ `f`", "a_b_c _x_", "[l](https://evil.example)", "![i](https://evil.example)",
	"<https://evil.example>", "<b>x</b>", "https://evil.example/a", "http://evil.example", "www.evil.example", "ftp://evil.example",
	"WWW.evil.example", "a@evil.example", "mailto:a@evil.example", "# h", "> q", "- i", "+ i", "* i", "1. i", "1) i", "12345. x", "1.",
	"---", "===", "***", "```\nx\n```", "~~~", "    code", "\tcode", "a\n===", "a\n---\nb", "| a | b |\n| - | - |", "&amp; &#42; &copy",
	`back\slash \* \\`, `end\`, "a  \nb", "[x]: https://evil.example", "[ ] task", "[x] done", "<!-- c -->", "<?x?>", "\u2028x\u0000y\u202e",
	"a:b :smile: ://", "*", "_", "__", "_a", "a_", "\\", "x\\\ny", "!", "![", "](", ")", "^[note]", "$x$", "==m==", "a|b", "\"q\" 'q' -- ...",
	"1\\. x", "&lt;", "&", "& b", "&#x2a;", "h_ttps://x", "xhttps://evil.example", "(https://evil.example)", "_https://evil.example_", "\ufeff# x",
}

// TestEscape has every hostile text shown as it is, wherever the planner puts it.
func TestEscape(t *testing.T) {
	for _, s := range hostile {
		checkEscape(t, s)
	}
}

func FuzzEscape(f *testing.F) {
	for _, s := range hostile {
		f.Add(s)
	}
	f.Fuzz(checkEscape)
}

// checkEscape parses what the planner writes and looks for anything but text.
func checkEscape(t *testing.T, s string) {
	t.Helper()
	if len(s) > 1000 || strings.ContainsRune(s, '\ufffd') || s != strings.ToValidUTF8(s, "") {
		return
	}
	want := oneLine(s)
	for place, markdown := range map[string]string{
		"alone":      escape(s),
		"list":       "- " + escape(s),
		"label":      "- x: " + escape(s),
		"bold":       "**" + escape("x"+s+"x") + "**",
		"link":       link("x"+s+"x", "https://x.example/"),
		"cell":       "| a | b |\n| --- | --- |\n| x | " + escape(s) + " |",
		"head":       "| a | " + escape(s) + " |\n| --- | --- |\n| x | y |",
		"code":       code(s),
		"paragraphs": paragraphs(s),
	} {
		got, foreign := read(markdown)
		if foreign != "" {
			t.Errorf("%s: %q became %s in %q", place, s, foreign, markdown)
		}
		switch place {
		case "alone", "list":
			if got != want {
				t.Errorf("%s: %q is shown as %q, want %q", place, s, got, want)
			}
		case "label", "bold", "link", "cell", "head":
			if !strings.Contains(strings.Join(strings.Fields(got), ""), strings.Join(strings.Fields(want), "")) {
				t.Errorf("%s: %q is shown as %q", place, s, got)
			}
		}
	}
}

// read gives the text of a Markdown document, and the kind of the first node
// that only foreign text could have caused.
func read(markdown string) (shown, foreign string) {
	source := []byte(markdown)
	doc := goldmark.New(goldmark.WithExtensions(extension.GFM)).Parser().Parse(text.NewReader(source))
	var b strings.Builder
	_ = ast.Walk(doc, func(n ast.Node, entering bool) (ast.WalkStatus, error) {
		if !entering {
			return ast.WalkContinue, nil
		}
		switch n := n.(type) {
		case *ast.Text:
			segment := n.Segment.Value(source)
			if n.Parent().Kind() != ast.KindCodeSpan {
				segment = unescape(segment)
			}
			b.Write(segment)
			if n.SoftLineBreak() || n.HardLineBreak() {
				b.WriteByte(' ')
			}
		case *ast.String:
			b.Write(n.Value)
		case *ast.Link:
			if string(n.Destination) != "https://x.example/" {
				foreign = n.Kind().String()
			}
		case *ast.Emphasis:
			if n.Level != 2 || !strings.HasPrefix(markdown, "**") {
				foreign = n.Kind().String()
			}
		case *ast.List:
			if n.Parent().Kind() != ast.KindDocument || n.Start > 0 {
				foreign = n.Kind().String()
			}
		default:
			switch n.Kind().String() {
			case "Document", "Paragraph", "TextBlock", "ListItem", "CodeSpan", "Table", "TableHeader", "TableRow", "TableCell":
			default:
				foreign = n.Kind().String()
			}
		}
		return ast.WalkContinue, nil
	})
	return b.String(), foreign
}

// unescape takes away what the renderer would: backslashes before punctuation.
func unescape(b []byte) []byte {
	const punctuation = "!\"#$%&'()*+,-./:;<=>?@[\\]^_`{|}~"
	var out []byte
	for i := 0; i < len(b); i++ {
		if b[i] == '\\' && i+1 < len(b) && strings.IndexByte(punctuation, b[i+1]) >= 0 {
			i++
		}
		out = append(out, b[i])
	}
	return out
}
