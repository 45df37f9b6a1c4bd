package aimocktest

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"os"
	"os/exec"
	"slices"
	"strings"
	"testing"
	"time"

	"aidesk/core/model"
	"aidesk/core/model/anthropic"
	"aidesk/core/model/middleware"
	"aidesk/core/model/modeltest"
	"aidesk/core/model/openai"

	"github.com/google/go-cmp/cmp"
)

// wires are all that we speak.
var wires = map[string]func(base string, c *http.Client) model.Model{
	"chat": func(base string, c *http.Client) model.Model {
		return openai.NewChat(openai.Config{BaseURL: base + "/v1", Model: "gpt-4o", APIKey: "k", Client: c})
	},
	"responses": func(base string, c *http.Client) model.Model {
		return openai.NewResponses(openai.Config{BaseURL: base + "/v1", Model: "gpt-5.4", APIKey: "k", Client: c})
	},
	"anthropic": func(base string, c *http.Client) model.Model {
		return anthropic.New(anthropic.Config{BaseURL: base, Model: "claude-opus-4-6", APIKey: "k", Client: c})
	},
}

// TestAimock plays every scene over every wire.
func TestAimock(t *testing.T) {
	if os.Getenv("AIDESK_ORACLES") == "" {
		t.Skip("AIDESK_ORACLES is not set: run make test-aimock")
	}
	for name, open := range wires {
		t.Run(name, func(t *testing.T) {
			sent := &tap{}
			m := open(start(t), &http.Client{Transport: sent})
			for _, scene := range []struct {
				name string
				play func(*testing.T, model.Model)
			}{
				{"text", text},
				{"call", call},
				{"parallel calls", parallel},
				{"approve", approve},
				{"decline", decline},
				{"files", files},
				{"429", busy},
				{"400", tooLong},
				{"503", down},
				{"503 unknown", unknown},
			} {
				t.Run(scene.name, func(t *testing.T) { scene.play(t, m) })
			}
			if name != "chat" { // which has no place for them
				t.Run("thoughts", func(t *testing.T) { thoughts(t, m, sent) })
			}
		})
	}
}

// start starts the server and gives its address.
func start(t *testing.T) string {
	t.Helper()
	ctx, stop := context.WithCancel(t.Context())
	server := exec.CommandContext(ctx, "node", "npm/node_modules/@copilotkit/aimock/dist/cli.js",
		"--port", "0", "--fixtures", "testdata/fixtures.json", "--chunk-size", "10", "--strict")
	output, err := server.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	server.Stderr = server.Stdout
	if err := server.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		stop()
		_ = server.Wait() // it was killed
	})
	for lines := bufio.NewScanner(output); lines.Scan(); {
		if _, address, ok := strings.Cut(lines.Text(), "listening on "); ok {
			go func() { _, _ = io.Copy(io.Discard, output) }()
			return strings.TrimSpace(address)
		}
	}
	t.Fatal("aimock did not start: run make test-aimock")
	return ""
}

// talk is a conversation, kept as the store keeps it: before every question it is
// written and read again.
type talk struct {
	t    *testing.T
	m    model.Model
	kept []byte
}

func newTalk(t *testing.T, m model.Model) *talk {
	t.Helper()
	return &talk{t: t, m: m, kept: []byte("[]")}
}

// tell adds a message.
func (k *talk) tell(more ...model.Message) {
	k.t.Helper()
	kept, err := json.Marshal(append(k.transcript(), more...))
	if err != nil {
		k.t.Fatal(err)
	}
	k.kept = kept
}

func (k *talk) transcript() []model.Message {
	k.t.Helper()
	var list []model.Message
	if err := json.Unmarshal(k.kept, &list); err != nil {
		k.t.Fatal(err)
	}
	return list
}

// ask has the model go on.
func (k *talk) ask() (*model.Response, []string, error) {
	k.t.Helper()
	var pieces []string
	response, err := k.m.Generate(k.t.Context(), &model.Request{
		System: []string{"You are a helpful desk."}, Brief: []string{"Probe looks words up."}, Messages: k.transcript(),
		Tools: []model.Tool{
			{Name: "probe_look", Description: "Looks a word up.", Schema: json.RawMessage(`{"type":"object","required":["word"],"properties":{"word":{"type":"string"}}}`)},
			{Name: "probe_add", Description: "Adds an item.", Schema: json.RawMessage(`{"type":"object","properties":{"title":{"type":"string"}}}`)},
		},
		Now: time.Date(2026, 12, 1, 9, 0, 0, 0, time.UTC), Locale: "en",
	}, func(e model.Event) {
		if e.Text != "" {
			pieces = append(pieces, e.Text)
		}
	})
	if err == nil {
		k.tell(response.Message)
	}
	return response, pieces, err
}

// answers wants text.
func (k *talk) answers(want string) {
	k.t.Helper()
	response, _, err := k.ask()
	if err != nil || response.Message.TextOf() != want || response.Stop != model.End {
		k.t.Fatalf("want %q, got %+v, %v", want, response, err)
	}
}

// calls wants calls and gives their ids.
func (k *talk) calls(want ...string) []string {
	k.t.Helper()
	response, _, err := k.ask()
	if err != nil || response.Stop != model.Calls {
		k.t.Fatalf("want calls, got %+v, %v", response, err)
	}
	var got, ids []string
	for _, c := range response.Message.CallsOf() {
		got, ids = append(got, c.Name+string(c.Args)+c.Invalid), append(ids, c.ID)
	}
	if diff := cmp.Diff(want, got); diff != "" {
		k.t.Fatalf("calls (-want +got):\n%s", diff)
	}
	return ids
}

func user(text string) model.Message {
	return model.Message{V: model.Version, Role: model.User, Name: "Ann", Parts: []model.Part{{Text: text}}}
}

func result(role model.Role, id, tool string, status model.Status, content string) model.Message {
	return model.Message{V: model.Version, Role: role, Parts: []model.Part{
		{Result: &model.ToolResult{CallID: id, Operation: tool, Status: status, Content: content}},
	}}
}

func text(t *testing.T, m model.Model) {
	k := newTalk(t, m)
	k.tell(user("good morning"))
	response, pieces, err := k.ask()
	const want = "Good morning to you, and to everybody who reads this."
	if err != nil || response.Message.TextOf() != want || strings.Join(pieces, "") != want || len(pieces) < 5 {
		t.Fatalf("got %+v in %q, %v", response, pieces, err)
	}
	if u := response.Usage; u.Input != 31 || u.Output != 12 || u.Estimated {
		t.Errorf("usage %+v", u)
	}
	// The next one says nothing of its cost.
	k.tell(user("look up apple"))
	if response, _, err := k.ask(); err != nil || response.Usage.Input == 0 || response.Usage.Output == 0 {
		t.Errorf("usage %+v, %v", response, err)
	}
}

func call(t *testing.T, m model.Model) {
	k := newTalk(t, m)
	k.tell(user("look up apple"))
	id := k.calls(`probe_look{"word":"apple"}`)[0]
	k.tell(result(model.ToolRole, id, "probe_look", model.OK, `{"colour":"green-7f3a"}`))
	k.answers("It is green-7f3a.")
}

func parallel(t *testing.T, m model.Model) {
	k := newTalk(t, m)
	k.tell(user("look up both"))
	ids := k.calls(`probe_look{"word":"apple"}`, `probe_look{"word":"pear"}`)
	if len(slices.Compact(ids)) != 2 {
		t.Errorf("ids %q", ids)
	}
	k.tell(result(model.ToolRole, ids[0], "probe_look", model.OK, "green"), result(model.ToolRole, ids[1], "probe_look", model.OK, "yellow"))
	k.answers("One green, one yellow.")
}

// waits brings a talk to where a member must decide.
func waits(t *testing.T, m model.Model) (*talk, string) {
	t.Helper()
	k := newTalk(t, m)
	k.tell(user("add milk"))
	id := k.calls(`probe_add{"title":"milk"}`)[0]
	k.tell(result(model.ToolRole, id, "probe_add", model.Waiting, ""))
	k.answers("Press the button.")
	return k, id
}

func approve(t *testing.T, m model.Model) {
	k, id := waits(t, m)
	k.tell(result(model.Outcome, id, "probe_add", model.OK, `{"note":"milk-is-added"}`))
	k.answers("There it is.")
}

func decline(t *testing.T, m model.Model) {
	k, id := waits(t, m)
	k.tell(result(model.Outcome, id, "probe_add", model.Declined, ""))
	k.answers("Then not.")
}

// fails wants an error.
func fails(t *testing.T, m model.Model, says string, want model.Error) {
	t.Helper()
	k := newTalk(t, m)
	k.tell(user(says))
	response, _, err := k.ask()
	fault, ok := errors.AsType[*model.Error](err)
	if !ok || response != nil {
		t.Fatalf("got %+v, %v", response, err)
	}
	got := *fault
	if got.Message = ""; got != want {
		t.Errorf("got %+v (%v), want %+v", got, err, want)
	}
}

// files are read beside the words that they come with.
func files(t *testing.T, m model.Model) {
	r := modeltest.Given()
	r.Messages[len(r.Messages)-1].Parts[0].Text = "what is attached?"
	response, err := m.Generate(t.Context(), r, nil)
	if err != nil || response.Message.TextOf() != "A plan and its terms." {
		t.Fatalf("got %+v, %v", response, err)
	}
}

// busy is asked again, after what the server wants.
func busy(t *testing.T, m model.Model) {
	var waited []time.Duration
	k := newTalk(t, &middleware.Retry{Model: m, Sleep: func(_ context.Context, d time.Duration) error {
		waited = append(waited, d)
		return nil
	}})
	k.tell(user("busy?"))
	k.answers("Now I have time.")
	if diff := cmp.Diff([]time.Duration{7 * time.Second}, waited); diff != "" {
		t.Error(diff)
	}
}

func tooLong(t *testing.T, m model.Model) {
	fails(t, m, "too long", model.Error{Kind: model.Context, Status: http.StatusBadRequest})
}

func down(t *testing.T, m model.Model) {
	fails(t, m, "down", model.Error{Kind: model.Overloaded, Status: http.StatusServiceUnavailable})
}

// unknown is what the server has no answer to.
func unknown(t *testing.T, m model.Model) {
	fails(t, m, "sing a song", model.Error{Kind: model.Overloaded, Status: http.StatusServiceUnavailable})
}

// thoughts come back to the server as it sent them.
func thoughts(t *testing.T, m model.Model, sent *tap) {
	t.Helper()
	k := newTalk(t, m)
	k.tell(user("look up apple"))
	id := k.calls(`probe_look{"word":"apple"}`)[0]
	thought := k.transcript()[1].Parts[0].Opaque
	if thought == nil || !strings.Contains(string(thought.Raw), "An apple, then.") {
		t.Fatalf("got %+v", k.transcript()[1])
	}
	k.tell(result(model.ToolRole, id, "probe_look", model.OK, `{"colour":"green-7f3a"}`))
	k.answers("It is green-7f3a.")
	if !strings.Contains(string(sent.body), string(thought.Raw)) {
		t.Errorf("%s did not come back in\n%s", thought.Raw, sent.body)
	}
}

// tap keeps the last request.
type tap struct{ body []byte }

// RoundTrip sends a request.
func (p *tap) RoundTrip(r *http.Request) (*http.Response, error) {
	var err error
	if p.body, err = io.ReadAll(r.Body); err != nil {
		return nil, err
	}
	again := r.Clone(r.Context())
	again.Body = io.NopCloser(bytes.NewReader(p.body))
	return http.DefaultTransport.RoundTrip(again)
}
