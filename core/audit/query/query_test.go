package query_test

import (
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"aidesk/core/audit"
	"aidesk/core/audit/query"
)

// names are those of a workspace.
type names struct{}

func (names) Plugin(name string) (string, bool) {
	id := map[string]string{"stays": "p-stays", "todo list": "p-todo", "calls": "p-calls"}[name]
	return id, id != ""
}

func (names) Members(name string) []string {
	return map[string][]string{"ann": {"U1"}, "u1": {"U1"}, "ben": {"U2", "U3"}, "ann lee": {"U4"}, "may": {"U5"}}[name]
}

func (names) Channel(name string) (string, bool) {
	return "C1", name == "general" || name == "c1"
}

var now = time.Date(2026, 11, 30, 18, 30, 0, 0, time.UTC)

func day(text string) time.Time {
	t, err := time.Parse("2006-01-02", text)
	if err != nil {
		panic(err)
	}
	return t
}

func TestParse(t *testing.T) {
	t.Parallel()
	sent := []string{"call.done", "call.failed", "call.unknown"}
	for text, want := range map[string]query.Query{
		"":                               {},
		"who sent what to Stays in May?": {Plugin: "p-stays", Kinds: [][]string{sent}, Since: day("2026-05-01"), Until: day("2026-06-01")},
		"what did Ann do last week":      {Members: []string{"U1"}, Since: day("2026-11-23"), Until: day("2026-11-30")},
		"what did Ann Lee do":            {Members: []string{"U4"}},
		"Ann’s refused calls":            {Members: []string{"U1"}, Outcome: audit.Refused, Kinds: [][]string{{"call."}}},
		"refused":                        {Outcome: audit.Refused},
		"by plugin Todo List":            {Plugin: "p-todo"},
		"plugin calls":                   {Plugin: "p-calls"},
		"in #general":                    {Channel: "C1"},
		"here, today":                    {Channel: "C9", Since: day("2026-11-30"), Until: day("2026-12-01")},
		"@Ben":                           {Members: []string{"U2", "U3"}},
		"@may in may":                    {Members: []string{"U5"}, Since: day("2026-05-01"), Until: day("2026-06-01")},
		"what did I send yesterday":      {Members: []string{"U9"}, Kinds: [][]string{sent}, Since: day("2026-11-29"), Until: day("2026-11-30")},
		"failed logins since 3 May":      {Outcome: audit.Failed, Kinds: [][]string{{"login.", "account."}}, Since: day("2026-05-03")},
		"exports before 2026-05":         {Kinds: [][]string{{"audit.exported"}}, Until: day("2026-05-01")},
		"from march to may":              {Since: day("2026-03-01"), Until: day("2026-06-01")},
		"between 2026-03-05 and May":     {Since: day("2026-03-05"), Until: day("2026-06-01")},
		"until 2026-05-03":               {Until: day("2026-05-04")},
		"after 2025":                     {Since: day("2026-01-01")},
		"in December":                    {Since: day("2025-12-01"), Until: day("2026-01-01")},
		"May 3rd, 2025":                  {Since: day("2025-05-03"), Until: day("2025-05-04")},
		"the last 3 days":                {Since: day("2026-11-28"), Until: day("2026-12-01")},
		"last 2 weeks":                   {Since: day("2026-11-17"), Until: day("2026-12-01")},
		"this month":                     {Since: day("2026-11-01"), Until: day("2026-12-01")},
		"last year":                      {Since: day("2025-01-01"), Until: day("2026-01-01")},
		"operators":                      {Actor: audit.Operator},
		"the last":                       {},
	} {
		q, err := query.Parse(text, names{}, now, "U9", "C9")
		if diff := cmp.Diff(want, q, cmpopts.EquateEmpty()); diff != "" || err != nil {
			t.Errorf("%q: %v (-want +got):\n%s", text, err, diff)
		}
	}
	for text, want := range map[string]string{
		"what did Bob do":                 "bob",
		"sent to Stayz in #random":        "stayz #random",
		strings.Repeat("zzz ", 10_000):    strings.TrimSpace(strings.Repeat("zzz ", 60)),
		"last 99999999999999999999 weeks": "99999999999999999999 weeks",
		"31 foo":                          "31 foo",
	} {
		_, err := query.Parse(text, names{}, now, "U9", "C9")
		if u, ok := errors.AsType[query.Unknown](err); !ok || strings.Join(u, " ") != want {
			t.Errorf("%.50q: %v, want %.50q", text, err, want)
		}
	}
	if !slices.Contains(query.Words(), "refused") {
		t.Error("the words that filter are not all named")
	}
}

func TestMatches(t *testing.T) {
	t.Parallel()
	l := audit.Line{
		Time: now, Action: "call.done", Actor: audit.Actor{Kind: audit.Member, ID: "U1"}, Outcome: audit.OK,
		Targets: []audit.Target{{Kind: audit.OfPlugin, ID: "p-stays"}, {Kind: audit.OfOperation, ID: "book"}, {Kind: audit.OfMember, ID: "U2"}},
		Place:   audit.Place{Channel: "C1"},
	}
	for text, want := range map[string]bool{
		"": true, "sent to stays": true, "todo list": false, "ann": true, "ben": true, "may": false, "#general": true, "here": false,
		"changed": false, "refused": false, "done": true, "operators": false, "today": true, "yesterday": false, "sent calls": true, "approved": false,
	} {
		q, err := query.Parse(text, names{}, now, "U9", "C9")
		if err != nil {
			t.Fatal(err)
		}
		if text == "may" { // the month
			q, _ = query.Parse("@may", names{}, now, "U9", "C9")
		}
		if got := q.Matches(l); got != want {
			t.Errorf("%q: %t", text, got)
		}
	}
	machine := audit.Line{Action: "plugin.added", Actor: audit.Actor{Kind: audit.Operator, ID: "U1"}}
	if (query.Query{Members: []string{"U1"}}).Matches(machine) {
		t.Error("an operator passes for a member of the same name")
	}
}
