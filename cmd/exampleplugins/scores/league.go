package scores

import (
	"cmp"
	"fmt"
	"iter"
	"math/rand/v2"
	"slices"
	"strconv"
	"time"

	"aidesk/cmd/exampleplugins/invent"
	"aidesk/cmd/exampleplugins/site"
)

// The calendar: a match kicks off every three hours, day and night, four make a
// round, and fourteen rounds, in which each of the eight teams meets each other
// twice, make a season. That is one week, from Monday to Sunday in UTC.
const (
	teams     = 8
	perRound  = teams / 2
	rounds    = 2 * (teams - 1)
	perSeason = rounds * perRound
	every     = 3 * time.Hour
	half      = 45 * time.Minute
	pause     = 15 * time.Minute
	whole     = half + pause + half
)

// The status of a match.
const (
	scheduled = "scheduled"
	live      = "live"
	final     = "final"
)

// league is the teams of a seed. Everything else follows from a match's number,
// which counts from the Monday of begin.
type league struct {
	teams    []string
	strength []float64 // goals that a team may expect in a match
	cfg      site.Config
}

func epoch() time.Time { return time.Date(1970, time.January, 5, 0, 0, 0, 0, time.UTC) }

func newLeague(cfg site.Config) *league {
	l := &league{cfg: cfg}
	r := cfg.Rand("league")
	if cfg.Seed == 0 {
		l.teams = []string{
			"Red Kettles", "North Pier", "Old Mill United", "Green Lanterns",
			"Copper Bridge", "Saint Agnes Rovers", "Harbour Lights", "Tenth Street",
		}
	} else {
		for _, place := range invent.Places(r, teams) {
			l.teams = append(l.teams, place+" "+[]string{"Rovers", "United", "Athletic", "Wanderers", "Town"}[r.IntN(5)])
		}
	}
	for range teams {
		l.strength = append(l.strength, .8+1.2*r.Float64())
	}
	return l
}

// current is the number of the match that kicked off last.
func (l *league) current(now time.Time) int { return max(1, int(now.Sub(epoch())/every)) }

// around gives the matches of one season's length: those to come, the next one
// first, or those that have begun, the newest first.
func (l *league) around(now time.Time, ahead bool) iter.Seq[game] {
	return func(yield func(game) bool) {
		number, step := l.current(now), -1
		if ahead {
			number, step = number+1, 1
		}
		for range perSeason {
			if number < 1 || !yield(l.game(number)) {
				return
			}
			number += step
		}
	}
}

// game is a match with all its goals, also those that are not yet shot.
type game struct {
	number, round int
	season        string
	kickOff       time.Time
	home, away    string
	homeGoals     []int // the minutes, 1 to 90
	awayGoals     []int
}

func (l *league) game(number int) game {
	season, inSeason := number/perSeason, number%perSeason
	order := l.cfg.Rand("season " + strconv.Itoa(season)).Perm(teams)
	home, away := pairing(inSeason/perRound, inSeason%perRound)
	home, away = order[home], order[away]
	g := game{
		number: number, round: inSeason/perRound + 1, season: week(season),
		kickOff: epoch().Add(time.Duration(number) * every),
		home:    l.teams[home], away: l.teams[away],
	}
	r := l.cfg.Rand("match " + strconv.Itoa(number))
	g.homeGoals = goals(r, 1.2*l.strength[home]) // at home it is easier
	g.awayGoals = goals(r, l.strength[away])
	return g
}

// pairing is who meets whom: one team stays and the others walk around it, so
// that all have met after seven rounds. In the second half home and away change.
func pairing(round, slot int) (home, away int) {
	const walkers = teams - 1
	turn := round % walkers
	if slot == 0 {
		home, away = teams-1, turn
	} else {
		home, away = (turn+slot)%walkers, (turn+walkers-slot)%walkers
	}
	if turn%2 == 1 != (round >= walkers) {
		home, away = away, home
	}
	return home, away
}

func goals(r *rand.Rand, expected float64) []int {
	var minutes []int
	for minute := 1; minute <= 90; minute++ {
		if r.Float64() < expected/90 {
			minutes = append(minutes, minute)
		}
	}
	return minutes
}

// week names a season by its year and week.
func week(season int) string {
	year, n := epoch().Add(time.Duration(season) * perSeason * every).ISOWeek()
	return fmt.Sprintf("%d-W%02d", year, n)
}

func (g game) path() string { return "/matches/" + strconv.Itoa(g.number) }

func (g game) plays(team string) bool { return g.home == team || g.away == team }

func (g game) status(now time.Time) string {
	switch gone := now.Sub(g.kickOff); {
	case gone < 0:
		return scheduled
	case gone < whole:
		return live
	default:
		return final
	}
}

// minute is the minute being played: 0 before the match, 45 in the pause, 90
// after it.
func (g game) minute(now time.Time) int {
	switch gone := now.Sub(g.kickOff); {
	case gone < 0:
		return 0
	case gone < half:
		return int(gone/time.Minute) + 1
	case gone < half+pause:
		return 45
	case gone < whole:
		return int((gone-pause)/time.Minute) + 1
	default:
		return 90
	}
}

// score is the goals up to now.
func (g game) score(now time.Time) (home, away int) {
	minute := g.minute(now)
	until := func(minutes []int) int {
		n := 0
		for _, m := range minutes {
			if m <= minute {
				n++
			}
		}
		return n
	}
	return until(g.homeGoals), until(g.awayGoals)
}

// headline is the match in one line.
func (g game) headline(now time.Time) string {
	if g.status(now) == scheduled {
		return g.home + " – " + g.away
	}
	home, away := g.score(now)
	return fmt.Sprintf("%s %d : %d %s", g.home, home, away, g.away)
}

// state says in words how far the match is.
func (g game) state(now time.Time) string {
	switch g.status(now) {
	case scheduled:
		return "Not yet played"
	case live:
		return fmt.Sprintf("Live, minute %d", g.minute(now))
	default:
		return "Final score"
	}
}

// row is a team in the standings, as the API shows it.
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

// table counts the final matches of the season that is being played.
func (l *league) table(now time.Time) (season string, rows []row) {
	current := l.current(now)
	first := current / perSeason * perSeason
	place := map[string]int{}
	for i, team := range l.teams {
		place[team] = i
		rows = append(rows, row{Team: team})
	}
	for number := first; number <= current; number++ {
		if g := l.game(number); g.status(now) == final {
			home, away := g.score(now)
			rows[place[g.home]].count(home, away)
			rows[place[g.away]].count(away, home)
		}
	}
	slices.SortStableFunc(rows, func(x, y row) int {
		return cmp.Or(cmp.Compare(y.Points, x.Points), cmp.Compare(y.GoalDifference, x.GoalDifference),
			cmp.Compare(y.GoalsFor, x.GoalsFor), cmp.Compare(x.Team, y.Team))
	})
	for i := range rows {
		rows[i].Position = i + 1
	}
	return week(current / perSeason), rows
}

// count adds one match: three points for a win, one for a draw.
func (r *row) count(shot, got int) {
	r.Played++
	r.GoalsFor += shot
	r.GoalsAgainst += got
	r.GoalDifference = r.GoalsFor - r.GoalsAgainst
	switch {
	case shot > got:
		r.Won++
		r.Points += 3
	case shot == got:
		r.Drawn++
		r.Points++
	default:
		r.Lost++
	}
}
