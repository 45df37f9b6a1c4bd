package bot

import (
	"sync"

	"aidesk/core/chat"
	"aidesk/core/markdown"
)

// maxCalled bounds how many names a Bot remembers, and maxCalledLength how long one is.
const (
	maxCalled       = 10_000
	maxCalledLength = 60
)

// called remembers what members are called, so that the audit can name them. The zero value
// is ready.
type called struct {
	mu    sync.Mutex
	names map[string]string // by owner
}

// Remember remembers what a member is called, for the audit.
func (b *Bot) Remember(p chat.Place, m chat.Member) {
	name := markdown.Line(m.Name, maxCalledLength)
	if name == "" {
		return
	}
	b.called.mu.Lock()
	defer b.called.mu.Unlock()
	if b.called.names == nil || len(b.called.names) >= maxCalled {
		b.called.names = map[string]string{}
	}
	b.called.names[b.Owner(p, m.ID)] = name
}

// ForgetName forgets what a member is called.
func (b *Bot) ForgetName(p chat.Place, member string) {
	b.called.mu.Lock()
	defer b.called.mu.Unlock()
	delete(b.called.names, b.Owner(p, member))
}

// nameOf is what a member is called, as far as it is known.
func (b *Bot) nameOf(owner string) string {
	b.called.mu.Lock()
	defer b.called.mu.Unlock()
	return b.called.names[owner]
}
