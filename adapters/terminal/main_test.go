package terminal_test

import (
	"testing"

	"go.uber.org/goleak"
)

// TestMain: when all terminals are closed, no goroutine of theirs is left.
func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }
