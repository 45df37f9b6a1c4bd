package stays

import (
	"math/rand/v2"
	"strings"

	"aidesk/cmd/exampleplugins/invent"
	"aidesk/cmd/exampleplugins/site"
)

// stay is a place for short stays.
type stay struct {
	ID          string // its name in small letters with hyphens
	Name        string
	City        string
	Description string
	Guests      int // how many it holds
	Price       int // for one night, in whole units of the currency
}

func (s stay) path() string { return "/stays/" + s.ID }

// catalogue is the stays of a seed and the currency of their prices. All names
// differ, so that a stay may be booked by its name.
func catalogue(cfg site.Config) ([]stay, string) {
	if cfg.Seed == 0 {
		stays := written()
		for i := range stays {
			stays[i].ID = slug(stays[i].Name)
		}
		return stays, "EUR"
	}
	return invented(cfg.Rand("stays"))
}

func slug(name string) string { return strings.ReplaceAll(strings.ToLower(name), " ", "-") }

func written() []stay {
	return []stay{
		{Name: "Canal Loft", City: "Paris", Guests: 4, Price: 140, Description: "A bright loft above the Canal Saint-Martin, with iron beams and a long table by the window."},
		{Name: "Rue Verte Studio", City: "Paris", Guests: 2, Price: 85, Description: "A quiet studio on a green courtyard, five minutes from a market that opens on Sundays."},
		{Name: "Montmartre Attic", City: "Paris", Guests: 2, Price: 110, Description: "Under the roof, up ninety steps; the whole town lies below the bed."},
		{Name: "Left Bank Rooms", City: "Paris", Guests: 3, Price: 165, Description: "Two rooms full of books near the river, with a piano that may be played until nine."},
		{Name: "Belleville Garden House", City: "Paris", Guests: 6, Price: 210, Description: "A small house behind another, with a fig tree, three bedrooms and a kitchen for cooks."},
		{Name: "Alfama Tiles", City: "Lisbon", Guests: 3, Price: 90, Description: "Blue tiles, thick walls and a terrace over the river; the tram stops at the corner."},
		{Name: "Graca Lookout", City: "Lisbon", Guests: 4, Price: 120, Description: "Four windows on the hill with the widest view, and shade all afternoon."},
		{Name: "Harbour Workshop", City: "Lisbon", Guests: 2, Price: 75, Description: "A former sailmaker's workshop, plain and high, next to the ferry."},
		{Name: "Camphor House", City: "Kyoto", Guests: 4, Price: 180, Description: "A wooden townhouse with a moss garden, a cedar bath and sliding doors."},
		{Name: "Kamo River Room", City: "Kyoto", Guests: 2, Price: 95, Description: "One room and a balcony over the river; herons in the morning."},
		{Name: "Old Port Brick", City: "Montreal", Guests: 5, Price: 130, Description: "A warehouse floor with brick walls, two sofas and a stove for the winter."},
		{Name: "Maple Street Walkup", City: "Montreal", Guests: 3, Price: 80, Description: "Up an outside staircase, with a balcony among the maples and a bakery below."},
		{Name: "Lava Cabin", City: "Reykjavik", Guests: 4, Price: 195, Description: "A black cabin at the edge of town with a hot tub, and lights in the sky from September."},
		{Name: "Tin House", City: "Reykjavik", Guests: 2, Price: 125, Description: "A red house of corrugated iron from 1908, warm and creaking, near the pool."},
	}
}

var (
	moods    = strings.Fields("Amber Copper Cedar Linen Silver Juniper Velvet Marble Willow Saffron Indigo Clover Harvest Lantern Pebble Thistle Winter Cobalt")
	kinds    = strings.Fields("Loft Attic Studio Cabin House Terrace Barn Tower Mill Cottage Suite Boathouse Gallery Lodge")
	where    = []string{"above a quiet square", "by the old bridge", "behind the theatre", "on the market street", "at the edge of the park", "over the harbour", "under the castle hill", "next to the print works"}
	features = []string{"a long table", "a walled garden", "two balconies", "a wood stove", "a library", "a roof terrace", "a deep bath", "a view of the river", "a kitchen for cooks", "bicycles in the hall"}
)

// invented makes up five cities with four stays each.
func invented(r *rand.Rand) ([]stay, string) {
	const cities, each = 5, 4
	currency := []string{"EUR", "USD", "GBP", "CHF"}[r.IntN(4)]
	names := invent.Pairs(r, cities*each, moods, kinds)
	var stays []stay
	for i, city := range invent.Places(r, cities) {
		for _, name := range names[i*each : (i+1)*each] {
			pair := r.Perm(len(features))
			stays = append(stays, stay{
				ID:          slug(name),
				Name:        name,
				City:        city,
				Guests:      2 + r.IntN(5),
				Price:       45 + r.IntN(220),
				Description: "A place " + where[r.IntN(len(where))] + ", with " + features[pair[0]] + " and " + features[pair[1]] + ".",
			})
		}
	}
	return stays, currency
}
