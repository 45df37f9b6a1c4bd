package middleware

import (
	"cmp"
	"context"
	"errors"
	"slices"
	"sync"

	"aidesk/core/model"
	"aidesk/core/model/search"
)

// answerTokens is the assumed length of an answer where Budget.Answer names none.
const answerTokens = 1000

// Budget is a Model whose every request is reserved in the Purse of its context before
// it is sent, and settled after. Without a Purse nothing is reserved. It stands next
// to the wire, below what tries again or elsewhere, since each try costs.
type Budget struct {
	model.Model
	Price  Price
	Answer int // the most tokens of an answer; 0: answerTokens are assumed
}

// Generate reserves, asks and settles. Usage that the model does not report is
// estimated, here and in the Response.
func (b *Budget) Generate(ctx context.Context, r *model.Request, on func(model.Event)) (*model.Response, error) {
	purse, _ := ctx.Value(turnBudgetKey{}).(*Purse)
	if purse == nil {
		purse = &Purse{}
	}
	input := search.Estimate(r)
	most := model.Usage{Input: input, Output: cmp.Or(b.Answer, answerTokens)}
	held := Amount{Tokens: total(most), Micros: b.Price.worstCase().Cost(most)}
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
	case wasProbablyRead(err):
		used = model.Usage{Input: input, Estimated: true}
	}
	purse.settle(held, Spent{Model: b.Info().Name, Usage: used, Micros: b.Price.Cost(used)})
	return response, err
}

// wasProbablyRead reports whether the model probably read a failed request, because
// the answer was cut off by the server or by us. A request that was refused or never
// arrived costs nothing.
func wasProbablyRead(err error) bool {
	e, ok := errors.AsType[*model.Error](err)
	return !ok || e.Kind == model.Truncated
}

// ErrSpent is returned when a turn has used up the tokens that one turn may use.
var ErrSpent = errors.New("the turn has spent the tokens that one turn may spend")

// Amount is a number of tokens and their price.
type Amount struct {
	Tokens int64 // of input and output
	Micros int64 // millionths of a currency
}

// Spent is what a turn used of one model.
type Spent struct {
	Model  string // the provider's name for it
	Usage  model.Usage
	Micros int64 // millionths of a currency
}

// Purse is what one turn may spend on models. It travels in the context of its
// requests, so that each of them is paid for, whatever decorators are in between. Its
// fields are set before the first request.
type Purse struct {
	Tokens int64  // that the turn may use; 0: no limit
	Opened Amount // reserved for the turn already

	// Take reserves more, durably, before the request that needs it is sent; its error
	// refuses that request. Nil: nothing need be reserved.
	Take func(ctx context.Context, a Amount) error

	mu      sync.Mutex
	taken   Amount // reserved in all
	pending Amount // reserved by requests that have not ended
	spent   []Spent
	refusal error
}

type turnBudgetKey struct{}

// WithPurse lets requests be paid for.
func WithPurse(ctx context.Context, p *Purse) context.Context {
	return context.WithValue(ctx, turnBudgetKey{}, p)
}

// Spent lists what was used, by model.
func (p *Purse) Spent() []Spent {
	p.mu.Lock()
	defer p.mu.Unlock()
	return slices.Clone(p.spent)
}

// Rest is what was spent less what was reserved: what settling adds to the counters.
// It is usually negative.
func (p *Purse) Rest() Amount {
	p.mu.Lock()
	defer p.mu.Unlock()
	used := p.used()
	return Amount{Tokens: used.Tokens - p.Opened.Tokens - p.taken.Tokens, Micros: used.Micros - p.Opened.Micros - p.taken.Micros}
}

// Refusal is why the last request was refused; nil: none was.
func (p *Purse) Refusal() error {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.refusal
}

func (p *Purse) used() Amount {
	var a Amount
	for _, s := range p.spent {
		a.Tokens += total(s.Usage)
		a.Micros += s.Micros
	}
	return a
}

func total(u model.Usage) int64 { return bounded(u.Input) + bounded(u.Output) }

// reserve makes sure that a request is paid for before it is sent.
func (p *Purse) reserve(ctx context.Context, a Amount) error {
	p.mu.Lock()
	defer p.mu.Unlock()
	used := p.used()
	need := Amount{Tokens: used.Tokens + p.pending.Tokens + a.Tokens, Micros: used.Micros + p.pending.Micros + a.Micros}
	p.refusal = nil
	if p.Tokens > 0 && need.Tokens > p.Tokens {
		p.refusal = ErrSpent
		return p.refusal
	}
	short := Amount{
		Tokens: max(0, need.Tokens-p.Opened.Tokens-p.taken.Tokens),
		Micros: max(0, need.Micros-p.Opened.Micros-p.taken.Micros),
	}
	if p.Take != nil && short != (Amount{}) {
		if p.refusal = p.Take(ctx, short); p.refusal != nil {
			return p.refusal
		}
		p.taken.Tokens += short.Tokens
		p.taken.Micros += short.Micros
	}
	p.pending.Tokens += a.Tokens
	p.pending.Micros += a.Micros
	return nil
}

// settle puts what a request really used in the place of what was reserved for it.
func (p *Purse) settle(a Amount, s Spent) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.pending.Tokens -= a.Tokens
	p.pending.Micros -= a.Micros
	if s.Usage == (model.Usage{}) {
		return
	}
	i := slices.IndexFunc(p.spent, func(o Spent) bool { return o.Model == s.Model })
	if i < 0 {
		p.spent = append(p.spent, s)
		return
	}
	p.spent[i].Usage = p.spent[i].Usage.Plus(s.Usage)
	p.spent[i].Micros += s.Micros
}

// Price is what a million tokens of a model cost, in millionths of a currency. The
// zero value is free.
type Price struct {
	Input      int64 // not from a cache, nor written to one
	Output     int64 // reasoning included
	CacheRead  int64
	CacheWrite int64
}

// MaxPrice is the highest price that Cost accepts: ten thousand for a million tokens.
const MaxPrice = 10_000_000_000

// million is the number of tokens that a Price is for.
const million = 1_000_000

// Cost returns what a usage costs, in millionths of the currency, rounded up. It is
// the only place where tokens become money. Input includes cached tokens, Output
// includes reasoning.
func (p Price) Cost(u model.Usage) int64 {
	read, wrote := bounded(u.CacheRead), bounded(u.CacheWrite)
	fresh := max(0, bounded(u.Input)-read-wrote)
	sum := fresh*p.Input + read*p.CacheRead + wrote*p.CacheWrite + bounded(u.Output)*p.Output
	return (sum + million - 1) / million
}

// worstCase is the price to reserve before it is known what a cache will serve.
func (p Price) worstCase() Price {
	p.Input = max(p.Input, p.CacheRead, p.CacheWrite)
	return p
}

// bounded limits the counts that a server reports, so that sums do not overflow.
func bounded(tokens int) int64 { return int64(min(max(tokens, 0), 100*million)) }
