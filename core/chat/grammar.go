package chat

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"aidesk/core/markdown"
)

// Grammar is the table of commands. Platforms register it, threads and the
// terminal parse with it, help is printed from it.
type Grammar []Syntax

// Syntax is one slash command with its verbs.
type Syntax struct {
	Name    string // "plugins": typed as /plugins
	Summary string // at most 100 characters
	Who     Who
	Verbs   []Verb // one with an empty Name is the command alone
}

// Verb is what a command can do.
type Verb struct {
	Name    string
	Summary string // at most 100 characters
	Example string // typed in full
	Options []Option
	Who     Who  // who may use it, where others may than the command's
	Private bool // the answer is for the member alone
	Form    bool // opens a form
	Plea    bool // also meant where it ends with a question mark: "help?"
}

// Option is one argument of a verb, given in order.
type Option struct {
	Name      string
	Summary   string
	Kind      OptionKind
	Choices   []string // of a choice
	Required  bool
	Completes bool // Handler.Suggest knows values
}

// OptionKind is the kind of value that an Option takes.
type OptionKind string

// The kinds of option.
const (
	Word   OptionKind = "word"
	Name   OptionKind = "name"   // the rest of the line, which may be several words
	Phrase OptionKind = "phrase" // words in quotation marks; without these the rest of the line, in which the next option may begin
	Rest   OptionKind = "rest"   // the rest of the line, as it was typed
	Choice OptionKind = "choice"
)

// Read reads the value of an option as people type, paste and format it: what a phone or
// a messenger put around it is none of its own. Free text stays as it is, and a choice
// that is none is returned as it was typed.
func (o Option) Read(typed string) string {
	if o.Kind == Rest {
		return strings.TrimSpace(typed)
	}
	value := unwrap(typed)
	for _, choice := range o.Choices {
		if strings.EqualFold(choice, value) {
			return choice
		}
	}
	return value
}

// wrappings are what people and messengers put around a word.
var wrappings = []struct{ open, closing string }{
	{`"`, `"`},
	{"'", "'"},
	{"“", "”"},
	{"„", "“"},
	{"”", "”"},
	{"‘", "’"},
	{"’", "’"},
	{"«", "»"},
	{"‹", "›"},
	{"「", "」"},
	{"`", "`"},
	{"<", ">"},
}

// unwrap removes white space and characters that cannot be seen from both ends of s, and
// quotation marks, code marks and brackets around it.
func unwrap(s string) string {
	for {
		s = strings.TrimFunc(s, isBlank)
		inner := s
		for _, w := range wrappings {
			if rest, ok := strings.CutPrefix(s, w.open); ok && strings.HasSuffix(rest, w.closing) {
				inner = strings.TrimSuffix(rest, w.closing)
				break
			}
		}
		if inner == s {
			return s
		}
		s = inner
	}
}

// isBlank reports white space of any kind, and what has no width: phones and clipboards
// put both into commands.
func isBlank(r rune) bool { return unicode.IsSpace(r) || unicode.Is(unicode.Cf, r) }

// Who may use a command.
type Who string

// The groups a command is for; the zero value is everyone. Administrators may also what is
// for moderators.
const (
	Everyone   Who = ""
	Moderators Who = "moderators"
	Admins     Who = "admins"
)

// For says who may use a verb of the command.
func (s Syntax) For(v Verb) Who { return cmp.Or(v.Who, s.Who) }

// SyntaxError says, in a member's words, why a command line could not be read.
type SyntaxError struct{ Message string }

// Error is the message.
func (e *SyntaxError) Error() string { return e.Message }

// Find returns the verb of a command.
func (g Grammar) Find(name, verb string) (Syntax, Verb, bool) {
	for _, s := range g {
		if s.Name != name {
			continue
		}
		for _, v := range s.Verbs {
			if v.Name == verb {
				return s, v, true
			}
		}
	}
	return Syntax{}, Verb{}, false
}

// Parse reads a typed command line, with or without its slash. The error is a
// *SyntaxError that says what to type instead.
func (g Grammar) Parse(line string) (Command, error) {
	name, rest := cut(strings.TrimPrefix(strings.TrimFunc(line, isBlank), "/"))
	at := slices.IndexFunc(g, func(s Syntax) bool { return strings.EqualFold(s.Name, name) })
	if at < 0 {
		return Command{}, &SyntaxError{fmt.Sprintf(textNoCommand, markdown.Visible(name), g.names())}
	}
	syntax := g[at]
	word, after := cut(rest)
	at = slices.IndexFunc(syntax.Verbs, func(v Verb) bool { return strings.EqualFold(v.Name, word) })
	if at < 0 {
		return Command{}, &SyntaxError{syntax.noVerb(word)}
	}
	verb := syntax.Verbs[at]
	c := Command{Name: syntax.Name, Verb: verb.Name}
	for _, o := range verb.Options {
		var value string
		switch o.Kind {
		case Rest, Name:
			value, after = after, ""
		case Phrase:
			value, after = cutPhrase(after)
		case Word, Choice, "": // one that names no kind is a word
			value, after = cut(after)
		}
		value = o.Read(value)
		switch {
		case value == "" && o.Required:
			return Command{}, &SyntaxError{fmt.Sprintf(textMissing, o.Name, verb.Example)}
		case value == "":
			continue
		case o.Kind == Choice && !slices.Contains(o.Choices, value):
			return Command{}, &SyntaxError{fmt.Sprintf(textChoices, o.Name, strings.Join(o.Choices, ", "))}
		}
		if c.Options == nil {
			c.Options = map[string]string{}
		}
		c.Options[o.Name] = value
	}
	if strings.TrimSpace(after) != "" {
		return Command{}, &SyntaxError{fmt.Sprintf(textNoOption, syntax.Name, verb.Name, strings.TrimSpace(after), cmp.Or(verb.Example, "/"+syntax.Name))}
	}
	return c, nil
}

// Mentioned reads a command that was typed as plain text where slash commands do
// not exist ("plugins list", "stop"). It is one only if the command or the verb
// of own, aidesk's own command, stands first and the whole line parses; a verb of own
// that takes free words is not one, for a question may begin like it.
func (g Grammar) Mentioned(text string, own string) (Command, bool) {
	told := strings.TrimRightFunc(text, func(r rune) bool { return isBlank(r) || strings.ContainsRune(".!…。！", r) })
	asked := strings.TrimRightFunc(told, func(r rune) bool { return isBlank(r) || strings.ContainsRune("?!？！", r) })
	if told == "" && strings.TrimSpace(text) != "" {
		return Command{}, false // nothing but marks, or characters that cannot be seen
	}
	for _, line := range []string{told, own + " " + told, own + " " + asked} {
		c, err := g.Parse(line)
		if err != nil || c.Name == own && g.free(c) {
			continue
		}
		if _, verb, _ := g.Find(c.Name, c.Verb); asked == told || verb.Plea {
			return c, true
		}
	}
	return Command{}, false
}

// Addressed is what follows the mention of aidesk at the beginning of a message: the mark
// by which people set it off ("@aidesk: stop", "@aidesk, help", "@aidesk - help") goes
// with the mention.
func Addressed(text string) string {
	text = strings.TrimLeftFunc(text, isBlank)
	mark, n := utf8.DecodeRuneInString(text)
	next, _ := utf8.DecodeRuneInString(text[n:])
	switch {
	case strings.ContainsRune("，：、！", mark), strings.ContainsRune(",:;!-–—", mark) && (n == len(text) || isBlank(next)):
		return strings.TrimLeftFunc(text[n:], isBlank)
	}
	return text
}

// free says that a command takes the rest of a line, and that nothing before it shows that a
// command is meant: a phrase in quotation marks does.
func (g Grammar) free(c Command) bool {
	_, verb, _ := g.Find(c.Name, c.Verb)
	quoted := false
	for _, o := range verb.Options {
		if o.Kind == Rest {
			return !quoted || c.Options[o.Name] == ""
		}
		quoted = o.Kind == Phrase
	}
	return false
}

// names lists the commands that everyone may use first.
func (g Grammar) names() string {
	var out []string
	for _, s := range g {
		out = append(out, "/"+s.Name)
	}
	return strings.Join(out, ", ")
}

// manyVerbs is more than a line names.
const manyVerbs = 15

// noVerb says that the command has no such verb, and which it has, or the nearest of many.
func (s Syntax) noVerb(word string) string {
	var verbs []string
	for _, v := range s.Verbs {
		if v.Name != "" {
			verbs = append(verbs, v.Name)
		}
	}
	if len(verbs) <= manyVerbs {
		return fmt.Sprintf(textNoVerb, s.Name, markdown.Visible(word), strings.Join(verbs, ", "))
	}
	near := Nearest(word, verbs, 3)
	last := len(near) - 1
	return fmt.Sprintf(textNoVerbNear, s.Name, markdown.Visible(word), strings.Join(near[:last], ", ")+" or "+near[last])
}

// cutPhrase splits off what stands in quotation marks; all of s, where none stand first.
func cutPhrase(s string) (phrase, rest string) {
	s = strings.TrimFunc(s, isBlank)
	for _, w := range wrappings {
		if inner, ok := strings.CutPrefix(s, w.open); ok {
			if phrase, rest, ok = strings.Cut(inner, w.closing); ok {
				return phrase, rest
			}
		}
	}
	return s, ""
}

// cut splits off the first word.
func cut(s string) (word, rest string) {
	s = strings.TrimFunc(s, isBlank)
	if i := strings.IndexFunc(s, unicode.IsSpace); i >= 0 {
		return strings.TrimFunc(s[:i], isBlank), strings.TrimFunc(s[i:], isBlank)
	}
	return s, ""
}
