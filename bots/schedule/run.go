package schedule

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"aidesk/bots/bot"
	"aidesk/core/audit"
	"aidesk/core/chat"
	"aidesk/core/confirm"
	"aidesk/core/markdown"
	"aidesk/core/policy"
	"aidesk/store"
)

const (
	mostLate     = 6 * time.Hour // a run that is later is left out; so is one that is later than half the time to the next
	mostFailures = 3             // in a row, then a schedule is paused
	cardLife     = bot.Day       // how long what a run wants to do waits for its member, if the next run does not come before
)

// Run is one run of a schedule that takes place.
type Run struct {
	Schedule

	Owner   chat.Member // as the platform knows them now
	LeftOut bool        // runs before it were left out

	x   *bot.Exchange
	due bot.Due
}

// Begin says whether a run that is due takes place. If so the next one is planned, and save
// has written that this one has begun; otherwise the event is done, and nil is returned.
func Begin(ctx context.Context, x *bot.Exchange, due bot.Due, save func(store.Commit) error) (*Run, error) {
	s, err := read(ctx, x.Store, due.Schedule)
	if errors.Is(err, store.ErrNotFound) {
		return nil, x.Commit(store.Commit{})
	}
	if err != nil {
		return nil, err
	}
	r := &Run{Schedule: s, x: x, due: due}
	begun := s.Run.Equal(due.At)
	if !begun && !due.Now && (s.Paused != "" || !s.Next.Equal(due.At)) { // it was paused, or planned anew
		return nil, x.Commit(store.Commit{})
	}
	if !begun && !due.Now {
		late, err := r.catchUp(x.Now())
		if err != nil {
			return nil, err
		}
		if late {
			return nil, r.missed()
		}
	}
	if ok, err := r.mayRun(ctx); err != nil || !ok {
		return nil, err
	}
	if begun {
		return r, nil
	}
	var c store.Commit
	r.Run = due.At
	if due.Now { // its next run stays planned
		c.Puts = append(c.Puts, r.record())
	} else {
		r.plan(&c)
	}
	return r, save(c)
}

// catchUp plans the run after the newest one that is due, and reports whether that one comes
// too late to be of use.
func (r *Run) catchUp(now time.Time) (late bool, err error) {
	at := r.Next
	// After a long time away only the last days are gone through.
	if recent, err := r.When.Next(now.Add(-7 * bot.Day)); err != nil {
		return false, err
	} else if recent.After(at) && !recent.After(now) {
		at, r.LeftOut = recent, true
	}
	for {
		if r.Next, err = r.When.Next(at); err != nil {
			return false, err
		}
		if r.Next.IsZero() || r.Next.Add(r.delay(r.Next)).After(now) {
			break
		}
		at, r.LeftOut = r.Next, true
	}
	most := mostLate
	if half := r.Next.Sub(at) / 2; !r.Next.IsZero() && half < most {
		most = half
	}
	return now.Sub(at.Add(r.delay(at))) > most, nil
}

// missed ends a run that comes too late. What was to run once waits for its member.
func (r *Run) missed() error {
	var c store.Commit
	text := fmt.Sprintf(textMissed, r.short(), r.state())
	var verbs []string
	if r.Next.IsZero() {
		text, verbs = fmt.Sprintf(textMissedOnce, r.short()), []string{verbRun, verbDelete}
		r.pause(textWhyMissed, r.x.Now())
	}
	r.plan(&c)
	r.tell(&c, r.x, text, verbs...)
	return r.x.Commit(c)
}

// mayRun reads anew who the schedule belongs to, and whether they may still ask where it
// answers. If not, it is paused and somebody told.
func (r *Run) mayRun(ctx context.Context) (bool, error) {
	m, err := r.x.Adapter.Member(context.WithoutCancel(ctx), r.Place, r.Member)
	gone := errors.Is(err, chat.ErrNoMember) || err == nil && m.Deactivated
	if err != nil && !gone {
		if o := r.x.PlatformOutage(err); o != nil {
			return false, o
		}
		r.x.Logger.WarnContext(ctx, "the member of a schedule cannot be read", "error", err)
		return false, r.Fail(ctx, store.Commit{}, textCannotCheck)
	}
	r.Owner = m
	if gone {
		return false, r.ownerGone(ctx)
	}
	if d := policy.Speak(r.x.Bot.Access, r.Place, m); d.Denied() {
		r.x.Observe.Report(bot.DeniedBy, d.Rule, 1)
		var c store.Commit
		r.stop(&c, d.Reason, d.Rule)
		r.tell(&c, r.x, fmt.Sprintf(textPausedBy, r.short(), d.Reason), verbResume, verbDelete)
		return false, r.x.Commit(c)
	}
	return true, nil
}

// stop pauses the schedule because of a rule.
func (r *Run) stop(c *store.Commit, why, rule string) {
	r.pause(why, r.x.Now())
	r.Run = time.Time{}
	r.plan(c)
	c.Audits = append(c.Audits, r.x.AuditLine(audit.Line{
		Action: "schedule.paused", Actor: audit.Actor{Kind: audit.System}, Rule: rule, Schedule: r.ID,
		Targets: []audit.Target{{Kind: audit.OfSchedule, ID: r.ID}, {Kind: audit.OfMember, ID: r.Member}},
	}))
}

// ownerGone pauses a schedule whose member has left: those who read its answers are told,
// and the administrators.
func (r *Run) ownerGone(ctx context.Context) error {
	var c store.Commit
	r.stop(&c, textWhyGone, "member-deactivated")
	text := bot.Paragraph(fmt.Sprintf(textOwnerGone, r.short()))
	if !r.Place.Direct {
		told := r.x.NewReply(text)
		told.To = ""
		wanted, err := r.x.Bot.WantedReply(r.x.Conversation, told, r.owner())
		if err != nil {
			return err
		}
		c.Replies = append(c.Replies, wanted)
	}
	if err := r.x.Notify(ctx, &c, r.x.ReplyID, text, nil); err != nil {
		return err
	}
	return r.x.Commit(c)
}

// Life is how long what the run wants to do waits for its member.
func (r *Run) Life() time.Duration {
	if next := r.Next.Sub(r.x.Now()); !r.Next.IsZero() && r.Paused == "" && next < cardLife {
		return max(next, confirm.Life)
	}
	return cardLife
}

// Note is the small print of an answer: whose question it answers, and why now.
func (r *Run) Note() string {
	note := fmt.Sprintf(textNote, r.When.Reading(), markdown.Line(r.Owner.Name, 50))
	if r.LeftOut {
		note += textLeftOut
	}
	return note
}

// Done adds to c that the run has come to its end.
func (r *Run) Done(ctx context.Context, c *store.Commit) error {
	s, err := read(ctx, r.x.Store, r.due.Schedule)
	if errors.Is(err, store.ErrNotFound) {
		return nil // deleted meanwhile
	}
	if err != nil {
		return err
	}
	now := r.x.Now().UTC()
	s.Run, s.Failures = time.Time{}, 0
	if s.Next.IsZero() { // it was to run once
		s.Paused = ""
	}
	switch age := now.Sub(s.Kept); {
	case s.Next.IsZero() || s.Paused != "" || age < unread:
	case !s.Asked:
		s.Asked = true
		s.tell(c, r.x, fmt.Sprintf(textStillWanted, s.short()), verbKeep, verbDelete)
	case age >= unread+unanswered:
		s.pause(textWhyUnread, now)
		s.tell(c, r.x, fmt.Sprintf(textPausedUnread, s.short()), verbResume, verbDelete)
	}
	c.Puts = append(c.Puts, s.record())
	return nil
}

// Fail commits c and ends the run without an answer. Its member is told, and after some
// failures in a row the schedule is paused.
func (r *Run) Fail(ctx context.Context, c store.Commit, line string) error {
	s, err := read(ctx, r.x.Store, r.due.Schedule)
	if errors.Is(err, store.ErrNotFound) {
		return r.x.Commit(c)
	}
	if err != nil {
		return err
	}
	if s.Next.Equal(r.due.At) { // it failed before it had begun
		if s.Next, err = s.When.Next(r.x.Now()); err != nil {
			s.pause(textUnknownZone, r.x.Now())
		}
	}
	s.Run = time.Time{}
	s.Failures++
	text, verbs := fmt.Sprintf(textFailed, s.short(), line, s.state()), []string(nil)
	switch {
	case s.Paused != "":
	case s.Next.IsZero():
		s.pause(textWhyFailed, r.x.Now())
		text, verbs = fmt.Sprintf(textFailedOnce, s.short(), line), []string{verbRun, verbDelete}
	case s.Failures >= mostFailures:
		s.pause(textWhyFailed, r.x.Now())
		text, verbs = fmt.Sprintf(textFailedThrice, s.short(), s.Failures, line), []string{verbResume, verbDelete}
	}
	s.plan(&c)
	s.tell(&c, r.x, text, verbs...)
	return r.x.Commit(c)
}

// GaveUp ends a run whose work failed too often.
func GaveUp(ctx context.Context, x *bot.Exchange, due bot.Due) error {
	r := &Run{x: x, due: due}
	return r.Fail(ctx, store.Commit{}, textGaveUp)
}

// Running are the conversations of the schedules that run now and answer in the channel of the
// event: those of one member, or of all where owner is empty.
func Running(ctx context.Context, x *bot.Exchange, owner string) ([]string, error) {
	place := answersIn(x)
	running := x.Running(x.Bot.Scope(place) + "/" + chat.Key("schedule") + "/")
	if len(running) == 0 {
		return nil, nil
	}
	under := prefix + x.Bot.Scope(place) + "/"
	if owner != "" {
		under = key(owner, "")
	}
	found, err := all(ctx, x.Store, under)
	if err != nil {
		return nil, err
	}
	var names []string
	for _, s := range found {
		if s.Place.Channel == place.Channel && slices.Contains(running, s.conversation()) {
			names = append(names, s.conversation())
		}
	}
	return names, nil
}
