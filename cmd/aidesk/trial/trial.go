// Package trial is for the author of a plugin; nothing that serves uses it. It prints what was
// read of a plugin and what a call would send, and tries what reading cannot tell: whether its
// links answer, what one real read brings, and what a model is told of it.
package trial

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"slices"
	"strconv"
	"strings"
	"time"

	"aidesk/core/agent"
	"aidesk/core/chat"
	"aidesk/core/egress"
	"aidesk/core/markdown"
	"aidesk/core/openapi"
	"aidesk/core/plugin"
)

// Trial tries one plugin.
type Trial struct {
	Plugin *plugin.Plugin // as Trial returns it
	Guard  *egress.Guard
	Now    func() time.Time
	Out    io.Writer
}

// agent is an agent for which nothing but the plugin is enabled.
func (t *Trial) agent() *agent.Agent {
	return &agent.Agent{Model: described{}, Now: t.Now, Logger: slog.New(slog.DiscardHandler)}
}

// turn is a member's question in a direct message.
func (t *Trial) turn(question string) agent.Turn {
	n := 0
	return agent.Turn{
		Conversation: "trial", Place: chat.Place{Platform: "terminal", Workspace: "trial", Channel: "trial", Direct: true},
		Member: chat.Member{ID: "author", Name: "Author"}, Owner: "author", Question: question,
		NewID: func() string { n++; return strconv.Itoa(n) },
	}
}

// Call makes one real read and prints what it brings. word names the operation; empty takes
// the one that needs the least. Without args those of the tool's sample are sent.
func (t *Trial) Call(ctx context.Context, word string, args json.RawMessage) error {
	o, err := t.read(word)
	if err != nil {
		return err
	}
	if len(args) == 0 {
		args = o.Tool(t.Plugin.Name).Sample
	}
	call, err := t.Plugin.Call(o, args)
	if err != nil {
		return fmt.Errorf("%s cannot be called with %s: %s: give others with --args", o.ID, markdown.Line(string(args), 120), markdown.Line(err.Error(), 300))
	}
	begun := t.Now()
	sender := &plugin.Registry{Guard: t.Guard, Logger: slog.New(slog.DiscardHandler)}
	got, err := sender.Send(ctx, chat.Place{}, t.Plugin, call)
	if err != nil {
		return err
	}
	var b strings.Builder
	fmt.Fprintf(&b, "\nCalled %s: %s %s\n", o.ID, call.Request.Method, markdown.Line(call.Request.URL, 300))
	fmt.Fprintf(&b, "Came back as %s after %d ms. A model reads of it:\n\n%s\n", cmp.Or(got.Code, got.Status), t.Now().Sub(begun).Milliseconds(), markdown.Clean(got.Content))
	if got.LeftOut != "" {
		fmt.Fprintf(&b, "\nLeft out: %s.\n", markdown.Line(got.LeftOut, 200))
	}
	if len(got.Links) > 0 {
		fmt.Fprintf(&b, "\nLinks in it, of which previews are made: %d, the first %s\n", len(got.Links), markdown.Line(got.Links[0].URL, 200))
	}
	if _, err := io.WriteString(t.Out, b.String()); err != nil {
		return err
	}
	switch {
	case got.Code == "refused":
		return fmt.Errorf("%s: its address is not public: a server on this machine is reached with --allow-host IP:PORT, or --base for a local file", o.ID)
	case got.Status != "ok":
		return fmt.Errorf("%s: %s", o.ID, strings.TrimSuffix(markdown.Line(got.Message, 200), "."))
	}
	return nil
}

// read finds the operation that Call calls: a read that no card asks about.
func (t *Trial) read(word string) (*openapi.Operation, error) {
	if word != "" {
		o, ok := t.Plugin.Find(word)
		if !ok {
			return nil, fmt.Errorf("there is no operation %q to call", markdown.Line(word, 60))
		}
		if t.Plugin.Asks(o) {
			return nil, fmt.Errorf("%s is not called: it may change something, and only a read is made without asking; see its request with aidesk plugin request", o.ID)
		}
		return o, nil
	}
	var reads []*openapi.Operation
	for _, o := range t.Plugin.Usable() {
		if !t.Plugin.Asks(o) {
			reads = append(reads, o)
		}
	}
	if len(reads) == 0 {
		return nil, errors.New("there is no read to call: each of its operations may change something")
	}
	needs := func(o *openapi.Operation) int {
		n := strings.Count(o.Path, "{") // a value in a path has to exist
		if len(o.Security) > 0 {
			n += 100
		}
		var s struct {
			Required []string `json:"required"`
		}
		_ = json.Unmarshal(o.Tool(t.Plugin.Name).Schema, &s) // what cannot be read requires nothing
		return 10*n + len(s.Required)
	}
	return slices.MinFunc(reads, func(a, b *openapi.Operation) int { return cmp.Compare(needs(a), needs(b)) }), nil
}
