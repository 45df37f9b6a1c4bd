package discord

import (
	"context"
	"encoding/json"
	"net/url"
	"strings"

	"aidesk/adapters/fake"
)

// controlRequest is what the control API and the page let people do.
type controlRequest struct {
	User    string            `json:"user"`
	Channel string            `json:"channel"`
	Text    string            `json:"text"`    // of post, edit, slash: as typed, unless raw
	Files   []File            `json:"files"`   // of post: name, type and, in base64, content
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

// markup is the text as Discord sends it.
func (r controlRequest) markup(d *Discord) string {
	if r.Raw {
		return r.Text
	}
	return d.Typed(r.Text)
}

// answered waits until the application has answered what a control did.
func answered(ctx context.Context, r *Receipt, err error) (object, error) {
	if err != nil {
		return nil, err
	}
	a, err := r.Wait(ctx)
	return object{"interaction": r.ID, "type": a.Type, "data": a.Data, "message": a.Message, "via": a.Via}, err
}

// console is the control API and the page.
func (d *Discord) console() *fake.Console[controlRequest] {
	return &fake.Console[controlRequest]{
		State: &d.mu, Ended: d.ctx, Timeout: 2 * answerTime, Page: d.page,
		Controls: map[string]func(ctx context.Context, r controlRequest) (object, error){
			"say":  d.say,
			"post": d.controlPost,
			"edit": func(_ context.Context, r controlRequest) (object, error) {
				return nil, d.Edit(r.User, r.Channel, r.Message, r.markup(d))
			},
			"delete": func(_ context.Context, r controlRequest) (object, error) {
				return nil, d.Delete(r.User, r.Channel, r.Message)
			},
			"press": func(ctx context.Context, r controlRequest) (object, error) {
				if r.Value != "" {
					receipt, err := d.Choose(r.User, r.Channel, r.Message, r.Action, r.Value)
					return answered(ctx, receipt, err)
				}
				receipt, err := d.Press(r.User, r.Channel, r.Message, r.Action)
				return answered(ctx, receipt, err)
			},
			"submit": func(ctx context.Context, r controlRequest) (object, error) {
				receipt, err := d.Submit(r.User, r.Modal, r.Values)
				return answered(ctx, receipt, err)
			},
			"cancel": func(_ context.Context, r controlRequest) (object, error) { d.CloseModal(r.User); return nil, nil },
			"slash": func(ctx context.Context, r controlRequest) (object, error) {
				receipt, err := d.Slash(r.User, r.Channel, r.Text)
				return answered(ctx, receipt, err)
			},
			"command": func(ctx context.Context, r controlRequest) (object, error) {
				receipt, err := d.Command(r.User, r.Channel, r.Command, r.Sub, r.Values)
				return answered(ctx, receipt, err)
			},
			"complete": func(_ context.Context, r controlRequest) (object, error) {
				choices, err := d.Complete(r.User, r.Channel, r.Command, r.Sub, r.Option, r.Value, r.Values)
				return object{"choices": orEmpty(choices)}, err
			},
			"menu": func(ctx context.Context, r controlRequest) (object, error) {
				receipt, err := d.MessageCommand(r.User, r.Channel, r.Message, r.Command)
				return answered(ctx, receipt, err)
			},
			"thread": func(_ context.Context, r controlRequest) (object, error) {
				id, err := d.OpenThread(r.User, r.Channel, r.Message, r.Name)
				return object{"id": id}, err
			},
			"archive": func(_ context.Context, r controlRequest) (object, error) {
				d.Archive(r.Channel, r.Locked)
				return nil, nil
			},
			"inject": func(_ context.Context, r controlRequest) (object, error) {
				return object{"sessions": d.Inject(r.Event, r.Payload)}, nil
			},
			"drop":       func(context.Context, controlRequest) (object, error) { d.Drop(); return nil, nil },
			"reconnect":  func(context.Context, controlRequest) (object, error) { d.Reconnect(); return nil, nil },
			"invalidate": func(_ context.Context, r controlRequest) (object, error) { d.Invalidate(r.Good); return nil, nil },
			"close":      func(_ context.Context, r controlRequest) (object, error) { d.CloseWith(r.Code); return nil, nil },
		},
		Records: map[string]func(q url.Values) any{
			"messages":   func(q url.Values) any { return orEmpty(d.Messages(q.Get("channel"))) },
			"ephemerals": func(q url.Values) any { return orEmpty(d.Ephemerals(q.Get("user"))) },
			"modal": func(q url.Values) any {
				if m, ok := d.Modal(q.Get("user")); ok {
					return m
				}
				return nil
			},
			"requests":   func(q url.Values) any { return orEmpty(d.Requests(q["name"]...)) },
			"deliveries": func(q url.Values) any { return orEmpty(d.Deliveries(q["event"]...)) },
			"users":      func(url.Values) any { return d.Users() },
			"channels":   func(url.Values) any { return d.Channels() },
			"commands":   func(url.Values) any { return orEmpty(d.Commands()) },
			"connected":  func(url.Values) any { return d.Connected() },
		},
	}
}

// controlPost lets a user write a message.
func (d *Discord) controlPost(_ context.Context, r controlRequest) (object, error) {
	id, err := d.Post(r.User, r.Channel, r.markup(d), PostOptions{ReplyTo: r.ReplyTo, NoPing: r.NoPing, Attachments: r.Files})
	return object{"id": id}, err
}

// say does what the text field of the page does: it posts, or gives a command if the text
// begins with one.
func (d *Discord) say(ctx context.Context, r controlRequest) (object, error) {
	if !strings.HasPrefix(r.Text, "/") {
		return d.controlPost(ctx, r)
	}
	receipt, err := d.Slash(r.User, r.Channel, r.Text)
	return answered(ctx, receipt, err)
}
