package command

import (
	"strings"
	"testing"

	"aidesk/core/account"
	"aidesk/core/chat"
	"aidesk/store"
)

// TestHomeAccounts: a member's page has their own accounts, each with the button that ends it.
func TestHomeAccounts(t *testing.T) {
	t.Parallel()
	d := newDesk(t, wantsMyKey, "", nil, nil)
	p := d.plugin()
	for _, member := range []string{"U1", "U2"} {
		_, err := d.accounts.Put(t.Context(), account.Account{
			Scope: d.bot.Scope(d.place), Plugin: p.ID, Owner: d.bot.Owner(d.place, member), Member: member, Label: member + "'s Trello",
			Kind: account.UserKey, Hosts: p.Hosts(),
		}, account.Credential{"key": canary})
		if err != nil {
			t.Fatal(err)
		}
	}
	x := d.exchange(chat.Event{ID: "v"})
	var c store.Commit
	rows, err := accountRows(t.Context(), x, &c, d.member)
	if err != nil || len(rows) != 1 || rows[0].Text.Text() != "U1's Trello, since 3 May" || len(c.Buttons) != 1 {
		t.Fatalf("%d rows, %d buttons, %v: %+v", len(rows), len(c.Buttons), err, rows)
	}
	if err := Disconnect(t.Context(), x, p.ID); err != nil {
		t.Fatal(err)
	}
	wants(t, d.answer(), "Trello")
	if rows, err = accountRows(t.Context(), x, &c, d.member); err != nil || len(rows) > 0 {
		t.Errorf("after it ended: %v, %+v", err, rows)
	}
	x.Event.Member = "U2"
	if rows, err = accountRows(t.Context(), x, &c, d.member); err != nil || len(rows) != 1 {
		t.Errorf("the account of another ended: %v, %+v", err, rows)
	}
}

// TestProposable: what is proposed is seen whole, and has no link and no place left empty.
func TestProposable(t *testing.T) {
	t.Parallel()
	for question, want := range map[string]bool{
		"which kettles do you sell?":      true,
		"book table 3 on 2026-12-01":      true,
		"":                                false,
		"book ‹name›":                     false,
		"open https://evil.example/x":     false,
		"see [this](http://evil.example)": false,
		"<http://evil.example>":           false,
		"ask www.evil.example":            false,
		"two\nlines":                      false,
		"hidden \u202e words":             false,
		"hidden \u200b\U000e0041 words":   false,
		strings.Repeat("x", 76):           false,
		strings.Repeat("é", 75):           true,
	} {
		if got := proposable(question); got != want {
			t.Errorf("%q: %t", question, got)
		}
	}
}
