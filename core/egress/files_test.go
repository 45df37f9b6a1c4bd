package egress

import (
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"
)

// TestFiles reads what members attach from the messenger's own hosts and nowhere else, and
// takes the token along no redirect.
func TestFiles(t *testing.T) {
	w := &world{names: map[string][]string{
		"files.chat.example": {"93.184.215.14"}, "inner.chat.example": {"10.0.0.7"}, "elsewhere.example": {"93.184.215.14"},
	}}
	client := files(t, w.guard(t, Rules{}), "https://chat.example/api/")
	for _, test := range []struct{ method, url, fault string }{
		{"GET", "https://files.chat.example/a.png", ""}, // the connection is refused, but asked for
		{"GET", "https://FILES.chat.example/a.png", ""},
		{"GET", "https://inner.chat.example/a.png", "private"},
		{"GET", "https://elsewhere.example/a.png", "not where the messenger keeps files"},
		{"GET", "https://files.chat.example.elsewhere.example/a.png", "not where"},
		{"GET", "https://files.chat.example:8443/a.png", "not where"},
		{"GET", "http://files.chat.example/a.png", "not where"},
		{"GET", "http://chat.example/a.png", "not where"},
		{"GET", "https://files.chat.example@elsewhere.example/", "only read"},
		{"POST", "https://files.chat.example/a.png", "only read"},
	} {
		w.connections()
		request, err := http.NewRequestWithContext(t.Context(), test.method, test.url, http.NoBody)
		if err != nil {
			t.Fatal(err)
		}
		request.Header.Set("Authorization", "Bearer token")
		response, err := client.Do(request)
		if err == nil {
			_ = response.Body.Close()
			t.Fatalf("%s: an answer", test.url)
		}
		dialled := strings.Join(w.connections(), " ")
		if refused := errors.Is(err, ErrRefused); refused != (test.fault != "") || !strings.Contains(err.Error(), test.fault) || refused != (dialled == "") {
			t.Errorf("%s %s: %v, dialled %q", test.method, test.url, err, dialled)
		}
	}
}

// TestFilesOfTheAPI reads files at the address that the operator wrote, without limits of
// where it is.
func TestFilesOfTheAPI(t *testing.T) {
	var elsewhere bool
	other := serve(t, func(http.ResponseWriter, *http.Request) { elsewhere = true })
	server := serve(t, func(w http.ResponseWriter, r *http.Request) {
		switch r.URL.Path {
		case "/moved":
			http.Redirect(w, r, other.URL, http.StatusFound)
		case "/large":
			_, _ = w.Write(make([]byte, fileLimit+1))
		default:
			fmt.Fprint(w, r.Header.Get("Authorization"))
		}
	})
	g, err := New(Rules{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { idle(g) })
	client := files(t, g, server.URL+"/api/")
	for _, test := range []struct {
		url    string
		status int
		body   string
		fault  string
	}{
		{server.URL + "/files/a.png", 200, "Bearer token", ""},
		{server.URL + "/moved", 302, "", ""},
		{server.URL + "/large", 200, "", "too large"},
		{other.URL + "/a.png", 0, "", "not where the messenger keeps files"},
	} {
		request, err := http.NewRequestWithContext(t.Context(), http.MethodGet, test.url, http.NoBody)
		if err != nil {
			t.Fatal(err)
		}
		request.Header.Set("Authorization", "Bearer token")
		status, body, err := func() (int, string, error) {
			response, err := client.Do(request)
			if err != nil {
				return 0, "", err
			}
			defer func() { _ = response.Body.Close() }()
			body, err := io.ReadAll(response.Body)
			return response.StatusCode, string(body), err
		}()
		if status != test.status || test.body != "" && body != test.body || (err == nil) != (test.fault == "") || err != nil && !strings.Contains(err.Error(), test.fault) {
			t.Errorf("%s: got %d, %.40q, %v", test.url, status, body, err)
		}
	}
	if elsewhere {
		t.Error("the token went along a redirect")
	}
}

func files(t *testing.T, g *Guard, api string) *http.Client {
	t.Helper()
	client, err := g.Files(api, "files.chat.example", "inner.chat.example")
	if err != nil {
		t.Fatal(err)
	}
	return client
}
