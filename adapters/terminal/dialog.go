package terminal

import (
	"bufio"
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"
	"time"

	"aidesk/core/chat"
	"aidesk/core/markdown"
)

// maxWait is how long a pipe waits for the end of one event. It is long because a turn may
// ask a model several times.
const maxWait = 2 * time.Minute

// dialog reads the lines of one run. It belongs to one goroutine.
type dialog struct {
	*Adapter
	handler chat.Handler

	runNumber int64      // of this run; with count it makes the IDs of events
	count     int        // of events
	lines     []string   // typed so far, each but the last ended with a backslash
	at        time.Time  // when the last line came
	filling   *formInput // the form being filled in, or nil

	editor      *editor   // of a raw TTY, or nil
	interrupted time.Time // when Ctrl-C was typed last
}

// errQuit ends the reading.
var errQuit = errors.New("quit")

// run reads until the lines end, or one of them is /quit.
func (t *dialog) run(ctx context.Context) error {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	defer t.hide(false)
	lines, questions := make(chan typed), make(chan question, 1)
	var failed error // known once lines is closed
	go func() {
		defer close(lines)
		if t.editor != nil {
			failed = t.editor.read(ctx, t.Now, questions, lines)
		} else {
			failed = read(ctx, t.In, t.Now, lines)
		}
	}()
	for {
		if err := t.screen.setPrompt(t.prompt()); err != nil {
			return err
		}
		if t.editor != nil { // which has answered the question before
			questions <- question{prompt: t.screen.currentPrompt(), form: t.filling != nil, secret: t.secret()}
		}
		select {
		case <-ctx.Done():
			return nil
		case l, more := <-lines:
			if !more {
				return cmp.Or(t.handleLines(ctx), failed)
			}
			if !t.secret() || t.editor != nil { // else the echo is off, also that of the line's end
				t.screen.lineEnded()
			}
			if err := t.addLine(ctx, l); err != nil {
				return err
			}
		}
	}
}

// prompt is the prompt for what is expected next.
func (t *dialog) prompt() string {
	switch {
	case len(t.lines) > 0:
		return "… "
	case t.filling != nil:
		return t.filling.prompt()
	}
	return "> "
}

// addLine joins lines that end with a backslash, and handles them when they are complete.
func (t *dialog) addLine(ctx context.Context, l typed) error {
	if l.interrupt {
		return t.interrupt(ctx, l)
	}
	if l.fault != "" {
		return t.show(l.fault)
	}
	t.at = l.at
	text, goesOn := strings.CutSuffix(l.text, `\`)
	if t.filling != nil && !t.filling.multiline() {
		text, goesOn = l.text, false
	}
	t.lines = append(t.lines, text)
	if goesOn {
		return nil
	}
	return t.handleLines(ctx)
}

// leaveTime is within which Ctrl-C typed a second time ends aidesk.
const leaveTime = 2 * time.Second

// interrupt is Ctrl-C: it closes a form, stops what is worked on or drops what was typed. If
// there is none of these, and the second time at once, it ends the reading.
func (t *dialog) interrupt(ctx context.Context, l typed) error {
	again := l.at.Sub(t.interrupted) < leaveTime
	t.interrupted, t.at = l.at, l.at
	dropped := l.text != "" || len(t.lines) > 0
	t.lines = nil
	switch {
	case again:
	case t.filling != nil:
		t.filling = nil
		return t.show(textFormClosed)
	case t.working() && t.Stop != "":
		return t.command(ctx, t.Stop)
	case dropped:
		return t.show(textLeaveAgain)
	}
	return errQuit
}

// working reports whether something that was typed is still worked on.
func (t *dialog) working() bool {
	t.mu.Lock()
	defer t.mu.Unlock()
	return len(t.unsettled) > 0
}

// handleLines handles the lines that were typed so far.
func (t *dialog) handleLines(ctx context.Context) error {
	text := strings.Join(t.lines, "\n")
	if len(t.lines) == 0 {
		return nil
	}
	t.lines = nil
	if t.filling != nil {
		return t.fillIn(ctx, text)
	}
	text = strings.TrimSpace(text)
	if text == "" {
		return nil
	}
	if err := t.screen.echo(text); err != nil {
		return err
	}
	switch n, err := strconv.ParseUint(text, 10, 0); {
	case text == "/"+quit:
		return errQuit
	case strings.HasPrefix(text, "/"):
		return t.command(ctx, text)
	case err == nil || errors.Is(err, strconv.ErrRange):
		return t.press(ctx, n, text)
	case len(text) > 1 && text[0] == '\\' && strings.ContainsRune("/0123456789", rune(text[1])):
		text = text[1:] // neither a command nor a button
	}
	e := t.event("m")
	e.Message = &chat.Message{ID: e.ID, Text: text}
	return t.receive(ctx, e)
}

// command sends a command to the handler, or opens its form.
func (t *dialog) command(ctx context.Context, text string) error {
	c, err := t.Grammar.Parse(text)
	if err != nil {
		return t.show(err.Error())
	}
	if _, verb, _ := t.Grammar.Find(c.Name, c.Verb); verb.Form {
		return t.openForm(ctx, chat.Opening{Place: Place(), Member: t.Person.ID, Command: &c})
	}
	e := t.event("c")
	e.Command = &c
	return t.receive(ctx, e)
}

// press presses a button, unless its number belonged to another button until just now.
func (t *dialog) press(ctx context.Context, number uint64, typed string) error {
	t.mu.Lock()
	s, ok := t.board.Numbers[int(min(number, maxNumber))]
	t.mu.Unlock()
	switch {
	case !ok:
		return t.show(fmt.Sprintf(textNoButton, markdown.Line(typed, 20)))
	case t.Interactive && s.tooSoon(t.at):
		return t.show(fmt.Sprintf(textButtonMoved, typed))
	case s.Form:
		return t.openForm(ctx, chat.Opening{Place: Place(), Member: t.Person.ID, Button: s.Button})
	}
	e := t.event("p")
	e.Press = &chat.Press{Button: s.Button, Posted: s.Reply}
	return t.receive(ctx, e)
}

// maxNumber is more than any button's number.
const maxNumber = 1 << 30

// event makes an event with an ID that occurs in no other run.
func (t *dialog) event(kind string) chat.Event {
	t.count++
	return chat.Event{
		ID:     fmt.Sprintf("%s:%d.%d", kind, t.runNumber, t.count),
		Time:   t.at,
		Place:  Place(),
		Member: t.Person.ID,
	}
}

// receive sends an event to the handler. From a pipe it waits for the end of the event.
func (t *dialog) receive(ctx context.Context, e chat.Event) error {
	settled := make(chan struct{})
	t.mu.Lock()
	t.unsettled[e.ID] = settled
	t.mu.Unlock()
	if err := t.handler.Receive(ctx, e); err != nil {
		t.Settled(e.ID)
		if ctx.Err() != nil {
			return nil
		}
		t.Logger.ErrorContext(ctx, "an event was not received", "event", e.ID, "error", err)
		return t.show(textNotStored)
	}
	if t.Interactive {
		return nil
	}
	timer := time.NewTimer(maxWait)
	defer timer.Stop()
	select {
	case <-settled:
		return nil
	case <-ctx.Done():
		return nil
	case <-timer.C:
		t.Settled(e.ID)
		return t.show(fmt.Sprintf(textStillAtIt, maxWait))
	}
}

// show writes a text of the terminal itself.
func (t *dialog) show(text string) error {
	var ins []markdown.Inline
	for part := range strings.SplitSeq(text, "\n") {
		if len(ins) > 0 {
			ins = append(ins, markdown.Break())
		}
		ins = append(ins, markdown.Text(part))
	}
	return t.screen.show(t.renderer().Render(chat.Reply{Text: markdown.New(markdown.Paragraph(ins...))}))
}

// maxLine is how many bytes a line may have.
const maxLine = 1 << 20

// typed is a line of input.
type typed struct {
	text      string
	at        time.Time // when it came
	fault     string    // why it was not read; text is empty
	interrupt bool      // Ctrl-C ended it
}

// read sends the lines of in until it ends. A read in progress cannot be interrupted: a
// reader that never returns holds this goroutine until the process ends.
func read(ctx context.Context, in io.Reader, now func() time.Time, lines chan<- typed) error {
	r := bufio.NewReader(in)
	for {
		l, err := readLine(r)
		l.at = now()
		if err == nil || l.text != "" || l.fault != "" {
			select {
			case lines <- l:
			case <-ctx.Done():
				return nil
			}
		}
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return fmt.Errorf("read what is typed: %w", err)
		}
	}
}

// readLine reads one line, without its end; the last one may have none.
func readLine(r *bufio.Reader) (typed, error) {
	var text []byte
	long := false
	for {
		part, err := r.ReadSlice('\n')
		if long = long || len(text)+len(part) > maxLine; long {
			text = nil
		} else {
			text = append(text, part...)
		}
		if errors.Is(err, bufio.ErrBufferFull) {
			continue
		}
		if long {
			return typed{fault: fmt.Sprintf(textLineTooLong, maxLine)}, err
		}
		line := strings.TrimSuffix(strings.TrimSuffix(string(text), "\n"), "\r")
		return typed{text: strings.ToValidUTF8(line, "\uFFFD")}, err
	}
}
