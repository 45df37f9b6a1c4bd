package utterance

import (
	"encoding/json"
	"strings"
	"testing"

	"aidesk/core/model"

	"github.com/google/go-cmp/cmp"
)

func TestPrefill(t *testing.T) {
	const (
		stay = `{"type":"object","required":["body"],"properties":{"dry":{"type":"boolean"},"body":{"type":"object","required":["stay","from"],"properties":{
			"stay":{"type":"string","maxLength":20},"note":{"type":"string"},"from":{"type":"string","format":"date"},"nights":{"type":"integer","minimum":1,"maximum":30},"guests":{"type":"integer"},
			"bed_count":{"type":"integer"},"view":{"enum":["sea","sea and garden","garden","a"]},"room":{"enum":["single_room","double-room"]}}}}}`
		two   = `{"properties":{"from":{"type":"string","format":"date"},"until":{"type":"string","format":"date"},"a":{"type":"string"},"b":{"type":"string"},"x":{"enum":["red",1]},"y":{"enum":["red","blue"]}}}`
		alarm = `{"properties":{"at":{"type":"string","format":"date-time"},"q":{"type":"string"}}}`
	)
	tests := []struct{ name, schema, said, want string }{
		{"nothing", stay, "I would like a stay", ``},
		{"date", stay, "could I have it from the day after tomorrow, please?", `{"body":{"from":"2026-12-02"}}`},
		{"the whole date", stay, "we come on Friday, 4 December 2026", `{"body":{"from":"2026-12-04"}}`},
		{"two dates", stay, "from tomorrow until friday", ``},
		{"one date for two arguments", two, "from tomorrow", ``},
		{"time", alarm, "wake me tomorrow at 2:30 pm", `{"at":"2026-12-01T14:30:00+02:00"}`},
		{"a day is no time", alarm, "wake me tomorrow", ``},
		{"number with its name", stay, "2 nights for three guests", `{"body":{"guests":3,"nights":2}}`},
		{"one of another form", stay, "for 1 night", `{"body":{"nights":1}}`},
		{"name of two words", stay, "with 2 bed counts", `{"body":{"bed_count":2}}`},
		{"a number of something else", stay, "2 rooms for 300", ``},
		{"out of range", stay, "for 31 nights", ``},
		{"two numbers", stay, "2 nights or 3 nights", ``},
		{"a number in a date is none", stay, "the 5th of december 2026 nights", `{"body":{"from":"2026-12-05"}}`},
		{"choice", stay, "with a garden!", `{"body":{"view":"garden"}}`},
		{"choice of two words", stay, "a Double room", `{"body":{"room":"double-room"}}`},
		{"the longer choice", stay, "sea and garden", `{"body":{"view":"sea and garden"}}`},
		{"two choices", stay, "sea or garden", ``},
		{"a part of a word", stay, "season", ``},
		{"a short choice", stay, "a", ``},
		{"choice of two arguments", two, "red", ``},
		{"choice of one of them", two, "the blue one", `{"y":"blue"}`},
		{"a number as a choice", two, "the 1", ``},
		{"quoted", stay, "is “Canal Loft” free?", `{"body":{"stay":"Canal Loft"}}`},
		{"quoted twice", stay, `is "Canal Loft" or "Sea Side" free?`, ``},
		{"quoted and too long", stay, `is "a stay whose name is too long" free?`, ``},
		{"quoted for one of two", two, `find "it" here`, ``},
		{"quoted for the only text", alarm, `find "it" here`, `{"q":"it"}`},
		{"a quoted date is one", stay, `from "2026-12-05"`, `{"body":{"from":"2026-12-05"}}`},
		{"all", stay, `take "Canal Loft" with a garden from 5.12.2026 for two nights`, `{"body":{"from":"2026-12-05","nights":2,"stay":"Canal Loft","view":"garden"}}`},
		{"two lines", stay, "for 2\nnights", ``},
		{"too long", stay, "for 2 nights " + strings.Repeat("x", maxMessage), ``},
		{"no schema", `7`, "for 2 nights", ``},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			got := Prefill(test.said, model.Tool{Schema: json.RawMessage(test.schema)}, noon)
			if diff := cmp.Diff(test.want, string(got)); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}
