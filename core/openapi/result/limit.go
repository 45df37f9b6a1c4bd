package result

// MaxContent is how many bytes the content of a Result may have.
const MaxContent = 8 << 10

// Limits of shaping.
const (
	maxText      = 500 // characters of one string
	maxEntries   = 25  // of one array
	maxShapeDeep = 8
	maxLinks     = 1_000
	maxFailure   = 2 << 10 // bytes of an error's content
)
