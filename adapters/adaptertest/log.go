package adaptertest

import (
	"bytes"
	"sync"
	"time"
)

// Log is a screen or a log that can be read while others write on it. Its zero value
// is blank.
type Log struct {
	mu    sync.Mutex
	text  bytes.Buffer
	grown chan struct{} // closed with the next Write; nil: nobody waits
}

// Write adds to it.
func (l *Log) Write(data []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.grown != nil {
		close(l.grown)
		l.grown = nil
	}
	return l.text.Write(data)
}

// Await waits until a text was written since the last Drain, for at most limit; false: it
// was not.
func (l *Log) Await(text string, limit time.Duration) bool {
	late := time.NewTimer(limit)
	defer late.Stop()
	for {
		l.mu.Lock()
		there := bytes.Contains(l.text.Bytes(), []byte(text))
		if l.grown == nil {
			l.grown = make(chan struct{})
		}
		grown := l.grown
		l.mu.Unlock()
		if there {
			return true
		}
		select {
		case <-grown:
		case <-late.C:
			return false
		}
	}
}

// String is everything that was written since the last Drain.
func (l *Log) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.text.String()
}

// Drain returns what was written since the last Drain.
func (l *Log) Drain() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	defer l.text.Reset()
	return l.text.String()
}
