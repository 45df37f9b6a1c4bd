package bots_test

import (
	"fmt"
	"strings"
	"testing"

	"aidesk/bots/bottest"
	"aidesk/core/model/script"
)

// TestLongReport: what a report leaves out of the message stands in a file beside it.
func TestLongReport(t *testing.T) {
	t.Parallel()
	clock, shop, large := bottest.NewClock(), bottest.NewShop(t, "shop"), bottest.NewShop(t, "large")
	var more strings.Builder
	for i := range 40 {
		fmt.Fprintf(&more, "  /more/%d:\n    delete: {operationId: burn%d, summary: Burn, callbacks: {}, parameters: [{name: a, in: query, schema: {$ref: '#/nowhere/%d'}}], responses: {\"204\": {description: Burnt.}}}\n", i, i, i)
	}
	large.Extend(more.String())
	s := bottest.Start(t, bottest.NewRoom(clock).Platform(), clock, bottest.Setup{
		Model: script.New(), Plugins: []bottest.Plugin{{Address: shop.Address, Default: true}}, Others: []string{large.Address},
	})
	r := s.AskAs("ada", "/plugins-admin add http://"+large.Address)
	if text := r.Text.Text(); !strings.Contains(text, "And 18 more, in the attached file.") || strings.Contains(text, "burn39") {
		t.Errorf("the message says:\n%s", text)
	}
	if len(r.Files) != 1 || r.Files[0].Name != "large-report.txt" {
		t.Fatalf("files: %+v", r.Files)
	}
	for i := range 40 {
		if n := strings.Count(r.Files[0].Text, fmt.Sprintf("burn%d", i)); n == 0 {
			t.Errorf("burn%d is not in the file:\n%s", i, r.Files[0].Text)
		}
		if !strings.Contains(r.Files[0].Text, fmt.Sprintf("#/nowhere/%d", i)) {
			t.Errorf("what is wrong with burn%d is not in the file", i)
		}
	}
	if strings.Contains(r.Files[0].Text, "more, in the attached") {
		t.Errorf("the file leaves something out:\n%s", r.Files[0].Text)
	}

	shop.Extend(more.String())
	s.Restart()
	r = s.AskAs("ada", "/plugins-admin review shop")
	if text := r.Text.Text(); !strings.Contains(text, "And 15 more, in the attached file.") || len(r.Files) != 1 || !strings.Contains(r.Files[0].Text, "DELETE /more/39 (burn39)") {
		t.Errorf("the message says:\n%s\nand beside it stand %+v", text, r.Files)
	}
}
