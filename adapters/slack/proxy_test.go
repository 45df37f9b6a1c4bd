package slack_test

import (
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"sync/atomic"
	"testing"

	"aidesk/adapters/slack"
)

// TestProxy: sockets go the way of the client, through its proxy too.
func TestProxy(t *testing.T) {
	t.Parallel()
	var tunnels atomic.Int32
	forward := &httputil.ReverseProxy{Rewrite: func(*httputil.ProxyRequest) {}}
	proxy := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Method != http.MethodConnect {
			forward.ServeHTTP(w, r)
			return
		}
		tunnels.Add(1)
		there, err := new(net.Dialer).DialContext(t.Context(), "tcp", r.Host)
		if err != nil {
			http.Error(w, err.Error(), http.StatusBadGateway)
			return
		}
		defer there.Close()
		here, _, err := http.NewResponseController(w).Hijack()
		if err != nil {
			return
		}
		defer here.Close()
		_, _ = io.WriteString(here, "HTTP/1.1 200 OK\r\n\r\n")
		go func() {
			_, _ = io.Copy(there, here)
			_ = there.Close()
		}()
		_, _ = io.Copy(here, there)
	}))
	t.Cleanup(proxy.Close)
	way, err := url.Parse(proxy.URL)
	if err != nil {
		t.Fatal(err)
	}
	s := play(t, slack.ModeSocket, func(s *stage) {
		s.config.Client = &http.Client{Transport: &http.Transport{Proxy: http.ProxyURL(way)}}
	})
	if e := s.ask("U00000ADA", "C0GENERAL", "hello"); e.Message == nil || tunnels.Load() == 0 {
		t.Errorf("%d sockets through the proxy, and this was heard: %+v", tunnels.Load(), e)
	}
}
