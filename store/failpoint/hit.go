//go:build !crash

package failpoint

// Hit does nothing in a program that is not built for the crash harness.
func Hit(Point) {}
