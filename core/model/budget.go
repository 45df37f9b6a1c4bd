package model

import (
	"cmp"
	"context"
	"errors"
	"slices"
)

// answerTokens is how long an answer is taken to be before it is known.
const answerTokens = 1000

// Budget is a Model whose every request is reserved in the Purse of its context before
// it is sent, and settled after. Without a Purse nothing is reserved. It stands next
// to the wire, below what tries again or elsewhere, since each try costs.
type Budget struct {
	Model
	Price  Price
	Answer int // tokens that an answer has at most; 0: it is taken to have 1,000
}

// Generate answers a request that was paid for. What the model does not count is
// estimated, here and in the Response.
func (b *Budget) Generate(ctx context.Context, r *Request, on func(Event)) (*Response, error) {
	purse, _ := ctx.Value(purseKey{}).(*Purse)
	if purse == nil {
		purse = &Purse{}
	}
	input := Estimate(r)
	most := Usage{Input: input, Output: cmp.Or(b.Answer, answerTokens)}
	held := Amount{Tokens: total(most), Micros: b.Price.atMost().Cost(most)}
	if err := purse.reserve(ctx, held); err != nil {
		return nil, err
	}
	response, err := b.Model.Generate(ctx, r, on)
	var used Usage
	switch {
	case err == nil:
		if response.Usage.Input+response.Usage.Output == 0 {
			response.Usage = Usage{Input: input, Output: Size(response.Message), Estimated: true}
		}
		used = response.Usage
	case spentAnyway(err):
		used = Usage{Input: input, Estimated: true}
	}
	purse.settle(held, Spent{Model: b.Info().Name, Usage: used, Micros: b.Price.Cost(used)})
	return response, err
}

// spentAnyway says that a failed request was probably read by the model: it was cut
// off, by the server or by us. One that was refused or never arrived costs nothing.
func spentAnyway(err error) bool {
	e, ok := errors.AsType[*Error](err)
	return !ok || e.Kind == Truncated
}

// Estimate is how many tokens a request is taken to be, rather too many than too few.
func Estimate(r *Request) int {
	n := 0
	for _, text := range slices.Concat(r.System, r.Brief) {
		n += Tokens(text)
	}
	for _, m := range r.Messages {
		n += Size(m)
	}
	for _, t := range r.Tools {
		n += Tokens(t.Name) + Tokens(t.Description) + Tokens(string(t.Schema)) + perPart
	}
	return n
}

// perPart is what a wire needs around a piece of a message.
const perPart = 8

// Size is how many tokens a message is taken to be in a request.
func Size(m Message) int {
	n := Tokens(m.Name) + perPart
	for _, p := range m.Parts {
		n += Tokens(p.Text)
		if p.Call != nil {
			n += Tokens(p.Call.Name) + Tokens(string(p.Call.Args)) + perPart
		}
		if p.Result != nil {
			n += Tokens(p.Result.Operation) + Tokens(p.Result.Content) + Tokens(p.Result.LeftOut) + perPart
		}
		if p.Opaque != nil {
			n += Tokens(string(p.Opaque.Raw))
		}
	}
	return n
}
