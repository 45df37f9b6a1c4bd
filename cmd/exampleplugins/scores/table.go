package scores

import (
	"cmp"
	"slices"
	"time"
)

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
