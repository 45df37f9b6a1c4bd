// Package stays is an example plugin: a small agency for short stays. One can
// search it, read about one stay, book it, see the bookings and cancel them.
//
// It is the one to read for calls with effect. Searching and reading are GET
// and may be called at any time; booking is POST and cancelling is DELETE, so
// a desk asks its member first. Both answer with the booking as it is now.
//
// The stays come from the seed (catalogue.go), the operations and what they
// refuse are in this file and in booking.go, what they mean to a caller stands
// in openapi.yaml, and the pages for people are in views.html and scene.go.
package stays

import (
	"cmp"
	_ "embed"
	"fmt"
	"image"
	"net/http"
	"slices"
	"strings"

	"aidesk/cmd/exampleplugins/site"
)

//go:embed openapi.yaml
var document string

//go:embed views.html
var views string

// The limits of a stay, as openapi.yaml states them.
const (
	maxNights = 30
	maxGuests = 12
)

// agency is the plugin: stays that never change and bookings that do.
type agency struct {
	stays    []stay
	currency string
	seed     uint64
	book     *book
}

// New makes the plugin. It fails when the bookings in cfg.Dir cannot be read or
// were made with another seed.
func New(cfg site.Config) (http.Handler, error) {
	a := &agency{seed: cfg.Seed}
	a.stays, a.currency = catalogue(cfg)
	var err error
	if a.book, err = openBook(cfg.File("stays.json"), cfg.Seed); err != nil {
		return nil, fmt.Errorf("stays: %w", err)
	}
	s, err := site.New(site.About{
		Name:      "stays",
		Title:     "Stays",
		ForPeople: "Find a place for a short stay, see what it costs, and book it.",
		ForModel: "Short stays in a few cities: search by city, nights, guests and price, read about one stay, " +
			"book it from a given date, list the bookings and cancel one. Prices are per night for the whole place.",
		Contact: "desk@stays.example",
		Legal: []string{
			"Stays is an example. Its houses are invented; nobody can sleep in them and nothing has to be paid.",
			"Bookings are kept on the computer that runs this plugin until its files are removed. They are sent nowhere.",
		},
		Document: document,
		Facts:    map[string]any{"Stay": a.stays[0], "Currency": a.currency},
		Views:    views,
		Accent:   "#0f766e",
		Logo:     logo,
	}, cfg)
	if err != nil {
		return nil, err
	}
	s.Page("GET /{$}", a.home)
	s.API("GET /cities", a.cities)
	s.API("GET /stays", a.search)
	s.Both("GET /stays/{id}", a.read, a.page)
	s.Picture("GET /stays/{id}/picture.png", a.picture)
	s.API("GET /bookings", a.bookings)
	s.API("POST /bookings", a.create)
	s.API("DELETE /bookings/{id}", a.cancel)
	return s, nil
}

// offer is a stay as the API shows it.
type offer struct {
	ID            string `json:"id"`
	Name          string `json:"name"`
	City          string `json:"city"`
	Description   string `json:"description"`
	Guests        int    `json:"max_guests"`
	PricePerNight int    `json:"price_per_night"`
	Nights        int    `json:"nights,omitempty"`
	Total         int    `json:"total,omitempty"`
	Currency      string `json:"currency"`
	URL           string `json:"url"`
	Image         string `json:"image"`
}

func (a *agency) offer(r *http.Request, s stay, nights int) offer {
	at := site.Origin(r) + s.path()
	return offer{
		ID: s.ID, Name: s.Name, City: s.City, Description: s.Description, Guests: s.Guests,
		PricePerNight: s.Price, Nights: nights, Total: nights * s.Price, Currency: a.currency,
		URL: at, Image: at + "/picture.png",
	}
}

// found is the answer to a search. When nothing fits it names the cities that
// there are, so that the caller can ask again.
type found struct {
	Stays  []offer  `json:"stays"`
	Cities []string `json:"cities,omitempty"`
}

func (a *agency) search(r *http.Request) (any, error) {
	q := site.NewQuery(r)
	city := q.Text("city", 40)
	nights, guests := q.Int("nights", 1, maxNights), q.Int("guests", 1, maxGuests)
	price := q.Positive("max_price")
	if err := q.Err(); err != nil {
		return nil, err
	}
	answer := found{Stays: []offer{}}
	for _, s := range a.stays {
		if city != "" && !strings.EqualFold(city, s.City) || guests > s.Guests || price > 0 && float64(s.Price) > price {
			continue
		}
		answer.Stays = append(answer.Stays, a.offer(r, s, nights))
	}
	slices.SortStableFunc(answer.Stays, func(x, y offer) int { return cmp.Compare(x.PricePerNight, y.PricePerNight) })
	if len(answer.Stays) == 0 {
		answer.Cities = a.cityNames()
	}
	return answer, nil
}

func (a *agency) cityNames() []string {
	var names []string
	for _, s := range a.stays {
		names = append(names, s.City)
	}
	slices.Sort(names)
	return slices.Compact(names)
}

func (a *agency) cities(*http.Request) (any, error) {
	return map[string][]string{"cities": a.cityNames()}, nil
}

// find finds a stay by its id or its name, in capitals or not.
func (a *agency) find(field, idOrName string) (stay, error) {
	want := strings.TrimSpace(idOrName)
	for _, s := range a.stays {
		if strings.EqualFold(want, s.ID) || strings.EqualFold(want, s.Name) {
			return s, nil
		}
	}
	return stay{}, site.NotFound(field, "there is no stay of this id or name; search for one first")
}

func (a *agency) read(r *http.Request) (any, error) {
	s, err := a.find("id", r.PathValue("id"))
	if err != nil {
		return nil, err
	}
	return a.offer(r, s, 0), nil
}

func (a *agency) page(r *http.Request) (site.Page, error) {
	s, err := a.find("id", r.PathValue("id"))
	if err != nil {
		return site.Page{}, err
	}
	return site.Page{
		Title:       s.Name,
		Description: fmt.Sprintf("%s · %d %s a night · up to %d guests. %s", s.City, s.Price, a.currency, s.Guests, s.Description),
		Path:        s.path(),
		Image:       s.path() + "/picture.png",
		View:        "stay",
		Value:       a.offer(r, s, 0),
	}, nil
}

func (a *agency) home(r *http.Request) (site.Page, error) {
	var offers []offer
	for _, s := range a.stays {
		offers = append(offers, a.offer(r, s, 0))
	}
	return site.Page{
		Title:       "Short stays",
		Description: fmt.Sprintf("%d places in %s.", len(offers), strings.Join(a.cityNames(), ", ")),
		Path:        "/",
		Image:       a.stays[0].path() + "/picture.png",
		View:        "home",
		Value:       offers,
	}, nil
}

func (a *agency) picture(r *http.Request) (image.Image, error) {
	s, err := a.find("id", r.PathValue("id"))
	if err != nil {
		return nil, err
	}
	return scene(s.ID, a.seed), nil
}
