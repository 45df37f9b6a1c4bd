package plugin_test

import (
	"cmp"
	"fmt"
	"maps"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	gocmp "github.com/google/go-cmp/cmp"

	"aidesk/core/account"
	"aidesk/core/corporatest"
	"aidesk/core/goldentest"
	"aidesk/core/openapi"
	"aidesk/core/plugin"
)

// loginTable writes what a plugin needs as testdata/login-hand.txt explains.
func loginTable(p *plugin.Plugin) string {
	var b strings.Builder
	login := p.Login()
	fmt.Fprintf(&b, "login %s, asks %d\n", cmp.Or(string(login.Kind), "none"), len(login.Fields))
	if at := login.Provider; at != nil {
		by := map[bool]string{true: "json", false: "form"}[at.JSON]
		scope := at.Scope
		if names := strings.Fields(scope); strings.Contains(scope, "://") || len(names) > 4 {
			scope = strconv.Itoa(len(names))
		}
		b.WriteString(strings.TrimSpace(fmt.Sprintf("at %s; %s by %s; scope %s", hostOf(at.AuthorizeURL), hostOf(at.TokenURL), by, scope)) + "\n")
	}
	if foreign := p.LoginHosts(); len(foreign) > 0 {
		b.WriteString("foreign " + strings.Join(foreign, " ") + "\n")
	}
	b.WriteString("calls " + strings.Join(p.Hosts(), " ") + "\n")
	count := map[string]int{}
	for _, o := range p.Document.Operations {
		count[needLine(p, o)]++
	}
	lines := slices.SortedFunc(maps.Keys(count), func(x, y string) int { return cmp.Or(count[x]-count[y], strings.Compare(x, y)) })
	for _, line := range lines {
		fmt.Fprintf(&b, "%d x %s\n", count[line], line)
	}
	return b.String()
}

// needLine writes what an operation needs.
func needLine(p *plugin.Plugin, o *openapi.Operation) string {
	ways, free := p.Ways(o)
	var all []string
	for _, way := range ways {
		var places []string
		for _, s := range way {
			text := s.In + " " + s.Name
			_, chosen := p.LoginChoice.Prefixes[s.Field]
			switch {
			case s.User != "":
				text = "basic"
			case s.Prefix != "":
				text += fmt.Sprintf(" %q", s.Prefix)
			case s.In == "header" && s.Name == "Authorization" && !chosen:
				text += ` "?"`
			}
			if s.Field == account.FieldAccess {
				text = "token " + text
			}
			places = append(places, text)
		}
		slices.Sort(places)
		all = append(all, strings.Join(places, " + "))
	}
	if free {
		all = append(all, "nothing")
	}
	return cmp.Or(strings.Join(all, " or "), "cannot")
}

func hostOf(address string) string {
	u, err := url.Parse(address)
	if err != nil {
		return "?"
	}
	return u.Host
}

// corporaPlugins reads the plugins and vendors' documents of the corpora, by host or file.
func corporaPlugins(t *testing.T) map[string]*plugin.Plugin {
	t.Helper()
	all := map[string]*plugin.Plugin{}
	var index []struct {
		Host  string
		Specs []string
	}
	corporatest.Read(t, "plugins/index.json", &index)
	for _, e := range index {
		if len(e.Specs) == 0 {
			continue
		}
		spec, err := os.ReadFile(corporatest.Path(t, "plugins/"+e.Specs[0]))
		if err != nil {
			t.Fatal(err)
		}
		got, err := reader(t).File(t.Context(), corporatest.Path(t, "plugins/manifests/"+e.Host+".json"), spec, "https://"+e.Host)
		if err != nil {
			t.Fatalf("%s: %v", e.Host, err)
		}
		all[e.Host] = got.Plugin
	}
	files, err := filepath.Glob(corporatest.Path(t, "specs/*.*"))
	if err != nil {
		t.Fatal(err)
	}
	for _, file := range files {
		name := filepath.Base(file)
		host, _, _ := strings.Cut(name, "__")
		got, err := reader(t).File(t.Context(), file, nil, "https://"+host)
		if err != nil {
			continue // the list of what is there
		}
		all[name] = got.Plugin
	}
	return all
}

// TestLoginCorpora: what real manifests and documents need is what somebody wrote down who
// read them, and what was seen to be right.
func TestLoginCorpora(t *testing.T) {
	t.Parallel()
	all := corporaPlugins(t)
	hand, err := os.ReadFile("testdata/login-hand.txt")
	if err != nil {
		t.Fatal(err)
	}
	byHand := 0
	for _, part := range strings.Split(string(hand), "\n== ")[1:] {
		name, want, _ := strings.Cut(part, "\n")
		p := all[name]
		if p == nil {
			t.Errorf("%s is not in the corpora", name)
			continue
		}
		byHand++
		if diff := gocmp.Diff(strings.TrimSpace(want), strings.TrimSpace(loginTable(p))); diff != "" {
			t.Errorf("%s (-by hand +by the code):\n%s", name, diff)
		}
	}
	if byHand < 20 {
		t.Errorf("%d tables by hand, 20 wanted", byHand)
	}
	var b strings.Builder
	manifests, documents := 0, 0
	for _, name := range slices.Sorted(maps.Keys(all)) {
		p := all[name]
		table := loginTable(p)
		if p.Report().Login == nil && p.Manifest.Auth == "none" {
			continue
		}
		if p.Manifest.Made {
			documents++
		} else if p.Manifest.Auth != "none" {
			manifests++
		}
		fmt.Fprintf(&b, "== %s\n%s\n", name, table)
	}
	t.Logf("%d manifests and %d vendors' documents need a login, %d compared with a table made by hand", manifests, documents, byHand)
	if manifests != 37 {
		t.Errorf("%d manifests need a login, 37 wanted", manifests)
	}
	goldentest.File(t, "login-corpora.golden", []byte(b.String()))
}
