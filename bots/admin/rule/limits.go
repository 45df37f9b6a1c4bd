package rule

import (
	"fmt"
	"math"
	"strconv"
	"strings"

	"aidesk/bots/bot"
	"aidesk/core/chat"
	"aidesk/core/policy"
)

// The inputs that ask for limits.
const (
	inputTurnsPerHour = "turns_per_hour"
	inputTurnsPerDay  = "turns_per_day"
	inputTokensPerDay = "tokens_per_day" //nolint:gosec // no secret
	inputMoneyPerDay  = "money_per_day"
)

// maxCount is the highest bound of a number, and maxMoney of money.
const (
	maxCount = 1_000_000_000_000
	maxMoney = 1_000_000_000
)

// countInput asks for a bound; empty: there is none.
func countInput(name, label string, now int64) chat.Input {
	in := chat.Input{Name: name, Label: label, Kind: chat.InputNumber, Whole: true, Min: "1", Max: strconv.Itoa(maxCount), Hint: textEmptyNone}
	if now > 0 {
		in.Value = strconv.FormatInt(now, 10)
	}
	return in
}

// limitInputs ask for limits.
func limitInputs(l policy.Limits) []chat.Input {
	money := chat.Input{Name: inputMoneyPerDay, Label: textMoneyPerDay, Kind: chat.InputNumber, Min: "0.000001", Max: strconv.Itoa(maxMoney), Hint: textEmptyNone}
	if l.MoneyPerDay > 0 {
		money.Value = strings.ReplaceAll(bot.Decimal(l.MoneyPerDay), ",", "")
	}
	return []chat.Input{
		countInput(inputTurnsPerHour, textTurnsPerHour, l.TurnsPerHour),
		countInput(inputTurnsPerDay, textTurnsPerDay, l.TurnsPerDay),
		countInput(inputTokensPerDay, textTokensPerDay, l.TokensPerDay),
		money,
	}
}

// count reads a bound.
func (f *filled) count(input string) int64 {
	text := strings.TrimSpace(f.values[input])
	if text == "" {
		return 0
	}
	n, err := strconv.ParseInt(text, 10, 64)
	if err != nil || n < 1 || n > maxCount {
		f.fault(input, textWantCount)
		return 0
	}
	return n
}

// money reads an amount in millionths.
func (f *filled) money(input string) int64 {
	text := strings.TrimSpace(f.values[input])
	if text == "" {
		return 0
	}
	amount, err := strconv.ParseFloat(text, 64)
	micros := int64(math.Round(min(amount, maxMoney) * 1e6))
	if err != nil || math.IsNaN(amount) || amount > maxMoney || micros < 1 {
		f.fault(input, textWantMoney)
		return 0
	}
	return micros
}

// limits reads limits.
func (f *filled) limits() policy.Limits {
	return policy.Limits{
		TurnsPerHour: f.count(inputTurnsPerHour), TurnsPerDay: f.count(inputTurnsPerDay),
		TokensPerDay: f.count(inputTokensPerDay), MoneyPerDay: f.money(inputMoneyPerDay),
	}
}

// limitWords say what the limits are, or that there are none.
func limitWords(l policy.Limits, currency string) string {
	var words []string
	add := func(n int64, text, written string) {
		if n > 0 {
			words = append(words, fmt.Sprintf(text, written))
		}
	}
	add(l.TurnsPerHour, textInAnHour, bot.Grouped(l.TurnsPerHour))
	add(l.TurnsPerDay, textInADay, bot.Grouped(l.TurnsPerDay))
	add(l.TokensPerDay, textTokensInADay, bot.Grouped(l.TokensPerDay))
	add(l.MoneyPerDay, textMoneyInADay, bot.Decimal(l.MoneyPerDay)+" "+currency)
	if len(words) == 0 {
		return textNoLimits
	}
	return strings.Join(words, ", ")
}

// setCount keeps a bound in a map; none is not kept.
func setCount(m *map[string]int64, key string, n int64) {
	if n == 0 {
		delete(*m, key)
		return
	}
	if *m == nil {
		*m = map[string]int64{}
	}
	(*m)[key] = n
}
