package slack

import (
	"context"
	"encoding/json"
	"net/http"
	"net/url"
	"strings"

	"aidesk/adapters/fake"
)

// controlRequest is what the control API and the page let people do.
type controlRequest struct {
	User     string            `json:"user"`
	Channel  string            `json:"channel"`
	Text     string            `json:"text"`    // of post, edit, command: as typed, unless raw
	Raw      bool              `json:"raw"`     // the text is as Slack sends it
	Thread   string            `json:"thread"`  // of post
	Files    []File            `json:"files"`   // of post: name, type and, in base64, content
	TS       string            `json:"ts"`      // of edit, delete, press, shortcut, stop
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

// markup is the text as Slack sends it.
func (r controlRequest) markup(s *Slack) string {
	if r.Raw {
		return r.Text
	}
	return s.Typed(r.Text)
}

// acknowledged waits until the app has acknowledged what a control did.
func acknowledged(ctx context.Context, r *Receipt, err error) (object, error) {
	if err != nil {
		return nil, err
	}
	d, err := r.Wait(ctx)
	return object{"answer": string(d.Answer), "via": d.Via}, err
}

// console is the control API and the page.
func (s *Slack) console() *fake.Console[controlRequest] {
	return &fake.Console[controlRequest]{
		State: &s.mu, Ended: s.ctx, Timeout: 2 * ackTime, Page: s.page,
		Controls: map[string]func(ctx context.Context, r controlRequest) (object, error){
			"say":  s.say,
			"post": s.controlPost,
			"edit": func(_ context.Context, r controlRequest) (object, error) {
				return nil, s.Edit(r.User, r.Channel, r.TS, r.markup(s))
			},
			"delete": func(_ context.Context, r controlRequest) (object, error) {
				return nil, s.Delete(r.User, r.Channel, r.TS)
			},
			"press": func(ctx context.Context, r controlRequest) (object, error) {
				if r.View != "" {
					receipt, err := s.PressView(r.User, r.View, r.Action)
					return acknowledged(ctx, receipt, err)
				}
				receipt, err := s.Choose(r.User, r.Channel, r.TS, r.Action, r.Value)
				return acknowledged(ctx, receipt, err)
			},
			"submit": func(ctx context.Context, r controlRequest) (object, error) {
				receipt, err := s.Submit(r.User, r.View, r.Values)
				return acknowledged(ctx, receipt, err)
			},
			"close": func(_ context.Context, r controlRequest) (object, error) { return nil, s.CloseView(r.User, r.View) },
			"command": func(ctx context.Context, r controlRequest) (object, error) {
				receipt, err := s.Command(r.User, r.Channel, r.Command, r.markup(s))
				return acknowledged(ctx, receipt, err)
			},
			"shortcut": func(ctx context.Context, r controlRequest) (object, error) {
				if r.TS == "" {
					receipt, err := s.Shortcut(r.User, r.Callback)
					return acknowledged(ctx, receipt, err)
				}
				receipt, err := s.MessageShortcut(r.User, r.Channel, r.TS, r.Callback)
				return acknowledged(ctx, receipt, err)
			},
			"home": func(_ context.Context, r controlRequest) (object, error) { return nil, s.OpenHome(r.User, r.Tab) },
			"stop": func(_ context.Context, r controlRequest) (object, error) { return nil, s.Stop(r.User, r.Channel, r.TS) },
			"inject": func(ctx context.Context, r controlRequest) (object, error) {
				return acknowledged(ctx, s.Inject(r.Kind, r.Payload), nil)
			},
			"disconnect": func(_ context.Context, r controlRequest) (object, error) {
				return object{"found": s.Disconnect(r.Reason)}, nil
			},
		},
		Records: map[string]func(q url.Values) any{
			"messages":   func(q url.Values) any { return s.Messages(q.Get("channel")) },
			"requests":   func(q url.Values) any { return s.Requests(q["method"]...) },
			"deliveries": func(url.Values) any { return s.Deliveries() },
			"users":      func(url.Values) any { return s.Users() },
			"channels":   func(url.Values) any { return s.Channels() },
			"views":      func(q url.Values) any { return s.Views(q.Get("user")) },
			"prompts":    func(q url.Values) any { return s.Prompts(q.Get("user")) },
		},
	}
}

// controlPost lets a user write a message.
func (s *Slack) controlPost(_ context.Context, r controlRequest) (object, error) {
	ts, err := s.PostFiles(r.User, r.Channel, r.markup(s), r.Thread, r.Files...)
	return object{"ts": ts}, err
}

// say does what the text field of the page does: it posts, or gives a command if the text
// begins with one.
func (s *Slack) say(ctx context.Context, r controlRequest) (object, error) {
	command, rest, _ := strings.Cut(r.Text, " ")
	if !strings.HasPrefix(command, "/") {
		return s.controlPost(ctx, r)
	}
	receipt, err := s.Command(r.User, r.Channel, command, s.Typed(rest))
	return acknowledged(ctx, receipt, err)
}

// serveArchive leads from a permalink to the page, if there is one.
func (s *Slack) serveArchive(w http.ResponseWriter, r *http.Request) {
	ts := strings.TrimPrefix(r.PathValue("message"), "p")
	if len(ts) > 6 {
		ts = ts[:len(ts)-6] + "." + ts[len(ts)-6:]
	}
	if s.Page == "" {
		http.NotFound(w, r)
		return
	}
	http.Redirect(w, r, s.Page+"#slack/"+url.PathEscape(r.PathValue("channel"))+"/"+url.PathEscape(ts), http.StatusFound)
}
