package bolt

import "aidesk/store"

// What the heads of values look like on disk. They are types of their own, so that
// a renamed field of store does not change the file. Times are microseconds.

type keptEvent struct {
	ID           string `json:"id"`
	Conversation string `json:"conv"`
	Member       string `json:"member,omitempty"`
	Kind         string `json:"kind,omitempty"`
	Time         int64  `json:"time,omitempty"`
	Due          int64  `json:"due,omitempty"`
	Interrupt    bool   `json:"interrupt,omitempty"`
	Ingested     int64  `json:"in"`
	Tries        int    `json:"tries,omitempty"`
}

func (k keptEvent) event(seq uint64, body []byte) store.Event {
	return store.Event{
		ID: k.ID, Conversation: k.Conversation, Member: k.Member, Kind: k.Kind,
		Time: moment(k.Time), Due: moment(k.Due), Interrupt: k.Interrupt, Body: body,
		Seq: seq, Ingested: moment(k.Ingested), Tries: k.Tries,
	}
}

type keptEntry struct {
	Member string `json:"member,omitempty"`
	At     int64  `json:"at,omitempty"` // when it was written
}

type keptAction struct {
	Conversation string `json:"conv"`
	Member       string `json:"member,omitempty"`
	State        string `json:"state"`
	Final        bool   `json:"final,omitempty"`
	Until        int64  `json:"until,omitempty"`
	Order        uint64 `json:"n"` // its number among all actions, by creation
	At           int64  `json:"at,omitempty"`
}

func (k keptAction) action(id string, body []byte) store.Action {
	return store.Action{
		ID: id, Conversation: k.Conversation, Member: k.Member,
		State: k.State, Final: k.Final, Until: moment(k.Until), Body: body,
	}
}

// openKey is where an action that is not final is listed.
func (k keptAction) openKey() []byte { return append(scopeKey(k.Conversation), numKey(k.Order)...) }

type keptButton struct {
	Conversation string `json:"conv"`
	Member       string `json:"member,omitempty"`
	Until        int64  `json:"until,omitempty"`
}

// keptReply is a reply's wanted state (its body is the value's) and what is known of the delivered one.
type keptReply struct {
	Conversation string `json:"conv"`
	Member       string `json:"member,omitempty"`
	Adapter      string `json:"adapter"`
	Version      uint64 `json:"v"`
	At           int64  `json:"at,omitempty"`
	Sent         uint64 `json:"sent,omitempty"` // the newest version that was delivered or given up
	Posted       string `json:"posted,omitempty"`
	Sending      int64  `json:"sending,omitempty"` // a sending began then and its end is not known
	Handed       uint64 `json:"handed,omitempty"`  // the version handed out last
	Retry        int64  `json:"retry,omitempty"`   // not before
	Order        uint64 `json:"n,omitempty"`       // its place in the outbox while Version > Sent
	Next         uint64 `json:"next,omitempty"`    // the place of a version that came while another was being sent
}

func (k keptReply) reply(id string, body []byte) store.Reply {
	return store.Reply{
		ID: id, Conversation: k.Conversation, Member: k.Member,
		Adapter: k.Adapter, Version: k.Version, Body: body,
	}
}

type keptCount struct {
	N     int64 `json:"n"`
	Until int64 `json:"until,omitempty"`
}

type keptAudit struct {
	Time int64 `json:"time,omitempty"`
}

type keptUsage struct {
	Member string `json:"member,omitempty"`
	Model  string `json:"model,omitempty"`
	Time   int64  `json:"time,omitempty"`
	Turns  int    `json:"turns,omitempty"`
	Input  int    `json:"in,omitempty"`
	Output int    `json:"out,omitempty"`
	Micros int64  `json:"micros,omitempty"`
}

func (k keptUsage) usage(scope string) store.Usage {
	return store.Usage{
		Scope: scope, Member: k.Member, Model: k.Model,
		Time: moment(k.Time), Turns: k.Turns, Input: k.Input, Output: k.Output, Micros: k.Micros,
	}
}

type keptRecord struct {
	Version uint64 `json:"v"`
}

// meta is a number or a word about the file itself.
type meta struct {
	Number uint64 `json:"n,omitempty"`
	Word   string `json:"w,omitempty"`
}
