package session_test

import (
	"errors"
	"fmt"
	"strconv"
	"testing"

	"aidesk/adapters/adaptertest"
	"aidesk/adapters/session"
	"aidesk/core/chat"
)

// TestPersistentCache: the newest is remembered over a restart, the oldest is forgotten, and
// without a Keeper nothing is.
func TestPersistentCache(t *testing.T) {
	t.Parallel()
	r := session.NewPersistentCache("things")
	if _, err := r.Kept(t.Context(), "a"); !errors.Is(err, chat.ErrNotRunning) {
		t.Errorf("read without a Keeper: %v", err)
	}
	if err := r.Keep(t.Context(), "early", "1"); err != nil {
		t.Errorf("kept without a Keeper: %v", err)
	}
	memory := &adaptertest.Memory{}
	r.Use(memory)
	if got, err := r.Kept(t.Context(), "early"); err != nil || got != "1" {
		t.Errorf("what was kept early is %q, %v", got, err)
	}
	const most, all = 4096, 20_000
	for i := range all {
		if err := r.Keep(t.Context(), fmt.Sprint("k", i), strconv.Itoa(i)); err != nil {
			t.Fatal(err)
		}
	}
	r = session.NewPersistentCache("things")
	r.Use(memory)
	if got, err := r.Kept(t.Context(), fmt.Sprint("k", all-1)); err != nil || got != strconv.Itoa(all-1) {
		t.Errorf("the newest is %q, %v", got, err)
	}
	if got, err := r.Kept(t.Context(), "k0"); err != nil || got != "" {
		t.Errorf("the oldest is %q, %v", got, err)
	}
	if got, err := r.All(t.Context()); err != nil || len(got) != most {
		t.Errorf("%d are kept, %v", len(got), err)
	}
}
