package bottest

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"aidesk/core/audit"
	"aidesk/core/chat"
	"aidesk/core/model"
	"aidesk/core/model/script"
)

var schedules = []Behaviour{
	{"made by a press", scheduleMade},
	{"words that cannot be read", scheduleUnread},
	{"words that mean two things", scheduleTwice},
	{"paused, resumed, run now, deleted", scheduleButtons},
	{"another member's list", scheduleOthers},
	{"write waits for its member", scheduleWrite},
	{"write that waits until the next run", scheduleWriteExpires},
	{"what was allowed beforehand goes at night", scheduleGranted},
	{"missed while aidesk was down", scheduleMissed},
	{"crash while it runs", scheduleCrash},
	{"stopped while it runs", scheduleStopped},
	{"fails three times", scheduleFails},
	{"its member is gone", scheduleGone},
	{"its member may no longer ask", scheduleDenied},
	{"not told at night", scheduleNight},
	{"forgotten with its member", scheduleForgotten},
	{"still wanted", scheduleUnwanted},
}

// lateness is as late as a run may be because others are due in the same minute.
const lateness = 90 * time.Second

// scheduled makes a schedule and returns what its member was asked and then told.
func scheduled(t *testing.T, s *Stage, when, question string) (asked, made chat.Reply) {
	t.Helper()
	s.Ask("/aidesk zone UTC")
	asked = s.Ask(fmt.Sprintf("/aidesk schedule %q %s", when, question))
	s.Act(s.Member, s.Button(asked, "Schedule it"))
	return asked, s.Now(asked.ID)
}

// answered waits for a reply with some words.
func (s *Stage) answered(words string) chat.Reply {
	s.T.Helper()
	return s.Wait(words, func(r chat.Reply) bool { return strings.Contains(Text(r), words) })
}

// scheduleMade: the member sees how the time was read and presses; the question is asked
// then, once, and answered where it was scheduled.
func scheduleMade(t *testing.T, p Platform, clock *Clock) {
	s, _ := play(t, p, clock, script.Say("three kettles"), script.Say("four kettles"))
	asked, made := scheduled(t, s, "every day at 9", "how many kettles?")
	contains(t, Text(asked), "Every day at 09:00.", "Tue 24 Nov 2026, 09:00; Wed 25 Nov 2026, 09:00; Thu 26 Nov 2026, 09:00", "how many kettles?", "UTC", "[Schedule it]", "[Cancel]")
	contains(t, Text(made), "Scheduled.", "next on Tue 24 Nov 2026, 09:00")
	lacks(t, Text(made), "[Schedule it]")
	if n := len(s.Script.Requests()); n != 0 {
		t.Fatalf("the model was asked %d times", n)
	}
	plain(t, s.Act(s.Member, s.Button(asked, "Schedule it")))
	contains(t, Text(s.Ask("/aidesk schedules")), "Every day at 09:00", "how many kettles?", "[Pause]", "[Run now]", "[Delete]")

	clock.Advance(24*time.Hour + lateness)
	r := s.answered("three kettles")
	if r.Place.Channel != s.Place.Channel && !r.Place.Direct || r.Private {
		t.Errorf("answered at %+v, private %v", r.Place, r.Private)
	}
	contains(t, Text(r), "Every day at 09:00")
	s.Restart()
	clock.Advance(24 * time.Hour)
	s.answered("four kettles")
	if got := s.request().Messages; len(got) != 1 || !strings.Contains(got[0].TextOf(), "how many kettles?") {
		t.Errorf("a run begins with %d messages", len(got))
	}
	if n := len(s.Script.Requests()); n != 2 {
		t.Errorf("the model was asked %d times", n)
	}
}

// scheduleUnread: bad input gets one plain line that says what to write instead.
func scheduleUnread(t *testing.T, p Platform, clock *Clock) {
	s, _ := play(t, p, clock)
	for line, want := range map[string]string{
		`"every blue moon" what is new?`:         "every weekday at 9",
		`"TZ=UTC" what is new?`:                  "I can't read",
		`"@every 1ns" what is new?`:              "I can't read",
		`"*/5 * * * *" what is new?`:             "15 minutes",
		`"yesterday" what is new?`:               "over",
		`what is new?`:                           "I can't read",
		`"every day at 9"`:                       "What shall I ask then?",
		`every day until june what is new?`:      "quotation marks",
		`"0 9 30 2 *" what is new?`:              "never",
		`"` + strings.Repeat("x", 120) + `" why`: "more than I read",
	} {
		if (line[0] != '"' || strings.HasSuffix(line, `"`)) && p.Place.Thread != "" {
			continue // below a mention that is a question
		}
		text := Text(s.Ask("/aidesk schedule " + line))
		plain(t, text)
		contains(t, text, want)
	}
	plain(t, Text(s.Ask("/aidesk zone Nowhere/Else")))
	contains(t, Text(s.Ask("/aidesk schedules")), "no schedules")
}

// scheduleTwice: the member says what they mean.
func scheduleTwice(t *testing.T, p Platform, clock *Clock) {
	s, _ := play(t, p, clock, script.Say("three kettles"))
	s.Ask("/aidesk zone UTC")
	r := s.Ask(`/aidesk schedule "at 5" how many kettles?`)
	if len(r.Rows) != 2 {
		t.Fatalf("%d readings:\n%s", len(r.Rows), Text(r))
	}
	contains(t, Text(r), "Tuesday 24 November 2026 at 05:00", "Monday 23 November 2026 at 17:00", "how many kettles?")
	s.Act(s.Member, r.Rows[1].Buttons[0])
	clock.Advance(8*time.Hour + lateness)
	s.answered("three kettles")
	contains(t, Text(s.Ask("/aidesk schedules")), "no schedules") // it was to run once
}

// scheduleButtons: the list is where schedules are changed.
func scheduleButtons(t *testing.T, p Platform, clock *Clock) {
	s, _ := play(t, p, clock, script.Say("one kettle"), script.Say("two kettles"))
	scheduled(t, s, "every day at 9", "how many kettles?")
	list := s.Ask("/aidesk schedules")
	contains(t, s.Act(s.Member, s.Button(list, "Pause")), "Paused.")
	list = s.Now(list.ID)
	contains(t, Text(list), "paused: by you", "[Resume]")
	clock.Advance(48 * time.Hour)
	contains(t, s.Act(s.Member, s.Button(list, "Run now")), "I ask it now.")
	s.answered("one kettle")
	contains(t, s.Act(s.Member, s.Button(s.Now(list.ID), "Resume")), "next on Thu 26 Nov 2026, 09:00")
	clock.Advance(24*time.Hour + lateness)
	s.answered("two kettles")
	list = s.Ask("/aidesk schedules")
	contains(t, s.Act(s.Member, s.Button(list, "Delete")), "Deleted.")
	contains(t, Text(s.Now(list.ID)), "no schedules")
	contains(t, s.Act(s.Member, list.Rows[0].Buttons[0]), "no longer there")
	clock.Advance(48 * time.Hour)
	s.Ask("/aidesk schedules")
	if n := len(s.Script.Requests()); n != 2 {
		t.Errorf("the model was asked %d times", n)
	}
	var said []string
	for _, line := range s.Audits() {
		if line.Schedule != "" {
			said = append(said, line.Action)
		}
	}
	if got := strings.Join(said, " "); got != "schedule.deleted schedule.resumed schedule.paused schedule.made" {
		t.Errorf("the audit says %s", got)
	}
}

// scheduleStopped: a stop where it answers ends the run, and the next one comes as planned.
func scheduleStopped(t *testing.T, p Platform, clock *Clock) {
	hold, began, _ := held(script.Say("never said"))
	s, _ := play(t, p, clock, hold, script.Say("four kettles"))
	scheduled(t, s, "every day at 9", "how many kettles?")
	clock.Advance(24*time.Hour + lateness)
	s.Await("the model", began)
	s.Done(s.Tell(s.Member, "/aidesk stop"))
	s.answered("Stopped.")
	clock.Advance(24 * time.Hour)
	s.answered("four kettles")
	if strings.Contains(s.Since(0), "Nothing is running here") {
		t.Error("the member was told that nothing ran")
	}
}

// scheduleOthers: nobody sees what is not theirs.
func scheduleOthers(t *testing.T, p Platform, clock *Clock) {
	if p.Other == "" {
		t.Skip("there is nobody else on this platform")
	}
	s, _ := play(t, p, clock)
	scheduled(t, s, "every day at 9", "how many kettles?")
	contains(t, Text(s.AskAs(s.Other, "/aidesk schedules")), "no schedules")
	contains(t, Text(s.Ask("/aidesk schedules")), "how many kettles?")
}

// cardOf waits for the card of a run.
func (s *Stage) cardOf(state chat.CardState) chat.Reply {
	s.T.Helper()
	return s.Wait("a card that is "+string(state), func(r chat.Reply) bool { return len(r.Cards) == 1 && r.Cards[0].State == state })
}

// scheduleWrite: what would change something at three in the morning waits until its member
// comes, and is sent once.
func scheduleWrite(t *testing.T, p Platform, clock *Clock) {
	s, shop := play(t, p, clock, kettles(), script.Say("I prepared the order."), script.Say("The order is A-1."))
	scheduled(t, s, "every day at 03:00", "order two kettles")
	clock.Advance(18*time.Hour + lateness)
	r := s.cardOf(chat.CardWaiting)
	if !r.Private && !r.Place.Direct {
		t.Error("the card stands where others read it")
	}
	if until := r.Cards[0].Until.Sub(clock.Now()); until < 20*time.Hour || until > 24*time.Hour {
		t.Errorf("it waits for %s", until)
	}
	s.answered("I prepared the order.")
	if n := shop.Count("POST"); n != 0 {
		t.Fatalf("%d calls before the press", n)
	}
	clock.Advance(6*time.Hour + 10*time.Minute - lateness)
	s.Act(s.Member, s.Button(r, "Approve"))
	s.Act(s.Member, s.Button(r, "Approve"))
	if n := shop.Count("POST"); n != 1 {
		t.Fatalf("%d calls after two presses; want one", n)
	}
	below := s.Wait("the outcome", func(n chat.Reply) bool { return strings.Contains(n.Text.Text(), "The order is A-1.") })
	if below.ID == r.ID || !below.Private && !below.Place.Direct {
		t.Errorf("the outcome stands where others read it:\n%s", Text(below))
	}
	if told := outcomes(s.request()); len(told) != 1 || told[0].Status != model.OK {
		t.Errorf("the model was told %+v", told)
	}
	for _, line := range s.Audits() {
		if strings.HasPrefix(line.Action, "call.") && line.Schedule == "" {
			t.Errorf("the audit does not say which schedule caused %s", line.Action)
		}
	}
}

// scheduleWriteExpires: a card lives until the next run, whose card takes its place.
func scheduleWriteExpires(t *testing.T, p Platform, clock *Clock) {
	s, shop := play(t, p, clock, kettles(), script.Say("prepared"), kettles(), script.Say("prepared again"))
	scheduled(t, s, "every 2 hours", "order two kettles")
	clock.Advance(2*time.Hour + lateness)
	first := s.cardOf(chat.CardWaiting)
	clock.Advance(2 * time.Hour)
	if old := s.cardOf(chat.CardExpired); old.ID != first.ID {
		t.Error("another card expired")
	}
	s.answered("prepared again")
	if !p.Place.Direct { // a terminal shows the button no more
		contains(t, s.Act(s.Member, s.Button(first, "Approve")), "expired")
	}
	if n := shop.Count("POST"); n != 0 {
		t.Errorf("%d calls were sent", n)
	}
}

// scheduleGranted: what a member allowed for a schedule goes without them, and the same asked
// outside of it does not.
func scheduleGranted(t *testing.T, p Platform, clock *Clock) {
	if p.Fill == nil {
		t.Skip("there are no forms here")
	}
	s, shop := play(t, p, clock, order("Copper Kettle", 2), script.Say("ready"), script.Say("done"),
		order("Copper Kettle", 2), script.Say("I order them."), script.Say("It is A-2."), order("Copper Kettle", 2), script.Say("ready once more"))
	s.Ask("/plugins-admin grants shop.placeOrder on")
	scheduled(t, s, "every day at 03:00", "order two kettles")
	clock.Advance(18*time.Hour + lateness)
	r := s.cardOf(chat.CardWaiting)
	s.answered("ready")
	s.Act(s.Member, s.Button(r, "Approve"))
	s.Press(s.Member, s.Button(s.Now(r.ID), "Stop asking for this?"))
	s.Done(s.Submit(s.Member, loosened(nil)...))
	proposal := s.Wait("the reading", func(r chat.Reply) bool { return len(r.Buttons) == 1 && r.Buttons[0].Label == "Stop asking for this" })
	contains(t, Text(proposal), "for this schedule")
	s.Act(s.Member, s.Button(proposal, "Stop asking for this"))
	clock.Advance(24 * time.Hour)
	done := s.answered("It is A-2.")
	if !done.Private && !done.Place.Direct {
		t.Error("others read what was sent")
	}
	if n := shop.Count("POST"); n != 2 {
		t.Fatalf("%d calls; want two", n)
	}
	if !s.Place.Direct {
		s.board.until(t, "the channel to be told of both", func() bool {
			return len(slices.DeleteFunc(s.board.last(), func(r chat.Reply) bool { return !strings.Contains(Text(r), "request to Shop was sent") })) == 2
		})
	}
	if c := card(t, s.Ask("order two kettles")); c.State != chat.CardWaiting || shop.Count("POST") != 2 {
		t.Errorf("outside of the schedule the card is %s after %d calls", c.State, shop.Count("POST"))
	}
}

// scheduleMissed: of runs that were missed only the newest is made up for, and only if that
// is still of use.
func scheduleMissed(t *testing.T, p Platform, clock *Clock) {
	s, _ := play(t, p, clock, script.Say("three kettles"))
	scheduled(t, s, "every day at 9", "how many kettles?")
	s.Close()
	clock.Advance(5*24*time.Hour + 2*time.Hour)
	s.open()
	contains(t, Text(s.answered("three kettles")), "Runs before this one were left out")
	s.Close()
	clock.Advance(24*time.Hour + 6*time.Hour)
	s.open()
	contains(t, Text(s.answered("I missed a run of your schedule")), "next on Mon 30 Nov 2026, 09:00")
	if n := len(s.Script.Requests()); n != 1 {
		t.Errorf("the model was asked %d times", n)
	}
}

// scheduleCrash: a run that is broken off is made once more, and answered once.
func scheduleCrash(t *testing.T, p Platform, clock *Clock) {
	hang, began := once(script.Hang())
	s, _ := play(t, p, clock, hang, script.Say("three kettles"))
	scheduled(t, s, "every day at 9", "how many kettles?")
	clock.Advance(24*time.Hour + lateness)
	s.Await("the model", began)
	s.Kill()
	s.Restart()
	s.answered("three kettles")
	contains(t, Text(s.Ask("/aidesk schedules")), "next on Wed 25 Nov 2026, 09:00")
	n := 0
	for _, r := range s.Replies() {
		if strings.Contains(Text(r), "three kettles") {
			n++
		}
	}
	if n != 1 || len(s.Script.Requests()) != 2 {
		t.Errorf("%d answers after %d requests", n, len(s.Script.Requests()))
	}
}

// scheduleFails: its member is told, and after the third time it rests.
func scheduleFails(t *testing.T, p Platform, clock *Clock) {
	fail := script.Fail(&model.Error{Kind: model.Refused, Message: "no"})
	s, _ := play(t, p, clock, fail, fail, fail, script.Say("three kettles"))
	scheduled(t, s, "every day at 9", "how many kettles?")
	clock.Advance(24*time.Hour + lateness)
	contains(t, Text(s.answered("next on Wed 25 Nov 2026, 09:00")), "did not work this time")
	clock.Advance(24 * time.Hour)
	contains(t, Text(s.answered("next on Thu 26 Nov 2026, 09:00")), "did not work this time")
	clock.Advance(24 * time.Hour)
	r := s.answered("I paused your schedule")
	contains(t, Text(r), "3 times in a row", "[Resume]", "[Delete]")
	contains(t, s.Act(s.Member, s.Button(r, "Resume")), "It runs again")
	clock.Advance(24 * time.Hour)
	s.answered("three kettles")
}

// scheduleGone: who is no longer there asks nothing any more.
func scheduleGone(t *testing.T, p Platform, clock *Clock) {
	if p.Place.Direct {
		t.Skip("nobody else reads the answers on this platform")
	}
	s, _ := play(t, p, clock)
	scheduled(t, s, "every day at 9", "how many kettles?")
	s.Unknown(chat.ErrNoMember)
	clock.Advance(24*time.Hour + lateness)
	plain(t, s.answered("I paused the schedule “how many kettles?”").Text.Text())
	if line := s.Audits()[0]; line.Action != "schedule.paused" || line.Actor.Kind != audit.System {
		t.Errorf("the audit says %+v", line)
	}
	s.Unknown(nil)
	contains(t, Text(s.Ask("/aidesk schedules")), "paused: its member is gone")
	clock.Advance(48 * time.Hour)
	s.Ask("/aidesk schedules")
	if n := len(s.Script.Requests()); n != 0 {
		t.Errorf("the model was asked %d times", n)
	}
}

// scheduleDenied: who may no longer use aidesk is told so, and asks nothing by a schedule.
func scheduleDenied(t *testing.T, p Platform, clock *Clock) {
	s, _ := play(t, p, clock)
	scheduled(t, s, "every day at 9", "how many kettles?")
	s.setup.Access.Roles = []string{"nobody's"}
	s.Restart()
	clock.Advance(24*time.Hour + lateness)
	r := s.answered("I paused your schedule “how many kettles?”")
	contains(t, Text(r), "role", "[Resume]")
	if !r.Private && !r.Place.Direct {
		t.Error("others are told")
	}
	s.setup.Access.Roles = nil
	s.Restart()
	contains(t, s.Act(s.Member, s.Button(r, "Resume")), "It runs again")
	if n := len(s.Script.Requests()); n != 0 {
		t.Errorf("the model was asked %d times", n)
	}
}

// scheduleNight: a run at night is answered at night, but what its member is told beside
// that waits for the morning.
func scheduleNight(t *testing.T, p Platform, clock *Clock) {
	fail, began := once(script.Fail(&model.Error{Kind: model.Refused, Message: "no"}))
	s, _ := play(t, p, clock, fail)
	scheduled(t, s, "every day at 03:00", "how many kettles?")
	clock.Advance(18*time.Hour + lateness)
	s.Await("the run", began)
	mark := s.Mark()
	clock.Advance(3*time.Hour + 50*time.Minute)
	s.Ask("/aidesk schedules")
	lacks(t, s.Since(mark), "did not work")
	clock.Advance(10 * time.Minute)
	s.answered("did not work this time")
}

// scheduleForgotten: nothing of it is left.
func scheduleForgotten(t *testing.T, p Platform, clock *Clock) {
	s, _ := play(t, p, clock)
	scheduled(t, s, "every day at 9", "how many kettles?")
	s.Act(s.Member, s.Button(s.Ask("/aidesk forget"), "Delete everything"))
	contains(t, Text(s.Ask("/aidesk schedules")), "no schedules")
	clock.Advance(48 * time.Hour)
	s.Ask("/aidesk schedules")
	if b, err := s.Store.Backlog(t.Context()); err != nil || b.Events != 0 || len(s.Script.Requests()) != 0 {
		t.Errorf("%+v, %v, %d requests", b, err, len(s.Script.Requests()))
	}
}

// scheduleUnwanted: after three months its member is asked, and without a word it rests.
func scheduleUnwanted(t *testing.T, p Platform, clock *Clock) {
	say := make([]script.Step, 200)
	for i := range say {
		say[i] = script.Say(fmt.Sprintf("kettles of week %d.", i))
	}
	s, _ := play(t, p, clock, say...)
	scheduled(t, s, "every monday at 9", "how many kettles?")
	week := 0
	wait := func(weeks int) {
		for range weeks {
			clock.Advance(7*24*time.Hour + lateness)
			s.answered(fmt.Sprintf("kettles of week %d.", week))
			clock.Advance(-lateness)
			week++
		}
	}
	wait(13)
	s.Act(s.Member, s.Button(s.answered("Is it still of use?"), "Keep it"))
	wait(13)
	s.answered("Is it still of use?")
	wait(2)
	contains(t, Text(s.answered("I heard nothing of you")), "[Resume]")
	contains(t, Text(s.Ask("/aidesk schedules")), "paused")
}
