// Package scores is an example plugin: a small league whose matches go on while
// one asks. One can see the latest scores, coming matches and the standings.
//
// It is the one to read for data that change with the clock. Nothing is stored:
// every match is a function of the seed, its number and the time (league.go),
// so that a test with a clock of its own sees the same goals at the same minute.
//
// Its document is made for the seed: the names of the teams stand in it as an
// enum, so that a caller need not guess them.
package scores

import (
	_ "embed"
	"fmt"
	"image"
	"net/http"
	"strings"
	"time"

	"aidesk/cmd/exampleplugins/site"
)

//go:embed openapi.yaml
var document string

//go:embed views.html
var views string

// defaultLimit is how many matches are listed when no limit is given.
const defaultLimit = 6

// plugin is the league with its operations.
type plugin struct {
	league *league
	now    func() time.Time
}

// New makes the plugin.
func New(cfg site.Config) (http.Handler, error) {
	p := &plugin{league: newLeague(cfg), now: cfg.Time}
	s, err := site.New(site.About{
		Name:      "scores",
		Title:     "Scores",
		ForPeople: "Live scores, coming matches and the standings of a small league.",
		ForModel: "A football league of eight teams whose season lasts one week: matches that are scheduled, live or final, " +
			"with scores and minutes, the next match of a team, and the standings. Times are in UTC.",
		Contact: "desk@scores.example",
		Legal: []string{
			"Scores is an example. The league is invented and so is every goal.",
			"Nothing that you ask is kept, except in the log of the computer that runs this plugin.",
		},
		Document: document,
		Facts:    map[string]any{"Teams": p.league.teams},
		Views:    views,
		Accent:   "#15803d",
		Logo:     logo,
	}, cfg)
	if err != nil {
		return nil, err
	}
	s.Page("GET /{$}", p.home)
	s.API("GET /matches", p.matches)
	s.Both("GET /matches/{id}", p.read, p.matchPage)
	s.Picture("GET /matches/{id}/picture.png", p.picture)
	s.API("GET /teams/{team}/next", p.next)
	s.Both("GET /standings", p.standings, p.standingsPage)
	s.Picture("GET /standings/picture.png", func(*http.Request) (image.Image, error) { return board(-1, -1, false), nil })
	return s, nil
}

// match is a match as the API shows it.
type match struct {
	ID        int    `json:"id"`
	Title     string `json:"title"` // who plays whom, with the score once there is one
	Season    string `json:"season"`
	Round     int    `json:"round"`
	Status    string `json:"status"`
	Minute    int    `json:"minute,omitempty"` // only while it is live
	KickOff   string `json:"kick_off"`
	Home      string `json:"home"`
	Away      string `json:"away"`
	HomeGoals *int   `json:"home_goals,omitempty"` // not before the kick-off
	AwayGoals *int   `json:"away_goals,omitempty"`
	URL       string `json:"url"`
}

func show(r *http.Request, g game, now time.Time) match {
	m := match{
		ID: g.number, Title: g.headline(now), Season: g.season, Round: g.round, Status: g.status(now), KickOff: g.kickOff.Format(time.RFC3339),
		Home: g.home, Away: g.away, URL: site.Origin(r) + g.path(),
	}
	if m.Status != scheduled {
		home, away := g.score(now)
		m.HomeGoals, m.AwayGoals = &home, &away
	}
	if m.Status == live {
		m.Minute = g.minute(now)
	}
	return m
}

// matches lists matches of one status in the order that people want them; with
// no status it lists what has a score, the newest first.
func (p *plugin) matches(r *http.Request) (any, error) {
	q := site.NewQuery(r)
	status := q.Choice("status", scheduled, live, final)
	team, limit := q.Text("team", 60), q.Int("limit", 1, 20)
	if err := q.Err(); err != nil {
		return nil, err
	}
	if team != "" {
		var err error
		if team, err = p.team(team); err != nil {
			return nil, err
		}
	}
	if limit == 0 {
		limit = defaultLimit
	}
	now := p.now()
	list := []match{}
	for g := range p.league.around(now, status == scheduled) {
		if len(list) == limit {
			break
		}
		if (status == "" || g.status(now) == status) && (team == "" || g.plays(team)) {
			list = append(list, show(r, g, now))
		}
	}
	return map[string][]match{"matches": list}, nil
}

// team finds a team by its name, in capitals or not.
func (p *plugin) team(name string) (string, error) {
	for _, team := range p.league.teams {
		if strings.EqualFold(strings.TrimSpace(name), team) {
			return team, nil
		}
	}
	return "", site.NotFound("team", "there is no such team; the teams are %s", strings.Join(p.league.teams, ", "))
}

func (p *plugin) next(r *http.Request) (any, error) {
	team, err := p.team(r.PathValue("team"))
	if err != nil {
		return nil, err
	}
	now := p.now()
	for g := range p.league.around(now, true) {
		if g.plays(team) {
			return show(r, g, now), nil
		}
	}
	return nil, site.NotFound("team", "%s has no match in the coming week", team)
}

// game finds the match that a path names: one of the last or the coming week.
func (p *plugin) game(r *http.Request) (game, error) {
	number, err := site.PathInt(r, "id")
	if err != nil {
		return game{}, err
	}
	if now := p.league.current(p.now()); number < now-perSeason || number > now+perSeason {
		return game{}, site.NotFound("id", "there is no match %d in the last or the coming week; list the matches to see their numbers", number)
	}
	return p.league.game(number), nil
}

func (p *plugin) read(r *http.Request) (any, error) {
	g, err := p.game(r)
	if err != nil {
		return nil, err
	}
	return show(r, g, p.now()), nil
}

func (p *plugin) matchPage(r *http.Request) (site.Page, error) {
	g, err := p.game(r)
	if err != nil {
		return site.Page{}, err
	}
	now := p.now()
	m := show(r, g, now)
	return site.Page{
		Title:       g.headline(now),
		Description: fmt.Sprintf("Season %s, round %d. Kick-off %s. %s.", g.season, g.round, g.kickOff.Format("Monday 15:04 UTC"), g.state(now)),
		Path:        g.path(),
		Image:       g.path() + "/picture.png",
		View:        "match",
		Value:       m,
	}, nil
}

func (p *plugin) picture(r *http.Request) (image.Image, error) {
	g, err := p.game(r)
	if err != nil {
		return nil, err
	}
	now := p.now()
	if g.status(now) == scheduled {
		return board(-1, -1, false), nil
	}
	home, away := g.score(now)
	return board(home, away, g.status(now) == live), nil
}

// table is the standings as the API shows them.
type table struct {
	Title  string `json:"title"`
	Season string `json:"season"`
	Table  []row  `json:"table"`
	URL    string `json:"url"`
}

// headline is the standings in one line.
func headline(season string) string { return "Standings of season " + season }

func (p *plugin) standings(r *http.Request) (any, error) {
	season, rows := p.league.table(p.now())
	return table{Title: headline(season), Season: season, Table: rows, URL: site.Origin(r) + "/standings"}, nil
}

func (p *plugin) standingsPage(*http.Request) (site.Page, error) {
	season, rows := p.league.table(p.now())
	return site.Page{
		Title:       headline(season),
		Description: fmt.Sprintf("%s leads with %d points.", rows[0].Team, rows[0].Points),
		Path:        "/standings",
		Image:       "/standings/picture.png",
		View:        "standings",
		Value:       rows,
	}, nil
}

func (p *plugin) home(r *http.Request) (site.Page, error) {
	now := p.now()
	var list []match
	for g := range p.league.around(now, false) {
		if list = append(list, show(r, g, now)); len(list) == defaultLimit {
			break
		}
	}
	return site.Page{
		Title:       "Latest scores",
		Description: p.league.game(p.league.current(now)).headline(now),
		Path:        "/",
		Image:       "/standings/picture.png",
		View:        "home",
		Value:       list,
	}, nil
}
