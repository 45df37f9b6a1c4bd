package scores_test

import (
	"encoding/json"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"aidesk/cmd/exampleplugins/scores"
	"aidesk/cmd/exampleplugins/site"
	"aidesk/cmd/exampleplugins/sitetest"
)

type match struct {
	ID        int       `json:"id"`
	Title     string    `json:"title"`
	Season    string    `json:"season"`
	Round     int       `json:"round"`
	Status    string    `json:"status"`
	Minute    int       `json:"minute"`
	KickOff   time.Time `json:"kick_off"`
	Home      string    `json:"home"`
	Away      string    `json:"away"`
	HomeGoals *int      `json:"home_goals"`
	AwayGoals *int      `json:"away_goals"`
	URL       string    `json:"url"`
}

type matches struct {
	Matches []match `json:"matches"`
}

type row struct {
	Position       int    `json:"position"`
	Team           string `json:"team"`
	Played         int    `json:"played"`
	Won            int    `json:"won"`
	Drawn          int    `json:"drawn"`
	Lost           int    `json:"lost"`
	GoalsFor       int    `json:"goals_for"`
	GoalsAgainst   int    `json:"goals_against"`
	GoalDifference int    `json:"goal_difference"`
	Points         int    `json:"points"`
}

type standings struct {
	Title  string `json:"title"`
	Season string `json:"season"`
	Table  []row  `json:"table"`
	URL    string `json:"url"`
}

// clock is a clock that a test sets.
type clock struct{ now time.Time }

func start(t *testing.T, seed uint64, c *clock) *sitetest.Plugin {
	t.Helper()
	h, err := scores.New(site.Config{Seed: seed, Now: func() time.Time { return c.now }})
	if err != nil {
		t.Fatal(err)
	}
	return sitetest.Start(t, h)
}

// saturday is ten minutes after a kick-off, late in a season.
func saturday() time.Time { return time.Date(2026, time.December, 5, 12, 10, 0, 0, time.UTC) }

func list(t *testing.T, p *sitetest.Plugin, query string) []match {
	t.Helper()
	return sitetest.Call[matches](t, p, "GET", "/matches"+query, "", 200).Matches
}

func TestPlugin(t *testing.T) {
	for name, seed := range map[string]uint64{"written": 0, "invented": 77} {
		t.Run(name, func(t *testing.T) { start(t, seed, &clock{saturday()}).Check(t, "scores") })
	}
}

func TestLatestScores(t *testing.T) {
	p := start(t, 0, &clock{saturday()})
	got := list(t, p, "")
	if len(got) != 6 || got[0].Status != "live" || got[0].Minute != 11 || got[0].Season != "2026-W49" {
		t.Fatalf("the latest scores are %+v", got)
	}
	for i, m := range got {
		if i > 0 && (m.Status != "final" || !m.KickOff.Equal(got[i-1].KickOff.Add(-3*time.Hour))) {
			t.Errorf("after %+v comes %+v", got[i-1], m)
		}
		if m.HomeGoals == nil || m.AwayGoals == nil || m.Home == m.Away || m.URL != p.URL+"/matches/"+strconv.Itoa(m.ID) {
			t.Errorf("%+v", m)
		}
	}
}

func TestFilters(t *testing.T) {
	p := start(t, 0, &clock{saturday()})
	for query, fits := range map[string]func(match) bool{
		"?status=live":                    func(m match) bool { return m.Status == "live" && m.Minute > 0 },
		"?status=final&limit=20":          func(m match) bool { return m.Status == "final" && m.Minute == 0 },
		"?status=scheduled&limit=20":      func(m match) bool { return m.Status == "scheduled" && m.HomeGoals == nil && m.Minute == 0 },
		"?team=Red+Kettles&limit=20":      func(m match) bool { return m.Home == "Red Kettles" || m.Away == "Red Kettles" },
		"?team=North+Pier&status=final":   func(m match) bool { return m.Status == "final" && (m.Home == "North Pier" || m.Away == "North Pier") },
		"?status=final&limit=2&colour=no": func(m match) bool { return m.Status == "final" },
	} {
		got := list(t, p, query)
		if len(got) == 0 || slices.ContainsFunc(got, func(m match) bool { return !fits(m) }) {
			t.Errorf("%s: %+v", query, got)
		}
	}
	next := list(t, p, "?status=scheduled&limit=2")
	if want := time.Date(2026, time.December, 5, 15, 0, 0, 0, time.UTC); !next[0].KickOff.Equal(want) || !next[1].KickOff.After(want) {
		t.Errorf("the next matches are %+v", next)
	}
}

func TestOneMatchThroughTime(t *testing.T) {
	c := &clock{saturday()}
	p := start(t, 6, c)
	first := list(t, p, "?status=live")[0]
	path := "/matches/" + strconv.Itoa(first.ID)
	seen := map[string]bool{}
	var goals [2]int
	for _, at := range []struct {
		offset time.Duration
		status string
		minute int
	}{
		{-time.Second, "scheduled", 0},
		{0, "live", 1},
		{time.Minute - 1, "live", 1},
		{44*time.Minute + 59*time.Second, "live", 45},
		{50 * time.Minute, "live", 45},
		{60 * time.Minute, "live", 46},
		{104 * time.Minute, "live", 90},
		{105 * time.Minute, "final", 0},
		{48 * time.Hour, "final", 0},
	} {
		c.now = first.KickOff.Add(at.offset)
		m := sitetest.Call[match](t, p, "GET", path, "", 200)
		if m.Status != at.status || m.Minute != at.minute {
			t.Errorf("at %v: %+v", at.offset, m)
		}
		if m.HomeGoals != nil {
			if *m.HomeGoals < goals[0] || *m.AwayGoals < goals[1] {
				t.Errorf("at %v goals were taken back: %v, then %d : %d", at.offset, goals, *m.HomeGoals, *m.AwayGoals)
			}
			goals = [2]int{*m.HomeGoals, *m.AwayGoals}
		}
		card := p.Card(t, path)
		if !strings.Contains(card["title"], m.Home) || !strings.Contains(card["title"], m.Away) {
			t.Errorf("the card is %v", card)
		}
		seen[card["title"]+card["description"]] = true
	}
	if len(seen) < 4 {
		t.Errorf("the card hardly changes: %v", seen)
	}
	c.now = first.KickOff.Add(8 * 24 * time.Hour)
	p.Refuse(t, []sitetest.Case{{Name: "long ago", Method: "GET", Path: path, Status: 404, Field: "id", Says: "last or the coming week"}})
}

func TestSeasonIsARoundRobin(t *testing.T) {
	c := &clock{}
	p := start(t, 0, c)
	monday := time.Date(2026, time.November, 30, 0, 0, 0, 0, time.UTC)
	home, pairs := map[string]int{}, map[string]int{}
	for n := range 56 {
		c.now = monday.Add(time.Duration(n)*3*time.Hour + 2*time.Hour)
		m := list(t, p, "?limit=1")[0]
		if m.Round != n/4+1 || m.Season != "2026-W49" {
			t.Errorf("match %d is %+v", n, m)
		}
		home[m.Home]++
		pairs[m.Home+" at home to "+m.Away]++
	}
	if len(home) != 8 || len(pairs) != 56 {
		t.Errorf("not each met each other at home: %v\n%v", home, pairs)
	}
	for team, n := range home {
		if n != 7 {
			t.Errorf("%s was at home %d times", team, n)
		}
	}

	got := sitetest.Call[standings](t, p, "GET", "/standings", "", 200)
	var sum row
	for i, r := range got.Table {
		if r.Position != i+1 || r.Played != 14 || r.Won+r.Drawn+r.Lost != 14 || r.Points != 3*r.Won+r.Drawn || r.GoalDifference != r.GoalsFor-r.GoalsAgainst {
			t.Errorf("a row that does not add up: %+v", r)
		}
		if i > 0 && r.Points > got.Table[i-1].Points {
			t.Errorf("%s stands below %s", r.Team, got.Table[i-1].Team)
		}
		sum.GoalDifference += r.GoalDifference
		sum.Won += r.Won - r.Lost
	}
	if len(got.Table) != 8 || sum != (row{}) || got.Season != "2026-W49" || got.URL != p.URL+"/standings" {
		t.Errorf("the standings are %+v", got)
	}
	if card := p.Card(t, "/standings"); !strings.Contains(card["description"], got.Table[0].Team+" leads with") {
		t.Errorf("the card of the standings is %v", card)
	}

	c.now = monday.Add(7 * 24 * time.Hour)
	got = sitetest.Call[standings](t, p, "GET", "/standings", "", 200)
	if got.Season != "2026-W50" || got.Table[0].Played != 0 || len(got.Table) != 8 {
		t.Errorf("a new season begins with %+v", got)
	}
}

func TestNext(t *testing.T) {
	c := &clock{saturday()}
	p := start(t, 8, c)
	for _, r := range sitetest.Call[standings](t, p, "GET", "/standings", "", 200).Table {
		m := sitetest.Call[match](t, p, "GET", "/teams/"+url.PathEscape(r.Team)+"/next", "", 200)
		if m.Status != "scheduled" || !m.KickOff.After(c.now) || m.Home != r.Team && m.Away != r.Team {
			t.Errorf("the next match of %s is %+v", r.Team, m)
		}
		want := list(t, p, "?status=scheduled&limit=1&team="+url.QueryEscape(r.Team))
		if diff := cmp.Diff(want, []match{m}); diff != "" {
			t.Error(diff)
		}
	}
}

func TestSeeds(t *testing.T) {
	all := func(seed uint64) string {
		var ms []match
		for _, m := range list(t, start(t, seed, &clock{saturday()}), "?limit=20") {
			m.URL = ""
			ms = append(ms, m)
		}
		b, err := json.Marshal(ms)
		if err != nil {
			t.Fatal(err)
		}
		return string(b)
	}
	one := all(21)
	if one != all(21) {
		t.Error("one seed gives two leagues")
	}
	if one == all(22) || one == all(0) {
		t.Error("two seeds give one league")
	}
}

func TestRefusals(t *testing.T) {
	get := func(name, path string, status int, field, says string) sitetest.Case {
		return sitetest.Case{Name: name, Method: "GET", Path: path, Status: status, Field: field, Says: says}
	}
	start(t, 0, &clock{saturday()}).Refuse(t, []sitetest.Case{
		get("no such status", "/matches?status=over", 422, "status", "scheduled, live, final"),
		get("no such team", "/matches?team=Nobody", 404, "team", "the teams are Red Kettles"),
		get("limit none", "/matches?limit=0", 422, "limit", "from 1 to 20"),
		get("limit a word", "/matches?limit=x", 400, "limit", "whole number"),
		get("match a word", "/matches/first", 400, "id", "whole number"),
		get("match long ago", "/matches/1", 404, "id", "no match 1"),
		get("match far off", "/matches/99999999", 404, "id", "no match 99999999"),
		get("next of nobody", "/teams/Nobody/next", 404, "team", "no such team"),
	})
}

func TestAnyClock(t *testing.T) {
	for _, now := range []time.Time{{}, time.Unix(0, 0), time.Unix(4*24*3600, 0), time.Date(2300, 1, 1, 0, 0, 0, 0, time.UTC)} {
		p := start(t, 0, &clock{now})
		list(t, p, "")
		list(t, p, "?status=scheduled")
		sitetest.Call[standings](t, p, "GET", "/standings", "", 200)
		p.Card(t, "/")
	}
}
