package markdown

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/yuin/goldmark/ast"
	"github.com/yuin/goldmark/parser"
	"github.com/yuin/goldmark/text"
)

// linkify keeps the letters of a bare URL from being read as markup, as GFM has it.
// Which of them are the URL, and whether it becomes a link, is decided later, with
// the whole text; so is every URL at a place where GFM sees none.
type linkify struct{}

// Trigger is where GFM lets a bare URL begin; " " stands for the start of a line too.
func (linkify) Trigger() []byte { return []byte{' ', '*', '_', '~', '('} }

func (linkify) Parse(parent ast.Node, block text.Reader, pc parser.Context) ast.Node {
	line, segment := block.PeekLine()
	start := 0
	if strings.IndexByte(" *_~(", line[0]) >= 0 {
		start = 1
	}
	if segment.Padding != 0 || !beginsURL(line[start:]) || pc.IsInLinkLabel() {
		return nil
	}
	n := len(trimURL(string(line[start : start+protected(line[start:])])))
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

// protected is how many bytes at the start of a line may belong to a URL. Letters of
// other scripts may, as people write them in paths, but then no "*" behind them.
func protected(line []byte) int {
	foreign := false
	for i := 0; i < len(line); {
		r, n := utf8.DecodeRune(line[i:])
		switch {
		case endsURL(r), r >= utf8.RuneSelf && unicode.IsPunct(r):
			return i
		case r == '*' && (foreign || i+1 < len(line) && line[i+1] == '*'):
			return i
		}
		foreign = foreign || r >= utf8.RuneSelf
		i += n
	}
	return len(line)
}
