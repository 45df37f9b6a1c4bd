// Package terminal is the adapter for one person at one terminal: lines are
// messages, lines that begin with a slash are commands, and a number presses the
// button that shows it. It is the smallest adapter and the one to read first.
//
// Read it in this order: this file implements chat.Adapter; dialog.go reads lines and
// makes events of them, form.go asks for the inputs of a form one by one, board.go knows
// which button a number presses and what survives a restart; render.go and the files
// that it uses (blocks, card, table, wrap, style) lay out a reply, and screen.go writes it
// above the prompt. editor.go lets a line be edited and complete.go completes it.
//
// At a TTY (Interactive) there is a prompt, and lines are read while a turn runs. Where the
// TTY can be set raw (Raw), they are edited here. From a pipe the next line is read when everything caused by the line before has been shown, so
// that the output reads as a conversation.
package terminal

import (
	"bufio"
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"strings"
	"sync"
	"time"

	"aidesk/core/chat"
	"aidesk/core/markdown"
)

// Adapter is one person's terminal. Its zero value reads the standard input like
// a pipe and writes plain text.
type Adapter struct {
	In       io.Reader         // defaults to the standard input
	Out      io.Writer         // defaults to the standard output
	Grammar  chat.Grammar      // the commands
	Greeting markdown.Document // what is shown first
	Person   chat.Member       // without an ID: "you", who administers this place

	Interactive bool       // a person sits at a TTY: prompt, status, reading while a turn runs
	Color       bool       // write ANSI colours
	Width       func() int // columns of the terminal, asked for each message; defaults to 80
	Hide        func(bool) // switches the TTY's echo off and on around a secret; defaults to doing nothing

	Raw  func() (restore func(), err error) // sets the TTY raw, so that lines are edited here; nil: the TTY edits them
	Stop string                             // the command that Ctrl-C gives in raw mode while something is worked on

	Now    func() time.Time // defaults to time.Now
	Logger *slog.Logger     // defaults to none

	defaults sync.Once
	screen   *screen
	keys     *keys // of a raw TTY

	mu        sync.Mutex // guards the fields below; replies are written one after the other
	keeper    chat.Keeper
	board     *board                   // nil: not running
	unsettled map[string]chan struct{} // events that are worked on; a pipe waits for their end
}

var (
	_ chat.Adapter = (*Adapter)(nil)
	_ chat.Finder  = (*Adapter)(nil)
	_ chat.Noter   = (*Adapter)(nil)
	_ chat.Settler = (*Adapter)(nil)
	_ chat.Typer   = (*Adapter)(nil)
)

// Place is the only place of a terminal: a direct message.
func Place() chat.Place {
	return chat.Place{Platform: "terminal", Workspace: "local", Channel: "console", Direct: true}
}

// Platform is "terminal".
func (a *Adapter) Platform() string { return Place().Platform }

// Run greets, shows what still waits for a decision, and reads lines until they
// end, the person types /quit or ctx is done; then it returns nil.
func (a *Adapter) Run(ctx context.Context, h chat.Handler, k chat.Keeper) error {
	a.defaults.Do(a.setDefaults)
	t := &dialog{Adapter: a, handler: h}
	if a.Raw != nil {
		restore, err := a.Raw()
		if err != nil {
			return fmt.Errorf("set the terminal up: %w", err)
		}
		defer restore()
		t.editor = a.screen.edit(a.keys, a.Width)
		defer a.screen.close()
		t.editor.complete = t.completeKey(ctx)
	}
	var err error
	if t.runNumber, err = a.start(ctx, k); err != nil {
		return err
	}
	defer a.stop()
	if err := t.run(ctx); !errors.Is(err, errQuit) {
		return err
	}
	return nil
}

// Member is the one person; there is no other.
func (a *Adapter) Member(_ context.Context, _ chat.Place, id string) (chat.Member, error) {
	a.defaults.Do(a.setDefaults)
	if id != a.Person.ID {
		return chat.Member{}, fmt.Errorf("there is no member %q at this terminal", id)
	}
	return a.Person, nil
}

// retryTime is when a reply is tried again that could not be written.
const retryTime = 100 * time.Millisecond

// Send writes a reply, or what is new in it. The reply's own ID is its platform's id, too.
func (a *Adapter) Send(ctx context.Context, r chat.Reply, _ string) (string, error) {
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.board == nil {
		return "", &chat.Later{After: retryTime, Reason: "the terminal is not open"}
	}
	before, shown := a.board.reply(r.ID)
	if err := a.board.update(ctx, a.keeper, r, a.Now()); err != nil {
		return "", &chat.Later{After: retryTime, Reason: err.Error()}
	}
	text := a.renderer().Render(r)
	if shown {
		text = a.renderer().renderChange(before, r)
	}
	if text == "" {
		return r.ID, nil
	}
	if err := a.screen.show(text); err != nil {
		a.board.undo(r.ID, before, shown)
		return "", err
	}
	return r.ID, nil
}

// Find finds the replies that this run wrote. Those of an earlier run may not be visible
// any more, and writing them again does no harm.
func (a *Adapter) Find(_ context.Context, r chat.Reply, _ string, _ time.Time) (string, bool, error) {
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.board == nil {
		return "", false, nil
	}
	if _, ok := a.board.reply(r.ID); !ok {
		return "", false, nil
	}
	return r.ID, true, nil
}

// Type shows beside the prompt what a turn is doing.
func (a *Adapter) Type(_ context.Context, _ chat.Place, p chat.Progress) error {
	a.defaults.Do(a.setDefaults)
	return a.screen.setStatus(shortStatus(p.Text))
}

// Note writes a note.
func (a *Adapter) Note(_ context.Context, _ chat.Event, text markdown.Document) error {
	a.defaults.Do(a.setDefaults)
	return a.screen.show(a.renderer().Render(chat.Reply{Text: text}))
}

// Settled notes that an event is not worked on any more; a pipe waits for that.
func (a *Adapter) Settled(event string) {
	a.mu.Lock()
	defer a.mu.Unlock()
	if done, ok := a.unsettled[event]; ok {
		close(done)
		delete(a.unsettled, event)
	}
}

// start opens the terminal. The number of this run is stored before the ID of any event
// contains it, so that no ID occurs twice.
func (a *Adapter) start(ctx context.Context, k chat.Keeper) (run int64, err error) {
	a.mu.Lock()
	defer a.mu.Unlock()
	b, err := load(ctx, k)
	if err != nil {
		return 0, err
	}
	b.Run = max(b.Run+1, a.Now().UnixMilli())
	if err := b.save(ctx, k); err != nil {
		return 0, err
	}
	a.keeper, a.board, a.unsettled = k, b, map[string]chan struct{}{}

	if !a.Greeting.Empty() {
		if err := a.screen.show(a.renderer().Render(chat.Reply{Text: a.Greeting})); err != nil {
			return 0, err
		}
	}
	if waiting := b.waiting(a.Now()); len(waiting) > 0 {
		texts := []string{textWaiting}
		for _, r := range waiting {
			texts = append(texts, a.renderer().Render(r))
		}
		if err := a.screen.show(strings.Join(texts, "\n\n")); err != nil {
			return 0, err
		}
	}
	return b.Run, nil
}

// stop closes the terminal. Replies that are sent later wait for the next run.
func (a *Adapter) stop() {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.board = nil
	a.screen.close()
}

// renderer is the Renderer for now. It takes the numbers of buttons from the board, so
// whoever renders buttons holds the lock.
func (a *Adapter) renderer() Renderer {
	zone := time.Local
	if a.Person.Zone != "" {
		zone = a.Person.Location()
	}
	return Renderer{Width: a.Width(), Color: a.Color, Zone: zone, number: func(b chat.Button) int { return a.board.numberOf(b.ID) }}
}

// setDefaults sets the fields that the caller left empty.
func (a *Adapter) setDefaults() {
	if a.In == nil {
		a.In = os.Stdin
	}
	if a.Out == nil {
		a.Out = os.Stdout
	}
	if a.Person.ID == "" {
		a.Person = chat.Member{ID: "you", Name: "You", Zone: a.Person.Zone, Locale: a.Person.Locale, Admin: true}
	}
	if a.Width == nil {
		a.Width = func() int { return 0 }
	}
	if a.Hide == nil {
		a.Hide = func(bool) {}
	}
	if a.Now == nil {
		a.Now = time.Now
	}
	a.Logger = cmp.Or(a.Logger, slog.New(slog.DiscardHandler))
	a.keys = &keys{in: bufio.NewReader(a.In)}
	a.screen = &screen{out: a.Out, interactive: a.Interactive, color: a.Color}
}
