package discord

import (
	"fmt"
	"hash/fnv"
	"net/http"
	"strconv"
	"strings"
	"time"
)

// route is a route of the REST API.
type route struct {
	verb, path string
	run        func(c *call) (any, error)
	limit      limit // n 0: none
	open       bool  // no token is asked for
}

// routes are all that the fake knows. Words come before variables.
var routes = []route{
	{verb: "GET", path: "/gateway", run: gateway, open: true, limit: limitWide},
	{verb: "GET", path: "/gateway/bot", run: gatewayBot, limit: limitRead},
	{verb: "GET", path: "/users/@me", run: me, limit: limitRead},
	{verb: "GET", path: "/users/@me/guilds", run: myGuilds, limit: limitRead},
	{verb: "POST", path: "/users/@me/channels", run: openDM, limit: limitSend},
	{verb: "GET", path: "/users/{user}", run: getUser, limit: limitRead},
	{verb: "GET", path: "/applications/@me", run: application, limit: limitRead},
	{verb: "GET", path: "/oauth2/applications/@me", run: application, limit: limitRead},

	{verb: "GET", path: "/applications/{application}/commands", run: listCommands, limit: limitRead},
	{verb: "PUT", path: "/applications/{application}/commands", run: putCommands, limit: limitRead},
	{verb: "POST", path: "/applications/{application}/commands", run: createCommand, limit: limitRead},
	{verb: "GET", path: "/applications/{application}/commands/{command}", run: getCommand, limit: limitRead},
	{verb: "PATCH", path: "/applications/{application}/commands/{command}", run: changeCommand, limit: limitRead},
	{verb: "DELETE", path: "/applications/{application}/commands/{command}", run: deleteCommand, limit: limitRead},
	{verb: "GET", path: "/applications/{application}/guilds/{guild}/commands", run: listCommands, limit: limitRead},
	{verb: "PUT", path: "/applications/{application}/guilds/{guild}/commands", run: putCommands, limit: limitRead},
	{verb: "POST", path: "/applications/{application}/guilds/{guild}/commands", run: createCommand, limit: limitRead},
	{verb: "GET", path: "/applications/{application}/guilds/{guild}/commands/{command}", run: getCommand, limit: limitRead},
	{verb: "PATCH", path: "/applications/{application}/guilds/{guild}/commands/{command}", run: changeCommand, limit: limitRead},
	{verb: "DELETE", path: "/applications/{application}/guilds/{guild}/commands/{command}", run: deleteCommand, limit: limitRead},

	{verb: "GET", path: "/guilds/{guild}", run: getGuild, limit: limitRead},
	{verb: "GET", path: "/guilds/{guild}/channels", run: guildChannels, limit: limitRead},
	{verb: "GET", path: "/guilds/{guild}/roles", run: guildRoles, limit: limitRead},
	{verb: "GET", path: "/guilds/{guild}/members", run: guildMembers, limit: limitRead},
	{verb: "GET", path: "/guilds/{guild}/members/{user}", run: getMember, limit: limitRead},
	{verb: "GET", path: "/guilds/{guild}/threads/active", run: activeThreads, limit: limitRead},

	{verb: "GET", path: "/channels/{channel}", run: getChannel, limit: limitRead},
	{verb: "PATCH", path: "/channels/{channel}", run: changeThread, limit: limitRead},
	{verb: "POST", path: "/channels/{channel}/typing", run: triggerTyping, limit: limitSend},
	{verb: "GET", path: "/channels/{channel}/messages", run: listMessages, limit: limitSend},
	{verb: "POST", path: "/channels/{channel}/messages", run: createMessage, limit: limitSend},
	{verb: "GET", path: "/channels/{channel}/messages/{message}", run: getMessage, limit: limitSend},
	{verb: "PATCH", path: "/channels/{channel}/messages/{message}", run: changeMessage, limit: limitSend},
	{verb: "DELETE", path: "/channels/{channel}/messages/{message}", run: deleteMessage, limit: limitDelete},
	{verb: "POST", path: "/channels/{channel}/messages/{message}/threads", run: startFromMessage, limit: limitThread},
	{verb: "POST", path: "/channels/{channel}/threads", run: startThread, limit: limitThread},
	{verb: "PUT", path: "/channels/{channel}/thread-members/@me", run: joinThread, limit: limitSend},

	{verb: "POST", path: "/interactions/{interaction}/{token}/callback", run: answerCallback, open: true},
	{verb: "POST", path: "/webhooks/{application}/{token}", run: followUp, open: true, limit: limitHook},
	{verb: "GET", path: "/webhooks/{application}/{token}/messages/@original", run: getAnswer, open: true, limit: limitHook},
	{verb: "PATCH", path: "/webhooks/{application}/{token}/messages/@original", run: changeAnswer, open: true, limit: limitHook},
	{verb: "DELETE", path: "/webhooks/{application}/{token}/messages/@original", run: deleteAnswer, open: true, limit: limitHook},
	{verb: "GET", path: "/webhooks/{application}/{token}/messages/{message}", run: getAnswer, open: true, limit: limitHook},
	{verb: "PATCH", path: "/webhooks/{application}/{token}/messages/{message}", run: changeAnswer, open: true, limit: limitHook},
	{verb: "DELETE", path: "/webhooks/{application}/{token}/messages/{message}", run: deleteAnswer, open: true, limit: limitHook},
}

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
