package requesttest

import (
	"bytes"
	"encoding/json"
	"fmt"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// floors are the least shares of operations, in percent, whose requests the oracle
// accepts. A refused operation counts as one that is not.
var floors = map[string]float64{"plugins": 99, "vendors": 97, "field": 75}

// mostBlind is how many attempts Prism may be unable to judge because it cannot
// compile a schema.
const mostBlind = 10

// verdict is what the oracle says of one attempt.
type verdict struct {
	Line   int      `json:"line"`
	Faults []string `json:"faults"`
	Blind  bool     `json:"blind"` // some schema could not be compiled
}

// judge has the oracle judge attempts on documents of a folder.
func judge(t *testing.T, folder string, all []attempt) []verdict {
	t.Helper()
	var lines bytes.Buffer
	for _, a := range all {
		line, err := json.Marshal(a)
		if err != nil {
			t.Fatal(err)
		}
		lines.Write(append(line, '\n'))
	}
	oracle := exec.CommandContext(t.Context(), "node", "testdata/oracle/check.mjs", folder)
	oracle.Stdin, oracle.Stderr = &lines, os.Stderr
	out, err := oracle.Output()
	if err != nil {
		t.Fatalf("the oracle: %v", err)
	}
	var verdicts []verdict
	for line := range bytes.Lines(out) {
		var v verdict
		if err := json.Unmarshal(line, &v); err != nil || v.Line != len(verdicts) {
			t.Fatalf("the oracle says %q: %v", line, err)
		}
		verdicts = append(verdicts, v)
	}
	if len(verdicts) != len(all) {
		t.Fatalf("%d verdicts on %d attempts", len(verdicts), len(all))
	}
	return verdicts
}

func TestRequests(t *testing.T) {
	corpora := os.Getenv("AIDESK_CORPORA")
	if corpora == "" || os.Getenv("AIDESK_ORACLES") == "" {
		t.Skip("run by make test-requests, with AIDESK_CORPORA")
	}
	var all []attempt
	for corpus, pattern := range map[string]string{"plugins": "plugins/specs/*.*", "vendors": "specs/*.*", "field": "field/openapi/*/doc.*"} {
		files, err := filepath.Glob(filepath.Join(corpora, pattern))
		if err != nil {
			t.Fatal(err)
		}
		for _, f := range files {
			if filepath.Base(f) == "index.json" {
				continue
			}
			name, err := filepath.Rel(corpora, f)
			if err != nil {
				t.Fatal(err)
			}
			got, elsewhere, err := attempts(t.Context(), corpora, corpus, name)
			if err != nil {
				t.Error(err)
			}
			all = append(all, got...)
			if elsewhere > 0 {
				t.Logf("%s: %d operations are only references to files that are not there; only method and path can be judged", filepath.Base(f), elsewhere)
			}
		}
	}
	known := causes(t)
	operations, failed := map[string]map[string]bool{}, map[string]map[string]bool{}
	counts := map[string]int{}
	blind := 0
	for i, v := range judge(t, corpora, all) {
		a := all[i]
		if v.Blind {
			blind++
		}
		put(operations, a.Corpus, a.operation())
		if len(v.Faults) == 0 || failed[a.Corpus][a.operation()] {
			continue
		}
		put(failed, a.Corpus, a.operation())
		cause, named := known[a.operation()]
		if !named {
			t.Errorf("%s (%s) fails without a cause in testdata/causes.txt: %s\n%s", a.operation(), a.Set, strings.Join(v.Faults, "; "), a.URL)
		}
		counts[a.Corpus+": "+cause]++
	}
	for operation := range known {
		if !slices.ContainsFunc(slices.Collect(maps.Keys(floors)), func(corpus string) bool { return failed[corpus][operation] }) {
			t.Errorf("%s is in testdata/causes.txt and does not fail", operation)
		}
	}
	for corpus, floor := range floors {
		n, bad := len(operations[corpus]), len(failed[corpus])
		share := 100 * float64(n-bad) / float64(max(n, 1))
		t.Logf("%s: %d of %d operations accepted, %.2f %%", corpus, n-bad, n, share)
		if share < floor {
			t.Errorf("%s: %.2f %%, at least %.0f %% wanted", corpus, share, floor)
		}
	}
	for _, cause := range slices.Sorted(maps.Keys(counts)) {
		t.Logf("%4d × %s", counts[cause], cause)
	}
	if blind > mostBlind {
		t.Errorf("Prism cannot compile the schemas of %d attempts, at most %d wanted", blind, mostBlind)
	}
}

func put(sets map[string]map[string]bool, set, member string) {
	if sets[set] == nil {
		sets[set] = map[string]bool{}
	}
	sets[set][member] = true
}

// causes reads testdata/causes.txt: file, method and path, cause; tabs between.
func causes(t *testing.T) map[string]string {
	t.Helper()
	data, err := os.ReadFile("testdata/causes.txt")
	if err != nil {
		t.Fatal(err)
	}
	all := map[string]string{}
	for line := range strings.Lines(string(data)) {
		if line = strings.TrimSpace(line); line == "" || strings.HasPrefix(line, "#") {
			continue
		}
		parts := strings.Split(line, "\t")
		if len(parts) != 3 {
			t.Fatalf("causes.txt: %q is not file, operation, cause", line)
		}
		all[fmt.Sprintf("%s %s", parts[0], parts[1])] = parts[2]
	}
	return all
}
