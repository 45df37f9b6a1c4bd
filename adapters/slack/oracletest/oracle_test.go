package oracletest_test

import (
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"unicode/utf8"

	"aidesk/adapters/slack/oracletest"
	"aidesk/adapters/slack/render"
	"aidesk/core/chat"
	"aidesk/core/corporatest"
	"aidesk/core/markdown"
	"aidesk/core/markdown/markdowntest"
)

// sent is one line for oracle.mjs.
type sent struct {
	Name  string         `json:"name"`
	Body  render.Message `json:"body"`
	Plain *string        `json:"plain,omitempty"`
}

// file is a file with lines for oracle.mjs.
type file struct {
	*os.File
	lines *json.Encoder
}

func open(t *testing.T) file {
	t.Helper()
	if os.Getenv("AIDESK_ORACLES") == "" {
		t.Skip("AIDESK_ORACLES is not set: run make test-oracles")
	}
	f, err := os.Create(filepath.Join(t.TempDir(), "messages"))
	if err != nil {
		t.Fatal(err)
	}
	return file{f, json.NewEncoder(f)}
}

func (f file) add(t *testing.T, line any) {
	t.Helper()
	if err := f.lines.Encode(line); err != nil {
		t.Fatal(err)
	}
}

// read has the file read.
func (f file) read(t *testing.T) (said string, err error) {
	t.Helper()
	if err := f.Close(); err != nil {
		t.Fatal(err)
	}
	out, err := exec.CommandContext(t.Context(), "node", filepath.Join("npm", "oracle.mjs"), f.Name()).CombinedOutput()
	return string(out), err
}

// TestOracles has every message that the examples, the corpus and 10,000 hostile
// replies become, in all its simpler forms, read by programs that are not ours.
func TestOracles(t *testing.T) {
	f := open(t)
	write := func(name string, r chat.Reply, plain *string, allowed func(string) bool) {
		messages, err := render.Render(r)
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		if len(messages) != 1 || plain != nil && utf8.RuneCountInString(*plain) > 700 { // then it may be cut
			plain = nil
		}
		for len(messages) > 0 {
			m := messages[0]
			messages = messages[1:]
			f.add(t, sent{name, m, plain})
			for _, fault := range oracletest.Faults(m, allowed) {
				t.Errorf("%s: %s", name, fault)
			}
			if next, ok := render.Degrade(m); ok {
				messages, plain = append(messages, next...), nil
			}
		}
	}
	everything := func(string) bool { return true }
	examples := append(markdowntest.CommonMark(t), markdowntest.GFM(t)...)
	var cases []markdowntest.Example
	t.Run("corpus", func(t *testing.T) { cases = markdowntest.Tricky(t) }) // may be skipped alone
	for _, e := range append(cases, examples...) {
		d := markdown.Parse(e.Markdown, everything)
		write(e.Name, chat.Reply{Text: d}, new(d.Text()), everything)
	}
	n := 0
	for r := range oracletest.Hostile(2, 10_000, markdowntest.Texts(examples)) {
		n++
		write(fmt.Sprintf("hostile %d", n), r, nil, oracletest.Allowed)
	}
	said, err := f.read(t)
	t.Log(said)
	if err != nil {
		t.Fatalf("%v: is node installed, and was npm ci run in the folder npm?", err)
	}
}

// TestOraclesFind sees that they find what is wrong.
func TestOraclesFind(t *testing.T) {
	f := open(t)
	for name, line := range map[string]string{
		"an unknown field":   `{"name":"1","body":{"text":"","blocks":[{"type":"divider","colour":"red"}]}}`,
		"an unknown block":   `{"name":"2","body":{"text":"","blocks":[{"type":"marquee"}]}}`,
		"a paragraph inside": `{"name":"3","body":{"text":"","blocks":[{"type":"rich_text","elements":[{"type":"rich_text_list","style":"bullet","elements":[{"type":"text","text":"x"}]}]}]}}`,
		"a mention":          `{"name":"4","body":{"text":"hi <@U123>"}}`,
		"a command":          `{"name":"5","body":{"text":"*hi <!here>*"}}`,
		"another text":       `{"name":"6","body":{"text":"a &lt; c"},"plain":"a < b"}`,
		"nothing wrong":      `{"name":"7","body":{"text":"a &lt; b","blocks":[{"type":"divider"}]},"plain":"a < b"}`,
	} {
		t.Log(name)
		f.add(t, json.RawMessage(line))
	}
	said, err := f.read(t)
	if err == nil || !strings.Contains(said, "7 messages, 4 blocks validated, 2 texts compared, 6 faults") {
		t.Errorf("%v: %s", err, said)
	}
}

// TestLimits holds our list of limits against the corpus.
func TestLimits(t *testing.T) {
	var all map[string]any
	corporatest.Read(t, "slack/limits.json", &all)
	for name, want := range oracletest.Limits {
		var at any = all
		for key := range strings.SplitSeq(name, ".") {
			inner, ok := at.(map[string]any)
			if !ok {
				t.Fatalf("%s is not in the file", name)
			}
			at = inner[key]
		}
		if got, ok := at.(float64); !ok || int(got) != want {
			t.Errorf("%s is %v, want %d", name, at, want)
		}
	}
}
