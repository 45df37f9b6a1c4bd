//go:build race

package hostiletest

// raced says that the race detector is on, which takes time and memory of its own.
const raced = true
