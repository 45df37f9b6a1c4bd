package storetest

import (
	"bytes"
	"fmt"
	"sync"
	"time"

	"aidesk/store"
	"aidesk/store/chain"
)

// keys make a signer of keys by their ids, of which the first signs what is new.
func keys(ids ...string) *chain.Keys {
	k := &chain.Keys{}
	for _, id := range ids {
		k.Add(id, bytes.Repeat([]byte(id), 16))
	}
	return k
}

// write writes audit lines, in a commit and then by themselves.
func (d *fixture) write(lines ...store.Audit) {
	d.Helper()
	d.Pass(time.Millisecond)
	l := d.begin("writes the audit")
	d.commit(l, store.Commit{Done: seqs(d.work(l).Events), Audits: lines[:1]})
	d.release(l, 0)
	d.must(d.AppendAudits(d.Context(), lines[1:]...))
}

// line makes an audit line of the scope "s" at the present time.
func (d *fixture) line(body string) store.Audit {
	return store.Audit{Scope: "s", Time: d.Now(), Member: "s/ann", Body: []byte(body), Names: map[string]string{"s/ann": "Ann", "s/bob": "Bob"}}
}

// head is where the audit of the scope "s" begins and ends.
func (d *fixture) head() store.AuditHead {
	d.Helper()
	heads, err := d.AuditHeads(d.Context())
	d.must(err)
	for _, h := range heads {
		if h.Scope == "s" {
			return h
		}
	}
	d.Fatal("no head")
	return store.AuditHead{}
}

// wholeAudit checks that the audit of the scope "s" is whole, and returns its bodies, the oldest first.
func (d *fixture) wholeAudit(s store.Signer, lines, signed int) (bodies []string) {
	d.Helper()
	done, err := chain.Verify(d.Context(), d, s, d.head(), func(a store.Audit) error {
		bodies = append(bodies, string(a.Body))
		return nil
	})
	d.must(err)
	equal(d, "lines and signed ones", []int{done.Lines, done.Signed}, []int{lines, signed})
	return bodies
}

// linked: lines have numbers without gaps, those of another scope their own; a key that comes
// later vouches for what was there, and a new one leaves the older lines good.
func linked(d *fixture) {
	elsewhere := d.line("elsewhere")
	elsewhere.Scope = "t"
	d.write(d.line("0"), elsewhere, d.line("1"))
	d.Sign(keys("k1"))
	d.write(d.line("2"), d.line("3"))
	d.reopen()
	d.Sign(keys("k2", "k1"))
	d.write(d.line("4"))
	equal(d, "bodies", d.wholeAudit(keys("k2", "k1"), 5, 3), []string{"0", "1", "2", "3", "4"})
	var got []store.Audit
	d.must(d.AuditsAfter(d.Context(), "s", 3, func(a store.Audit) bool { got = append(got, a); return true }))
	if len(got) != 2 || got[0].Seq != 4 || got[0].Key != "k1" || got[1].Key != "k2" || got[1].Member != "s/ann" || got[1].Names["s/bob"] != "Bob" {
		d.Fatalf("behind line 3: %+v", got)
	}
	heads, err := d.AuditHeads(d.Context())
	d.must(err)
	equal(d, "heads", []any{len(heads), heads[0].Scope, heads[0].Seq, heads[1].Scope, heads[1].Seq}, []any{2, "s", uint64(5), "t", uint64(1)})
	if _, err := chain.Verify(d.Context(), d, keys("k2"), d.head(), nil); err == nil || err.Error() != "s, line 3 is linked with the key k1, which is missing" {
		d.Fatalf("a missing key: %v", err)
	}
	if _, err := chain.Verify(d.Context(), d, keys("k1", "k2", "k3"), store.AuditHead{Scope: "s", Seq: 5}, nil); err == nil {
		d.Fatal("a head without a seal is good")
	}
}

// purgedAudit: the oldest lines go up to the first that is not so old, and the others still verify.
func purgedAudit(d *fixture) {
	d.Sign(keys("k1"))
	late := d.Now()
	d.write(d.line("0"), d.line("1"))
	d.Pass(time.Hour)
	set := d.line("3") // by a clock that was set back
	set.Time = late
	d.write(d.line("2"), set)
	n, err := d.Purge(d.Context(), store.Old{Audit: late.Add(time.Minute)})
	d.must(err)
	equal(d, "purged", n, 2)
	equal(d, "bodies", d.wholeAudit(keys("k1"), 2, 2), []string{"2", "3"})
	d.reopen()
	d.Sign(keys("k1"))
	d.write(d.line("4"))
	equal(d, "bodies", d.wholeAudit(keys("k1"), 3, 3), []string{"2", "3", "4"})
	d.Pass(time.Hour)
	n, err = d.Purge(d.Context(), store.Old{Audit: d.Now()})
	d.must(err)
	equal(d, "purged", n, 3)
	equal(d, "bodies", len(d.wholeAudit(keys("k1"), 0, 0)), 0)
	d.write(d.line("5"))
	equal(d, "bodies", d.wholeAudit(keys("k1"), 1, 1), []string{"5"})
	equal(d, "its number", d.head().Seq, uint64(6))
}

// forgottenName: the name goes, the opaque id stays, and the line is still whole.
func forgottenName(d *fixture) {
	d.Sign(keys("k1"))
	for range 3 {
		d.write(d.line("said"))
	}
	d.must(d.Forget(d.Context(), "s/ann"))
	check := func() {
		d.wholeAudit(keys("k1"), 3, 3)
		d.must(d.Audits(d.Context(), "s", func(a store.Audit) bool {
			equal(d, "names", a.Names, map[string]string{"s/bob": "Bob"})
			equal(d, "member", a.Member, "s/ann")
			return true
		}))
	}
	check()
	d.reopen()
	check()
}

// busyAudit: twenty write at once, and each line has its own number.
func busyAudit(d *fixture) {
	d.Sign(keys("k1"))
	for i := range 20 {
		d.ingest(d.event(fmt.Sprint("c", i), fmt.Sprint("e", i)))
	}
	var wg sync.WaitGroup
	for _, l := range d.claim(20) {
		wg.Go(func() {
			for range 5 {
				if err := d.Commit(d.Context(), l, store.Commit{Audits: []store.Audit{d.line(l.Conversation)}}); err != nil {
					d.Error(err)
				}
			}
		})
	}
	wg.Wait()
	d.wholeAudit(keys("k1"), 100, 100)
}
