package command_test

import (
	"cmp"
	"fmt"
	"strings"
	"testing"

	"aidesk/bots/command"
	"aidesk/core/goldentest"
)

// TestTable prints every command with what members read about it.
func TestTable(t *testing.T) {
	var b strings.Builder
	for _, c := range command.Table {
		fmt.Fprintf(&b, "/%s: %s\n", c.Name, c.Summary)
		for _, v := range c.Verbs {
			fmt.Fprintf(&b, "  %s: %s. %s\n", cmp.Or(v.Name, "(alone)"), v.Summary, v.Example)
			for _, o := range v.Options {
				fmt.Fprintf(&b, "    %s: %s\n", o.Name, o.Summary)
			}
		}
	}
	goldentest.File(t, "table.golden", []byte(b.String()))
}
