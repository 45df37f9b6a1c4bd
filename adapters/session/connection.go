package session

import (
	"errors"
	"fmt"
	"sync"
)

// ConnectionStatus is how it stands with the connections to a platform, of which one
// open is enough.
type ConnectionStatus struct {
	platform string

	mu     sync.Mutex
	open   []bool
	faults []error // why a connection is not open, if that is known
}

// NewConnectionStatus is of n connections, none of which is open.
func NewConnectionStatus(platform string, n int) *ConnectionStatus {
	return &ConnectionStatus{platform: platform, open: make([]bool, n), faults: make([]error, n)}
}

// Set notes that the i-th connection is open, or why it is not.
func (c *ConnectionStatus) Set(i int, open bool, fault error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.open[i], c.faults[i] = open, fault
}

// Ready says why no connection is open, or nil.
func (c *ConnectionStatus) Ready() error {
	c.mu.Lock()
	defer c.mu.Unlock()
	var fault error
	for i, open := range c.open {
		if open {
			return nil
		}
		if c.faults[i] != nil {
			fault = c.faults[i]
		}
	}
	if fault != nil {
		return fmt.Errorf("%s: no connection: %w", c.platform, fault)
	}
	return errors.New(c.platform + ": not connected yet")
}
