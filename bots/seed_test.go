package bots_test

import "flag"

// Properties draw the same examples in every run, so that a test means the same
// everywhere; -rapid.seed=0 draws others, -rapid.checks more.
var (
	_ = flag.Set("rapid.seed", "1")
	_ = flag.Set("rapid.checks", "30")
)
