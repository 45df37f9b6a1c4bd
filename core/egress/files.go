package egress

import (
	"net/http"
	"net/netip"
	"net/url"
	"slices"
	"strings"
	"time"
)

const (
	fileTime  = 30 * time.Second
	fileLimit = 16 << 20
)

// Files gives a client for what members attach at a messenger, whose requests carry the
// app's token. It sends GET and nothing else: over https to these hosts, judged like any
// address that somebody else wrote, and to the address of the messenger's API, which the
// operator wrote and which is trusted as written. Redirects are handed back, not followed.
// An answer is at most 16 MiB and takes 30 s.
func (g *Guard) Files(api string, hosts ...string) (*http.Client, error) {
	base, err := parse(api)
	if err != nil {
		return nil, err
	}
	return &http.Client{
		Transport:     &fileTransport{g, base, hosts},
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
		Timeout:       fileTime,
	}, nil
}

// fileTransport applies the rules of Files as a RoundTripper.
type fileTransport struct {
	guard *Guard
	api   *url.URL
	hosts []string
}

func (f *fileTransport) RoundTrip(request *http.Request) (*http.Response, error) {
	way, err := f.route(request)
	if err != nil {
		return nil, err
	}
	request = request.Clone(request.Context())
	request.Header.Set("User-Agent", f.guard.agent(Read))
	response, err := way.single.RoundTrip(request)
	if err != nil {
		return nil, describeError(err, hostOf(request.URL))
	}
	response.Body = http.MaxBytesReader(nil, response.Body, fileLimit)
	return response, nil
}

// route judges a request before a byte of it is sent.
func (f *fileTransport) route(request *http.Request) (*transports, error) {
	u := request.URL
	switch {
	case request.Method != http.MethodGet || u.User != nil:
		return nil, refuse("files are only read")
	case sameOrigin(u, f.api):
		if _, err := netip.ParseAddr(u.Hostname()); err != nil && f.guard.rules.proxy != nil {
			return &f.guard.trusted, nil
		}
		return &f.guard.open, nil
	case u.Scheme != "https" || !slices.Contains(f.hosts, strings.ToLower(u.Host)):
		return nil, refuse("%s is not where the messenger keeps files", hostOf(u))
	}
	return f.guard.route(hop{kind: Read, url: u})
}
