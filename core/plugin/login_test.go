package plugin_test

import (
	"encoding/json"
	"fmt"
	"strings"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"

	"aidesk/core/account"
	"aidesk/core/openapi"
	"aidesk/core/plugin"
)

// loginPlugin reads a manifest with this auth ("" for a bare document) and a document with
// these schemes, this security of all (or none) and these operations: "security" of each, or
// "-" where it has none.
func loginPlugin(t *testing.T, auth, schemes, all string, operations ...string) *plugin.Plugin {
	t.Helper()
	const base = "https://shop.example"
	var paths []string
	for i, security := range operations {
		if security = `"security":` + security + `,`; strings.HasSuffix(security, ":-,") {
			security = ""
		}
		paths = append(paths, fmt.Sprintf(`"/%c":{"get":{"operationId":"%[1]c",%s"responses":{"200":{"description":"ok"}}}}`, 'a'+i, security))
	}
	if all != "" {
		all = `"security":` + all + `,`
	}
	document := `{"openapi":"3.1.0","info":{"title":"Shop","version":"1"},"servers":[{"url":"` + base + `"}],` + all +
		`"components":{"securitySchemes":{` + schemes + `}},"paths":{` + strings.Join(paths, ",") + `}}`
	if auth == "" {
		got, err := reader(t).File(t.Context(), write(t, "openapi.json", document), nil, base)
		if err != nil {
			t.Fatal(err)
		}
		return got.Plugin
	}
	manifest := `{"schema_version":"v1","name_for_model":"shop","name_for_human":"Shop","description_for_model":"Sells.","description_for_human":"Sells.",
"auth":` + auth + `,"api":{"type":"openapi","url":"` + base + `/openapi.json"},"logo_url":"/l.png","contact_email":"a@shop.example","legal_info_url":"/legal"}`
	got, err := reader(t).File(t.Context(), write(t, "ai-plugin.json", manifest), []byte(document), base)
	if err != nil {
		t.Fatal(err)
	}
	return got.Plugin
}

const (
	loginSchemes = `"key":{"type":"apiKey","in":"header","name":"X-Key"},"query":{"type":"apiKey","in":"query","name":"k"},"cookie":{"type":"apiKey","in":"cookie","name":"c"},
"basic":{"type":"http","scheme":"Basic"},"bearer":{"type":"http","scheme":"bearer"},"raw":{"type":"apiKey","in":"header","name":"authorization"},
"code":{"type":"oauth2","flows":{"authorizationCode":{"authorizationUrl":"https://id.example/a","tokenUrl":"https://id.example/t","scopes":{"x":"","y":"","none":""}}}},
"other":{"type":"oauth2","flows":{"authorizationCode":{"authorizationUrl":"https://id2.example/a","tokenUrl":"https://id2.example/t"}}},
"half":{"type":"oauth2","flows":{"authorizationCode":{"authorizationUrl":"https://id.example/a"}}},"plain":{"type":"oauth2","flows":{"authorizationCode":{"authorizationUrl":"http://id.example/a","tokenUrl":"https://id.example/t"}}},
"implicit":{"type":"oauth2","flows":{"implicit":{"authorizationUrl":"https://id.example/a"}}},"password":{"type":"oauth2","flows":{"password":{"tokenUrl":"t"}}},
"program":{"type":"oauth2","flows":{"clientCredentials":{"tokenUrl":"https://id.example/t"}}},"open":{"type":"openIdConnect","openIdConnectUrl":"https://id.example/c"},"tls":{"type":"mutualTLS"},
"digest":{"type":"http","scheme":"digest"},"odd":{"type":"http","scheme":"token"},"host":{"type":"apiKey","in":"header","name":"Host"},"override":{"type":"apiKey","in":"query","name":"X-HTTP-Method-Override"},"nowhere":{"type":"apiKey"}`
	oauthAuth = `{"type":"oauth","client_url":"https://login.shop.example","authorization_url":"https://login.shop.example:2096/t","scope":"a,b","authorization_content_type":"application/json"}`
)

// TestLoginNeeds: what is needed, by kind and oddity.
func TestLoginNeeds(t *testing.T) {
	t.Parallel()
	shop := func(lines ...string) string { return strings.Join(lines, "\n") }
	const calls, bearer = "calls shop.example", `header Authorization "Bearer "`
	const manifestOAuth = "at login.shop.example; login.shop.example:2096 by json; scope a,b\nforeign login.shop.example login.shop.example:2096"
	const codeOAuth = "at id.example; id.example by form; scope"
	for _, test := range []struct {
		name, auth, all string
		choice          plugin.LoginChoice
		operations      []string
		want            string
	}{
		{"nothing at all", "", "", plugin.LoginChoice{}, []string{"-"}, shop("login none, asks 0", calls, "1 x nothing")},
		{"manifest: none", `{"type":"none"}`, "", plugin.LoginChoice{}, []string{"-"}, shop("login none, asks 0", calls, "1 x nothing")},
		{"manifest: none, undeclared", `{"type":"none"}`, "", plugin.LoginChoice{}, []string{`[{"gone":[]}]`}, shop("login none, asks 0", calls, "1 x nothing")},
		{"manifest: none, unreadable", `{"type":"none"}`, "", plugin.LoginChoice{}, []string{`[{"nowhere":[]}]`}, shop("login none, asks 0", calls, "1 x cannot")},
		{"manifest: service key", `{"type":"service_http","authorization_type":"bearer"}`, "", plugin.LoginChoice{}, []string{"-"}, shop("login service_key, asks 1", calls, "1 x "+bearer)},
		{"manifest: basic", `{"type":"service_http","authorization_type":"basic"}`, "", plugin.LoginChoice{}, []string{"-"}, shop("login service_key, asks 2", calls, "1 x basic")},
		{"manifest: user key", `{"type":"user_http"}`, "", plugin.LoginChoice{}, []string{"-"}, shop("login user_key, asks 1", calls, "1 x "+bearer)},
		{"manifest: oauth", oauthAuth, "", plugin.LoginChoice{}, []string{"-"}, shop("login oauth, asks 0", manifestOAuth, calls, "1 x token "+bearer)},
		{"the document refines the place", `{"type":"service_http","authorization_type":"basic"}`, `[{"key":[]}]`, plugin.LoginChoice{}, []string{"-"}, shop("login service_key, asks 1", calls, "1 x header X-Key")},
		{"the document refines Bearer to Basic", `{"type":"service_http","authorization_type":"bearer"}`, `[{"basic":[]}]`, plugin.LoginChoice{}, []string{"-"}, shop("login service_key, asks 2", calls, "1 x basic")},
		{"the document names another flow", `{"type":"service_http","authorization_type":"bearer"}`, `[{"password":[]}]`, plugin.LoginChoice{}, []string{"-"}, shop("login service_key, asks 1", calls, "1 x "+bearer)},
		{"undeclared: the manifest decides", `{"type":"service_http","authorization_type":"basic"}`, `[{"gone":[]}]`, plugin.LoginChoice{}, []string{"-"}, shop("login service_key, asks 2", calls, "1 x basic")},
		{"oauth in a header of the document", oauthAuth, `[{"key":[]}]`, plugin.LoginChoice{}, []string{"-"}, shop("login oauth, asks 0", manifestOAuth, calls, "1 x token header X-Key")},
		{"oauth in a raw header", oauthAuth, `[{"raw":[]}]`, plugin.LoginChoice{}, []string{"-"}, shop("login oauth, asks 0", manifestOAuth, calls, `1 x token header authorization "Bearer "`)},
		{"oauth and a key", oauthAuth, `[{"key":[],"bearer":[]}]`, plugin.LoginChoice{}, []string{"-"}, shop("login oauth, asks 1", manifestOAuth, calls, `1 x header X-Key + token `+bearer)},
		{"oauth, one is open, one unsaid", oauthAuth, "", plugin.LoginChoice{}, []string{"[]", `[{"bearer":[]}]`, "-"}, shop("login oauth, asks 0", manifestOAuth, calls, "1 x nothing", "1 x token "+bearer, "1 x token "+bearer+" or nothing")},
		{"oauth, all are open", oauthAuth, "", plugin.LoginChoice{}, []string{"[]", "[]"}, shop("login oauth, asks 0", manifestOAuth, calls, "2 x token "+bearer)},
		{"oauth without a page", `{"type":"oauth","client_url":"http://shop.example/a","authorization_url":"https://shop.example/t"}`, `[{"bearer":[]}]`, plugin.LoginChoice{}, []string{"-"}, shop("login oauth, asks 0", codeOAuth+"\nforeign id.example", calls, "1 x token "+bearer)},
		{"oauth without a page, unsaid", `{"type":"oauth"}`, "", plugin.LoginChoice{}, []string{"-"}, shop("login oauth, asks 0", codeOAuth+"\nforeign id.example", calls, "1 x token "+bearer)},
		{"oauth, a token is given as a key", oauthAuth, "", plugin.LoginChoice{Kind: account.UserKey}, []string{"-"}, shop("login user_key, asks 1", calls, "1 x "+bearer)},
		{"header", "", `[{"key":[]}]`, plugin.LoginChoice{}, []string{"-"}, shop("login user_key, asks 1", calls, "1 x header X-Key")},
		{"query and cookie at once", "", `[{"query":[],"cookie":[]}]`, plugin.LoginChoice{}, []string{"-"}, shop("login user_key, asks 2", calls, "1 x cookie c + query k")},
		{"alternatives in order", "", `[{"query":[]},{"basic":[],"key":[]},{"bearer":[]}]`, plugin.LoginChoice{}, []string{"-"}, shop("login user_key, asks 1", calls, "1 x query k or basic + header X-Key or "+bearer)},
		{"optional", "", `[{"key":[]},{}]`, plugin.LoginChoice{}, []string{"-", `[{"query":[]}]`}, shop("login user_key, asks 2", calls, "1 x header X-Key or nothing", "1 x query k")},
		{"one operation", "", "", plugin.LoginChoice{}, []string{"-", `[{"key":[]}]`}, shop("login user_key, asks 1", calls, "1 x header X-Key", "1 x nothing")},
		{"two in one header", "", `[{"basic":[],"bearer":[]}]`, plugin.LoginChoice{}, []string{"-"}, shop("login none, asks 0", calls, "1 x cannot")},
		{"the name in another spelling", "", `[{"Be-Arer":[]}]`, plugin.LoginChoice{}, []string{"-"}, shop("login user_key, asks 1", calls, "1 x "+bearer)},
		{"undeclared", "", `[{"gone":[]}]`, plugin.LoginChoice{}, []string{"-"}, shop("login none, asks 0", calls, "1 x cannot")},
		{"undeclared, chosen", "", `[{"gone":[]}]`, plugin.LoginChoice{Kind: account.ServiceKey}, []string{"-"}, shop("login service_key, asks 1", calls, "1 x "+bearer)},
		{"shared", "", `[{"key":[]}]`, plugin.LoginChoice{Kind: account.ServiceKey}, []string{"-"}, shop("login service_key, asks 1", calls, "1 x header X-Key")},
		{"without", "", `[{"key":[]}]`, plugin.LoginChoice{Without: true}, []string{"-"}, shop("login none, asks 0", calls, "1 x nothing")},
		{"a raw header", "", `[{"raw":[]}]`, plugin.LoginChoice{}, []string{"-"}, shop("login user_key, asks 1", calls, `1 x header authorization`)},
		{"a chosen prefix", "", `[{"raw":[]}]`, plugin.LoginChoice{Prefixes: map[string]string{"key:raw": "Bot "}}, []string{"-"}, shop("login user_key, asks 1", calls, `1 x header authorization "Bot "`)},
		{"a word of its own", "", `[{"odd":[]}]`, plugin.LoginChoice{}, []string{"-"}, shop("login user_key, asks 1", calls, `1 x header Authorization "Token "`)},
		{"code", "", `[{"code":["y"]}]`, plugin.LoginChoice{}, []string{"-", `[{"code":["x","none"]}]`}, shop("login oauth, asks 0", codeOAuth+" y x\nforeign id.example", calls, "2 x token "+bearer)},
		{"code with a chosen scope", "", `[{"code":["y"]}]`, plugin.LoginChoice{Scope: "z"}, []string{"-"}, shop("login oauth, asks 0", codeOAuth+" z\nforeign id.example", calls, "1 x token "+bearer)},
		{"both flows of one login", "", `[{"implicit":[],"code":[]}]`, plugin.LoginChoice{}, []string{"-"}, shop("login oauth, asks 0", codeOAuth+"\nforeign id.example", calls, "1 x token "+bearer)},
		{"code and a key at once", "", `[{"key":[],"code":[]}]`, plugin.LoginChoice{}, []string{"-"}, shop("login oauth, asks 1", codeOAuth+"\nforeign id.example", calls, "1 x header X-Key + token "+bearer)},
		{"code here, key there", "", "", plugin.LoginChoice{}, []string{`[{"code":[]}]`, `[{"key":[]}]`, `[{"key":[]},{"code":[]}]`, `[{"key":[]}]`}, shop("login user_key, asks 1", calls, "1 x cannot", "3 x header X-Key")},
		{"code chosen", "", "", plugin.LoginChoice{Kind: account.OAuth}, []string{`[{"code":[]}]`, `[{"key":[]}]`, `[{"key":[]},{"code":[]}]`}, shop("login oauth, asks 0", codeOAuth+"\nforeign id.example", calls, "1 x cannot", "2 x token "+bearer)},
		{"two places to log in", "", "", plugin.LoginChoice{}, []string{`[{"code":[]}]`, `[{"other":[]}]`, `[{"other":[]}]`}, shop("login oauth, asks 0", "at id2.example; id2.example by form; scope\nforeign id2.example", calls, "1 x cannot", "2 x token "+bearer)},
		{"code without a token's address", "", `[{"half":[]}]`, plugin.LoginChoice{}, []string{"-"}, shop("login none, asks 0", calls, "1 x cannot")},
		{"code over http", "", `[{"plain":[]}]`, plugin.LoginChoice{}, []string{"-"}, shop("login none, asks 0", calls, "1 x cannot")},
		{"what no person can", "", "", plugin.LoginChoice{}, []string{`[{"implicit":[]}]`, `[{"password":[]}]`, `[{"program":[]}]`, `[{"open":[]}]`, `[{"tls":[]}]`, `[{"digest":[]}]`, `[{"nowhere":[]}]`}, shop("login none, asks 0", calls, "7 x cannot")},
		{"a token is given as a key", "", "", plugin.LoginChoice{Kind: account.UserKey}, []string{`[{"implicit":[]}]`, `[{"password":[]}]`, `[{"program":[]}]`, `[{"open":[]}]`, `[{"tls":[]}]`, `[{"digest":[]}]`, `[{"nowhere":[]}]`}, shop("login user_key, asks 5", calls, "2 x cannot", "5 x "+bearer)},
		{"headers that route", "", "", plugin.LoginChoice{}, []string{`[{"host":[]}]`, `[{"override":[]}]`}, shop("login none, asks 0", calls, "2 x cannot")},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			p := loginPlugin(t, test.auth, loginSchemes, test.all, test.operations...)
			p.LoginChoice = test.choice
			if diff := cmp.Diff(test.want, strings.TrimSpace(loginTable(p))); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
			for _, o := range p.Document.Operations {
				ways, free := p.Ways(o)
				if problem := p.LoginProblem(o); (problem != "") != (len(ways) == 0 && !free) {
					t.Errorf("%s: %d ways, free %t, and the problem %q", o.ID, len(ways), free, problem)
				}
			}
		})
	}
}

// TestLoginSaid: an import says in one paragraph what is needed, and which operations cannot
// work and why.
func TestLoginSaid(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		name, auth string
		operations []string
		want       []string // all of them, and nothing where there are none
	}{
		{"none", `"none"`, []string{"-"}, nil},
		{"optional", `"none"`, []string{`[{"key":[]},{}]`}, []string{"info No operation needs, but some take, a login that each member gives, or an administrator for the workspace: key. It goes to shop.example and nowhere else."}},
		{"service", `{"type":"service_http"}`, []string{"-", "-"}, []string{"info Every operation needs a login that an administrator gives once for the workspace: key. It goes to shop.example and nowhere else."}},
		{"oauth", oauthAuth, []string{"-"}, []string{"warn Every operation needs an account that each member connects at login.shop.example. An administrator first gives the client id and secret, which the plugin's author makes for the redirect address that is shown then. An administrator has to allow login.shop.example, login.shop.example:2096: members log in or tokens are given there, and it is not the plugin's own address."}},
		{"some", "", []string{"-", `[{"query":[],"basic":[]}]`}, []string{"info 1 of 2 operations need a login that each member gives, or an administrator for the workspace: key, user name, password. It goes to shop.example and nowhere else."}},
		{"a prefix is missing", "", []string{`[{"raw":[]}]`}, []string{"warn Every operation needs a login that each member gives, or an administrator for the workspace: key. It goes to shop.example and nowhere else. Nothing says what precedes the key in the header Authorization, such as Bearer: an administrator can name it."}},
		{"cannot", "", []string{"-", `[{"tls":[]}]`, `[{"implicit":[]}]`, `[{"tls":[]}]`}, []string{
			"warn these operations cannot work: b, d: it asks for a certificate of the caller, which aidesk does not have",
			"warn these operations cannot work: c: its document offers the implicit flow of OAuth alone, which leaves tokens in browsers; an administrator can give a token as a key instead",
		}},
		{"nothing can", "", []string{`[{"open":[]}]`}, []string{"warn no operation can work: its document asks for OpenID Connect, which aidesk does not support; an administrator can give a token as a key instead"}},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			p := loginPlugin(t, test.auth, loginSchemes, "", test.operations...)
			r := p.Report()
			var said []string
			for _, n := range r.Notes {
				if strings.HasPrefix(n.Code, "login") {
					said = append(said, n.Level+" "+n.Message)
				}
			}
			if diff := cmp.Diff(test.want, said); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
			if (r.Login == nil) != (test.want == nil) {
				t.Errorf("the table: %+v", r.Login)
			}
			for i, o := range p.Document.Operations {
				if p.LoginProblem(o) != "" && (r.Operations[i].Verdict != openapi.Degraded || r.Operations[i].Login.Problem == "") {
					t.Errorf("%s: %+v", o.ID, r.Operations[i])
				}
			}
		})
	}
}

// TestLoginArguments: a credential that a document declares as an ordinary argument is said.
func TestLoginArguments(t *testing.T) {
	t.Parallel()
	const doc = `{"openapi":"3.1.0","info":{"title":"T","version":"1"},"servers":[{"url":"https://api.example"}],"paths":{"/a":{"get":{"operationId":"a","parameters":[{"in":"query","name":"api_key","required":true,"schema":{"type":"string"}}]}}}}`
	d, err := openapi.Read(t.Context(), openapi.Source{Data: []byte(doc)}, openapi.Options{})
	if err != nil {
		t.Fatal(err)
	}
	p := &plugin.Plugin{Manifest: plugin.Manifest{Auth: "none", Made: true}, Document: d}
	if r := p.Report(); r.Login == nil || !strings.Contains(r.Login.Says, "1 of 1 operations take a credential as an ordinary argument (api_key)") || r.Login.Kind != "none" {
		t.Errorf("%+v", r.Login)
	}
}

// TestLoginInClear: no credential leaves unencrypted, unless the operator named the plugin or
// it is on the same machine.
func TestLoginInClear(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		server string
		locked bool
		want   bool
	}{
		{"http://api.example", false, false},
		{"http://api.example", true, true},
		{"http://127.0.0.1:80", false, true},
		{"http://[::1]:9", false, true},
		{"https://api.example", false, true},
		{"http://localhost.api.example", false, false},
		{"http://127.0.0.1.api.example", false, false},
	} {
		doc := fmt.Sprintf(`{"openapi":"3.1.0","info":{"title":"T","version":"1"},"servers":[{"url":%q}],"security":[{"k":[]}],"components":{"securitySchemes":{"k":{"type":"apiKey","in":"query","name":"k"}}},"paths":{"/a":{"get":{"operationId":"a"}}}}`, test.server)
		d, err := openapi.Read(t.Context(), openapi.Source{Data: []byte(doc)}, openapi.Options{})
		if err != nil {
			t.Fatal(err)
		}
		p := &plugin.Plugin{Registration: plugin.Registration{Locked: test.locked}, Manifest: plugin.Manifest{Auth: "none", Made: true}, Document: d}
		if ways, _ := p.Ways(d.Operations[0]); (len(ways) > 0) != test.want {
			t.Errorf("%s, of the configuration %t: %d ways; %s", test.server, test.locked, len(ways), p.LoginProblem(d.Operations[0]))
		}
	}
}

// TestLoginOnLoopback: pages to log in at may be without TLS for a plugin on the same machine,
// which only the operator can allow.
func TestLoginOnLoopback(t *testing.T) {
	t.Parallel()
	auth := func(at string) string {
		return `{"type":"oauth","client_url":"` + at + `/a#x","authorization_url":"` + at + `/t"}`
	}
	for _, test := range []struct{ base, at, want string }{
		{"http://127.0.0.1:4010", "http://127.0.0.1:4011", "http://127.0.0.1:4011/a"},
		{"http://127.0.0.1:4010", "http://id.example", ""},
		{"https://shop.example", "http://127.0.0.1:4011", ""},
		{"https://shop.example", "https://user@id.example", ""},
		{"https://shop.example", "file://id.example", ""},
		{"https://shop.example", "https://id.example", "https://id.example/a"},
	} {
		manifest := `{"name_for_model":"shop","auth":` + auth(test.at) + `,"api":{"url":"/o.json"}}`
		got, err := reader(t).File(t.Context(), write(t, "m.json", manifest), []byte(document), test.base)
		if err != nil {
			t.Fatal(err)
		}
		var at string
		if provider := got.Plugin.Login().Provider; provider != nil {
			at = provider.AuthorizeURL
		}
		if at == "" && (got.Plugin.Login().Kind != account.None || got.Plugin.LoginProblem(got.Plugin.Document.Operations[0]) == "") {
			t.Errorf("%s for %s: without a page to log in at, it does not say that it cannot work", test.at, test.base)
		}
		if at != test.want {
			t.Errorf("%s for %s: %q, want %q", test.at, test.base, at, test.want)
		}
	}
}

// TestLoginHosts: pages elsewhere are an administrator's to allow.
func TestLoginHosts(t *testing.T) {
	t.Parallel()
	p := loginPlugin(t, oauthAuth, loginSchemes, "", "-")
	if diff := cmp.Diff([]string{"login.shop.example", "login.shop.example:2096"}, p.LoginHostsToAllow()); diff != "" {
		t.Error(diff)
	}
	p.LoginChoice.Hosts = []string{"login.shop.example"}
	if diff := cmp.Diff([]string{"login.shop.example:2096"}, p.LoginHostsToAllow()); diff != "" {
		t.Error(diff)
	}
	p.Without = []string{"a"}
	if hosts := p.Hosts(); hosts != nil {
		t.Errorf("a credential may go to %v though nothing can be called", hosts)
	}
}

// TestLoginChoice: a choice is stored with the plugin, and what cannot be sent is refused.
func TestLoginChoice(t *testing.T) {
	t.Parallel()
	choice := plugin.LoginChoice{Kind: account.ServiceKey, Prefixes: map[string]string{"key:a": "Bot ", "key:b": ""}, Hosts: []string{"id.example"}}
	if err := choice.Check(); err != nil {
		t.Error(err)
	}
	data, err := json.Marshal(plugin.Registration{LoginChoice: choice})
	if err != nil {
		t.Fatal(err)
	}
	var reg plugin.Registration
	if err := json.Unmarshal(data, &reg); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(choice, reg.LoginChoice); diff != "" {
		t.Error(diff)
	}
	if data, err := json.Marshal(plugin.Registration{}); err != nil || strings.Contains(string(data), "login") {
		t.Errorf("a registration without a choice is %s, %v", data, err)
	}
	for _, bad := range []plugin.LoginChoice{
		{Kind: "ouath"}, {Secret: "query"}, {Scope: "a\nb"}, {Scope: strings.Repeat("a", 5000)}, {Prefixes: map[string]string{"key": "Bot\r\nX: y"}}, {Prefixes: map[string]string{"key": strings.Repeat("a", 50)}},
	} {
		if err := bad.Check(); err == nil || strings.ContainsAny(err.Error(), "\r\n") {
			t.Errorf("%+v: %v", bad, err)
		}
	}
}

// TestLoginShared: a compiled plugin is shared by workspaces whose administrators chose otherwise,
// and by what runs at once.
func TestLoginShared(t *testing.T) {
	t.Parallel()
	p := loginPlugin(t, "", loginSchemes, `[{"raw":[]}]`, "-")
	var group sync.WaitGroup
	for i := range 8 {
		group.Go(func() {
			mine, prefix := *p, fmt.Sprintf("W%d ", i)
			mine.LoginChoice.Prefixes = map[string]string{"key:raw": prefix}
			for range 50 {
				ways, _ := mine.Ways(mine.Document.Operations[0])
				if len(ways) != 1 || ways[0][0].Prefix != prefix {
					t.Errorf("workspace %d: %+v", i, ways)
				}
				ways[0][0].Prefix = "spoiled"
			}
		})
	}
	group.Wait()
}

// TestLoginFieldNames: a value is asked for under a name that is bound to its scheme, and no
// scheme can have the name of a token's field.
func TestLoginFieldNames(t *testing.T) {
	t.Parallel()
	long := strings.Repeat("x", 300)
	schemes := `"access":{"type":"apiKey","in":"query","name":"a"},"a/b %":{"type":"apiKey","in":"query","name":"b"},"` + long + `1":{"type":"apiKey","in":"query","name":"c"},"` + long + `2":{"type":"apiKey","in":"query","name":"d"}`
	p := loginPlugin(t, "", schemes, `[{"access":[],"a/b %":[],"`+long+`1":[],"`+long+`2":[]}]`, "-")
	seen := map[string]bool{}
	for _, f := range p.Login().Fields {
		if seen[f.Name] || f.Name == account.FieldAccess || len(f.Name) > 80 || strings.ContainsAny(f.Name, "/ %") || f.Label == "" || !f.Secret {
			t.Errorf("the field %q (%s)", f.Name, f.Label)
		}
		seen[f.Name] = true
	}
	if len(seen) != 4 {
		t.Errorf("%d fields", len(seen))
	}
}

// BenchmarkLogin: each call asks for its ways, also of a plugin with thousands of operations.
func BenchmarkLogin(b *testing.B) {
	var doc strings.Builder
	doc.WriteString(`{"openapi":"3.1.0","info":{"title":"T","version":"1"},"servers":[{"url":"https://api.example"}],"components":{"securitySchemes":{` + loginSchemes + `}},"paths":{`)
	for i := range 4_999 {
		fmt.Fprintf(&doc, `"/a%d":{"get":{"operationId":"a%d","security":[{"code":["s%d"]},{"key":[]}]}},`, i, i, i%70)
	}
	doc.WriteString(`"/z":{"get":{"operationId":"z"}}}}`)
	d, err := openapi.Read(b.Context(), openapi.Source{Data: []byte(doc.String())}, openapi.Options{})
	if err != nil {
		b.Fatal(err)
	}
	p := &plugin.Plugin{Registration: plugin.Registration{ID: "api.example"}, Manifest: plugin.Manifest{Auth: "none", Made: true}, Document: d}
	b.ReportMetric(float64(len(d.Operations)), "operations")
	b.Run("ways", func(b *testing.B) {
		for b.Loop() {
			p.Ways(d.Operations[0])
		}
	})
	b.Run("login", func(b *testing.B) {
		for b.Loop() {
			p.Login()
		}
	})
	b.Run("report", func(b *testing.B) {
		for b.Loop() {
			p.Report()
		}
	})
}

// TestLoginRequired: a value that the document explains is no less required.
func TestLoginRequired(t *testing.T) {
	t.Parallel()
	p := loginPlugin(t, "", `"key":{"type":"apiKey","in":"header","name":"X-Key","description":"It stands in your settings."},
"basic":{"type":"http","scheme":"basic","description":"Your user name."}`, "", `[{"key":[]}]`, `[{"basic":[]}]`)
	if err := p.CheckShared(plugin.SharedLogin{Values: account.Credential{"user": "u"}}); err == nil || !strings.Contains(err.Error(), "key:key") {
		t.Errorf("without the key: %v", err)
	}
	if err := p.CheckShared(plugin.SharedLogin{Values: account.Credential{"key": "k"}}); err == nil || !strings.Contains(err.Error(), "user:basic") {
		t.Errorf("without the user name: %v", err)
	}
	if err := p.CheckShared(plugin.SharedLogin{Values: account.Credential{"key": "k", "user": "u"}}); err != nil {
		t.Errorf("without the password, which may be empty: %v", err)
	}
}
