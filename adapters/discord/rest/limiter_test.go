package rest

import (
	"context"
	"net/http"
	"testing"
	"testing/synctest"
	"time"
)

// headers are those of an answer about a limit.
func headers(pairs ...string) http.Header {
	h := http.Header{}
	for i := 0; i < len(pairs); i += 2 {
		h.Set(pairs[i], pairs[i+1])
	}
	return h
}

// TestPace: what may be asked of Discord, when.
func TestPace(t *testing.T) {
	t.Parallel()
	const limit, left, reset = "X-RateLimit-Limit", "X-RateLimit-Remaining", "X-RateLimit-Reset-After"
	for name, test := range map[string]func(t *testing.T, p *limiter){
		"a bucket is emptied, and waited for": func(t *testing.T, p *limiter) {
			begun, have := time.Now(), 5
			for range 12 {
				if _, ok := p.reserve(t.Context(), "a", false, time.Minute); !ok {
					t.Fatal("it was not waited for")
				}
				if have == 0 {
					have = 5
				}
				have--
				p.release("a", headers(limit, "5", left, string(rune('0'+have)), reset, "5"), http.StatusOK, 0)
			}
			if took := time.Since(begun); took < 10*time.Second || took > 12*time.Second {
				t.Errorf("12 requests at 5 in 5 s took %s", took)
			}
		},
		"nothing is known before the first answer": func(t *testing.T, p *limiter) {
			p.reserve(t.Context(), "a", false, 0)
			if _, ok := p.reserve(t.Context(), "a", false, time.Second); ok {
				t.Error("a second request went out before the first was answered")
			}
			if _, ok := p.reserve(t.Context(), "b", false, 0); !ok {
				t.Error("another bucket waited for it")
			}
			p.release("a", headers(limit, "5", left, "4", reset, "5"), http.StatusOK, 0)
			for range 4 {
				if _, ok := p.reserve(t.Context(), "a", false, 0); !ok {
					t.Error("what is left was not used, side by side")
				}
			}
			if wait, ok := p.reserve(t.Context(), "a", false, time.Second); ok || wait.Round(time.Second) != 5*time.Second {
				t.Errorf("a sixth may go: %v; in %s", ok, wait)
			}
		},
		"a refusal holds its own bucket": func(t *testing.T, p *limiter) {
			p.reserve(t.Context(), "a", false, 0)
			if after := p.release("a", headers("Retry-After", "3"), http.StatusTooManyRequests, 0); after != 3*time.Second {
				t.Errorf("it holds for %s", after)
			}
			if _, ok := p.reserve(t.Context(), "a", false, time.Second); ok {
				t.Error("asked again too early")
			}
			if _, ok := p.reserve(t.Context(), "b", false, 0); !ok {
				t.Error("another bucket is held")
			}
		},
		"a refusal of everything holds everything, but no interaction": func(t *testing.T, p *limiter) {
			p.reserve(t.Context(), "a", false, 0)
			p.release("a", headers("X-RateLimit-Global", "true"), http.StatusTooManyRequests, 7*time.Second)
			if wait, ok := p.reserve(t.Context(), "b", false, time.Second); ok || wait.Round(time.Second) != 7*time.Second && wait.Round(time.Second) != 6*time.Second {
				t.Errorf("another bucket: %v, %s", ok, wait)
			}
			if _, ok := p.reserve(t.Context(), "c", true, 0); !ok {
				t.Error("an interaction is held")
			}
		},
		"no more in a second than Discord takes": func(t *testing.T, p *limiter) {
			begun := time.Now()
			for i := range 100 {
				key := string(rune('a' + i))
				if _, ok := p.reserve(t.Context(), key, false, time.Minute); !ok {
					t.Fatal("it was not waited for")
				}
				p.release(key, headers(), http.StatusOK, 0)
			}
			if took := time.Since(begun); took < 2*time.Second || took > 3*time.Second {
				t.Errorf("100 requests took %s", took)
			}
		},
		"whoever waits can be called off": func(t *testing.T, p *limiter) {
			p.reserve(t.Context(), "a", false, 0)
			p.release("a", headers("Retry-After", "60"), http.StatusTooManyRequests, 0)
			ctx, cancel := context.WithTimeout(t.Context(), time.Second)
			defer cancel()
			begun := time.Now()
			if _, ok := p.reserve(ctx, "a", false, time.Hour); ok || time.Since(begun) > 2*time.Second {
				t.Errorf("it went on for %s", time.Since(begun))
			}
		},
		"buckets are forgotten": func(t *testing.T, p *limiter) {
			for i := range maxBuckets + 10 {
				key := string(rune(i))
				p.reserve(t.Context(), key, true, 0)
				p.release(key, headers(limit, "5", left, "4", reset, "0.5"), http.StatusOK, 0)
				if i == maxBuckets/2 {
					time.Sleep(time.Second)
				}
			}
			if n := len(p.buckets); n > maxBuckets {
				t.Errorf("%d are remembered", n)
			}
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) { test(t, newLimiter(time.Now)) })
		})
	}
}
