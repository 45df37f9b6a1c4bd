package schedule

import (
	"context"
	"errors"
	"fmt"
	"time"

	"aidesk/store"
)

// Keys are the keys of what is kept of a member: that of all their schedules ends in a slash.
func Keys(owner string) []string { return []string{key(owner, ""), zoneKey(owner)} }

// Forget deletes a member's schedules, and the zone that they named. Their timers go with
// the member's events.
func Forget(ctx context.Context, s store.Store, owner string) error {
	found, err := all(ctx, s, key(owner, ""))
	if err != nil {
		return err
	}
	var failed []error
	for _, one := range found {
		failed = append(failed, s.Delete(ctx, one.key, one.version))
	}
	named, err := s.Get(ctx, zoneKey(owner))
	if err == nil {
		err = s.Delete(ctx, named.Key, named.Version)
	}
	if !errors.Is(err, store.ErrNotFound) {
		failed = append(failed, err)
	}
	if err := errors.Join(failed...); err != nil {
		return fmt.Errorf("forgetting a member's schedules: %w", err)
	}
	return nil
}

// Purge deletes the schedules that have run for the last time, and those that have been
// paused since before a time; zero: none of these. Those of a member who is held stay.
func Purge(ctx context.Context, s store.Store, before time.Time, stays func(owner string) bool) (int, error) {
	found, err := all(ctx, s, prefix)
	if err != nil {
		return 0, err
	}
	deleted := 0
	for _, one := range found {
		if !one.over() && (one.Paused == "" || !one.Since.Before(before)) || stays(one.owner()) {
			continue
		}
		switch err := s.Delete(ctx, one.key, one.version); {
		case err == nil:
			deleted++
		case !errors.Is(err, store.ErrConflict) && !errors.Is(err, store.ErrNotFound):
			return deleted, fmt.Errorf("deleting a schedule: %w", err)
		}
	}
	return deleted, nil
}

// Restored plans the next runs of all schedules in a restored store, which has no timers. No
// run of before is made up for, since it may have taken place after the backup. It returns
// how many go on.
func Restored(ctx context.Context, s store.Store, now time.Time) (int, error) {
	found, err := all(ctx, s, prefix)
	if err != nil {
		return 0, err
	}
	planned := 0
	for _, one := range found {
		if one.over() {
			continue
		}
		one.Run = time.Time{}
		if one.Next, err = one.When.Next(now); err != nil {
			return planned, err
		}
		if one.Next.IsZero() && one.Paused == "" {
			one.pause(textWhyRestored, now)
		}
		if _, err := s.Put(ctx, one.record()); err != nil {
			return planned, fmt.Errorf("planning a schedule: %w", err)
		}
		if one.Paused != "" {
			continue
		}
		if _, err := s.Ingest(ctx, one.timer()); err != nil {
			return planned, fmt.Errorf("planning a schedule: %w", err)
		}
		planned++
	}
	return planned, nil
}
