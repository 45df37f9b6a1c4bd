package plugin_test

import (
	"encoding/json"
	"net/http"
	"strings"
	"testing"

	"aidesk/core/chat"
	"aidesk/core/plugin"
)

// ready is a registered plugin with a call of each kind.
func ready(t *testing.T) (h *host, r *plugin.Registry, p *plugin.Plugin, read, write plugin.Call) {
	t.Helper()
	h = newHost(t, "one")
	r = registry(t, open(t), h)
	if err := configure(t, r, h); err != nil {
		t.Fatal(err)
	}
	p, err := r.Find(t.Context(), place, "one")
	if err != nil {
		t.Fatal(err)
	}
	return h, r, p, call(t, p, "list", `{}`), call(t, p, "add", `{"body":{"n":1}}`)
}

func call(t *testing.T, p *plugin.Plugin, operation, args string) plugin.Call {
	t.Helper()
	o, ok := p.Operation(operation)
	if !ok {
		t.Fatalf("there is no operation %s", operation)
	}
	c, err := p.Call(o, json.RawMessage(args))
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// TestSend: the very bytes of the call leave, once.
func TestSend(t *testing.T) {
	h, r, p, read, write := ready(t)
	for _, c := range []plugin.Call{read, write} {
		out, err := r.Send(t.Context(), chat.Place{}, p, c)
		if err != nil || out.Sent != plugin.Answered || out.Status != "ok" || out.Content != `{"ok":true}` {
			t.Errorf("%s came to %+v, %v", c.Operation, out, err)
		}
	}
	if got := strings.Join(h.calls(), ", "); got != `GET /things, POST /things {"n":1}` {
		t.Errorf("sent %s", got)
	}
}

// TestSendRefused: a call that is not exactly the one that was decided does not leave.
func TestSendRefused(t *testing.T) {
	tests := []struct {
		name   string
		change func(*plugin.Call)
		says   string
	}{
		{"another body", func(c *plugin.Call) { c.Request.Body = []byte(`{"n":2}`) }, "not the one"},
		{"another address", func(c *plugin.Call) { c.Request.URL += "?x=1" }, "not the one"},
		{"another method", func(c *plugin.Call) { c.Request.Method = "PUT" }, "not the one"},
		{"another account", func(c *plugin.Call) { c.Account = "ben" }, "not the one"},
		{"another digest", func(c *plugin.Call) { c.Digest = strings.Repeat("0", 64) }, "not the one"},
		{"another version", func(c *plugin.Call) { c.Version = "v0" }, "changed"},
		{"another plugin", func(c *plugin.Call) { c.Plugin = "elsewhere.example" }, "changed"},
		{"another operation", func(c *plugin.Call) { c.Operation = "remove" }, "changed"},
		{"the operation beside it", func(c *plugin.Call) { c.Operation = "list" }, "not the one"},
	}
	h, r, p, _, write := ready(t)
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			c := write
			test.change(&c)
			out, err := r.Send(t.Context(), chat.Place{}, p, c)
			if err == nil || !strings.Contains(err.Error(), test.says) || out.Sent != plugin.Unsent {
				t.Errorf("it came to %+v, %v", out, err)
			}
		})
	}
	if got := h.calls(); len(got) != 0 {
		t.Errorf("sent %v", got)
	}
}

// TestSendAfterChange: a call made before the plugin changed does not leave after it.
func TestSendAfterChange(t *testing.T) {
	h, r, _, read, write := ready(t)
	r.TakeChanges = true
	h.set("/openapi.yaml", strings.ReplaceAll(document, "summary: Add", "summary: Put"))
	if err := configure(t, r, h); err != nil {
		t.Fatal(err)
	}
	now, _ := r.Find(t.Context(), place, "one")
	for _, c := range []plugin.Call{read, write} {
		if _, err := r.Send(t.Context(), chat.Place{}, now, c); err == nil || !strings.Contains(err.Error(), "changed") {
			t.Errorf("%s: %v", c.Operation, err)
		}
	}
	if got := h.calls(); len(got) != 0 {
		t.Errorf("sent %v", got)
	}
}

// TestSendAgain: a read is tried once more where that can help, a write never.
func TestSendAgain(t *testing.T) {
	answer := func(status int, pause string) http.HandlerFunc {
		return func(w http.ResponseWriter, _ *http.Request) {
			if pause != "" {
				w.Header().Set("Retry-After", pause)
			}
			w.WriteHeader(status)
		}
	}
	tear := func(w http.ResponseWriter, _ *http.Request) {
		if c, _, err := w.(http.Hijacker).Hijack(); err == nil {
			_ = c.Close()
		}
	}
	// The plugin says yes, and its answer breaks off.
	broken := func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Length", "100")
		w.WriteHeader(http.StatusCreated)
		_, _ = w.Write([]byte(`{"id":7,`))
	}
	tests := []struct {
		name        string
		answer      http.HandlerFunc
		reads       int
		readSent    plugin.Sent
		writeSent   plugin.Sent
		writeStatus string
	}{
		{"ok", answer(200, ""), 1, plugin.Answered, plugin.Answered, "ok"},
		{"server", answer(503, ""), 2, plugin.Answered, plugin.Answered, "error"},
		{"busy", answer(429, ""), 2, plugin.Answered, plugin.Answered, "error"},
		{"busy for long", answer(429, "60"), 1, plugin.Answered, plugin.Answered, "error"},
		{"invalid", answer(422, ""), 1, plugin.Answered, plugin.Answered, "error"},
		{"torn", tear, 1, plugin.Unsure, plugin.Unsure, "error"},
		{"broken off", broken, 1, plugin.Answered, plugin.Answered, "ok"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			h, r, p, read, write := ready(t)
			h.answers(test.answer)
			out, err := r.Send(t.Context(), chat.Place{}, p, read)
			if err != nil || out.Sent != test.readSent || out.Status != "ok" && out.Message == "" {
				t.Errorf("the read came to %+v, %v", out, err)
			}
			// A connection that was used before may be retried by the network's own rules.
			if n := len(h.calls()); n != test.reads && test.name != "torn" {
				t.Errorf("%d reads; want %d", n, test.reads)
			}
			h.answers(test.answer)
			out, err = r.Send(t.Context(), chat.Place{}, p, write)
			if err != nil || out.Sent != test.writeSent || out.Status != test.writeStatus {
				t.Errorf("the write came to %+v, %v", out, err)
			}
			if n := len(h.calls()); n != 1 {
				t.Errorf("%d writes; want one", n)
			}
		})
	}
	t.Run("nobody there", func(t *testing.T) {
		h, r, p, read, write := ready(t)
		h.Close()
		for _, c := range []plugin.Call{read, write} {
			out, err := r.Send(t.Context(), chat.Place{}, p, c)
			if err != nil || out.Sent != plugin.Unsent || out.Status != "error" || strings.Contains(out.Message, "\n") || strings.Contains(out.Message, "dial") {
				t.Errorf("%s came to %+v, %v", c.Operation, out, err)
			}
		}
	})
}

// TestMarkedRead: a mark makes a POST a read, and nothing else; it ends with the operation's
// change.
func TestMarkedRead(t *testing.T) {
	h := newHost(t, "one")
	h.set("/openapi.yaml", document+"    delete: {operationId: clear, responses: {\"200\": {description: d}}}\n    put: {operationId: replace, responses: {\"200\": {description: d}}}\n")
	r := registry(t, open(t), h)
	if err := configure(t, r, h); err != nil {
		t.Fatal(err)
	}
	p, err := r.Find(t.Context(), place, "one")
	if err != nil {
		t.Fatal(err)
	}
	p.Reads = map[string]string{}
	for _, o := range p.Document.Operations {
		p.Reads[o.ID] = o.Hash
	}
	for id, asks := range map[string]bool{"list": false, "add": false, "clear": true, "replace": true} {
		if o, ok := p.Operation(id); !ok || p.Asks(o) != asks || p.MayRead(o) == asks {
			t.Errorf("%s asks: %v", id, !asks)
		}
	}
	add, _ := p.Operation("add")
	if list, _ := p.Operation("list"); (plugin.Agreed{}).First(p, list) || !(plugin.Agreed{}).First(p, add) {
		t.Error("the marked one alone needs the member's agreement")
	}
	if (plugin.Agreed{p.ID + " add": add.Hash}).First(p, add) || !(plugin.Agreed{p.ID + " add": "of another version"}).First(p, add) {
		t.Error("an agreement is for an operation as it was")
	}
	p.Reads["add"] = "of another version"
	if o, _ := p.Operation("add"); !p.Asks(o) {
		t.Error("a mark outlives its operation")
	}
}
