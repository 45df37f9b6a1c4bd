package slack_test

import (
	"testing"

	"go.uber.org/goleak"
)

// TestMain: when all adapters have stopped, no goroutine of theirs is left.
func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }
