package terminal

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"golang.org/x/term"
)

// editor reads lines from a TTY that is in raw mode: arrow keys move in the line and bring
// back earlier ones, Tab completes, and what is written meanwhile stands above the line.
type editor struct {
	*term.Terminal
	keys     *keys
	out      io.Writer
	columns  func() int
	complete func(line string, pos int, key rune) (string, int, bool)
	history  history
}

// question is what is asked for next.
type question struct {
	prompt string
	form   bool // an input of a form: it is not brought back, and Tab completes nothing
	secret bool // what is typed is not shown
}

func newEditor(k *keys, out io.Writer, columns func() int) *editor {
	e := &editor{keys: k, out: out, columns: columns}
	e.Terminal = term.NewTerminal(struct {
		io.Reader
		io.Writer
	}{e.typing(), out}, "")
	e.History = &e.history
	e.fit()
	return e
}

// typing are the keys; with each the width of the terminal is looked at.
func (e *editor) typing() io.Reader {
	return readerFunc(func(p []byte) (int, error) {
		n, err := e.keys.Read(p)
		e.fit()
		return n, err
	})
}

type readerFunc func([]byte) (int, error)

func (f readerFunc) Read(p []byte) (int, error) { return f(p) }

// fit tells the library how wide the terminal is now.
func (e *editor) fit() {
	const rows = 24 // it makes no use of them
	if columns := e.columns(); columns > 0 {
		_ = e.SetSize(columns, rows) // a terminal that has gone is noticed by the next text
	}
}

// maxTyped is how many characters of a line the library takes; it leaves out what follows.
const maxTyped = 4096

// read answers each question with a line. Like a read of a pipe, one in progress cannot be
// interrupted.
func (e *editor) read(ctx context.Context, now func() time.Time, questions <-chan question, lines chan<- typed) error {
	for {
		var q question
		select {
		case q = <-questions:
		case <-ctx.Done():
			return nil
		}
		text, err := e.readLine(q)
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil && !errors.Is(err, term.ErrPasteIndicator) {
			return fmt.Errorf("read what is typed: %w", err)
		}
		l := typed{text: text, at: now(), interrupt: e.keys.interrupt}
		e.keys.interrupt = false
		switch {
		case l.interrupt:
		case utf8.RuneCountInString(text) >= maxTyped:
			l = typed{at: l.at, fault: fmt.Sprintf(textLineFull, maxTyped)}
		case !q.form:
			e.history.keep(text)
		}
		select {
		case lines <- l:
		case <-ctx.Done():
			return nil
		}
	}
}

func (e *editor) readLine(q question) (string, error) {
	if q.secret {
		return e.ReadPassword(q.prompt)
	}
	e.AutoCompleteCallback = e.complete
	if q.form {
		e.AutoCompleteCallback = nil
	}
	return e.ReadLine()
}

// keys is the keyboard as the library can read it: whole characters, one at a time.
type keys struct {
	in        *bufio.Reader
	last      rune
	pending   []byte
	interrupt bool // Ctrl-C ended the line
}

const (
	ctrlC = '\x03'
	// endLine ends the line that is being typed, behind whatever sequence of keys was
	// begun: the first three bytes are one that means nothing.
	endLine = "\x1b_a\r"
)

// Read is the next key.
func (k *keys) Read(p []byte) (int, error) {
	if len(p) <= utf8.UTFMax { // full of an escape sequence without end: a letter ends it
		return copy(p, "a"), nil
	}
	for len(k.pending) == 0 {
		r, size, err := k.in.ReadRune()
		if err != nil {
			return 0, err //nolint:wrapcheck // io.EOF must stay what it is
		}
		before := k.last
		k.last = r
		switch {
		case r == ctrlC:
			k.interrupt = true
			k.pending = []byte(endLine)
		case r == '\n' && before == '\r': // the two are one end of a line
		case r == utf8.RuneError && size == 1, r > unicode.MaxASCII && unicode.IsControl(r):
			// Neither is a character, and the second would control the terminal.
		default:
			k.pending = utf8.AppendRune(nil, r)
		}
	}
	n := copy(p, k.pending)
	k.pending = k.pending[n:]
	return n, nil
}

// history are the lines that the arrow up brings back, oldest first.
type history struct{ lines []string }

// maxHistory is how many lines are brought back.
const maxHistory = 500

// Add does nothing: the library adds every line, and not every one is worth it.
func (*history) Add(string) {}

// keep adds a line. A number is left out: it would press another button the next time.
func (h *history) keep(text string) {
	text = strings.TrimSpace(text)
	if _, err := strconv.ParseUint(text, 10, 0); err == nil || text == "" {
		return
	}
	h.lines = slices.DeleteFunc(h.lines, func(o string) bool { return o == text })
	h.lines = append(h.lines, text)
	h.lines = h.lines[max(0, len(h.lines)-maxHistory):]
}

// Len is how many lines there are.
func (h *history) Len() int { return len(h.lines) }

// At is the line that was typed i lines before the last one.
func (h *history) At(i int) string { return h.lines[len(h.lines)-1-i] }
