package grant

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"time"

	"aidesk/store"
)

// prefix stands before all keys of grants. What follows is a member as the store knows them,
// and the Grant's id.
const prefix = "grant/"

// Key is the key of a Grant's record.
func Key(owner, id string) string { return prefix + owner + "/" + id }

// Kept is a Grant with the record that keeps it.
type Kept struct {
	Grant

	Record store.Record
}

// With is the record as it shall be with another state of its Grant.
func (k Kept) With(g Grant) (store.Record, error) {
	body, err := g.Encode()
	if err != nil {
		return store.Record{}, err
	}
	record := k.Record
	record.Value = body
	return record, nil
}

// New is the record of a Grant that is not kept yet.
func New(g Grant) (store.Record, error) {
	return Kept{Record: store.Record{Key: Key(g.Owner, g.ID)}}.With(g)
}

// Get reads a Grant. store.ErrNotFound, also where what is kept is void.
func Get(ctx context.Context, records store.Records, owner, id string) (Kept, error) {
	record, err := records.Get(ctx, Key(owner, id))
	if err != nil {
		return Kept{}, fmt.Errorf("reading a grant: %w", err)
	}
	g, err := Read(record.Value)
	if err != nil || g.Owner != owner || g.ID != id {
		return Kept{}, fmt.Errorf("reading a grant: what is kept is void: %w", errors.Join(store.ErrNotFound, err))
	}
	return Kept{g, record}, nil
}

// Of lists the grants of a member, the oldest first, ended ones too. What is void is left out.
func Of(ctx context.Context, records store.Records, owner string) ([]Kept, error) {
	return scan(ctx, records, Key(owner, ""))
}

// In lists the grants of all members of a workspace, as the store knows it.
func In(ctx context.Context, records store.Records, scope string) ([]Kept, error) {
	return scan(ctx, records, prefix+scope+"/")
}

// All lists all grants.
func All(ctx context.Context, records store.Records) ([]Kept, error) {
	return scan(ctx, records, prefix)
}

func scan(ctx context.Context, records store.Records, under string) ([]Kept, error) {
	var all []Kept
	err := records.Scan(ctx, under, func(r store.Record) bool {
		if g, err := Read(r.Value); err == nil && r.Key == Key(g.Owner, g.ID) {
			all = append(all, Kept{g, r})
		}
		return true
	})
	if err != nil {
		return nil, fmt.Errorf("reading grants: %w", err)
	}
	slices.SortStableFunc(all, func(a, b Kept) int { return a.Made.Compare(b.Made) })
	return all, nil
}

// Forget deletes all that is kept of a member's grants.
func Forget(ctx context.Context, records store.Records, owner string) error {
	return remove(ctx, records, Key(owner, ""), func(store.Record) bool { return true })
}

// keptEnded is how long a Grant is still listed when it holds no more.
const keptEnded = 7 * day

// Sweep deletes grants that have not held for a while, and those that are void, but what stays
// of a member by their key. keep is that while; 0: a week.
func Sweep(ctx context.Context, records store.Records, now time.Time, keep time.Duration, stays func(owner string) bool, logger *slog.Logger) error {
	return remove(ctx, records, prefix, func(r store.Record) bool {
		g, err := Read(r.Value)
		if err != nil {
			logger.WarnContext(ctx, "a grant that cannot be read is deleted", "error", err)
		}
		ended := g.Until
		if !g.Ended.IsZero() {
			ended = g.Ended
		}
		return err != nil || now.Sub(ended) > cmp.Or(keep, keptEnded) && !stays(g.Owner)
	})
}

func remove(ctx context.Context, records store.Records, under string, which func(store.Record) bool) error {
	var gone []store.Record
	err := records.Scan(ctx, under, func(r store.Record) bool {
		if which(r) {
			gone = append(gone, r)
		}
		return true
	})
	if err != nil {
		return fmt.Errorf("reading grants: %w", err)
	}
	for _, r := range gone {
		for {
			err := records.Delete(ctx, r.Key, r.Version)
			if errors.Is(err, store.ErrConflict) { // it was used meanwhile
				if r, err = records.Get(ctx, r.Key); err == nil && which(r) {
					continue
				}
			}
			if err != nil && !errors.Is(err, store.ErrNotFound) {
				return fmt.Errorf("deleting a grant: %w", err)
			}
			break
		}
	}
	return nil
}

// EndAll ends all grants of a store that is restored from a backup: it knows neither which of
// them were revoked since nor what was used.
func EndAll(ctx context.Context, records store.Records, now time.Time) (int, error) {
	all, err := All(ctx, records)
	if err != nil {
		return 0, err
	}
	n := 0
	for _, k := range all {
		if !k.Ended.IsZero() {
			continue
		}
		k.Ended, k.Why = now.UTC(), Restored
		record, err := k.With(k.Grant)
		if err == nil {
			_, err = records.Put(ctx, record)
		}
		if err != nil {
			return n, fmt.Errorf("ending a grant: %w", err)
		}
		n++
	}
	return n, nil
}
