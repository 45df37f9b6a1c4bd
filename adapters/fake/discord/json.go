package discord

import "time"

// object is a JSON object.
type object = map[string]any

// list makes [] of nothing, never null.
func list[E any](of []E) []E {
	if of == nil {
		return []E{}
	}
	return of
}

// moment is a time as Discord writes it.
func moment(t time.Time) string { return t.UTC().Format("2006-01-02T15:04:05.000000+00:00") }
