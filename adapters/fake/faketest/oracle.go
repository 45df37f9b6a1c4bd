package faketest

import (
	"bufio"
	"encoding/json"
	"fmt"
	"maps"
	"math/rand/v2"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"

	"go.uber.org/goleak"
)

// Oracle is a program of others, in the folder npm of a package, that says whether what
// a fake took in the tests of that package is what the platform takes.
type Oracle struct {
	Script string // "schema.mjs": it reads a file of JSON lines, and fails if one is wrong

	mu    sync.Mutex
	lines []string
	seen  map[string]bool
}

// Oracles reports whether the programs of others are there: npm's packages are installed.
func Oracles() bool { return os.Getenv("AIDESK_ORACLES") != "" }

// NeedOracles skips a test unless the programs of others are there.
func NeedOracles(t testing.TB) {
	t.Helper()
	if !Oracles() {
		t.Skip("AIDESK_ORACLES is not set: run make test-fakes")
	}
}

// Add keeps something that the fake took, once.
func (o *Oracle) Add(t testing.TB, line map[string]any) {
	t.Helper()
	text, err := json.Marshal(line)
	if err != nil {
		t.Fatal(err)
	}
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.seen[string(text)] {
		return
	}
	if o.seen == nil {
		o.seen = map[string]bool{}
	}
	o.seen[string(text)] = true
	o.lines = append(o.lines, string(text))
}

// Judge has the program read what was added, and returns what it printed.
func (o *Oracle) Judge() (string, error) {
	folder, err := os.MkdirTemp("", "accepted")
	if err != nil {
		return "", err
	}
	defer os.RemoveAll(folder)
	file := filepath.Join(folder, "lines")
	if err := os.WriteFile(file, []byte(strings.Join(o.lines, "\n")+"\n"), 0o600); err != nil {
		return "", err
	}
	c := exec.Command("node", o.Script, file)
	c.Dir = "npm"
	printed, err := c.CombinedOutput()
	if err != nil {
		return string(printed), fmt.Errorf("%s: what the fake took is not what the platform takes: %w", o.Script, err)
	}
	return string(printed), nil
}

// Main runs the tests of a package, sees that no goroutine is left behind, and has the
// oracle judge what all tests together made the fake take.
func Main(m *testing.M, o *Oracle, ignore ...goleak.Option) {
	judge := func(code int) {
		if Oracles() {
			printed, err := o.Judge()
			fmt.Printf("in the tests: %s", printed)
			if err != nil {
				fmt.Fprintln(os.Stderr, err)
				code = 1
			}
		}
		os.Exit(code)
	}
	goleak.VerifyTestMain(withoutIdle{m}, append(ignore, goleak.Cleanup(judge))...)
}

// withoutIdle closes the connections that the tests kept for more requests.
type withoutIdle struct{ *testing.M }

// Run runs the tests.
func (m withoutIdle) Run() int {
	defer http.DefaultClient.CloseIdleConnections()
	return m.M.Run()
}

// App starts an application of others, app.mjs in the folder npm, and returns what it
// prints behind "up" when it is ready. It ends with the test.
func App(t testing.TB, environment []string, args ...string) string {
	t.Helper()
	c := exec.CommandContext(t.Context(), "node", append([]string{"app.mjs"}, args...)...)
	c.Dir = "npm"
	c.Env = append(os.Environ(), environment...)
	c.Stderr = t.Output()
	in, err := c.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	out, err := c.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := c.Start(); err != nil {
		t.Fatalf("%v: is node installed, and was npm ci run in the folder npm?", err)
	}
	up, ended := make(chan string, 1), make(chan struct{})
	t.Cleanup(func() {
		_ = in.Close()
		<-ended
		_ = c.Wait()
	})
	go func() {
		defer close(ended)
		for lines := bufio.NewScanner(out); lines.Scan(); {
			if rest, ok := strings.CutPrefix(lines.Text(), "up"); ok {
				up <- strings.TrimSpace(rest)
				continue
			}
			t.Errorf("the app printed %s", lines.Text())
		}
	}()
	select {
	case rest := <-up:
		return rest
	case <-ended:
		t.Fatal("the app did not start")
		return ""
	}
}

// Mutator changes trees of JSON at random. It puts in parts of trees that it has seen.
type Mutator struct {
	*rand.Rand

	parts []any
}

// NewMutator makes one that always does the same. The parts are put in beside those of
// the trees.
func NewMutator(trees []any, parts ...any) *Mutator {
	m := &Mutator{rand.New(rand.NewPCG(1, 2)), append([]any{nil, true, false, 0.0, 1.0, -1.0, 2.5, "", "x", []any{}, map[string]any{}}, parts...)}
	for _, tree := range trees {
		m.gather(Clone(tree))
	}
	return m
}

// gather collects the parts of a tree.
func (m *Mutator) gather(v any) {
	m.parts = append(m.parts, v)
	switch v := v.(type) {
	case []any:
		for _, e := range v {
			m.gather(e)
		}
	case map[string]any:
		for _, k := range slices.Sorted(maps.Keys(v)) {
			m.parts = append(m.parts, k)
			m.gather(v[k])
		}
	}
}

// Change changes one place of a tree, and returns it.
func (m *Mutator) Change(v any) any {
	part := func() any { return Clone(m.parts[m.IntN(len(m.parts))]) }
	switch v := v.(type) {
	case map[string]any:
		keys := slices.Sorted(maps.Keys(v))
		if len(keys) == 0 || m.IntN(12) == 0 {
			v[fmt.Sprint(part())] = part()
			return v
		}
		k := keys[m.IntN(len(keys))]
		switch m.IntN(6) {
		case 0:
			delete(v, k)
		case 1:
			v[k] = part()
		default:
			v[k] = m.Change(v[k])
		}
		return v
	case []any:
		if len(v) == 0 {
			return append(v, part())
		}
		i := m.IntN(len(v))
		switch m.IntN(6) {
		case 0:
			return slices.Delete(v, i, i+1)
		case 1:
			return slices.Insert(v, i, part())
		default:
			v[i] = m.Change(v[i])
		}
		return v
	}
	return part()
}

// Clone copies a tree of JSON.
func Clone(v any) any {
	text, _ := json.Marshal(v)
	var out any
	_ = json.Unmarshal(text, &out)
	return out
}
