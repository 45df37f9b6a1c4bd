// Package schedule asks members' questions again at times that they named. In the order of
// the files:
//
//	record.go   what is kept of a schedule, and the timer of its next run
//	command.go  a schedule is proposed, with how its time was read; all are listed
//	press.go    its member makes it, pauses it, goes on, runs it now, deletes it
//	run.go      a run that is due: whether it takes place, and what became of it
//	notice.go   what its member is told beside the answers, not at night
//	keep.go     schedules are forgotten, deleted when old, and go on after a restore
//
// A timer only wakes a schedule: its record says which run is the next, and which one is
// worked. So a run takes place once, however often its timer comes, and the next one is
// planned before it begins.
package schedule

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"hash/fnv"
	"slices"
	"strings"
	"time"

	"aidesk/bots/bot"
	"aidesk/core/chat"
	when "aidesk/core/schedule"
	"aidesk/store"
)

// prefix of the keys of records: a schedule's is schedule/OWNER/ID, and OWNER begins with
// the scope of the workspace.
const prefix = "schedule/"

// maxDelay is how much later than planned a run begins at most. What is planned for a whole
// minute is spread, since everybody says nine o'clock.
const maxDelay = 90 * time.Second

// Schedule is a question that is asked for its member at times.
type Schedule struct {
	ID       string        `json:"id"`
	Question string        `json:"question"`
	Names    []string      `json:"names,omitempty"` // marks in it, as in a chat.Message
	When     when.Schedule `json:"when"`
	Place    chat.Place    `json:"place"`  // where it is asked and answered
	Member   string        `json:"member"` // whose it is; platform's id
	Made     time.Time     `json:"made"`
	Kept     time.Time     `json:"kept"`            // when its member last said that they want it
	Asked    bool          `json:"asked,omitempty"` // they were asked since whether they do

	Next     time.Time `json:"next,omitzero"` // for when the next run is planned
	Run      time.Time `json:"run,omitzero"`  // Due.At of the run that is worked
	Failures int       `json:"failures,omitempty"`
	Paused   string    `json:"paused,omitempty"` // why, for its member; empty: it is not
	Since    time.Time `json:"since,omitzero"`   // when it was paused

	key     string
	version uint64
}

func key(owner, id string) string { return prefix + owner + "/" + id }

// owner is the member as the store knows them.
func (s Schedule) owner() string {
	return s.key[len(prefix):strings.LastIndexByte(s.key, '/')]
}

// over says that it has run for the last time.
func (s Schedule) over() bool { return s.Next.IsZero() && s.Run.IsZero() && s.Paused == "" }

// conversation is in which its runs are worked, one after the other.
func (s Schedule) conversation() string {
	return store.Scope(s.owner()) + "/" + chat.Key("schedule", s.ID)
}

// eventID names an event of the schedule.
func (s Schedule) eventID(parts ...string) string {
	return store.Scope(s.owner()) + "/" + chat.Key(append([]string{"schedule", s.ID}, parts...)...)
}

// decode reads the record of a schedule.
func decode(r store.Record) (Schedule, error) {
	s := Schedule{key: r.Key, version: r.Version}
	if err := json.Unmarshal(r.Value, &s); err != nil {
		return s, fmt.Errorf("reading a schedule: %w", err)
	}
	return s, nil
}

// read reads a schedule by the key of its record. store.ErrNotFound.
func read(ctx context.Context, s store.Store, key string) (Schedule, error) {
	r, err := s.Get(ctx, key)
	if err != nil {
		return Schedule{}, err
	}
	return decode(r)
}

// record is the schedule as it is kept: written only if nobody changed it meanwhile.
func (s Schedule) record() store.Record {
	value, err := json.Marshal(s)
	if err != nil {
		panic(err) // strings and times
	}
	return store.Record{Key: s.key, Version: s.version, Value: value}
}

// all reads the schedules under a prefix of keys.
func all(ctx context.Context, s store.Store, under string) ([]Schedule, error) {
	var out []Schedule
	var failed error
	err := s.Scan(ctx, under, func(r store.Record) bool {
		read, err := decode(r)
		if failed = err; err != nil {
			return false
		}
		out = append(out, read)
		return true
	})
	if err = errors.Join(err, failed); err != nil {
		return nil, fmt.Errorf("reading schedules: %w", err)
	}
	return out, nil
}

// ofMember are a member's schedules, those that are over left out.
func ofMember(ctx context.Context, s store.Store, owner string) ([]Schedule, error) {
	found, err := all(ctx, s, key(owner, ""))
	if err != nil {
		return nil, err
	}
	var out []Schedule
	for _, one := range found {
		if !one.over() {
			out = append(out, one)
		}
	}
	slices.SortFunc(out, func(a, b Schedule) int { return a.Made.Compare(b.Made) })
	return out, nil
}

// plan adds to c the schedule as it is now, and the timer of its next run.
func (s Schedule) plan(c *store.Commit) {
	c.Puts = append(c.Puts, s.record())
	if !s.Next.IsZero() && s.Paused == "" {
		c.Events = append(c.Events, s.timer())
	}
}

// timer wakes the schedule for its next run. The same run has the same timer, however often
// it is made.
func (s Schedule) timer() store.Event {
	e := s.due(bot.Due{Schedule: s.key, At: s.Next})
	e.ID, e.Due = s.eventID(s.Next.UTC().Format(time.RFC3339)), s.Next.Add(s.delay(s.Next))
	return e
}

// due is the event of a run, without its id.
func (s Schedule) due(d bot.Due) store.Event {
	return s.event(bot.KindDue, bot.Event{Due: &d})
}

func (s Schedule) event(kind string, e bot.Event) store.Event {
	e.Chat = &chat.Event{Place: s.Place, Member: s.Member}
	body, err := json.Marshal(e)
	if err != nil {
		panic(err) // strings and times
	}
	return store.Event{Conversation: s.conversation(), Member: s.owner(), Kind: kind, Body: body}
}

// delay is how much later than planned a run begins, always the same of one schedule. Who
// says "in 20 minutes" has a second of their own already.
func (s Schedule) delay(at time.Time) time.Duration {
	if at.Second() != 0 {
		return 0
	}
	h := fnv.New32a()
	_, _ = h.Write([]byte(s.ID))
	return time.Duration(h.Sum32()%uint32(maxDelay/time.Second+1)) * time.Second
}
