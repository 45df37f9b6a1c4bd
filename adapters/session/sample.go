package session

import (
	"context"
	"fmt"

	"aidesk/core/chat"
	"aidesk/core/markdown"
)

// Finding is one thing that was looked at, with what is wrong and what to do about it;
// a nil Err is good.
type Finding struct {
	What string
	Err  error
}

// Found makes a Finding.
func Found(what string, err error) Finding { return Finding{What: what, Err: err} }

// sample is one kind of message that aidesk sends.
type sample struct {
	what  string
	reply chat.Reply
}

// samples are one of each kind. image is the address of a picture that the platform can
// fetch.
func samples(image string) []sample {
	return []sample{
		{"text", chat.Reply{Text: markdown.New(markdown.Paragraph(markdown.Text("A trial of aidesk: this message is deleted at once.")))}},
		{"rich text with a list, a quotation and code", chat.Reply{Text: markdown.New(
			markdown.Heading(2, markdown.Text("A trial")), markdown.List([]markdown.Inline{markdown.Strong("one")}, []markdown.Inline{markdown.Text("two")}),
			markdown.Numbered([]markdown.Inline{markdown.Text("first")}), markdown.Quote(markdown.Paragraph(markdown.Text("a quotation"))),
			markdown.Code("json", "{}"),
		)}},
		{"table", chat.Reply{Text: markdown.New(markdown.TableOf([]string{"name", "number"}, [][]string{{"one", "1"}, {"two", "2"}}))}},
		{"card with buttons", chat.Reply{Cards: []chat.Card{{
			State: chat.CardWaiting, Sentence: "This is a trial; nothing happens.", Values: []chat.Field{{Label: "title", Value: "trial"}},
			Facts:   []chat.Fact{{Text: "POST to example.com/"}},
			Buttons: []chat.Button{{ID: "trial-yes", Label: "Approve", Style: chat.Primary}, {ID: "trial-no", Label: "Cancel"}},
		}}}},
		{"preview", chat.Reply{Previews: []chat.Preview{{
			URL: "https://example.com/", SiteName: "Example", Title: "A page", Description: "What it says", Image: image,
		}}}},
	}
}

// Poster brings messages of type M to one channel, for [TryAll].
type Poster[M any] struct {
	// Platform stands before what is found.
	Platform string
	// Image is the address of a picture that the platform can fetch.
	Image string

	Render func(r chat.Reply, what string) ([]M, error)
	Post   func(context.Context, M) (id string, err error)
	Update func(ctx context.Context, id string, m M) error
	Delete func(ctx context.Context, id string) error
	// Advise adds to an error what to do about it.
	Advise func(error) error
}

// TryAll posts, updates and deletes one message of each kind that aidesk sends, and
// says what the platform refused.
func TryAll[M any](ctx context.Context, p Poster[M]) []Finding {
	var out []Finding
	for _, s := range samples(p.Image) {
		out = append(out, p.try(ctx, s)...)
	}
	return out
}

// try posts a sample, updates it and deletes it. The messages go out as they are: a
// simpler form would hide what was refused.
func (p Poster[M]) try(ctx context.Context, s sample) []Finding {
	what := p.Platform + ": a message with " + s.what
	messages, err := p.Render(s.reply, s.what)
	if err != nil {
		return []Finding{{what, err}}
	}
	var out []Finding
	add := func(step string, err error) {
		if err != nil {
			err = p.Advise(err)
		}
		out = append(out, Finding{what + ", " + step, err})
	}
	var ids []string
	for _, m := range messages {
		id, err := p.Post(ctx, m)
		if err != nil {
			add("posted", err)
			for _, id := range ids {
				if err := p.Delete(ctx, id); err != nil {
					add("deleted", fmt.Errorf("a message was left behind: %w", err))
				}
			}
			return out
		}
		ids = append(ids, id)
	}
	add("posted", nil)
	for i, m := range messages {
		if err = p.Update(ctx, ids[i], m); err != nil {
			break
		}
	}
	add("updated", err)
	err = nil
	for _, id := range ids {
		if err = p.Delete(ctx, id); err != nil {
			err = fmt.Errorf("a message was left behind: %w", err)
			break
		}
	}
	add("deleted", err)
	return out
}
