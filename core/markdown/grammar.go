package markdown

import (
	"bytes"
	"unicode"
	"unicode/utf8"

	"github.com/yuin/goldmark/ast"
	"github.com/yuin/goldmark/extension"
	extast "github.com/yuin/goldmark/extension/ast"
	"github.com/yuin/goldmark/parser"
	"github.com/yuin/goldmark/text"
	"github.com/yuin/goldmark/util"
)

// The bounds that keep parsing linear: each one guards an input on which goldmark
// alone is quadratic.
const (
	maxNesting   = 16      // lists, quotes and notes inside each other
	maxColumns   = 50      // of a table
	maxTableArea = 20_000  // columns × lines below a table's head, per parsed piece
	maxLinkScan  = 2 << 20 // bytes looked at in vain behind "](", per parsed piece
)

// grammar is CommonMark, GFM and footnotes with the guards below around the parts
// that need them. It holds no state of a parse.
var grammar = parser.NewParser(
	parser.WithBlockParsers(
		util.Prioritized(parser.NewSetextHeadingParser(), 100),
		util.Prioritized(parser.NewThematicBreakParser(), 200),
		util.Prioritized(shallow{parser.NewListParser()}, 300),
		util.Prioritized(parser.NewListItemParser(), 400),
		util.Prioritized(parser.NewCodeBlockParser(), 500),
		util.Prioritized(parser.NewATXHeadingParser(), 600),
		util.Prioritized(parser.NewFencedCodeBlockParser(), 700),
		util.Prioritized(shallow{parser.NewBlockquoteParser()}, 800),
		util.Prioritized(parser.NewHTMLBlockParser(), 900),
		util.Prioritized(shallow{extension.NewFootnoteBlockParser()}, 999),
		util.Prioritized(parser.NewParagraphParser(), 1000),
	),
	parser.WithInlineParsers(
		util.Prioritized(extension.NewTaskCheckBoxParser(), 0),
		util.Prioritized(parser.NewCodeSpanParser(), 100),
		util.Prioritized(extension.NewFootnoteParser(), 101),
		util.Prioritized(patient{parser.NewLinkParser()}, 200),
		util.Prioritized(parser.NewAutoLinkParser(), 300),
		util.Prioritized(parser.NewRawHTMLParser(), 400),
		util.Prioritized(friendly{parser.NewEmphasisParser()}, 500),
		util.Prioritized(friendly{extension.NewStrikethroughParser()}, 500),
		util.Prioritized(linkify{}, 999),
	),
	parser.WithParagraphTransformers(
		util.Prioritized(parser.LinkReferenceParagraphTransformer, 100),
		util.Prioritized(modest{extension.NewTableParagraphTransformer()}, 200),
	),
	parser.WithASTTransformers(
		util.Prioritized(extension.NewTableASTTransformer(), 0),
	),
)

// shallow refuses a container that would be nested too deep; its marker stays text.
type shallow struct{ parser.BlockParser }

func (p shallow) Open(parent ast.Node, reader text.Reader, pc parser.Context) (ast.Node, parser.State) {
	depth := 0
	for n := parent; n != nil; n = n.Parent() {
		if k := n.Kind(); k == ast.KindList || k == ast.KindBlockquote || k == extast.KindFootnote {
			depth++
		}
	}
	if depth >= maxNesting {
		return nil, parser.NoChildren
	}
	return p.BlockParser.Open(parent, reader, pc)
}

// modest leaves a table alone that is too wide, or that would be filled with
// mostly invented cells.
type modest struct{ parser.ParagraphTransformer }

var areaKey = parser.NewContextKey()

func (t modest) Transform(node *ast.Paragraph, reader text.Reader, pc parser.Context) {
	lines := node.Lines()
	for i := 1; i < lines.Len(); i++ {
		line, head := lines.At(i), lines.At(i-1)
		columns := delimiters(line.Value(reader.Source()))
		if columns == 0 {
			continue
		}
		if source := reader.Source(); !bytes.ContainsAny(line.Value(source), "|:") && !bytes.Contains(head.Value(source), []byte("|")) {
			return // dashes under a line of a list: nobody drew a table there
		}
		area := columns * (lines.Len() - i)
		if used, ok := pc.Get(areaKey).(int); ok {
			area += used
		}
		if columns > maxColumns || area > maxTableArea {
			return
		}
		pc.Set(areaKey, area)
		break
	}
	t.ParagraphTransformer.Transform(node, reader, pc)
}

// delimiters counts the columns of a line that could be a table's delimiter row; 0
// means that it cannot.
func delimiters(line []byte) int {
	n, dashes := 1, false
	for _, c := range line {
		switch c {
		case '|':
			n++
		case '-':
			dashes = true
		case ':', ' ', '\t', '\n', '\r':
		default:
			return 0
		}
	}
	if !dashes {
		return 0
	}
	return n
}

// patient stops looking for a link's end once a piece has wasted too much on it.
type patient struct{ parser.InlineParser }

var scanKey = parser.NewContextKey()

func (p patient) Parse(parent ast.Node, block text.Reader, pc parser.Context) ast.Node {
	line, _ := block.PeekLine()
	if len(line) < 2 || line[0] != ']' || line[1] != '(' {
		return p.InlineParser.Parse(parent, block, pc)
	}
	wasted, _ := pc.Get(scanKey).(int)
	if wasted > maxLinkScan {
		return nil
	}
	n := p.InlineParser.Parse(parent, block, pc)
	if n == nil {
		pc.Set(scanKey, wasted+len(line))
	}
	return n
}

func (p patient) CloseBlock(parent ast.Node, block text.Reader, pc parser.Context) {
	if c, ok := p.InlineParser.(parser.CloseBlocker); ok {
		c.CloseBlock(parent, block, pc)
	}
}

// friendly corrects what a run of delimiters may do, where CommonMark's rules were
// made for words between blanks: in Chinese, Japanese and Korean there are none, and
// models write "**Note:**text".
type friendly struct{ parser.InlineParser }

func (p friendly) Parse(parent ast.Node, block text.Reader, pc parser.Context) ast.Node {
	before := block.PrecendingCharacter()
	line, _ := block.PeekLine()
	previous := pc.LastDelimiter()
	n := p.InlineParser.Parse(parent, block, pc)
	d, ok := n.(*parser.Delimiter)
	if !ok || d.Char == '_' {
		return n
	}
	after := ' '
	if rest := line[min(d.OriginalLength, len(line)):]; len(rest) > 0 {
		after, _ = utf8.DecodeRune(rest)
	}
	switch {
	case d.Char == '~' && d.OriginalLength == 1:
		// "10~20" is a range; a single tilde strikes whole words only.
		d.CanOpen = d.CanOpen && !word(before)
		d.CanClose = d.CanClose && !word(after)
	case eastern(before) || eastern(after):
		d.CanOpen = d.CanOpen || !unicode.IsSpace(after)
		d.CanClose = d.CanClose || !unicode.IsSpace(before)
	case d.OriginalLength >= 2 && !d.CanClose && closing(before) && word(after) && opened(previous, d):
		d.CanClose, d.CanOpen = true, false
	}
	return n
}

// opened reports whether the nearest run like d before it is waiting for its end.
func opened(previous, d *parser.Delimiter) bool {
	for p := previous; p != nil; p = p.PreviousDelimiter {
		if p.Char == d.Char && p.OriginalLength == d.OriginalLength {
			return p.CanOpen && !p.CanClose
		}
	}
	return false
}

func word(r rune) bool { return unicode.IsLetter(r) || unicode.IsDigit(r) }

// closing is punctuation that ends something, never a quote, which may open too.
func closing(r rune) bool {
	switch r {
	case '.', ',', ':', ';', '!', '?', '%':
		return true
	}
	return unicode.Is(unicode.Pe, r)
}

// eastern is a character of the scripts written without blanks, with their
// punctuation and full-width forms.
func eastern(r rune) bool {
	return r >= 0x1100 && (r <= 0x11ff || r >= 0x2e80 && r <= 0x303e || r >= 0x3041 && r <= 0xa4cf ||
		r >= 0xa960 && r <= 0xa97f || r >= 0xac00 && r <= 0xd7ff || r >= 0xf900 && r <= 0xfaff ||
		r >= 0xfe30 && r <= 0xfe4f || r >= 0xff01 && r <= 0xffef || r >= 0x20000 && r <= 0x3ffff)
}
