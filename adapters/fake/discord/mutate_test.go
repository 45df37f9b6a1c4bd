package discord_test

import (
	"encoding/json"
	"fmt"
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
		`{"custom_id":"f","title":"T","components":[
			{"type":18,"label":"L","component":{"type":21,"custom_id":"r","required":false,"options":[{"label":"A","value":"a","description":"d","default":true},{"label":"B","value":"b"}]}},
			{"type":18,"label":"L","component":{"type":22,"custom_id":"c","required":false,"min_values":0,"max_values":2,"options":[{"label":"A","value":"a","default":true},{"label":"B","value":"b"}]}},
			{"type":18,"label":"L","component":{"type":23,"custom_id":"b","default":true}}]}`,
	},
	"choices":  {`{"choices":[{"name":"Todo","value":"todo"},{"name":"Stays","value":"stays"}]}`},
	"commands": {grammar},
}

// TestMutations: the valid bodies are changed at random, and what the fake still takes
// is what Discord's document, and npm's builders, take.
func TestMutations(t *testing.T) {
	t.Parallel()
	rounds := 40
	if faketest.Oracles() {
		rounds = 1000
	}
	for kind, bodies := range examples {
		t.Run(kind, func(t *testing.T) {
			t.Parallel()
			d := start(t, fakediscord.Config{Intents: fakediscord.IntentMembers})
			if r := ask(t, d, "PUT", commands, grammar); r.Status != 200 {
				t.Fatal(r.Text)
			}
			var trees []any
			for _, b := range bodies {
				trees = append(trees, parse(b))
			}
			m := faketest.NewMutator(trees, "1", long(101))
			good := 0
			for n := range rounds {
				body := parse(bodies[n%len(bodies)])
				for range n % 3 {
					body = m.Change(body)
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
