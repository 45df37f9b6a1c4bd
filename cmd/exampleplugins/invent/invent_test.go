package invent_test

import (
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"aidesk/cmd/exampleplugins/invent"
)

func TestDistinctAndRepeatable(t *testing.T) {
	words := strings.Fields("a b c")
	for name, invented := range map[string]func(*rand.Rand) []string{
		"places": func(r *rand.Rand) []string { return invent.Places(r, 60) },
		"people": func(r *rand.Rand) []string { return invent.People(r, 20) },
		"pairs":  func(r *rand.Rand) []string { return invent.Pairs(r, 9, words, words) },
	} {
		t.Run(name, func(t *testing.T) {
			source := func(seed uint64) *rand.Rand { return rand.New(rand.NewPCG(seed, 0)) }
			got := invented(source(1))
			if diff := cmp.Diff(got, invented(source(1))); diff != "" {
				t.Errorf("the same source gives other names: %s", diff)
			}
			if slices.Equal(got, invented(source(2))) {
				t.Errorf("another source gives the same names: %v", got)
			}
			slices.Sort(got)
			if n := len(got); n != len(slices.Compact(got)) {
				t.Errorf("names stand twice: %v", got)
			}
		})
	}
}
