package discord

import (
	"fmt"
	"hash/fnv"
	"net/http"
	"strconv"
	"strings"
	"time"
)

// limit is how often a route may be used: so many in a time.
type limit struct {
	n   int
	per time.Duration
}

// The limits are not documented, on purpose: a client has to follow the headers. These
// are about those that others have seen.
var (
	limitSend   = limit{5, 5 * time.Second}
	limitDelete = limit{5, time.Second}
	limitThread = limit{50, 5 * time.Minute}
	limitRead   = limit{10, 5 * time.Second}
	limitHook   = limit{5, 2 * time.Second}
	limitWide   = limit{50, time.Second}
	limitGlobal = limit{50, time.Second}
)

// bucket is what is left of a limit until it begins anew.
type bucket struct {
	left  int
	reset time.Time
}

// takeFromBucket counts a request in a bucket, and reports whether it may be made. The lock is
// held.
func (d *Discord) takeFromBucket(key string, l limit) (bucket, bool) {
	now, b := d.Clock.Now(), d.buckets[key]
	if b == nil || !b.reset.After(now) {
		b = &bucket{l.n, now.Add(l.per)}
		d.buckets[key] = b
	}
	if b.left == 0 {
		return *b, false
	}
	b.left--
	return *b, true
}

// rateLimit counts a request and sets its headers; not nil: it came too early. The
// lock is held.
func (d *Discord) rateLimit(m *route, vars map[string]string, h http.Header) *Fault {
	if !d.RateLimits || m.limit.n == 0 {
		return nil
	}
	now := d.Clock.Now()
	if !m.open { // interactions are outside of it
		if b, ok := d.takeFromBucket("global", limitGlobal); !ok {
			return &Fault{Status: http.StatusTooManyRequests, Scope: "global", RetryAfter: b.reset.Sub(now)}
		}
	}
	hash := fnv.New64a()
	_, _ = hash.Write([]byte(m.verb + m.path))
	name := fmt.Sprintf("%016x", hash.Sum64())
	key := strings.Join([]string{name, vars["channel"], vars["guild"], vars["token"]}, " ")
	b, ok := d.takeFromBucket(key, m.limit)
	wait := b.reset.Sub(now)
	h.Set("X-Ratelimit-Limit", strconv.Itoa(m.limit.n))
	h.Set("X-Ratelimit-Remaining", strconv.Itoa(b.left))
	h.Set("X-Ratelimit-Reset", seconds(time.Duration(b.reset.UnixNano())))
	h.Set("X-Ratelimit-Reset-After", seconds(wait))
	h.Set("X-Ratelimit-Bucket", name)
	if ok {
		return nil
	}
	return &Fault{Status: http.StatusTooManyRequests, Scope: "user", RetryAfter: wait}
}

func seconds(d time.Duration) string { return strconv.FormatFloat(d.Seconds(), 'f', 3, 64) }

// rateLimitBody is the body of an answer with status 429, whose headers it sets. A global
// limit has no headers of a bucket.
func (f *Fault) rateLimitBody(h http.Header) object {
	scope := f.Scope
	if scope == "" {
		scope = "user"
	}
	h.Set("Retry-After", strconv.Itoa(int((f.RetryAfter+time.Second-1)/time.Second)))
	h.Set("X-Ratelimit-Scope", scope)
	if scope == "global" {
		h.Set("X-Ratelimit-Global", "true")
	} else {
		h.Set("X-Ratelimit-Remaining", "0")
		h.Set("X-Ratelimit-Reset-After", seconds(f.RetryAfter))
	}
	after, _ := strconv.ParseFloat(seconds(f.RetryAfter), 64)
	return object{"message": "You are being rate limited.", "retry_after": after, "global": scope == "global"}
}
