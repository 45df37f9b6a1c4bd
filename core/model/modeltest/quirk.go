package modeltest

import (
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"net/http"
	"regexp"
	"slices"
	"strings"
	"testing"

	"aidesk/core/model"
)

// eventName is the name of an event.
var eventName = regexp.MustCompile(`(?m)^event: .*\n`)

// runQuirks changes an answer as servers do that speak the wire in their own way.
func runQuirks(t *testing.T, d Dialect, open Open) {
	count := 0
	places := []string{"index", "output_index", "content_index"}
	names := []string{"id", "item_id", "call_id"}
	quirks := []struct {
		name    string
		order   func([]event)       // of the events
		objects func(event)         // each object of the answer
		bytes   func(string) string // the stream
		whole   bool                // arguments come in one piece
	}{
		{name: "none"},
		{name: "no index", objects: without(places...)},
		{name: "one index for all", objects: func(e event) { reset(e, places, func() any { return 0 }) }},
		{name: "no ids", objects: without(names...)},
		{name: "ids that change", objects: func(e event) {
			if e["type"] == "function" || e["type"] == "tool_use" {
				return // the call's own
			}
			reset(e, []string{"id", "item_id"}, func() any { count++; return fmt.Sprint("other_", count) })
		}},
		{name: "arguments as objects", whole: true, objects: func(e event) {
			for _, name := range []string{"arguments", "partial_json", "delta"} {
				if s, ok := e[name].(string); ok && strings.HasPrefix(s, "{") {
					e[name] = json.RawMessage(s)
				}
			}
		}},
		{name: "woven calls", order: weave},
		{name: "fields that nobody knows", objects: func(e event) { e["x_extra"] = list{1, "two"} }},
		{name: "error null", objects: func(e event) { e["error"] = nil }},
		{name: "no usage", objects: without("usage")},
		{name: "comments", bytes: func(s string) string {
			return ": PROCESSING\n\n" + strings.ReplaceAll(s, "\n\n", "\n\n: PROCESSING\n\n")
		}},
		{name: "CRLF", bytes: func(s string) string { return strings.ReplaceAll(s, "\n", "\r\n") }},
		{name: "events without names", bytes: func(s string) string { return eventName.ReplaceAllString(s, "") }},
		{name: "no [DONE]", bytes: func(s string) string { return strings.TrimSuffix(s, Done) }},
		{name: "[DONE]", bytes: func(s string) string { return strings.TrimSuffix(s, Done) + Done }},
	}
	for _, quirk := range quirks {
		t.Run(quirk.name, func(t *testing.T) {
			said := both
			said.Whole = quirk.whole
			answer := func(w http.ResponseWriter, r *http.Request, q Query) {
				events := plain(d.speak(said, q))
				if quirk.order != nil {
					quirk.order(events)
				}
				if quirk.objects != nil {
					for _, e := range events {
						walk(e, quirk.objects)
					}
				}
				raw := d.write(events)
				if quirk.bytes != nil {
					raw = quirk.bytes(raw)
				}
				Stream(raw)(w, r, q)
			}
			response := generate(t, open.scripted(New(t, d, answer).URL), request(user("look")))
			checkSaid(t, response, said)
			if u := response.Usage; u.Input == 0 || u.Output == 0 || u.Estimated != (quirk.name == "no usage") {
				t.Errorf("usage %+v", u)
			}
		})
	}
}

// weave has the calls come side by side: all begin, then all have their arguments,
// then all end.
func weave(events []event) {
	rank := func(e event) int {
		raw := encode(e)
		has := func(list ...string) bool {
			return slices.ContainsFunc(list, func(s string) bool { return strings.Contains(raw, s) })
		}
		switch {
		case has(`"usage"`, `"finish_reason":"`, `message_stop`) && !has(`message_start`):
			return 5
		case has(`"output_text`, `"output_index":0`, `text_delta`, `"index":0,"type":"content_block`, `"content":"`) && !has(`tool_calls`):
			return 0
		case has(`output_item.added`, `content_block_start`, `"type":"function"`):
			return 1
		case has(`tool_calls`, `arguments.delta`, `input_json_delta`):
			return 2
		case has(`arguments.done`):
			return 3
		case has(`output_item.done`, `content_block_stop`):
			return 4
		}
		return 0
	}
	slices.SortStableFunc(events, func(a, b event) int { return cmp.Compare(rank(a), rank(b)) })
}

// plain gives events as they are read.
func plain(events []event) []event {
	var list []event
	if err := json.Unmarshal([]byte(encode(events)), &list); err != nil {
		panic(fmt.Sprintf("events that are no JSON: %v", err))
	}
	return list
}

// walk visits every object.
func walk(v any, visit func(event)) {
	switch v := v.(type) {
	case event:
		for _, name := range slices.Sorted(maps.Keys(v)) {
			walk(v[name], visit)
		}
		visit(v)
	case list:
		for _, element := range v {
			walk(element, visit)
		}
	}
}

// without leaves fields out.
func without(names ...string) func(event) {
	return func(e event) {
		for _, name := range names {
			delete(e, name)
		}
	}
}

// reset sets the fields that are there.
func reset(e event, names []string, value func() any) {
	for _, name := range names {
		if _, ok := e[name]; ok {
			e[name] = value()
		}
	}
}

// runCuts cuts an answer at every byte: nothing counts until it came to its end, and
// an error on the way counts at once.
func runCuts(t *testing.T, d Dialect, open Open) {
	var q Query
	raw := d.write(d.speak(both, q))
	first := -1 // the shortest piece that is an answer
	ask := func(raw string) (*model.Response, error) {
		whole := func(r io.Reader) io.Reader { return r }
		return open.behind(canned{"text/event-stream", raw, whole}).Generate(t.Context(), request(user("look")), nil)
	}
	for n := range len(raw) {
		response, err := ask(raw[:n])
		fault, _ := errors.AsType[*model.Error](err)
		switch {
		case err == nil:
			checkSaid(t, response, both)
			if first < 0 {
				first = n
			}
		case fault == nil || fault.Kind != model.Truncated || response != nil || first >= 0:
			t.Fatalf("cut at %d of %d: %+v, %v", n, len(raw), response, err)
		}
	}
	if first < len(raw)/2 {
		t.Errorf("%d bytes of %d are an answer:\n%s", first, len(raw), raw[:max(first, 0)])
	}
	events := d.speak(both, q)
	for n := range len(events) - 2 { // the reason to stop is in the last two
		broken := slices.Concat(events[:n], []event{d.wrong}, events[n:])
		response, err := ask(d.write(broken))
		if fault, ok := errors.AsType[*model.Error](err); !ok || fault.Kind != model.Overloaded || response != nil {
			t.Errorf("error after %d events: %+v, %v", n, response, err)
		}
	}
}
