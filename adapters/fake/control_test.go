package fake_test

import (
	"context"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"strconv"
	"testing"
	"time"

	"go.uber.org/goleak"

	"aidesk/adapters/fake"
	"aidesk/adapters/fake/faketest"
)

func TestMain(m *testing.M) {
	goleak.VerifyTestMain(m, goleak.IgnoreCurrent())
}

// request is what the console of the tests can be asked for.
type request struct {
	Text string `json:"text"`
}

// console serves a console with one control, which changes the text that its page shows.
func console(t *testing.T) (browser faketest.Browser, say func(text string), end context.CancelFunc) {
	t.Helper()
	ended, end := context.WithCancel(context.Background())
	t.Cleanup(end)
	state, text := &fake.State{}, "nothing"
	say = func(said string) {
		defer state.Changing()()
		text = said
	}
	c := fake.Console[request]{
		State: state, Ended: ended, Timeout: time.Second,
		Controls: map[string]func(context.Context, request) (fake.Object, error){
			"say": func(_ context.Context, r request) (fake.Object, error) {
				say(r.Text)
				return fake.Object{"length": len(r.Text)}, nil
			},
		},
		Page: func(user, channel string) fake.Page {
			state.Lock()
			defer state.Unlock()
			return fake.Page{User: user, Channel: channel, Messages: []fake.Message{{ID: "1", Author: "ada", Body: text}}, Version: state.Version()}
		},
	}
	mux := http.NewServeMux()
	c.Routes(mux)
	server := httptest.NewServer(mux)
	t.Cleanup(func() {
		http.DefaultClient.CloseIdleConnections()
		server.Close()
	})
	return faketest.Browser{T: t, URL: server.URL}, say, end
}

// page asks for what the page shows, in a version above one.
func page(t *testing.T, browser faketest.Browser, after string) (version int, text any) {
	t.Helper()
	var p fake.Page
	if err := json.Unmarshal([]byte(browser.Get("/_control/page?user=u&channel=c&after="+after)), &p); err != nil {
		t.Error(err)
		return 0, nil
	}
	if p.User != "u" || p.Channel != "c" {
		t.Errorf("the page of %q in %q", p.User, p.Channel)
	}
	return p.Version, p.Messages[0].Body
}

// TestChangedSincePage: what changes between two questions of the page is not lost, as each
// asks for what came after the version that is shown.
func TestChangedSincePage(t *testing.T) {
	browser, say, _ := console(t)
	before, text := page(t, browser, "")
	if text != "nothing" {
		t.Errorf("at first: %v", text)
	}
	say("hello")
	now, text := page(t, browser, strconv.Itoa(before))
	if now != before+1 || text != "hello" {
		t.Errorf("version %d after %d: %v", now, before, text)
	}
	changed := make(chan any, 1)
	go func() {
		_, text := page(t, browser, strconv.Itoa(now))
		changed <- text
	}()
	browser.Control("say", `{"text":"again"}`, `"length":5`)
	if got := <-changed; got != "again" {
		t.Errorf("waited for a change: %v", got)
	}
}

// TestPageEnds: who waits for a change is let go when the fake is closed.
func TestPageEnds(t *testing.T) {
	browser, _, end := console(t)
	end()
	if got := browser.Get("/_control/page?after=7"); got != "" {
		t.Errorf("after the end: %q", got)
	}
}

// TestLocal: only programs on this machine and a page of the same server may let people act.
func TestLocal(t *testing.T) {
	for _, tt := range []struct {
		name, host string
		headers    map[string]string
		want       bool
	}{
		{"a program", "127.0.0.1:4020", nil, true},
		{"IPv6", "[::1]:4020", nil, true},
		{"by name", "localhost:4020", nil, true},
		{"without a port", "127.0.0.1", nil, true},
		{"its own page", "127.0.0.1:4020", map[string]string{"Origin": "http://127.0.0.1:4020", "Sec-Fetch-Site": "same-origin"}, true},
		{"typed by the user", "127.0.0.1:4020", map[string]string{"Sec-Fetch-Site": "none"}, true},
		{"another page", "127.0.0.1:4020", map[string]string{"Origin": "https://elsewhere.example"}, false},
		{"a page at another port", "127.0.0.1:4020", map[string]string{"Origin": "http://127.0.0.1:8080"}, false},
		{"a page without an origin", "127.0.0.1:4020", map[string]string{"Origin": "null"}, false},
		{"an image of another page", "127.0.0.1:4020", map[string]string{"Sec-Fetch-Site": "cross-site"}, false},
		{"a name that leads here", "elsewhere.example:4020", nil, false},
		{"another machine", "192.0.2.7:4020", nil, false},
	} {
		t.Run(tt.name, func(t *testing.T) {
			r := httptest.NewRequest(http.MethodPost, "/_control/say", nil)
			r.Host = tt.host
			for name, value := range tt.headers {
				r.Header.Set(name, value)
			}
			if got := fake.Local(r); got != tt.want {
				t.Errorf("local is %v", got)
			}
		})
	}
}

// TestPictures: an address may be fetched if it is that of a picture.
func TestPictures(t *testing.T) {
	var parts any
	body := `[{"type":"section","accessory":{"type":"image","image_url":"http://127.0.0.1/a.png"}},{"embeds":[{"thumbnail":{"url":"http://127.0.0.1/b.png"}}],"text":"http://127.0.0.1/c.png"}]`
	if err := json.Unmarshal([]byte(body), &parts); err != nil {
		t.Fatal(err)
	}
	for address, want := range map[string]bool{"http://127.0.0.1/a.png": true, "http://127.0.0.1/b.png": true, "http://127.0.0.1/c.png": false, "": false} {
		if got := fake.Pictures(parts, address); got != want {
			t.Errorf("%s: %v", address, got)
		}
	}
}
