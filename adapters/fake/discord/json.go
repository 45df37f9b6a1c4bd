package discord

import "time"

// object is a JSON object.
type object = map[string]any

// orEmpty makes [] of nothing, never null.
func orEmpty[E any](of []E) []E {
	if of == nil {
		return []E{}
	}
	return of
}

// timestamp is a time as Discord writes it.
func timestamp(t time.Time) string { return t.UTC().Format("2006-01-02T15:04:05.000000+00:00") }
