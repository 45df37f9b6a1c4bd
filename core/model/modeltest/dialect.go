package modeltest

import (
	"encoding/json"
	"fmt"
	"net/http"
	"strings"

	"aidesk/core/model"
)

// Dialect is a wire, seen from the server's side.
type Dialect struct {
	name, path string

	read  func(body []byte, q *Query) error      // reads and judges a request's body
	speak func(said Spoken, q Query) []event     // an answer
	fault func(kind, code, message string) event // an error's body
	named bool                                   // events are sent with their type as name
	end   string                                 // stands behind the last event
	long  string                                 // how it says that a request is too long
	wrong event                                  // an error within a stream: the server failed
	state func(name string) string               // the provider's own state, as it must come back
}

// event is one event of a stream.
type event = map[string]any

// list is a list within an event.
type list = []any

// Spoken is an answer in no dialect.
type Spoken struct {
	State string      // name of the provider's own state; none when empty
	Text  []string    // in pieces
	Calls [][2]string // name and arguments
	Whole bool        // arguments come in one piece, not in two
	Stop  model.Stop  // when empty: Calls where there are calls, else End
}

// stop is why the answer ends.
func (s Spoken) stop() model.Stop {
	switch {
	case s.Stop != "":
		return s.Stop
	case len(s.Calls) > 0:
		return model.Calls
	}
	return model.End
}

// pieces are a call's arguments as they are sent.
func (s Spoken) pieces(arguments string) []string {
	if n := len(arguments) / 2; !s.Whole {
		return []string{arguments[:n], arguments[n:]}
	}
	return []string{arguments}
}

// write gives the bytes of a stream.
func (d Dialect) write(events []event) string { return d.frames(events) + d.end }

// frames gives the bytes of events.
func (d Dialect) frames(events []event) string {
	var b strings.Builder
	for _, e := range events {
		if name, ok := e["type"].(string); ok && d.named {
			b.WriteString("event: " + name + "\n")
		}
		b.WriteString("data: " + encode(e) + "\n\n")
	}
	return b.String()
}

// encode writes JSON.
func encode(v any) string {
	raw, err := json.Marshal(v)
	if err != nil {
		panic(fmt.Sprintf("an event that is no JSON: %v", err))
	}
	return string(raw)
}

// check judges a request as strictly as the strictest server does, and reads it.
func (d Dialect) check(r *http.Request, body []byte, q *Query) error {
	switch {
	case r.Method != http.MethodPost:
		return fmt.Errorf("method %s", r.Method)
	case r.URL.Path != d.path:
		return fmt.Errorf("path %s", r.URL.Path)
	case !strings.HasPrefix(r.Header.Get("Content-Type"), "application/json"):
		return fmt.Errorf("content type %s", r.Header.Get("Content-Type"))
	}
	if err := d.read(body, q); err != nil {
		return err
	}
	return q.check()
}
