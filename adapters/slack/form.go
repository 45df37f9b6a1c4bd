package slack

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"aidesk/adapters/slack/payload"
	"aidesk/adapters/slack/render"
	"aidesk/core/chat"
	"aidesk/core/markdown"
)

// opensForm begins the id that a button has in Slack when its press opens a form: a
// press tells of its button nothing else.
const opensForm = "form:"

// open opens the form of a press; who pressed is told why if that fails.
func (in incoming) open(ctx context.Context, trigger, response string, o chat.Opening) {
	line := in.opening(ctx, trigger, o)
	if line == "" {
		return
	}
	if response != "" {
		in.tell(ctx, response, line)
		return
	}
	if err := in.web.call(ctx, "views.open", "", map[string]any{"trigger_id": trigger, "view": render.Saying(line)}, nil); err != nil {
		in.Logger.WarnContext(ctx, "telling a member", "error", err)
	}
}

// formTime is how long opening a form may take, so that who waits for it can be told in
// time that it failed.
const formTime = 2 * time.Second

// opening opens a form, or says why not in a whole sentence.
func (in incoming) opening(ctx context.Context, trigger string, o chat.Opening) string {
	ctx, cancel := context.WithTimeout(ctx, formTime)
	defer cancel()
	f, err := in.desk.Form(ctx, o)
	if err != nil {
		return sentence(err)
	}
	v, err := render.Modal(f, o.Place)
	if err != nil {
		in.Logger.WarnContext(ctx, "a form cannot be shown", "form", f.Title, "error", err)
		return "This form does not fit into Slack: " + err.Error() + "."
	}
	if err := in.web.call(ctx, "views.open", "", map[string]any{"trigger_id": trigger, "view": v}, nil); err != nil {
		in.Logger.WarnContext(ctx, "opening a form", "error", err, "remedy", remedy(err))
		return "The form could not be opened in time. Please try again."
	}
	return ""
}

// sentence is an error of the desk's, which is one.
func sentence(err error) string {
	if errors.Is(err, context.DeadlineExceeded) || errors.Is(err, context.Canceled) {
		return "That took too long. Please try again."
	}
	return markdown.Line(err.Error(), render.MaxInput)
}

// submission takes a form that was filled in. The answer closes it, or says what is
// wrong with it.
func (in incoming) submission(ctx context.Context, i payload.Interaction) (any, error) {
	var p render.Purpose
	if err := json.Unmarshal([]byte(i.View.Metadata), &p); err != nil || i.View.CallbackID == "" {
		return nil, nil //nolint:nilerr // a form that is none of ours
	}
	e := chat.Event{
		ID: chat.Key("f", i.View.ID), Time: in.Now(), Place: p.Place, Member: i.User.ID,
		Filled: &chat.Submitted{Form: i.View.CallbackID, Values: map[string]string{}, Secret: p.Secret},
	}
	for name, elements := range i.View.State.Values {
		v := elements[render.InputValue]
		e.Filled.Values[name] = v.Value
		if v.Selected.Value != "" {
			e.Filled.Values[name] = v.Selected.Value
		}
	}
	faults, err := in.desk.Check(ctx, e)
	if err != nil {
		return map[string]any{"response_action": "update", "view": render.Saying(sentence(err))}, nil
	}
	if len(faults) > 0 {
		return render.Objection(faults, e.Filled.Values, p.First), nil
	}
	if err := in.desk.Receive(ctx, e); err != nil {
		return nil, fmt.Errorf("receiving %s: %w", e.ID, err)
	}
	return nil, nil
}
