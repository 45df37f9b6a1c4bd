package audit

import (
	"encoding/json"
	"strings"
	"time"
)

// olderLine is a line as it was kept before lines had a version.
type olderLine struct {
	What      string `json:"what"`
	Member    string `json:"member"`
	Of        string `json:"of"`
	Plugin    string `json:"plugin"`
	Version   string `json:"version"`
	Operation string `json:"operation"`
	Action    string `json:"action"`
	Digest    string `json:"digest"`
	DataFrom  string `json:"data_from"`
	Leave     string `json:"leave"`
	Account   string `json:"account"`
	Record    string `json:"record"`
	Why       string `json:"why"`
}

// olderActions are the words that have another one now. What is not among them was done to
// a call.
var olderActions = map[string]string{
	"add": "plugin.added", "remove": "plugin.removed", "review": "plugin.reviewed", "default": "plugin.default",
	"scope enable": "plugin.scope.enable", "scope deny": "plugin.scope.deny", "scope none": "plugin.scope.none",
	"show": "account.shown", "hide": "account.hidden", "show allowed": "show.allowed", "show denied": "show.denied",
	"login set": "login.set", "connect": "account.connected", "disconnect": "account.disconnected", "revoke": "account.revoked",
	"threads true": "threads.on", "threads false": "threads.off",
}

// olderOutcomes are the outcomes of calls that did not end well.
var olderOutcomes = map[string]Outcome{"denied": Refused, "expired": Refused, "failed": Failed, "unknown": Unknown}

// readOlder reads a line that has no version; where and when it was written stood beside it.
func readOlder(body []byte, at time.Time, place Place) (Line, error) {
	var o olderLine
	if err := json.Unmarshal(body, &o); err != nil {
		return Line{}, err
	}
	l := Line{
		Time: at, Action: olderActions[o.What], Actor: Actor{Kind: Member, ID: o.Member}, Place: place, Outcome: OK, Reason: o.Why,
		Call: o.Action, Digest: o.Digest, DataFrom: strings.Fields(o.DataFrom), Leave: o.Leave, Account: o.Account,
	}
	if l.Action == "" {
		l.Action = "call." + o.What
		if bad, ok := olderOutcomes[o.What]; ok {
			l.Outcome = bad
		}
	}
	for _, t := range []Target{{OfPlugin, o.Plugin, o.Version}, {Kind: OfOperation, ID: o.Operation}, {Kind: OfMember, ID: o.Of}, {Kind: OfRecord, ID: o.Record}} {
		if t.ID != "" {
			l.Targets = append(l.Targets, t)
		}
	}
	return l, nil
}
