//go:build crash

package failpoint

import (
	"os"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
)

// wanted is where the environment asks to die, and how many hits it lets pass before.
var wanted = sync.OnceValues(func() (Point, *atomic.Int64) {
	name, nth, _ := strings.Cut(os.Getenv(Variable), ":")
	n, _ := strconv.ParseInt(nth, 10, 64)
	left := &atomic.Int64{}
	left.Store(max(n, 1))
	return Point(name), left
})

// Hit kills this process, as kill -9 does, if it was asked to die here and has come here
// often enough.
func Hit(p Point) {
	name, left := wanted()
	if p != name || left.Add(-1) != 0 {
		return
	}
	self, err := os.FindProcess(os.Getpid())
	if err == nil {
		err = self.Kill()
	}
	if err != nil {
		panic(err)
	}
	select {} // the signal is on its way
}
