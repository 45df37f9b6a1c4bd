package terminal_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/rogpeppe/go-internal/txtar"

	"aidesk/adapters/adaptertest"
	"aidesk/adapters/terminal"
	"aidesk/core/chat"
	"aidesk/core/goldentest"
	"aidesk/core/markdown"
)

// TestTalk plays the scripts in testdata/talk. The comment of a script says what
// it shows; its words "tty", "raw", "color" and "width=N" set the terminal. The sections,
// in any order and number:
//
//	type     lines that are typed ("eof" ends them)
//	keys     keys that are typed, as strings of Go, one a line
//	send     a chat.Reply as JSON that aidesk sends
//	status   what aidesk says it does; nothing ends it
//	settle   the oldest event that is not settled is
//	wait     time goes by
//	forms    the chat.Form that aidesk gives from now on; check: its faults
//	refuse   aidesk refuses the next event with this error
//	restart  the process is killed and started again
//	screen   golden: what was written since the last look
//	events   golden: what aidesk received since the last look
func TestTalk(t *testing.T) {
	goldentest.Archives(t, "talk/*.txtar", func(t *testing.T, archive *txtar.Archive) {
		synctest.Test(t, func(t *testing.T) { play(t, archive) })
	})
}

// player is a terminal under a script.
type player struct {
	*testing.T
	set     []string // words of the script's comment
	memory  adaptertest.Memory
	desk    adaptertest.Recorder
	refusal error
	form    chat.Form
	faults  []chat.Fault
	looked  int // events that were looked at
	settled int

	terminal *terminal.Adapter
	out      *adaptertest.Log
	keys     *io.PipeWriter
	kill     context.CancelFunc
	ended    chan error
}

func play(t *testing.T, archive *txtar.Archive) {
	t.Helper()
	p := &player{T: t, set: strings.Fields(string(archive.Comment))}
	p.desk.Receives = func(context.Context, chat.Event) (err error) {
		err, p.refusal = p.refusal, nil
		return err
	}
	p.desk.Forms = func(chat.Opening) (chat.Form, error) {
		if p.form.ID == "" {
			return chat.Form{}, errors.New("that form is for admins")
		}
		return p.form, nil
	}
	p.desk.Checks = func(chat.Submitted) (faults []chat.Fault, err error) {
		faults, p.faults = p.faults, nil
		return faults, nil
	}
	p.desk.Suggests = func(q chat.Query) ([]chat.Suggestion, error) {
		if q.Option != "plugin" || q.Member != "you" || q.Place != terminal.Place() {
			return nil, fmt.Errorf("nobody completes %+v", q)
		}
		return []chat.Suggestion{{Label: "Weather", Value: "weather"}, {Label: "Web \x1b[2J", Value: "web"}, {Label: "Evil", Value: "we\x1b[2J"}, {Label: "Todo", Value: "todo"}}, nil
	}
	p.start()
	for i, section := range archive.Files {
		synctest.Wait()
		switch section.Name {
		case "screen":
			archive.Files[i].Data = []byte(shown(p.out.Drain()))
		case "events":
			archive.Files[i].Data = []byte(p.received())
		default:
			p.act(section.Name, string(section.Data))
		}
	}
	synctest.Wait()
	if rest := p.out.Drain(); rest != "" {
		t.Errorf("the script ends without looking at %q", rest)
	}
	p.stop()
}

func (p *player) act(name, data string) {
	p.Helper()
	switch name {
	case "type":
		text, eof := strings.CutSuffix(data, "eof\n")
		text = strings.ReplaceAll(text, "\\r", "\r")
		if _, err := io.WriteString(p.keys, text); err != nil {
			p.Fatalf("type: %v", err)
		}
		if eof {
			_ = p.keys.Close()
		}
	case "keys":
		for line := range strings.Lines(data) {
			text, err := strconv.Unquote(strings.TrimSpace(line))
			if err != nil {
				p.Fatalf("keys %s: %v", line, err)
			}
			if _, err := io.WriteString(p.keys, text); err != nil {
				p.Fatalf("type: %v", err)
			}
			synctest.Wait()
		}
	case "send":
		var r chat.Reply
		p.read(data, &r)
		if id, err := p.terminal.Send(p.Context(), r, ""); err != nil || id != r.ID {
			p.Errorf("Send(%s) = %q, %v", r.ID, id, err)
		}
	case "status":
		if err := p.terminal.Type(p.Context(), terminal.Place(), chat.Progress{Text: data}); err != nil {
			p.Errorf("Type: %v", err)
		}
	case "settle":
		p.terminal.Settled(p.desk.Events()[p.settled].ID)
		p.settled++
	case "wait":
		d, err := time.ParseDuration(strings.TrimSpace(data))
		if err != nil {
			p.Fatal(err)
		}
		<-time.After(d)
	case "forms":
		p.read(data, &p.form)
	case "check":
		p.read(data, &p.faults)
	case "refuse":
		p.refusal = errors.New(strings.TrimSpace(data))
	case "restart":
		p.stop()
		p.start()
	default:
		p.Fatalf("unknown section %q", name)
	}
}

func (p *player) read(data string, v any) {
	p.Helper()
	if err := json.Unmarshal([]byte(data), v); err != nil {
		p.Fatalf("read %s: %v", data, err)
	}
}

// start runs a terminal, as the process does when it starts.
func (p *player) start() {
	width := 60
	for _, word := range p.set {
		if n, ok := strings.CutPrefix(word, "width="); ok {
			width, _ = strconv.Atoi(n)
		}
	}
	in, keys := io.Pipe()
	out := &adaptertest.Log{}
	adapter := &terminal.Adapter{
		In: in, Out: out,
		Grammar:     grammar,
		Greeting:    markdown.New(markdown.Paragraph(markdown.Text("Welcome."))),
		Person:      chat.Member{Zone: "UTC"},
		Interactive: slices.Contains(p.set, "tty"),
		Color:       slices.Contains(p.set, "color"),
		Width:       func() int { return width },
		Hide:        func(on bool) { fmt.Fprintf(out, "{hide %t}", on) },
	}
	if slices.Contains(p.set, "raw") {
		adapter.Interactive, adapter.Stop = true, "/aidesk stop"
		adapter.Raw = func() (func(), error) {
			fmt.Fprint(out, "{raw}")
			return func() { fmt.Fprint(out, "{cooked}") }, nil
		}
	}
	ctx, kill := context.WithCancel(p.Context())
	ended := make(chan error, 1)
	go func() { ended <- adapter.Run(ctx, &p.desk, &p.memory) }()
	p.terminal, p.out, p.keys, p.kill, p.ended = adapter, out, keys, kill, ended
}

// stop ends the terminal at once; it keeps nothing on its way out.
func (p *player) stop() {
	p.kill()
	if err := <-p.ended; err != nil {
		p.Errorf("Run: %v", err)
	}
	_ = p.keys.Close()
}

// received are the events since the last look, one per line.
func (p *player) received() string {
	var b strings.Builder
	for _, e := range p.desk.Events()[p.looked:] {
		p.looked++
		what := ""
		switch {
		case e.Message != nil:
			what = fmt.Sprintf("message %q", e.Message.Text)
		case e.Command != nil:
			what = fmt.Sprintf("command %s %s %v", e.Command.Name, e.Command.Verb, e.Command.Options)
		case e.Press != nil:
			what = fmt.Sprintf("press %s on %s", e.Press.Button, e.Press.Posted)
		case e.Filled != nil:
			what = fmt.Sprintf("filled %s %v secret %v", e.Filled.Form, e.Filled.Values, e.Filled.Secret)
		}
		fmt.Fprintf(&b, "%s %s %s\n", e.ID, e.Time.UTC().Format("15:04:05.000"), what)
	}
	return b.String()
}

// shown makes what moves the cursor visible.
func shown(text string) string { return strings.NewReplacer("\x1b", "␛", "\r", "␍").Replace(text) }

var grammar = chat.Grammar{{Name: "plugins", Verbs: []chat.Verb{
	{Name: "", Example: "/plugins"},
	{Name: "enable", Example: "/plugins enable weather", Options: []chat.Option{{Name: "plugin", Required: true}}},
	{Name: "connect", Example: "/plugins connect", Form: true},
	{Name: "default", Example: "/plugins default weather on", Options: []chat.Option{
		{Name: "plugin", Kind: chat.Word, Required: true, Completes: true},
		{Name: "state", Kind: chat.Choice, Choices: []string{"on", "off"}, Required: true},
	}},
	{Name: "info", Example: "/plugins info weather", Options: []chat.Option{{Name: "plugin", Kind: chat.Name, Completes: true}}},
}}, {Name: "aidesk", Summary: "Ask and stop", Verbs: []chat.Verb{
	{Name: "stop", Summary: "Stop what I am doing here"},
	{Name: "ask", Options: []chat.Option{{Name: "question", Kind: chat.Rest, Required: true}}},
}}}
