package workspace

import "flag"

// Properties draw the same examples in every run, so that a test means the same
// everywhere; -rapid.seed=0 draws others.
var _ = flag.Set("rapid.seed", "1")
