package login_test

import (
	"bytes"
	"crypto/tls"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"net/url"
	"regexp"
	"strings"
	"testing"

	"aidesk/bots/login"
	"aidesk/core/account"
	"aidesk/core/account/connecttest"
	"aidesk/core/goldentest"
)

// newPages are pages of another process on the stage. What is random is the same each time.
func newPages(t testing.TB, s *connecttest.Stage) (*login.Pages, *account.Connections) {
	t.Helper()
	connections := s.Connections()
	connections.Random = rand.NewChaCha8([32]byte{1})
	connections.Redirect = login.RedirectBase(connecttest.Public)
	pages, err := login.New(connections, connecttest.Public+"/", s.Now)
	if err != nil {
		t.Fatal(err)
	}
	return pages, connections
}

// user is somebody's browser.
type user struct {
	t      testing.TB
	pages  http.Handler
	cookie string // as it is sent
}

// answer is what a browser gets.
type answer struct {
	*http.Response

	page string
}

func (u *user) do(r *http.Request) answer {
	u.t.Helper()
	if u.cookie != "" {
		r.Header.Set("Cookie", u.cookie)
	}
	w := httptest.NewRecorder()
	u.pages.ServeHTTP(w, r)
	response := w.Result()
	for _, cookie := range response.Cookies() {
		u.cookie = cookie.Name + "=" + cookie.Value
	}
	page, err := io.ReadAll(response.Body)
	if err != nil {
		u.t.Fatal(err)
	}
	for name, want := range map[string]string{"Cache-Control": "no-store", "Referrer-Policy": "no-referrer", "X-Content-Type-Options": "nosniff"} {
		if got := response.Header.Get(name); got != want {
			u.t.Errorf("%s %s: %s is %q", r.Method, r.URL.Path, name, got)
		}
	}
	if csp := response.Header.Get("Content-Security-Policy"); len(page) > 0 && (!strings.HasPrefix(csp, "default-src 'none'; ") || !strings.Contains(csp, "frame-ancestors 'none'")) {
		u.t.Errorf("%s %s: the policy is %q", r.Method, r.URL.Path, csp)
	}
	return answer{response, string(page)}
}

func (u *user) get(address string) answer {
	u.t.Helper()
	return u.do(httptest.NewRequest(http.MethodGet, address, nil))
}

// press sends a form from one of our pages.
func (u *user) press(form url.Values) answer {
	u.t.Helper()
	r := httptest.NewRequest(http.MethodPost, connecttest.Public+"/oauth/start", strings.NewReader(form.Encode()))
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	r.Header.Set("Sec-Fetch-Site", "same-origin")
	r.Header.Set("Origin", "null") // as browsers do that are told to send no referrer
	return u.do(r)
}

func (a answer) location() string { return a.Header.Get("Location") }

func begin(t testing.TB, c *account.Connections, n account.NewConnection) (account.Connection, string) {
	t.Helper()
	made, token, err := c.Begin(t.Context(), n)
	if err != nil {
		t.Fatal(err)
	}
	return made, token
}

var shownDigits = regexp.MustCompile(`>(\d{3} \d{3})<`)

// TestLogin goes the whole way in a browser.
func TestLogin(t *testing.T) {
	t.Parallel()
	s := connecttest.NewStage(t)
	pages, connections := newPages(t, s)
	c, token := begin(t, connections, s.Ann())
	ann := &user{t: t, pages: pages}
	page := ann.get(pages.Link(token))
	if page.StatusCode != http.StatusOK || !strings.Contains(page.Header.Get("Content-Security-Policy"), "form-action 'self' https: "+s.Provider.URL+";") {
		t.Fatalf("the page: %d, %v", page.StatusCode, page.Header)
	}
	to := ann.press(url.Values{"t": {token}})
	if to.StatusCode != http.StatusSeeOther || to.page != "" {
		t.Fatalf("the way to the provider: %d", to.StatusCode)
	}
	cookie := to.Header.Get("Set-Cookie")
	for _, want := range []string{"__Host-aidesk=", "; Path=/;", "; HttpOnly", "; Secure", "; SameSite=Lax"} {
		if !strings.Contains(cookie, want) || strings.Contains(cookie, "Domain") {
			t.Errorf("the cookie is %s", cookie)
		}
	}
	back, err := s.Provider.Consent("ann", to.location())
	if err != nil {
		t.Fatal(err)
	}
	for _, address := range []string{back.String(), back.String(), pages.Link(token)} { // loaded again, it shows the same
		at := ann.get(address)
		if at.StatusCode != http.StatusSeeOther || at.location() != connecttest.Public+"/oauth/digits" {
			t.Fatalf("back: %d %s", at.StatusCode, at.page)
		}
	}
	last := ann.get(connecttest.Public + "/oauth/digits")
	found := shownDigits.FindStringSubmatch(last.page)
	if last.StatusCode != http.StatusOK || found == nil {
		t.Fatalf("the last page: %d %s", last.StatusCode, last.page)
	}
	if _, err := connections.Finish(t.Context(), s.Ann().By, c.ID, found[1]); err != nil {
		t.Fatal(err)
	}
	if end := ann.get(connecttest.Public + "/oauth/digits"); end.StatusCode != http.StatusOK || !strings.Contains(end.page, "the account is connected") {
		t.Errorf("afterwards: %d %s", end.StatusCode, end.page)
	}
	for name, at := range map[string]string{"the link": pages.Link(token), "the answer": back.String()} {
		if used := ann.get(at); used.StatusCode != http.StatusConflict || strings.Count(used.page, "<p>") > 3 {
			t.Errorf("%s again: %d", name, used.StatusCode)
		}
	}
	if stranger := (&user{t: t, pages: pages}).get(connecttest.Public + "/oauth/digits"); stranger.StatusCode != http.StatusForbidden {
		t.Errorf("a stranger: %d", stranger.StatusCode)
	}
	secrets := []string{"canary", strings.ReplaceAll(found[1], " ", ""), found[1], token, back.Query().Get("state"), ann.cookie[len("__Host-aidesk="):], "oauth"}
	for _, secret := range secrets {
		if strings.Contains(s.Log(), secret) {
			t.Errorf("%s is logged", secret)
		}
	}
}

// TestUnfurl opens the link as those do who preview links: nothing changes.
func TestUnfurl(t *testing.T) {
	t.Parallel()
	s := connecttest.NewStage(t)
	pages, connections := newPages(t, s)
	for _, n := range []account.NewConnection{s.Ann(), s.Keyed()} {
		_, token := begin(t, connections, n)
		before := s.Stored("")
		for _, method := range []string{http.MethodGet, http.MethodHead} {
			for range 5 {
				a := (&user{t: t, pages: pages}).do(httptest.NewRequest(method, pages.Link(token), nil))
				if a.StatusCode != http.StatusOK || len(a.Cookies()) > 0 || a.location() != "" {
					t.Errorf("%s: %d", method, a.StatusCode)
				}
			}
		}
		if s.Stored("") != before {
			t.Error("a preview had an effect")
		}
	}
}

// TestPages is of requests that no page of ours leads to.
func TestPages(t *testing.T) {
	t.Parallel()
	s := connecttest.NewStage(t)
	pages, connections := newPages(t, s)
	_, token := begin(t, connections, s.Ann())
	id := connections.RedirectURL(*s.Ann().Login.Provider, connecttest.ClientID)
	post := func(headers map[string]string, body string) *http.Request {
		r := httptest.NewRequest(http.MethodPost, connecttest.Public+"/oauth/start", strings.NewReader(body))
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		for name, value := range headers {
			r.Header.Set(name, value)
		}
		return r
	}
	good := url.Values{"t": {token}}.Encode()
	same := map[string]string{"Sec-Fetch-Site": "same-origin"}
	for name, test := range map[string]struct {
		r    *http.Request
		want int
	}{
		"another site":             {post(map[string]string{"Sec-Fetch-Site": "cross-site", "Origin": "https://evil.example"}, good), 403},
		"a site beside it":         {post(map[string]string{"Sec-Fetch-Site": "same-site", "Origin": "https://evil.desk.example.com"}, good), 403},
		"a frame without origin":   {post(map[string]string{"Sec-Fetch-Site": "cross-site", "Origin": "null"}, good), 403},
		"another origin":           {post(map[string]string{"Origin": "https://evil.example"}, good), 403},
		"too long":                 {post(same, good+"&x="+strings.Repeat("x", 20<<10)), 400},
		"JSON":                     {post(map[string]string{"Sec-Fetch-Site": "same-origin", "Content-Type": "application/json"}, `{"t":"`+token+`"}`), 400},
		"no escape":                {post(same, "t=%zz"), 400},
		"no token":                 {post(same, ""), 410},
		"the token in the query":   {httptest.NewRequest(http.MethodPost, pages.Link(token), nil), 400},
		"another method":           {httptest.NewRequest(http.MethodPut, pages.Link(token), nil), 405},
		"a posted answer":          {httptest.NewRequest(http.MethodPost, id+"?code=a&state=b", nil), 405},
		"HEAD of an answer":        {httptest.NewRequest(http.MethodHead, id+"?code=a&state=b", nil), 405},
		"an answer without cookie": {httptest.NewRequest(http.MethodGet, id+"?code=a&state=b", nil), 403},
		"an answer of nothing":     {httptest.NewRequest(http.MethodGet, id, nil), 403},
		"an answer that is wrong":  {httptest.NewRequest(http.MethodGet, id+"?code=%zz", nil), 400},
		"a long query":             {httptest.NewRequest(http.MethodGet, id+"?code="+strings.Repeat("c", 20<<10), nil), 429 - 29},
		"no such page":             {httptest.NewRequest(http.MethodGet, connecttest.Public+"/oauth/", nil), 404},
		"a page below":             {httptest.NewRequest(http.MethodGet, id+"/x", nil), 404},
		"a wrong link":             {httptest.NewRequest(http.MethodGet, pages.Link(token[:len(token)-1]+"="), nil), 410},
		"a link of another":        {httptest.NewRequest(http.MethodGet, pages.Link(strings.Repeat("a", 42)+".a"), nil), 410},
		"digits of nobody":         {httptest.NewRequest(http.MethodGet, connecttest.Public+"/oauth/digits", nil), 403},
	} {
		before := s.Stored("")
		a := (&user{t: t, pages: pages}).do(test.r)
		if a.StatusCode != test.want {
			t.Errorf("%s: %d, want %d", name, a.StatusCode, test.want)
		}
		if len(a.Cookies()) > 0 || s.Stored("") != before {
			t.Errorf("%s: it had an effect", name)
		}
		if test.r.Method != http.MethodHead && (strings.Count(a.page, "<h1>") != 1 || strings.Contains(a.page, "Ann")) {
			t.Errorf("%s: %s", name, a.page)
		}
	}
}

// TestRate is of somebody who does not stop.
func TestRate(t *testing.T) {
	t.Parallel()
	s := connecttest.NewStage(t)
	pages, _ := newPages(t, s)
	status := map[int]int{}
	ask := func(from string) int {
		r := httptest.NewRequest(http.MethodGet, connecttest.Public+"/oauth/digits", nil)
		r.RemoteAddr = from
		return (&user{t: t, pages: pages}).do(r).StatusCode
	}
	for i := range 1_000 {
		status[ask(fmt.Sprintf("[2001:db8::%x]:%d", i, 1000+i))]++
	}
	if status[403] != 120 || status[429] != 1_000-120 {
		t.Errorf("one network: %v", status)
	}
	if got := ask("192.0.2.1:1"); got != 403 {
		t.Errorf("another: %d", got)
	}
	for i := range 1_000 {
		ask(fmt.Sprintf("10.%d.%d.1:1", i>>8, i&0xff))
	}
	s.Pass(5e9)
	if got := ask("[2001:db8::1]:1"); got != 403 {
		t.Errorf("later: %d", got)
	}
}

// TestLoopback is of aidesk on a machine where it is developed.
func TestLoopback(t *testing.T) {
	t.Parallel()
	s := connecttest.NewStage(t)
	connections := s.Connections()
	pages, err := login.New(connections, "http://127.0.0.1:8080", s.Now)
	if err != nil {
		t.Fatal(err)
	}
	connections.Redirect = login.RedirectBase("http://127.0.0.1:8080")
	_, token := begin(t, connections, s.Ann())
	a := (&user{t: t, pages: pages}).press(url.Values{"t": {token}})
	if cookie := a.Header.Get("Set-Cookie"); a.StatusCode != http.StatusSeeOther || !strings.HasPrefix(cookie, "aidesk=") || strings.Contains(cookie, "Secure") {
		t.Errorf("%d, %s", a.StatusCode, cookie)
	}
	for _, public := range []string{"", "desk.example.com", "ftp://desk.example.com", "https://", "https://a:b@desk.example.com", "https://desk.example.com?x=y"} {
		if _, err := login.New(connections, public, s.Now); err == nil {
			t.Errorf("%q is an address", public)
		}
	}
}

// TestGolden shows each page as members get it.
func TestGolden(t *testing.T) {
	t.Parallel()
	s := connecttest.NewStage(t)
	pages, connections := newPages(t, s)
	style := regexp.MustCompile(`(?s)<style>.*</style>`)
	golden := func(name string, a answer) {
		t.Helper()
		if strings.Contains(a.page, "ZgotmplZ") {
			t.Errorf("%s: a value was not let into the page", name)
		}
		goldentest.File(t, name+".html", []byte(style.ReplaceAllString(a.page, "<style></style>")))
	}
	n := s.Ann()
	n.Login.Provider = &account.Provider{AuthorizeURL: "https://login.trello.example:2096/authorize", TokenURL: "https://login.trello.example/token"}
	n.Hosts = []string{"api.trello.example", "files.trello.example"}
	ann := &user{t: t, pages: pages}
	_, token := begin(t, connections, n)
	golden("oauth", ann.get(pages.Link(token)))
	n.Shared = true
	_, token = begin(t, connections, n)
	golden("shared", ann.get(pages.Link(token)))

	_, token = begin(t, connections, s.Keyed())
	golden("keys", ann.get(pages.Link(token)))
	golden("keys-fault", ann.press(url.Values{"t": {token}, "field-0": {"ann"}, "field-1": {" "}}))
	if a := ann.press(url.Values{"t": {token}, "field-0": {"ann"}, "field-1": {"canary-key"}}); a.location() != connecttest.Public+"/oauth/digits" {
		t.Fatalf("keys: %d %s", a.StatusCode, a.page)
	}
	golden("digits", ann.get(connecttest.Public+"/oauth/digits"))
	golden("used", (&user{t: t, pages: pages}).get(pages.Link(token)))

	hostile := s.Keyed()
	hostile.Name, hostile.MemberName = "Tre\u202ello</h1><script>alert(1)</script>", "Ann\nin Zenith \"'>"
	hostile.Workspace, hostile.Back = strings.Repeat("Acme ", 100), "javascript:alert(1)"
	hostile.Hosts = []string{"<b>evil.example"}
	hostile.Login.Fields = []account.Field{{Name: `"><script>`, Label: "<i>Key\u200b", Hint: "{{.Token}}", Secret: true}}
	_, token = begin(t, connections, hostile)
	golden("hostile", ann.get(pages.Link(token)))
	ann.press(url.Values{"t": {token}, "field-0": {"k"}})
	golden("hostile-digits", ann.get(connecttest.Public+"/oauth/digits"))
}

// TestServed is of a real server and client: cookies and redirects as they are on the wire.
func TestServed(t *testing.T) {
	t.Parallel()
	s := connecttest.NewStage(t)
	var pages http.Handler
	server := httptest.NewTLSServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { pages.ServeHTTP(w, r) }))
	t.Cleanup(server.Close)
	connections := s.Connections()
	connections.Redirect = login.RedirectBase(server.URL)
	made, err := login.New(connections, server.URL, s.Now)
	if err != nil {
		t.Fatal(err)
	}
	pages = made
	client := &http.Client{
		Transport:     &http.Transport{TLSClientConfig: &tls.Config{InsecureSkipVerify: true}},
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
	_, token := begin(t, connections, s.Ann())
	r, err := http.NewRequestWithContext(t.Context(), http.MethodPost, server.URL+"/oauth/start", strings.NewReader(url.Values{"t": {token}}.Encode()))
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	r.Header.Set("Origin", server.URL) // a browser that does not say more
	response, err := client.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = response.Body.Close() }()
	var body bytes.Buffer
	if _, err := body.ReadFrom(response.Body); err != nil || response.StatusCode != http.StatusSeeOther || body.Len() != 0 {
		t.Fatalf("%d %s %v", response.StatusCode, body.String(), err)
	}
	if _, err := s.Provider.Consent("ann", response.Header.Get("Location")); err != nil {
		t.Fatal(err)
	}
}
