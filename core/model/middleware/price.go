package middleware

import "aidesk/core/model"

// Price is what a million tokens of a model cost, in millionths of a currency. The
// zero value is free.
type Price struct {
	Input      int64 // what no cache served or took
	Output     int64 // reasoning too
	CacheRead  int64
	CacheWrite int64
}

// MaxPrice is the highest price that Cost computes with: ten thousand for a million tokens.
const MaxPrice = 10_000_000_000

// million is how many tokens a Price is for.
const million = 1_000_000

// Cost is what a usage costs, in millionths of the currency, rounded up. It is the one
// place where tokens become money. Input holds what a cache served and took, Output
// the reasoning.
func (p Price) Cost(u model.Usage) int64 {
	read, wrote := sane(u.CacheRead), sane(u.CacheWrite)
	fresh := max(0, sane(u.Input)-read-wrote)
	sum := fresh*p.Input + read*p.CacheRead + wrote*p.CacheWrite + sane(u.Output)*p.Output
	return (sum + million - 1) / million
}

// atMost is the price of a request before anybody knows what a cache will do.
func (p Price) atMost() Price {
	p.Input = max(p.Input, p.CacheRead, p.CacheWrite)
	return p
}

// sane bounds what a server says it counted, so that sums stay numbers.
func sane(tokens int) int64 { return int64(min(max(tokens, 0), 100*million)) }
