package egress

import (
	"bufio"
	"bytes"
	"compress/gzip"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/netip"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"aidesk/core/costtest"
)

func TestFetch(t *testing.T) {
	var header http.Header
	server := serve(t, func(w http.ResponseWriter, r *http.Request) {
		header = r.Header
		http.SetCookie(w, &http.Cookie{Name: "c", Value: "1", Quoted: false, Secure: true, HttpOnly: true, SameSite: http.SameSiteStrictMode})
		switch r.URL.Path {
		case "/moved":
			http.Redirect(w, r, "/page?key=1#part", http.StatusMovedPermanently)
		case "/nowhere":
			w.WriteHeader(http.StatusFound)
		case "/wrong":
			w.Header().Set("Location", "http://a b/?key=SECRET")
			w.WriteHeader(http.StatusFound)
		case "/large":
			_, _ = w.Write(make([]byte, 600<<10))
		case "/huge":
			_, _ = w.Write(bytes.Repeat([]byte("0123456789abcdef"), 200<<10))
		case "/gone":
			w.WriteHeader(http.StatusGone)
		default:
			w.Header().Set("Content-Type", "text/html")
			fmt.Fprint(w, "<title>x</title>")
		}
	})
	g := local(t, server)
	host := server.Listener.Addr().String()
	for _, c := range []struct {
		kind      Kind
		path      string
		url       string
		status    int
		size      int
		truncated bool
		fault     string
	}{
		{Webpage, "/page#part", "/page", 200, 16, false, ""},
		{Webpage, "/moved", "/page?key=1", 200, 16, false, ""},
		{Webpage, "/nowhere", "/nowhere", 302, 0, false, ""},
		{Webpage, "/wrong", "", 0, 0, false, host + " redirects to something that is not a URL"},
		{Webpage, "/gone", "/gone", 410, 0, false, ""},
		{Webpage, "/large", "/large", 200, 600 << 10, false, ""},
		{Webpage, "/huge", "/huge", 200, 1536 << 10, true, ""},
		{Image, "/large", "/large", 200, 64 << 10, true, ""},
		{Document, "/large", "/large", 200, 600 << 10, false, ""},
		{Manifest, "/large", "", 0, 0, false, host + " sent more than 256 KiB"},
		{Read, "/page", "", 0, 0, false, "calls are not fetched"},
	} {
		page, err := g.Fetch(t.Context(), c.kind, "", server.URL+c.path)
		if fault := fmt.Sprint(err); c.fault != "" && fault != c.fault || c.fault == "" && err != nil {
			t.Errorf("%s: got %v, want %q", c.path, err, c.fault)
		}
		if err != nil {
			continue
		}
		if page.URL.String() != server.URL+c.url || page.Status != c.status || len(page.Body) != c.size || page.Truncated != c.truncated {
			t.Errorf("kind %d %s: got %s %d %d bytes, truncated %v", c.kind, c.path, page.URL, page.Status, len(page.Body), page.Truncated)
		}
		for _, name := range []string{"Cookie", "Authorization", "Referer"} {
			if header.Get(name) != "" {
				t.Errorf("%s: sent %s", c.path, name)
			}
		}
	}
	for _, c := range []struct{ enough, size, asked int }{{1, 256 << 10, 1}, {256<<10 + 1, 512 << 10, 2}, {4 << 20, 1536 << 10, 5}} {
		asked := 0
		page, err := g.FetchPage(t.Context(), server.URL+"/huge", func(p Page) bool { asked++; return len(p.Body) >= c.enough })
		whole := bytes.Repeat([]byte("0123456789abcdef"), c.size/16)
		if err != nil || !page.Truncated || asked != c.asked || !bytes.Equal(page.Body, whole) {
			t.Errorf("enough at %d: %d bytes, truncated %v, asked %d times, error %v", c.enough, len(page.Body), page.Truncated, asked, err)
		}
	}
	if _, err := g.Fetch(t.Context(), Manifest, "", server.URL+"/large"); !errors.Is(err, ErrTooLarge) {
		t.Errorf("got %v, want ErrTooLarge", err)
	}
}

func TestAgents(t *testing.T) {
	w := &world{names: map[string][]string{"public.test": {"198.51.101.7"}}, serve: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		fmt.Fprint(w, r.UserAgent(), " ", r.Header.Get("Accept"))
	})}
	g := w.guard(t, Rules{})
	page, err := g.Fetch(t.Context(), Webpage, "", "http://public.test/")
	if want := "aidesk-preview/test (link preview bot) text/html,application/xhtml+xml"; err != nil || string(page.Body) != want {
		t.Errorf("page: %s, %v", page.Body, err)
	}
	answer, _, err := g.Do(t.Context(), "", Request{Method: "GET", URL: "http://public.test/", Header: http.Header{"User-Agent": {"own"}}})
	if err != nil || string(answer.Body) != "own " {
		t.Errorf("call: %s, %v", answer.Body, err)
	}
}

// Hostile answers cost little, whoever asked.
func TestHostileAnswers(t *testing.T) {
	bomb := gzipBomb(2 << 30)
	server := serve(t, func(w http.ResponseWriter, r *http.Request) {
		switch r.URL.Path {
		case "/bomb":
			w.Header().Set("Content-Encoding", "gzip")
			_, _ = w.Write(bomb)
		case "/header":
			w.Header().Set("X-Large", long(3<<20))
		case "/fields":
			for i := range 3_000 {
				w.Header().Set(fmt.Sprintf("X-%d", i), long(1000))
			}
		case "/endless":
			http.Redirect(w, r, r.URL.Path+"?"+r.URL.RawQuery+"x", http.StatusFound)
		case "/stream":
			block := make([]byte, 64<<10)
			for r.Context().Err() == nil {
				if _, err := w.Write(block); err != nil {
					return
				}
			}
		case "/hints":
			for range 1_000 {
				w.Header().Set("Link", long(1000))
				w.WriteHeader(http.StatusEarlyHints)
			}
		}
	})
	server.Config.ErrorLog = quiet()
	g := local(t, server)
	for _, c := range []struct{ path, page, document, call string }{
		{"/bomb", "cut", "sent more than 8192 KiB", "cut"},
		{"/stream", "cut", "sent more than 8192 KiB", "cut"},
		{"/header", "sent a header over 64 KiB", "sent a header over 64 KiB", "sent a header over 64 KiB"},
		{"/fields", "sent a header over 64 KiB", "sent a header over 64 KiB", "sent a header over 64 KiB"},
		{"/hints", "sent a header over 64 KiB", "sent a header over 64 KiB", "sent a header over 64 KiB"},
		{"/endless", "redirects more than 5 times", "redirects more than 5 times", "redirects more than 5 times"},
	} {
		var page, document Page
		var answer Response
		var pageErr, documentErr, callErr error
		took, used := costtest.Measure(func() {
			page, pageErr = g.Fetch(t.Context(), Webpage, "", server.URL+c.path)
			document, documentErr = g.Fetch(t.Context(), Document, "", server.URL+c.path)
			answer, _, callErr = g.Do(t.Context(), "", Request{Method: "GET", URL: server.URL + c.path})
		})
		judge := func(kind, want string, truncated bool, size int, err error) {
			switch {
			case want == "cut" && (err != nil || !truncated || size == 0):
				t.Errorf("%s as %s: %d bytes, truncated %v, %v", c.path, kind, size, truncated, err)
			case want != "cut" && (err == nil || !strings.HasSuffix(err.Error(), want)):
				t.Errorf("%s as %s: got %v, want %q", c.path, kind, err, want)
			}
		}
		judge("page", c.page, page.Truncated, len(page.Body), pageErr)
		judge("document", c.document, document.Truncated, len(document.Body), documentErr)
		judge("call", c.call, answer.Truncated, len(answer.Body), callErr)
		if took > costtest.Limit || used > 100 {
			t.Errorf("%s: the three took %s and %d MiB", c.path, took, used)
		}
	}
}

// gzipBomb gives a gzip stream of size zeros (a multiple of 16 MiB): equal
// members one after the other are one stream.
func gzipBomb(size int) []byte {
	var member bytes.Buffer
	z := gzip.NewWriter(&member)
	_, _ = z.Write(make([]byte, 16<<20))
	_ = z.Close()
	return bytes.Repeat(member.Bytes(), size/(16<<20))
}

// A server that drips is cut off at the limit of the kind, to the second. Time
// here is the bubble's.
func TestDripping(t *testing.T) {
	for _, c := range []struct {
		name   string
		header string // sent at once
		kind   Kind
		want   time.Duration
	}{
		{"nothing at all", "", Webpage, 5 * time.Second},
		{"header", "HTTP/1.1 200 OK\r\n", Webpage, 5 * time.Second},
		{"body", "HTTP/1.1 200 OK\r\n\r\n", Webpage, 5 * time.Second},
		{"picture", "HTTP/1.1 200 OK\r\n\r\n", Image, 3 * time.Second},
		{"manifest", "HTTP/1.1 200 OK\r\n\r\n", Manifest, 10 * time.Second},
		{"document", "HTTP/1.1 200 OK\r\n\r\n", Document, 20 * time.Second},
		{"read", "HTTP/1.1 200 OK\r\n", Read, 45 * time.Second},
		{"effect", "HTTP/1.1 200 OK\r\n\r\n", Effect, 45 * time.Second},
	} {
		t.Run(c.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				g := dripping(t, c.header)
				start := time.Now()
				err := fetchOrDo(t.Context(), g, c.kind)
				if !errors.Is(err, ErrTimeout) || time.Since(start) != c.want {
					t.Errorf("got %v after %s, want a timeout after %s", err, time.Since(start), c.want)
				}
				ctx, cancel := context.WithTimeout(t.Context(), time.Second)
				defer cancel()
				start = time.Now()
				if err := fetchOrDo(ctx, g, c.kind); !errors.Is(err, ErrTimeout) || time.Since(start) != time.Second {
					t.Errorf("got %v after %s, want a timeout at the caller's deadline", err, time.Since(start))
				}
				idle(g)
			})
		})
	}
}

func fetchOrDo(ctx context.Context, g *Guard, kind Kind) error {
	if kind == Read || kind == Effect {
		_, _, err := g.Do(ctx, "", Request{Method: "GET", URL: "http://198.51.101.7:80/", Effect: kind == Effect})
		return err
	}
	_, err := g.Fetch(ctx, kind, "", "http://198.51.101.7:80/")
	return err
}

// dripping is a guard whose every connection leads to a server that sends
// header and then one byte each second.
func dripping(t *testing.T, header string) *Guard {
	t.Helper()
	connect := func(context.Context, netip.AddrPort) (net.Conn, error) {
		near, far := net.Pipe()
		left := make(chan struct{})
		go func() {
			defer func() { _ = far.Close() }()
			in := bufio.NewReader(far)
			if _, err := http.ReadRequest(in); err != nil {
				return
			}
			go func() {
				_, _ = io.Copy(io.Discard, in)
				close(left)
			}()
			for line := header; ; line = "x" {
				if _, err := io.WriteString(far, line); err != nil {
					return
				}
				select {
				case <-left:
					return
				case <-time.After(time.Second):
				}
			}
		}()
		return near, nil
	}
	g, err := New(Rules{AllowHosts: []string{"198.51.101.7:80"}, AllowAll: true}, WithConnect(connect))
	if err != nil {
		t.Fatal(err)
	}
	return g
}

// A name server that is silent costs the time of a dial, not more.
func TestSilentNameServer(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		g, err := New(Rules{}, WithLookup(func(ctx context.Context, _ string) ([]netip.Addr, error) {
			<-ctx.Done()
			return nil, ctx.Err()
		}))
		if err != nil {
			t.Fatal(err)
		}
		start := time.Now()
		_, sent, err := g.Do(t.Context(), "", Request{Method: "POST", URL: "https://api.test/", Effect: true})
		if !errors.Is(err, ErrTimeout) || sent != Unsent || time.Since(start) != dialTime {
			t.Errorf("got %s, %v after %s", sent, err, time.Since(start))
		}
	})
}
