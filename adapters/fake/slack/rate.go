package slack

import "time"

// tier is how often a method may be called: so many at once, and so many a minute.
type tier struct {
	burst  int
	minute float64
	// channel counts calls for each channel apart.
	channel bool
}

// The tiers are Slack's. The bursts are not documented: a quarter of what a minute
// allows, and for chat.postMessage three, after which it is one a second.
var (
	tier1      = tier{burst: 10, minute: 10} // 1+ for most; apps.connections.open must allow reconnects
	tier2      = tier{burst: 5, minute: 20}
	tier3      = tier{burst: 12, minute: 50}
	tier4      = tier{burst: 25, minute: 100}
	tierPost   = tier{burst: 3, minute: 60, channel: true}
	tierStatus = tier{burst: 100, minute: 600}
	tierAuth   = tier{burst: 100, minute: 600}
)

// bucket holds the calls that may be made at once.
type bucket struct {
	left float64
	at   time.Time
}

// rateLimitWait counts a call, and says how long it has to wait if it may not be made
// now. The lock is held.
func (s *Slack) rateLimitWait(method string, t tier, channel string) time.Duration {
	if !s.RateLimits {
		return 0
	}
	key := method
	if t.channel {
		key += " " + channel
	}
	now, b := s.Clock.Now(), s.buckets[key]
	if b == nil {
		b = &bucket{float64(t.burst), now}
		s.buckets[key] = b
	}
	b.left = min(b.left+now.Sub(b.at).Minutes()*t.minute, float64(t.burst))
	b.at = now
	if b.left < 1-1e-9 { // as fractions of minutes are not exact
		return time.Duration((1 - b.left) / t.minute * float64(time.Minute))
	}
	b.left--
	return 0
}
