package discord_test

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	fakediscord "aidesk/adapters/fake/discord"
	"aidesk/adapters/fake/faketest"
)

// grammar are commands like aidesk's.
const grammar = `[
	{"name":"aidesk","description":"d","contexts":[0,1],"options":[{"type":1,"name":"ask","description":"d","options":[
		{"type":3,"name":"what","description":"d","required":true,"max_length":100},
		{"type":4,"name":"many","description":"d","min_value":1,"max_value":5},
		{"type":6,"name":"whom","description":"d"},
		{"type":3,"name":"kind","description":"d","choices":[{"name":"A","value":"a"}]},
		{"type":3,"name":"plugin","description":"d","autocomplete":true}]}]},
	{"name":"admin","description":"d","default_member_permissions":"32","contexts":[0]},
	{"type":3,"name":"Ask aidesk"}]`

// registered is a fake in which the commands are registered.
func registered(t *testing.T, c fakediscord.Config) (*fakediscord.Discord, *faketest.StillClock) {
	t.Helper()
	clock := faketest.NewClock(monday)
	c.Clock = clock
	d := start(t, c)
	if r := ask(t, d, "PUT", commands, grammar); r.Status != 200 {
		t.Fatal(r.Text)
	}
	return d, clock
}

func callback(r *fakediscord.Receipt) string {
	return "/interactions/" + r.ID + "/" + r.Token + "/callback"
}

func hook(r *fakediscord.Receipt, rest string) string {
	return "/webhooks/" + fakediscord.ApplicationID + "/" + r.Token + rest
}

// payload is the newest interaction as the application is told it.
func payload(t *testing.T, d *fakediscord.Discord) object {
	t.Helper()
	all := d.Deliveries("INTERACTION_CREATE")
	var out object
	if err := json.Unmarshal(all[len(all)-1].Payload, &out); err != nil {
		t.Fatal(err)
	}
	return out
}

// TestRefusedCommands: Discord lets nobody give a command that is not there, or not
// for them, or with options that are wrong.
func TestRefusedCommands(t *testing.T) {
	t.Parallel()
	d, _ := registered(t, fakediscord.Config{})
	dm := d.DM(fakediscord.Ada)
	tests := []struct {
		name, user, channel, command, sub string
		options                           map[string]string
		ok                                bool
	}{
		{"all is well", fakediscord.Ada, fakediscord.General, "aidesk", "ask", map[string]string{"what": "x", "many": "3", "whom": fakediscord.Ben, "kind": "a"}, true},
		{"in a direct message", fakediscord.Ada, dm, "aidesk", "ask", map[string]string{"what": "x"}, true},
		{"an unknown command", fakediscord.Ada, dm, "other", "", nil, false},
		{"no subcommand", fakediscord.Ada, dm, "aidesk", "", nil, false},
		{"an unknown subcommand", fakediscord.Ada, dm, "aidesk", "tell", nil, false},
		{"without what is required", fakediscord.Ada, dm, "aidesk", "ask", nil, false},
		{"too long", fakediscord.Ada, dm, "aidesk", "ask", map[string]string{"what": long(101)}, false},
		{"an unknown option", fakediscord.Ada, dm, "aidesk", "ask", map[string]string{"what": "x", "why": "y"}, false},
		{"no number", fakediscord.Ada, dm, "aidesk", "ask", map[string]string{"what": "x", "many": "y"}, false},
		{"a number out of bounds", fakediscord.Ada, dm, "aidesk", "ask", map[string]string{"what": "x", "many": "6"}, false},
		{"no choice", fakediscord.Ada, dm, "aidesk", "ask", map[string]string{"what": "x", "kind": "b"}, false},
		{"nobody", fakediscord.Ada, fakediscord.General, "aidesk", "ask", map[string]string{"what": "x", "whom": "1"}, false},
		{"for administrators", fakediscord.Ada, fakediscord.General, "admin", "", nil, false},
		{"by an administrator", fakediscord.Admin, fakediscord.General, "admin", "", nil, true},
		{"by the owner", fakediscord.Owner, fakediscord.General, "admin", "", nil, true},
		{"not in direct messages", fakediscord.Admin, d.DM(fakediscord.Admin), "admin", "", nil, false},
		{"in a channel that they don't see", fakediscord.Ada, fakediscord.Lobby, "aidesk", "ask", map[string]string{"what": "x"}, false},
	}
	for _, tt := range tests {
		r, err := d.Command(tt.user, tt.channel, tt.command, tt.sub, tt.options)
		if (err == nil) != tt.ok || tt.ok && r.Token == "" {
			t.Errorf("%s: %v", tt.name, err)
		}
	}
	if _, err := d.MessageCommand(fakediscord.Ada, fakediscord.General, posted(t, d, fakediscord.Ben, fakediscord.General, "words"), "Ask aidesk"); err != nil {
		t.Error(err)
	}
	p := payload(t, d)
	data, _ := p["data"].(object)
	text, _ := json.Marshal(data["resolved"])
	if !strings.Contains(string(text), `"content":"words"`) || data["target_id"] == nil || p["member"] == nil || p["guild_id"] != fakediscord.GuildID {
		t.Errorf("told %v", p)
	}
}

// TestPayload: an interaction says who, where and what.
func TestPayload(t *testing.T) {
	t.Parallel()
	d, _ := registered(t, fakediscord.Config{})
	if _, err := d.Command(fakediscord.Ben, fakediscord.General, "aidesk", "ask", map[string]string{"what": "x", "many": "3", "whom": fakediscord.Ada}); err != nil {
		t.Fatal(err)
	}
	p := payload(t, d)
	data, _ := p["data"].(object)
	delete(data, "id")
	resolved, _ := data["resolved"].(object)
	if users, _ := resolved["users"].(object); users[fakediscord.Ada] == nil {
		t.Errorf("resolved are %v", resolved)
	}
	delete(data, "resolved")
	want := object{"name": "aidesk", "type": 1., "options": []any{object{"name": "ask", "type": 1., "options": []any{
		object{"name": "what", "type": 3., "value": "x"}, object{"name": "many", "type": 4., "value": 3.}, object{"name": "whom", "type": 6., "value": fakediscord.Ada},
	}}}}
	if diff := cmp.Diff(want, data); diff != "" {
		t.Errorf("data (-want +got):\n%s", diff)
	}
	member, _ := p["member"].(object)
	if p["type"] != 2. || p["context"] != 0. || p["channel_id"] != fakediscord.General || member["permissions"] == nil || p["user"] != nil {
		t.Errorf("told %v", p)
	}
	if _, err := d.Command(fakediscord.Ben, d.DM(fakediscord.Ben), "aidesk", "ask", map[string]string{"what": "x"}); err != nil {
		t.Fatal(err)
	}
	if p := payload(t, d); p["context"] != 1. || p["member"] != nil || p["guild_id"] != nil || p["user"] == nil {
		t.Errorf("told %v", p)
	}
}

// TestAnswers: an interaction is answered once, within three seconds, and its token
// lives for fifteen minutes.
func TestAnswers(t *testing.T) {
	t.Parallel()
	d, clock := registered(t, fakediscord.Config{})
	give := func() *fakediscord.Receipt {
		t.Helper()
		r, err := d.Command(fakediscord.Ada, fakediscord.General, "aidesk", "ask", map[string]string{"what": "x"})
		if err != nil {
			t.Fatal(err)
		}
		return r
	}
	refused := func(what string, r reply, status, code int) {
		t.Helper()
		if r.Status != status || r.Code != code {
			t.Errorf("%s: got %d, %d, want %d, %d: %s", what, r.Status, r.Code, status, code, r.Text)
		}
	}
	hidden := `{"type":4,"data":{"content":"hi","flags":64}}`

	r := give()
	refused("an edit before the answer", ask(t, d, "PATCH", hook(r, "/messages/@original"), `{"content":"x"}`), 404, 10015)
	refused("an unknown type", ask(t, d, "POST", callback(r), `{"type":99}`), 400, 50035)
	refused("an update of no message", ask(t, d, "POST", callback(r), `{"type":7,"data":{"content":"x"}}`), 400, 50035)
	refused("nothing", ask(t, d, "POST", callback(r), `{"type":4,"data":{}}`), 400, 50006)
	if w := ask(t, d, "POST", callback(r), `{"type":4,"data":{"content":"`+long(2001)+`"}}`); w.Where != "data.content BASE_TYPE_MAX_LENGTH" {
		t.Errorf("wrong is %q", w.Where)
	}
	refused("the answer", ask(t, d, "POST", callback(r), hidden), 204, 0)
	refused("a second answer", ask(t, d, "POST", callback(r), hidden), 400, 40060)
	refused("another token", ask(t, d, "POST", "/interactions/"+r.ID+"/x/callback", hidden), 404, 10062)
	e := d.Ephemerals(fakediscord.Ada)
	if len(e) != 1 || e[0].Text != "hi" || len(d.Ephemerals(fakediscord.Ben)) > 0 || len(d.From(fakediscord.General)) > 0 {
		t.Fatalf("shown are %+v", e)
	}
	refused("with the bot's token", ask(t, d, "PATCH", messages+"/"+e[0].ID, `{"content":"x"}`), 404, 10008)
	refused("with its own", ask(t, d, "PATCH", hook(r, "/messages/@original"), `{"content":"changed"}`), 200, 0)
	refused("reading it", ask(t, d, "GET", hook(r, "/messages/@original"), nil), 200, 0)
	refused("a follow-up", ask(t, d, "POST", hook(r, ""), `{"content":"more"}`), 200, 0)
	more := d.From(fakediscord.General)[0]
	refused("changing it", ask(t, d, "PATCH", hook(r, "/messages/"+more.ID), `{"content":"more!"}`), 200, 0)
	refused("changing another", ask(t, d, "PATCH", hook(r, "/messages/"+content(t, d, fakediscord.General, `{"content":"x"}`)), `{"content":"more!"}`), 404, 10008)
	refused("deleting", ask(t, d, "DELETE", hook(r, "/messages/@original"), nil), 204, 0)
	clock.Advance(16 * time.Minute)
	refused("after fifteen minutes", ask(t, d, "POST", hook(r, ""), `{"content":"late"}`), 401, 50027)

	r = give()
	clock.Advance(4 * time.Second)
	refused("after three seconds", ask(t, d, "POST", callback(r), hidden), 404, 10062)
	if _, err := r.Wait(t.Context()); err == nil {
		t.Error("a late answer counts")
	}

	r = give()
	refused("deferring with other flags", ask(t, d, "POST", callback(r), `{"type":5,"data":{"flags":32768}}`), 400, 50035)
	refused("deferring", ask(t, d, "POST", callback(r)+"?with_response=true", `{"type":5,"data":{"flags":64}}`), 200, 0)
	if a := faketest.Result(t, r, nil); a.Type != fakediscord.AnswerDeferred || a.Via != "callback" {
		t.Errorf("answered %+v", a)
	}
	refused("a follow-up that takes its place", ask(t, d, "POST", hook(r, ""), `{"content":"done","allowed_mentions":{"parse":[]}}`), 200, 0)
	if e := d.Ephemerals(fakediscord.Ada); len(e) != 1 || e[0].Text != "done" || e[0].Flags&fakediscord.FlagLoading != 0 {
		t.Errorf("shown are %+v", e)
	}
	faketest.Idle(t, d)
}

// TestPresses: a button is pressed where it stands or stood, by who sees it.
func TestPresses(t *testing.T) {
	t.Parallel()
	d, _ := registered(t, fakediscord.Config{})
	id := content(t, d, fakediscord.General, `{"content":"c","components":[`+row(button("a"), `{"type":2,"style":1,"label":"L","custom_id":"off","disabled":true}`)+`,`+
		row(`{"type":3,"custom_id":"m","max_values":2,"options":[{"label":"A","value":"a"},{"label":"B","value":"b"}]}`)+`,`+row(`{"type":5,"custom_id":"u"}`)+`]}`)
	ask(t, d, "PATCH", messages+"/"+id, `{"content":"gone","components":[]}`)
	r, err := d.Press(fakediscord.Ada, fakediscord.General, id, "a")
	if err != nil {
		t.Fatal(err)
	}
	if p := payload(t, d); p["message"].(object)["content"] != "gone" {
		t.Errorf("told %v", p)
	}
	ask(t, d, "POST", callback(r), `{"type":6}`)
	if r := ask(t, d, "PATCH", hook(r, "/messages/@original"), `{"content":"pressed"}`); r.Status != 200 {
		t.Error(r.Text)
	}
	if m, _ := d.Message(fakediscord.General, id); m.Text != "pressed" || len(m.Versions) != 3 {
		t.Errorf("the message is %+v", m)
	}
	if _, err := d.Press(fakediscord.Ada, fakediscord.General, id, "off"); err == nil {
		t.Error("a disabled button was pressed")
	}
	if _, err := d.Press(fakediscord.Ada, fakediscord.General, id, "m"); err == nil {
		t.Error("a menu was pressed")
	}
	if _, err := d.Choose(fakediscord.Ada, fakediscord.General, id, "m", "a", "b"); err != nil {
		t.Error(err)
	}
	for _, values := range [][]string{nil, {"c"}, {"a", "b", "a"}} {
		if _, err := d.Choose(fakediscord.Ada, fakediscord.General, id, "m", values...); err == nil {
			t.Errorf("%v were chosen", values)
		}
	}
	if _, err := d.Choose(fakediscord.Ada, fakediscord.General, id, "u", fakediscord.Ben); err != nil {
		t.Error(err)
	}
	if data := payload(t, d)["data"].(object); data["resolved"].(object)["users"].(object)[fakediscord.Ben] == nil {
		t.Errorf("told %v", data)
	}
	r, err = d.Press(fakediscord.Ben, fakediscord.General, id, "a")
	if err != nil {
		t.Fatal(err)
	}
	ask(t, d, "POST", callback(r), `{"type":4,"data":{"content":"not yours","flags":64,"components":[`+row(button("e"))+`]}}`)
	e := d.Ephemerals(fakediscord.Ben)[0]
	if _, err := d.Press(fakediscord.Ada, fakediscord.General, e.ID, "e"); err == nil {
		t.Error("somebody pressed a button that they don't see")
	}
	r, err = d.Press(fakediscord.Ben, fakediscord.General, e.ID, "e")
	if err != nil {
		t.Fatal(err)
	}
	ask(t, d, "POST", callback(r), `{"type":7,"data":{"content":"done","components":[]}}`)
	if e := d.Ephemerals(fakediscord.Ben); len(e) != 1 || e[0].Shown() != "done" {
		t.Errorf("shown are %+v", e)
	}
}

// TestModals: what a modal may be, and how it comes back.
func TestModals(t *testing.T) {
	t.Parallel()
	input := `{"type":1,"components":[{"type":4,"custom_id":"i","label":"L","style":1}]}`
	modal := func(title, list string) string {
		return `{"type":9,"data":{"custom_id":"form","title":"` + title + `","components":[` + list + `]}}`
	}
	numbered := func(n int) string {
		var out []string
		for i := range n {
			out = append(out, strings.Replace(input, `"i"`, `"i`+string(rune('0'+i))+`"`, 1))
		}
		return strings.Join(out, ",")
	}
	label := func(component string) string { return `{"type":18,"label":"L","component":` + component + `}` }
	options := func(n int) string {
		var out []string
		for i := range n {
			out = append(out, fmt.Sprintf(`{"label":"%d","value":"%d"}`, i, i))
		}
		return strings.Join(out, ",")
	}
	tests := []struct{ name, body, where string }{
		{"one", modal("T", input), ""},
		{"five", modal("T", numbered(5)), ""},
		{"six", modal("T", numbered(6)), "data.components BASE_TYPE_MAX_LENGTH"},
		{"none", modal("T", ""), "data.components BASE_TYPE_BAD_LENGTH"},
		{"a label", modal("T", `{"type":18,"label":"L","description":"d","component":{"type":4,"custom_id":"i","style":2}}`), ""},
		{"a menu with a label", modal("T", `{"type":18,"label":"L","component":{"type":3,"custom_id":"i","options":[{"label":"A","value":"a"}]}}`), ""},
		{"boxes", modal("T", label(`{"type":22,"custom_id":"i","required":false,"min_values":0,"options":[`+options(10)+`]}`)), ""},
		{"a choice", modal("T", label(`{"type":21,"custom_id":"i","options":[`+options(2)+`]}`)), ""},
		{"a box", modal("T", label(`{"type":23,"custom_id":"i","default":true}`)), ""},
		{"eleven boxes", modal("T", label(`{"type":22,"custom_id":"i","options":[`+options(11)+`]}`)), "data.components.0.component.options BASE_TYPE_MAX_LENGTH"},
		{"boxes that may be empty and may not", modal("T", label(`{"type":22,"custom_id":"i","min_values":0,"options":[`+options(2)+`]}`)), "data.components.0.component.min_values NUMBER_TYPE_MIN"},
		{"more boxes than there are", modal("T", label(`{"type":22,"custom_id":"i","max_values":3,"options":[`+options(2)+`]}`)), "data.components.0.component.options BASE_TYPE_BAD_LENGTH"},
		{"one to choose from", modal("T", label(`{"type":21,"custom_id":"i","options":[`+options(1)+`]}`)), "data.components.0.component.options BASE_TYPE_BAD_LENGTH"},
		{"two chosen at first", modal("T", label(strings.ReplaceAll(`{"type":21,"custom_id":"i","options":[`+options(2)+`]}`, `"label"`, `"default":true,"label"`))), "data.components.0.component.options SELECT_COMPONENT_TOO_MANY_DEFAULT_VALUES"},
		{"a menu that may be empty and may not", modal("T", label(`{"type":3,"custom_id":"i","min_values":0,"options":[`+options(2)+`]}`)), "data.components.0.component.min_values NUMBER_TYPE_MIN"},
		{"a menu of 26", modal("T", label(`{"type":3,"custom_id":"i","options":[`+options(26)+`]}`)), "data.components.0.component.options BASE_TYPE_MAX_LENGTH"},
		{"a disabled menu", modal("T", label(`{"type":3,"custom_id":"i","disabled":true,"options":[`+options(2)+`]}`)), "data.components.0.component.disabled MODAL_COMPONENT_DISABLED"},
		{"a long description", modal("T", `{"type":18,"label":"L","description":"`+long(101)+`","component":{"type":4,"custom_id":"i","style":2}}`), "data.components.0.description BASE_TYPE_BAD_LENGTH"},
		{"a text", modal("T", `{"type":10,"content":"words"},`+input), ""},
		{"a long title", modal(long(46), input), "data.title BASE_TYPE_BAD_LENGTH"},
		{"a long label", modal("T", strings.Replace(input, `"L"`, `"`+long(46)+`"`, 1)), "data.components.0.components.0.label BASE_TYPE_BAD_LENGTH"},
		{"two inputs in a row", modal("T", `{"type":1,"components":[{"type":4,"custom_id":"i","label":"L","style":1},{"type":4,"custom_id":"j","label":"L","style":1}]}`), "data.components.0.components COMPONENT_LAYOUT_WIDTH_EXCEEDED"},
		{"the same id twice", modal("T", input+","+input), "data.components.1.components.0.custom_id COMPONENT_CUSTOM_ID_DUPLICATED"},
		{"a button", modal("T", row(button("b"))), "data.components.0.components.0.type BASE_TYPE_CHOICES"},
		{"a long value", modal("T", strings.Replace(input, `"style":1`, `"style":1,"max_length":3,"value":"xxxx"`, 1)), "data.components.0.components.0.value BASE_TYPE_BAD_LENGTH"},
		{"more than fits", modal("T", strings.Replace(input, `"style":1`, `"style":1,"max_length":4001`, 1)), "data.components.0.components.0.max_length NUMBER_TYPE_MAX"},
	}
	d, _ := registered(t, fakediscord.Config{})
	for _, tt := range tests {
		r, err := d.Command(fakediscord.Ada, fakediscord.General, "aidesk", "ask", map[string]string{"what": "x"})
		if err != nil {
			t.Fatal(err)
		}
		a := ask(t, d, "POST", callback(r), tt.body)
		if a.Where != tt.where || (a.Status == 204) != (tt.where == "") {
			t.Errorf("%s: got %d %q, want %q: %s", tt.name, a.Status, a.Where, tt.where, a.Text)
		}
		if _, open := d.Modal(fakediscord.Ada); open != (tt.where == "") {
			t.Errorf("%s: open is %v", tt.name, open)
		}
		d.CloseModal(fakediscord.Ada)
	}

	r, err := d.Command(fakediscord.Ada, fakediscord.General, "aidesk", "ask", map[string]string{"what": "x"})
	if err != nil {
		t.Fatal(err)
	}
	ask(t, d, "POST", callback(r), modal("T", `{"type":1,"components":[{"type":4,"custom_id":"i","label":"L","style":1,"value":"old"}]},{"type":18,"label":"M","component":{"type":3,"custom_id":"m","required":false,"options":[{"label":"A","value":"a"}]}}`))
	for _, wrong := range []map[string]string{{"i": ""}, {"m": "b"}, {"x": "y"}} {
		if _, err := d.Submit(fakediscord.Ada, "form", wrong); err == nil {
			t.Errorf("%v was submitted", wrong)
		}
	}
	if r, err = d.Submit(fakediscord.Ada, "", map[string]string{"m": "a"}); err != nil {
		t.Fatal(err)
	}
	data, _ := payload(t, d)["data"].(object)
	want := object{"custom_id": "form", "components": []any{
		object{"type": 1., "id": 1., "components": []any{object{"type": 4., "id": 2., "custom_id": "i", "value": "old"}}},
		object{"type": 18., "id": 3., "component": object{"type": 3., "id": 4., "custom_id": "m", "values": []any{"a"}}},
	}}
	if diff := cmp.Diff(want, data); diff != "" {
		t.Errorf("data (-want +got):\n%s", diff)
	}
	ask(t, d, "POST", callback(r), `{"type":4,"data":{"content":"thanks","flags":64}}`)
	faketest.Result(t, r, nil)
	if _, open := d.Modal(fakediscord.Ada); open {
		t.Error("the modal is open after its submission was answered")
	}
}

// TestModalGroups: boxes and choices are filled in, by a program and in a browser, and come
// back as Discord documents.
func TestModalGroups(t *testing.T) {
	t.Parallel()
	d, _ := registered(t, fakediscord.Config{})
	r, err := d.Command(fakediscord.Ada, fakediscord.General, "aidesk", "ask", map[string]string{"what": "x"})
	if err != nil {
		t.Fatal(err)
	}
	const two = `"options":[{"label":"Ex","value":"x"},{"label":"Ypsilon","value":"y, z","default":true}]`
	ask(t, d, "POST", callback(r), `{"type":9,"data":{"custom_id":"form","title":"T","components":[
		{"type":18,"label":"Boxes","description":"Tick","component":{"type":22,"custom_id":"b","required":false,`+two+`}},
		{"type":18,"label":"Choice","component":{"type":21,"custom_id":"c","required":false,`+two+`}},
		{"type":18,"label":"Box","component":{"type":23,"custom_id":"o","default":true}},
		{"type":18,"label":"Menu","component":{"type":3,"custom_id":"m","required":false,"max_values":2,`+two+`}},
		{"type":18,"label":"Line","component":{"type":4,"custom_id":"l","style":1,"required":false}}]}}`)
	faketest.Result(t, r, nil)
	for _, wrong := range []map[string]string{{"b": "q"}, {"c": "x\ny, z"}, {"o": "maybe"}, {"m": "x\nq"}, {"l": "two\nlines"}} {
		if _, err := d.Submit(fakediscord.Ada, "form", wrong); err == nil {
			t.Errorf("%v was submitted", wrong)
		}
	}
	browser := faketest.Browser{T: t, URL: d.URL, User: fakediscord.Ada, Channel: fakediscord.General}
	browser.Shows(`"description":"Tick"`, `"label":"Box"`, `"max_values":2`)
	posted := make(chan struct{})
	go func() {
		defer close(posted)
		browser.Does("submit", `"ok":true`, "modal", "form", "values", map[string]string{"b": "x\ny, z", "c": "", "o": "false", "m": ""})
	}()
	faketest.Until(t, d, "the submission", func() bool { return len(d.Deliveries("INTERACTION_CREATE")) == 2 })
	p := payload(t, d)
	data, _ := p["data"].(object)
	var got []any
	components, _ := data["components"].([]any)
	for _, c := range components {
		outer, _ := c.(object)
		got = append(got, outer["component"])
	}
	want := []any{
		object{"type": 22., "id": 2., "custom_id": "b", "values": []any{"x", "y, z"}},
		object{"type": 21., "id": 4., "custom_id": "c", "value": nil},
		object{"type": 23., "id": 6., "custom_id": "o", "value": false},
		object{"type": 3., "id": 8., "custom_id": "m", "values": []any{}},
		object{"type": 4., "id": 10., "custom_id": "l", "value": ""},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("components (-want +got):\n%s", diff)
	}
	ask(t, d, "POST", callback(&fakediscord.Receipt{ID: fmt.Sprint(p["id"]), Token: fmt.Sprint(p["token"])}), `{"type":4,"data":{"content":"thanks","flags":64}}`)
	<-posted
}

// TestCompletion: an option is completed by what the application offers, of 25 at most.
func TestCompletion(t *testing.T) {
	t.Parallel()
	d, clock := registered(t, fakediscord.Config{})
	c := dial(t, d)
	c.ready(0, "")
	complete := func(option, body string) ([]fakediscord.Choice, string, error) {
		type offer struct {
			choices []fakediscord.Choice
			err     error
		}
		done := make(chan offer, 1)
		go func() {
			choices, err := d.Complete(fakediscord.Ada, fakediscord.General, "aidesk", "ask", option, "to", map[string]string{"what": "x"})
			done <- offer{choices, err}
		}()
		if body == "" {
			o := <-done
			return o.choices, "", o.err
		}
		var i struct{ ID, Token string }
		_ = json.Unmarshal(c.until("INTERACTION_CREATE").D, &i)
		a := ask(t, d, "POST", "/interactions/"+i.ID+"/"+i.Token+"/callback", body)
		if a.Status != 204 {
			clock.Advance(4 * time.Second)
		}
		o := <-done
		return o.choices, a.Where, o.err
	}
	got, _, err := complete("plugin", `{"type":8,"data":{"choices":[{"name":"Todo","value":"todo"}]}}`)
	if err != nil || len(got) != 1 || got[0].Value != "todo" {
		t.Errorf("offered are %v, %v", got, err)
	}
	if _, where, err := complete("plugin", `{"type":8,"data":{"choices":`+many(26, `{"name":"T","value":"t"}`)+`}}`); err == nil || where != "data.choices BASE_TYPE_MAX_LENGTH" {
		t.Errorf("26 choices: %v, %q", err, where)
	}
	if _, where, err := complete("plugin", `{"type":4,"data":{"content":"no"}}`); err == nil || where != "type BASE_TYPE_CHOICES" {
		t.Errorf("a message: %v, %q", err, where)
	}
	if _, _, err := complete("what", ""); err == nil {
		t.Error("an option completes that cannot")
	}
}
