package chat_test

import (
	"slices"
	"strings"
	"testing"

	"aidesk/core/chat"
)

func TestNearest(t *testing.T) {
	t.Parallel()
	names := []string{"todo", "stays", "scores", "handbook", "stays-admin"}
	for _, c := range []struct {
		typed string
		want  []string
	}{
		{"stay", []string{"stays", "stays-admin"}},
		{"tdo", []string{"todo", "stays"}},
		{"Book", []string{"handbook", "todo"}},
		{strings.Repeat("x", 10_000), []string{"todo", "stays"}},
	} {
		if got := chat.Nearest(c.typed, names, 2); !slices.Equal(got, c.want) {
			t.Errorf("%.20q: %v, want %v", c.typed, got, c.want)
		}
	}
	if got := chat.Nearest("x", nil, 3); got != nil {
		t.Errorf("of none: %v", got)
	}
}
