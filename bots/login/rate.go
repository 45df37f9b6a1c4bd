package login

import (
	"net/netip"
	"sync"
	"time"
)

const (
	rateBurst     = 120     // requests of one address at once
	ratePerSecond = 30      // and then; behind a proxy everybody has its address
	maxAddresses  = 4 << 10 // that are counted
)

// rate bounds the requests of an address.
type rate struct {
	now func() time.Time

	mu      sync.Mutex
	buckets map[netip.Prefix]bucket
}

// bucket is what is left to an address, as of a time.
type bucket struct {
	left float64
	at   time.Time
}

func newRate(now func() time.Time) *rate { return &rate{now: now, buckets: map[netip.Prefix]bucket{}} }

// allow counts a request of an address.
func (r *rate) allow(remote string) bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	now, from := r.now(), network(remote)
	b, known := r.buckets[from]
	if !known {
		if len(r.buckets) >= maxAddresses {
			r.tidy(now)
		}
		if len(r.buckets) >= maxAddresses {
			from = netip.Prefix{} // all for whom there is no room are one
			b, known = r.buckets[from]
		}
	}
	if !known {
		b = bucket{rateBurst, now}
	}
	b = b.filled(now)
	allowed := b.left >= 1
	if allowed {
		b.left--
	}
	r.buckets[from] = b
	return allowed
}

// tidy forgets addresses that have been quiet.
func (r *rate) tidy(now time.Time) {
	for from, b := range r.buckets {
		if b.filled(now).left >= rateBurst {
			delete(r.buckets, from)
		}
	}
}

// filled is a bucket at a later time.
func (b bucket) filled(now time.Time) bucket {
	if passed := now.Sub(b.at); passed > 0 {
		b.left, b.at = min(rateBurst, b.left+passed.Seconds()*ratePerSecond), now
	}
	return b
}

// network is an address, or the network that one subscriber has of IPv6.
func network(remote string) netip.Prefix {
	address, err := netip.ParseAddrPort(remote)
	if err != nil {
		return netip.Prefix{}
	}
	addr := address.Addr().Unmap().WithZone("")
	bits := 64
	if addr.Is4() {
		bits = 32
	}
	prefix, err := addr.Prefix(bits)
	if err != nil {
		return netip.Prefix{}
	}
	return prefix
}
