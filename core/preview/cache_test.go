package preview

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"testing"
	"testing/synctest"
	"time"
)

func TestHowLongItIsRemembered(t *testing.T) {
	header := func(status int, name, value string) http.HandlerFunc {
		return func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Type", "text/html")
			w.Header().Set(name, value)
			w.WriteHeader(status)
			fmt.Fprint(w, "<title>x</title>")
		}
	}
	for _, c := range []struct {
		name  string
		value string // of a header field
		code  int
		want  time.Duration
	}{
		{"Cache-Control", "", 200, time.Hour},
		{"Cache-Control", "public", 200, time.Hour},
		{"Cache-Control", "public, Max-Age=7200", 200, 2 * time.Hour},
		{"Cache-Control", "max-age=1", 200, 10 * time.Minute},
		{"Cache-Control", "max-age=x", 200, 10 * time.Minute},
		{"Cache-Control", "max-age=99999999", 200, 24 * time.Hour},
		{"Cache-Control", "no-store, max-age=7200", 200, 10 * time.Minute},
		{"Cache-Control", "max-age=7200", 404, 10 * time.Minute},
		{"Retry-After", "3600", 429, time.Hour},
		{"Retry-After", "1", 503, 10 * time.Minute},
		{"Retry-After", "Wed, 21 Oct 2099 07:28:00 GMT", 429, 10 * time.Minute},
		{"Location", "http://private.test/", 302, 10 * time.Minute},
	} {
		t.Run(fmt.Sprint(c.code, " ", c.name, " ", c.value), func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				f, w := fetcher(t, map[string]http.HandlerFunc{"a.test/": header(c.code, c.name, c.value)})
				now := time.Now()
				f.Now = func() time.Time { return now }
				asked := func() int {
					_, _ = f.Preview(t.Context(), "http://a.test/")
					f.Wait()
					return w.visits()["a.test/"]
				}
				first := asked()
				now = now.Add(c.want - 1)
				before := asked()
				now = now.Add(1)
				if after := asked(); first != 1 || before != 0 || after != 1 {
					t.Errorf("asked %d, %d before %s and %d at it", first, before, c.want, after)
				}
			})
		})
	}
}

func TestOneFetchForAll(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f, w := fetcher(t, map[string]http.HandlerFunc{"a.test/": slow(time.Second, say("<title>x</title>"))})
		cards := make(chan int)
		for range 20 {
			go func() { cards <- len(f.Previews(t.Context(), []Candidate{{URL: "http://a.test/"}}, budget)) }()
		}
		for range 20 {
			if <-cards != 1 {
				t.Error("no card")
			}
		}
		if n := w.visits()["a.test/"]; n != 1 {
			t.Errorf("asked %d times", n)
		}
		f.Wait()
	})
}

// However many turns ask, few pages are fetched at once, fewer from one host,
// and what is too much is refused, not queued, and tried again the next time.
func TestFetchesAreBounded(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		pages := map[string]http.HandlerFunc{}
		var candidates []string
		for i := range 100 {
			host := fmt.Sprintf("h%d.test", i/4)
			pages[fmt.Sprintf("%s/%d", host, i)] = slow(200*time.Millisecond, say("<title>x</title>"))
			candidates = append(candidates, fmt.Sprintf("http://%s/%d", host, i))
		}
		f, w := fetcher(t, pages)
		count := func() (cards, busy int) {
			results := make(chan error)
			for _, url := range candidates {
				go func() {
					_, err := f.Preview(t.Context(), url)
					results <- err
				}()
			}
			for range candidates {
				switch err := <-results; {
				case err == nil:
					cards++
				case errors.Is(err, errBusy):
					busy++
				}
			}
			return cards, busy
		}
		if cards, busy := count(); cards != maxFlights || busy != 100-maxFlights {
			t.Errorf("at first %d cards, %d busy", cards, busy)
		}
		if cards, busy := count(); cards != 100 || busy != 0 {
			t.Errorf("then %d cards, %d busy", cards, busy)
		}
		f.Wait()
		if all, host := w.peak("all"), w.peak("h0.test"); all != maxActive || host != maxActivePerHost {
			t.Errorf("at once %d, to one host %d", all, host)
		}
	})
}

// A host that never answers keeps its own pages waiting, and these give up.
func TestFlightsEnd(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f, w := fetcher(t, nil)
		w.pages = map[string]http.HandlerFunc{}
		for i := range 20 {
			w.pages[fmt.Sprint("a.test/", i)] = slow(time.Hour, say(""))
		}
		start := time.Now()
		for i := range 20 {
			f.Previews(t.Context(), []Candidate{{URL: fmt.Sprint("http://a.test/", i)}}, 0)
		}
		f.Wait()
		if took := time.Since(start); took != flightTime {
			t.Errorf("the last flight ended after %s", took)
		}
		if n := len(w.visits()); n < 4 || n == 20 {
			t.Errorf("%d of 20 pages were asked for", n)
		}
	})
}

func TestCacheForgetsTheOldest(t *testing.T) {
	var c cache
	fetch := func(context.Context) outcome { return outcome{keepFor: time.Hour} }
	for i := range maxEntries + 10 {
		<-c.get(t.Context(), time.Now, strconv.Itoa(i), "", fetch).done
	}
	c.running.Wait()
	if len(c.entries) != maxEntries || c.order.Len() != maxEntries {
		t.Errorf("%d entries, %d in order", len(c.entries), c.order.Len())
	}
	if c.entries["9"] != nil || c.entries["10"] == nil {
		t.Error("not the oldest were forgotten")
	}
}

// What was cancelled says nothing about the page.
func TestCancelledIsNotRemembered(t *testing.T) {
	var c cache
	f := c.get(t.Context(), time.Now, "k", "", func(context.Context) outcome { return outcome{err: context.Canceled} })
	<-f.done
	c.running.Wait()
	if len(c.entries) != 0 || c.order.Len() != 0 {
		t.Error("remembered")
	}
}

func TestSecrets(t *testing.T) {
	for query, want := range map[string]string{
		"token=1": "token", "a=1&api_key=2": "api_key", "API-Key=2": "API-Key", "x[access_token]=1": "x[access_token]",
		"key=1": "key", "sig=1": "sig", "X-Goog-Signature=1": "X-Goog-Signature", "X-Amz-Date=1": "X-Amz-Date", "code=1": "code",
		"a=1;password=2": "password", "%70assword=1": "password", "%zz_secret=1": "%zz_secret", "sessionid": "sessionid",
		"keyword=1": "", "q=token": "", "ig_cache_key=1": "", "author=1": "", "zipcode=1": "", "design=1": "", "": "",
	} {
		got, found := credentialParam(address(t, "http://a.test/?"+query))
		if got != want || found != (want != "") {
			t.Errorf("%s: got %q, want %q", query, got, want)
		}
	}
}

func TestHosts(t *testing.T) {
	for name, want := range map[string]string{
		"Example.TEST": "example.test", "bücher.test": "bücher.test", "日本.test": "日本.test", "日本go.test": "日本go.test",
		"пример.test": "пример.test", "exаmple.test": "", "pаypal.com": "", "[2606:4700::1]": "2606:4700::1",
		strings.Repeat("a", 100): strings.Repeat("a", 79) + "…",
	} {
		if got := host(address(t, "http://"+name+"/")); got != want {
			t.Errorf("%s: got %q, want %q", name, got, want)
		}
	}
	for _, c := range []struct {
		a, b string
		want bool
	}{
		{"a.test", "www.A.test", true}, {"x.a.test", "a.test", true}, {"a.test", "b.test", false}, {"ba.test", "a.test", false},
	} {
		if got := sameSite(c.a, c.b); got != c.want {
			t.Errorf("%s and %s: got %v", c.a, c.b, got)
		}
	}
}
