package account

import (
	"bytes"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"aidesk/core/egress"
	"aidesk/core/secret"
)

// canary is a value that no error may hold.
const canary = "canary-7f3a91c2"

// TestAdd puts credentials into requests.
func TestAdd(t *testing.T) {
	t.Parallel()
	basic := "Basic " + base64.StdEncoding.EncodeToString([]byte("ann:"+canary))
	key := Credential{"key": canary, "user": "ann"}
	header := func(name, value string) http.Header { return http.Header{name: {value}} }
	tests := []struct {
		name   string
		url    string
		header http.Header
		slots  []Slot
		want   egress.Request
	}{
		{
			"a bearer token", "https://api.example/v1", nil,
			[]Slot{{Field: "key", In: "header", Name: "Authorization", Prefix: "Bearer "}},
			egress.Request{URL: "https://api.example/v1", Header: header("Authorization", "Bearer "+canary)},
		},
		{
			"a header that the call has already, in another case", "https://api.example/v1",
			http.Header{"authorization": {"mine"}, "Accept": {"*/*"}},
			[]Slot{{Field: "key", In: "header", Name: "Authorization"}},
			egress.Request{URL: "https://api.example/v1", Header: http.Header{"Authorization": {canary}, "Accept": {"*/*"}}},
		},
		{
			"user and password", "https://api.example/v1", nil,
			[]Slot{{Field: "key", User: "user", In: "header", Name: "Authorization", Prefix: "Basic "}},
			egress.Request{URL: "https://api.example/v1", Header: header("Authorization", basic)},
		},
		{
			"user and password without a prefix", "https://api.example/v1", nil,
			[]Slot{{Field: "key", User: "user", In: "header", Name: "Authorization"}},
			egress.Request{URL: "https://api.example/v1", Header: header("Authorization", basic)},
		},
		{
			"a key as user name", "https://api.example/v1", nil,
			[]Slot{{Field: "none", User: "key", In: "header", Name: "Authorization"}},
			egress.Request{URL: "https://api.example/v1", Header: header("Authorization", "Basic "+base64.StdEncoding.EncodeToString([]byte(canary+":")))},
		},
		{
			"a parameter, and the rest as it was", "https://api.example:443/a%2Fb?q=%2f+x&key=mine&k%65y=2&r#top", nil,
			[]Slot{{Field: "key", In: "query", Name: "key"}},
			egress.Request{URL: "https://api.example:443/a%2Fb?q=%2f+x&r&key=" + canary, Header: http.Header{}},
		},
		{
			"a parameter alone", "https://api.example", nil,
			[]Slot{{Field: "key", In: "query", Name: "api key", Prefix: "a&b "}},
			egress.Request{URL: "https://api.example?api%20key=a%26b%20" + canary, Header: http.Header{}},
		},
		{
			"a cookie beside others", "https://api.example/v1",
			http.Header{"Cookie": {"a=1; key=mine", "b=2"}},
			[]Slot{{Field: "key", In: "cookie", Name: "key"}},
			egress.Request{URL: "https://api.example/v1", Header: header("Cookie", "a=1; b=2; key="+canary)},
		},
		{
			"two schemes at once", "https://api.example/v1", nil,
			[]Slot{{Field: "key", In: "header", Name: "X-Key"}, {Field: "user", In: "query", Name: "user"}, {Field: "key", In: "cookie", Name: "c"}},
			egress.Request{URL: "https://api.example/v1?user=ann", Header: http.Header{"X-Key": {canary}, "Cookie": {"c=" + canary}}},
		},
		{"nothing to add", "https://api.example/v1", nil, nil, egress.Request{URL: "https://api.example/v1", Header: http.Header{}}},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			before := test.header.Clone()
			got := egress.Request{URL: test.url, Header: test.header}
			if err := key.Add(&got, test.slots, []string{"API.example"}); err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(test.want, got); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
			if diff := cmp.Diff(before, test.header); diff != "" {
				t.Errorf("the header given was changed (-before +after):\n%s", diff)
			}
		})
	}
}

// TestAddHosts sends a credential to the hosts of its account and to no other.
func TestAddHosts(t *testing.T) {
	t.Parallel()
	tests := []struct {
		url, host string
		want      bool
	}{
		{"https://api.example/v1", "api.example", true},
		{"https://API.EXAMPLE.:443/v1", "api.example", true},
		{"https://api.example/v1", "api.example:443", true},
		{"https://api.example:8443/v1", "api.example:8443", true},
		{"http://127.0.0.1:4010/v1", "127.0.0.1:4010", true},
		{"http://[::1]:4010/v1", "[::1]:4010", true},
		{"http://api.example/v1", "api.example:80", true},
		{"http://api.example/v1", "api.example", false},
		{"http://api.example:443/v1", "api.example", false},
		{"https://api.example:8443/v1", "api.example", false},
		{"https://evil.example/v1", "api.example", false},
		{"https://api.example.evil.example/v1", "api.example", false},
		{"https://evil.example/api.example", "api.example", false},
		{"https://api.example@evil.example/v1", "api.example", false},
		{"https://evil.example@api.example/v1", "api.example", false},
		{"https://evil.example?@api.example/v1", "api.example", false},
		{"https://evil.example#@api.example/v1", "api.example", false},
		{"https://evil.example\\@api.example/v1", "api.example", false},
		{"https://api.example\\.evil.example/v1", "api.example", false},
		{"//api.example/v1", "api.example", false},
		{"https:api.example/v1", "api.example", false},
		{"file://api.example/v1", "api.example", false},
		{"https://", "", false},
		{"https:///v1", "", false},
		{"https://api.example/v1", "", false},
		{"https://api.example/v1", "https://api.example", false},
		{"https://api.example/v1", "*.example", false},
		{"https://api.example/v1", "x@api.example", false},
		{"https://\u0430pi.example/v1", "api.example", false}, // a Cyrillic a
	}
	slots := []Slot{{Field: "key", In: "header", Name: "Authorization"}}
	for _, test := range tests {
		r := egress.Request{URL: test.url}
		err := Credential{"key": canary}.Add(&r, slots, []string{test.host})
		if (err == nil) != test.want || err != nil && !errors.Is(err, ErrHost) {
			t.Errorf("%s for %q: %v", test.url, test.host, err)
		}
		if err != nil && (r.Header != nil || r.URL != test.url) {
			t.Errorf("%s for %q was changed", test.url, test.host)
		}
	}
	r := egress.Request{URL: "https://api.example/"}
	if err := (Credential{"key": canary}).Add(&r, slots, nil); !errors.Is(err, ErrHost) {
		t.Errorf("without hosts: %v", err)
	}
}

// TestAddRefused: what cannot be sent is refused in one line that names the field.
func TestAddRefused(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name, value string
		slots       []Slot
		want        string
	}{
		{"a line break", canary + "\r\nHost: evil", []Slot{{Field: "key", In: "header", Name: "X"}}, `"key" has a line break`},
		{"a zero", canary + "\x00", []Slot{{Field: "key", In: "query", Name: "X"}}, `"key" has a line break`},
		{"a line separator", canary + "\u2028", []Slot{{Field: "key", In: "header", Name: "X"}}, `"key" has a line break`},
		{"in a user name", canary + "\n", []Slot{{Field: "none", User: "key", In: "header", Name: "X"}}, `"key" has a line break`},
		{"a colon in a user name", canary + ":", []Slot{{Field: "none", User: "key", In: "header", Name: "X"}}, `"key" has a colon`},
		{"in a prefix", canary, []Slot{{Field: "key", In: "header", Name: "X", Prefix: "a\r\nb"}}, `before the field "key"`},
		{"nothing", "", []Slot{{Field: "key", In: "header", Name: "X"}}, `"key" is empty`},
		{"nothing of either", "", []Slot{{Field: "key", User: "user", In: "header", Name: "X"}}, `"user" and "key" are empty`},
		{"a semicolon in a cookie", canary + ";a=b", []Slot{{Field: "key", In: "cookie", Name: "X"}}, `"key" has a space, comma, semicolon`},
		{"too long", canary + strings.Repeat("x", maxValue), []Slot{{Field: "key", In: "header", Name: "X"}}, `"key" has more than 16 KiB`},
		{"no place", canary, []Slot{{Field: "key", In: "body", Name: "X"}}, `"body" is no place`},
		{"no name", canary, []Slot{{Field: "key", In: "query"}}, `"" cannot be the name of a query`},
		{"a name that ends its line", canary, []Slot{{Field: "key", In: "header", Name: "X: y\r\nZ"}}, `cannot be the name of a header`},
		{"a name of two cookies", canary, []Slot{{Field: "key", In: "cookie", Name: "a=b; c"}}, `cannot be the name of a cookie`},
		{"the header Host", canary, []Slot{{Field: "key", In: "header", Name: "hOST"}}, `belongs to the request itself`},
		{"two in one place", canary, []Slot{{Field: "key", In: "header", Name: "X"}, {Field: "key", In: "header", Name: "x"}}, `two of its values go into the header "x"`},
		{"a cookie in a header that is one", canary, []Slot{{Field: "key", In: "header", Name: "cookie"}, {Field: "key", In: "cookie", Name: "x"}}, `another a cookie in it`},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			r := egress.Request{URL: "https://api.example/v1?q=1", Header: http.Header{"A": {"b"}}}
			err := Credential{"key": secret.Text(test.value)}.Add(&r, test.slots, []string{"api.example"})
			if err == nil || !strings.Contains(err.Error(), test.want) || strings.Contains(err.Error(), canary) || strings.ContainsAny(err.Error(), "\r\n") {
				t.Errorf("error: %v", err)
			}
			if diff := cmp.Diff(egress.Request{URL: "https://api.example/v1?q=1", Header: http.Header{"A": {"b"}}}, r); diff != "" {
				t.Errorf("the request was changed:\n%s", diff)
			}
		})
	}
}

// TestHide finds a credential in all the ways in which a plugin may echo it.
func TestHide(t *testing.T) {
	t.Parallel()
	value := "p/ss\"w<rd ü&+=%"
	c := Credential{"user": "ann", "password": secret.Text(value), "pin": "1234", "other": "cdefgh", "more": "abcdef"}
	std := base64.StdEncoding.EncodeToString
	tests := []struct{ text, want string }{
		{"nothing of it", "nothing of it"},
		{"", ""},
		{"a short 1234 stays", "a short 1234 stays"},
		{"plain " + value + value + " end", "plain *** end"},
		{"query " + url.QueryEscape(value) + " end", "query *** end"},
		{"query " + strings.ToLower(url.QueryEscape(value)) + " end", "query *** end"},
		{"path " + url.PathEscape(value) + " end", "path *** end"},
		{`json "p/ss\"w\u003crd ü\u0026+=%" end`, `json "***" end`},
		{`json "p\/ss\"w\u003crd ü\u0026+=%" end`, `json "***" end`},
		{`json "p/ss\"w<rd ü&+=%" end`, `json "***" end`},
		{"html p/ss&#34;w&lt;rd ü&amp;+=% end", "html *** end"},
		{"base64 " + std([]byte(value)) + " end", "base64 *** end"},
		{"base64 " + base64.RawURLEncoding.EncodeToString([]byte(value)) + " end", "base64 *** end"},
		{"Basic " + std([]byte("ann:"+value)) + " end", "Basic *** end"},
		{"Basic " + std([]byte(value+":")) + " end", "Basic *** end"},
		{"overlapping abcdefgh end", "overlapping *** end"},
	}
	for _, test := range tests {
		if got := Hide(test.text, c); got != test.want {
			t.Errorf("%q became %q, want %q", test.text, got, test.want)
		}
	}
	long := strings.Repeat("a", 1<<20)
	if got := Hide(long, Credential{"key": secret.Text(strings.Repeat("a", maxValue))}); got != "***" {
		t.Errorf("a megabyte of it became %d bytes", len(got))
	}
}

// TestPrinted: however something that holds a secret is printed, logged or encoded, the
// secret is not there.
func TestPrinted(t *testing.T) {
	t.Parallel()
	for _, v := range []any{
		Credential{"key": canary},
		&Credential{"key": canary},
		Token{Access: canary, Refresh: canary},
		&Token{Access: canary},
		Client{ID: "id", Secret: canary},
		[]Client{{Secret: canary}},
	} {
		var out bytes.Buffer
		for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q", "%x", "%d", "%T"} {
			fmt.Fprintf(&out, verb+"\n", v)
		}
		slog.New(slog.NewTextHandler(&out, nil)).Info("text", "value", v)
		slog.New(slog.NewJSONHandler(&out, nil)).Info("JSON", "value", v)
		if err := json.NewEncoder(&out).Encode(v); err != nil {
			t.Error(err)
		}
		if text := out.String(); strings.Contains(text, canary) || strings.Contains(text, hex.EncodeToString([]byte(canary))) {
			t.Errorf("%T is printed as %s", v, text)
		}
	}
}

// FuzzAdd: whatever an address is, a credential goes to its host or nowhere.
func FuzzAdd(f *testing.F) {
	for _, seed := range []string{"https://api.example/v1?q=1#x", "https://api.example@evil/", "https://evil/?https://api.example", "https://api.example:443?key=1&&key"} {
		f.Add(seed, "key", "v&=#@/")
	}
	f.Fuzz(func(t *testing.T, address, name, value string) {
		r := egress.Request{URL: address}
		if (Credential{"key": secret.Text(value)}).Add(&r, []Slot{{Field: "key", In: "query", Name: name}}, []string{"api.example"}) != nil {
			return
		}
		u, err := url.Parse(r.URL)
		if err != nil || u.Scheme != "https" || strings.TrimSuffix(strings.ToLower(u.Hostname()), ".") != "api.example" {
			t.Fatalf("%q became %q", address, r.URL)
		}
		found := 0
		for part := range strings.SplitSeq(u.RawQuery, "&") {
			key, v, _ := strings.Cut(part, "=")
			if key, err := url.QueryUnescape(key); err == nil && key == name {
				if v, err := url.QueryUnescape(v); err != nil || v != value {
					t.Fatalf("%q has the value %q", r.URL, v)
				}
				found++
			}
		}
		if found != 1 {
			t.Fatalf("%q has the parameter %q %d times", r.URL, name, found)
		}
	})
}
