package agent

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"aidesk/core/model"
	"aidesk/core/model/modeltest"
)

// chatter draws a transcript as aidesk keeps them: turns with steps of several
// calls, outcomes that come later, turns that nobody began.
func chatter() *rapid.Generator[[]Entry] {
	return rapid.Custom(func(t *rapid.T) []Entry {
		var all []Entry
		say := func(m model.Message) { all = append(all, Entry{Message: m}) }
		text := func(label string, most int) string {
			return strings.Repeat("word ", rapid.IntRange(1, most).Draw(t, label))
		}
		n := 0
		for range rapid.IntRange(1, 12).Draw(t, "turns") {
			if rapid.IntRange(0, 5).Draw(t, "begun") > 0 {
				say(model.Message{Role: model.User, Parts: []model.Part{{Text: text("question", 300)}}})
			}
			for range rapid.IntRange(0, 4).Draw(t, "steps") {
				call, result := model.Message{Role: model.Assistant}, model.Message{Role: model.ToolRole}
				for range rapid.IntRange(1, 4).Draw(t, "calls") {
					n++
					id := fmt.Sprintf("c%d", n)
					call.Parts = append(call.Parts, model.Part{Call: &model.ToolCall{ID: id, Name: "shop__listGoods", Args: json.RawMessage(`{}`)}})
					result.Parts = append(result.Parts, model.Part{Result: &model.ToolResult{CallID: id, Operation: "shop__listGoods", Status: model.OK, Content: text("result", 1600)}})
				}
				say(call)
				say(result)
			}
			if n > 0 && rapid.Bool().Draw(t, "told") {
				say(model.Message{Role: model.Outcome, Parts: []model.Part{{Result: &model.ToolResult{CallID: "c1", Operation: "shop__listGoods", Status: model.OK, Content: text("outcome", 500)}}}})
			}
			say(model.Message{Role: model.Assistant, Parts: []model.Part{{Text: text("answer", 300)}}})
		}
		return all
	})
}

// TestRoom: what is left of any transcript in any room is well-formed, fits unless
// its last turn alone does not, ends as the transcript ends, and is the same with more
// room where that is enough for all.
func TestRoom(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		entries := chatter().Draw(t, "transcript")
		room := rapid.IntRange(100, 20_000).Draw(t, "room")
		before, err := json.Marshal(entries)
		if err != nil {
			t.Fatal(err)
		}
		r := &run{Turn: Turn{History: entries}}
		got, size := r.compact(room)
		if size != sizeOf(got) {
			t.Fatalf("%d tokens are counted as %d", sizeOf(got), size)
		}
		if err := modeltest.Paired(got); err != nil {
			t.Fatal(err)
		}
		if after, _ := json.Marshal(entries); string(after) != string(before) {
			t.Fatal("the transcript itself was changed")
		}
		turns, _ := r.turns()
		last := turns[len(turns)-1]
		if sizeOf(got) > room && len(got) != len(last) {
			t.Fatalf("%d tokens in a room of %d, %d messages of which the last turn has %d", sizeOf(got), room, len(got), len(last))
		}
		if len(got) < len(last) || got[len(got)-1].TextOf() != last[len(last)-1].TextOf() {
			t.Fatal("the last turn is not there")
		}
		whole := slices.Concat(turns...)
		if sizeOf(whole) <= room && sizeOf(got) != sizeOf(whole) {
			t.Fatalf("%d of %d tokens are left in a room of %d", sizeOf(got), sizeOf(whole), room)
		}
	})
}
