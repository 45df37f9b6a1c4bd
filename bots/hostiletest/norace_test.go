//go:build !race

package hostiletest

// raced says that the race detector is on.
const raced = false
