package slack

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"time"

	slackgo "github.com/slack-go/slack"

	"aidesk/adapters/slack/payload"
	"aidesk/adapters/slack/render"
	"aidesk/adapters/slack/webapi"
	"aidesk/core/chat"
	"aidesk/core/markdown"
)

// formPrefix begins the action_id of a button that opens a form. A press tells nothing
// else about its button.
const formPrefix = "form:"

// openForm opens the form of a press, and tells the member why if that fails.
func (in incoming) openForm(ctx context.Context, trigger, response string, o chat.Opening) {
	line := in.tryOpenForm(ctx, trigger, o)
	if line == "" {
		return
	}
	if response != "" {
		in.tellMember(ctx, response, line)
		return
	}
	if err := in.openView(ctx, trigger, render.Notice(line)); err != nil {
		in.Logger.WarnContext(ctx, "telling a member", "error", err)
	}
}

// formTimeout is how long opening a form may take: after three seconds Slack itself would
// tell the member that it failed.
const formTimeout = 2 * time.Second

// tryOpenForm opens a form. It returns "", or why it failed in a whole sentence.
func (in incoming) tryOpenForm(ctx context.Context, trigger string, o chat.Opening) string {
	ctx, cancel := context.WithTimeout(ctx, formTimeout)
	defer cancel()
	f, err := in.handler.Form(ctx, o)
	if err != nil {
		return sentence(err)
	}
	v, err := render.Modal(f, o.Place)
	if err != nil {
		in.Logger.WarnContext(ctx, "a form cannot be shown", "form", f.Title, "error", err)
		return textFormTooLarge + err.Error() + "."
	}
	if err := in.openView(ctx, trigger, v); err != nil {
		in.Logger.WarnContext(ctx, "opening a form", "error", err, "remedy", webapi.Remedy(err))
		return textFormLate
	}
	return ""
}

// openView opens a modal.
func (a *Adapter) openView(ctx context.Context, trigger string, view slackgo.ModalViewRequest) error {
	return a.client.Do(ctx, "views.open", "", func(ctx context.Context) error {
		_, err := a.client.Slack().OpenViewContext(ctx, trigger, view)
		return err
	})
}

// sentence is what a member reads about an error of the handler.
func sentence(err error) string {
	if errors.Is(err, context.DeadlineExceeded) || errors.Is(err, context.Canceled) {
		return textTooSlow
	}
	return markdown.Line(err.Error(), render.MaxInput)
}

// submission handles a submitted form. The answer closes it, or says what is wrong with it.
func (in incoming) submission(ctx context.Context, i payload.Interaction) (any, error) {
	var p render.FormContext
	if err := json.Unmarshal([]byte(i.View.Metadata), &p); err != nil || i.View.CallbackID == "" {
		return nil, nil //nolint:nilerr // not a form of this app
	}
	if in.several && p.Place.Workspace != in.self.Team { // it was opened by another workspace's
		return nil, nil
	}
	e := chat.Event{
		ID: chat.Key("f", i.View.ID), Time: in.Now(), Place: p.Place, Member: i.User.ID,
		Filled: &chat.Submitted{Form: i.View.CallbackID, Values: map[string]string{}, Secret: p.Secret},
	}
	for name, elements := range i.View.State.Values {
		e.Filled.Values[name] = filledIn(elements[render.InputValue])
	}
	faults, err := in.handler.Check(ctx, e)
	if err != nil {
		notice := render.Notice(sentence(err))
		return slackgo.NewUpdateViewSubmissionResponse(&notice), nil
	}
	if len(faults) > 0 {
		return render.InvalidForm(faults, e.Filled.Values, p.First), nil
	}
	if err := in.handler.Receive(ctx, e); err != nil {
		return nil, fmt.Errorf("receiving %s: %w", e.ID, err)
	}
	return nil, nil
}

// filledIn is the value of an input, as a form holds it.
func filledIn(i payload.Input) string {
	switch {
	case i.DateTime != 0:
		return render.DateTime(i.DateTime)
	case len(i.Options) > 0:
		return strings.Join(i.Chosen(), "\n")
	}
	return cmp.Or(i.Selected.Value, i.Date, i.Value)
}
