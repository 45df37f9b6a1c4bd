package stays

import (
	"cmp"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"sync"
	"time"

	"aidesk/cmd/exampleplugins/jsonfile"
	"aidesk/cmd/exampleplugins/site"
)

// booking is one booking, as the API shows it and as it is stored. A cancelled
// one is kept, so that cancelling it again can be told from a wrong number.
type booking struct {
	ID       int    `json:"id"`
	StayID   string `json:"stay_id"`
	Stay     string `json:"stay"`
	City     string `json:"city"`
	From     string `json:"from"` // the first night, an ISO date
	To       string `json:"to"`   // the day of departure, an ISO date
	Nights   int    `json:"nights"`
	Guests   int    `json:"guests"`
	Total    int    `json:"total"`
	Currency string `json:"currency"`
	Status   string `json:"status"`        // confirmed or cancelled
	URL      string `json:"url,omitempty"` // the page of the stay; made for each answer, not stored
}

const (
	confirmed = "confirmed"
	cancelled = "cancelled"
)

// book keeps the bookings of one seed. A change counts only once it is stored.
type book struct {
	mu    sync.Mutex
	path  string
	state bookState
}

type bookState struct {
	Seed     uint64    `json:"seed"`
	Bookings []booking `json:"bookings"` // in the order of their ids, which begin at 1
}

func openBook(path string, seed uint64) (*book, error) {
	b := &book{path: path, state: bookState{Seed: seed}}
	if err := jsonfile.Load(path, &b.state); err != nil {
		return nil, err
	}
	if b.state.Seed != seed {
		return nil, fmt.Errorf("%s holds bookings of seed %d; start with that seed or in another folder", path, b.state.Seed)
	}
	for i, n := range b.state.Bookings {
		if n.ID != i+1 {
			return nil, fmt.Errorf("%s is broken (booking %d stands where %d should); repair it, or move it away to start with nothing", path, n.ID, i+1)
		}
	}
	return b, nil
}

// change stores what the function makes of a copy of the bookings, and then
// takes it over. When the function or the disk refuses, nothing has changed.
func (b *book) change(f func([]booking) ([]booking, error)) error {
	b.mu.Lock()
	defer b.mu.Unlock()
	next := b.state
	var err error
	if next.Bookings, err = f(slices.Clone(b.state.Bookings)); err != nil {
		return err
	}
	if err := jsonfile.Save(b.path, next); err != nil {
		return err
	}
	b.state = next
	return nil
}

// add books, unless the stay is taken in one of the nights.
func (b *book) add(n booking) (booking, error) {
	err := b.change(func(all []booking) ([]booking, error) {
		for _, other := range all {
			// ISO dates compare like their days.
			if other.Status == confirmed && other.StayID == n.StayID && other.From < n.To && n.From < other.To {
				return nil, site.Conflict("from", "%s is taken from %s to %s; choose other nights", n.Stay, other.From, other.To)
			}
		}
		n.ID, n.Status = len(all)+1, confirmed
		return append(all, n), nil
	})
	return n, err
}

func (b *book) cancel(id int) (booking, error) {
	var gone booking
	err := b.change(func(all []booking) ([]booking, error) {
		if id > len(all) {
			return nil, site.NotFound("id", "there is no booking %d; list the bookings to see their numbers", id)
		}
		n := &all[id-1]
		if n.Status == cancelled {
			return nil, site.Conflict("id", "booking %d is already cancelled", id)
		}
		n.Status = cancelled
		gone = *n
		return all, nil
	})
	return gone, err
}

// standing lists the bookings that are not cancelled, the next one first.
func (b *book) standing() []booking {
	b.mu.Lock()
	defer b.mu.Unlock()
	list := slices.DeleteFunc(slices.Clone(b.state.Bookings), func(n booking) bool { return n.Status != confirmed })
	slices.SortStableFunc(list, func(x, y booking) int { return cmp.Compare(x.From, y.From) })
	return list
}

// bookingRequest is what a caller sends to book.
type bookingRequest struct {
	Stay   string `json:"stay"`
	Nights int    `json:"nights"`
	From   string `json:"from"`
	Guests *int   `json:"guests"`
}

// create books a stay. It takes dates that lie in the past: the example
// sentences hold fixed dates, and they shall work on any day.
func (a *agency) create(r *http.Request) (any, error) {
	var w bookingRequest
	if err := site.Body(r, &w); err != nil {
		return nil, err
	}
	if strings.TrimSpace(w.Stay) == "" {
		return nil, site.Invalid("stay", "stay is missing: send the name or the id of a stay")
	}
	s, err := a.find("stay", w.Stay)
	if err != nil {
		return nil, err
	}
	if w.Nights < 1 || w.Nights > maxNights {
		return nil, site.Invalid("nights", "nights must be from 1 to %d", maxNights)
	}
	from, err := site.Date("from", w.From)
	if err != nil {
		return nil, err
	}
	guests := 1
	if w.Guests != nil {
		guests = *w.Guests
	}
	if guests < 1 || guests > s.Guests {
		return nil, site.Invalid("guests", "%s holds from 1 to %d guests", s.Name, s.Guests)
	}
	made, err := a.book.add(booking{
		StayID: s.ID, Stay: s.Name, City: s.City,
		From: from.Format(time.DateOnly), To: from.AddDate(0, 0, w.Nights).Format(time.DateOnly),
		Nights: w.Nights, Guests: guests, Total: w.Nights * s.Price, Currency: a.currency,
	})
	if err != nil {
		return nil, err
	}
	return site.Created{Value: linked(r, made)}, nil
}

// linked is a booking with the address of the page of its stay.
func linked(r *http.Request, n booking) booking {
	n.URL = site.Origin(r) + "/stays/" + n.StayID
	return n
}

func (a *agency) bookings(r *http.Request) (any, error) {
	list := a.book.standing()
	for i := range list {
		list[i] = linked(r, list[i])
	}
	if list == nil {
		list = []booking{}
	}
	return map[string][]booking{"bookings": list}, nil
}

func (a *agency) cancel(r *http.Request) (any, error) {
	id, err := site.PathInt(r, "id")
	if err != nil {
		return nil, err
	}
	gone, err := a.book.cancel(id)
	if err != nil {
		return nil, err
	}
	return linked(r, gone), nil
}
