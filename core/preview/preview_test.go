package preview

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"aidesk/core/chat"
	"aidesk/core/egress"
)

// web is every public host of a test. Connections are pipes, so that it lives in
// a bubble of synctest, where waiting costs nothing.
type web struct {
	pages map[string]http.HandlerFunc // by host and path

	mu     sync.Mutex
	hits   map[string]int
	inside map[string]int // requests being answered, by host
	most   map[string]int // the most of them at once
}

func (w *web) ServeHTTP(out http.ResponseWriter, r *http.Request) {
	place := r.Host + r.URL.Path
	w.count(r.Host, place, 1)
	defer w.count(r.Host, place, -1)
	page := w.pages[place]
	if page == nil {
		page = http.NotFound
	}
	page(out, r)
}

func (w *web) count(host, place string, n int) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if n > 0 {
		w.hits[place]++
	}
	for _, name := range []string{host, "all"} {
		w.inside[name] += n
		w.most[name] = max(w.most[name], w.inside[name])
	}
}

// visits gives how often each page was asked for since the last call.
func (w *web) visits() map[string]int {
	w.mu.Lock()
	defer w.mu.Unlock()
	hits := w.hits
	w.hits = map[string]int{}
	return hits
}

// peak gives the most requests that were answered at once, by one host or "all".
func (w *web) peak(host string) int {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.most[host]
}

func (w *web) connect(context.Context, netip.AddrPort) (net.Conn, error) {
	near, far := net.Pipe()
	go func() {
		defer func() { _ = far.Close() }()
		in := bufio.NewReader(far)
		request, err := http.ReadRequest(in)
		if err != nil {
			return
		}
		ctx, cancel := context.WithCancel(context.Background())
		go func() {
			_, _ = in.Peek(1) // returns when the client hangs up
			cancel()
		}()
		answer := httptest.NewRecorder()
		w.ServeHTTP(answer, request.WithContext(ctx))
		_ = answer.Result().Write(far)
	}()
	return near, nil
}

// fetcher makes a fetcher for a web; all names but private.test are public.
func fetcher(t *testing.T, pages map[string]http.HandlerFunc) (*Fetcher, *web) {
	t.Helper()
	w := &web{pages: pages, hits: map[string]int{}, inside: map[string]int{}, most: map[string]int{}}
	lookup := func(_ context.Context, host string) ([]netip.Addr, error) {
		if host == "private.test" {
			return []netip.Addr{netip.MustParseAddr("10.0.0.1")}, nil
		}
		return []netip.Addr{netip.MustParseAddr("198.51.101.7")}, nil
	}
	guard, err := egress.New(egress.Rules{}, egress.WithLookup(lookup), egress.WithConnect(w.connect))
	if err != nil {
		t.Fatal(err)
	}
	return &Fetcher{Guard: guard}, w
}

func say(text string) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "text/html")
		fmt.Fprint(w, text)
	}
}

func slow(d time.Duration, next http.HandlerFunc) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		select {
		case <-time.After(d):
			next(w, r)
		case <-r.Context().Done():
		}
	}
}

func redirect(to string) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) { http.Redirect(w, r, to, http.StatusFound) }
}

const (
	png  = "\x89PNG\r\n\x1a\n"
	jpeg = "\xff\xd8\xff\xe0"
	gif  = "GIF89a"
	webp = "RIFF\x00\x00\x00\x00WEBPVP"
)

const budget = 1500 * time.Millisecond

func TestPreviews(t *testing.T) {
	pages := map[string]http.HandlerFunc{
		"a.test/1": say(`<title>One</title><meta name=description content="about one"><meta property="og:image" content="/1.png">`),
		"a.test/2": say(`<title>Two</title>`),
		"a.test/3": say(`<title>Three</title>`),
		"a.test/4": say(`<title>Four</title>`),
		"a.test/5": say(`<title>Five</title><meta property="og:image" content="/gone.png"><meta property="og:image" content="/w.webp"><meta property="og:image" content="/1.png">`),
		"a.test/6": say(`<title>Six</title><meta property="og:image" content="/s.svg"><meta property="og:image" content="/gone2.png">
			<meta property="og:image" content="/gone3.png"><meta property="og:image" content="/1.png">`),
		"a.test/api":     func(w http.ResponseWriter, _ *http.Request) { w.Header().Set("Content-Type", "application/json") },
		"a.test/1.png":   say(png),
		"a.test/own.jpg": say(jpeg),
		"a.test/own.gif": say(gif),
		"a.test/w.webp":  say(webp),
		"a.test/s.svg":   say("<svg xmlns='http://www.w3.org/2000/svg'/>"),
		"a.test/in":      redirect("http://private.test/x.png"),
	}
	one := chat.Preview{URL: "http://a.test/1", SiteName: "a.test", Title: "One", Description: "about one", Image: "http://a.test/1.png"}
	card := func(n, title string) chat.Preview {
		return chat.Preview{URL: "http://a.test/" + n, SiteName: "a.test", Title: title}
	}
	for _, c := range []struct {
		name       string
		candidates []Candidate
		want       []chat.Preview
		visits     map[string]int
	}{
		{"none", nil, nil, map[string]int{}},
		{"a page and its picture", []Candidate{{URL: "http://a.test/1"}}, []chat.Preview{one}, map[string]int{"a.test/1": 1, "a.test/1.png": 1}},
		{
			"the result says enough",
			[]Candidate{{URL: "http://a.test/1", Title: " Own\u202e ", Description: "said", SiteName: "S"}},
			[]chat.Preview{{URL: "http://a.test/1", SiteName: "S", Title: "Own", Description: "said"}},
			map[string]int{},
		},
		{
			"title and picture are enough",
			[]Candidate{{URL: "http://a.test/1", Title: "Own", Image: "/own.jpg"}},
			[]chat.Preview{{URL: "http://a.test/1", SiteName: "a.test", Title: "Own", Image: "http://a.test/own.jpg"}},
			map[string]int{"a.test/own.jpg": 1},
		},
		{
			"the result before the page",
			[]Candidate{{URL: "http://a.test/1", Title: "Own"}},
			[]chat.Preview{{URL: "http://a.test/1", SiteName: "a.test", Title: "Own", Description: "about one", Image: "http://a.test/1.png"}},
			map[string]int{"a.test/1": 1, "a.test/1.png": 1},
		},
		{
			"a picture without a title",
			[]Candidate{{URL: "http://a.test/1", Image: "own.gif"}},
			[]chat.Preview{{URL: "http://a.test/1", SiteName: "a.test", Title: "One", Description: "about one", Image: "http://a.test/own.gif"}},
			map[string]int{"a.test/1": 1, "a.test/own.gif": 1},
		},
		{
			"a title is enough when the page is gone",
			[]Candidate{{URL: "http://a.test/gone", Title: "Own"}},
			[]chat.Preview{card("gone", "Own")},
			map[string]int{"a.test/gone": 1},
		},
		{
			"three, in order, the next for one that has none",
			[]Candidate{{URL: "http://a.test/3"}, {URL: "http://a.test/api"}, {URL: "http://a.test/gone"}, {URL: "http://a.test/2"}, {URL: "http://a.test/4"}, {URL: "http://a.test/1"}},
			[]chat.Preview{card("3", "Three"), card("2", "Two"), card("4", "Four")},
			map[string]int{"a.test/3": 1, "a.test/api": 1, "a.test/gone": 1, "a.test/2": 1, "a.test/4": 1},
		},
		{
			"no more than three are fetched when they are good",
			[]Candidate{{URL: "http://a.test/2"}, {URL: "http://a.test/3"}, {URL: "http://a.test/4"}, {URL: "http://a.test/1"}},
			[]chat.Preview{card("2", "Two"), card("3", "Three"), card("4", "Four")},
			map[string]int{"a.test/2": 1, "a.test/3": 1, "a.test/4": 1},
		},
		{
			"one for each address",
			[]Candidate{{URL: "HTTP://A.test:80/2#a"}, {URL: "http://a.test/2#b"}, {URL: "http://a.test/2"}},
			[]chat.Preview{{URL: "HTTP://A.test:80/2#a", SiteName: "a.test", Title: "Two"}},
			map[string]int{"a.test/2": 1},
		},
		{
			"addresses that are none", []Candidate{
				{URL: "", Title: "x"},
				{URL: "/2", Title: "x"},
				{URL: "ftp://a.test/2", Title: "x"},
				{URL: "http://u:p@a.test/2", Title: "x"},
				{URL: "http://a.test/" + strings.Repeat("x", urlCap), Title: "x"},
				{URL: "http://[/", Title: "x"},
				{URL: "mailto:a@a.test", Title: "x"},
			}, nil, map[string]int{},
		},
		{
			"secrets are not fetched", []Candidate{
				{URL: "http://a.test/1?access_token=x"},
				{URL: "http://a.test/2?X-Amz-Credential=x", Title: "Own"},
				{URL: "http://a.test/3", Title: "Own", Image: "/own.jpg?sig=1"},
			}, []chat.Preview{{URL: "http://a.test/2?X-Amz-Credential=x", SiteName: "a.test", Title: "Own"}, card("3", "Own")}, map[string]int{"a.test/3": 1},
		},
		{
			"pictures that cannot be shown",
			[]Candidate{
				{URL: "http://a.test/2", Title: "B", Image: "/s.svg"},
				{URL: "http://a.test/3", Title: "C", Image: "/gone.png"},
			},
			[]chat.Preview{card("2", "B"), card("3", "C")},
			map[string]int{"a.test/s.svg": 1, "a.test/gone.png": 1},
		},
		{
			"a picture that some platforms show",
			[]Candidate{{URL: "http://a.test/1", Title: "A", Image: "/w.webp"}},
			[]chat.Preview{{URL: "http://a.test/1", SiteName: "a.test", Title: "A", Image: "http://a.test/w.webp", ImageKind: chat.WebP}},
			map[string]int{"a.test/w.webp": 1},
		},
		{
			"the next picture where the first is none, and what every platform shows before WebP",
			[]Candidate{{URL: "http://a.test/5"}, {URL: "http://a.test/6"}},
			[]chat.Preview{
				{URL: "http://a.test/5", SiteName: "a.test", Title: "Five", Image: "http://a.test/1.png"},
				{URL: "http://a.test/6", SiteName: "a.test", Title: "Six"},
			},
			map[string]int{"a.test/5": 1, "a.test/gone.png": 1, "a.test/w.webp": 1, "a.test/1.png": 1, "a.test/6": 1, "a.test/s.svg": 1, "a.test/gone2.png": 1, "a.test/gone3.png": 1},
		},
		{
			"pictures inside the network",
			[]Candidate{
				{URL: "http://a.test/1", Title: "A", Image: "http://private.test/x.png"},
				{URL: "http://a.test/2", Title: "B", Image: "http://127.0.0.1/x.png"},
				{URL: "http://a.test/3", Title: "C", Image: "/in"},
			},
			[]chat.Preview{card("1", "A"), card("2", "B"), card("3", "C")},
			map[string]int{"a.test/in": 1},
		},
	} {
		t.Run(c.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				f, w := fetcher(t, pages)
				got := f.Previews(t.Context(), c.candidates, budget)
				if diff := cmp.Diff(c.want, got); diff != "" {
					t.Error(diff)
				}
				f.Wait()
				if diff := cmp.Diff(c.visits, w.visits()); diff != "" {
					t.Errorf("visits:\n%s", diff)
				}
				f.Previews(t.Context(), c.candidates, budget)
				if again := w.visits(); len(again) > 0 {
					t.Errorf("asked again for %v", again)
				}
			})
		})
	}
}

// The budget holds to the tick; what comes later is there the next time, without
// another fetch.
func TestBudget(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f, w := fetcher(t, map[string]http.HandlerFunc{
			"a.test/quick": say("<title>Quick</title><meta property=og:image content=/slow.png>"),
			"b.test/slow":  slow(3*time.Second, say("<title>Slow</title><meta property=og:image content=/b.png>")),
			"b.test/b.png": slow(time.Second, say(png)),
			"c.test/never": slow(time.Hour, say("<title>Never</title>")),

			"a.test/slow.png": slow(2*time.Second, say(png)),
		})
		candidates := []Candidate{{URL: "http://c.test/never"}, {URL: "http://b.test/slow"}, {URL: "http://a.test/quick"}}
		quick := chat.Preview{URL: "http://a.test/quick", SiteName: "a.test", Title: "Quick"}
		late := chat.Preview{URL: "http://b.test/slow", SiteName: "b.test", Title: "Slow", Image: "http://b.test/b.png"}

		ctx, cancel := context.WithCancel(t.Context())
		start := time.Now()
		got := f.Previews(ctx, candidates, budget)
		if took := time.Since(start); took != budget {
			t.Errorf("took %s", took)
		}
		if diff := cmp.Diff([]chat.Preview{quick}, got); diff != "" {
			t.Error(diff)
		}
		cancel() // the turn is over; the fetches go on
		f.Wait()
		if took := time.Since(start); took != 5*time.Second {
			t.Errorf("the last fetch ended after %s", took)
		}
		w.visits()
		start = time.Now()
		got = f.Previews(t.Context(), candidates, budget)
		quick.Image = "http://a.test/slow.png"
		if diff := cmp.Diff([]chat.Preview{late, quick}, got); diff != "" {
			t.Error(diff)
		}
		if again := w.visits(); len(again) > 0 || time.Since(start) != 0 {
			t.Errorf("asked again for %v, took %s", again, time.Since(start))
		}
	})
}

// A turn that was stopped does not wait for its budget; one without a budget
// shows what the result says.
func TestStopped(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f, _ := fetcher(t, map[string]http.HandlerFunc{"a.test/": slow(time.Second, say("<title>x</title>"))})
		ctx, cancel := context.WithTimeout(t.Context(), 100*time.Millisecond)
		defer cancel()
		start := time.Now()
		if got := f.Previews(ctx, []Candidate{{URL: "http://a.test/"}}, budget); got != nil || time.Since(start) != 100*time.Millisecond {
			t.Errorf("got %v after %s", got, time.Since(start))
		}
		got := f.Previews(t.Context(), []Candidate{{URL: "http://a.test/b", Title: "Own"}}, 0)
		if len(got) != 1 || got[0].Title != "Own" {
			t.Errorf("without a budget: got %v", got)
		}
		f.Wait()
	})
}

func TestPreview(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f, _ := fetcher(t, map[string]http.HandlerFunc{
			"a.test/page":   say("<title>Page</title><meta property=og:site_name content=Site><meta property=og:url content=http://bank.test/>"),
			"a.test/moved":  redirect("http://www.a.test/page"),
			"a.test/away":   redirect("http://b.test/page"),
			"a.test/member": redirect("/Login.php?next=/member"),
			"a.test/inside": redirect("http://private.test/"),
			"a.test/loop":   redirect("/loop"),
			"a.test/empty":  say(""),
			"a.test/file":   func(w http.ResponseWriter, _ *http.Request) { w.Header().Set("Content-Type", "application/pdf") },
			"a.test/save": func(w http.ResponseWriter, _ *http.Request) {
				w.Header().Set("Content-Disposition", "attachment; filename=x.html")
				say("<title>x</title>")(w, nil)
			},
			"a.test/xhtml": func(w http.ResponseWriter, _ *http.Request) {
				w.Header().Set("Content-Type", "Application/XHTML+xml; charset=utf-8")
				fmt.Fprint(w, "<title>X</title>")
			},
			"a.test/untyped": func(w http.ResponseWriter, _ *http.Request) {
				w.Header()["Content-Type"] = nil
				fmt.Fprint(w, "<!doctype html><title>U</title>")
			},
			"a.test/Login.php":     say("<title>Who are you?</title>"),
			"a.test/login":         say("<title>Log in</title>"),
			"www.a.test/page":      say("<title>Page</title><meta property=og:site_name content=Site>"),
			"b.test/page":          say("<title>Page</title><meta property=og:site_name content='A Test'>"),
			"xn--80ak6aa92e.test/": say("<title>x</title>"),
		})
		for _, c := range []struct{ url, want, fault string }{
			{"http://a.test/page", "Site|Page", ""},
			{"http://a.test/moved", "Site|Page", ""},
			{"http://a.test/away", "b.test|Page", ""},
			{"http://a.test/xhtml", "a.test|X", ""},
			{"http://a.test/untyped", "a.test|U", ""},
			{"http://a.test/login", "a.test|Log in", ""},
			{"http://a.test/member", "", "the page asks for a login"},
			{"http://a.test/inside", "", "10.0.0.1:80 is a private address"},
			{"http://a.test/loop", "", "a.test redirects more than 5 times"},
			{"http://a.test/empty", "", "the page has no title"},
			{"http://a.test/gone", "", "a.test answered with status 404"},
			{"http://a.test/file", "", "the address leads to a file, not to a page"},
			{"http://a.test/save", "", "the address leads to a file, not to a page"},
			{"http://127.0.0.1/", "", "127.0.0.1:80 is a loopback address"},
			{"http://a.test:8080/", "", "a.test: port 8080 is not 80 or 443"},
			{"http://u:p@a.test/page", "", "the address carries credentials"},
			{"http://a.test/page?Password=x", "", `the address seems to carry a secret in "Password", so it is not fetched`},
			{"file:///etc/hosts", "", "only http and https addresses have previews"},
			{"http:///page", "", "the address names no host"},
			{"http://a.test/%zz", "", "the address is not a URL"},
			{"http://a.test/" + strings.Repeat("x", urlCap), "", "the address is longer than 2048 bytes"},
		} {
			card, err := f.Preview(t.Context(), c.url)
			switch {
			case c.fault != "" && (err == nil || err.Error() != c.fault):
				t.Errorf("%.60s: got %v, want %s", c.url, err, c.fault)
			case c.fault == "" && (err != nil || card.SiteName+"|"+card.Title != c.want || card.URL != c.url):
				t.Errorf("%s: got %+v, %v, want %s", c.url, card, err, c.want)
			}
		}
		if _, err := f.Preview(t.Context(), "http://10.0.0.1/"); !errors.Is(err, egress.ErrRefused) {
			t.Errorf("got %v, want a refusal", err)
		}
		ctx, cancel := context.WithCancel(t.Context())
		cancel()
		if _, err := f.Preview(ctx, "http://a.test/other"); err == nil {
			t.Error("a card without waiting")
		}
		f.Wait()
	})
}

// On the real network, with the rule of a demo.
func TestAllowedHost(t *testing.T) {
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/i.png" {
			fmt.Fprint(w, png)
			return
		}
		say("<title>Demo</title><meta property=og:image content=i.png>")(w, r)
	}))
	t.Cleanup(server.Close)
	guard, err := egress.New(egress.Rules{AllowHosts: []string{server.Listener.Addr().String()}})
	if err != nil {
		t.Fatal(err)
	}
	f := &Fetcher{Guard: guard}
	got := f.Previews(t.Context(), []Candidate{{URL: server.URL}}, time.Minute)
	want := []chat.Preview{{URL: server.URL, SiteName: "127.0.0.1", Title: "Demo", Image: server.URL + "/i.png"}}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	f.Wait()
}
