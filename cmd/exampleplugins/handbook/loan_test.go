package handbook_test

import (
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"aidesk/cmd/exampleplugins/handbook"
	"aidesk/cmd/exampleplugins/site"
	"aidesk/cmd/exampleplugins/sitetest"
)

type lent struct {
	Number int            `json:"number"`
	Loan   map[string]any `json:"loan"`
}

type lents struct {
	Loans []lent `json:"loans"`
}

const whole = `{"loan":{"thing":"camera","until":"2026-12-05","badge":"HV1234","pickup":{"office":"old town","at":"2026-12-02T09:30:00Z"},"extras":["bag","tripod"],"insured":true,"note":"for the fair"}}`

func lending(t *testing.T, dir string, now *time.Time) *sitetest.Plugin {
	t.Helper()
	h, err := handbook.New(site.Config{Dir: dir, Now: func() time.Time { return *now }})
	if err != nil {
		t.Fatal(err)
	}
	return sitetest.Start(t, h)
}

// TestLoan: what is borrowed is kept over a restart until it comes back, and lent to nobody
// else meanwhile.
func TestLoan(t *testing.T) {
	now := time.Date(2026, time.December, 1, 12, 0, 0, 0, time.UTC)
	dir := t.TempDir()
	p := lending(t, dir, &now)
	got := sitetest.Call[lent](t, p, "POST", "/loans", whole, 201)
	want := lent{1, map[string]any{
		"thing": "camera", "until": "2026-12-05", "badge": "HV1234", "pickup": map[string]any{"office": "old town", "at": "2026-12-02T09:30:00Z"},
		"extras": []any{"bag", "tripod"}, "insured": true, "note": "for the fair",
	}}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	p = lending(t, dir, &now)
	if diff := cmp.Diff([]lent{want}, sitetest.Call[lents](t, p, "GET", "/loans", "", 200).Loans); diff != "" {
		t.Errorf("after a restart (-want +got):\n%s", diff)
	}
	change := func(old, with string) string { return strings.Replace(whole, old, with, 1) }
	post := func(name, body string, status int, field, says string) sitetest.Case {
		return sitetest.Case{Name: name, Method: "POST", Path: "/loans", Body: body, Status: status, Field: field, Says: says}
	}
	p.Refuse(t, []sitetest.Case{
		post("lent already", whole, 409, "loan.thing", "lent until 2026-12-05"),
		post("no such thing", change("camera", "boat"), 422, "loan.thing", "one of projector"),
		post("no day", change("2026-12-05", "soon"), 422, "loan.until", "a date such as"),
		post("the past", change("2026-12-05", "2026-11-30"), 422, "loan.until", "from today on"),
		post("too long", change("2026-12-05", "2027-01-05"), 422, "loan.until", "within 30 days"),
		post("no badge", change("HV1234", "1234"), 422, "loan.badge", "two capitals"),
		post("no office", change("old town", "moon"), 422, "loan.pickup.office", "one of harbour"),
		post("no time", change("2026-12-02T09:30:00Z", "noon"), 422, "loan.pickup.at", "a time such as"),
		post("other extras", change("tripod", "crew"), 422, "loan.extras", "of bag"),
		post("a long note", change("for the fair", strings.Repeat("x", 201)), 422, "loan.note", "at most 200"),
		post("flat", `{"thing":"camera"}`, 422, "thing", "no property thing"),
	})
	now = now.AddDate(0, 0, 5)
	if got := sitetest.Call[lents](t, p, "GET", "/loans", "", 200).Loans; len(got) != 0 {
		t.Errorf("still lent: %+v", got)
	}
	if got := sitetest.Call[lent](t, p, "POST", "/loans", change("2026-12-05", "2026-12-10"), 201); got.Number != 2 {
		t.Errorf("the number is %d", got.Number)
	}
}
