package discord

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"time"

	"aidesk/adapters/discord/payload"
	"aidesk/adapters/discord/render"
	"aidesk/core/chat"
)

// A modal of Discord has five fields. A longer form is filled in page by page: the answer to
// a page is a button that opens the next one, and what was filled in is kept meanwhile.

// pagesLife is how long a page that was filled in is kept.
const pagesLife = time.Hour

// filledPages is the form that a member fills in page by page. There is one for each
// member: another form takes its place.
type filledPages struct {
	Form   string                    `json:"form"`
	Place  chat.Place                `json:"place"` // where it was opened
	Time   time.Time                 `json:"time"`  // of the last page
	Of     int                       `json:"of"`
	Pages  map[int]map[string]string `json:"pages"` // the values of those that were filled in
	Secret []string                  `json:"secret,omitempty"`
}

// values are the values of all pages that were filled in.
func (p *filledPages) values() map[string]string {
	all := map[string]string{}
	for _, number := range slices.Sorted(maps.Keys(p.Pages)) {
		for name, v := range p.Pages[number] {
			all[name] = render.JoinParts(all[name], v)
		}
	}
	return all
}

// mark tells a form from others, in a button.
func (p *filledPages) mark() string {
	sum := sha256.Sum256([]byte(p.Form))
	return hex.EncodeToString(sum[:8])
}

// missing is the first page that was not filled in, or 0.
func (p *filledPages) missing() int {
	for number := 1; number <= p.Of; number++ {
		if _, ok := p.Pages[number]; !ok {
			return number
		}
	}
	return 0
}

// withInitial adds to a copy what stands in the pages that were not filled in.
func (p *filledPages) withInitial(f chat.Form) (*filledPages, error) {
	whole := *p
	whole.Pages = maps.Clone(p.Pages)
	for number := 1; number <= p.Of; number++ {
		if _, ok := whole.Pages[number]; ok {
			continue
		}
		initial, err := render.Initial(f, number)
		if err != nil {
			return nil, err
		}
		whole.Pages[number] = initial
	}
	return &whole, nil
}

// pagesKey is the name under which the pages of a member are kept.
func pagesKey(member string) string { return "pages/" + member }

// keptPages returns the form that a member fills in, or nil if there is none, or none for
// which is says so, or it is too old.
func (in inbound) keptPages(ctx context.Context, member string, is func(*filledPages) bool) (*filledPages, error) {
	data, err := in.keeper.Kept(ctx, pagesKey(member))
	if err != nil {
		return nil, fmt.Errorf("reading the pages of a form: %w", err)
	}
	if len(data) == 0 {
		return nil, nil
	}
	var p filledPages
	if err := json.Unmarshal(data, &p); err != nil {
		return nil, fmt.Errorf("reading the pages of a form: %w", err)
	}
	if !is(&p) || in.Now().Sub(p.Time) >= pagesLife {
		return nil, nil
	}
	return &p, nil
}

// keepPages keeps what a member filled in; nil forgets it.
func (in inbound) keepPages(ctx context.Context, member string, p *filledPages) error {
	var data []byte
	if p != nil {
		var err error
		if data, err = json.Marshal(p); err != nil { //nolint:gosec // what is kept is sealed
			return fmt.Errorf("keeping the pages of a form: %w", err)
		}
	}
	return in.keeper.Keep(ctx, pagesKey(member), data)
}

// submitPage handles one page that a member filled in. The response offers the next one; the
// last page submits the form.
func (in inbound) submitPage(ctx context.Context, i payload.Interaction, e chat.Event, page render.Page) (*interactionResponse, error) {
	release, err := in.filling.Lock(ctx, e.Member)
	if err != nil {
		return nil, err
	}
	defer release()
	kept := &filledPages{Form: e.Filled.Form, Place: e.Place, Of: page.Of, Pages: map[int]map[string]string{}}
	if page.Again {
		kept, err = in.keptPages(ctx, e.Member, func(p *filledPages) bool { return p.Form == e.Filled.Form && p.Of == page.Of })
		if err != nil {
			return nil, err
		}
		if kept == nil {
			return in.aside(i, render.EphemeralLine(textPagesGone, "")), nil
		}
	}
	kept.Time, kept.Pages[page.Number] = in.Now(), e.Filled.Values
	for _, name := range e.Filled.Secret {
		if !slices.Contains(kept.Secret, name) {
			kept.Secret = append(kept.Secret, name)
		}
	}
	if err := in.keepPages(ctx, e.Member, kept); err != nil {
		return nil, err
	}
	next := kept.missing()
	if next == 0 {
		return in.submitPages(ctx, i, e, kept)
	}
	text := textContinue
	if page.Optional {
		text = textMayStop
	}
	answer := render.EphemeralLine(fmt.Sprintf(text, page.Number, page.Of), "")
	answer.AddContinue(buttonContinue, render.ContinueID(kept.mark(), next), chat.Primary)
	if page.Optional {
		answer.AddContinue(buttonSend, render.ContinueID(kept.mark(), 0), "")
	}
	return in.aside(i, answer), nil
}

// submitPages submits a form whose pages were filled in.
func (in inbound) submitPages(ctx context.Context, i payload.Interaction, e chat.Event, kept *filledPages) (*interactionResponse, error) {
	e.Place = kept.Place
	e.Filled = &chat.Submitted{Form: kept.Form, Values: kept.values(), Secret: kept.Secret}
	answer, done, err := in.submit(ctx, i, e, func(f chat.Form, faults []chat.Fault, answer *render.Ephemeral) {
		page := render.PageOf(f, faults[0].Input)
		answer.AddContinue(buttonRetry, render.ContinueID(kept.mark(), min(page, kept.Of)), chat.Primary)
	})
	if !done {
		return answer, err
	}
	if err := in.keepPages(ctx, e.Member, nil); err != nil { // it grows old by itself
		in.Logger.WarnContext(ctx, "forgetting the pages of a form", "error", err)
	}
	return answer, nil
}

// goOn handles a press of a button below a page that was filled in.
func (in inbound) goOn(ctx context.Context, i payload.Interaction, mark string, page int) (*interactionResponse, error) {
	release, err := in.filling.Lock(ctx, i.Sender())
	if err != nil {
		return nil, err
	}
	defer release()
	kept, err := in.keptPages(ctx, i.Sender(), func(p *filledPages) bool { return p.mark() == mark })
	if err != nil {
		return nil, err
	}
	if kept == nil {
		return in.aside(i, render.EphemeralLine(textPagesGone, "")), nil
	}
	o := chat.Opening{Place: kept.Place, Member: i.Sender(), Button: kept.Form}
	if page > 0 {
		return in.showPage(ctx, i, o, page, kept), nil
	}
	f, fault := in.formOf(ctx, o)
	if fault != "" {
		return in.aside(i, render.EphemeralLine(fault, "")), nil
	}
	whole, err := kept.withInitial(f)
	if err != nil {
		return in.aside(i, render.EphemeralLine(textFormTooLarge+err.Error()+".", "")), nil
	}
	return in.submitPages(ctx, i, in.event("f", i, kept.Place), whole)
}

// aside answers an interaction with a message that only its member sees, in place of the one
// with the button where that is such a message too.
func (in inbound) aside(i payload.Interaction, answer render.Ephemeral) *interactionResponse {
	if i.Message != nil && i.Message.Flags&render.FlagEphemeral != 0 {
		return &interactionResponse{Type: respondUpdate, Data: answer}
	}
	return &interactionResponse{Type: respondMessage, Data: answer}
}
