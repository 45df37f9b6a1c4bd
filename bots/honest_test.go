package bots_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"html"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"
	"unicode"

	"aidesk/bots/bottest"
	"aidesk/cmd/exampleplugins/example"
	"aidesk/core/chat"
	"aidesk/core/markdown"
	"aidesk/core/model/planner"
)

// TestHonest asks the example plugins, in a world made up from a random seed, and a
// plugin that nobody has ever seen. Every word in an answer must stand in what a
// plugin returned to this very question, and what it returned must stand in the
// answer.
func TestHonest(t *testing.T) {
	w := newWorld(t)
	cities := w.ask("which cities have stays?")
	city := pick(t, cities, "cities")

	found := w.ask("What are my accommodation options in " + city + " for a short stay?")
	stay := pick(t, found, "name")
	w.cards(found)
	w.ask("find a stay in " + city + " for 3 nights for 2 guests")
	w.ask("tell me about the stay " + stay)

	matches := w.ask("what are the latest scores?")
	w.ask("when does " + pick(t, matches, "home") + " play next?")
	w.ask("show the standings")

	pages := w.ask("what does the handbook say about holidays?")
	w.cards(pages)
	w.ask("read the handbook page " + pick(t, pages, "slug"))

	thing := w.invented.word() + " " + w.invented.word()
	w.write("add "+thing+" to my list", map[string]string{"Title": thing})
	w.ask("what is on my list?")
	w.write("book "+stay+" for 2 nights from 2026-12-05", map[string]string{"Stay": stay, "Nights": "2", "From": "2026-12-05"})
	w.ask("show my bookings")

	for _, o := range w.invented.operations {
		for range 3 {
			question, values := o.question(w.invented)
			if o.write {
				w.write(question, values)
			} else {
				w.ask(question)
			}
		}
	}
}

// TestParaphrase says in other words what the plugins could do: the planner must
// not guess, whatever it costs.
func TestParaphrase(t *testing.T) {
	w := newWorld(t)
	city := pick(t, w.ask("which cities have stays?"), "cities")
	o := w.invented.operations[0]
	asked, _ := o.question(w.invented)
	words := strings.Fields(asked)
	for i, j := 0, len(words)-1; i < j; i, j = i+1, j-1 {
		words[i], words[j] = words[j], words[i]
	}
	for _, said := range []string{
		"I need a roof over my head in " + city,
		"any bed free near the centre of " + city + "?",
		"where could we sleep in " + city + " next weekend?",
		"reserve something cheap for me",
		"I would like to travel to " + city,
		"get rid of my reservation",
		"please buy milk",
		"remind me to call mum",
		"do not forget the bread",
		"what do I still have to get done?",
		"strike off the first thing",
		"how many days off do I get?",
		"can I work from home?",
		"who do I tell when I am ill?",
		"what are the rules for trips?",
		"who won yesterday?",
		"is anybody playing right now?",
		"which club is the best?",
		"tell me a joke",
		strings.Join(words, " "),
	} {
		mark := w.log.len()
		r := w.stage.Ask(said)
		if calls := w.log.since(mark); len(calls) != 0 {
			t.Errorf("%q became a call: %+v", said, calls[0])
		}
		if len(r.Cards) != 0 {
			t.Errorf("%q became a card:\n%s", said, bottest.Text(r))
		}
		if text := r.Text.Text(); !strings.Contains(text, "?") && !strings.Contains(text, "only understand words like these") && !strings.Contains(text, "Say it like this") {
			t.Errorf("%q got neither help nor a question: %s", said, text)
		}
	}
}

// world is five plugins with a desk in front of them.
type world struct {
	t        *testing.T
	stage    *bottest.Stage
	log      *requests
	invented *invented
}

func newWorld(t *testing.T) *world {
	seed := rand.Uint64()
	t.Logf("seed %d", seed)
	clock, log := bottest.NewClock(), &requests{}
	w := &world{t: t, log: log}
	plugins, err := example.All(example.Config{Seed: seed, Now: clock.Now, Log: log})
	if err != nil {
		t.Fatal(err)
	}
	w.invented = invent(rand.New(rand.NewPCG(seed, 5)), log)
	plugins = append(plugins, example.Plugin{Name: w.invented.name, Handler: w.invented})
	var all []bottest.Plugin
	for _, p := range plugins {
		server := httptest.NewServer(p.Handler)
		t.Cleanup(server.Close)
		all = append(all, bottest.Plugin{Address: server.Listener.Addr().String(), Default: true})
	}
	w.stage = bottest.Start(t, bottest.NewRoom(clock).Platform(), clock, bottest.Setup{Model: planner.New(), Plugins: all})
	return w
}

// answer is what a question led to.
type answer struct {
	question string
	reply    chat.Reply
	calls    []request // of the API
	pages    []request // that were fetched for previews
}

// ask asks a question that one read answers.
func (w *world) ask(question string) answer {
	w.t.Helper()
	mark := w.log.len()
	a := answer{question: question, reply: w.stage.Ask(question)}
	for _, r := range w.log.since(mark) {
		if strings.HasPrefix(strings.TrimSpace(r.ResponseBody), "{") {
			a.calls = append(a.calls, r)
		} else {
			a.pages = append(a.pages, r)
		}
	}
	if len(a.calls) != 1 || a.calls[0].Method != http.MethodGet || a.calls[0].Status != 200 {
		w.t.Fatalf("%q led to %+v, answered by:\n%s", question, a.calls, bottest.Text(a.reply))
	}
	w.nothingElse(a, a.reply.Text.Text())
	w.everything(a)
	return a
}

// cuts are the desk's own words about what it left out. How many entries a list has
// beyond those shown is checked by everything.
var cuts = regexp.MustCompile(`\S*… \(\d+ characters\)|Left out: the .*|and \d+ more`)

// own are words of the desk itself in an answer.
var own = []string{"nothing", "found"}

// nothingElse checks that each word of a text stands in what the plugins returned.
func (w *world) nothingElse(a answer, text string) {
	w.t.Helper()
	known := map[string]bool{}
	for _, word := range own {
		known[word] = true
	}
	for _, c := range a.calls {
		for _, text := range texts(c.json(w.t)) {
			for _, word := range tokens(text) {
				known[word] = true
			}
		}
	}
	for _, word := range tokens(strings.ReplaceAll(cuts.ReplaceAllString(text, ""), notInTable, "")) {
		if !known[word] {
			w.t.Errorf("%q: %q stands in the answer and in no result:\n%s", a.question, word, text)
		}
	}
}

// notInTable begins the line that names what has no column in a table.
const notInTable = "Not in the table: "

// everything checks that the values of the result stand in the answer: of lists the
// first ten entries, of tables fifteen rows, or their names below it. Ids and pictures are
// for programs.
func (w *world) everything(a answer) {
	w.t.Helper()
	text := squeeze(a.reply.Text.Text())
	links := map[string]bool{}
	for _, l := range a.reply.Text.Links() {
		links[l] = true
	}
	_, without, _ := strings.Cut(a.reply.Text.Text(), notInTable)
	most := most
	if slices.ContainsFunc(a.reply.Text.Blocks, func(b markdown.Block) bool { return b.Kind == markdown.KindTable }) {
		most = mostRows
	}
	if more := entries(a.calls[0].json(w.t)) - most; more > 0 && !strings.Contains(a.reply.Text.Text(), fmt.Sprintf("and %d more", more)) {
		w.t.Errorf("%q: %d entries are left out without a word:\n%s", a.question, more, a.reply.Text.Text())
	}
	shown := 0
	for _, v := range values("", a.calls[0].json(w.t), 0) {
		switch {
		case v.key == "url":
			if !links[v.text] {
				w.t.Errorf("%q: no link to %s in %v", a.question, v.text, a.reply.Text.Links())
			}
		case !strings.Contains(text, squeeze(v.text)) && !strings.Contains(squeeze(without), squeeze(v.key)):
			w.t.Errorf("%q: %s %q is missing in the answer:\n%s", a.question, v.key, v.text, a.reply.Text.Text())
		}
		shown++
	}
	if shown == 0 && !strings.Contains(text, "nothingfound") {
		w.t.Errorf("%q: nothing came of %s", a.question, a.calls[0].ResponseBody)
	}
}

// cards checks that the previews show what the results and their pages say.
func (w *world) cards(a answer) {
	w.t.Helper()
	if n := len(a.reply.Previews); n == 0 || n > 3 {
		w.t.Fatalf("%q: %d previews:\n%s", a.question, n, bottest.Text(a.reply))
	}
	var all strings.Builder
	for _, r := range append(a.calls, a.pages...) {
		all.WriteString(squeeze(strings.Join(texts(r.json(w.t)), " ") + html.UnescapeString(r.ResponseBody)))
	}
	for _, p := range a.reply.Previews {
		for what, text := range map[string]string{"site": p.SiteName, "title": p.Title, "description": p.Description, "image": p.Image, "address": p.URL} {
			text = squeeze(strings.TrimSuffix(text, "…"))
			if what == "site" { // the plugin's own name stands in its manifest
				if text == "" {
					w.t.Errorf("the preview of %s names no site", p.URL)
				}
				continue
			}
			if what == "image" && text == "" { // it missed its time
				continue
			}
			if text == "" || !strings.Contains(all.String(), text) {
				w.t.Errorf("%q: the %s of a preview is %q, which nobody returned", a.question, what, text)
			}
		}
	}
}

// write asks for a change, checks its card, approves it, and checks that exactly this
// was sent.
func (w *world) write(question string, want map[string]string) {
	w.t.Helper()
	mark := w.log.len()
	r := w.stage.Ask(question)
	if calls := w.log.since(mark); len(calls) != 0 || len(r.Cards) != 1 {
		w.t.Fatalf("%q: %d calls and %d cards before the press:\n%s", question, len(calls), len(r.Cards), bottest.Text(r))
	}
	got := map[string]string{}
	for _, f := range r.Cards[0].Values {
		got[f.Label] = f.Value
	}
	for label, value := range want {
		if got[label] != value {
			w.t.Errorf("%q: the card says %s is %q; want %q", question, label, got[label], value)
		}
	}
	w.stage.Act(w.stage.Member, w.stage.Button(r, "Approve"))
	calls := w.log.since(mark)
	if len(calls) == 0 || calls[0].Method != http.MethodPost || calls[0].Status != 201 {
		w.t.Fatalf("%q: sent %+v", question, calls)
	}
	for _, c := range calls[1:] {
		if c.Method == http.MethodPost {
			w.t.Errorf("%q was sent twice", question)
		}
	}
	for label, value := range want {
		if !strings.Contains(calls[0].RequestBody, value) {
			w.t.Errorf("%q: %s %q is not in what was sent: %s", question, label, value, calls[0].RequestBody)
		}
	}
}

// requests is what the plugins were asked, one line of JSON each.
type requests struct {
	mu   sync.Mutex
	text bytes.Buffer
	all  []request
}

// request is a line of a plugin's log.
type request struct {
	Plugin, Method, Path string
	Status               int
	RequestBody          string `json:"request_body"`
	ResponseBody         string `json:"response_body"`
}

// Write takes lines.
func (l *requests) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.text.Write(p)
	for {
		line, err := l.text.ReadBytes('\n')
		if err != nil {
			l.text.Write(line)
			return len(p), nil
		}
		var r request
		if err := json.Unmarshal(line, &r); err != nil {
			return 0, fmt.Errorf("a line of a plugin's log: %w", err)
		}
		l.all = append(l.all, r)
	}
}

func (l *requests) len() int {
	l.mu.Lock()
	defer l.mu.Unlock()
	return len(l.all)
}

func (l *requests) since(mark int) []request {
	l.mu.Lock()
	defer l.mu.Unlock()
	return append([]request(nil), l.all[mark:]...)
}

// json is the answer to a request, nil where it is none.
func (r request) json(t *testing.T) any {
	t.Helper()
	if !strings.HasPrefix(r.ResponseBody, "{") {
		return nil
	}
	d := json.NewDecoder(strings.NewReader(r.ResponseBody))
	d.UseNumber()
	var v any
	if err := d.Decode(&v); err != nil {
		t.Fatalf("%s %s answered %q: %v", r.Method, r.Path, r.ResponseBody, err)
	}
	return v
}

// texts are all keys and values of a result.
func texts(v any) []string {
	switch v := v.(type) {
	case map[string]any:
		var all []string
		for k, inner := range v {
			all = append(append(all, k), texts(inner)...)
		}
		return all
	case []any:
		var all []string
		for _, inner := range v {
			all = append(all, texts(inner)...)
		}
		return all
	case nil:
		return nil
	default:
		return []string{fmt.Sprint(v)}
	}
}

// most is how many entries of a list are shown.
const most = 10

// mostRows is how many rows of a table are shown.
const mostRows = 15

// entries is how many the list of a result has.
func entries(v any) int {
	object, _ := v.(map[string]any)
	for _, inner := range object {
		if list, ok := inner.([]any); ok {
			return len(list)
		}
	}
	return 0
}

// keyed is a value with the name of its property.
type keyed struct{ key, text string }

// values are those values of a result that a member is to see.
func values(key string, v any, depth int) []keyed {
	var all []keyed
	switch v := v.(type) {
	case map[string]any:
		for k, inner := range v {
			all = append(all, values(k, inner, depth+1)...)
		}
	case []any:
		for _, inner := range v[:min(len(v), most)] {
			all = append(all, values(key, inner, depth+1)...)
		}
	case string, json.Number, bool:
		text := fmt.Sprint(v)
		programs := key == "id" || key == "image" || strings.HasSuffix(key, "_id")
		if !programs && text != "" && len(text) < 100 {
			all = append(all, keyed{key, text})
		}
	}
	return all
}

// pick is a value that a result holds under a key.
func pick(t *testing.T, a answer, key string) string {
	t.Helper()
	for _, v := range values("", a.calls[0].json(t), 0) {
		if v.key == key {
			return v.text
		}
	}
	t.Fatalf("%q: no %s in %s", a.question, key, a.calls[0].ResponseBody)
	return ""
}

// tokens are the words and numbers of a text, in small letters, those that were
// written together in capitals and small letters apart.
func tokens(s string) []string {
	var b strings.Builder
	before := ' '
	for _, r := range s {
		if unicode.IsUpper(r) && unicode.IsLower(before) {
			b.WriteByte(' ')
		}
		b.WriteRune(unicode.ToLower(r))
		before = r
	}
	return strings.FieldsFunc(b.String(), func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsDigit(r) })
}

// squeeze leaves only small letters and digits.
func squeeze(s string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsLetter(r) || unicode.IsDigit(r) {
			return unicode.ToLower(r)
		}
		return -1
	}, s)
}
