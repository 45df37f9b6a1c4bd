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

// Budget is a Model that reserves each request in the TurnBudget of its context
// before it is sent, and settles it after. Without a TurnBudget nothing is reserved.
// It stands next to the wire, inside Retry and Fallback, because each try costs.
type Budget struct {
	model.Model
	Price  Price
	Answer int // the most tokens of an answer; 0: answerTokens are assumed
}

// Generate reserves, asks and settles. Usage that the model does not report is
// estimated, here and in the Response.
func (b *Budget) Generate(ctx context.Context, r *model.Request, on func(model.Event)) (*model.Response, error) {
	budget, _ := ctx.Value(turnBudgetKey{}).(*TurnBudget)
	if budget == nil {
		budget = &TurnBudget{}
	}
	input := search.Estimate(r)
	most := model.Usage{Input: input, Output: cmp.Or(b.Answer, answerTokens)}
	held := Amount{Tokens: total(most), Micros: b.Price.worstCase().Cost(most)}
	if err := budget.reserve(ctx, held); err != nil {
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
	budget.settle(held, Spent{Model: b.Info().Name, Usage: used, Micros: b.Price.Cost(used)})
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

func (a Amount) plus(o Amount) Amount  { return Amount{a.Tokens + o.Tokens, a.Micros + o.Micros} }
func (a Amount) minus(o Amount) Amount { return Amount{a.Tokens - o.Tokens, a.Micros - o.Micros} }

// Spent is what a turn used of one model.
type Spent struct {
	Model  string // the provider's name for it
	Usage  model.Usage
	Micros int64 // millionths of a currency
}

// TurnBudget is what one turn may spend on models. It travels in the context of the
// turn's requests, so that each of them is paid for whichever middleware is in
// between. Its exported fields are set before the first request.
type TurnBudget struct {
	Tokens   int64  // that the turn may use; 0: no limit
	Reserved Amount // what the caller reserved before the first request

	// Reserve durably reserves more, before the request that needs it is sent; its error
	// refuses that request. If it is nil, nothing needs to be reserved.
	Reserve func(ctx context.Context, a Amount) error

	mu      sync.Mutex
	added   Amount // reserved by Reserve
	pending Amount // reserved by requests that have not ended
	spent   []Spent
	refusal error
}

type turnBudgetKey struct{}

// WithTurnBudget returns a context whose requests are paid from b.
func WithTurnBudget(ctx context.Context, b *TurnBudget) context.Context {
	return context.WithValue(ctx, turnBudgetKey{}, b)
}

// Spent lists what was used, by model.
func (b *TurnBudget) Spent() []Spent {
	b.mu.Lock()
	defer b.mu.Unlock()
	return slices.Clone(b.spent)
}

// Unsettled is what was spent less what was reserved: the amount by which the
// counters must be corrected when the turn ends. It is usually negative.
func (b *TurnBudget) Unsettled() Amount {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.used().minus(b.Reserved).minus(b.added)
}

// Refusal returns why the last request was refused, or nil if it was not.
func (b *TurnBudget) Refusal() error {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.refusal
}

func (b *TurnBudget) used() Amount {
	var a Amount
	for _, s := range b.spent {
		a.Tokens += total(s.Usage)
		a.Micros += s.Micros
	}
	return a
}

func total(u model.Usage) int64 { return bounded(u.Input) + bounded(u.Output) }

// reserve makes sure that a request is paid for before it is sent. The store is written
// outside the lock, with the amount counted as reserved meanwhile: another request of
// the turn then reserves for itself alone, whatever comes of this one.
func (b *TurnBudget) reserve(ctx context.Context, a Amount) error {
	short, err := b.claim(a)
	if err == nil && b.Reserve != nil && short != (Amount{}) {
		if err = b.Reserve(ctx, short); err != nil {
			b.unclaim(a, short)
		}
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	b.refusal = err
	return err
}

// claim counts a request as pending, and returns what must still be reserved for it.
func (b *TurnBudget) claim(a Amount) (short Amount, err error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	need := b.used().plus(b.pending).plus(a)
	if b.Tokens > 0 && need.Tokens > b.Tokens {
		return Amount{}, ErrSpent
	}
	short = need.minus(b.Reserved).minus(b.added)
	short = Amount{Tokens: max(0, short.Tokens), Micros: max(0, short.Micros)}
	b.pending = b.pending.plus(a)
	if b.Reserve != nil {
		b.added = b.added.plus(short)
	}
	return short, nil
}

// unclaim takes back a claim whose reservation failed.
func (b *TurnBudget) unclaim(a, short Amount) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.pending = b.pending.minus(a)
	b.added = b.added.minus(short)
}

// settle replaces what was reserved for a request by what it used.
func (b *TurnBudget) settle(a Amount, s Spent) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.pending = b.pending.minus(a)
	if s.Usage == (model.Usage{}) {
		return
	}
	i := slices.IndexFunc(b.spent, func(o Spent) bool { return o.Model == s.Model })
	if i < 0 {
		b.spent = append(b.spent, s)
		return
	}
	b.spent[i].Usage = b.spent[i].Usage.Plus(s.Usage)
	b.spent[i].Micros += s.Micros
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
