package todo_test

import (
	"net/url"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"aidesk/cmd/exampleplugins/site"
	"aidesk/cmd/exampleplugins/sitetest"
	"aidesk/cmd/exampleplugins/todo"
)

type item struct {
	ID        int    `json:"id"`
	Title     string `json:"title"`
	Due       string `json:"due"`
	Done      bool   `json:"done"`
	Added     string `json:"added"`
	Completed string `json:"completed"`
}

type items struct {
	Items []item `json:"items"`
}

const noon = "2026-12-01T12:00:00Z"

func start(t *testing.T, dir string) *sitetest.Plugin {
	t.Helper()
	h, err := todo.New(site.Config{Dir: dir, Now: func() time.Time {
		return time.Date(2026, time.December, 1, 13, 0, 0, 0, time.FixedZone("CET", 3600))
	}})
	if err != nil {
		t.Fatal(err)
	}
	return sitetest.Start(t, h)
}

func add(t *testing.T, p *sitetest.Plugin, title string) item {
	t.Helper()
	return sitetest.Call[item](t, p, "POST", "/items", `{"title":`+strconv.Quote(title)+`}`, 201)
}

func titles(t *testing.T, p *sitetest.Plugin, path string) string {
	t.Helper()
	var list []string
	for _, i := range sitetest.Call[items](t, p, "GET", path, "", 200).Items {
		list = append(list, i.Title)
	}
	return strings.Join(list, ", ")
}

func TestPlugin(t *testing.T) { start(t, "").Check(t, "todo") }

func TestList(t *testing.T) {
	p := start(t, "")
	if got := titles(t, p, "/items"); got != "" {
		t.Errorf("a new list holds %s", got)
	}
	if diff := cmp.Diff(item{ID: 1, Title: "milk", Added: noon}, add(t, p, "  milk ")); diff != "" {
		t.Error(diff)
	}
	got := sitetest.Call[item](t, p, "POST", "/items", `{"title":"call Ada","due":"2026-12-05"}`, 201)
	if diff := cmp.Diff(item{ID: 2, Title: "call Ada", Due: "2026-12-05", Added: noon}, got); diff != "" {
		t.Error(diff)
	}
	got = sitetest.Call[item](t, p, "POST", "/items/MILK/complete", "", 200)
	if diff := cmp.Diff(item{ID: 1, Title: "milk", Done: true, Added: noon, Completed: noon}, got); diff != "" {
		t.Error(diff)
	}
	for path, want := range map[string]string{
		"/items": "call Ada, milk", "/items?done=true": "milk", "/items?done=false": "call Ada", "/items?owner=me": "call Ada, milk",
	} {
		if got := titles(t, p, path); got != want {
			t.Errorf("%s: %s, want %s", path, got, want)
		}
	}
	if got := sitetest.Call[item](t, p, "DELETE", "/items/2", "", 200); got.Title != "call Ada" {
		t.Errorf("removed %+v", got)
	}
	if got := add(t, p, "bread"); got.ID != 3 {
		t.Errorf("a number was given twice: %+v", got)
	}
}

func TestNaming(t *testing.T) {
	p := start(t, "")
	for _, title := range []string{"tea", "tea", "7", "50% off / today", "señor ☕", "a=b&c", "https://example.com/x?y#z"} {
		add(t, p, title)
	}
	p.Refuse(t, []sitetest.Case{
		{Name: "two of one title", Method: "DELETE", Path: "/items/tea", Status: 409, Field: "item", Says: "items 1, 2 have this title"},
	})
	// The one that is to do is meant, once the other is done.
	sitetest.Call[item](t, p, "POST", "/items/1/complete", "", 200)
	if got := sitetest.Call[item](t, p, "POST", "/items/tea/complete", "", 200); got.ID != 2 {
		t.Errorf("completed %+v", got)
	}
	// A number is a number before it is a title.
	if got := sitetest.Call[item](t, p, "DELETE", "/items/7", "", 200); !strings.HasPrefix(got.Title, "https:") {
		t.Errorf("removed %+v", got)
	}
	for _, title := range []string{"7", "50% off / today", "SEÑOR ☕", "a=b&c"} {
		if got := sitetest.Call[item](t, p, "DELETE", "/items/"+url.PathEscape(title), "", 200); !strings.EqualFold(got.Title, title) {
			t.Errorf("removed %+v instead of %s", got, title)
		}
	}
	p.Refuse(t, []sitetest.Case{
		{Name: "removed none", Method: "DELETE", Path: "/items/bread", Status: 404, Field: "item", Says: "no item"},
		{Name: "completed none", Method: "POST", Path: "/items/99/complete", Status: 404, Field: "item", Says: "no item"},
		{Name: "completed twice", Method: "POST", Path: "/items/1/complete", Status: 409, Field: "item", Says: "already done"},
	})
}

func TestRefusals(t *testing.T) {
	p := start(t, "")
	post := func(name, body string, status int, field, says string) sitetest.Case {
		return sitetest.Case{Name: name, Method: "POST", Path: "/items", Body: body, Status: status, Field: field, Says: says}
	}
	p.Refuse(t, []sitetest.Case{
		post("no title", `{}`, 422, "title", "1 to 200"),
		post("blank title", `{"title":" \t "}`, 422, "title", "1 to 200"),
		post("long title", `{"title":"`+strings.Repeat("é", 201)+`"}`, 422, "title", "1 to 200"),
		post("title a list", `{"title":["milk"]}`, 422, "title", "a string, not a array"),
		post("due in words", `{"title":"milk","due":"soon"}`, 422, "due", "a date such as"),
		post("unknown property", `{"title":"milk","done":true}`, 422, "done", "no property done"),
		post("null", `null`, 422, "title", "1 to 200"),
		post("not JSON", `title=milk`, 400, "", "not JSON"),
		post("huge", `{"title":"`+strings.Repeat("x", site.MaxBody)+`"}`, 413, "", "larger than"),
		{Name: "done a word", Method: "GET", Path: "/items?done=maybe", Status: 400, Field: "done", Says: "true or false"},
	})
	if got := titles(t, p, "/items"); got != "" {
		t.Errorf("a refused call added %s", got)
	}
}

func TestPageEscapes(t *testing.T) {
	p := start(t, "")
	add(t, p, "<script>alert(1)</script>")
	if _, text := p.Page(t, "/"); strings.Contains(text, "<script>") || !strings.Contains(text, "&lt;script&gt;") {
		t.Errorf("a title is markup: %s", text)
	}
}

func TestState(t *testing.T) {
	dir := t.TempDir()
	p := start(t, dir)
	add(t, p, "milk")
	add(t, p, "bread")
	sitetest.Call[item](t, p, "DELETE", "/items/bread", "", 200)
	sitetest.Call[item](t, p, "POST", "/items/milk/complete", "", 200)

	again := start(t, dir)
	if got := titles(t, again, "/items?done=true"); got != "milk" {
		t.Errorf("after a restart the list holds %s", got)
	}
	if got := add(t, again, "tea"); got.ID != 3 {
		t.Errorf("a number was given twice: %+v", got)
	}

	if err := os.WriteFile(filepath.Join(dir, "todo.json"), []byte(`{"items":[{`), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := todo.New(site.Config{Dir: dir}); err == nil || !strings.Contains(err.Error(), "todo.json is broken") {
		t.Errorf("a broken file: %v", err)
	}
}

func TestManyAtOnce(t *testing.T) {
	p := start(t, t.TempDir())
	var wg sync.WaitGroup
	for range 20 {
		wg.Go(func() { add(t, p, "tea") })
	}
	wg.Wait()
	seen := map[int]bool{}
	for _, i := range sitetest.Call[items](t, p, "GET", "/items", "", 200).Items {
		seen[i.ID] = true
	}
	if len(seen) != 20 {
		t.Errorf("%d of 20 items are there", len(seen))
	}
}
