package middleware_test

import (
	"math"
	"testing"

	"aidesk/core/model"
	"aidesk/core/model/middleware"
)

// TestCost: what tokens cost, to the millionth.
func TestCost(t *testing.T) {
	p := middleware.Price{Input: 2_500_000, Output: 10_000_000, CacheRead: 250_000, CacheWrite: 3_000_000}
	top := middleware.Price{Input: middleware.MaxPrice, Output: middleware.MaxPrice, CacheRead: middleware.MaxPrice, CacheWrite: middleware.MaxPrice}
	for _, c := range []struct {
		name  string
		price middleware.Price
		usage model.Usage
		want  int64
	}{
		{"nothing", p, model.Usage{}, 0},
		{"free", middleware.Price{}, model.Usage{Input: 1e6, Output: 1e6}, 0},
		{"a million each way", p, model.Usage{Input: 1e6, Output: 1e6}, 12_500_000},
		{"a token is rounded up", p, model.Usage{Input: 1}, 3},
		{"what a cache served is a part of the input", p, model.Usage{Input: 1000, CacheRead: 800}, 500 + 200},
		{"what a cache took too", p, model.Usage{Input: 1000, CacheRead: 300, CacheWrite: 200}, 1250 + 75 + 600},
		{"reasoning is a part of the output", p, model.Usage{Output: 100, Reasoning: 90}, 1000},
		{"more in the cache than in all", p, model.Usage{Input: 10, CacheRead: 1000}, 250},
		{"below zero", p, model.Usage{Input: -5, Output: -5, CacheRead: -1}, 0},
		{"no end", top, model.Usage{Input: math.MaxInt, Output: math.MaxInt, CacheRead: math.MaxInt, CacheWrite: math.MaxInt}, 3e12},
	} {
		if got := c.price.Cost(c.usage); got != c.want {
			t.Errorf("%s: %d, want %d", c.name, got, c.want)
		}
	}
}
