package slack

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"net/http"
	"strings"
)

// controlRequest is what the control API and the page let people do.
type controlRequest struct {
	User     string            `json:"user"`
	Channel  string            `json:"channel"`
	Text     string            `json:"text"`    // of post, edit, command: as typed, unless raw
	Raw      bool              `json:"raw"`     // the text is as Slack sends it
	Thread   string            `json:"thread"`  // of post
	TS       string            `json:"ts"`      // of edit, delete, press, shortcut
	Action   string            `json:"action"`  // of press: the action_id
	Value    string            `json:"value"`   // of press on a menu
	View     string            `json:"view"`    // of press, submit, close
	Values   map[string]string `json:"values"`  // of submit
	Command  string            `json:"command"` // "/plugins"
	Callback string            `json:"callback"`
	Tab      string            `json:"tab"`
	Reason   string            `json:"reason"` // of disconnect
	Kind     Kind              `json:"kind"`   // of inject
	Payload  json.RawMessage   `json:"payload"`
}

// controls are what the control API can do, by the last element of its path. A receipt
// means that the app has to acknowledge.
var controls = map[string]func(s *Slack, a controlRequest) (any, *Receipt, error){
	"post": func(s *Slack, a controlRequest) (any, *Receipt, error) {
		ts, err := s.Post(a.User, a.Channel, a.markup(s), a.Thread)
		return object{"ts": ts}, nil, err
	},
	"edit": func(s *Slack, a controlRequest) (any, *Receipt, error) {
		return nil, nil, s.Edit(a.User, a.Channel, a.TS, a.markup(s))
	},
	"delete": func(s *Slack, a controlRequest) (any, *Receipt, error) {
		return nil, nil, s.Delete(a.User, a.Channel, a.TS)
	},
	"press": func(s *Slack, a controlRequest) (any, *Receipt, error) {
		if a.View != "" {
			r, err := s.PressView(a.User, a.View, a.Action)
			return nil, r, err
		}
		r, err := s.Choose(a.User, a.Channel, a.TS, a.Action, a.Value)
		return nil, r, err
	},
	"submit": func(s *Slack, a controlRequest) (any, *Receipt, error) {
		r, err := s.Submit(a.User, a.View, a.Values)
		return nil, r, err
	},
	"close": func(s *Slack, a controlRequest) (any, *Receipt, error) { return nil, nil, s.CloseView(a.User, a.View) },
	"command": func(s *Slack, a controlRequest) (any, *Receipt, error) {
		r, err := s.Command(a.User, a.Channel, a.Command, a.markup(s))
		return nil, r, err
	},
	"shortcut": func(s *Slack, a controlRequest) (any, *Receipt, error) {
		if a.TS == "" {
			r, err := s.Shortcut(a.User, a.Callback)
			return nil, r, err
		}
		r, err := s.MessageShortcut(a.User, a.Channel, a.TS, a.Callback)
		return nil, r, err
	},
	"home": func(s *Slack, a controlRequest) (any, *Receipt, error) { return nil, nil, s.OpenHome(a.User, a.Tab) },
	"inject": func(s *Slack, a controlRequest) (any, *Receipt, error) {
		return nil, s.Inject(a.Kind, a.Payload), nil
	},
	"disconnect": func(s *Slack, a controlRequest) (any, *Receipt, error) {
		return object{"found": s.Disconnect(a.Reason)}, nil, nil
	},
}

// markup are the text of an act as Slack sends it.
func (a controlRequest) markup(s *Slack) string {
	if a.Raw {
		return a.Text
	}
	return s.Typed(a.Text)
}

// routeControls serves the control API below /_control/ and the page.
func (s *Slack) routeControls(mux *http.ServeMux) {
	mux.HandleFunc("POST /_control/{act}", s.serveControl)
	mux.HandleFunc("GET /_control/{what}", s.serveState)
	mux.HandleFunc("GET /_control/changed", s.serveChanged)
	mux.HandleFunc("POST /_page/{act}", s.servePageAct)
	mux.HandleFunc("GET /archives/{channel}/{message}", s.serveArchive)
	mux.HandleFunc("GET /{$}", s.servePage)
}

// controlTimeout is how long a control waits for the app to acknowledge.
const controlTimeout = 2 * ackTime

// runControl does one thing and waits until the app has acknowledged it.
func (s *Slack) runControl(ctx context.Context, word string, a controlRequest) (any, error) {
	do, ok := controls[word]
	if !ok {
		return nil, fmt.Errorf("there is no control %q", word)
	}
	result, receipt, err := do(s, a)
	if err != nil || receipt == nil {
		return result, err
	}
	ctx, cancel := context.WithTimeout(ctx, controlTimeout)
	defer cancel()
	d, err := receipt.Wait(ctx)
	if result == nil {
		result = object{"answer": string(d.Answer), "via": d.Via}
	}
	return result, err
}

// serveControl does what a JSON body asks for. The answer is {"ok":true,…}, or
// {"ok":false,"error":…} with status 409.
func (s *Slack) serveControl(w http.ResponseWriter, r *http.Request) {
	var a controlRequest
	body, err := io.ReadAll(io.LimitReader(r.Body, maxBody))
	if err == nil {
		err = json.Unmarshal(body, &a)
	}
	if err != nil {
		writeJSON(w, http.StatusBadRequest, object{"ok": false, "error": "the body is no JSON object of a control: " + err.Error()})
		return
	}
	result, err := s.runControl(r.Context(), r.PathValue("act"), a)
	if err != nil {
		writeJSON(w, http.StatusConflict, object{"ok": false, "error": err.Error()})
		return
	}
	out := object{"ok": true}
	if more, ok := result.(object); ok {
		maps.Copy(out, more)
	}
	writeJSON(w, http.StatusOK, out)
}

func writeJSON(w http.ResponseWriter, status int, v any) {
	w.Header().Set("Content-Type", "application/json; charset=utf-8")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(v)
}

// serveState tells what is recorded: messages (?channel=), requests (?method=),
// deliveries, users, channels, views (?user=).
func (s *Slack) serveState(w http.ResponseWriter, r *http.Request) {
	q := r.URL.Query()
	var result any
	switch r.PathValue("what") {
	case "messages":
		result = s.Messages(q.Get("channel"))
	case "requests":
		result = s.Requests(q["method"]...)
	case "deliveries":
		result = s.Deliveries()
	case "users":
		result = s.Users()
	case "channels":
		result = s.Channels()
	case "views":
		result = s.Views(q.Get("user"))
	default:
		http.NotFound(w, r)
		return
	}
	writeJSON(w, http.StatusOK, result)
}

// serveChanged answers when something has changed, or after a while.
func (s *Slack) serveChanged(w http.ResponseWriter, r *http.Request) {
	s.mu.ServeChanged(s.ctx, w, r)
}

// serveArchive leads from a permalink to the page.
func (s *Slack) serveArchive(w http.ResponseWriter, r *http.Request) {
	ts := strings.TrimPrefix(r.PathValue("message"), "p")
	if len(ts) > 6 {
		ts = ts[:len(ts)-6] + "." + ts[len(ts)-6:]
	}
	http.Redirect(w, r, "/?channel="+r.PathValue("channel")+"#m"+ts, http.StatusFound)
}
