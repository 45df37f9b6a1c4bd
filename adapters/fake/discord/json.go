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

// bare takes what is null out of JSON, as Discord does with what it was sent.
func bare(v any) any {
	switch v := v.(type) {
	case object:
		for key, inner := range v {
			if inner == nil {
				delete(v, key)
			} else {
				v[key] = bare(inner)
			}
		}
	case []any:
		for i := range v {
			v[i] = bare(v[i])
		}
	}
	return v
}

// moment is a time as Discord writes it.
func moment(t time.Time) string { return t.UTC().Format("2006-01-02T15:04:05.000000+00:00") }
