package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"regexp"
	"time"

	"github.com/lmittmann/tint"
	"golang.org/x/term"
)

// loggerTo returns a logger that writes for people at a terminal, and JSON anywhere else.
func loggerTo(out io.Writer) *slog.Logger {
	if file, ok := out.(*os.File); ok && term.IsTerminal(int(file.Fd())) {
		return discreet(tint.NewTextHandler(out, &tint.Options{TimeFormat: time.TimeOnly, NoColor: os.Getenv("NO_COLOR") != ""}))
	}
	return discreet(slog.NewJSONHandler(out, nil))
}

// discreet is a logger whose addresses have neither user nor query nor fragment, where keys
// and members' words stand, wherever in a line they are: errors quote addresses too.
func discreet(h slog.Handler) *slog.Logger { return slog.New(discreetHandler{h}) }

type discreetHandler struct{ slog.Handler }

// Handle writes a line.
func (h discreetHandler) Handle(ctx context.Context, r slog.Record) error {
	out := slog.NewRecord(r.Time, r.Level, withoutQueries(r.Message), r.PC)
	r.Attrs(func(a slog.Attr) bool {
		out.AddAttrs(discreetAttr(a))
		return true
	})
	return h.Handler.Handle(ctx, out)
}

// WithAttrs is a handler of lines that all have attributes.
func (h discreetHandler) WithAttrs(attrs []slog.Attr) slog.Handler {
	out := make([]slog.Attr, len(attrs))
	for i, a := range attrs {
		out[i] = discreetAttr(a)
	}
	return discreetHandler{h.Handler.WithAttrs(out)}
}

// WithGroup is a handler of lines whose attributes are in a group.
func (h discreetHandler) WithGroup(name string) slog.Handler {
	return discreetHandler{h.Handler.WithGroup(name)}
}

func discreetAttr(a slog.Attr) slog.Attr {
	switch v := a.Value.Resolve(); v.Kind() {
	case slog.KindString:
		return slog.String(a.Key, withoutQueries(v.String()))
	case slog.KindGroup:
		var inner []any
		for _, g := range v.Group() {
			inner = append(inner, discreetAttr(g))
		}
		return slog.Group(a.Key, inner...)
	case slog.KindAny:
		if v.Any() == nil {
			return a
		}
		if err, ok := v.Any().(error); ok {
			return slog.Any(a.Key, errors.New(withoutQueries(err.Error())))
		}
		return slog.String(a.Key, withoutQueries(fmt.Sprint(v.Any())))
	default: // numbers, times and truths hold no address
		return slog.Attr{Key: a.Key, Value: v}
	}
}

// addresses finds what stands before the host of an address, the address up to its path,
// and its query and fragment.
var addresses = regexp.MustCompile(`([A-Za-z][A-Za-z0-9+.-]*:(?://|\\/\\/))(?:[^\s/?#"'<>]*@)?([^\s?#"'<>]*)(?:[?#][^\s"'<>]*)?`)

// withoutQueries is a text whose addresses have neither user nor query nor fragment.
func withoutQueries(text string) string { return addresses.ReplaceAllString(text, "$1$2") }
