package adaptertest

import (
	"bytes"
	"context"
	"sync"

	"aidesk/core/chat"
)

// Memory is a chat.Keeper that keeps in memory: the same Memory given to a new
// adapter is what a restart finds. Its zero value is empty.
type Memory struct {
	mu   sync.Mutex
	kept map[string][]byte
}

var _ chat.Keeper = (*Memory)(nil)

// Keep remembers a copy of the value.
func (m *Memory) Keep(_ context.Context, name string, value []byte) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.kept == nil {
		m.kept = map[string][]byte{}
	}
	m.kept[name] = bytes.Clone(value)
	return nil
}

// Kept returns a copy of what was kept, or nil.
func (m *Memory) Kept(_ context.Context, name string) ([]byte, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	return bytes.Clone(m.kept[name]), nil
}
