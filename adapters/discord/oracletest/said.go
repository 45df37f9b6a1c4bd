package oracletest

import (
	"strconv"
	"strings"

	"aidesk/core/markdown"
)

// Said is what a document says, in reading order: list marks and boxes as they are
// written, tables row by row, a link as its label, if that says more than the
// address, and the address.
func Said(d markdown.Document) []Token { return sayBlocks(nil, d.Blocks, false) }

func sayBlocks(out []Token, bs []markdown.Block, item bool) []Token {
	for _, b := range bs {
		switch b.Kind {
		case markdown.KindParagraph:
			out = say(out, b.Inlines, 0)
		case markdown.KindHeading:
			style := Style(0)
			if b.Level > 3 || item {
				style = Strong
			}
			out = say(out, b.Inlines, style)
		case markdown.KindQuote:
			out = sayBlocks(out, b.Blocks, item)
		case markdown.KindCode:
			out = text(out, b.Code, Block)
		case markdown.KindTable:
			out = sayTable(out, b.Table)
		case markdown.KindList:
			for i, item := range b.Items {
				mark := "-"
				if b.Ordered {
					mark = strconv.Itoa(b.Start+i) + "."
				}
				if item.Task != nil {
					mark += map[bool]string{true: "☑", false: "☐"}[*item.Task]
				}
				out = sayBlocks(text(out, mark, 0), item.Blocks, true)
			}
		case markdown.KindRule:
		}
	}
	return out
}

func say(out []Token, ins []markdown.Inline, style Style) []Token {
	for _, in := range ins {
		switch in.Kind {
		case markdown.InlineText:
			out = text(out, in.Text, style)
		case markdown.InlineCode:
			out = text(out, in.Text, style|Code)
		case markdown.InlineStrong:
			out = say(out, in.Children, style|Strong)
		case markdown.InlineEmphasis:
			out = say(out, in.Children, style|Emphasis)
		case markdown.InlineStrike:
			out = say(out, in.Children, style|Strike)
		case markdown.InlineLink:
			url := in.URL
			if i := strings.LastIndex(url, "://["); i < 0 { // brackets may stand in a host alone
				url = strings.NewReplacer("[", "%5B", "]", "%5D").Replace(url)
			}
			if label := words(in.Children); !sameAddress(label, in.URL) {
				out = say(out, in.Children, style)
			}
			out = append(out, Token{Link: url})
		case markdown.InlineBreak:
		}
	}
	return out
}

func words(ins []markdown.Inline) string {
	var b strings.Builder
	for _, in := range ins {
		b.WriteString(in.Text + words(in.Children))
	}
	return b.String()
}

// sameAddress reports whether a label is the address, or the beginning of it.
func sameAddress(label, url string) bool {
	if n, ok := markdown.Normal(label); ok {
		label = n
		url, _ = markdown.Normal(url)
	}
	bare := func(s string) string {
		s = strings.ToLower(strings.TrimSuffix(s, "/"))
		return strings.TrimPrefix(strings.TrimPrefix(s, "https://"), "http://")
	}
	label, url = bare(label), bare(url)
	if label == "" {
		return true
	}
	if !strings.Contains(label, ".") && !strings.Contains(label, ":") {
		return false
	}
	for _, u := range []string{url, strings.TrimPrefix(url, "www.")} {
		if rest, ok := strings.CutPrefix(u, label); ok && (rest == "" || strings.ContainsAny(rest[:1], "/?#:")) {
			return true
		}
	}
	return false
}

// sayTable reads a table as aligned code if it fits and has no links, else as a list.
func sayTable(out []Token, t *markdown.Table) []Token {
	all := append([][]markdown.Cell{t.Head}, t.Rows...)
	width := 2 * (len(t.Head) - 1)
	links := false
	for i := range t.Head {
		most := 0
		for _, row := range all {
			most = max(most, markdown.Width(strings.Join(strings.Fields(lined(row[i])), " ")))
			for _, token := range say(nil, row[i], 0) {
				links = links || token.Link != ""
			}
		}
		width += most
	}
	if width <= 58 && !links {
		for _, row := range all {
			for _, c := range row {
				out = text(out, words(c), Block)
			}
		}
		return out
	}
	if len(t.Rows) == 0 {
		for _, c := range t.Head {
			out = say(out, c, 0)
		}
	}
	for _, row := range t.Rows {
		out = text(out, "-", 0)
		for i, c := range row {
			if strings.TrimSpace(lined(c)) == "" {
				continue
			}
			if strings.TrimSpace(lined(t.Head[i])) != "" {
				out = say(out, t.Head[i], Strong)
				out = text(out, ":", 0)
			}
			out = say(out, c, 0)
		}
	}
	return out
}

// lined is words with its line breaks.
func lined(ins []markdown.Inline) string {
	var b strings.Builder
	for _, in := range ins {
		if in.Kind == markdown.InlineBreak {
			b.WriteByte('\n')
		}
		b.WriteString(in.Text + lined(in.Children))
	}
	return b.String()
}
