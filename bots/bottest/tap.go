package bottest

import (
	"context"
	"errors"
	"slices"
	"time"

	"aidesk/core/chat"
	"aidesk/core/markdown"
)

// tap stands between an adapter and the desk and writes down what passes. It has
// the abilities of the adapter; that of a Finder is in tapFinder.
type tap struct {
	chat.Adapter
	board *board
}

// tapFinder is a tap on an adapter that is a Finder.
type tapFinder struct{ *tap }

// tapStreamer is a tap on an adapter that is a Streamer, too.
type tapStreamer struct{ tapFinder }

var (
	_ chat.Noter      = (*tap)(nil)
	_ chat.Typer      = (*tap)(nil)
	_ chat.Namer      = (*tap)(nil)
	_ chat.Downloader = (*tap)(nil)
	_ chat.Historian  = (*tap)(nil)
	_ chat.Settler    = (*tap)(nil)
	_ chat.Rater      = (*tap)(nil)
	_ chat.Prompter   = (*tap)(nil)
	_ chat.Titler     = (*tap)(nil)
	_ chat.Deleter    = (*tap)(nil)

	_ chat.HomePublisher = (*tap)(nil)
	_ chat.Finder        = tapFinder{}
	_ chat.Streamer      = tapStreamer{}
)

func tapped(a chat.Adapter, b *board) chat.Adapter {
	t := &tap{a, b}
	_, finds := a.(chat.Finder)
	_, streams := a.(chat.Streamer)
	switch {
	case finds && streams:
		return tapStreamer{tapFinder{t}}
	case finds:
		return tapFinder{t}
	}
	return t
}

// Run runs the adapter with an ear on the desk.
func (t *tap) Run(ctx context.Context, h chat.Handler, k chat.Keeper) error {
	t.board.add(func() { t.board.desk = h })
	return t.Adapter.Run(ctx, &ear{h, t.board}, k)
}

// Send writes down what arrived.
func (t *tap) Send(ctx context.Context, r chat.Reply, posted string) (string, error) {
	id, err := t.Adapter.Send(ctx, r, posted)
	if err == nil {
		t.board.add(func() {
			t.board.sends = append(t.board.sends, r)
			t.board.shown = append(t.board.shown, Text(r))
		})
	}
	return id, err
}

// errUnable says that the adapter has not the ability.
var errUnable = errors.New("this platform cannot")

// Note writes down the note.
func (t *tap) Note(ctx context.Context, e chat.Event, text markdown.Document) error {
	n, ok := t.Adapter.(chat.Noter)
	if !ok {
		return errUnable
	}
	err := n.Note(ctx, e, text)
	if err == nil {
		t.board.add(func() {
			t.board.notes = append(t.board.notes, text.Text())
			t.board.shown = append(t.board.shown, text.Text())
		})
	}
	return err
}

// Type passes progress on.
func (t *tap) Type(ctx context.Context, place chat.Place, p chat.Progress) error {
	if typer, ok := t.Adapter.(chat.Typer); ok {
		return typer.Type(ctx, place, p)
	}
	return nil
}

// Names asks the adapter.
func (t *tap) Names(ctx context.Context, place chat.Place, marks []string) map[string]string {
	if namer, ok := t.Adapter.(chat.Namer); ok {
		return namer.Names(ctx, place, marks)
	}
	return nil
}

// Member asks the adapter, unless it is to fail.
func (t *tap) Member(ctx context.Context, place chat.Place, id string) (chat.Member, error) {
	t.board.mu.Lock()
	err, roles := t.board.unknown, t.board.roles[id]
	if err == nil && t.board.gone[id] {
		err = chat.ErrNoMember
	}
	t.board.mu.Unlock()
	if err != nil {
		return chat.Member{}, err
	}
	m, err := t.Adapter.Member(ctx, place, id)
	m.Roles = slices.Concat(m.Roles, roles)
	return m, err
}

// Download asks the adapter.
func (t *tap) Download(ctx context.Context, place chat.Place, a chat.Attachment, limit int64) ([]byte, error) {
	if from, ok := t.Adapter.(chat.Downloader); ok {
		return from.Download(ctx, place, a, limit)
	}
	return nil, chat.ErrNoAccess
}

// History asks the adapter.
func (t *tap) History(ctx context.Context, place chat.Place, before string, limit int) (chat.History, error) {
	if from, ok := t.Adapter.(chat.Historian); ok {
		return from.History(ctx, place, before, limit)
	}
	return chat.History{}, nil
}

// Delete asks the adapter.
func (t *tap) Delete(ctx context.Context, place chat.Place, link string) error {
	if d, ok := t.Adapter.(chat.Deleter); ok {
		return d.Delete(ctx, place, link)
	}
	return chat.ErrNoMessage
}

// Rates asks the adapter.
func (t *tap) Rates() bool {
	r, ok := t.Adapter.(chat.Rater)
	return ok && r.Rates()
}

// Prompt asks the adapter, and writes down that it did.
func (t *tap) Prompt(ctx context.Context, place chat.Place, questions []string) error {
	p, ok := t.Adapter.(chat.Prompter)
	if !ok {
		return errUnable
	}
	err := p.Prompt(ctx, place, questions)
	t.board.add(func() { t.board.prompted++ })
	return err
}

// Title asks the adapter.
func (t *tap) Title(ctx context.Context, place chat.Place, title string) error {
	if p, ok := t.Adapter.(chat.Titler); ok {
		return p.Title(ctx, place, title)
	}
	return errUnable
}

// Home writes down the page that is shown.
func (t *tap) Home(ctx context.Context, place chat.Place, member string, h chat.Home) error {
	p, ok := t.Adapter.(chat.HomePublisher)
	if !ok {
		return errUnable
	}
	err := p.Home(ctx, place, member, h)
	if err == nil {
		t.board.add(func() { t.board.pages[member] = append(t.board.pages[member], h) })
	}
	return err
}

// Settled writes down which events are dealt with.
func (t *tap) Settled(event string) {
	if s, ok := t.Adapter.(chat.Settler); ok {
		s.Settled(event)
	}
	t.board.add(func() { t.board.settled[event]++ })
}

// Find asks the adapter.
func (t tapFinder) Find(ctx context.Context, r chat.Reply, posted string, since time.Time) (string, bool, error) {
	return t.Adapter.(chat.Finder).Find(ctx, r, posted, since)
}

// StreamPace is short: time is the tests'.
func (tapStreamer) StreamPace() time.Duration { return 20 * time.Millisecond }

// ear writes down the events that the desk received.
type ear struct {
	chat.Handler
	board *board
}

// Receive writes down an event once it is durable.
func (e *ear) Receive(ctx context.Context, event chat.Event) error {
	err := e.Handler.Receive(ctx, event)
	if err == nil {
		e.board.add(func() { e.board.events = append(e.board.events, event) })
	}
	return err
}
