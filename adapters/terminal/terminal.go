// Package terminal is the adapter for one person at one terminal: lines are
// messages, lines that begin with a slash are commands, and a number presses the
// button that shows it. It is the smallest adapter and the one to read first.
//
// Read it in this order: this file is the contract of chat.Adapter; talk.go says
// what becomes of a line, form.go how a form is filled in line by line, number.go
// which button a number presses, keep.go what survives a restart; look.go and the
// files beside it write a reply, screen.go puts it above the prompt.
//
// At a TTY (Interactive) there is a prompt, and lines are read while the desk
// works. From a pipe the next line is read when the one before has been dealt
// with, so that the output of a list of lines reads as a conversation.
package terminal

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
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

	Interactive bool       // a person sits at a TTY: prompt, status, reading while the desk works
	Color       bool       // write ANSI colours
	Width       func() int // columns of the terminal, asked for each message; defaults to 80
	Hide        func(bool) // switches the TTY's echo off and on around a secret; defaults to nothing

	Now    func() time.Time // defaults to time.Now
	Logger *slog.Logger     // defaults to none

	once   sync.Once
	screen *screen

	mu        sync.Mutex // guards what follows; replies are written one after the other
	keeper    chat.Keeper
	board     *board                   // nil: not running
	unsettled map[string]chan struct{} // events that a pipe waits for
}

var (
	_ chat.Adapter = (*Adapter)(nil)
	_ chat.Finder  = (*Adapter)(nil)
	_ chat.Noter   = (*Adapter)(nil)
	_ chat.Settler = (*Adapter)(nil)
	_ chat.Typer   = (*Adapter)(nil)
)

// Place is the only place that a terminal has: a direct message.
func Place() chat.Place {
	return chat.Place{Platform: "terminal", Workspace: "local", Channel: "console", Direct: true}
}

// Platform is "terminal".
func (a *Adapter) Platform() string { return Place().Platform }

// Run greets, shows what still waits for a decision, and reads lines until they
// end, the person types /quit or ctx is done; then it returns nil.
func (a *Adapter) Run(ctx context.Context, h chat.Handler, k chat.Keeper) error {
	a.once.Do(a.fill)
	t := &talk{Adapter: a, desk: h}
	var err error
	if t.run, err = a.start(ctx, k); err != nil {
		return err
	}
	defer a.stop()
	if err := t.listen(ctx); !errors.Is(err, errQuit) {
		return err
	}
	return nil
}

// Member is the one person; there is no other.
func (a *Adapter) Member(_ context.Context, _ chat.Place, id string) (chat.Member, error) {
	a.once.Do(a.fill)
	if id != a.Person.ID {
		return chat.Member{}, fmt.Errorf("there is no member %q at this terminal", id)
	}
	return a.Person, nil
}

// soon is when a reply is tried again that could not be written now.
const soon = 100 * time.Millisecond

// Send writes a reply, or what is new in it. The platform's id of a reply is the
// reply's own.
func (a *Adapter) Send(ctx context.Context, r chat.Reply, _ string) (string, error) {
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.board == nil {
		return "", &chat.Later{After: soon, Reason: "the terminal is not open"}
	}
	before, shown := a.board.reply(r.ID)
	if err := a.board.hold(ctx, a.keeper, r, a.Now()); err != nil {
		return "", &chat.Later{After: soon, Reason: err.Error()}
	}
	text := a.look().Render(r)
	if shown {
		text = a.look().change(before, r)
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

// Find knows every reply that this run wrote. What an earlier run wrote may have
// scrolled away with its terminal, and saying it again does no harm.
func (a *Adapter) Find(_ context.Context, r chat.Reply, _ time.Time) (string, bool, error) {
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

// Type shows beside the prompt what the desk is doing.
func (a *Adapter) Type(_ context.Context, _ chat.Place, p chat.Progress) error {
	a.once.Do(a.fill)
	return a.screen.say(short(p.Text))
}

// Note writes a passing note.
func (a *Adapter) Note(_ context.Context, _ chat.Event, text markdown.Document) error {
	a.once.Do(a.fill)
	return a.screen.show(a.look().Render(chat.Reply{Text: text}))
}

// Settled lets a pipe go on to its next line.
func (a *Adapter) Settled(event string) {
	a.mu.Lock()
	defer a.mu.Unlock()
	if done, ok := a.unsettled[event]; ok {
		close(done)
		delete(a.unsettled, event)
	}
}

// start makes the terminal ready: the number of this run is kept before any
// event bears it.
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
		if err := a.screen.show(a.look().Render(chat.Reply{Text: a.Greeting})); err != nil {
			return 0, err
		}
	}
	if waiting := b.waiting(a.Now()); len(waiting) > 0 {
		texts := []string{"Still waiting for you:"}
		for _, r := range waiting {
			texts = append(texts, a.look().Render(r))
		}
		if err := a.screen.show(strings.Join(texts, "\n\n")); err != nil {
			return 0, err
		}
	}
	return b.Run, nil
}

// stop closes the terminal: what comes later waits for the next run.
func (a *Adapter) stop() {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.board = nil
	a.screen.leave()
}

// look is how replies are written now. It takes the buttons' numbers from the
// board, so whoever renders buttons holds the lock.
func (a *Adapter) look() Look {
	zone := time.Local
	if a.Person.Zone != "" {
		zone = a.Person.Location()
	}
	return Look{Width: a.Width(), Color: a.Color, Zone: zone, number: func(b chat.Button) int { return a.board.find(b.ID) }}
}
