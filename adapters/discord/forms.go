package discord

import (
	"context"
	"errors"
	"maps"
	"slices"
	"time"

	"aidesk/adapters/discord/payload"
	"aidesk/adapters/discord/render"
	"aidesk/core/chat"
	"aidesk/core/markdown"
)

const (
	formTimeout = 2 * time.Second // leaves time to answer within Discord's three seconds
	maxDrafts   = 1_000

	buttonRetry    = textCorrect
	buttonContinue = textGoOn
	buttonSend     = textSendAsIs
)

// openForm returns the form that a button or a command opens, or a text that says why
// there is none.
func (in inbound) openForm(ctx context.Context, i payload.Interaction, o chat.Opening) *interactionResponse {
	return in.showPage(ctx, i, o, 1, nil)
}

// formOf gets a form from the handler; fault says why there is none.
func (in inbound) formOf(ctx context.Context, o chat.Opening) (f chat.Form, fault string) {
	ctx, cancel := context.WithTimeout(ctx, formTimeout)
	defer cancel()
	f, err := in.handler.Form(ctx, o)
	if err != nil {
		return f, errorText(err)
	}
	return f, ""
}

// showPage returns a page of a form; kept is what was filled in on others, nil: nothing.
func (in inbound) showPage(ctx context.Context, i payload.Interaction, o chat.Opening, page int, kept *filledPages) *interactionResponse {
	f, fault := in.formOf(ctx, o)
	if fault != "" {
		return ephemeralText(fault)
	}
	draft := in.drafts.Take(chat.Key(o.Member, f.ID))
	var err error
	if kept != nil {
		var whole *filledPages
		if whole, err = kept.withInitial(f); err == nil {
			draft = whole.values()
		}
	}
	f.Inputs = slices.Clone(f.Inputs) // they are the handler's
	for n, value := range draft {
		if at := slices.IndexFunc(f.Inputs, func(i chat.Input) bool { return i.Name == n }); at >= 0 {
			f.Inputs[at].Value = value
		}
	}
	var m render.Modal
	var p render.Page
	if err == nil {
		m, p, err = render.Form(f, page)
	}
	if err == nil {
		id := f.ID
		if p.Of > 1 {
			p.Again = kept != nil
			id = render.InPage(id, p)
		}
		m.CustomID, err = in.storeFormID(ctx, id, i, o.Place)
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

// lookUpForm returns the form's id for a custom_id, the server if it was opened in a direct
// message, and which page it is.
func (in inbound) lookUpForm(ctx context.Context, custom string) (form, server string, page render.Page, err error) {
	id, key := render.ParseFormID(custom)
	if key != "" {
		id, err = in.longFormIDs.Kept(ctx, key)
	}
	id, server = render.CutServer(id)
	form, page = render.CutPage(id)
	return form, server, page, err
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
	form, server, page, err := in.lookUpForm(ctx, i.Data.CustomID)
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
	if page.Of > 1 {
		return in.submitPage(ctx, i, e, page)
	}
	answer, _, err := in.submit(ctx, i, e, func(_ chat.Form, _ []chat.Fault, answer *render.Ephemeral) {
		in.offerAgain(ctx, i, e, answer)
	})
	return answer, err
}

// submit lets the handler judge a form and hands it over; done is false if the form is not
// good. The response confirms it or says what is wrong, with a button that retry adds.
func (in inbound) submit(ctx context.Context, i payload.Interaction, e chat.Event, retry func(chat.Form, []chat.Fault, *render.Ephemeral)) (answer *interactionResponse, done bool, err error) {
	faults, err := in.handler.Check(ctx, e)
	if err != nil {
		return in.aside(i, render.EphemeralLine(errorText(err), "")), false, nil
	}
	if len(faults) > 0 {
		// The form knows what its inputs are called; a modal does not say it.
		f, _ := in.formOf(ctx, chat.Opening{Place: e.Place, Member: e.Member, Button: e.Filled.Form})
		data := render.Faults(faults, f)
		retry(f, faults, &data)
		return in.aside(i, data), false, nil
	}
	if err := in.handOver(ctx, e); err != nil {
		return nil, false, err
	}
	switch {
	case i.Message == nil && i.Guild == "":
		return ephemeralText(textMoment), true, nil
	case i.Message == nil:
		return ephemeralLink(textDirect, messageURL("", e.Place.Channel, "")), true, nil
	case i.Message.Flags&render.FlagEphemeral != 0: // it was opened by a button that only the member sees
		return &interactionResponse{Type: respondUpdate, Data: render.EphemeralLine(textThanks, "")}, true, nil
	}
	return &interactionResponse{Type: respondDeferredUpdate}, true, nil
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
			value := string(c.Value)
			for _, one := range c.Values {
				value = render.JoinParts(value, one)
			}
			into.Values[name] = render.JoinParts(into.Values[name], value)
		}
		collectValues(c.Components, into)
		if c.Component != nil {
			collectValues([]payload.Component{*c.Component}, into)
		}
	}
}

// offerAgain adds a button that opens a form again with the values that were filled in,
// except secrets: Discord cannot show faults in an open form.
func (in inbound) offerAgain(ctx context.Context, i payload.Interaction, e chat.Event, answer *render.Ephemeral) {
	draft := maps.Clone(e.Filled.Values)
	for _, secret := range e.Filled.Secret {
		delete(draft, secret)
	}
	in.drafts.Put(chat.Key(e.Member, e.Filled.Form), draft)
	retry := chat.Button{ID: e.Filled.Form, Label: buttonRetry, Style: chat.Primary, Form: true}
	if i.Guild == "" {
		retry.ID = render.InServer(retry.ID, e.Place.Workspace)
	}
	if err := answer.AddButton(retry); err != nil { // its id is too long: the member has to start again
		in.Logger.WarnContext(ctx, "offering a form again", "error", err)
	}
}
