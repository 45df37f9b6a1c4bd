package adaptertest

import (
	"bytes"
	"sync"
)

// Paper is a screen or a log that can be read while others write on it. Its zero value
// is blank.
type Paper struct {
	mu   sync.Mutex
	text bytes.Buffer
}

// Write adds to it.
func (p *Paper) Write(data []byte) (int, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.text.Write(data)
}

// String is everything that was written since the last Take.
func (p *Paper) String() string {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.text.String()
}

// Take returns what was written since the last Take.
func (p *Paper) Take() string {
	p.mu.Lock()
	defer p.mu.Unlock()
	defer p.text.Reset()
	return p.text.String()
}
