package discord_test

import (
	"encoding/json"
	"io"
	"net/http"
	"strings"
	"testing"

	fakediscord "aidesk/adapters/fake/discord"
	"aidesk/adapters/fake/faketest"
)

// desk is a fake whose application answers everything: commands with a button, buttons
// with a modal, modals with thanks.
func desk(t *testing.T) *fakediscord.Discord {
	t.Helper()
	d, _ := registered(t, fakediscord.Config{})
	d.SetInteractionsURL(app(t, func(w http.ResponseWriter, i object) {
		w.Header().Set("Content-Type", "application/json")
		_, _ = io.WriteString(w, map[any]string{
			2.: `{"type":4,"data":{"content":"good","components":[` + row(button("go")) + `]}}`,
			3.: `{"type":9,"data":{"custom_id":"form","title":"A form","components":[{"type":1,"components":[{"type":4,"custom_id":"name","label":"Your name","style":1}]}]}}`,
			4.: `{"type":8,"data":{"choices":[{"name":"Todo","value":"todo"}]}}`,
			5.: `{"type":4,"data":{"content":"thanks","flags":64}}`,
		}[i["type"]])
	}))
	return d
}

// TestControl: programs in any language can let people act, and read what came of it.
func TestControl(t *testing.T) {
	t.Parallel()
	d := desk(t)
	where := `"user":"` + fakediscord.Ada + `","channel":"` + fakediscord.General + `"`
	browser := faketest.Browser{T: t, URL: d.URL}
	control := browser.Control
	id, _ := control("post", `{`+where+`,"text":"@aidesk hello #general"}`, `"ok":true`)["id"].(string)
	if m, _ := d.Message(fakediscord.General, id); m.Text != "<@"+fakediscord.BotUser+"> hello <#"+fakediscord.General+">" {
		t.Errorf("posted %+v", m)
	}
	control("post", `{`+where+`,"text":"more","reply":"`+id+`"}`, `"ok":true`)
	control("edit", `{`+where+`,"message":"`+id+`","text":"@ben","raw":true}`, `"ok":true`)
	answer, _ := control("command", `{`+where+`,"command":"aidesk","sub":"ask","values":{"what":"x"}}`, `"content":"good"`)["message"].(string)
	control("slash", `{`+where+`,"text":"/aidesk ask what:at 10:30 kind:a"}`, `"ok":true`)
	control("slash", `{`+where+`,"text":"/aidesk ask how are you"}`, `"ok":true`)
	control("slash", `{`+where+`,"text":"/dance"}`, `no command`)
	control("complete", `{`+where+`,"command":"aidesk","sub":"ask","option":"plugin","value":"to","values":{"what":"x"}}`, `"Todo"`)
	control("menu", `{`+where+`,"message":"`+id+`","command":"Ask aidesk"}`, `"ok":true`)
	control("press", `{`+where+`,"message":"`+answer+`","action":"go"}`, `"type":9`)
	control("submit", `{`+where+`,"values":{"name":"Bob"}}`, `"content":"thanks"`)
	control("press", `{`+where+`,"message":"1","action":"go"}`, `it is not shown`)
	control("cancel", `{`+where+`}`, `"ok":true`)
	thread, _ := control("thread", `{`+where+`,"message":"`+id+`","name":"T"}`, `"ok":true`)["id"].(string)
	control("archive", `{"channel":"`+thread+`"}`, `"ok":true`)
	control("inject", `{"event":"DANCE","payload":{}}`, `"sessions":0`)
	for _, word := range []string{"drop", "reconnect", "invalidate", "close"} {
		control(word, `{"code":4000}`, `"ok":true`)
	}
	control("delete", `{`+where+`,"message":"`+id+`"}`, `"ok":true`)
	control("dance", `{}`, `no control`)
	control("post", `[]`, `no JSON object`)
	options := map[string]string{}
	for _, e := range d.Deliveries("INTERACTION_CREATE")[1:3] {
		var p struct {
			Data struct {
				Options []struct {
					Options []struct{ Name, Value string }
				}
			}
		}
		_ = json.Unmarshal(e.Payload, &p)
		for _, o := range p.Data.Options[0].Options {
			options[o.Name] += o.Value + ";"
		}
	}
	if options["what"] != "at 10:30;how are you;" || options["kind"] != "a;" {
		t.Errorf("given are %v", options)
	}
	for what, want := range map[string]string{
		"messages?channel=" + fakediscord.General: `"Text":"good"`, "requests": `"Method":"PUT"`, "deliveries?event=INTERACTION_CREATE": `"Event":"INTERACTION_CREATE"`,
		"users": `"Name":"ada"`, "channels": `"Name":"general"`, "modal?user=" + fakediscord.Ada: `null`, "ephemerals?user=" + fakediscord.Ada: `"Text":"thanks"`,
		"commands": `"Name":"aidesk"`, "connected": `0`, "dance": `not found`,
	} {
		if text := browser.Get("/_control/" + what); !strings.Contains(text, want) {
			t.Errorf("%s: %s; want %s", what, text, want)
		}
	}
}

// TestPage: a person can do it all in a browser.
func TestPage(t *testing.T) {
	t.Parallel()
	d := desk(t)
	browser := faketest.Browser{T: t, URL: d.URL, User: fakediscord.Ada, Channel: fakediscord.General}
	shows, does := browser.Shows, browser.Does
	does("say", `"ok":true`, "text", "hello @ben")
	shows("\\u003c@"+fakediscord.Ben, `"name":"ask"`, "Ask aidesk", `"name":"general"`, `"direct":true`)
	does("say", `"ok":true`, "text", "/aidesk ask hello")
	shows(`"label":"L"`)
	id := d.From(fakediscord.General)[0].ID
	does("press", `"ok":true`, "message", id, "action", "go")
	shows("A form", "Your name")
	does("submit", "must not be empty")
	does("submit", `"ok":true`, "values", map[string]string{"name": "Bob"})
	shows("thanks", `"ephemeral":true`)
	if open := browser.Page().Forms; len(open) != 0 {
		t.Errorf("open are %v", open)
	}
	does("thread", `"ok":true`, "message", id, "name", "a talk")
	thread := d.Threads(fakediscord.General)[0].ID
	if _, err := d.Post(fakediscord.Ben, thread, "in the thread", fakediscord.PostOptions{}); err != nil {
		t.Fatal(err)
	}
	for _, m := range browser.Page().Messages {
		if m.ID == id && (len(m.Replies) != 1 || m.Thread != thread) {
			t.Errorf("the thread stands not below its message: %+v", m)
		}
	}
	does("say", "no command", "text", "/dance now")
	r, err := http.NewRequestWithContext(t.Context(), http.MethodPost, d.URL+"/_control/post", nil)
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("Origin", "https://elsewhere.example")
	if a := do(t, r); a.Status != http.StatusForbidden {
		t.Errorf("another page pressed: %d", a.Status)
	}
}
