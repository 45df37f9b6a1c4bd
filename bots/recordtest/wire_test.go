package recordtest_test

import (
	"bytes"
	"encoding/json"
	"flag"
	"fmt"
	"maps"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"aidesk/core/model/modeltest"
)

var update = flag.Bool("update", false, "write the recordings of the wires and of the records anew")

// call is one request that the desk made.
type call struct {
	name string // what was called
	body any    // as JSON has it
	// loose ones come as often, and when, as time wants it: they are recorded as a set.
	loose bool
}

// tape records what goes over the wire to one platform, and to the model meanwhile.
type tape struct {
	d      *desk
	calls  func() []call // those so far, in order
	asked  func() []call // the model's
	names  names
	heard  atomic.Int64 // how many of the calls are recorded
	posed  int          // how many of the model's are
	wire   strings.Builder
	models strings.Builder
	loose  map[string]bool
}

func newTape(d *desk, calls, asked func() []call) *tape {
	t := &tape{d: d, calls: calls, asked: asked, names: names{}, loose: map[string]bool{}}
	for _, c := range calls() { // what the start is made of
		c.loose = true
		t.write(c)
	}
	t.heard.Store(int64(len(calls())))
	return t
}

// step lets something happen, waits until everything is said that is wanted and all that
// arrived is dealt with, and records what went over the wires.
func (t *tape) step(name string, act func(), want ...string) {
	t.d.t.Helper()
	before, _ := t.d.count()
	act()
	said := func() string {
		var all []string
		for _, c := range t.calls()[t.heard.Load():] {
			all = append(all, c.name+" "+pretty(c.body))
		}
		return strings.Join(all, "")
	}
	t.d.until(fmt.Sprintf("%s: %q", name, want), func() bool {
		now, open := t.d.count()
		if open > 0 || now == before && len(want) == 0 {
			return false
		}
		return !slices.ContainsFunc(want, func(w string) bool { return !t.shown(w) })
	}, said)
	fmt.Fprintf(&t.wire, "== %s\n\n", name)
	fmt.Fprintf(&t.models, "== %s\n\n", name)
	calls := t.calls()
	for _, c := range calls[t.heard.Load():] {
		t.write(c)
	}
	t.heard.Store(int64(len(calls)))
	asked := t.asked()
	for _, c := range asked[t.posed:] {
		fmt.Fprintf(&t.models, "%s\n", t.names.plain(pretty(c.body)))
	}
	t.posed = len(asked)
}

// shown says whether a text went over the wire in this step.
func (t *tape) shown(text string) bool {
	return text == "" || slices.ContainsFunc(t.calls()[t.heard.Load():], func(c call) bool { return strings.Contains(c.name+" "+pretty(c.body), text) })
}

// await waits until a text went over the wire in this step. What answers the desk waits
// with it, since of two versions of a message that follow each other closely only the
// second is shown.
func (t *tape) await(text string) {
	tick := time.NewTicker(time.Millisecond)
	defer tick.Stop()
	limit := time.After(patience)
	for !t.shown(text) {
		select {
		case <-tick.C:
		case <-limit:
			return // the step does not find it either, and says so
		}
	}
}

// approval makes the shop answer an order when the card says that it is worked on, and
// the model when it shows the outcome.
func (t *tape) approval(w *world, orders http.HandlerFunc, outcome, said string) {
	w.shop.On("POST /orders", func(out http.ResponseWriter, r *http.Request) {
		t.await("Working on it")
		orders(out, r)
	})
	w.model.Then(func(out http.ResponseWriter, r *http.Request, q modeltest.Query) {
		t.await(outcome)
		modeltest.Text(said)(out, r, q)
	})
}

func (t *tape) write(c call) {
	text := t.names.plain(fmt.Sprintf("%s\n%s\n", c.name, pretty(c.body)))
	if c.loose {
		t.loose[text] = true
		return
	}
	t.wire.WriteString(text)
}

// golden compares everything recorded with files.
func (t *tape) golden(platform string) {
	t.d.t.Helper()
	for _, c := range t.calls()[t.heard.Load():] {
		t.write(c)
	}
	set := strings.Join(slices.Sorted(maps.Keys(t.loose)), "")
	golden(t.d.t, platform+".golden", t.wire.String()+"== at any time, in any number\n\n"+set)
	golden(t.d.t, platform+"-model.golden", t.models.String())
	golden(t.d.t, platform+"-ids.golden", ids(t.wire.String()+set))
}

// golden compares a text with a file, or writes it.
func golden(t *testing.T, name, got string) {
	t.Helper()
	path := filepath.Join("testdata", name)
	if *update {
		must(t, os.WriteFile(path, []byte(got), 0o600))
		return
	}
	want, err := os.ReadFile(path)
	must(t, err)
	if diff := cmp.Diff(strings.Split(string(want), "\n"), strings.Split(got, "\n")); diff != "" {
		t.Errorf("%s: what was recorded has changed; if it must, write it anew with -update and say why in the commit (-recorded +now):\n%s", name, diff)
	}
}

// ids lists the ids by which what was posted before is known when it is pressed or filled
// in, each shape once.
func ids(text string) string {
	all := map[string]bool{}
	for _, m := range idField.FindAllStringSubmatch(text, -1) {
		all[m[1]+" "+number.ReplaceAllString(m[2], "<$1>")] = true
	}
	return strings.Join(slices.Sorted(maps.Keys(all)), "\n") + "\n"
}

var (
	idField = regexp.MustCompile(`"(action_id|block_id|callback_id|external_id|custom_id)": ?"([^"]*)"`)
	number  = regexp.MustCompile(`<([A-Z]+)-\d+>`)
)

// pretty is a body as JSON: what is short stands on one line.
func pretty(body any) string {
	var out strings.Builder
	write(&out, "", body)
	return out.String() + "\n"
}

// maxLine is how much stands on one line.
const maxLine = 120

func write(out *strings.Builder, indent string, v any) {
	line := compact(v)
	within := indent + "  "
	switch v := v.(type) {
	case map[string]any:
		if len(line) > maxLine {
			out.WriteString("{")
			for i, k := range slices.Sorted(maps.Keys(v)) {
				fmt.Fprintf(out, "%s\n%s%s: ", comma(i), within, compact(k))
				write(out, within, v[k])
			}
			out.WriteString("\n" + indent + "}")
			return
		}
	case []any:
		if len(line) > maxLine {
			out.WriteString("[")
			for i, x := range v {
				out.WriteString(comma(i) + "\n" + within)
				write(out, within, x)
			}
			out.WriteString("\n" + indent + "]")
			return
		}
	}
	out.WriteString(line)
}

func comma(i int) string {
	if i == 0 {
		return ""
	}
	return ","
}

// compact is a value as JSON on one line.
func compact(v any) string {
	var out bytes.Buffer
	e := json.NewEncoder(&out)
	e.SetEscapeHTML(false)
	if err := e.Encode(v); err != nil {
		return err.Error()
	}
	return strings.TrimSpace(out.String())
}

// names gives each value that is another one in every run a name, the same one wherever
// it stands.
type names map[string]string

// changing are the values that do: ids of ours, timestamps and ids of the platforms,
// hashes, addresses of the fakes.
var changing = []struct {
	kind  string
	shape *regexp.Regexp
}{
	{"ID", regexp.MustCompile(`(^|%2F|%252F|[^A-Za-z0-9])([A-Z2-7]{26})\b`)},
	{"TS", regexp.MustCompile(`()(17\d{8}\.\d{6})`)},
	{"SNOWFLAKE", regexp.MustCompile(`(^|%2F|%252F|[^A-Za-z0-9])(1[345]\d{17})\b`)},
	{"HASH", regexp.MustCompile(`(^|%2F|%252F|[^A-Za-z0-9])([0-9a-f]{12,64})\b`)},
	{"LISTENER", regexp.MustCompile(`()(127\.0\.0\.1:[1-9]\d{4})`)},
	{"TOKEN", regexp.MustCompile(`()(aW50ZXJhY3Rpb24\d+)`)},
	{"NONCE", regexp.MustCompile(`("nonce": ?")([A-Za-z0-9_-]{22})`)},
	{"SEALED", regexp.MustCompile(`()(v1\.k1\.[A-Za-z0-9_-]{20,})`)},
}

// plain is a text in which what changes has its name.
func (n names) plain(text string) string {
	for _, c := range changing {
		text = c.shape.ReplaceAllStringFunc(text, func(found string) string {
			parts := c.shape.FindStringSubmatch(found)
			return parts[1] + n.name(c.kind, parts[2])
		})
	}
	return text
}

// name is what a value is called.
func (n names) name(kind, value string) string {
	if strings.HasPrefix(value, "8") && strings.Contains(value, "0000000000") {
		return value // whom and what the fake Discord has by default
	}
	key := kind + " " + value
	if n[key] == "" {
		count := 1
		for k := range n {
			if strings.HasPrefix(k, kind+" ") {
				count++
			}
		}
		n[key] = fmt.Sprintf("<%s-%d>", kind, count)
	}
	return n[key]
}

// nested turns JSON that travels as text into what it says.
func nested(args map[string]string) any {
	out := map[string]any{}
	for k, v := range args {
		var inner any
		if len(v) > 0 && (v[0] == '{' || v[0] == '[') && json.Unmarshal([]byte(v), &inner) == nil {
			out[k] = inner
		} else {
			out[k] = v
		}
	}
	return out
}

// decoded is a body as JSON has it.
func decoded(body []byte) any {
	var out any
	if len(body) == 0 || json.Unmarshal(body, &out) != nil {
		return string(body)
	}
	return out
}
