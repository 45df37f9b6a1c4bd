package logintest

import (
	"html"
	"io"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"regexp"
	"strings"
	"testing"
	"time"
)

// userCookie says at a Provider who uses a browser.
const userCookie = "provider_user"

// Browser is a browser with its cookies. It follows no redirect by itself.
type Browser struct {
	t      testing.TB
	user   string
	client *http.Client
}

// Page is what a browser shows.
type Page struct {
	Status int
	Body   string
	At     string // the address that a redirect leads to, else its own
	moved  bool
}

// NewBrowser opens one, which is somebody's at providers.
func NewBrowser(t testing.TB, user string) *Browser {
	t.Helper()
	jar, err := cookiejar.New(nil)
	if err != nil {
		t.Fatal(err)
	}
	transport := &http.Transport{}
	t.Cleanup(transport.CloseIdleConnections)
	return &Browser{t: t, user: user, client: &http.Client{
		Jar: jar, Transport: transport, Timeout: 30 * time.Second,
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}}
}

// Get opens an address.
func (b *Browser) Get(address string) Page { return b.send(http.MethodGet, address, nil) }

// GetWith opens an address with a header.
func (b *Browser) GetWith(address, name, value string) Page {
	return b.send(http.MethodGet, address, nil, name, value)
}

// Post sends a form of the page at an address.
func (b *Browser) Post(address string, form url.Values) Page {
	return b.send(http.MethodPost, address, form)
}

func (b *Browser) send(method, address string, form url.Values, more ...string) Page {
	b.t.Helper()
	r, err := http.NewRequestWithContext(b.t.Context(), method, address, strings.NewReader(form.Encode()))
	if err != nil {
		b.t.Fatal(err)
	}
	if form != nil {
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		r.Header.Set("Sec-Fetch-Site", "same-origin")
	}
	r.AddCookie(&http.Cookie{Name: userCookie, Value: b.user}) //nolint:gosec // G124: a request has no attributes of cookies
	for i := 0; i+1 < len(more); i += 2 {
		r.Header.Set(more[i], more[i+1])
	}
	response, err := b.client.Do(r)
	if err != nil {
		b.t.Fatal(err)
	}
	defer response.Body.Close()
	body, err := io.ReadAll(response.Body)
	if err != nil {
		b.t.Fatal(err)
	}
	p := Page{Status: response.StatusCode, Body: html.UnescapeString(string(body)), At: address}
	if to := response.Header.Get("Location"); to != "" {
		p.At, p.moved = to, true
	}
	return p
}

// Follow opens what redirects lead to, until a page is shown.
func (b *Browser) Follow(p Page) Page {
	b.t.Helper()
	for range 10 {
		if !p.moved {
			return p
		}
		p = b.Get(p.At)
	}
	b.t.Fatal("too many redirects")
	return p
}

// Continue presses the button of the page that a link opens, with what is typed into its
// fields, and returns what that answers.
func (b *Browser) Continue(link string, typed ...string) Page {
	b.t.Helper()
	u, err := url.Parse(link)
	if err != nil {
		b.t.Fatal(err)
	}
	form := url.Values{"t": {u.Query().Get("t")}}
	for i, v := range typed {
		form.Set("field-"+string(rune('0'+i)), v)
	}
	u.RawQuery = ""
	return b.Post(u.String(), form)
}

// LogIn goes the whole way from a link to the digits.
func (b *Browser) LogIn(link string, typed ...string) string {
	b.t.Helper()
	if p := b.Get(link); p.Status != http.StatusOK {
		b.t.Fatalf("the page of the link: %d %s", p.Status, p.Body)
	}
	p := b.Follow(b.Continue(link, typed...))
	digits := Digits(p.Body)
	if digits == "" {
		b.t.Fatalf("no digits: %d %s", p.Status, p.Body)
	}
	return digits
}

var shownDigits = regexp.MustCompile(`class="digits"[^>]*>(\d{3}) (\d{3})<`)

// Digits are those on a page; empty: there are none.
func Digits(body string) string {
	found := shownDigits.FindStringSubmatch(body)
	if found == nil {
		return ""
	}
	return found[1] + " " + found[2]
}
