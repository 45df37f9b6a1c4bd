// Package audit says what a line of the audit holds: who did or decided what, where, by
// which rule and with what outcome. It never holds content or secrets.
//
// A line names everybody and everything by opaque ids. Names of people stand beside it
// (Line.Names), so that they can be dropped when a member is forgotten, and the line stays.
package audit

import (
	"encoding/json"
	"fmt"
	"time"
)

// version is of the fields of a Line.
const version = 1

// Line is one line of the audit. Its JSON is what is kept and exported.
type Line struct {
	V       int       `json:"v"`
	Time    time.Time `json:"time"`
	Action  string    `json:"action"` // kind and what was done: "plugin.added", "call.executing"
	Actor   Actor     `json:"actor"`
	Targets []Target  `json:"targets,omitempty"` // what it was done to, the most important first
	Place   Place     `json:"place"`
	Outcome Outcome   `json:"outcome"`
	Rule    string    `json:"rule,omitempty"`   // of policy, that decided
	Reason  string    `json:"reason,omitempty"` // a word of ours, never anybody's text

	Call     string   `json:"call,omitempty"` // id of the Action
	Digest   string   `json:"digest,omitempty"`
	DataFrom []string `json:"data_from,omitempty"` // ids of the plugins whose data it may carry
	Leave    string   `json:"leave,omitempty"`     // how much more the member allowed with it: "conversation", "operation", "plugin"
	Account  string   `json:"account,omitempty"`
	Grant    string   `json:"grant,omitempty"`
	Schedule string   `json:"schedule,omitempty"`

	Names map[string]string `json:"-"` // by id, of the people in it
}

// Actor is who did it.
type Actor struct {
	Kind ActorKind `json:"kind"`
	ID   string    `json:"id,omitempty"` // platform's id of a member, user name of an operator
}

// ActorKind is what kind of actor somebody is.
type ActorKind string

// The kinds of actor.
const (
	Member   ActorKind = "member"
	Operator ActorKind = "operator" // on the machine
	Schedule ActorKind = "schedule" // for the member who made it
	System   ActorKind = "system"   // aidesk itself: a time was over, a source was read anew
)

// Target is something that was acted on.
type Target struct {
	Kind    TargetKind `json:"kind"`
	ID      string     `json:"id"`
	Version string     `json:"version,omitempty"`
}

// TargetKind is what kind of thing a Target is.
type TargetKind string

// The kinds of target.
const (
	OfPlugin    TargetKind = "plugin"
	OfOperation TargetKind = "operation" // follows its plugin
	OfMember    TargetKind = "member"
	OfRole      TargetKind = "role"
	OfChannel   TargetKind = "channel"
	OfAccount   TargetKind = "account"
	OfGrant     TargetKind = "grant"
	OfSchedule  TargetKind = "schedule"
	OfRecord    TargetKind = "record"
)

// Place is where it was done.
type Place struct {
	Platform  string `json:"platform"`
	Workspace string `json:"workspace"`
	Channel   string `json:"channel,omitempty"`
	Thread    string `json:"thread,omitempty"`
}

// Outcome is what came of it.
type Outcome string

// The outcomes.
const (
	OK      Outcome = "ok"
	Refused Outcome = "refused"
	Failed  Outcome = "failed"
	Unknown Outcome = "unknown"
)

// Encode is the line as it is kept, without names.
func (l Line) Encode() []byte {
	l.V, l.Time = version, l.Time.UTC()
	body, err := json.Marshal(l)
	if err != nil {
		panic(err) // strings and a time
	}
	return body
}

// Read decodes a line that is kept.
func Read(body []byte) (Line, error) {
	var l Line
	if err := json.Unmarshal(body, &l); err != nil {
		return l, fmt.Errorf("reading a line of the audit: %w", err)
	}
	return l, nil
}

// Target is the first target of a kind, or an empty one.
func (l Line) Target(k TargetKind) Target {
	for _, t := range l.Targets {
		if t.Kind == k {
			return t
		}
	}
	return Target{}
}
