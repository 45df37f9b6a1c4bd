package handbook

import (
	"net/http"
	"regexp"
	"slices"
	"strings"
	"sync"
	"time"

	"aidesk/cmd/exampleplugins/jsonfile"
	"aidesk/cmd/exampleplugins/site"
)

// What may be borrowed, with what, and where it is fetched, as openapi.yaml lists them.
var (
	things  = []string{"projector", "camera", "microphone", "bicycle"}
	extras  = []string{"bag", "charger", "tripod"}
	offices = []string{"harbour", "old town"}
)

var badgePattern = regexp.MustCompile(`^[A-Z]{2}[0-9]{4}$`)

// maxLoan is how long something may be lent.
const maxLoan = 30 * 24 * time.Hour

// loan is what somebody borrows, as the API takes and shows it and as it is stored.
type loan struct {
	Thing   string   `json:"thing"`
	Until   string   `json:"until"` // an ISO date
	Badge   string   `json:"badge"`
	Pickup  pickup   `json:"pickup"`
	Extras  []string `json:"extras,omitempty"`
	Insured bool     `json:"insured,omitempty"`
	Note    string   `json:"note,omitempty"`
}

// pickup is where and when the thing is fetched.
type pickup struct {
	Office string `json:"office"`
	At     string `json:"at,omitempty"` // a time, RFC 3339
}

// lent is a loan with its number.
type lent struct {
	Number int  `json:"number"`
	Loan   loan `json:"loan"`
}

// loans keeps what was lent. A loan counts only once it is stored.
type loans struct {
	mu   sync.Mutex
	path string
	now  func() time.Time
	all  []lent
}

func openLoans(path string, now func() time.Time) (*loans, error) {
	l := &loans{path: path, now: now}
	return l, jsonfile.Load(path, &l.all)
}

// check refuses a loan that the office would not grant.
func (l *loans) check(w loan) error {
	until, err := site.Date("loan.until", w.Until)
	switch {
	case !slices.Contains(things, w.Thing):
		return site.Invalid("loan.thing", "thing must be one of %s", strings.Join(things, ", "))
	case err != nil:
		return err
	case until.Before(l.now().Truncate(24*time.Hour)) || until.Sub(l.now()) > maxLoan:
		return site.Invalid("loan.until", "until must be from today on, within 30 days")
	case !badgePattern.MatchString(w.Badge):
		return site.Invalid("loan.badge", "badge must be two capitals and four digits, such as HV1234")
	case !slices.Contains(offices, w.Pickup.Office):
		return site.Invalid("loan.pickup.office", "office must be one of %s", strings.Join(offices, ", "))
	case slices.ContainsFunc(w.Extras, func(e string) bool { return !slices.Contains(extras, e) }):
		return site.Invalid("loan.extras", "extras must be of %s", strings.Join(extras, ", "))
	case len([]rune(w.Note)) > 200:
		return site.Invalid("loan.note", "note must have at most 200 characters")
	}
	if _, err := time.Parse(time.RFC3339, w.Pickup.At); w.Pickup.At != "" && err != nil {
		return site.Invalid("loan.pickup.at", "at must be a time such as 2026-12-05T09:30:00Z")
	}
	return nil
}

func (l *loans) borrow(r *http.Request) (any, error) {
	var w struct {
		Loan loan `json:"loan"`
	}
	if err := site.Body(r, &w); err != nil {
		return nil, err
	}
	if err := l.check(w.Loan); err != nil {
		return nil, err
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	for _, other := range l.all {
		if other.Loan.Thing == w.Loan.Thing && other.Loan.Until >= l.now().UTC().Format(time.DateOnly) { // ISO dates compare like their days
			return nil, site.Conflict("loan.thing", "the %s is lent until %s", w.Loan.Thing, other.Loan.Until)
		}
	}
	next := append(slices.Clone(l.all), lent{Number: len(l.all) + 1, Loan: w.Loan})
	if err := jsonfile.Save(l.path, next); err != nil {
		return nil, err
	}
	l.all = next
	return site.Created{Value: next[len(next)-1]}, nil
}

func (l *loans) list(*http.Request) (any, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	standing := []lent{}
	for _, one := range l.all {
		if one.Loan.Until >= l.now().UTC().Format(time.DateOnly) {
			standing = append(standing, one)
		}
	}
	return map[string][]lent{"loans": standing}, nil
}
