package terminal

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"

	"aidesk/core/chat"
	"aidesk/core/markdown"
)

// patience is how long a pipe waits for the end of one event. Slow is not stuck:
// a turn may ask a model several times.
const patience = 2 * time.Minute

// talk is one run's reading of lines. It belongs to one goroutine.
type talk struct {
	*Adapter
	desk chat.Handler

	run   int64     // of this run, with count it names events
	count int       // of events
	lines []string  // typed so far, each but the last ended with a backslash
	at    time.Time // when the last line came
	form  *filling  // the form being filled in, or nil
}

// errQuit ends the reading.
var errQuit = errors.New("quit")

// listen reads until the lines end, or one of them ends the talk.
func (t *talk) listen(ctx context.Context) error {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	defer func() {
		if t.secret() {
			t.Hide(false)
		}
	}()
	lines := make(chan typed)
	var failed error // known once lines is closed
	go func() {
		defer close(lines)
		failed = read(ctx, t.In, t.Now, lines)
	}()
	for {
		if err := t.screen.ask(t.prompt()); err != nil {
			return err
		}
		select {
		case <-ctx.Done():
			return nil
		case l, more := <-lines:
			if !more {
				return cmp.Or(t.act(ctx), failed)
			}
			if !t.secret() { // of which no line end was echoed either
				t.screen.entered()
			}
			if err := t.take(ctx, l); err != nil {
				return err
			}
		}
	}
}

// prompt says what is expected.
func (t *talk) prompt() string {
	switch {
	case len(t.lines) > 0:
		return "… "
	case t.form != nil:
		return t.form.prompt()
	}
	return "> "
}

// take puts lines that a backslash joins together, and acts on what they are.
func (t *talk) take(ctx context.Context, l typed) error {
	if l.long {
		return t.tell(fmt.Sprintf("That line was longer than %d bytes and was not read.", longestLine))
	}
	t.at = l.at
	text, goesOn := strings.CutSuffix(l.text, `\`)
	if t.form != nil && !t.form.several() {
		text, goesOn = l.text, false
	}
	t.lines = append(t.lines, text)
	if goesOn {
		return nil
	}
	return t.act(ctx)
}

// act acts on the lines that were typed so far.
func (t *talk) act(ctx context.Context) error {
	text := strings.Join(t.lines, "\n")
	if len(t.lines) == 0 {
		return nil
	}
	t.lines = nil
	if t.form != nil {
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
	case text == "/quit":
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

// command gives a command to the desk, or opens its form.
func (t *talk) command(ctx context.Context, text string) error {
	c, err := t.Grammar.Parse(text)
	if err != nil {
		return t.tell(err.Error())
	}
	if _, verb, _ := t.Grammar.Find(c.Name, c.Verb); verb.Form {
		return t.open(ctx, chat.Opening{Place: Place(), Member: t.Person.ID, Command: &c})
	}
	e := t.event("c")
	e.Command = &c
	return t.receive(ctx, e)
}

// press presses a button, unless its number has only just come to mean it.
func (t *talk) press(ctx context.Context, number uint64, typed string) error {
	t.mu.Lock()
	s, ok := t.board.Numbers[int(min(number, mostButtons))]
	t.mu.Unlock()
	switch {
	case !ok:
		return t.tell(fmt.Sprintf("There is no button %s.\nTo say a number and press nothing, put a backslash before it.", markdown.Line(typed, 20)))
	case t.Interactive && s.hasty(t.at):
		return t.tell(fmt.Sprintf("Number %s has just changed to another button, so nothing was pressed. Look, then type it again.", typed))
	case s.Form:
		return t.open(ctx, chat.Opening{Place: Place(), Member: t.Person.ID, Button: s.Button})
	}
	e := t.event("p")
	e.Press = &chat.Press{Button: s.Button, Posted: s.Reply}
	return t.receive(ctx, e)
}

// mostButtons is more than there are numbers.
const mostButtons = 1 << 30

// event is what all events have in common. Its ID occurs once in all runs.
func (t *talk) event(kind string) chat.Event {
	t.count++
	return chat.Event{
		ID:     fmt.Sprintf("%s:%d.%d", kind, t.run, t.count),
		Time:   t.at,
		Place:  Place(),
		Member: t.Person.ID,
	}
}

// receive hands an event to the desk. From a pipe it waits for its end.
func (t *talk) receive(ctx context.Context, e chat.Event) error {
	settled := make(chan struct{})
	if !t.Interactive {
		t.mu.Lock()
		t.unsettled[e.ID] = settled
		t.mu.Unlock()
	}
	if err := t.desk.Receive(ctx, e); err != nil {
		t.Settled(e.ID)
		if ctx.Err() != nil {
			return nil
		}
		t.Logger.ErrorContext(ctx, "an event was not received", "event", e.ID, "error", err)
		return t.tell("The desk could not take that down, so nothing was done. Please type it again.")
	}
	if t.Interactive {
		return nil
	}
	timer := time.NewTimer(patience)
	defer timer.Stop()
	select {
	case <-settled:
		return nil
	case <-ctx.Done():
		return nil
	case <-timer.C:
		t.Settled(e.ID)
		return t.tell(fmt.Sprintf("The desk is still at it after %s; going on with the next line.", patience))
	}
}

// tell writes words of the terminal's own.
func (t *talk) tell(text string) error {
	var ins []markdown.Inline
	for part := range strings.SplitSeq(text, "\n") {
		if len(ins) > 0 {
			ins = append(ins, markdown.Break())
		}
		ins = append(ins, markdown.Text(part))
	}
	return t.screen.show(t.look().Render(chat.Reply{Text: markdown.New(markdown.Paragraph(ins...))}))
}
