package markdown

import (
	"bytes"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/yuin/goldmark/ast"
	"github.com/yuin/goldmark/extension"
	extast "github.com/yuin/goldmark/extension/ast"
	"github.com/yuin/goldmark/parser"
	"github.com/yuin/goldmark/text"
	"github.com/yuin/goldmark/util"
)

// The bounds that keep parsing linear: each one guards against an input on which goldmark
// alone takes quadratic time.
const (
	maxNesting   = 16      // lists, quotes and notes inside each other
	maxColumns   = 50      // of a table
	maxTableArea = 20_000  // columns × lines below a table's head, per parsed piece
	maxLinkScan  = 2 << 20 // bytes looked at in vain behind "](", per parsed piece
)

// grammar is CommonMark, GFM and footnotes, with the guards below around the parts that
// need them. It keeps no state between parses.
var grammar = parser.NewParser(
	parser.WithBlockParsers(
		util.Prioritized(parser.NewSetextHeadingParser(), 100),
		util.Prioritized(parser.NewThematicBreakParser(), 200),
		util.Prioritized(nestingLimit{parser.NewListParser()}, 300),
		util.Prioritized(parser.NewListItemParser(), 400),
		util.Prioritized(parser.NewCodeBlockParser(), 500),
		util.Prioritized(parser.NewATXHeadingParser(), 600),
		util.Prioritized(parser.NewFencedCodeBlockParser(), 700),
		util.Prioritized(nestingLimit{parser.NewBlockquoteParser()}, 800),
		util.Prioritized(parser.NewHTMLBlockParser(), 900),
		util.Prioritized(nestingLimit{extension.NewFootnoteBlockParser()}, 999),
		util.Prioritized(parser.NewParagraphParser(), 1000),
	),
	parser.WithInlineParsers(
		util.Prioritized(extension.NewTaskCheckBoxParser(), 0),
		util.Prioritized(parser.NewCodeSpanParser(), 100),
		util.Prioritized(extension.NewFootnoteParser(), 101),
		util.Prioritized(linkScanLimit{parser.NewLinkParser()}, 200),
		util.Prioritized(parser.NewAutoLinkParser(), 300),
		util.Prioritized(parser.NewRawHTMLParser(), 400),
		util.Prioritized(lenientDelimiters{parser.NewEmphasisParser()}, 500),
		util.Prioritized(lenientDelimiters{extension.NewStrikethroughParser()}, 500),
		util.Prioritized(urlProtector{}, 999),
	),
	parser.WithParagraphTransformers(
		util.Prioritized(parser.LinkReferenceParagraphTransformer, 100),
		util.Prioritized(tableLimit{extension.NewTableParagraphTransformer()}, 200),
	),
	parser.WithASTTransformers(
		util.Prioritized(extension.NewTableASTTransformer(), 0),
	),
)

// nestingLimit refuses a list, quote or note that is nested too deep; its marker stays text.
type nestingLimit struct{ parser.BlockParser }

func (p nestingLimit) Open(parent ast.Node, reader text.Reader, pc parser.Context) (ast.Node, parser.State) {
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

// tableLimit refuses a table that is too wide or too large for the text it was written
// with: goldmark fills up every short row with empty cells.
type tableLimit struct{ parser.ParagraphTransformer }

var areaKey = parser.NewContextKey()

func (t tableLimit) Transform(node *ast.Paragraph, reader text.Reader, pc parser.Context) {
	lines := node.Lines()
	for i := 1; i < lines.Len(); i++ {
		line, head := lines.At(i), lines.At(i-1)
		columns := delimiterColumns(line.Value(reader.Source()))
		if columns == 0 {
			continue
		}
		if source := reader.Source(); !bytes.ContainsAny(line.Value(source), "|:") && !bytes.Contains(head.Value(source), []byte("|")) {
			return // dashes under a line without "|" are no table
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

// delimiterColumns counts the columns of a line that may be a table's delimiter row; 0: it
// is none.
func delimiterColumns(line []byte) int {
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

// linkScanLimit stops parsing link destinations once a piece has spent too much on failed ones.
type linkScanLimit struct{ parser.InlineParser }

var scanKey = parser.NewContextKey()

func (p linkScanLimit) Parse(parent ast.Node, block text.Reader, pc parser.Context) ast.Node {
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

func (p linkScanLimit) CloseBlock(parent ast.Node, block text.Reader, pc parser.Context) {
	if c, ok := p.InlineParser.(parser.CloseBlocker); ok {
		c.CloseBlock(parent, block, pc)
	}
}

// lenientDelimiters lets a run of delimiters open or close emphasis where CommonMark's
// rules, made for words between spaces, do not: in Chinese, Japanese and Korean there are
// no spaces, and models write "**Note:**text".
type lenientDelimiters struct{ parser.InlineParser }

func (p lenientDelimiters) Parse(parent ast.Node, block text.Reader, pc parser.Context) ast.Node {
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
		d.CanOpen = d.CanOpen && !isWordRune(before)
		d.CanClose = d.CanClose && !isWordRune(after)
	case isCJK(before) || isCJK(after):
		d.CanOpen = d.CanOpen || !unicode.IsSpace(after)
		d.CanClose = d.CanClose || !unicode.IsSpace(before)
	case d.OriginalLength >= 2 && !d.CanClose && isClosingPunctuation(before) && isWordRune(after) && waitsForEnd(previous, d):
		d.CanClose, d.CanOpen = true, false
	}
	return n
}

// waitsForEnd reports whether the nearest run like d before it was opened and not closed.
func waitsForEnd(previous, d *parser.Delimiter) bool {
	for p := previous; p != nil; p = p.PreviousDelimiter {
		if p.Char == d.Char && p.OriginalLength == d.OriginalLength {
			return p.CanOpen && !p.CanClose
		}
	}
	return false
}

func isWordRune(r rune) bool { return unicode.IsLetter(r) || unicode.IsDigit(r) }

// isClosingPunctuation reports punctuation that ends something; not quotes, which may open too.
func isClosingPunctuation(r rune) bool {
	switch r {
	case '.', ',', ':', ';', '!', '?', '%':
		return true
	}
	return unicode.Is(unicode.Pe, r)
}

// isCJK reports a character of the scripts written without spaces, their punctuation and
// full-width forms.
func isCJK(r rune) bool {
	return r >= 0x1100 && (r <= 0x11ff || r >= 0x2e80 && r <= 0x303e || r >= 0x3041 && r <= 0xa4cf ||
		r >= 0xa960 && r <= 0xa97f || r >= 0xac00 && r <= 0xd7ff || r >= 0xf900 && r <= 0xfaff ||
		r >= 0xfe30 && r <= 0xfe4f || r >= 0xff01 && r <= 0xffef || r >= 0x20000 && r <= 0x3ffff)
}

// urlProtector keeps the characters of a bare URL from being read as markup, as GFM does.
// How far the URL reaches, and whether it becomes a link, is decided later on the whole
// text, where URLs that GFM does not see are found too.
type urlProtector struct{}

// Trigger returns the characters after which GFM lets a bare URL begin; " " also means the
// start of a line.
func (urlProtector) Trigger() []byte { return []byte{' ', '*', '_', '~', '('} }

func (urlProtector) Parse(parent ast.Node, block text.Reader, pc parser.Context) ast.Node {
	line, segment := block.PeekLine()
	start := 0
	if strings.IndexByte(" *_~(", line[0]) >= 0 {
		start = 1
	}
	if segment.Padding != 0 || !beginsURL(line[start:]) || pc.IsInLinkLabel() {
		return nil
	}
	n := len(trimURL(string(line[start : start+urlLength(line[start:])])))
	if n == 0 {
		return nil
	}
	if start > 0 {
		ast.MergeOrAppendTextSegment(parent, segment.WithStop(segment.Start+1))
	}
	block.Advance(start + n)
	at := segment.Start + start
	return ast.NewAutoLink(ast.AutoLinkURL, ast.NewTextSegment(text.NewSegment(at, at+n)))
}

func beginsURL(line []byte) bool {
	if len(line) < len("www.x") || line[0]|0x20 != 'h' && line[0]|0x20 != 'w' {
		return false
	}
	head := strings.ToLower(string(line[:min(len(line), len("https://"))]))
	return strings.HasPrefix(head, "http://") || head == "https://" || strings.HasPrefix(head, "www.")
}

// urlLength returns how many bytes at the start of a line may belong to a URL. Letters of
// other scripts may, since people write them in paths, but no "*" after them.
func urlLength(line []byte) int {
	foreign := false
	for i := 0; i < len(line); {
		r, n := utf8.DecodeRune(line[i:])
		switch {
		case isURLEnd(r), r >= utf8.RuneSelf && unicode.IsPunct(r):
			return i
		case r == '*' && (foreign || i+1 < len(line) && line[i+1] == '*'):
			return i
		}
		foreign = foreign || r >= utf8.RuneSelf
		i += n
	}
	return len(line)
}
