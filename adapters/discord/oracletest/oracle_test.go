package oracletest_test

import (
	"bufio"
	"bytes"
	"encoding/json"
	"maps"
	"os"
	"os/exec"
	"slices"
	"strconv"
	"strings"
	"testing"
	"unicode"

	"github.com/getkin/kin-openapi/openapi3"

	"aidesk/adapters/discord/oracletest"
	"aidesk/adapters/discord/render"
	"aidesk/core/chat"
	"aidesk/core/corporatest"
	"aidesk/core/markdown"
	"aidesk/core/markdown/markdowntest"
)

// mutations is how many mutated documents the oracles read.
const mutations = 10_000

// answer is a document, and the messages that it became.
type answer struct {
	name     string
	doc      *markdown.Document // nil: not only a document
	allow    func(string) bool
	messages []render.Message
}

// answers are everything that the oracles read.
func answers(t *testing.T) []answer {
	t.Helper()
	all := func(string) bool { return true }
	var out []answer
	document := func(name string, d markdown.Document, allow func(string) bool) {
		ms, err := render.Render(chat.Reply{ID: name, To: oracletest.Asker, Text: d})
		if err != nil {
			t.Fatal(err)
		}
		out = append(out, answer{name, &d, allow, ms})
	}
	examples := slices.Concat(markdowntest.CommonMark(t), markdowntest.GFM(t), markdowntest.Footnotes(t))
	for _, e := range append(examples, markdowntest.Tricky(t)...) {
		document(e.Name, markdown.Parse(e.Markdown, all), all)
	}
	sources := markdowntest.Texts(examples)
	for i := range uint64(mutations) {
		document("mutated "+strconv.FormatUint(i, 10), markdown.Parse(oracletest.Mutated(i, sources), oracletest.Allowed), oracletest.Allowed)
	}
	replies := oracletest.Replies()
	for _, name := range slices.Sorted(maps.Keys(replies)) {
		ms, err := render.Render(replies[name])
		if err != nil {
			t.Fatal(err)
		}
		out = append(out, answer{name: name, messages: ms, allow: func(u string) bool { return strings.HasPrefix(u, "https://") }})
	}
	return out
}

// TestOracles shows every message to other people's readers.
func TestOracles(t *testing.T) {
	if os.Getenv("AIDESK_ORACLES") == "" {
		t.Skip("AIDESK_ORACLES is not set")
	}
	answers := answers(t)
	var bodies [][]byte
	for _, a := range answers {
		for _, m := range a.messages {
			body, err := json.Marshal(m)
			if err != nil {
				t.Fatal(err)
			}
			bodies = append(bodies, body)
		}
	}
	t.Run("npm", func(t *testing.T) { npm(t, answers, bodies) })
	t.Run("OpenAPI", func(t *testing.T) { document(t, bodies) })
	t.Run("refused", func(t *testing.T) { refused(t) })
}

// reading is what read.js answers for one body.
type reading struct {
	Pieces [][4]any `json:"pieces"`
	Fault  string   `json:"fault"`
}

// ask runs read.js over bodies.
func ask(t *testing.T, bodies [][]byte) []reading {
	t.Helper()
	node := exec.CommandContext(t.Context(), "node", "read.js")
	node.Dir = "npm"
	node.Stdin = bytes.NewReader(append(bytes.Join(bodies, []byte("\n")), '\n'))
	var faults bytes.Buffer
	node.Stderr = &faults
	data, err := node.Output()
	if err != nil {
		t.Fatalf("node: %v (npm ci in the folder npm?)\n%s", err, faults.String())
	}
	var out []reading
	lines := bufio.NewScanner(bytes.NewReader(data))
	lines.Buffer(nil, 1<<24)
	for lines.Scan() {
		var r reading
		if err := json.Unmarshal(lines.Bytes(), &r); err != nil {
			t.Fatal(err)
		}
		out = append(out, r)
	}
	if len(out) != len(bodies) {
		t.Fatalf("%d readings of %d bodies", len(out), len(bodies))
	}
	return out
}

// tokens are a reading in the terms of the Go reader.
func (r reading) tokens() []oracletest.Token {
	var out []oracletest.Token
	for _, p := range r.Pieces {
		style := oracletest.Style(p[1].(float64))
		if link, kind := p[2].(string), p[3].(string); link != "" || kind != "" {
			out = append(out, oracletest.Token{Link: link, Live: kind})
			continue
		}
		for _, c := range p[0].(string) {
			if !unicode.IsSpace(c) && c != '─' && c != '\u200b' {
				out = append(out, oracletest.Token{Char: c, Style: style})
			}
		}
	}
	return out
}

// npm compares what discord-markdown-parser reads with what the Document says, and
// with what the Go reader reads.
func npm(t *testing.T, answers []answer, bodies [][]byte) {
	t.Helper()
	readings := ask(t, bodies)
	at, chars, lost, live := 0, 0, 0, 0
	for _, a := range answers {
		var got []oracletest.Token
		whole := true
		for _, m := range a.messages {
			r := readings[at]
			at++
			if r.Fault != "" {
				t.Errorf("%s: refused by the builders: %s", a.name, r.Fault)
			}
			read := r.tokens()
			if diff, n := oracletest.Differ(read, oracletest.Read(m.Content)); diff != "" || n > 0 {
				t.Errorf("%s: the readers differ %s (%d)\n%s", a.name, diff, n, m.Content)
			}
			channels := strings.Count(m.Content, "everyone in <#"+oracletest.Channel+">") // a card's own line
			for _, token := range read {
				ours := a.doc == nil && (token.Live == "timestamp" || token.Live == "user" && len(m.AllowedMentions.Users) > 0)
				if a.doc == nil && token.Live == "channel" && channels > 0 {
					ours, channels = true, channels-1
				}
				if token.Live != "" && !ours || token.Style&(oracletest.Underline|oracletest.Spoiler) != 0 || token.Link != "" && !a.allow(token.Link) {
					t.Errorf("%s: %s is alive in %q", a.name, token, m.Content)
				}
				if token.Live != "" {
					live++
				}
			}
			got = append(got, read...)
			whole = whole && len(m.Files) == 0
		}
		if a.doc == nil || !whole {
			continue
		}
		want := oracletest.Said(*a.doc)
		diff, n := oracletest.Differ(want, got)
		if diff != "" && !split(a, want, got) {
			t.Errorf("%s: %s\n%s", a.name, diff, a.messages[0].Content)
		}
		chars, lost = chars+len(want), lost+n
	}
	t.Logf("%d messages of %d answers, %d characters; %d lost some emphasis; %d alive, all ours", len(bodies), len(answers), chars, lost, live)
	if lost*200 > chars {
		t.Errorf("%d of %d characters lost emphasis", lost, chars)
	}
}

// split reports whether the difference is what splitting adds, such as the heads of
// tables: everything is said, in order, and something more.
func split(a answer, want, got []oracletest.Token) bool {
	if len(a.messages) < 2 {
		return false
	}
	for _, token := range got {
		if len(want) > 0 && token.Char == want[0].Char && token.Link == want[0].Link {
			want = want[1:]
		}
	}
	return len(want) == 0
}

// document checks every body against Discord's own OpenAPI document.
func document(t *testing.T, bodies [][]byte) {
	t.Helper()
	loader := openapi3.NewLoader()
	doc, err := loader.LoadFromFile(corporatest.Path(t, "specs/discord__openapi_v10_2026-07.json"))
	if err != nil {
		t.Fatal(err)
	}
	const messages = "/channels/{channel_id}/messages"
	create := doc.Paths.Value(messages).Post.RequestBody.Value.Content["application/json"].Schema.Value
	edit := doc.Paths.Value(messages + "/{message_id}").Patch.RequestBody.Value.Content["application/json"].Schema.Value
	validate := func(schema *openapi3.Schema, body []byte) error {
		var value map[string]any
		if err := json.Unmarshal(body, &value); err != nil {
			return err
		}
		if components, _ := value["components"].([]any); len(components) == 0 {
			return doc.ValidateSchemaJSON(schema, value) // knows no const, and takes a hundredth of the time
		}
		return schema.VisitJSON(value, openapi3.EnableJSONSchema2020())
	}
	if err := validate(create, []byte(`{"embeds":[{"title":"`+strings.Repeat("x", 257)+`"}]}`)); err == nil {
		t.Fatal("a title that is too long is accepted, so nothing is checked")
	}
	for _, body := range bodies {
		for _, schema := range []*openapi3.Schema{create, edit} {
			if err := validate(schema, body); err != nil {
				t.Errorf("%v\n%s", err, body)
			}
		}
	}
}

// refused shows that the builders can refuse.
func refused(t *testing.T) {
	t.Helper()
	bad := []byte(`{"content":"","embeds":[],"components":[{"type":1,"components":[{"type":2,"style":5,"label":"x"}]}]}`)
	if r := ask(t, [][]byte{bad}); r[0].Fault == "" {
		t.Error("a link button without an address is accepted")
	}
}
