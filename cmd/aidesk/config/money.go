package config

import (
	"errors"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"aidesk/core/model/middleware"
)

// Money is an amount in millionths of the currency.
type Money int64

// MarshalText writes it as the file does: 2.50.
func (m Money) MarshalText() ([]byte, error) {
	fraction := fmt.Sprintf("%06d", int64(m)%1_000_000)
	return fmt.Appendf(nil, "%d.%s%s", int64(m)/1_000_000, fraction[:2], strings.TrimRight(fraction[2:], "0")), nil
}

// Price is what a million tokens of a model cost, in Limits.Currency. The zero value
// costs nothing.
type Price struct {
	// Input is what the model reads: instructions, tools, the conversation.
	Input Money `yaml:"input"`
	// Output is what it writes, with what it thinks.
	Output Money `yaml:"output"`
	// CacheRead is for what it reads from a cache. Left out: Input.
	CacheRead Money `yaml:"cache_read"`
	// CacheWrite is for what it puts into one. Left out: Input.
	CacheWrite Money `yaml:"cache_write"`
}

// Model is the price as models have it.
func (p Price) Model() middleware.Price {
	return middleware.Price{Input: int64(p.Input), Output: int64(p.Output), CacheRead: int64(p.CacheRead), CacheWrite: int64(p.CacheWrite)}
}

// maxMoney is the largest amount, in whole units of the currency.
const maxMoney = 1_000_000_000

// ParseMoney reads an amount with at most six decimals.
func ParseMoney(text string) (Money, error) {
	wrong := errors.New("want an amount such as 2.50, with at most six decimals")
	whole, fraction, _ := strings.Cut(text, ".")
	if len(fraction) > 6 {
		return 0, wrong
	}
	n, err := strconv.ParseUint(whole+fraction+strings.Repeat("0", 6-len(fraction)), 10, 63)
	if err != nil || whole+fraction == "" || strings.HasPrefix(text, "+") || n > maxMoney*1_000_000 {
		return 0, wrong
	}
	return Money(n), nil
}

// checkPrices checks the models' prices and fills in those of caches.
func (d *decoder) checkPrices(models map[string]Model) {
	for name, m := range models {
		d.checkPrice("models."+name+".price", &m)
		models[name] = m
	}
}

func (d *decoder) checkPrice(key string, m *Model) {
	if _, given := d.positions[key]; !given {
		return
	}
	if m.Provider == planner {
		d.faultf(key, "the planner costs nothing; remove it")
		return
	}
	p := &m.Price
	for _, part := range []struct {
		name  string
		value *Money
	}{{"cache_read", &p.CacheRead}, {"cache_write", &p.CacheWrite}} {
		if _, given := d.positions[key+"."+part.name]; !given {
			*part.value = p.Input
		}
	}
	for name, value := range map[string]Money{"input": p.Input, "output": p.Output, "cache_read": p.CacheRead, "cache_write": p.CacheWrite} {
		if value > middleware.MaxPrice {
			d.faultf(key+"."+name, "want what a million tokens cost, at most 10000")
		}
	}
}

var currency = regexp.MustCompile(`^[A-Za-z]{1,12}$`)

// checkLimits checks what may be spent.
func (d *decoder) checkLimits(c *Config) {
	l := c.Limits
	for name, value := range map[string]int{
		"turns_per_member_hour": l.TurnsPerMemberHour,
		"turns_at_once":         l.TurnsAtOnce,
		"tokens_per_day":        l.TokensPerDay,
	} {
		if value < 1 {
			d.faultf("limits."+name, "want at least 1")
		}
	}
	for name, value := range map[string]int{"tokens_per_turn": l.TokensPerTurn, "tokens_per_member_day": l.TokensPerMemberDay} {
		if value < 0 {
			d.faultf("limits."+name, "want at least 1, or 0 for no limit")
		}
	}
	if !currency.MatchString(l.Currency) {
		d.faultf("limits.currency", "want a word of at most 12 letters, such as USD")
	}
	priced := slices.ContainsFunc(slices.Collect(maps.Values(c.Models)), func(m Model) bool { return m.Price != Price{} })
	for name, value := range map[string]Money{"money_per_day": l.MoneyPerDay, "money_per_member_day": l.MoneyPerMemberDay} {
		if value > 0 && !priced {
			d.faultf("limits."+name, "no model has a price, so this would limit nothing; give one under models, such as price: {input: 2.50, output: 10}")
		}
	}
}
