package agent_test

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/tiktoken-go/tokenizer"

	"aidesk/core/model"
)

// golden compares a request with the one that is kept.
func golden(t *testing.T, name string, request model.Request) {
	t.Helper()
	got, err := json.MarshalIndent(request, "", "  ")
	if err != nil {
		t.Fatal(err)
	}
	path := filepath.Join("testdata", name)
	if *update {
		if err := os.WriteFile(path, append(got, '\n'), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(strings.TrimSpace(string(want)), string(got)); diff != "" {
		t.Errorf("the request (-want +got), write it anew with -update:\n%s", diff)
	}
}

// toolTokens is what the tools of a request are as a Chat Completions server gets
// them, counted by a tokenizer.
func toolTokens(t *testing.T, request model.Request) int {
	t.Helper()
	encoding, err := tokenizer.Get(tokenizer.O200kBase)
	if err != nil {
		t.Fatal(err)
	}
	type function struct {
		Name        string          `json:"name"`
		Description string          `json:"description"`
		Parameters  json.RawMessage `json:"parameters"`
	}
	type tool struct {
		Type     string   `json:"type"`
		Function function `json:"function"`
	}
	var tools []tool
	for _, o := range request.Tools {
		tools = append(tools, tool{"function", function{o.Name, o.Description, o.Schema}})
	}
	raw, err := json.Marshal(tools)
	if err != nil {
		t.Fatal(err)
	}
	n, err := encoding.Count(string(raw))
	if err != nil {
		t.Fatal(err)
	}
	return n
}

// TestRequest is the whole request with one, 24 and 300 operations enabled.
func TestRequest(t *testing.T) {
	for _, test := range []struct{ operations, tools int }{{1, 1}, {24, 24}, {300, 9}} {
		t.Run(strconv.Itoa(test.operations), func(t *testing.T) {
			a, turn := stocked(t, nil, mills(test.operations)...)
			request, answer := asked(t, a, turn, "Which paintings of the museum were archived in Lyon?")
			golden(t, fmt.Sprintf("request-%d.golden", test.operations), request)
			if len(request.Tools) != test.tools {
				t.Errorf("%d tools; want %d", len(request.Tools), test.tools)
			}
			if n := toolTokens(t, request); n > 4000 {
				t.Errorf("%d tokens of tools", n)
			}
			why := map[string]int{}
			for _, o := range answer.Trace.Offered {
				why[o.Why]++
			}
			want := map[string]int{"all": test.operations}
			if test.operations > 24 {
				want = map[string]int{"ranked": 8}
			}
			if diff := cmp.Diff(want, why); diff != "" {
				t.Errorf("why tools are offered (-want +got):\n%s", diff)
			}
			again, _ := asked(t, a, turn, "Which paintings of the museum were archived in Lyon?")
			if diff := cmp.Diff(request, again); diff != "" {
				t.Errorf("the same question gives another request (-first +second):\n%s", diff)
			}
		})
	}
}
