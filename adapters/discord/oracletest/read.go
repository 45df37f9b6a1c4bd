package oracletest

import (
	"regexp"
	"strings"
	"unicode/utf8"
)

// Read is what Discord shows of a message's content.
func Read(content string) []Token {
	r := reader{}
	r.parse(content, 0, state{})
	return r.out
}

// reader collects what is read.
type reader struct{ out []Token }

// state is what the rules know of what came before.
type state struct {
	prev    string // the last capture
	group   string // its last group
	quote   bool
	notHead bool // something was captured before
}

var (
	heading    = regexp.MustCompile(`^(#{1,3}) +([^\n]+?)(\n|$)`)
	subtext    = regexp.MustCompile(`^-# +([^\n]+?)(\n|$)`)
	spoiler    = regexp.MustCompile(`^\|\|([\s\S]+?)\|\|`)
	quoteAll   = regexp.MustCompile(`^ *>>> ([\s\S]*)`)
	quoteLines = regexp.MustCompile(`^ *> [^\n]*(\n *> [^\n]*)*\n?`)
	quoteMark  = regexp.MustCompile(`(?m)^ *> ?`)
	beginsLine = regexp.MustCompile(`^$|\n *$`)
	fenced     = regexp.MustCompile("(?i)^```(?:([a-z0-9_+\\-.#]+?)\n+)?\n*([\\s\\S]+?)\n*```")
	angled     = regexp.MustCompile(`^<([^: >]+:/[^ >]+)>`)
	address    = regexp.MustCompile(`^https?://[^\s<]+[^<.,:;"')\]\s]`)
	masked     = regexp.MustCompile(`^\[((?:\[[^\]]*\]|[^\[\]])*)\]\(\s*<?((?:\([^)]*\)|[^\s\\]|\\.)*?)>?(?:\s+['"]([\s\S]*?)['"])?\s*\)`)
)

// live are the tokens that Discord makes something of, wherever they stand.
var live = []struct {
	kind string
	re   *regexp.Regexp
}{
	{"channel", regexp.MustCompile(`^<#(\d{17,20})>`)},
	{"emoji", regexp.MustCompile(`^<(a)?:(\w{2,32}):(\d{17,21})>`)},
	{"everyone", regexp.MustCompile(`^@everyone`)},
	{"guildNavigation", regexp.MustCompile(`^<(\d{17,20}):(?:(customize|browse|guide)|(linked-roles)(:\d{17,20})?)>`)},
	{"here", regexp.MustCompile(`^@here`)},
	{"role", regexp.MustCompile(`^<@&(\d{17,20})>`)},
	{"slashCommand", regexp.MustCompile(`^</([-_'\p{L}\p{N}]{1,32}(?: [-_'\p{L}\p{N}]{1,32}){0,2}):(\d{17,21})>`)},
	{"timestamp", regexp.MustCompile(`^<t:(-?\d+)(?::(R|t|T|d|D|f|F))?>`)},
	{"user", regexp.MustCompile(`^<@!?(\d{17,20})>`)},
}

// parse reads s with a style around it.
func (r *reader) parse(s string, style Style, st state) {
	for s != "" {
		n, group := r.rule(s, style, st)
		st.prev, st.group, st.notHead = s[:n], group, true
		s = s[n:]
	}
}

// rule applies the first rule that fits and says how much it took. The order is the
// parser's; which rules are asked depends on the first character, for speed.
func (r *reader) rule(s string, style Style, st state) (n int, group string) {
	var m []string
	match := func(first string, re *regexp.Regexp) bool {
		m = nil
		if strings.IndexByte(first, s[0]) >= 0 {
			m = re.FindStringSubmatch(s)
		}
		return m != nil
	}
	line := !st.notHead || st.group == "\n"
	switch {
	case line && match("-", subtext):
		r.parse(m[1], style, st)
		return len(m[0]), m[2]
	case line && match("#", heading):
		r.parse(strings.TrimSpace(m[2]), style, st)
		return len(m[0]), m[3]
	case match("|", spoiler):
		r.parse(m[1], style|Spoiler, st)
		return len(m[0]), m[1]
	case match("`", fenced):
		r.out = text(r.out, m[2], style|Block)
		return len(m[0]), m[2]
	}
	if n := r.quote(s, style, st); n > 0 {
		return n, ""
	}
	if len(s) > 1 && s[0] == '\\' {
		if c, size := utf8.DecodeRuneInString(s[1:]); escapable(c) {
			r.out = text(r.out, string(c), style)
			return 1 + size, string(c)
		}
	}
	switch {
	case match("<", angled):
		r.out = append(r.out, Token{Link: m[1], Bare: true})
		return len(m[0]), m[1]
	case match("h", address):
		r.out = append(text(r.out, m[0], style), Token{Link: m[0], Live: "bare"})
		return len(m[0]), m[0]
	case match("[", masked):
		r.parse(m[1], style, st)
		r.out = append(r.out, Token{Link: m[2]})
		return len(m[0]), m[3]
	}
	if n := r.emphasis(s, style, st); n > 0 {
		return n, "-"
	}
	for _, l := range live {
		if match("<@", l.re) {
			r.out = append(r.out, Token{Live: l.kind})
			return len(m[0]), m[0]
		}
	}
	if inner := between(s, "~~", "_", false); inner != "" {
		r.parse(inner, style|Strike, st)
		return len(inner) + 4, inner
	}
	if inner, n := code(s); n > 0 {
		r.out = text(r.out, inner, style|Code)
		return n, inner
	}
	_, size := utf8.DecodeRuneInString(s)
	r.out = text(r.out, s[:size], style)
	return size, s[:size]
}

func (r *reader) quote(s string, style Style, st state) int {
	if st.quote || s[0] != ' ' && s[0] != '>' || !beginsLine.MatchString(st.prev) {
		return 0
	}
	st.quote = true
	if m := quoteAll.FindStringSubmatch(s); m != nil {
		r.parse(m[1], style, st)
		return len(m[0])
	}
	m := quoteLines.FindString(s)
	if m != "" {
		r.parse(quoteMark.ReplaceAllString(m, ""), style, st)
	}
	return len(m)
}

// emphasis reads the longest of the three that can begin here.
func (r *reader) emphasis(s string, style Style, st state) int {
	if s[0] != '*' && s[0] != '_' {
		return 0
	}
	best, inner, kind := 0, "", Style(0)
	if in := star(s); in != "" {
		best, inner, kind = len(in)+2, in, Emphasis
	} else if in := underscore(s); in != "" {
		best, inner, kind = len(in)+2, in, Emphasis
	}
	if in := between(s, "**", "*", true); in != "" && len(in)+4 > best {
		best, inner, kind = len(in)+4, in, Strong
	}
	if in := between(s, "__", "_", true); in != "" && len(in)+4 > best {
		best, inner, kind = len(in)+4, in, Underline
	}
	if best > 0 {
		r.parse(inner, style|kind, st)
	}
	return best
}
