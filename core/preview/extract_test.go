package preview

import (
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"

	"aidesk/core/chat"
	"aidesk/core/corporatest"
	"aidesk/core/costtest"
	"aidesk/core/markdown"
)

// Extract is the card of a page, with its first picture.
func Extract(page []byte, contentType string, base *url.URL) chat.Preview {
	card, images, _ := extract(page, contentType, base)
	if len(images) > 0 {
		card.Image = images[0]
	}
	return card
}

func TestExtract(t *testing.T) {
	type card = chat.Preview
	for _, c := range []struct {
		name, kind, page string
		want             card
	}{
		{
			"OpenGraph before all else", "", `<head><title>t</title><meta name=description content=d>
			<meta name="twitter:title" content=tt><meta name="twitter:description" content=td><meta name="twitter:image" content=/t.png>
			<meta property="og:title" content=ot><meta property="og:description" content=od><meta property="og:image" content=/o.png>
			<meta property="og:site_name" content="The Site"></head>`,
			card{SiteName: "The Site", Title: "ot", Description: "od", Image: "https://x.test/o.png"},
		},
		{
			"Twitter before the page", "", `<title>t</title><meta name=description content=d><meta name="twitter:title" content=tt>
			<meta property="twitter:description" content=td><meta name="twitter:image:src" content="a.png">`,
			card{Title: "tt", Description: "td", Image: "https://x.test/dir/a.png"},
		},
		{"title and description of the page", "", `<title> A
			title </title><META NAME="Description" CONTENT="d">`, card{Title: "A title", Description: "d"}},
		{
			"name instead of property, any case, blanks", "", `<meta name=" OG:Title " content=ot><meta PROPERTY="og:DESCRIPTION" content=od>`,
			card{Title: "ot", Description: "od"},
		},
		{
			"property and name on one tag", "", `<meta name=x property="og:title" content=ot><meta name=description property=x content=d>`,
			card{Title: "ot", Description: "d"},
		},
		{"the first that is not empty", "", `<meta property="og:title" content=" "><meta property="og:title"><meta property="og:title" content=one>
			<meta property="og:title" content=two>`, card{Title: "one"}},
		{"empty OpenGraph falls through", "", `<meta property="og:title" content=""><title>t</title>`, card{Title: "t"}},
		{
			"entities once", "", `<title>a &amp;lt; b &eacute;</title><meta name=description content="&quot;q&quot; &amp;amp;">`,
			card{Title: "a &lt; b é", Description: `"q" &amp;`},
		},
		{"array of images", "", `<meta property="og:image" content="/1.png"><meta property="og:image:width" content=1>
			<meta property="og:image" content="/2.png">`, card{Image: "https://x.test/1.png"}},
		{
			"structured image", "", `<meta property="og:image:secure_url" content="https://i.test/s.png"><meta property="og:image:url" content="/u.png">`,
			card{Image: "https://i.test/s.png"},
		},
		{
			"images that cannot be shown", "", `<meta property="og:image" content="data:image/png;base64,AA"><meta property="og:image" content="javascript:x">
			<meta property="og:image" content="https://u:p@x.test/a.png"><meta property="og:image" content="http://[">
			<meta property="og:image" content="/a.png?X-Amz-Signature=1"><meta property="og:image" content="//i.test/ok.png">`,
			card{Image: "https://i.test/ok.png"},
		},
		{"image over plain http", "", `<meta property="og:image" content="http://i.test/a b.png">`, card{Image: "http://i.test/a%20b.png"}},
		{
			"base", "", `<base target=_top><base href="https://cdn.test/deep/"><base href="/no/"><meta property="og:image" content="a.png">`,
			card{Image: "https://cdn.test/deep/a.png"},
		},
		{"base that is no address", "", `<base href="data:x"><meta property="og:image" content="a.png">`, card{Image: "https://x.test/dir/a.png"}},
		{"title of a drawing", "", `<body><svg><title>icon</title></svg><title>t</title>`, card{Title: "t"}},
		{
			"OpenGraph in the body", "", `<head><title>t</title></head><body><meta property="og:title" content=late><meta property="og:image" content=/a.png>`,
			card{Title: "late", Image: "https://x.test/a.png"},
		},
		{
			"the head before the body", "", `<title>t</title><meta property="og:title" content=ot><body><meta property="og:title" content=no><meta property="og:description" content=od>`,
			card{Title: "ot", Description: "od"},
		},
		{
			"behind 700 KB of script", "", `<head><script>` + strings.Repeat("x", 700<<10) + `</script><meta property="og:title" content=late></head>`,
			card{Title: "late"},
		},
		{"joiners", "", "<title>کتاب\u200cها, ශ්\u200dරී ලංකා, 👩\u200d💻</title>", card{Title: "کتاب\u200cها, ශ්\u200dරී ලංකා, 👩\u200d💻"}},
		{"without a title it goes on", "", `<head></head><body><p>x</p><meta property="og:title" content=late>`, card{Title: "late"}},
		{
			"tags in scripts and comments", "", `<script>"<meta property='og:title' content=no>"</script><!-- <title>no</title> --><title>t</title>`,
			card{Title: "t"},
		},
		{
			"og:url is not believed", "", `<meta property="og:url" content="https://bank.test/"><link rel=canonical href="https://bank.test/"><title>t</title>`,
			card{Title: "t"},
		},
		{"what cannot be seen", "", "<title>a\u202eb\u200bc\ufeffd\u00ade\U000E0041f\u0000g\u2028h\u3164i</title>", card{Title: "abcdef\ufffdg hi"}},
		{
			"long texts", "", "<title>" + strings.Repeat("ä", 151) + "</title><meta name=description content='" + strings.Repeat("d ", 400) + "'>",
			card{Title: strings.Repeat("ä", 149) + "…", Description: strings.Repeat("d ", 149) + "d…"},
		},
		{"texts of just the cap", "", "<title>" + strings.Repeat("ä", 150) + "</title>", card{Title: strings.Repeat("ä", 150)}},
		{"header charset", "text/html; charset=ISO-8859-1", "<meta charset=utf-8><title>caf\xe9</title>", card{Title: "café"}},
		{"quoted header charset", `text/html;x="charset";charset = "windows-1251"`, "<title>\xcf\xf0\xe8\xe2\xe5\xf2</title>", card{Title: "Привет"}},
		{"unknown header charset", "text/html; charset=klingon", "<title>café</title>", card{Title: "café"}},
		{"meta charset", "text/html", "<meta charset=' shift_jis '><title>\x93\xfa\x96{</title>", card{Title: "日本"}},
		{"meta http-equiv", "", "<meta http-equiv=Content-Type content='text/html; charset=euc-kr'><title>\xc7\xd1\xb1\xdb</title>", card{Title: "한글"}},
		{"meta far into the head", "", "<!-- <meta charset=utf-8> --><style>" + strings.Repeat("x", 4000) + "</style><meta charset=gbk><title>\xd6\xd0\xce\xc4</title>", card{Title: "中文"}},
		{"meta that says utf-16 is utf-8", "", "<meta charset=utf-16><title>é</title>", card{Title: "é"}},
		{"meta in the body is late", "", "<head></head><body><meta charset=gbk><title>é</title>", card{Title: "é"}},
		{"utf-8 without a word", "", "<title>日本</title>", card{Title: "日本"}},
		{"windows-1252 without a word", "", "<title>\x93caf\xe9\x94</title>", card{Title: "“café”"}},
		{"mark of utf-8", "text/html; charset=latin1", "\xef\xbb\xbf<title>é</title>", card{Title: "é"}},
		{"mark of utf-16", "", "\xff\xfe<\x00t\x00i\x00t\x00l\x00e\x00>\x00\xe9\x00", card{Title: "é"}},
		{"mark of utf-16, the other end first", "", "\xfe\xff\x00<\x00t\x00i\x00t\x00l\x00e\x00>\x00\xe9", card{Title: "é"}},
		{"nothing", "", "", card{}},
		{"not HTML", "", "{\"a\":1}", card{}},
		{"cut in a tag", "", "<title>t</title><meta property='og:title' content='o", card{Title: "t"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			base := address(t, "https://x.test/dir/page?q=1")
			c.want.URL, c.want.SiteName = base.String(), firstNonEmpty(c.want.SiteName, "x.test")
			if diff := cmp.Diff(c.want, Extract([]byte(c.page), c.kind, base)); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestExtractWithoutBase(t *testing.T) {
	got := Extract([]byte(`<title>t</title><meta property="og:image" content="a.png"><meta property="og:image" content="https://i.test/b.png">`), "", nil)
	if diff := cmp.Diff(chat.Preview{Title: "t", Image: "https://i.test/b.png"}, got); diff != "" {
		t.Error(diff)
	}
}

// A page cut inside a character is still UTF-8.
func TestExtractCut(t *testing.T) {
	page := []byte("<title>日本</title><p>" + strings.Repeat("語", pageCap))
	for n := range 3 {
		if got := Extract(page[:pageCap-n], "", nil).Title; got != "日本" {
			t.Errorf("cut at %d: got %q", pageCap-n, got)
		}
	}
	if got := Extract(page, "", nil).Title; got != "日本" {
		t.Errorf("whole: got %q", got)
	}
}

// Whatever hostile hands make is read within a second and 100 MB.
func TestExtractHostile(t *testing.T) {
	fill := func(part string) []byte { return []byte(strings.Repeat(part, 3<<20/len(part))) }
	for name, page := range map[string][]byte{
		"open tags":       fill("<b>"),
		"brackets":        fill("<"),
		"meta, open":      fill("<meta "),
		"meta, empty":     fill("<meta>"),
		"charsets":        fill("<meta charset=x>"),
		"empty charsets":  fill("<meta charset>"),
		"long tags":       fill("<meta charset" + strings.Repeat("=", 2000)),
		"attributes":      append([]byte("<meta "), fill("a=b ")...),
		"one attribute":   append([]byte("<meta property=og:title content='"), fill("&amp;")...),
		"titles":          fill("<title>x"),
		"one title":       append([]byte("<title>"), fill("\u200b")...),
		"open comments":   fill("<!--"),
		"comments":        fill("<!---->"),
		"scripts":         fill("<script><!--<script>"),
		"drawings":        fill("<svg><title>"),
		"images":          fill("<meta property=og:image content='http://[x'>"),
		"entities":        append([]byte("<title>"), fill("&CounterClockwiseContourIntegral")...),
		"escape sequence": append([]byte("<meta charset=iso-2022-jp><title>"), fill("\x1b$B\x1b(B")...),
		"zeros":           make([]byte, 3<<20),
		"bad bytes":       fill("\xff\xfe\xfd"),
	} {
		took, used := costtest.Measure(func() { Extract(page, "", nil) })
		if took > costtest.Limit || used > 100 {
			t.Errorf("%s: took %s and %d MiB", name, took, used)
		}
	}
}

func address(t testing.TB, text string) *url.URL {
	t.Helper()
	u, err := url.Parse(text)
	if err != nil {
		t.Fatal(err)
	}
	return u
}

// saved is one page of the shared corpus and what two others read from it.
type saved struct {
	File     string            `json:"file"`
	URL      string            `json:"url"`
	Encoding string            `json:"encoding"`
	Expected map[string]string `json:"expected"`
}

// codecs are the names of the corpus for charsets, where they differ.
var codecs = map[string]string{"cp1252": "windows-1252"}

func corpus(t testing.TB) (string, []saved) {
	t.Helper()
	var pages []saved
	corporatest.Read(t, "opengraph/expected.json", &pages)
	return corporatest.Path(t, "opengraph"), pages
}

func TestCorpus(t *testing.T) {
	folder, pages := corpus(t)
	confirmed := 0
	for _, p := range pages {
		page, err := os.ReadFile(filepath.Join(folder, p.File))
		if err != nil {
			t.Fatal(err)
		}
		charset := firstNonEmpty(codecs[p.Encoding], p.Encoding)
		for _, kind := range []string{"", "text/html", "text/html; charset=" + charset} {
			got := Extract(page, kind, address(t, p.URL))
			confirmed += compare(t, p, kind, got)
		}
	}
	if confirmed != 3*113 {
		t.Errorf("compared %d fields", confirmed)
	}
}

// TestField reads pages on which previews failed.
func TestField(t *testing.T) {
	for file, want := range map[string]chat.Preview{
		"15-preview-joiners/page.html":      {Title: "برنامه\u200cهای آینده می\u200cآیند", Description: "این کتاب\u200cها خانه\u200cی ماست"},
		"15-preview-joiners/page2.html":     {Title: "Team 👩\u200d💻 and family 👨\u200d👩\u200d👧", Description: "ශ්\u200dරී ලංකා, क्\u200dष"},
		"16-preview-tags-in-body/page.html": {Title: "Blue kettle, 1.7 l", Description: "Boils in two minutes", Image: "https://x.test/a.png"},
	} {
		page, err := os.ReadFile(corporatest.Path(t, "field/messenger/"+file))
		if err != nil {
			t.Fatal(err)
		}
		want.URL, want.SiteName = "https://x.test/p", "x.test"
		if diff := cmp.Diff(want, Extract(page, "text/html; charset=utf-8", address(t, want.URL))); diff != "" {
			t.Errorf("%s (-want +got):\n%s", file, diff)
		}
	}
}

// compare checks the fields of a card that the corpus confirms, and counts them.
// A card has no og:url, og:type and canonical: the address shown is the one asked.
func compare(t *testing.T, p saved, kind string, got chat.Preview) int {
	t.Helper()
	checks := 0
	check := func(field, got, name string, limit int) {
		want, ok := p.Expected[name]
		if !ok {
			return
		}
		if limit > 0 {
			want = markdown.Line(want, limit)
		}
		if checks++; got != want {
			t.Errorf("%s as %q: %s is %q, want %s %q", p.File, kind, field, got, name, want)
		}
	}
	check("title", got.Title, "og_title", titleCap)
	check("description", got.Description, "og_description", descriptionCap)
	check("site", got.SiteName, "og_site_name", siteCap)
	check("image", got.Image, "og_image", 0)
	if _, ok := p.Expected["og_title"]; !ok {
		check("title", got.Title, "title", titleCap)
	}
	if _, ok := p.Expected["og_description"]; !ok {
		check("description", got.Description, "meta_description", descriptionCap)
	}
	if _, ok := p.Expected["og_image"]; !ok {
		check("image", got.Image, "twitter_image", 0)
	}
	return checks
}

func FuzzExtract(f *testing.F) {
	f.Add([]byte(`<head><base href=/x/><meta property="og:title" content="a&amp;b"><meta property=og:image content=i.png></head>`), "text/html")
	f.Add([]byte("<meta charset=gbk><title>\xd6\xd0"), "")
	f.Add([]byte("\xff\xfe<\x00t"), "text/html; charset=utf-7")
	f.Add([]byte("<svg><title><!--<meta"), "charset")
	f.Fuzz(func(t *testing.T, page []byte, kind string) {
		got := Extract(page, kind, &url.URL{Scheme: "https", Host: "x.test", Path: "/"})
		for text, limit := range map[string]int{got.Title: titleCap, got.Description: descriptionCap, got.SiteName: siteCap} {
			if n := utf8.RuneCountInString(text); n > limit || !utf8.ValidString(text) || markdown.Line(text, limit) != text {
				t.Errorf("%q: %d runes, or not clean", text, n)
			}
			if strings.ContainsFunc(text, unicode.IsControl) {
				t.Errorf("%q carries a control character", text)
			}
		}
		if got.Image != "" {
			u, err := url.Parse(got.Image)
			if err != nil || u.Scheme != "http" && u.Scheme != "https" || u.Host == "" || u.User != nil || len(got.Image) > urlCap*3 {
				t.Errorf("image %q", got.Image)
			}
		}
	})
}

func BenchmarkExtract(b *testing.B) {
	page := []byte(`<!doctype html><html><head><meta charset="utf-8">` + strings.Repeat(`<script>var a = "`+strings.Repeat("x", 400)+`";</script><link rel=preload href=/a.css>`, 20) +
		`<title>A title &amp; more</title><meta property="og:title" content="A title"><meta property="og:description" content="A description">` +
		`<meta property="og:image" content="/a.png"></head><body>` + strings.Repeat("<p>text</p>", 5000))
	base := address(b, "https://x.test/")
	b.SetBytes(int64(len(page)))
	b.ReportAllocs()
	for b.Loop() {
		Extract(page, "text/html", base)
	}
}

func BenchmarkExtractCorpus(b *testing.B) {
	folder, saved := corpus(b)
	var pages [][]byte
	size := 0
	for _, p := range saved {
		page, err := os.ReadFile(filepath.Join(folder, p.File))
		if err != nil {
			b.Fatal(err)
		}
		pages = append(pages, page)
		size += len(page)
	}
	base := address(b, "https://x.test/")
	b.SetBytes(int64(size))
	b.ReportAllocs()
	for b.Loop() {
		for _, page := range pages {
			Extract(page, "", base)
		}
	}
}
