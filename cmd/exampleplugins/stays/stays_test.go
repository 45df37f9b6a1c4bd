package stays_test

import (
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"

	"aidesk/cmd/exampleplugins/site"
	"aidesk/cmd/exampleplugins/sitetest"
	"aidesk/cmd/exampleplugins/stays"
)

type stay struct {
	ID          string  `json:"id"`
	Name        string  `json:"name"`
	City        string  `json:"city"`
	Description string  `json:"description"`
	MaxGuests   int     `json:"max_guests"`
	Price       float64 `json:"price_per_night"`
	Nights      int     `json:"nights"`
	Total       float64 `json:"total"`
	Currency    string  `json:"currency"`
	URL         string  `json:"url"`
	Image       string  `json:"image"`
}

type found struct {
	Stays  []stay   `json:"stays"`
	Cities []string `json:"cities"`
}

type booking struct {
	ID       int     `json:"id"`
	StayID   string  `json:"stay_id"`
	Stay     string  `json:"stay"`
	City     string  `json:"city"`
	From     string  `json:"from"`
	To       string  `json:"to"`
	Nights   int     `json:"nights"`
	Guests   int     `json:"guests"`
	Total    float64 `json:"total"`
	Currency string  `json:"currency"`
	Status   string  `json:"status"`
	URL      string  `json:"url"`
}

type bookings struct {
	Bookings []booking `json:"bookings"`
}

func start(t *testing.T, cfg site.Config) *sitetest.Plugin {
	t.Helper()
	h, err := stays.New(cfg)
	if err != nil {
		t.Fatal(err)
	}
	return sitetest.Start(t, h)
}

func TestPlugin(t *testing.T) {
	for name, seed := range map[string]uint64{"written": 0, "invented": 77} {
		t.Run(name, func(t *testing.T) { start(t, site.Config{Seed: seed}).Check(t, "stays") })
	}
}

func names(f found) string {
	var list []string
	for _, s := range f.Stays {
		list = append(list, s.Name)
	}
	return strings.Join(list, ", ")
}

func TestSearch(t *testing.T) {
	p := start(t, site.Config{})
	for _, c := range []struct{ name, query, want string }{
		{"cheapest first", "city=Paris", "Rue Verte Studio, Montmartre Attic, Canal Loft, Left Bank Rooms, Belleville Garden House"},
		{"small letters", "city=paris&guests=5", "Belleville Garden House"},
		{"guests and price", "city=Paris&guests=3&max_price=150", "Canal Loft"},
		{"price is included", "city=Paris&max_price=85", "Rue Verte Studio"},
		{"price with cents", "city=Paris&max_price=84.99", ""},
		{"any city", "guests=5", "Old Port Brick, Belleville Garden House"},
		{"unknown parameters are ignored", "city=Paris&max_price=85&stars=5", "Rue Verte Studio"},
		{"unknown city", "city=Nowhere", ""},
		{"no pattern", "city=.*", ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			got := sitetest.Call[found](t, p, "GET", "/stays?"+c.query, "", 200)
			if names(got) != c.want {
				t.Errorf("got %q, want %q", names(got), c.want)
			}
			if (len(got.Stays) == 0) != (len(got.Cities) > 0) {
				t.Errorf("cities belong to an empty answer and to no other: %+v", got)
			}
		})
	}
}

func TestOneStay(t *testing.T) {
	p := start(t, site.Config{})
	want := stay{
		ID: "canal-loft", Name: "Canal Loft", City: "Paris", MaxGuests: 4, Price: 140, Currency: "EUR",
		Description: "A bright loft above the Canal Saint-Martin, with iron beams and a long table by the window.",
		URL:         p.URL + "/stays/canal-loft", Image: p.URL + "/stays/canal-loft/picture.png",
	}
	for _, path := range []string{"/stays/canal-loft", "/stays/Canal%20Loft", "/stays/CANAL-LOFT"} {
		if diff := cmp.Diff(want, sitetest.Call[stay](t, p, "GET", path, "", 200)); diff != "" {
			t.Errorf("%s: %s", path, diff)
		}
	}
	want.Nights, want.Total = 3, 420
	got := sitetest.Call[found](t, p, "GET", "/stays?city=Paris&nights=3&guests=4&max_price=140", "", 200)
	if diff := cmp.Diff(found{Stays: []stay{want}}, got); diff != "" {
		t.Error(diff)
	}
}

func TestEveryStayHasACard(t *testing.T) {
	p := start(t, site.Config{Seed: 5})
	for _, s := range sitetest.Call[found](t, p, "GET", "/stays", "", 200).Stays {
		card := p.Card(t, "/stays/"+s.ID)
		if card["title"] != s.Name || card["url"] != s.URL || card["image"] != s.Image || card["site_name"] != "Stays" {
			t.Errorf("the card of %+v is %v", s, card)
		}
		if !strings.Contains(card["description"], s.City) || !strings.Contains(card["description"], s.Description) {
			t.Errorf("the card of %s says %q", s.Name, card["description"])
		}
	}
	if status, text := p.Page(t, "/stays/none"); status != 404 || !strings.Contains(text, "<h1>Not Found</h1>") {
		t.Errorf("the page of no stay: %d %s", status, text)
	}
}

func TestBookListCancel(t *testing.T) {
	p := start(t, site.Config{})
	want := booking{
		ID: 1, StayID: "canal-loft", Stay: "Canal Loft", City: "Paris", From: "2026-12-05", To: "2026-12-07",
		Nights: 2, Guests: 1, Total: 280, Currency: "EUR", Status: "confirmed", URL: p.URL + "/stays/canal-loft",
	}
	got := sitetest.Call[booking](t, p, "POST", "/bookings", `{"stay":"canal loft","nights":2,"from":"2026-12-05"}`, 201)
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	p.Refuse(t, []sitetest.Case{
		{Name: "same nights", Method: "POST", Path: "/bookings", Body: `{"stay":"Canal Loft","nights":1,"from":"2026-12-06"}`, Status: 409, Field: "from", Says: "taken from 2026-12-05 to 2026-12-07"},
		{Name: "around them", Method: "POST", Path: "/bookings", Body: `{"stay":"Canal Loft","nights":9,"from":"2026-12-01"}`, Status: 409, Field: "from", Says: "choose other nights"},
	})
	// The day of departure is free for the next guest; the year may change.
	sitetest.Call[booking](t, p, "POST", "/bookings", `{"stay":"canal-loft","nights":1,"from":"2026-12-07","guests":4}`, 201)
	long := sitetest.Call[booking](t, p, "POST", "/bookings", `{"stay":"Tin House","nights":30,"from":"2024-02-01"}`, 201)
	if long.To != "2024-03-02" {
		t.Errorf("thirty nights from 2024-02-01 end on %s", long.To)
	}
	list := sitetest.Call[bookings](t, p, "GET", "/bookings", "", 200).Bookings
	if len(list) != 3 || list[0].ID != 3 || list[1] != want || list[2].ID != 2 {
		t.Errorf("the bookings are %+v", list)
	}

	want.Status = "cancelled"
	if diff := cmp.Diff(want, sitetest.Call[booking](t, p, "DELETE", "/bookings/1", "", 200)); diff != "" {
		t.Error(diff)
	}
	p.Refuse(t, []sitetest.Case{
		{Name: "cancelled twice", Method: "DELETE", Path: "/bookings/1", Status: 409, Field: "id", Says: "already cancelled"},
		{Name: "cancelled none", Method: "DELETE", Path: "/bookings/4", Status: 404, Field: "id", Says: "no booking 4"},
		{Name: "number zero", Method: "DELETE", Path: "/bookings/0", Status: 400, Field: "id", Says: "whole number"},
		{Name: "no number", Method: "DELETE", Path: "/bookings/all", Status: 400, Field: "id", Says: "whole number"},
		{Name: "number too large", Method: "DELETE", Path: "/bookings/99999999999999999999", Status: 400, Field: "id", Says: "whole number"},
	})
	if list := sitetest.Call[bookings](t, p, "GET", "/bookings", "", 200).Bookings; len(list) != 2 {
		t.Errorf("the bookings are %+v", list)
	}
	sitetest.Call[booking](t, p, "POST", "/bookings", `{"stay":"Canal Loft","nights":2,"from":"2026-12-05"}`, 201)
}

func TestRefusals(t *testing.T) {
	p := start(t, site.Config{})
	post := func(name, body string, status int, field, says string) sitetest.Case {
		return sitetest.Case{Name: name, Method: "POST", Path: "/bookings", Body: body, Status: status, Field: field, Says: says}
	}
	get := func(name, path string, status int, field, says string) sitetest.Case {
		return sitetest.Case{Name: name, Method: "GET", Path: path, Status: status, Field: field, Says: says}
	}
	p.Refuse(t, []sitetest.Case{
		get("nights a word", "/stays?nights=two", 400, "nights", "such as 1"),
		get("nights none", "/stays?nights=0", 422, "nights", "from 1 to 30"),
		get("nights too many", "/stays?nights=31", 422, "nights", "from 1 to 30"),
		get("nights beyond all numbers", "/stays?nights=99999999999999999999", 422, "nights", "from 1 to 30"),
		get("guests a fraction", "/stays?guests=1.5", 400, "guests", "whole number"),
		get("price a word", "/stays?max_price=cheap", 400, "max_price", "a number"),
		get("price no number", "/stays?max_price=NaN", 400, "max_price", "a number"),
		get("price below zero", "/stays?max_price=-1", 422, "max_price", "greater than zero"),
		get("city too long", "/stays?city="+strings.Repeat("x", 41), 422, "city", "41 characters"),
		get("query broken", "/stays?city=%zz", 400, "", "percent"),
		get("no such stay", "/stays/nowhere", 404, "id", "no stay"),
		post("not JSON", `{"stay":`, 400, "", "not JSON"),
		post("not an object", `[1,2]`, 422, "", "must be a JSON object"),
		post("two objects", `{"stay":"Canal Loft","nights":2,"from":"2026-12-05"}{}`, 400, "", "nothing after"),
		post("unknown property", `{"stay":"Canal Loft","nights":2,"from":"2026-12-05","price":1}`, 422, "price", "no property price"),
		post("nights a text", `{"stay":"Canal Loft","nights":"2","from":"2026-12-05"}`, 422, "nights", "whole number, not a string"),
		post("nights a fraction", `{"stay":"Canal Loft","nights":2.5,"from":"2026-12-05"}`, 422, "nights", "whole number"),
		post("nights below zero", `{"stay":"Canal Loft","nights":-2,"from":"2026-12-05"}`, 422, "nights", "from 1 to 30"),
		post("stay a number", `{"stay":7,"nights":2,"from":"2026-12-05"}`, 422, "stay", "a string"),
		post("stay missing", `{"nights":2,"from":"2026-12-05"}`, 422, "stay", "missing"),
		post("stay unknown", `{"stay":"Castle","nights":2,"from":"2026-12-05"}`, 404, "stay", "no stay"),
		post("date missing", `{"stay":"Canal Loft","nights":2}`, 422, "from", "a date such as"),
		post("date in words", `{"stay":"Canal Loft","nights":2,"from":"tomorrow"}`, 422, "from", "a date such as"),
		post("date that is none", `{"stay":"Canal Loft","nights":2,"from":"2026-02-30"}`, 422, "from", "a date such as"),
		post("date far off", `{"stay":"Canal Loft","nights":2,"from":"9999-12-31"}`, 422, "from", "2000 to 2100"),
		post("too many guests", `{"stay":"Canal Loft","nights":2,"from":"2026-12-05","guests":5}`, 422, "guests", "1 to 4 guests"),
		post("no guests", `{"stay":"Canal Loft","nights":2,"from":"2026-12-05","guests":0}`, 422, "guests", "1 to 4 guests"),
		post("deep", strings.Repeat("[", 20000), 400, "", "JSON"),
		post("huge", `{"stay":"`+strings.Repeat("x", site.MaxBody)+`"}`, 413, "", "larger than"),
	})
	if list := sitetest.Call[bookings](t, p, "GET", "/bookings", "", 200).Bookings; len(list) != 0 {
		t.Errorf("a refused call made %+v", list)
	}
}

func TestManyAtOnce(t *testing.T) {
	h, err := stays.New(site.Config{Dir: t.TempDir()})
	if err != nil {
		t.Fatal(err)
	}
	p := sitetest.Start(t, h)
	var wg sync.WaitGroup
	status := make([]int, 16)
	for i := range status {
		wg.Go(func() {
			r, err := http.NewRequestWithContext(t.Context(), http.MethodPost, p.URL+"/bookings",
				strings.NewReader(`{"stay":"Canal Loft","nights":2,"from":"2026-12-05"}`))
			if err != nil {
				t.Error(err)
				return
			}
			r.Header.Set("Content-Type", "application/json")
			answer, err := http.DefaultClient.Do(r)
			if err != nil {
				t.Error(err)
				return
			}
			status[i] = answer.StatusCode
			_ = answer.Body.Close()
		})
	}
	wg.Wait()
	made := 0
	for _, s := range status {
		if s == http.StatusCreated {
			made++
		} else if s != http.StatusConflict {
			t.Errorf("status %d", s)
		}
	}
	if list := sitetest.Call[bookings](t, p, "GET", "/bookings", "", 200).Bookings; made != 1 || len(list) != 1 {
		t.Errorf("%d calls were told that they booked; the bookings are %+v", made, list)
	}
}

func TestSeeds(t *testing.T) {
	all := func(seed uint64) found {
		f := sitetest.Call[found](t, start(t, site.Config{Seed: seed}), "GET", "/stays", "", 200)
		for i := range f.Stays {
			f.Stays[i].URL, f.Stays[i].Image = "", ""
		}
		return f
	}
	one := all(11)
	if diff := cmp.Diff(one, all(11)); diff != "" {
		t.Errorf("one seed gives two worlds: %s", diff)
	}
	seen := map[string]bool{}
	for _, f := range []found{all(0), one, all(12)} {
		for _, s := range f.Stays {
			if seen[s.City+s.Name] {
				t.Errorf("%s in %s stands twice", s.Name, s.City)
			}
			seen[s.City+s.Name] = true
		}
	}
	if len(one.Stays) != 20 {
		t.Errorf("%d stays were invented", len(one.Stays))
	}
}

func TestState(t *testing.T) {
	dir := t.TempDir()
	p := start(t, site.Config{Dir: dir})
	sitetest.Call[booking](t, p, "POST", "/bookings", `{"stay":"Canal Loft","nights":2,"from":"2026-12-05"}`, 201)
	sitetest.Call[booking](t, p, "POST", "/bookings", `{"stay":"Tin House","nights":1,"from":"2026-12-05"}`, 201)
	sitetest.Call[booking](t, p, "DELETE", "/bookings/1", "", 200)

	// The first plugin is still running: nothing had to be closed or flushed.
	again := start(t, site.Config{Dir: dir})
	list := sitetest.Call[bookings](t, again, "GET", "/bookings", "", 200).Bookings
	if len(list) != 1 || list[0].ID != 2 || list[0].Stay != "Tin House" {
		t.Errorf("after a restart the bookings are %+v", list)
	}
	if got := sitetest.Call[booking](t, again, "POST", "/bookings", `{"stay":"Canal Loft","nights":2,"from":"2026-12-05"}`, 201); got.ID != 3 {
		t.Errorf("the next booking is %+v", got)
	}

	if _, err := stays.New(site.Config{Dir: dir, Seed: 9}); err == nil || !strings.Contains(err.Error(), "holds bookings of seed 0; start with that seed") {
		t.Errorf("another seed: %v", err)
	}
	for name, text := range map[string]string{
		"cut":       `{"seed":0,"bookings":[{"id":1,`,
		"empty":     ``,
		"reordered": `{"seed":0,"bookings":[{"id":2}]}`,
	} {
		if err := os.WriteFile(filepath.Join(dir, "stays.json"), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		_, err := stays.New(site.Config{Dir: dir})
		if err == nil || !strings.Contains(err.Error(), "stays.json is broken") || !strings.Contains(err.Error(), "move it away") {
			t.Errorf("%s file: %v", name, err)
		}
	}
}

func TestDiskRefuses(t *testing.T) {
	dir := t.TempDir()
	p := start(t, site.Config{Dir: dir})
	if err := os.RemoveAll(dir); err != nil {
		t.Fatal(err)
	}
	p.Refuse(t, []sitetest.Case{{
		Name: "booking", Method: "POST", Path: "/bookings", Body: `{"stay":"Canal Loft","nights":2,"from":"2026-12-05"}`,
		Status: 500, Says: "look how things stand",
	}})
	if list := sitetest.Call[bookings](t, p, "GET", "/bookings", "", 200).Bookings; len(list) != 0 {
		t.Errorf("what was not stored counts: %+v", list)
	}
}
