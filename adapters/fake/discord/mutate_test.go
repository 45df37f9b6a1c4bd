package discord_test

import (
	"encoding/json"
	"fmt"
	"maps"
	"math/rand/v2"
	"os"
	"slices"
	"testing"

	fakediscord "aidesk/adapters/fake/discord"
	"aidesk/adapters/fake/faketest"
)

// examples are bodies that Discord takes, by the kind of the request.
var examples = map[string][]string{
	"message": {
		`{"content":"words","nonce":"n","enforce_nonce":false,"tts":false,"flags":4,"allowed_mentions":{"parse":["roles"],"users":["` + fakediscord.Ada + `"],"replied_user":false}}`,
		`{"embeds":[{"title":"t","description":"d","url":"https://e.com","color":7,"timestamp":"2026-11-22T10:00:00Z","footer":{"text":"f","icon_url":"https://e.com/i.png"},
			"author":{"name":"a","url":"https://e.com"},"image":{"url":"https://e.com/i.png"},"thumbnail":{"url":"https://e.com/i.png"},"fields":[{"name":"n","value":"v","inline":true}]}]}`,
		`{"content":"c","components":[{"type":1,"components":[{"type":2,"style":1,"label":"L","custom_id":"a"},{"type":2,"style":5,"label":"L","url":"https://e.com"}]},
			{"type":1,"components":[{"type":3,"custom_id":"m","placeholder":"p","min_values":1,"max_values":2,"options":[{"label":"A","value":"a","description":"d","default":true},{"label":"B","value":"b"}]}]},
			{"type":1,"components":[{"type":5,"custom_id":"u"}]}]}`,
		`{"flags":32768,"components":[{"type":17,"accent_color":7,"spoiler":false,"components":[{"type":10,"content":"t"},{"type":14,"divider":true,"spacing":1}]},
			{"type":9,"components":[{"type":10,"content":"t"}],"accessory":{"type":11,"media":{"url":"https://e.com/i.png"}}}]}`,
	},
	"modal": {
		`{"custom_id":"f","title":"T","components":[{"type":1,"components":[{"type":4,"custom_id":"i","label":"L","style":1,"min_length":1,"max_length":9,"required":true,"value":"v","placeholder":"p"}]},
			{"type":18,"label":"L","description":"d","component":{"type":3,"custom_id":"m","options":[{"label":"A","value":"a"}]}},{"type":10,"content":"t"}]}`,
	},
	"choices":  {`{"choices":[{"name":"Todo","value":"todo"},{"name":"Stays","value":"stays"}]}`},
	"commands": {grammar},
}

// TestMutations: the valid bodies are changed at random, and what the fake still takes
// is what Discord's document, and npm's builders, take.
func TestMutations(t *testing.T) {
	t.Parallel()
	rounds := 40
	if os.Getenv("AIDESK_ORACLES") != "" {
		rounds = 1000
	}
	for kind, bodies := range examples {
		t.Run(kind, func(t *testing.T) {
			t.Parallel()
			d := start(t, fakediscord.Config{Intents: fakediscord.IntentMembers})
			if r := ask(t, d, "PUT", commands, grammar); r.Status != 200 {
				t.Fatal(r.Text)
			}
			m := mutator{rand.New(rand.NewPCG(1, 2)), nil}
			for _, b := range bodies {
				m.gather(b)
			}
			good := 0
			for n := range rounds {
				body := parse(bodies[n%len(bodies)])
				for range n % 3 {
					body = m.change(body)
				}
				if send(t, d, kind, body) {
					good++
				}
			}
			t.Logf("%s: %d of %d taken", kind, good, rounds)
			if good < rounds/5 {
				t.Error("hardly anything is taken: the changes are too wild to say anything")
			}
		})
	}
}

// send sends a body, and reports whether the fake took it.
func send(t *testing.T, d *fakediscord.Discord, kind string, body any) bool {
	t.Helper()
	var r *fakediscord.Receipt
	var err error
	answer := 0
	switch kind {
	case "message":
		return ask(t, d, "POST", messages, body).Status == 200
	case "commands":
		return ask(t, d, "PUT", commands, body).Status == 200
	case "modal":
		answer = 9
		r, err = d.Command(fakediscord.Ada, fakediscord.General, "aidesk", "ask", map[string]string{"what": "x"})
	case "choices":
		answer = 8
		before := len(d.Deliveries("INTERACTION_CREATE"))
		go func() {
			_, _ = d.Complete(fakediscord.Ada, fakediscord.General, "aidesk", "ask", "plugin", "x", nil)
		}()
		faketest.Until(t, d, "the interaction", func() bool { return len(d.Deliveries("INTERACTION_CREATE")) > before })
		p := payload(t, d)
		r = &fakediscord.Receipt{ID: fmt.Sprint(p["id"]), Token: fmt.Sprint(p["token"])}
	}
	if err != nil {
		t.Fatal(err)
	}
	return ask(t, d, "POST", callback(r), object{"type": answer, "data": body}).Status == 204
}

func parse(text string) any {
	var out any
	_ = json.Unmarshal([]byte(text), &out)
	return out
}

func deepCopy(v any) any {
	text, _ := json.Marshal(v)
	return parse(string(text))
}

// mutator changes trees at random; parts are what it puts in.
type mutator struct {
	*rand.Rand
	parts []any
}

// gather collects the parts of a tree.
func (m *mutator) gather(text string) {
	if m.parts == nil {
		m.parts = []any{nil, true, false, 0.0, 1.0, -1.0, 2.5, "", "x", "1", long(101), []any{}, object{}}
	}
	var walk func(v any)
	walk = func(v any) {
		m.parts = append(m.parts, v)
		switch v := v.(type) {
		case []any:
			for _, e := range v {
				walk(e)
			}
		case object:
			for _, k := range slices.Sorted(maps.Keys(v)) {
				m.parts = append(m.parts, k)
				walk(v[k])
			}
		}
	}
	walk(parse(text))
}

// change changes one place of a tree.
func (m *mutator) change(v any) any {
	part := func() any { return deepCopy(m.parts[m.IntN(len(m.parts))]) }
	switch v := v.(type) {
	case object:
		keys := slices.Sorted(maps.Keys(v))
		if len(keys) == 0 || m.IntN(12) == 0 {
			v[fmt.Sprint(part())] = part()
			return v
		}
		k := keys[m.IntN(len(keys))]
		switch m.IntN(6) {
		case 0:
			delete(v, k)
		case 1:
			v[k] = part()
		default:
			v[k] = m.change(v[k])
		}
		return v
	case []any:
		if len(v) == 0 {
			return append(v, part())
		}
		i := m.IntN(len(v))
		switch m.IntN(6) {
		case 0:
			return slices.Delete(v, i, i+1)
		case 1:
			return slices.Insert(v, i, part())
		default:
			v[i] = m.change(v[i])
		}
		return v
	}
	return part()
}
