package core_test

import (
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// TestCI: every target that .ci/run makes, and every one that CONTRIBUTING.md names, is
// explained by make help, and the workflow for contributors runs .ci/run.
func TestCI(t *testing.T) {
	makefile := readFile(t, "../Makefile")
	explained := map[string]bool{}
	for _, m := range regexp.MustCompile(`(?m)^([a-z-]+):.*## \S`).FindAllStringSubmatch(makefile, -1) {
		explained[m[1]] = true
	}
	for _, m := range regexp.MustCompile(`(?m)^\.PHONY: (\S+)$`).FindAllStringSubmatch(makefile, -1) {
		if !explained[m[1]] {
			t.Errorf("Makefile: make help does not explain %s", m[1])
		}
	}
	run := readFile(t, "../.ci/run")
	_, list, _ := strings.Cut(run, "\ntargets=(\n")
	list, _, found := strings.Cut(list, "\n)\n")
	targets := strings.Fields(list)
	if !found || len(targets) == 0 {
		t.Fatal(".ci/run has no list of targets")
	}
	for _, want := range []string{"vet", "lint", "cold-build", "race"} {
		if !slices.Contains(targets, want) {
			t.Errorf(".ci/run does not make %s", want)
		}
	}
	contributing := readFile(t, "../CONTRIBUTING.md")
	for _, m := range regexp.MustCompile("`make ([a-z-]+)`").FindAllStringSubmatch(contributing, -1) {
		targets = append(targets, m[1])
	}
	for _, target := range append(targets, "test") {
		if !explained[target] {
			t.Errorf("make has no target %s, or does not explain it", target)
		}
	}
	if workflow := readFile(t, "../.github/workflows/ci.yaml"); !strings.Contains(workflow, "- run: .ci/run\n") {
		t.Error(".github/workflows/ci.yaml does not run .ci/run")
	}
	if info, err := os.Stat("../.ci/run"); err != nil || info.Mode()&0o111 == 0 {
		t.Errorf(".ci/run cannot be run: %v", err)
	}
}

func readFile(t *testing.T, path string) string {
	t.Helper()
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}
