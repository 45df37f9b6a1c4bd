package terminal

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"aidesk/core/chat"
	"aidesk/core/markdown"
)

const (
	suggestTime    = time.Second // how long completing may take
	maxSuggestions = 20          // how many are listed
)

// quit is completed like a command, and is one of the terminal itself.
const quit = "quit"

// completeKey completes a command line when Tab is typed. What is certain is put into the
// line; if nothing is, what it may become is listed above it.
func (t *dialog) completeKey(ctx context.Context) func(string, int, rune) (string, int, bool) {
	return func(line string, pos int, key rune) (string, int, bool) {
		if key != '\t' {
			return "", 0, false
		}
		head, tail := line[:pos], line[pos:]
		part, found := t.completions(ctx, head)
		if len(found) == 0 {
			return line, pos, true
		}
		sure := commonPrefix(found)
		if len(sure) < len(part) { // they differ in upper and lower case
			sure = part
		}
		if len(found) == 1 && !strings.HasPrefix(tail, " ") {
			sure += " "
		}
		if sure == part {
			if err := t.listCompletions(found); err != nil {
				t.Logger.WarnContext(ctx, "listing completions", "error", err)
			}
		}
		head = strings.TrimSuffix(head, part) + sure
		return head + tail, len(head), true
	}
}

func (t *dialog) listCompletions(found []chat.Suggestion) error {
	var lines []string
	for _, s := range found[:min(len(found), maxSuggestions)] {
		lines = append(lines, s.Value+"  "+s.Label)
	}
	if more := len(found) - maxSuggestions; more > 0 {
		lines = append(lines, fmt.Sprintf(textMore, more))
	}
	return t.show(strings.Join(lines, "\n"))
}

// completions are what the last part of a command line may become.
func (t *dialog) completions(ctx context.Context, head string) (part string, found []chat.Suggestion) {
	name, rest, named := strings.Cut(head, " ")
	if !strings.HasPrefix(name, "/") {
		return "", nil
	}
	name = name[1:]
	if !named {
		found = append(found, chat.Suggestion{Value: quit, Label: textQuit})
		for _, s := range t.Grammar {
			found = append(found, chat.Suggestion{Value: s.Name, Label: s.Summary})
		}
		return name, fitting(name, found)
	}
	at := slices.IndexFunc(t.Grammar, func(s chat.Syntax) bool { return strings.EqualFold(s.Name, name) })
	if at < 0 {
		return "", nil
	}
	syntax := t.Grammar[at]
	word, after, ended := strings.Cut(strings.TrimLeft(rest, " "), " ")
	if !ended {
		for _, v := range syntax.Verbs {
			found = append(found, chat.Suggestion{Value: v.Name, Label: v.Summary})
		}
		return word, fitting(word, found)
	}
	at = slices.IndexFunc(syntax.Verbs, func(v chat.Verb) bool { return strings.EqualFold(v.Name, word) })
	if at < 0 {
		return "", nil
	}
	verb := syntax.Verbs[at]
	c := chat.Command{Name: syntax.Name, Verb: verb.Name, Options: map[string]string{}}
	for _, o := range verb.Options {
		after = strings.TrimLeft(after, " ")
		value, following, ended := strings.Cut(after, " ")
		if !ended || o.Kind == chat.Name {
			return after, fitting(after, t.optionValues(ctx, c, o, after))
		}
		if o.Kind == chat.Rest || o.Kind == chat.Phrase {
			return "", nil
		}
		c.Options[o.Name], after = o.Read(value), following
	}
	return "", nil
}

// optionValues are the values of an option of a command that begin with what is typed.
func (t *dialog) optionValues(ctx context.Context, c chat.Command, o chat.Option, typed string) []chat.Suggestion {
	if o.Kind == chat.Choice {
		var out []chat.Suggestion
		for _, choice := range o.Choices {
			out = append(out, chat.Suggestion{Value: choice})
		}
		return out
	}
	if !o.Completes {
		return nil
	}
	ctx, cancel := context.WithTimeout(ctx, suggestTime)
	defer cancel()
	found, err := t.handler.Suggest(ctx, chat.Query{Place: Place(), Member: t.Person.ID, Command: c, Option: o.Name, Prefix: typed})
	if err != nil {
		t.Logger.WarnContext(ctx, "completing an option", "error", err)
	}
	return found
}

// fitting are the suggestions that begin with what is typed, and that may stand in the line:
// it goes to the terminal as it is.
func fitting(typed string, found []chat.Suggestion) []chat.Suggestion {
	return slices.DeleteFunc(slices.Clone(found), func(s chat.Suggestion) bool {
		return s.Value == "" || s.Value != markdown.Line(s.Value, maxTyped) ||
			len(s.Value) < len(typed) || !strings.EqualFold(s.Value[:len(typed)], typed)
	})
}

// commonPrefix is what all suggestions begin with.
func commonPrefix(found []chat.Suggestion) string {
	common := found[0].Value
	for _, s := range found[1:] {
		for !strings.HasPrefix(s.Value, common) {
			_, size := utf8.DecodeLastRuneInString(common)
			common = common[:len(common)-size]
		}
	}
	return common
}
