package main

import (
	"strings"
	"testing"
	"time"
)

// TestLoan fills in an object with an object in it, field by field: one wrong value is asked
// for again, Edit changes another, and what was approved is what the plugin gets.
func TestLoan(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	day := func(n int) string { return time.Now().UTC().AddDate(0, 0, n).Format(time.DateOnly) }
	at := day(1) + "T09:30:00Z"
	p := start(t, "demo", "--data", dir)
	p.say("I want to borrow some equipment")
	p.wait("[1] Borrow equipment")
	p.say("1")
	for _, field := range [][2]string{
		{"Loan: thing", "camera"},
		{"Loan: until", day(9)},
		{"Loan: badge", "1234"},
		{"Loan: pickup: office", "old town"},
		{"Loan: pickup: at", at},
		{"Loan: extras", "bag, tripod"},
		{"Loan: insured", "yes"},
		{"Loan: note", ""},
	} {
		p.wait(field[0])
		p.say(field[1])
	}
	p.wait("This must match the pattern")
	p.say("HV1234")
	p.wait("[3] Edit")
	p.say("3")
	p.wait("Loan: thing")
	p.say("")
	p.wait("Loan: until")
	p.say(day(10))
	p.wait("Loan: badge")
	p.say("/rest")
	body := `{"loan":{"badge":"HV1234","extras":["bag","tripod"],"insured":true,"pickup":{"at":"` + at + `","office":"old town"},"thing":"camera","until":"` + day(10) + `"}}`
	card := p.wait("[5] Approve")
	for _, value := range []string{"HV1234", "bag", "tripod", at, "old town", "camera", day(10)} {
		if !strings.Contains(card, value) {
			t.Errorf("the card lacks %s:\n%s", value, card)
		}
	}
	p.say("5")
	p.wait("confirmed it · approved by you")
	p.end()
	if n := count(t, dir, "plugins.log", `"method":"POST"`); n != 1 {
		t.Errorf("%d requests, want 1", n)
	}
	if n := count(t, dir, "plugins.log", strings.ReplaceAll(body, `"`, `\"`)); n != 1 {
		t.Errorf("%d requests with the body that was approved, want 1", n)
	}
}
