package discord

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"hash/fnv"
	"slices"
	"sync"

	"aidesk/core/chat"
)

// recall remembers the newest of many things over a restart. They are kept in shelves
// of bounded length, so that it never grows beyond all of them.
type recall struct {
	name string

	mu      sync.Mutex
	keeper  chat.Keeper // nil: not run yet
	shelves map[string][]thing
}

type thing struct {
	Key   string `json:"key"`
	Value string `json:"value"`
}

const (
	shelves   = 64
	shelfSize = 64
)

func newRecall(name string) *recall { return &recall{name: name, shelves: map[string][]thing{}} }

// use says who keeps.
func (r *recall) use(k chat.Keeper) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.keeper = k
	clear(r.shelves)
}

// kept is the value of a key, or "".
func (r *recall) kept(ctx context.Context, key string) (string, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	things, err := r.shelf(ctx, shelfOf(key))
	if err != nil {
		return "", err
	}
	if at := slices.IndexFunc(things, func(t thing) bool { return t.Key == key }); at >= 0 {
		return things[at].Value, nil
	}
	return "", nil
}

// keep remembers a value; the oldest of its shelf is forgotten if that is full.
func (r *recall) keep(ctx context.Context, key, value string) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	name := shelfOf(key)
	things, err := r.shelf(ctx, name)
	if err != nil {
		return err
	}
	if slices.Contains(things, thing{key, value}) {
		return nil
	}
	things = slices.DeleteFunc(slices.Clone(things), func(t thing) bool { return t.Key == key })
	things = append(things, thing{key, value})
	things = things[max(0, len(things)-shelfSize):]
	data, err := json.Marshal(things)
	if err != nil {
		return fmt.Errorf("keeping %s: %w", r.name, err)
	}
	if err := r.keeper.Keep(ctx, r.name+"/"+name, data); err != nil {
		return err
	}
	r.shelves[name] = things
	return nil
}

// shelf reads a shelf once. The lock is held.
func (r *recall) shelf(ctx context.Context, name string) ([]thing, error) {
	if r.keeper == nil {
		return nil, errors.New("not running")
	}
	if things, ok := r.shelves[name]; ok {
		return things, nil
	}
	data, err := r.keeper.Kept(ctx, r.name+"/"+name)
	if err != nil {
		return nil, fmt.Errorf("reading %s: %w", r.name, err)
	}
	var things []thing
	if len(data) > 0 {
		if err := json.Unmarshal(data, &things); err != nil {
			return nil, fmt.Errorf("reading %s: %w", r.name, err)
		}
	}
	r.shelves[name] = things
	return things, nil
}

// all are all values, the newest of each shelf first.
func (r *recall) all(ctx context.Context) ([]string, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	var out []string
	for i := range shelves {
		things, err := r.shelf(ctx, fmt.Sprintf("%02d", i))
		if err != nil {
			return out, err
		}
		for _, t := range slices.Backward(things) {
			out = append(out, t.Value)
		}
	}
	return out, nil
}

func shelfOf(key string) string {
	h := fnv.New32a()
	_, _ = h.Write([]byte(key))
	return fmt.Sprintf("%02d", h.Sum32()%shelves)
}
