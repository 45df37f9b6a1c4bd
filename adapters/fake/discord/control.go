package discord

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"net/http"
)

// controlRequest is what the control API and the page let people do.
type controlRequest struct {
	User    string            `json:"user"`
	Channel string            `json:"channel"`
	Text    string            `json:"text"`    // of post, edit, slash: as typed, unless raw
	Raw     bool              `json:"raw"`     // the text is as Discord sends it
	ReplyTo string            `json:"reply"`   // of post
	NoPing  bool              `json:"no_ping"` // of a reply
	Message string            `json:"message"` // of edit, delete, press, menu, thread
	Action  string            `json:"action"`  // of press: the custom_id
	Value   string            `json:"value"`   // of press on a menu
	Modal   string            `json:"modal"`   // of submit: the custom_id, empty: whichever is open
	Values  map[string]string `json:"values"`  // of submit; of command: its options
	Command string            `json:"command"` // of command, complete, menu: its name
	Sub     string            `json:"sub"`     // of command and complete: the subcommand
	Option  string            `json:"option"`  // of complete: what is being typed into
	Name    string            `json:"name"`    // of thread
	Locked  bool              `json:"locked"`  // of archive
	Code    int               `json:"code"`    // of close
	Good    bool              `json:"good"`    // of invalidate: it can be resumed
	Event   string            `json:"event"`   // of inject
	Payload json.RawMessage   `json:"payload"`
}

// controls are what the control API can do, by the last element of its path. A receipt
// means that the application has to answer.
var controls = map[string]func(d *Discord, a controlRequest) (any, *Receipt, error){
	"post": func(d *Discord, a controlRequest) (any, *Receipt, error) {
		id, err := d.Post(a.User, a.Channel, a.markup(d), PostOptions{ReplyTo: a.ReplyTo, NoPing: a.NoPing})
		return object{"id": id}, nil, err
	},
	"edit": func(d *Discord, a controlRequest) (any, *Receipt, error) {
		return nil, nil, d.Edit(a.User, a.Channel, a.Message, a.markup(d))
	},
	"delete": func(d *Discord, a controlRequest) (any, *Receipt, error) {
		return nil, nil, d.Delete(a.User, a.Channel, a.Message)
	},
	"press": func(d *Discord, a controlRequest) (any, *Receipt, error) {
		if a.Value != "" {
			r, err := d.Choose(a.User, a.Channel, a.Message, a.Action, a.Value)
			return nil, r, err
		}
		r, err := d.Press(a.User, a.Channel, a.Message, a.Action)
		return nil, r, err
	},
	"submit": func(d *Discord, a controlRequest) (any, *Receipt, error) {
		r, err := d.Submit(a.User, a.Modal, a.Values)
		return nil, r, err
	},
	"cancel": func(d *Discord, a controlRequest) (any, *Receipt, error) { d.CloseModal(a.User); return nil, nil, nil },
	"slash": func(d *Discord, a controlRequest) (any, *Receipt, error) {
		r, err := d.Slash(a.User, a.Channel, a.Text)
		return nil, r, err
	},
	"command": func(d *Discord, a controlRequest) (any, *Receipt, error) {
		r, err := d.Command(a.User, a.Channel, a.Command, a.Sub, a.Values)
		return nil, r, err
	},
	"complete": func(d *Discord, a controlRequest) (any, *Receipt, error) {
		choices, err := d.Complete(a.User, a.Channel, a.Command, a.Sub, a.Option, a.Value, a.Values)
		return object{"choices": orEmpty(choices)}, nil, err
	},
	"menu": func(d *Discord, a controlRequest) (any, *Receipt, error) {
		r, err := d.MessageCommand(a.User, a.Channel, a.Message, a.Command)
		return nil, r, err
	},
	"thread": func(d *Discord, a controlRequest) (any, *Receipt, error) {
		id, err := d.OpenThread(a.User, a.Channel, a.Message, a.Name)
		return object{"id": id}, nil, err
	},
	"archive": func(d *Discord, a controlRequest) (any, *Receipt, error) {
		d.Archive(a.Channel, a.Locked)
		return nil, nil, nil
	},
	"inject": func(d *Discord, a controlRequest) (any, *Receipt, error) {
		return object{"sessions": d.Inject(a.Event, a.Payload)}, nil, nil
	},
	"drop":       func(d *Discord, _ controlRequest) (any, *Receipt, error) { d.Drop(); return nil, nil, nil },
	"reconnect":  func(d *Discord, _ controlRequest) (any, *Receipt, error) { d.Reconnect(); return nil, nil, nil },
	"invalidate": func(d *Discord, a controlRequest) (any, *Receipt, error) { d.Invalidate(a.Good); return nil, nil, nil },
	"close":      func(d *Discord, a controlRequest) (any, *Receipt, error) { d.CloseWith(a.Code); return nil, nil, nil },
}

// markup are the text of an act as Discord sends it.
func (a controlRequest) markup(d *Discord) string {
	if a.Raw {
		return a.Text
	}
	return d.Typed(a.Text)
}

// routeControls serves the control API below /_control/ and the page.
func (d *Discord) routeControls(mux *http.ServeMux) {
	mux.HandleFunc("POST /_control/{act}", d.serveControl)
	mux.HandleFunc("GET /_control/{what}", d.serveState)
	mux.HandleFunc("GET /_control/changed", d.serveChanged)
	mux.HandleFunc("POST /_page/{act}", d.servePageAct)
	mux.HandleFunc("GET /{$}", d.servePage)
}

// controlTimeout is how long a control waits for the application to answer.
const controlTimeout = 2 * answerTime

// runControl does one thing and waits until the application has answered it.
func (d *Discord) runControl(ctx context.Context, word string, a controlRequest) (any, error) {
	do, ok := controls[word]
	if !ok {
		return nil, fmt.Errorf("there is no control %q", word)
	}
	result, receipt, err := do(d, a)
	if err != nil || receipt == nil {
		return result, err
	}
	ctx, cancel := context.WithTimeout(ctx, controlTimeout)
	defer cancel()
	answer, err := receipt.Wait(ctx)
	return object{"interaction": receipt.ID, "type": answer.Type, "data": answer.Data, "message": answer.Message, "via": answer.Via}, err
}

// serveControl does what a JSON body asks for. The answer is {"ok":true,…}, or
// {"ok":false,"error":…} with status 409.
func (d *Discord) serveControl(w http.ResponseWriter, r *http.Request) {
	var a controlRequest
	body, err := io.ReadAll(io.LimitReader(r.Body, maxBody))
	if err == nil {
		err = json.Unmarshal(body, &a)
	}
	if err != nil {
		writeJSON(w, http.StatusBadRequest, object{"ok": false, "error": "the body is no JSON object of a control: " + err.Error()})
		return
	}
	result, err := d.runControl(r.Context(), r.PathValue("act"), a)
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

// serveState tells what is recorded: messages (?channel=), ephemerals (?user=), modal
// (?user=), requests (?name=), deliveries (?event=), users, channels, commands,
// connected.
func (d *Discord) serveState(w http.ResponseWriter, r *http.Request) {
	q := r.URL.Query()
	var result any
	switch r.PathValue("what") {
	case "messages":
		result = orEmpty(d.Messages(q.Get("channel")))
	case "ephemerals":
		result = orEmpty(d.Ephemerals(q.Get("user")))
	case "modal":
		result = nil
		if m, ok := d.Modal(q.Get("user")); ok {
			result = m
		}
	case "requests":
		result = orEmpty(d.Requests(q["name"]...))
	case "deliveries":
		result = orEmpty(d.Deliveries(q["event"]...))
	case "users":
		result = d.Users()
	case "channels":
		result = d.Channels()
	case "commands":
		result = orEmpty(d.Commands())
	case "connected":
		result = d.Connected()
	default:
		http.NotFound(w, r)
		return
	}
	writeJSON(w, http.StatusOK, result)
}

// serveChanged answers when something has changed, or after a while.
func (d *Discord) serveChanged(w http.ResponseWriter, r *http.Request) {
	d.mu.ServeChanged(d.ctx, w, r)
}
