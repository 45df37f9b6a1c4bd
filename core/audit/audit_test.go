package audit_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"aidesk/bots/inbox"
	"aidesk/core/audit"
	"aidesk/core/secret"
	"aidesk/store"
	"aidesk/store/bolt"
)

var start = time.Date(2026, 5, 1, 9, 0, 0, 0, time.UTC)

// ring makes a ring of keys by their ids, the same ones each time.
func ring(t testing.TB, ids ...string) *secret.Ring {
	t.Helper()
	var entries []string
	for _, id := range ids {
		entries = append(entries, id+":"+strings.Repeat("A", 42)+map[string]string{"k1": "A", "k2": "E"}[id]+"=")
	}
	r, err := secret.Parse(entries)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func open(t testing.TB, path string) *bolt.DB {
	t.Helper()
	db, err := bolt.Open(path, bolt.Options{Now: func() time.Time { return start.Add(24 * time.Hour) }})
	if err != nil {
		t.Fatal(err)
	}
	return db
}

// opened is a store whose audits are signed.
func opened(t testing.TB, path string, r *secret.Ring) *bolt.DB {
	t.Helper()
	db := open(t, path)
	must(t, audit.Unlock(t.Context(), db, r))
	t.Cleanup(func() { _ = db.Close() })
	return db
}

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// line is the i-th line of a workspace.
func line(scope string, i int) store.Audit {
	at := start.Add(time.Duration(i) * time.Minute)
	l := audit.Line{
		Time: at, Action: "call.done", Actor: audit.Actor{Kind: audit.Member, ID: "U1"}, Outcome: audit.OK, Call: fmt.Sprint("a", i),
		Targets: []audit.Target{{Kind: audit.OfPlugin, ID: "p1", Version: "v"}, {Kind: audit.OfOperation, ID: "book"}},
		Place:   audit.PlaceOf(scope),
	}
	return store.Audit{Scope: scope, Time: at, Body: l.Encode(), Member: scope + "/U1", Names: map[string]string{scope + "/U1": "Ann <\"&>"}}
}

func write(t testing.TB, s store.Store, scope string, from, to int) {
	t.Helper()
	var lines []store.Audit
	for i := from; i < to; i++ {
		lines = append(lines, line(scope, i))
	}
	must(t, s.AppendAudits(t.Context(), lines...))
}

func verdicts(t testing.TB, s store.Store, r *secret.Ring) string {
	t.Helper()
	keys, err := audit.Keys(t.Context(), s, r)
	must(t, err)
	all, err := audit.Verify(t.Context(), s, keys)
	must(t, err)
	var out []string
	for _, v := range all {
		out = append(out, fmt.Sprintf("%s %d/%d to %d%s", v.Scope, v.Signed, v.Lines, v.Last, v.Fault))
	}
	return strings.Join(out, "; ")
}

// TestKeys: the key that signs outlives a rotation of the ring and the end of the ring's
// older key.
func TestKeys(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "desk.db")
	db := open(t, path)
	must(t, audit.Unlock(t.Context(), db, nil))
	write(t, db, "desk/slack/T1", 0, 2)
	must(t, inbox.Unlock(t.Context(), db, ring(t, "k1")))
	must(t, audit.Unlock(t.Context(), db, ring(t, "k1")))
	write(t, db, "desk/slack/T1", 2, 4)
	rotated, err := inbox.Rotate(t.Context(), db, ring(t, "k2", "k1"))
	must(t, err)
	if rotated.Resealed.Others != 1 || len(rotated.Retired) != 1 {
		t.Errorf("%+v", rotated)
	}
	must(t, db.Close())
	again := opened(t, path, ring(t, "k2"))
	write(t, again, "desk/slack/T1", 4, 5)
	if got := verdicts(t, again, ring(t, "k2")); got != "desk/slack/T1 3/5 to 5" {
		t.Error(got)
	}
	if err := audit.Unlock(t.Context(), again, ring(t, "k1")); err == nil {
		t.Error("a ring opens what another sealed")
	}
}

// TestExport: what is exported, and how it goes on.
func TestExport(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "desk.db")
	db := opened(t, path, ring(t, "k1"))
	write(t, db, "desk/slack/T1", 0, 5)
	older := `{"account":"Ann's","action":"a9","data_from":"p1 p2","digest":"d","leave":"operation","member":"U1","operation":"book","plugin":"p1","what":"denied"}`
	must(t, db.AppendAudits(t.Context(), store.Audit{Scope: "desk/slack/T1", Time: start, Body: []byte(older)}, store.Audit{Scope: "desk/slack/T1", Time: start, Body: []byte("{")}))
	var out bytes.Buffer
	done, err := audit.Export(t.Context(), db, "desk/slack/T1", 4, &out)
	if err != nil || done.First != 5 || done.Last != 7 || done.Lines != 3 {
		t.Errorf("%+v, %v", done, err)
	}
	lines := strings.Split(strings.TrimSpace(out.String()), "\n")
	for i, want := range []string{
		`{"scope":"desk/slack/T1","n":5,"v":1,"time":"2026-05-01T09:04:00Z","action":"call.done","actor":{"kind":"member","id":"U1"},"targets":[{"kind":"plugin","id":"p1","version":"v"},{"kind":"operation","id":"book"}],"place":{"platform":"slack","workspace":"T1"},"outcome":"ok","call":"a4","key":"KEY","link":"LINK","names":{"U1":"Ann \u003c\"\u0026\u003e"}}`,
		`{"scope":"desk/slack/T1","n":6,"v":1,"time":"2026-05-01T09:00:00Z","action":"call.denied","actor":{"kind":"member","id":"U1"},"targets":[{"kind":"plugin","id":"p1"},{"kind":"operation","id":"book"}],"place":{"platform":"slack","workspace":"T1"},"outcome":"refused","call":"a9","digest":"d","data_from":["p1","p2"],"leave":"operation","account":"Ann's","key":"KEY","link":"LINK"}`,
		`{"scope":"desk/slack/T1","n":7,"key":"KEY","link":"LINK","damaged":true}`,
	} {
		var l struct{ Key, Link string }
		must(t, json.Unmarshal([]byte(lines[i]), &l))
		if got := strings.NewReplacer(l.Key, "KEY", l.Link, "LINK").Replace(lines[i]); got != want || len(l.Link) != 64 {
			t.Errorf("line %d:\n%s\nwant\n%s", i, got, want)
		}
	}
	ends, err := audit.Ends(bytes.NewReader(out.Bytes()))
	if err != nil || len(ends) != 1 || ends["desk/slack/T1"].Seq != 7 {
		t.Errorf("%+v, %v", ends, err)
	}
}

// TestAgainst: an earlier export shows what the store alone cannot.
func TestAgainst(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	export := func(s store.Store) []byte {
		var out bytes.Buffer
		heads, err := s.AuditHeads(t.Context())
		must(t, err)
		for _, h := range heads {
			_, err = audit.Export(t.Context(), s, h.Scope, 0, &out)
			must(t, err)
		}
		return out.Bytes()
	}
	db := opened(t, filepath.Join(dir, "desk.db"), ring(t, "k1"))
	write(t, db, "desk/slack/T1", 0, 700)
	write(t, db, "desk/slack/T2", 0, 3)
	first := export(db)
	write(t, db, "desk/slack/T1", 700, 800)
	good := func(name string) {
		t.Helper()
		if n, err := audit.Against(t.Context(), db, bytes.NewReader(first)); err != nil || n != 703 {
			t.Errorf("%s: %d, %v", name, n, err)
		}
	}
	good("it went on")
	for name, c := range map[string]struct{ from, to, want string }{
		"a link":  {`"n":300,`, `"n":301,`, "desk/slack/T1, line 301 was another one when it was exported"},
		"a scope": {`"scope":"desk/slack/T2","n":1,`, `"scope":"desk/slack/T9","n":1,`, "desk/slack/T9, line 1 is in the export, and the store has nothing of this workspace"},
		"newer":   {`"n":700,`, `"n":801,`, "desk/slack/T1, line 801 is in the export, and the store ends with line 800"},
		"a text":  {`{"scope":"desk/slack/T2","n":2,`, `hello {`, "line 702 is none that aidesk audit export wrote"},
	} {
		text := strings.Replace(string(first), c.from, c.to, 1)
		if _, err := audit.Against(t.Context(), db, strings.NewReader(text)); err == nil || !strings.HasPrefix(err.Error(), c.want) {
			t.Errorf("%s: %v", name, err)
		}
	}
	n, err := db.Purge(t.Context(), store.Old{Audit: start.Add(500 * time.Minute)})
	if err != nil || n != 503 {
		t.Fatal(n, err)
	}
	good("it was purged")
	if got := verdicts(t, db, ring(t, "k1")); got != "desk/slack/T1 300/300 to 800; desk/slack/T2 0/0 to 3" {
		t.Error(got)
	}

	// Another history under the same numbers, as of a store that went back and on.
	other := opened(t, filepath.Join(dir, "other.db"), ring(t, "k1"))
	write(t, other, "desk/slack/T1", 0, 800)
	if _, err := audit.Against(t.Context(), other, bytes.NewReader(first)); err == nil || !strings.Contains(err.Error(), "line 1 was another one") {
		t.Error(err)
	}
}
