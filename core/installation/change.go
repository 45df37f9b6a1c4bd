package installation

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"aidesk/core/secret"
	"aidesk/store"
)

const (
	// leaseTime is how long a change keeps others out: longer than a request for a token takes.
	leaseTime = 45 * time.Second
	// The lease is asked for anew in steps that grow between these.
	firstPoll, lastPoll = 5 * time.Millisecond, 100 * time.Millisecond
)

// leased does work while nobody else changes an installation. The work does not end with
// ctx: what was begun at the platform has to be noted.
func (s *Installations) leased(ctx context.Context, id string, work func(ctx context.Context) error) error {
	name, owner := s.key(id), rand.Text()
	for pause := firstPoll; ; pause = min(2*pause, lastPoll) {
		held, err := s.Store.Hold(ctx, name, owner, leaseTime)
		if err != nil {
			return fmt.Errorf("taking the lease on an installation: %w", err)
		}
		if held {
			break
		}
		timer := time.NewTimer(pause)
		select {
		case <-timer.C:
		case <-ctx.Done():
			timer.Stop()
			return fmt.Errorf("waiting for the lease on an installation: %w", ctx.Err())
		}
	}
	lasting, cancel := context.WithTimeout(context.WithoutCancel(ctx), leaseTime-5*time.Second)
	defer cancel()
	err := work(lasting)
	_, released := s.Store.Hold(lasting, name, owner, 0)
	return errors.Join(err, released)
}

// Put keeps what was just installed, in the place of an earlier installation there.
func (s *Installations) Put(ctx context.Context, i Installation) error {
	err := s.leased(ctx, i.ID, func(ctx context.Context) error {
		i.version = 0
		switch r, err := s.Store.Get(ctx, s.key(i.ID)); {
		case err == nil: // one that cannot be opened any more may be replaced, too
			i.version = r.Version
			if old, err := s.open(ctx, r); err == nil {
				i.Workspaces = old.Workspaces
			}
		case !errors.Is(err, store.ErrNotFound):
			return err
		}
		_, err := s.write(ctx, i)
		return err
	})
	if err != nil {
		return fmt.Errorf("keeping the installation of %s: %w", i.ID, err)
	}
	return nil
}

// Seen notes that an installation for a whole organisation serves a workspace, so that Of
// finds it.
func (s *Installations) Seen(ctx context.Context, i Installation, workspace string) error {
	if !i.Wide || slices.Contains(i.Workspaces, workspace) {
		return nil
	}
	err := s.leased(ctx, i.ID, func(ctx context.Context) error {
		now, err := s.fresh(ctx, i.ID)
		if err != nil || slices.Contains(now.Workspaces, workspace) || len(now.Workspaces) >= maxWorkspaces {
			return err
		}
		now.Workspaces = append(slices.Clone(now.Workspaces), workspace)
		_, err = s.write(ctx, now)
		return err
	})
	if err != nil {
		return fmt.Errorf("noting a workspace of %s: %w", i.ID, err)
	}
	return nil
}

// fresh reads an installation from the store.
func (s *Installations) fresh(ctx context.Context, id string) (Installation, error) {
	r, err := s.Store.Get(ctx, s.key(id))
	if errors.Is(err, store.ErrNotFound) {
		return Installation{}, ErrNone
	}
	if err != nil {
		return Installation{}, err
	}
	return s.open(ctx, r)
}

// Refusal is an error of a renewal after which trying again is useless.
type Refusal struct{ Reason string }

// Error is the reason.
func (r *Refusal) Error() string { return r.Reason }

// Renew gives an installation whose token is another one than old. The first of those who
// call it at the same time asks the platform by renew; the others get what came, or its
// failure. The new tokens are stored before anybody gets them. After a *Refusal the
// installation is Broken until it is installed again. ErrNone.
func (s *Installations) Renew(ctx context.Context, id string, old secret.Text, renew func(context.Context, Installation) (Installation, error)) (out Installation, err error) {
	before := s.lastFailure(id)
	err = s.leased(ctx, id, func(ctx context.Context) error {
		now, err := s.fresh(ctx, id)
		last := s.lastFailure(id)
		switch {
		case err != nil:
			return err
		case now.Token == old && last.number > before.number: // it failed while this one waited
			return last.err
		case now.Token != old:
			out = now
			return nil
		case now.Broken != "":
			return &Refusal{now.Broken}
		case now.Refresh == "":
			return &Refusal{"its token cannot be renewed"}
		}
		next, err := renew(ctx, now)
		if refused, ok := errors.AsType[*Refusal](err); ok {
			now.Broken = refused.Reason
			_, stored := s.write(ctx, now)
			return errors.Join(err, stored)
		}
		if err != nil {
			s.noteFailure(id, err)
			return err
		}
		next.Renewed = s.Now().UTC()
		out, err = s.write(ctx, next)
		return err
	})
	if err != nil {
		return Installation{}, fmt.Errorf("renewing the token of %s: %w", id, err)
	}
	return out, nil
}

func (s *Installations) lastFailure(id string) failure {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.failed[id]
}

func (s *Installations) noteFailure(id string, err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.failed == nil {
		s.failed = map[string]failure{}
	}
	s.failures++
	s.failed[id] = failure{s.failures, err}
}

// End deletes an installation with its tokens, the keys of its workspaces, and all records
// of these workspaces. It may be called again, also where there is none. meant is empty, or
// the installation that ends: another one that took its place stays.
//
// What the journal holds of a workspace (conversations, cards, replies; audit and usage,
// which have no content) goes when its time is over, as that of other workspaces does.
func (s *Installations) End(ctx context.Context, id string, meant Installation) error {
	err := s.leased(ctx, id, func(ctx context.Context) error {
		var ended []string
		r, err := s.Store.Get(ctx, s.key(id))
		switch {
		case errors.Is(err, store.ErrNotFound):
		case err != nil:
			return err
		default:
			now, err := s.open(ctx, r)
			if err == nil && meant.ID != "" && !now.Same(meant) {
				return nil
			}
			for _, workspace := range now.Workspaces {
				if _, err := s.Get(ctx, workspace); errors.Is(err, ErrNone) { // else it has its own
					ended = append(ended, workspace)
				}
			}
			if err := s.Store.Delete(ctx, r.Key, r.Version); err != nil {
				return err
			}
		}
		for _, one := range append(ended, id) {
			if err := s.Keys.Forget(ctx, s.Scope(one)); err != nil {
				return err
			}
		}
		return s.sweep(ctx, append(ended, id))
	})
	if err != nil {
		return fmt.Errorf("ending the installation of %s: %w", id, err)
	}
	return nil
}

// sweep deletes the records of workspaces: those whose key has the workspace's scope behind
// its first word.
func (s *Installations) sweep(ctx context.Context, ids []string) error {
	var scopes []string
	for _, id := range ids {
		scopes = append(scopes, s.Scope(id))
	}
	var found []store.Record
	err := s.Store.Scan(ctx, "", func(r store.Record) bool {
		_, rest, _ := strings.Cut(r.Key, "/")
		for _, scope := range scopes {
			after, ok := strings.CutPrefix(rest, scope)
			if ok && (after == "" || after[0] == '/' || strings.HasPrefix(after, "%2F")) {
				found = append(found, store.Record{Key: r.Key, Version: r.Version})
				break
			}
		}
		return true
	})
	if err != nil {
		return err
	}
	for _, r := range found {
		err := s.Store.Delete(ctx, r.Key, r.Version)
		if err != nil && !errors.Is(err, store.ErrNotFound) && !errors.Is(err, store.ErrConflict) {
			return err
		}
	}
	return nil
}
