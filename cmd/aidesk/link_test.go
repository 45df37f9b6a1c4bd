package main

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"

	"aidesk/core/model/modeltest"
)

// TestInventedLink has a model write an address that no result holds, in every syntax
// that CommonMark and HTML have. Nobody fetches it, though the way to it is open, and
// nothing of its query is shown. A link of an earlier result stays one in later turns.
func TestInventedLink(t *testing.T) {
	t.Parallel()
	var requests atomic.Int32
	evil := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { requests.Add(1) }))
	defer evil.Close()
	address := evil.URL + "/leak?q=SECRET"
	dir := t.TempDir()
	answer := strings.Join([]string{
		"inline [click](" + address + "1)",
		"reference [click][r] and [r]",
		"autolink <" + address + "2>",
		"bare " + address + "3",
		"image ![look](" + address + "4)",
		`HTML <a href="` + address + `5">click</a> <img src="` + address + `6">`,
		"[r]: " + address + "7",
	}, "\n\n")
	server := modeltest.NewChat(t,
		modeltest.Call([2]string{"stays__searchStays", `{"city":"Paris"}`}),
		modeltest.Text(answer),
		modeltest.Text("The second one is nice."),
	)
	host := strings.TrimPrefix(evil.URL, "http://")
	p := start(t, "demo", "--data", dir, "--allow-host", host, "--model-url", server.URL, "--model", "m")
	p.say("Where can I stay in Paris?")
	out := p.wait("Source: Stays")
	if strings.Contains(out, "SECRET") {
		t.Errorf("a query is shown:\n%s", out)
	}
	for _, kept := range []string{"inline", "reference", "autolink", "bare", "image", "look", "HTML"} {
		if !strings.Contains(out, kept) {
			t.Errorf("the answer lost %q:\n%s", kept, out)
		}
	}
	page := between(out, "http://", "/stays/canal-loft")
	if page == "" {
		t.Fatalf("no preview card of a stay:\n%s", out)
	}
	link := "http://" + page + "/stays/canal-loft"
	server.Then(modeltest.Text("Here it is: [the second one](" + link + "), and [not this](" + link + "?q=SECRET)."))
	p.say("thanks")
	p.wait("The second one is nice.")
	p.say("Send me the link of the second one again")
	out = p.wait("the second one <" + link + ">")
	out += p.wait("\n\n")
	if strings.Contains(out, "SECRET") {
		t.Errorf("an address with another query is shown:\n%s", out)
	}
	p.end()
	if n := requests.Load(); n != 0 {
		t.Errorf("the invented address was asked %d times", n)
	}
}

// between is what stands before the last part after the text that opens it.
func between(s, from, to string) string {
	i := strings.Index(s, to)
	if i < 0 {
		return ""
	}
	at := strings.LastIndex(s[:i], from)
	if at < 0 {
		return ""
	}
	return s[at+len(from) : i]
}
