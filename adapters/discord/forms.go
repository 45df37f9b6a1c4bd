package discord

import (
	"context"
	"errors"
	"maps"
	"slices"
	"strings"
	"time"

	"aidesk/adapters/discord/payload"
	"aidesk/adapters/discord/render"
	"aidesk/core/chat"
	"aidesk/core/markdown"
)

const (
	formTimeout = 2 * time.Second // leaves time to answer within Discord's three seconds
	maxDrafts   = 1_000
	buttonRetry = textCorrect
)

// openForm returns the form that a button or a command opens, or a text that says why
// there is none.
func (in inbound) openForm(ctx context.Context, i payload.Interaction, o chat.Opening) *interactionResponse {
	ctx, cancel := context.WithTimeout(ctx, formTimeout)
	defer cancel()
	f, err := in.handler.Form(ctx, o)
	if err != nil {
		return ephemeralText(errorText(err))
	}
	for n, value := range in.drafts.Take(chat.Key(o.Member, f.ID)) {
		if at := slices.IndexFunc(f.Inputs, func(i chat.Input) bool { return i.Name == n }); at >= 0 {
			f.Inputs[at].Value = value
		}
	}
	m, err := render.Form(f)
	if err == nil {
		m.CustomID, err = in.storeFormID(ctx, f.ID, i, o.Place)
	}
	if err != nil {
		in.Logger.WarnContext(ctx, "a form cannot be shown", "form", f.Title, "error", err)
		return ephemeralText(textFormTooLarge + err.Error() + ".")
	}
	return &interactionResponse{Type: respondForm, Data: m}
}

// storeFormID returns a form's id as a custom_id. An id that is too long is stored under
// its hash.
func (in inbound) storeFormID(ctx context.Context, id string, i payload.Interaction, place chat.Place) (string, error) {
	if i.Guild == "" {
		id = render.InServer(id, place.Workspace)
	}
	custom, key := render.FormID(id)
	if key == "" {
		return custom, nil
	}
	return custom, in.longFormIDs.Keep(ctx, key, id)
}

// lookUpForm returns the form's id for a custom_id, and the server if it was opened in a
// direct message.
func (in inbound) lookUpForm(ctx context.Context, custom string) (form, server string, err error) {
	id, key := render.ParseFormID(custom)
	if key != "" {
		id, err = in.longFormIDs.Kept(ctx, key)
	}
	form, server = render.CutServer(id)
	return form, server, err
}

// errorText is what a member reads about an error of the handler, whose errors are
// sentences.
func errorText(err error) string {
	if errors.Is(err, context.DeadlineExceeded) || errors.Is(err, context.Canceled) {
		return textTooSlow
	}
	return markdown.Line(err.Error(), render.MaxContent/2)
}

// submitForm handles a form that a member filled in. The response confirms it or says
// what is wrong.
func (in inbound) submitForm(ctx context.Context, i payload.Interaction) (*interactionResponse, error) {
	form, server, err := in.lookUpForm(ctx, i.Data.CustomID)
	if err != nil {
		return nil, err
	}
	if form == "" {
		return ephemeralText(textFormUnknown), nil
	}
	place, fault, err := in.interactionPlace(ctx, i, server)
	if err != nil {
		return nil, err
	}
	if fault != "" {
		return ephemeralText(fault), nil
	}
	e := in.event("f", i, place)
	e.Filled = &chat.Submitted{Form: form, Values: map[string]string{}}
	collectValues(i.Data.Components, e.Filled)
	faults, err := in.handler.Check(ctx, e)
	if err != nil {
		return ephemeralText(errorText(err)), nil
	}
	if len(faults) > 0 {
		return in.rejectForm(ctx, i, e, faults), nil
	}
	if err := in.handOver(ctx, e); err != nil {
		return nil, err
	}
	switch {
	case i.Message == nil && i.Guild == "":
		return ephemeralText(textMoment), nil
	case i.Message == nil:
		return ephemeralLink(textDirect, messageURL("", place.Channel, "")), nil
	case i.Message.Flags&render.FlagEphemeral != 0: // it was opened by the button textCorrect
		return &interactionResponse{Type: respondUpdate, Data: render.EphemeralLine(textThanks, "")}, nil
	}
	return &interactionResponse{Type: respondDeferredUpdate}, nil
}

// collectValues collects the values of all fields, whatever components they are nested
// in.
func collectValues(all []payload.Component, into *chat.Submitted) {
	for _, c := range all {
		name, secret, ok := render.ParseField(c.CustomID)
		if secret {
			into.Secret = append(into.Secret, name)
		}
		if ok {
			into.Values[name] = c.Value
			if c.Value == "" && len(c.Values) > 0 {
				into.Values[name] = strings.Join(c.Values, ", ")
			}
		}
		collectValues(c.Components, into)
		if c.Component != nil {
			collectValues([]payload.Component{*c.Component}, into)
		}
	}
}

// rejectForm says what is wrong with a form and offers to open it again with the values,
// except secrets.
func (in inbound) rejectForm(ctx context.Context, i payload.Interaction, e chat.Event, faults []chat.Fault) *interactionResponse {
	draft := maps.Clone(e.Filled.Values)
	for _, secret := range e.Filled.Secret {
		delete(draft, secret)
	}
	// Discord cannot show faults in an open form, so the member opens it again.
	in.drafts.Put(chat.Key(e.Member, e.Filled.Form), draft)
	data := render.Faults(faults)
	retry := chat.Button{ID: e.Filled.Form, Label: buttonRetry, Style: chat.Primary, Form: true}
	if i.Guild == "" {
		retry.ID = render.InServer(retry.ID, e.Place.Workspace)
	}
	if err := data.AddButton(retry); err != nil { // its id is too long: the member has to start again
		in.Logger.WarnContext(ctx, "offering a form again", "error", err)
	}
	if i.Message != nil && i.Message.Flags&render.FlagEphemeral != 0 {
		return &interactionResponse{Type: respondUpdate, Data: data}
	}
	return &interactionResponse{Type: respondMessage, Data: data}
}
