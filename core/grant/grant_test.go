package grant_test

import (
	"encoding/json"
	"reflect"
	"strings"
	"testing"
	"time"

	"aidesk/core/chat"
	"aidesk/core/grant"
	"aidesk/core/openapi"
)

var noon = time.Date(2026, 11, 30, 12, 0, 0, 0, time.UTC)

const tracker = `
openapi: 3.0.3
info: {title: Tracker, version: "1"}
servers: [{url: https://tracker.example.com}]
paths:
  /repos/{repo}/issues:
    post:
      operationId: createIssue
      summary: Create an issue
      parameters:
        - {name: repo, in: path, required: true, schema: {type: string}}
        - {name: dry, in: query, schema: {type: boolean}}
      requestBody:
        required: true
        content:
          application/json:
            schema:
              type: object
              required: [title]
              properties:
                title: {type: string}
                email: {type: string}
                docs: {type: string}
                kind: {type: string, enum: [bug, wish]}
                priority: {type: integer}
                cost: {type: number}
                count: {}
                labels: {type: array, items: {type: string}}
                meta: {type: object, additionalProperties: true}
                "a/b": {type: string}
      responses: {"201": {description: Created.}}
`

// operation reads the operation of a document.
func operation(t testing.TB, document string) *openapi.Operation {
	t.Helper()
	d, err := openapi.Read(t.Context(), openapi.Source{URL: "https://tracker.example.com/openapi.yaml", Data: []byte(document)}, openapi.Options{})
	if err != nil {
		t.Fatal(err)
	}
	return d.Operation("createIssue")
}

// values are the built values of a call.
func values(t testing.TB, o *openapi.Operation, args string) []openapi.Leaf {
	t.Helper()
	all, err := o.Leaves(json.RawMessage(args))
	if err != nil {
		t.Fatalf("%s: %v", args, err)
	}
	return all
}

const approved = `{"repo":"web","body":{"title":"It rattles","docs":"https://docs.example.com/help/rattle","kind":"bug","priority":3,"cost":12.50,"count":7,"labels":["house","noise"]}}`

// loosened are the bounds of the grant in the attacks; every other value stays as approved.
var loosened = map[string]struct {
	way  grant.Way
	text string
}{
	"/body/title":    {grant.AnyText, "40"},
	"/body/docs":     {grant.Under, "https://docs.example.com/help/"},
	"/body/kind":     {grant.OneOf, "wish"},
	"/body/priority": {grant.AtMost, "5"},
	"/body/cost":     {grant.DaySum, "30.25"},
}

// issues is a grant to create issues, with a call that it lets through.
func issues(t testing.TB, o *openapi.Operation) (grant.Grant, grant.Wish) {
	t.Helper()
	g := grant.Grant{
		V: 1, ID: "g1", Owner: "desk/slack/T1/ada", Member: "ada", Plugin: "tracker.example.com", Human: "Tracker",
		Operation: o.ID, Deed: "create an issue with Tracker", Hash: o.Hash, Account: "account/1",
		Place: chat.Place{Platform: "slack", Workspace: "T1", Channel: "C1", Thread: "1"},
		Count: 20, PerDay: 10, Made: noon, Until: noon.Add(grant.DefaultLife), Press: "press",
	}
	all := values(t, o, approved)
	for _, l := range all {
		how, ok := loosened[l.Path]
		if !ok {
			how.way = grant.Exactly
		}
		c, err := grant.Bound(l, how.way, how.text)
		if err != nil {
			t.Fatal(err)
		}
		g.Conditions = append(g.Conditions, c)
	}
	body, err := g.Encode()
	if err != nil {
		t.Fatal(err)
	}
	kept, err := grant.Read(body)
	if err != nil {
		t.Fatal(err)
	}
	return kept, grant.Wish{
		Owner: g.Owner, Plugin: g.Plugin, Operation: g.Operation, Hash: g.Hash, Account: g.Account,
		Place: g.Place, Values: all, Time: noon.Add(time.Hour),
	}
}

// TestAttacks: whatever is not within the bounds of a grant is asked about.
func TestAttacks(t *testing.T) {
	t.Parallel()
	o := operation(t, tracker)
	// body replaces a field of the approved body, and adds one where there is none of the name.
	body := func(field, value string) string {
		var args map[string]json.RawMessage
		var fields map[string]json.RawMessage
		if json.Unmarshal([]byte(approved), &args) != nil || json.Unmarshal(args["body"], &fields) != nil {
			t.Fatal("the approved call is no JSON")
		}
		if fields[field] = json.RawMessage(value); value == "" {
			delete(fields, field)
		}
		args["body"], _ = json.Marshal(fields)
		whole, _ := json.Marshal(args)
		return string(whole)
	}
	text := func(s string) string { raw, _ := json.Marshal(s); return string(raw) }
	attacks := []struct {
		name string
		args string
	}{
		{"another value of what stays as it is", strings.Replace(approved, `"web"`, `"api"`, 1)},
		{"another case", strings.Replace(approved, `"web"`, `"Web"`, 1)},
		{"a blank behind it", strings.Replace(approved, `"web"`, `"web "`, 1)},
		{"a letter that looks the same", strings.Replace(approved, `"web"`, `"wеb"`, 1)},
		{"a letter that nobody sees", strings.Replace(approved, `"web"`, `"we\u200bb"`, 1)},
		{"a wildcard", strings.Replace(approved, `"web"`, `"*"`, 1)},
		{"a way out of the path", strings.Replace(approved, `"web"`, `"web%2F..%2Fapi"`, 1)},
		{"an argument more", strings.Replace(approved, `"repo"`, `"dry":true,"repo"`, 1)},
		{"a field more", body("email", `"eve@example.com"`)},
		{"a field that the document does not know", body("assignee", `"eve"`)},
		{"a field less", body("kind", "")},
		{"an empty object more", body("meta", `{}`)},
		{"an object more", body("meta", `{"title":"It rattles"}`)},
		{"a field whose name has a slash", body("a/b", `"x"`)},
		{"an entry more", body("labels", `["house","noise","urgent"]`)},
		{"an entry less", body("labels", `["house"]`)},
		{"entries in another order", body("labels", `["noise","house"]`)},
		{"an empty list", body("labels", `[]`)},
		{"an object with the indices of a list", body("meta", `{"labels":{"[0]":"house"}}`)},
		{"text for a number", body("count", `"7"`)},
		{"a number written in another way", body("count", `7.0`)},
		{"a list for a number", body("count", `[7]`)},
		{"an object for a number", body("count", `{"is":7}`)},
		{"null for a number", body("count", `null`)},
		{"true for a number", body("count", `true`)},
		{"a choice that is not named", body("kind", `"bug,wish"`)},
		{"a number above the bound", body("priority", `6`)},
		{"a number far above it", body("priority", `5000000000000000000000000`)},
		{"a number below zero in a sum", body("cost", `-1`)},
		{"a number above the sum", body("cost", `30.26`)},
		{"a number just above the sum", body("cost", `30.2500000000000001`)},
		{"a number with an exponent", body("cost", `1e400`)},
		{"a number with a small exponent", body("cost", `1e1`)},
		{"another host", body("docs", `"https://docs.example.com.evil.example/help/x"`)},
		{"a host behind a user", body("docs", `"https://docs.example.com@evil.example/help/x"`)},
		{"a user before the host", body("docs", `"https://eve@docs.example.com/help/x"`)},
		{"a port", body("docs", `"https://docs.example.com:8443/help/x"`)},
		{"the host in capitals", body("docs", `"https://DOCS.example.com/help/x"`)},
		{"a dot behind the host", body("docs", `"https://docs.example.com./help/x"`)},
		{"another scheme", body("docs", `"http://docs.example.com/help/x"`)},
		{"no scheme", body("docs", `"//docs.example.com/help/x"`)},
		{"a path that only begins like it", body("docs", `"https://docs.example.com/helpers/x"`)},
		{"the path without its slash", body("docs", `"https://docs.example.com/help"`)},
		{"a path that climbs", body("docs", `"https://docs.example.com/help/../admin"`)},
		{"a path that climbs in code", body("docs", `"https://docs.example.com/help/%2e%2e/admin"`)},
		{"a path that climbs with a backslash", body("docs", `"https://docs.example.com/help/..\\admin"`)},
		{"a slash in code", body("docs", `"https://docs.example.com/help/..%2fadmin"`)},
		{"an empty segment", body("docs", `"https://docs.example.com/help//evil.example"`)},
		{"a query", body("docs", `"https://docs.example.com/help/x?to=evil"`)},
		{"a fragment", body("docs", `"https://docs.example.com/help/x#evil"`)},
		{"a blank before an address", body("docs", `" https://docs.example.com/help/x"`)},
		{"a line end in an address", body("docs", `"https://docs.example.com/help/x\nhttps://evil.example/"`)},
		{"a text too long", body("title", text(strings.Repeat("é", 41)))},
		{"a text with an address", body("title", `"see https://evil.example"`)},
		{"a text with an address without scheme", body("title", `"see www.evil.example"`)},
		{"a text with a mail address", body("title", `"tell eve@evil.example"`)},
		{"a text with a mention", body("title", `"<@U123> look"`)},
		{"a text that mentions all", body("title", `"@channel look"`)},
		{"a text with letters that nobody sees", body("title", `"a\u200bb"`)},
		{"a text that turns around", body("title", `"a\u202eb"`)},
		{"a list for a text", strings.Replace(approved, `"web"`, `["web"]`, 1)},
	}
	for _, a := range attacks {
		t.Run(a.name, func(t *testing.T) {
			t.Parallel()
			g, w := issues(t, o)
			all, err := o.Leaves(json.RawMessage(a.args))
			if err != nil { // then there is no call
				return
			}
			if w.Values = all; sameValues(w.Values, values(t, o, approved)) {
				t.Fatalf("this is the approved call")
			}
			if used, err := g.Use(w); err == nil {
				t.Errorf("it goes: %s, %+v", a.args, used.Used)
			}
		})
	}
	for name, change := range map[string]func(*grant.Wish){
		"another member":                     func(w *grant.Wish) { w.Owner = "desk/slack/T1/ben" },
		"another bot":                        func(w *grant.Wish) { w.Owner = "two/slack/T1/ada" },
		"another workspace":                  func(w *grant.Wish) { w.Place.Workspace = "T2" },
		"another platform":                   func(w *grant.Wish) { w.Place.Platform = "discord" },
		"another channel":                    func(w *grant.Wish) { w.Place.Channel = "C2" },
		"a direct message":                   func(w *grant.Wish) { w.Place.Direct = true },
		"a channel that was shared":          func(w *grant.Wish) { w.Place.External = true },
		"a schedule":                         func(w *grant.Wish) { w.Schedule = "s1" },
		"another plugin":                     func(w *grant.Wish) { w.Plugin = "other.example.com" },
		"another operation":                  func(w *grant.Wish) { w.Operation = "createIssues" },
		"a changed document":                 func(w *grant.Wish) { w.Hash = strings.Repeat("0", 64) },
		"no hash":                            func(w *grant.Wish) { w.Hash = "" },
		"another account":                    func(w *grant.Wish) { w.Account = "account/2" },
		"an account that was connected anew": func(w *grant.Wish) { w.Login = "l2" },
		"no account":                         func(w *grant.Wish) { w.Account = "" },
		"another plugin's data":              func(w *grant.Wish) { w.Carries = true },
		"what strangers wrote":               func(w *grant.Wish) { w.Strange = true },
		"too late":                           func(w *grant.Wish) { w.Time = noon.Add(grant.DefaultLife) },
		"before it was made":                 func(w *grant.Wish) { w.Time = noon.Add(-time.Hour) },
		"no values":                          func(w *grant.Wish) { w.Values = nil },
		"a value twice":                      func(w *grant.Wish) { w.Values[0] = w.Values[1] },
		"a value in place of another":        func(w *grant.Wish) { w.Values[0].Path = "/repo2" },
		"free text that is no prose":         func(w *grant.Wish) { noProse(w.Values) },
		"a value with others in it":          func(w *grant.Wish) { w.Values[0].Value = []any{"web"} },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			g, w := issues(t, o)
			if _, err := g.Use(w); err != nil {
				t.Fatalf("without it: %v", err)
			}
			change(&w)
			if _, err := g.Use(w); err == nil {
				t.Error("it goes")
			}
		})
	}
}

func noProse(all []openapi.Leaf) {
	for i := range all {
		all[i].Prose = false
	}
}

func sameValues(a, b []openapi.Leaf) bool { return reflect.DeepEqual(a, b) }

// TestGoes: what is within the bounds goes, also where a model wrote it in another way that
// comes to the same bytes.
func TestGoes(t *testing.T) {
	t.Parallel()
	o := operation(t, tracker)
	for name, args := range map[string]string{
		"as approved":             approved,
		"another text":            strings.Replace(approved, "It rattles", "It drips, in the kitchen: 3 drops/min", 1),
		"another address below":   strings.Replace(approved, "help/rattle", "help/a/b-c_d.html", 1),
		"the other choice":        strings.Replace(approved, `"bug"`, `"wish"`, 1),
		"a choice in another way": strings.Replace(approved, `"bug"`, `"WISH"`, 1), // coerced
		"a number below":          strings.Replace(approved, `"priority":3`, `"priority":-4`, 1),
		"text for a number":       strings.Replace(approved, `"priority":3`, `"priority":"5"`, 1), // coerced
		"the whole sum":           strings.Replace(approved, `12.50`, `30.25`, 1),
		"nothing of the sum":      strings.Replace(approved, `12.50`, `0`, 1),
		"null for what is not":    strings.Replace(approved, `"repo"`, `"dry":null,"repo"`, 1), // not sent
	} {
		g, w := issues(t, o)
		w.Values = values(t, o, args)
		if _, err := g.Use(w); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// TestCounts: exactly so many, and the sum to its last digit, day by day.
func TestCounts(t *testing.T) {
	t.Parallel()
	o := operation(t, tracker)
	g, w := issues(t, o)
	use := func(cost string, at time.Time) error {
		w.Values, w.Time = values(t, o, strings.Replace(approved, "12.50", cost, 1)), at
		next, err := g.Use(w)
		if err == nil {
			body, err := next.Encode()
			if err != nil {
				t.Fatal(err)
			}
			if g, err = grant.Read(body); err != nil {
				t.Fatal(err)
			}
		}
		return err
	}
	at := noon
	for _, step := range []struct {
		cost string
		goes bool
	}{{"0.1", true}, {"0.2", true}, {"29.95", true}, {"0.01", false}, {"0", true}, {"0.00", true}} {
		if err := use(step.cost, at); (err == nil) != step.goes {
			t.Errorf("%s: %v", step.cost, err)
		}
	}
	if today, all := g.Left(at); today != 5 || all != 15 {
		t.Errorf("%d left today, %d in all", today, all)
	}
	for day, want := range []int{5, 10, 0} { // ten a day, twenty in all
		n := 0
		for range 30 {
			if use("0", at) == nil {
				n++
			}
		}
		if n != want {
			t.Errorf("day %d: %d go, want %d", day, n, want)
		}
		at = at.Add(24 * time.Hour)
	}
	if g.Live(at) {
		t.Error("it lives on when it is used up")
	}
	g, _ = issues(t, o)
	for range 10 {
		if err := use("0", noon.Add(24*time.Hour)); err != nil {
			t.Fatal(err)
		}
	}
	if err := use("0", noon); err == nil {
		t.Error("a clock that was set back gives the day anew")
	}
}

// TestRead: what this program would not have written is void.
func TestRead(t *testing.T) {
	t.Parallel()
	g, _ := issues(t, operation(t, tracker))
	whole, err := g.Encode()
	if err != nil {
		t.Fatal(err)
	}
	replace := func(old, with string) string {
		changed := strings.Replace(string(whole), old, with, 1)
		if changed == string(whole) {
			t.Fatalf("there is no %s in %s", old, whole)
		}
		return changed
	}
	for name, body := range map[string]string{
		"nothing":                  "",
		"null":                     "null",
		"no object":                "[]",
		"an unknown field":         replace(`{"v":1`, `{"v":1,"unless":true`),
		"an unknown condition":     replace(`"at_most":"5"`, `"not":"5"`),
		"a condition more":         replace(`"at_most":"5"`, `"at_most":"5","if_present":true`),
		"two conditions":           replace(`"at_most":"5"`, `"at_most":"5","text":3`),
		"no condition":             replace(`,"at_most":"5"`, ``),
		"a name in other letters":  replace(`"at_most":"5"`, `"At_Most":"5"`),
		"a name twice":             replace(`"at_most":"5"`, `"at_most":"5","at_most":"50"`),
		"a field twice":            replace(`"count":20`, `"count":20,"count":900`),
		"another version":          replace(`"v":1`, `"v":2`),
		"text behind it":           string(whole) + "{}",
		"a path twice":             replace(`"/body/kind"`, `"/body/title"`),
		"a number as text":         replace(`"count":20`, `"count":"20"`),
		"no count":                 replace(`"count":20`, `"count":0`),
		"too many":                 replace(`"count":20`, `"count":1001`),
		"too many a day":           replace(`"per_day":10`, `"per_day":101`),
		"a float for a bound":      replace(`"at_most":"5"`, `"at_most":"5e3"`),
		"a bound that is no text":  replace(`"at_most":"5"`, `"at_most":5`),
		"a text without end":       replace(`"text":40`, `"text":501`),
		"a text below zero":        replace(`"text":40`, `"text":-1`),
		"an address without path":  replace(`https://docs.example.com/help/`, `https://docs.example.com`),
		"an address half a name":   replace(`https://docs.example.com/help/`, `https://docs.example.com/help`),
		"an address with wildcard": replace(`https://docs.example.com/help/`, `https://*.example.com/help/`),
		"an address in numbers":    replace(`https://docs.example.com/help/`, `https://169.254.169.254/help/`),
		"a list of values":         replace(`"is":"web"`, `"is":["web"]`),
		"31 days":                  replace(`"until":"2026-12-07`, `"until":"2026-12-31`),
		"no end":                   replace(`"until":"2026-12-07`, `"until":"0001-12-31`),
		"for nobody":               replace(`"owner":"desk/slack/T1/ada"`, `"owner":""`),
		"without a hash":           replace(`"hash":"`+g.Hash, `"hash":"`),
		"no place":                 replace(`"channel":"C1"`, `"channel":""`),
		"too long":                 replace(`"deed":"`, `"deed":"`+strings.Repeat("x", 40<<10)),
	} {
		if got, err := grant.Read([]byte(body)); err == nil || got.Live(noon) {
			t.Errorf("%s: it is read as %+v", name, got)
		}
	}
}

// TestLife: thirty days at most, and more is refused.
func TestLife(t *testing.T) {
	t.Parallel()
	g, _ := issues(t, operation(t, tracker))
	for life, ok := range map[time.Duration]bool{0: false, -time.Hour: false, time.Hour: true, grant.LongestLife: true, grant.LongestLife + time.Second: false} {
		g.Until = g.Made.Add(life)
		if _, err := g.Encode(); (err == nil) != ok {
			t.Errorf("%s: %v", life, err)
		}
	}
}

// TestBound: what a member chooses is a bound that lets through what they approved, or they
// read why not.
func TestBound(t *testing.T) {
	t.Parallel()
	all := map[string]openapi.Leaf{}
	for _, l := range values(t, operation(t, tracker), strings.Replace(approved, `"kind"`, `"email":"a@example.com","kind"`, 1)) {
		all[l.Path] = l
	}
	for _, test := range []struct {
		path string
		way  grant.Way
		text string
		says string // the error; empty: there is none
	}{
		{"/repo", grant.Exactly, "", ""},
		{"/repo", grant.OneOf, "api\nweb\n\n api ", ""},
		{"/repo", grant.AnyText, "40", "cannot be bounded like that"}, // part of an address
		{"/body/email", grant.AnyText, "40", "cannot be bounded like that"},
		{"/body/title", grant.AnyText, "forty", "from 1 to 500"},
		{"/body/title", grant.AnyText, "501", "from 1 to 500"},
		{"/body/title", grant.AnyText, "3", "not within this bound"},
		{"/body/title", grant.AtMost, "3", "cannot be bounded like that"},
		{"/body/title", grant.Under, "https://docs.example.com/", "cannot be bounded like that"},
		{"/body/docs", grant.Under, "https://docs.example.com/help", ""},
		{"/body/docs", grant.Under, "https://docs.example.com", ""},
		{"/body/docs", grant.Under, "docs.example.com", "no address"},
		{"/body/docs", grant.Under, "https://*.example.com/", "no address"},
		{"/body/docs", grant.Under, "https://other.example.com/", "not within this bound"},
		{"/body/priority", grant.AtMost, "2", "not within this bound"},
		{"/body/priority", grant.AtMost, "", "say by what"},
		{"/body/priority", grant.AtMost, "many", "no plain number"},
		{"/body/priority", grant.AtLeast, "1", ""},
		{"/body/priority", grant.OneOf, "4\n5", ""},
		{"/body/priority", grant.OneOf, "four", "no plain number"},
		{"/body/cost", grant.DaySum, "0", "above zero"},
		{"/body/cost", grant.DaySum, "12.49", "not within this bound"},
		{"/body/cost", grant.DaySum, "12.5", ""},
	} {
		c, err := grant.Bound(all[test.path], test.way, test.text)
		switch {
		case test.says == "" && (err != nil || !c.Fits(all[test.path])):
			t.Errorf("%s %s %q: %v", test.path, test.way, test.text, err)
		case test.says != "" && (err == nil || !strings.Contains(err.Error(), test.says)):
			t.Errorf("%s %s %q: %v, want %q", test.path, test.way, test.text, err, test.says)
		}
	}
}

// TestReading: the sentence says all bounds, and the example in it is really refused.
func TestReading(t *testing.T) {
	t.Parallel()
	o := operation(t, tracker)
	g, w := issues(t, o)
	want := "Until 7 December I may create an issue with Tracker in the channel where you approved it without asking you, at most 10 a day and 20 times in all, " +
		"if Repo is “web”, Title is any text of up to 40 characters without an address in it, Docs is an address under https://docs.example.com/help/, " +
		"Kind is one of “bug”, “wish”, Priority is a number of at most 5, Cost is a number, in a day at most 30.25 together, Count is 7, Labels 1 is “house” and Labels 2 is “noise”. " +
		"Anything else I ask about: Docs “https://docs.example.com.example.com/help/”, for example."
	if got := g.Reading(noon, time.UTC); got != want {
		t.Errorf("it reads\n%s\nwant\n%s", got, want)
	}
	for i := range g.Conditions {
		one := g
		one.Conditions = g.Conditions[i : i+1]
		l, c, ok := one.Refused()
		if !ok || c.Fits(l) {
			t.Errorf("%s: the example %v is let through", c.Label, l.Value)
		}
		w.Values = []openapi.Leaf{l}
		if _, err := one.Use(w); err == nil {
			t.Errorf("%s: the example %v goes", c.Label, l.Value)
		}
	}
	g.Conditions = nil
	if got := g.Reading(noon, time.UTC); !strings.Contains(got, "as long as it carries no values") {
		t.Errorf("without values it reads %s", got)
	}
}

// TestAllowable: what is too much cannot be allowed beforehand at all.
func TestAllowable(t *testing.T) {
	t.Parallel()
	o := operation(t, tracker)
	if err := grant.Allowable(values(t, o, approved)); err != nil {
		t.Error(err)
	}
	for name, args := range map[string]string{
		"many values": `{"repo":"web","body":{"title":"x","labels":["1","2","3","4","5","6","7","8","9","10","11","12","13","14"]}}`,
		"a long one":  `{"repo":"web","body":{"title":"` + strings.Repeat("x", 3000) + `"}}`,
		"a deep one":  `{"repo":"web","body":{"title":"x","meta":` + strings.Repeat(`{"a":`, 20) + "1" + strings.Repeat("}", 20) + `}}`,
	} {
		if err := grant.Allowable(values(t, o, args)); err == nil {
			t.Errorf("%s: %v", name, err)
		}
	}
}
