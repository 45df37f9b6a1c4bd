package eval

import (
	"encoding/json"
	"fmt"
	"io"
	"os"
	"slices"
	"strconv"
	"strings"

	"aidesk/cmd/aidesk/config"
	"aidesk/core/markdown"
	"aidesk/core/openapi"
	"aidesk/core/plugin"
)

// Question is an Entry of a file with its number there, from 1.
type Question struct {
	Number int
	Entry
}

// Entry is something that a member may ask, and what a model should do first with it.
type Entry struct {
	// Ask is the question. Required.
	Ask string `yaml:"ask"`
	// Want is the operation that is right: notes.add, or add where one plugin alone has
	// it, or "GET /path"; "none" where nothing should be called. Required.
	Want string `yaml:"want"`
	// With are arguments that the call must have; others do not matter. A text is compared
	// without case, "*" is any value, and null says that the argument must be absent.
	With map[string]any `yaml:"with"`
	// Never are operations that must not be called with this question, as in Want; notes.* is
	// every one of a plugin.
	Never []string `yaml:"never"`
}

// None is what an Entry wants that no operation is right for.
const None = "none"

// Bounds of a file of questions.
const (
	maxQuestions = 500
	maxBytes     = 1 << 20
	maxWord      = 200 // of the name of an operation
)

// Load reads the questions of a file, and sees that the plugins have the operations that
// they name, which then have their full names. A wrong file gives a config.Faults.
func Load(path string, plugins []*plugin.Plugin) ([]Question, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer func() { _ = f.Close() }() // it was only read
	text, err := io.ReadAll(io.LimitReader(f, maxBytes+1))
	if err != nil {
		return nil, err
	}
	if len(text) > maxBytes {
		return nil, fmt.Errorf("%s: longer than %d bytes: split it", path, maxBytes)
	}
	return Parse(path, text, plugins)
}

// Parse is Load for a text that was already read; faults give the name as that of its file.
func Parse(name string, text []byte, plugins []*plugin.Plugin) ([]Question, error) {
	var list []Entry
	words := index(plugins)
	err := config.Read(name, text, &list, func(faultf func(key, format string, args ...any)) {
		if len(list) == 0 || len(list) > maxQuestions {
			faultf("", "it has %d questions; give 1 to %d, such as - {ask: \"what is in my notes?\", want: notes.list}", len(list), maxQuestions)
		}
		for i := range list {
			q, key := &list[i], fmt.Sprintf("[%d]", i)
			if strings.TrimSpace(q.Ask) == "" {
				faultf(key+".ask", "missing; write what a member would ask")
			}
			switch {
			case q.Want == "":
				faultf(key+".want", "missing; name the operation that is right, or %s where nothing should be called", None)
			case q.Want != None:
				q.Want = words.resolve(q.Want, func(format string, args ...any) { faultf(key+".want", format, args...) })
			case len(q.With) > 0:
				faultf(key+".with", "nothing should be called, so there are no arguments; remove it")
			}
			for n, word := range q.Never {
				at := fmt.Sprintf("%s.never[%d]", key, n)
				if name, all := strings.CutSuffix(word, ".*"); all && slices.ContainsFunc(plugins, func(p *plugin.Plugin) bool { return p.Name == name }) {
					continue
				}
				q.Never[n] = words.resolve(word, func(format string, args ...any) { faultf(at, format, args...) })
				if q.Never[n] == q.Want {
					faultf(at, "this is what the question wants; remove one of them")
				}
			}
		}
	})
	questions := make([]Question, len(list))
	for i, e := range list {
		questions[i] = Question{i + 1, e}
	}
	return questions, err
}

// Only returns the questions in which one of these words stands, without regard to case, or of
// which one is the number or the operation that is right; all where there are no words.
func Only(list []Question, words []string) []Question {
	if len(words) == 0 {
		return list
	}
	return slices.DeleteFunc(slices.Clone(list), func(q Question) bool {
		return !slices.ContainsFunc(words, func(w string) bool {
			return strings.Contains(strings.ToLower(q.Ask), strings.ToLower(w)) || w == q.Want || w == strconv.Itoa(q.Number)
		})
	})
}

// operations are the full names of operations, by what a file may call them.
type operations map[string][]string

// refused stands in the place of a full name for an operation that cannot be called.
const refused = ""

// index returns the operations of plugins by their names.
func index(plugins []*plugin.Plugin) operations {
	words := operations{}
	for _, p := range plugins {
		for _, r := range p.Report().Operations {
			name := fullName(p, r.OperationID)
			full := name
			if r.Verdict == openapi.Refused {
				full = refused
			}
			for _, word := range []string{name, r.OperationID, r.Tool, r.Method + " " + r.Path} {
				if !slices.Contains(words[word], full) {
					words[word] = append(words[word], full)
				}
			}
		}
	}
	return words
}

// fullName names an operation among those of all plugins.
func fullName(p *plugin.Plugin, operation string) string { return p.Name + "." + operation }

// resolve returns the full name of the operation that a word stands for.
func (o operations) resolve(word string, faultf func(format string, args ...any)) string {
	shown := markdown.Line(word, 60)
	switch full := o[word]; {
	case len(full) == 1 && full[0] != refused:
		return full[0]
	case len(full) == 1:
		faultf("%s cannot be called; aidesk plugin check says why", shown)
	case len(full) > 1:
		faultf("several plugins have %s; write %s", shown, strings.Join(slices.DeleteFunc(slices.Clone(full), func(s string) bool { return s == refused }), " or "))
	default:
		known := make([]string, 0, len(o))
		for name := range o {
			known = append(known, name)
		}
		slices.Sort(known)
		if meant, ok := config.Closest(word[:min(len(word), maxWord)], known); ok {
			faultf("there is no operation %q; did you mean %s?", shown, meant)
		} else {
			faultf("there is no operation %q; %s stands for no call", shown, None)
		}
	}
	return word
}

// Starter writes a file to start from: for each operation of the plugins that can be called
// a question, from its examples where it has some.
func Starter(out io.Writer, plugins []*plugin.Plugin) error {
	var b strings.Builder
	b.WriteString(starterHead)
	for _, p := range plugins {
		fmt.Fprintf(&b, "\n# %s\n", markdown.Line(p.Human(), 80))
		for _, o := range p.Usable() {
			ask, with := exampleOf(o.Tool(p.Name))
			fmt.Fprintf(&b, "- ask: %s\n  want: %s\n", quoted(ask), quoted(fullName(p, o.ID)))
			if len(with) > 0 {
				fmt.Fprintf(&b, "  with: %s\n", quoted(with))
			}
		}
	}
	if len(plugins) == 0 {
		b.WriteString(starterSample)
	}
	_, err := io.WriteString(out, b.String())
	return err
}

// exampleOf makes a question of a tool's first example, its slots filled from the tool's sample,
// and the arguments that stand in it.
func exampleOf(t openapi.Tool) (ask string, with map[string]any) {
	if len(t.Examples) == 0 {
		return "Say here what a member asks for: " + markdown.Line(t.Description, 100), nil
	}
	var sample map[string]any
	if err := json.Unmarshal(t.Sample, &sample); err != nil {
		sample = nil // then the slots stay as they are
	}
	ask, with = markdown.Line(t.Examples[0], 200), map[string]any{}
	for name, value := range flat(sample) {
		if slot := "{" + name + "}"; strings.Contains(ask, slot) {
			ask, with[name] = strings.ReplaceAll(ask, slot, fmt.Sprint(value)), value
		}
	}
	return ask, with
}

// quoted is a value as YAML and JSON write it.
func quoted(v any) string {
	text, err := json.Marshal(v)
	if err != nil {
		panic(err) // it came of JSON
	}
	return string(text)
}

const starterHead = `# Questions for aidesk eval. Each entry has:
#   ask:   what a member says
#   want:  the operation that a model should call first, or none
#   with:  arguments that the call must have: a text without regard to case, "*" for any
#          value, null for an argument that must be absent; others do not matter
#   never: operations that must not be called; notes.* is every one of a plugin
`

const starterSample = `
- ask: what is in my notes?
  want: notes.list
  never: [notes.remove]
- ask: put oat milk in my notes
  want: notes.add
  with: {text: oat milk, due: null}
- ask: tell me a joke
  want: none
`
