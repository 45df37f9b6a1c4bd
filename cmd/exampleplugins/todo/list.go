package todo

import (
	"slices"
	"strconv"
	"strings"
	"sync"

	"aidesk/cmd/exampleplugins/jsonfile"
	"aidesk/cmd/exampleplugins/site"
)

// item is one thing to do, as the API shows it and as it is stored.
type item struct {
	ID        int    `json:"id"`
	Title     string `json:"title"`
	Due       string `json:"due,omitempty"` // an ISO date
	Done      bool   `json:"done"`
	Added     string `json:"added"`               // a time, RFC 3339
	Completed string `json:"completed,omitempty"` // a time, RFC 3339
}

// list keeps the items. A change counts only once it is stored.
type list struct {
	mu    sync.Mutex
	path  string
	state state
}

// state is what the file holds. Next is the number of the next item: a number
// is never given twice, also when its item was removed.
type state struct {
	Next  int    `json:"next"`
	Items []item `json:"items"`
}

func openList(path string) (*list, error) {
	l := &list{path: path, state: state{Next: 1}}
	if err := jsonfile.Load(path, &l.state); err != nil {
		return nil, err
	}
	for _, i := range l.state.Items {
		l.state.Next = max(l.state.Next, i.ID+1)
	}
	return l, nil
}

// change stores what the function makes of a copy of the state, and then takes
// it over. When the function or the disk refuses, nothing has changed.
func (l *list) change(f func(*state) error) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	next := l.state
	next.Items = slices.Clone(l.state.Items)
	if err := f(&next); err != nil {
		return err
	}
	if err := jsonfile.Save(l.path, next); err != nil {
		return err
	}
	l.state = next
	return nil
}

// all lists the items: what is to do first, each in the order of adding.
func (l *list) all() []item {
	l.mu.Lock()
	defer l.mu.Unlock()
	items := make([]item, 0, len(l.state.Items))
	for _, done := range []bool{false, true} {
		for _, i := range l.state.Items {
			if i.Done == done {
				items = append(items, i)
			}
		}
	}
	return items
}

func (l *list) add(i item) (item, error) {
	err := l.change(func(s *state) error {
		i.ID = s.Next
		s.Next++
		s.Items = append(s.Items, i)
		return nil
	})
	return i, err
}

func (l *list) complete(name, at string) (item, error) {
	var changed item
	err := l.change(func(s *state) error {
		n, err := s.find(name)
		if err != nil {
			return err
		}
		if s.Items[n].Done {
			return site.Conflict("item", "%s is already done", s.Items[n].Title)
		}
		s.Items[n].Done, s.Items[n].Completed = true, at
		changed = s.Items[n]
		return nil
	})
	return changed, err
}

func (l *list) remove(name string) (item, error) {
	var gone item
	err := l.change(func(s *state) error {
		n, err := s.find(name)
		if err != nil {
			return err
		}
		gone = s.Items[n]
		s.Items = slices.Delete(s.Items, n, n+1)
		return nil
	})
	return gone, err
}

// find finds the place of an item by its number, else by its title, in capitals
// or not. Of several items with one title, one that is to do is meant before
// one that is done; two of the same kind are a conflict.
func (s *state) find(name string) (int, error) {
	name = strings.TrimSpace(name)
	if id, err := strconv.Atoi(name); err == nil {
		if n := slices.IndexFunc(s.Items, func(i item) bool { return i.ID == id }); n >= 0 {
			return n, nil
		}
	}
	for _, done := range []bool{false, true} {
		var places []int
		var numbers []string
		for n, i := range s.Items {
			if i.Done == done && strings.EqualFold(i.Title, name) {
				places, numbers = append(places, n), append(numbers, strconv.Itoa(i.ID))
			}
		}
		if len(places) > 1 {
			return 0, site.Conflict("item", "items %s have this title; name one by its number", strings.Join(numbers, ", "))
		}
		if len(places) == 1 {
			return places[0], nil
		}
	}
	return 0, site.NotFound("item", "there is no item of this number or title; list the items to see them")
}
