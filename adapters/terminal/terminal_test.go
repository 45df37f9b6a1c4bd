package terminal_test

import (
	"context"
	"errors"
	"io"
	"regexp"
	"strings"
	"testing"
	"testing/iotest"
	"testing/synctest"
	"time"
	"unicode"

	"aidesk/adapters/adaptertest"
	"aidesk/adapters/terminal"
	"aidesk/core/chat"
	"aidesk/core/markdown"
)

// TestInjection puts what a plugin might send to take over a terminal into every
// string of a reply. Nothing of it may reach the terminal.
func TestInjection(t *testing.T) {
	ours := regexp.MustCompile(`\x1b\[[0-9;]+m`)
	tests := map[string]string{
		"clear the screen":   "a\x1b[2Jb",
		"set the title":      "a\x1b]0;owned\x07b",
		"a link":             "a\x1b]8;;https://evil.example\x1b\\b\x1b]8;;\x1b\\",
		"a report":           "a\x1b[6n\x1b[cb",
		"eight bit controls": "a\u009b2J\u009d0;owned\u009cb",
		"go back":            "[1] Approve\r[2] Cancel\b\b\b\x7f",
		"backwards":          "a\u202egpj.exe\u2066b\u2069",
		"hidden":             "a\u200b\u2060\ufeff\U000e0041b",
		"broken UTF-8":       "a\xff\xfe\x9b2Jb",
		"form feed and NUL":  "a\x0c\x0b\x00b",
		"tab":                "a\tb",
	}
	for name, evil := range tests {
		t.Run(name, func(t *testing.T) {
			for _, color := range []bool{false, true} {
				text := terminal.Renderer{Color: color}.Render(everywhere(evil))
				if color {
					text = ours.ReplaceAllString(text, "")
				}
				for i, r := range text {
					if r != '\n' && (unicode.Is(unicode.Cc, r) || unicode.Is(unicode.Cf, r)) || unicode.Is(unicode.Noncharacter_Code_Point, r) {
						t.Errorf("color %t: U+%04X gets through: %q", color, r, text[max(0, i-30):min(len(text), i+30)])
					}
				}
			}
		})
	}
}

// everywhere is a reply that has a string wherever there can be one, made without
// the builders, which would clean it.
func everywhere(s string) chat.Reply {
	in := []markdown.Inline{
		{Kind: markdown.InlineText, Text: s},
		{Kind: markdown.InlineCode, Text: s},
		{Kind: markdown.InlineStrike, Children: []markdown.Inline{{Kind: markdown.InlineText, Text: s}}},
		{Kind: markdown.InlineLink, URL: "https://a.example/" + s, Allowed: true, Children: []markdown.Inline{{Kind: markdown.InlineText, Text: s}}},
	}
	p := markdown.Block{Kind: markdown.KindParagraph, Inlines: in}
	doc := markdown.Document{V: 1, Blocks: []markdown.Block{
		p,
		{Kind: markdown.KindHeading, Level: 1, Inlines: in},
		{Kind: markdown.KindList, Items: []markdown.Item{{Blocks: []markdown.Block{p}}}},
		{Kind: markdown.KindQuote, Blocks: []markdown.Block{p}},
		{Kind: markdown.KindCode, Lang: s, Code: s},
		{Kind: markdown.KindTable, Table: &markdown.Table{Head: []markdown.Cell{in}, Rows: [][]markdown.Cell{{in}}}},
	}}
	buttons := []chat.Button{{ID: s, Label: s}, {Label: s, URL: "https://a.example/" + s}}
	field := []chat.Field{{Label: s, Value: s}}
	return chat.Reply{
		ID: s, Text: doc,
		Cards:    []chat.Card{{State: chat.CardWaiting, Sentence: s, Values: field, Details: field, Outcome: s, Buttons: buttons}},
		Rows:     []chat.Row{{Text: doc, Buttons: buttons}},
		Previews: []chat.Preview{{URL: "https://a.example/" + s, SiteName: s, Title: s, Description: s, Image: s}},
		Buttons:  buttons, Notes: []string{s}, Files: []chat.File{{Name: s, Text: s}},
	}
}

// TestLinkNotAllowed: a link that is not allowed is its label, without address.
func TestLinkNotAllowed(t *testing.T) {
	r := chat.Reply{Text: markdown.New(markdown.Block{Kind: markdown.KindParagraph, Inlines: []markdown.Inline{
		{Kind: markdown.InlineLink, URL: "https://evil.example/?secret", Children: []markdown.Inline{{Kind: markdown.InlineText, Text: "label"}}},
	}})}
	if got := (terminal.Renderer{}).Render(r); got != "label" {
		t.Errorf("got %q", got)
	}
}

// TestIDs: no two runs give an event the same id, also when the clock stands still.
func TestIDs(t *testing.T) {
	var memory adaptertest.Memory
	var desk adaptertest.Recorder
	seen := map[string]bool{}
	for range 3 {
		a := terminal.Adapter{
			In: strings.NewReader("one\ntwo\r\n"), Out: io.Discard, Interactive: true,
			Now: func() time.Time { return time.Date(2026, 12, 5, 12, 0, 0, 0, time.UTC) },
		}
		if err := a.Run(t.Context(), &desk, &memory); err != nil {
			t.Fatal(err)
		}
	}
	for _, e := range desk.Events() {
		if seen[e.ID] || seen[e.Message.ID+" message"] {
			t.Errorf("id %s came twice", e.ID)
		}
		seen[e.ID], seen[e.Message.ID+" message"] = true, true
	}
	if len(seen) != 12 {
		t.Errorf("%d ids; want 12", len(seen))
	}
}

// TestLongLine: a line that no question needs is left out, the next one counts.
func TestLongLine(t *testing.T) {
	var desk adaptertest.Recorder
	out := &adaptertest.Log{}
	a := terminal.Adapter{In: strings.NewReader(strings.Repeat("x", 3<<20) + "\nshort\n"), Out: out, Interactive: true}
	if err := a.Run(t.Context(), &desk, &adaptertest.Memory{}); err != nil {
		t.Fatal(err)
	}
	if e := desk.Events(); len(e) != 1 || e[0].Message.Text != "short" {
		t.Errorf("received %d events", len(e))
	}
	if !strings.Contains(out.String(), "That line was longer than 1048576 bytes") {
		t.Errorf("the person is told %q", out.String())
	}
}

// lost is a Keeper whose store is gone.
type lost struct {
	kept      []byte
	get, keep error
}

func (l *lost) Keep(context.Context, string, []byte) error   { return l.keep }
func (l *lost) Kept(context.Context, string) ([]byte, error) { return l.kept, l.get }
func card() chat.Reply {
	return chat.Reply{ID: "r", Cards: []chat.Card{{State: chat.CardWaiting, Sentence: "Print.", Buttons: []chat.Button{{ID: "y", Label: "Yes"}}}}}
}

// TestRunFails: what makes talking impossible ends Run with a reason.
func TestRunFails(t *testing.T) {
	gone := errors.New("gone")
	tests := []struct {
		name    string
		adapter *terminal.Adapter
		keeper  chat.Keeper
		want    string
	}{
		{"nothing can be read back", &terminal.Adapter{}, &lost{get: gone}, "read what the terminal kept: gone"},
		{"nonsense was kept", &terminal.Adapter{}, &lost{kept: []byte("{")}, "read what the terminal kept: unexpected end of JSON input"},
		{"nothing can be kept", &terminal.Adapter{}, &lost{keep: gone}, "keep the terminal's numbers: gone"},
		{"the input breaks", &terminal.Adapter{In: iotest.ErrReader(gone)}, &adaptertest.Memory{}, "read what is typed: gone"},
		{"the output breaks", &terminal.Adapter{Out: broken{}, Interactive: true}, &adaptertest.Memory{}, "write to the terminal: no terminal: io: read/write on closed pipe"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			a := test.adapter
			if a.In == nil {
				a.In = strings.NewReader("")
			}
			if a.Out == nil {
				a.Out = io.Discard
			}
			err := a.Run(t.Context(), &adaptertest.Recorder{}, test.keeper)
			if err == nil || err.Error() != test.want {
				t.Errorf("Run = %v; want %s", err, test.want)
			}
		})
	}
}

// TestSendNotKept: a card whose numbers cannot be kept is not shown yet.
func TestSendNotKept(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		in, keys := io.Pipe()
		out, k := &adaptertest.Log{}, &lost{}
		a := &terminal.Adapter{In: in, Out: out}
		ended := make(chan error)
		go func() { ended <- a.Run(t.Context(), &adaptertest.Recorder{}, k) }()
		synctest.Wait()

		k.keep = errors.New("the disk is full")
		_, err := a.Send(t.Context(), card(), "")
		if later, ok := errors.AsType[*chat.Later](err); !ok || !strings.Contains(later.Reason, "the disk is full") {
			t.Errorf("Send = %v; want *chat.Later with the reason", err)
		}
		if got := out.Drain(); got != "" {
			t.Errorf("shown: %q", got)
		}
		k.keep = nil
		if _, err := a.Send(t.Context(), card(), ""); err != nil {
			t.Errorf("Send = %v", err)
		}
		if got := out.Drain(); !strings.Contains(got, "[1] Yes") {
			t.Errorf("shown: %q", got)
		}

		_ = keys.Close()
		if err := <-ended; err != nil {
			t.Errorf("Run = %v", err)
		}
		if _, err := a.Send(t.Context(), card(), ""); err == nil {
			t.Errorf("Send after the end succeeded")
		}
	})
}

// TestSendNotShown: a reply that could not be written is written whole next time.
func TestSendNotShown(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		in, keys := io.Pipe()
		out := &flaky{}
		a := &terminal.Adapter{In: in, Out: out}
		ended := make(chan error)
		go func() { ended <- a.Run(t.Context(), &adaptertest.Recorder{}, &adaptertest.Memory{}) }()
		synctest.Wait()
		out.fails = true
		if _, err := a.Send(t.Context(), card(), ""); !errors.Is(err, io.ErrClosedPipe) {
			t.Errorf("Send = %v", err)
		}
		out.fails = false
		if _, err := a.Send(t.Context(), card(), ""); err != nil {
			t.Errorf("Send = %v", err)
		}
		if got := out.Drain(); !strings.Contains(got, "[1] Yes") {
			t.Errorf("shown: %q", got)
		}
		_ = keys.Close()
		<-ended
	})
}

// flaky is a screen that fails now and then.
type flaky struct {
	adaptertest.Log
	fails bool
}

func (f *flaky) Write(data []byte) (int, error) {
	if f.fails {
		return broken{}.Write(data)
	}
	return f.Log.Write(data)
}

// TestDefaults: a zero Adapter knows its person.
func TestDefaults(t *testing.T) {
	var a terminal.Adapter
	m, err := a.Member(t.Context(), terminal.Place(), "you")
	if err != nil || !m.Admin || m.Name == "" {
		t.Errorf("Member = %+v, %v", m, err)
	}
	if a.Platform() != "terminal" {
		t.Errorf("Platform = %q", a.Platform())
	}
}
