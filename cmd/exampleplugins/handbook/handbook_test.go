package handbook_test

import (
	"net/url"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"aidesk/cmd/exampleplugins/handbook"
	"aidesk/cmd/exampleplugins/site"
	"aidesk/cmd/exampleplugins/sitetest"
)

type hit struct {
	Slug    string `json:"slug"`
	Title   string `json:"title"`
	Excerpt string `json:"excerpt"`
	URL     string `json:"url"`
	Image   string `json:"image"`
}

type hits struct {
	Pages []hit `json:"pages"`
}

type page struct {
	Slug    string `json:"slug"`
	Title   string `json:"title"`
	Summary string `json:"summary"`
	Text    string `json:"text"`
	URL     string `json:"url"`
	Image   string `json:"image"`
}

func start(t *testing.T, seed uint64) *sitetest.Plugin {
	t.Helper()
	h, err := handbook.New(site.Config{Seed: seed})
	if err != nil {
		t.Fatal(err)
	}
	return sitetest.Start(t, h)
}

func search(t *testing.T, p *sitetest.Plugin, q, more string) []hit {
	t.Helper()
	return sitetest.Call[hits](t, p, "GET", "/pages?q="+url.QueryEscape(q)+more, "", 200).Pages
}

func TestPlugin(t *testing.T) {
	for name, seed := range map[string]uint64{"written": 0, "invented": 77} {
		t.Run(name, func(t *testing.T) { start(t, seed).Check(t, "handbook") })
	}
}

func TestRanking(t *testing.T) {
	p := start(t, 0)
	for q, want := range map[string]string{
		"parental leave":                "parental-leave",
		"Parental Leave!":               "parental-leave",
		"how long is maternity leave":   "parental-leave",
		"adoption":                      "parental-leave",
		"expenses":                      "expenses",
		"expense report for a meal":     "expenses",
		"vacation days":                 "holidays",
		"how many holidays do we have?": "holidays",
		"my first day":                  "onboarding",
		"phishing":                      "security",
		"I lost my laptop":              "security",
		"working from home":             "remote-work",
		"flights and hotels":            "travel",
		"doctor's certificate":          "sick-days",
		"I am ill":                      "sick-days",
		"a new monitor":                 "equipment",
		"harassment":                    "code-of-conduct",
		"code of conduct":               "code-of-conduct",
		"probation":                     "probation",
		"bonus for referring a friend":  "referral",
		"conference budget":             "learning",
		"salary":                        "pay",
		"when is payday?":               "pay",
		"resign":                        "leaving",
	} {
		got := search(t, p, q, "")
		if len(got) == 0 || got[0].Slug != want {
			t.Errorf("%q finds %+v, want %s first", q, got, want)
		}
	}
	for _, q := range []string{"what about the", "xyzzy", "??", "日本語"} {
		if got := search(t, p, q, ""); len(got) != 0 {
			t.Errorf("%q finds %+v", q, got)
		}
	}
}

func TestHit(t *testing.T) {
	p := start(t, 0)
	want := []hit{{
		Slug: "parental-leave", Title: "Parental leave",
		Excerpt: "Every parent takes 26 weeks of leave on full pay when a child is born, adopted or taken into care. It does not matter who gave birth, and it is the same for those who joined last month.",
		URL:     p.URL + "/pages/parental-leave", Image: p.URL + "/pages/parental-leave/picture.png",
	}}
	if diff := cmp.Diff(want, search(t, p, "parental leave", "")); diff != "" {
		t.Error(diff)
	}
	if got := search(t, p, "days", "&limit=2"); len(got) != 2 {
		t.Errorf("at most 2 were asked for: %+v", got)
	}
	for _, h := range search(t, p, "days", "&limit=10") {
		if h.Excerpt == "" || len(h.Excerpt) > 250 {
			t.Errorf("the excerpt of %s: %q", h.Slug, h.Excerpt)
		}
	}
}

// pages is every page of a handbook, found by their titles on the front page.
func pages(t *testing.T, p *sitetest.Plugin) []page {
	t.Helper()
	_, front := p.Page(t, "/")
	var all []page
	for part := range strings.SplitSeq(front, `href="/pages/`) {
		slug, _, _ := strings.Cut(part, `"`)
		if strings.HasPrefix(part, "<") {
			continue
		}
		all = append(all, sitetest.Call[page](t, p, "GET", "/pages/"+slug, "", 200))
	}
	return all
}

func TestPages(t *testing.T) {
	p := start(t, 3)
	all := pages(t, p)
	if len(all) < 12 {
		t.Fatalf("the handbook has %d pages", len(all))
	}
	for _, got := range all {
		if len(got.Text) < 300 || strings.Contains(got.Text, "{{") || strings.Contains(got.Text, "<no value>") || !strings.Contains(got.Text, "\n\n## ") {
			t.Errorf("the text of %s: %q", got.Slug, got.Text)
		}
		card := p.Card(t, "/pages/"+got.Slug)
		if card["title"] != got.Title || card["description"] != got.Summary || card["url"] != got.URL || card["image"] != got.Image {
			t.Errorf("the card of %s is %v", got.Slug, card)
		}
		if by := sitetest.Call[page](t, p, "GET", "/pages/"+url.PathEscape(strings.ToUpper(got.Title)), "", 200); by.Slug != got.Slug {
			t.Errorf("the title %q gives %s", got.Title, by.Slug)
		}
	}
	if _, text := p.Page(t, "/pages/parental-leave"); !strings.Contains(text, "<h2>When to take it</h2>") || !strings.Contains(text, "<li>Tell your lead and") {
		t.Errorf("headings and lists are not rendered: %s", text)
	}
}

func TestSeeds(t *testing.T) {
	text := func(seed uint64) string {
		var b strings.Builder
		for _, page := range pages(t, start(t, seed)) {
			b.WriteString(page.Text)
		}
		return b.String()
	}
	four := text(4)
	if four != text(4) {
		t.Error("one seed gives two handbooks")
	}
	if four == text(5) || four == text(0) {
		t.Error("two seeds give one handbook")
	}
}

func TestRefusals(t *testing.T) {
	get := func(name, path string, status int, field, says string) sitetest.Case {
		return sitetest.Case{Name: name, Method: "GET", Path: path, Status: status, Field: field, Says: says}
	}
	start(t, 0).Refuse(t, []sitetest.Case{
		get("no question", "/pages", 400, "q", "q is missing"),
		get("blank question", "/pages?q=%20", 400, "q", "q is missing"),
		get("long question", "/pages?q="+strings.Repeat("x", 201), 422, "q", "at most 200"),
		get("limit a word", "/pages?q=pay&limit=all", 400, "limit", "whole number"),
		get("limit too high", "/pages?q=pay&limit=11", 422, "limit", "from 1 to 10"),
		get("no such page", "/pages/dragons", 404, "slug", "no page of this name"),
		get("a file", "/pages/pay.md", 404, "slug", "no page of this name"),
	})
}
