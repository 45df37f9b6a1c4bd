package terminal

import (
	"cmp"
	"log/slog"
	"os"
	"time"

	"aidesk/core/chat"
)

// fill puts the defaults where nothing was given.
func (a *Adapter) fill() {
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
	a.screen = &screen{out: a.Out, live: a.Interactive, color: a.Color}
}
