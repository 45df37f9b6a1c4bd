package middleware

import (
	"cmp"
	"context"
	"errors"

	"aidesk/core/model"
	"aidesk/core/model/search"
)

// answerTokens is how long an answer is taken to be before it is known.
const answerTokens = 1000

// Budget is a Model whose every request is reserved in the Purse of its context before
// it is sent, and settled after. Without a Purse nothing is reserved. It stands next
// to the wire, below what tries again or elsewhere, since each try costs.
type Budget struct {
	model.Model
	Price  Price
	Answer int // tokens that an answer has at most; 0: it is taken to have 1,000
}

// Generate answers a request that was paid for. What the model does not count is
// estimated, here and in the Response.
func (b *Budget) Generate(ctx context.Context, r *model.Request, on func(model.Event)) (*model.Response, error) {
	purse, _ := ctx.Value(purseKey{}).(*Purse)
	if purse == nil {
		purse = &Purse{}
	}
	input := search.Estimate(r)
	most := model.Usage{Input: input, Output: cmp.Or(b.Answer, answerTokens)}
	held := Amount{Tokens: total(most), Micros: b.Price.atMost().Cost(most)}
	if err := purse.reserve(ctx, held); err != nil {
		return nil, err
	}
	response, err := b.Model.Generate(ctx, r, on)
	var used model.Usage
	switch {
	case err == nil:
		if response.Usage.Input+response.Usage.Output == 0 {
			response.Usage = model.Usage{Input: input, Output: search.Size(response.Message), Estimated: true}
		}
		used = response.Usage
	case spentAnyway(err):
		used = model.Usage{Input: input, Estimated: true}
	}
	purse.settle(held, Spent{Model: b.Info().Name, Usage: used, Micros: b.Price.Cost(used)})
	return response, err
}

// spentAnyway says that a failed request was probably read by the model: it was cut
// off, by the server or by us. One that was refused or never arrived costs nothing.
func spentAnyway(err error) bool {
	e, ok := errors.AsType[*model.Error](err)
	return !ok || e.Kind == model.Truncated
}
