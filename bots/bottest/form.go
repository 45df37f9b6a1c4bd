package bottest

import (
	"strings"
	"testing"

	"aidesk/adapters/adaptertest"
	"aidesk/core/chat"
	"aidesk/core/model/planner"
	"aidesk/core/model/script"
)

var forms = []Behaviour{
	{"read runs once", runRead},
	{"write runs once", runWrite},
	{"nested object", loan},
	{"order left as it is", editUnchanged},
	{"plugin added by ticks", addByTicks},
}

// planned is a stage with one shop and the planner, on a platform that has forms.
func planned(t *testing.T, p Platform, clock *Clock) (*Stage, *Shop) {
	t.Helper()
	shop := NewShop(t, "shop")
	return Start(t, p, clock, Setup{Model: planner.New(), Plugins: []Plugin{{Address: shop.Address, Default: true}}}), shop
}

// runRead: a read that was chosen by name calls the plugin once, also with a model that
// would call it for the same words, and is answered in full.
func runRead(t *testing.T, p Platform, clock *Clock) {
	s, shop := planned(t, p, clock)
	s.Run(s.Member, "shop.listGoods")
	s.Done(s.Submit(s.Member, adaptertest.Filled{Label: "Kind", Value: "metal"}))
	all := s.Replies()
	contains(t, Text(all[len(all)-1]), "Copper Kettle", "Wool Blanket")
	s.Ask("how many orders are there?")
	var paths []string
	for _, c := range shop.Calls() {
		paths = append(paths, c.Path+"?"+c.Query)
	}
	if got := strings.Join(paths, " "); got != "/goods?kind=metal /orders?" {
		t.Errorf("called %s", got)
	}
}

// runWrite: a write that was chosen by name asks once and is sent once, whatever is said
// meanwhile.
func runWrite(t *testing.T, p Platform, clock *Clock) {
	s, shop := planned(t, p, clock)
	s.Run(s.Member, "shop.placeOrder")
	s.Done(s.Submit(s.Member, adaptertest.Filled{Label: "Good", Value: "Copper Kettle"}, adaptertest.Filled{Label: "Count", Value: "2"}, adaptertest.Filled{Label: "Note"}))
	r := s.Wait("a card", func(r chat.Reply) bool { return len(r.Cards) == 1 })
	s.Ask("how many orders are there?")
	s.Act(s.Member, s.Button(r, "Approve"))
	cards := 0
	for _, r := range s.Replies() {
		cards += len(r.Cards)
	}
	if calls := shop.Calls(); cards != 1 || shop.Count("POST") != 1 || calls[len(calls)-1].Body != `{"count":2,"good":"Copper Kettle"}` {
		t.Errorf("%d cards; called %+v", cards, calls)
	}
}

// lending is what the shop also does: it wants an object in an object.
const lending = `  /loans:
    post:
      operationId: lend
      summary: Lend something
      requestBody:
        required: true
        content:
          application/json:
            schema:
              type: object
              required: [loan]
              additionalProperties: false
              properties:
                loan:
                  type: object
                  required: [thing, until, badge]
                  additionalProperties: false
                  properties:
                    thing: {type: string, enum: [ladder, drill]}
                    until: {type: string, format: date}
                    badge: {type: string, pattern: "^[A-Z]{2}[0-9]{4}$"}
                    days: {type: integer, minimum: 1, maximum: 30}
                    insured: {type: boolean}
                    extras: {type: array, items: {type: string, enum: [gloves, "bits, small", case]}}
                    pickup:
                      type: object
                      required: [desk]
                      properties:
                        at: {type: string, format: date-time}
                        desk: {type: string}
      responses: {"201": {description: Lent.}}
`

// loan: a nested object is filled in field by field; one wrong value is told at its field in
// the form's words; Edit is the same form with what was filled in; what was approved is what
// is sent, byte for byte.
func loan(t *testing.T, p Platform, clock *Clock) {
	shop := NewShop(t, "shop")
	shop.Extend(lending)
	shop.On("POST /loans", Fixed(201, "application/json", `{"loan":"L-1"}`))
	s := Start(t, p, clock, Setup{Model: script.New(script.Say("It is yours.")), Plugins: []Plugin{{Address: shop.Address, Default: true}}})
	s.Run(s.Member, "shop.lend")
	s.Fill(s.Member, []adaptertest.Filled{
		{Label: "Loan: thing", Value: "drill"},
		{Label: "Loan: until", Value: "2026-12-05"},
		{Label: "Loan: badge", Value: "12345"},
		{Label: "Loan: days", Value: "3"},
		{Label: "Loan: insured", Value: "true"},
		{Label: "Loan: extras", Value: "gloves\nbits, small"},
		{Label: "Loan: pickup: at", Value: "2026-11-30T09:30:00Z"},
		{Label: "Loan: pickup: desk", Value: "B 2"},
	}, "This must match the pattern ^[A-Z]{2}[0-9]{4}$.")
	s.Done(s.Submit(s.Member, adaptertest.Filled{Label: "Loan: badge", Value: "AB1234"}))
	r := s.Wait("a card", func(r chat.Reply) bool { return len(r.Cards) == 1 })
	if _, _, got := s.Sends(s.Member, card(t, r)); !sameJSON(t, got, `{"loan":{"thing":"drill","until":"2026-12-05","badge":"AB1234","days":3,"insured":true,"extras":["gloves","bits, small"],"pickup":{"at":"2026-11-30T09:30:00Z","desk":"B 2"}}}`) {
		t.Errorf("the card shows %s", got)
	}

	s.Press(s.Member, s.Button(r, "Edit"))
	s.Done(s.Submit(s.Member,
		adaptertest.Filled{Label: "Loan: thing"}, adaptertest.Filled{Label: "Loan: until", Value: "2026-12-06"}, adaptertest.Filled{Label: "Loan: badge"},
		adaptertest.Filled{Label: "Loan: days"}, adaptertest.Filled{Label: "Loan: insured"}, adaptertest.Filled{Label: "Loan: extras"},
		adaptertest.Filled{Label: "Loan: pickup: at"}, adaptertest.Filled{Label: "Loan: pickup: desk"},
	))
	edited := s.Wait("the edited card", func(r chat.Reply) bool {
		return len(r.Cards) == 1 && r.Cards[0].State == chat.CardWaiting && strings.Contains(Text(r), "2026-12-06")
	})
	if n := shop.Count("POST"); n != 0 {
		t.Fatalf("%d calls before the approval", n)
	}
	s.Act(s.Member, s.Button(edited, "Approve"))
	calls := shop.Calls()
	const want = `{"loan":{"badge":"AB1234","days":3,"extras":["gloves","bits, small"],"insured":true,"pickup":{"at":"2026-11-30T09:30:00Z","desk":"B 2"},"thing":"drill","until":"2026-12-06"}}`
	if len(calls) != 1 || calls[0].Body != want {
		t.Errorf("sent %+v\nwant %s", calls, want)
	}
}

// editUnchanged: an edit that changes nothing sends the bytes that were asked about.
func editUnchanged(t *testing.T, p Platform, clock *Clock) {
	s, shop := play(t, p, clock, kettles(), script.Say("ready"), script.Say("done"))
	r := asked(t, s, shop)
	_, _, before := s.Sends(s.Member, card(t, r))
	s.Press(s.Member, s.Button(r, "Edit"))
	s.Done(s.Submit(s.Member, adaptertest.Filled{Label: "Good"}, adaptertest.Filled{Label: "Count"}, adaptertest.Filled{Label: "Note"}))
	again := s.Now(r.ID)
	if s.Button(again, "Approve").ID == s.Button(r, "Approve").ID {
		t.Error("the card was not asked about again")
	}
	if _, _, after := s.Sends(s.Member, card(t, again)); after != before {
		t.Errorf("the body was %s and became %s", before, after)
	}
	s.Act(s.Member, s.Button(again, "Approve"))
	if calls := shop.Calls(); len(calls) != 1 || calls[0].Body != before {
		t.Errorf("sent %+v; want %s", calls, before)
	}
}

// addByTicks: an administrator ticks the operations that a plugin may be used with, and one
// by POST as a read; what has no tick nobody can use, what is marked asks each member once.
func addByTicks(t *testing.T, p Platform, clock *Clock) {
	shop := NewShop(t, "depot")
	s := Start(t, p, clock, Setup{Model: planner.New(), Others: []string{shop.Address}})
	report := s.Ask("/plugins-admin add http://" + shop.Address)
	s.Press(s.Member, s.Button(report, "Add Depot"))
	s.Done(s.Submit(s.Member,
		adaptertest.Filled{Label: "Enabled for", Value: "everyone"},
		adaptertest.Filled{Label: "Operations", Value: "listGoods\nplaceOrder"},
		adaptertest.Filled{Label: "Mark as reads", Value: "placeOrder"},
	))
	info := Text(s.Ask("/plugins info depot"))
	contains(t, info, "depot.listGoods", "depot.placeOrder")
	lacks(t, info, "depot.countOrders", "asks you first")
	s.Act(s.Member, s.Button(s.Ask("order 2 of Copper Kettle please"), "Approve")) // each member is asked once
	s.Ask("order 3 of Copper Kettle please")
	if n := shop.Count("POST"); n != 2 {
		t.Errorf("%d calls of what was marked as a read; want two", n)
	}
}
