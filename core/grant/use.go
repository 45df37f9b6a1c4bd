package grant

import (
	"errors"
	"fmt"
	"maps"
	"math/big"
	"strings"
	"time"

	"aidesk/core/chat"
	"aidesk/core/openapi"
)

// Wish is a call that is held against a Grant.
type Wish struct {
	Owner     string // who wants it, as the store knows them
	Plugin    string
	Operation string
	Hash      string // of the operation as it is now
	Account   string // with which it would go
	Login     string // by which that was connected last
	Place     chat.Place
	Schedule  string // for which the turn runs
	Values    []openapi.Leaf
	Carries   bool // it may carry data of another plugin, or what others said
	Strange   bool // the model had read what strangers may have written
	Time      time.Time
}

// Why a Grant does not cover a Wish.
var (
	errEnded     = errors.New("it holds no more")
	errOther     = errors.New("it is for something else")
	errPlace     = errors.New("it is for another place")
	errChanged   = errors.New("the operation has changed")
	errAccount   = errors.New("it is for another account")
	errCarries   = errors.New("the call may carry data of elsewhere")
	errStrange   = errors.New("its free text may come from strangers")
	errNoValue   = errors.New("a value is missing")
	errTooMany   = errors.New("there is a value that it does not know")
	errUsedUp    = errors.New("it is used up")
	errUsedToday = errors.New("it is used up for today")
)

// Use counts one use of a Grant for a call that is wished, and returns it so. The error says
// why it does not cover the call; then the member is asked.
func (g Grant) Use(w Wish) (Grant, error) {
	if err := g.covers(w); err != nil {
		return g, err
	}
	return g.count(w)
}

// Concerns says that a Grant is this member's for this operation, whatever else is of it.
func (g Grant) Concerns(owner, plugin, operation string) bool {
	return g.Owner == owner && g.Plugin == plugin && g.Operation == operation
}

// covers says why a Grant does not cover a call, apart from what was used of it.
func (g Grant) covers(w Wish) error {
	switch {
	case !g.Live(w.Time):
		return errEnded
	case !g.Concerns(w.Owner, w.Plugin, w.Operation):
		return errOther
	case g.Schedule != w.Schedule, g.Place.Platform != w.Place.Platform, g.Place.Workspace != w.Place.Workspace:
		return errPlace
	case g.Schedule == "" && (g.Place.Channel != w.Place.Channel || g.Place.Direct != w.Place.Direct || g.Place.External != w.Place.External):
		return errPlace
	case g.Hash == "" || g.Hash != w.Hash:
		return errChanged
	case g.Account != w.Account, g.Login != w.Login:
		return errAccount
	case w.Carries:
		return errCarries
	case len(w.Values) != len(g.Conditions):
		return errTooMany
	}
	values := make(map[string]openapi.Leaf, len(w.Values))
	for _, l := range w.Values {
		values[l.Path] = l
	}
	if len(values) != len(w.Values) {
		return errTooMany
	}
	for _, c := range g.Conditions {
		l, ok := values[c.Path]
		switch {
		case !ok:
			return errNoValue
		case !c.Fits(l):
			return fmt.Errorf("%s is not within its bounds", c.Label)
		case c.Text > 0 && w.Strange:
			return errStrange
		}
	}
	return nil
}

// count adds a use. A clock that was set back begins no new day.
func (g Grant) count(w Wish) (Grant, error) {
	if today := w.Time.UTC().Format(time.DateOnly); today > g.Used.Day {
		g.Used = Used{Count: g.Used.Count, Day: today}
	}
	g.Used.Sums = maps.Clone(g.Used.Sums)
	g.Used.Count++
	g.Used.Today++
	switch {
	case g.Used.Count > g.Count:
		return g, errUsedUp
	case g.Used.Today > g.PerDay:
		return g, errUsedToday
	}
	for _, c := range g.Conditions {
		if c.Sum == "" {
			continue
		}
		sum, ok := new(big.Rat), true
		if before := g.Used.Sums[c.Path]; before != "" {
			sum, ok = decimal(before)
		}
		for _, l := range w.Values {
			if n, isNumber := number(l.Value); l.Path == c.Path && isNumber {
				sum = new(big.Rat).Add(sum, n)
			}
		}
		if !ok || beyond(sum, c.Sum, 1) {
			return g, errUsedToday
		}
		if g.Used.Sums == nil {
			g.Used.Sums = map[string]string{}
		}
		g.Used.Sums[c.Path] = written(sum)
	}
	return g, nil
}

// Left is how many more calls a Grant allows today, and in all.
func (g Grant) Left(now time.Time) (today, all int) {
	all = max(0, g.Count-g.Used.Count)
	today = g.PerDay
	if now.UTC().Format(time.DateOnly) <= g.Used.Day {
		today -= g.Used.Today
	}
	return max(0, min(today, all)), all
}

// LeftOf is how much more the values of a condition may sum up to today.
func (g Grant) LeftOf(c Condition, now time.Time) string {
	most, _ := decimal(c.Sum)
	if before, ok := decimal(g.Used.Sums[c.Path]); ok && now.UTC().Format(time.DateOnly) <= g.Used.Day {
		most = new(big.Rat).Sub(most, before)
	}
	return written(most)
}

// written is a decimal as JSON writes it.
func written(n *big.Rat) string {
	text := n.FloatString(20)
	return strings.TrimRight(strings.TrimRight(text, "0"), ".")
}
