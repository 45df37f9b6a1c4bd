package middleware

import (
	"context"
	"errors"
	"slices"
	"sync"

	"aidesk/core/model"
)

// ErrSpent says that a turn may not spend more tokens.
var ErrSpent = errors.New("the turn has spent the tokens that one turn may spend")

// Amount is what requests use or may use.
type Amount struct {
	Tokens int64 // of input and output
	Micros int64 // of money
}

// Spent is what a turn used of one model.
type Spent struct {
	Model  string // the provider's name of it
	Usage  model.Usage
	Micros int64 // of money
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
	pending Amount // of requests under way
	spent   []Spent
	refusal error
}

type purseKey struct{}

// WithPurse lets requests be paid for.
func WithPurse(ctx context.Context, p *Purse) context.Context {
	return context.WithValue(ctx, purseKey{}, p)
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

func total(u model.Usage) int64 { return sane(u.Input) + sane(u.Output) }

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
