package plugin

import (
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"aidesk/core/chat"
	"aidesk/core/markdown"
	"aidesk/core/openapi"
	"aidesk/store"
)

// FirstUse is what a member is told of a plugin before it has words of theirs for the first
// time. They agree to exactly this: where it changes, they are asked again.
type FirstUse struct {
	Hosts  []string `json:"hosts"`           // to which its calls go
	Terms  string   `json:"terms,omitempty"` // address of its legal page
	Fields []string `json:"fields"`          // names of what its calls may have
	More   int      `json:"more,omitempty"`  // how many fields more
	Pin    string   `json:"pin"`             // of all hosts and fields
}

// What the operator chooses for the first use of a plugin of the configuration.
const (
	FirstUseAsk   = "ask"   // each member is asked once
	FirstUseTrust = "trust" // the operator answers for the plugin
)

func (c Configured) vouched() bool {
	return c.FirstUse == FirstUseTrust || c.FirstUse == "" && c.Default
}

// Limits of what a FirstUse names: more than a member reads.
const (
	maxUseFields = 100
	maxUseName   = 60
)

// FirstUse returns what the member must agree to before the call, or nil: they did already,
// the call has no words of theirs, or the operator answers for the plugin.
func (a Agreed) FirstUse(p *Plugin, c Call) *FirstUse {
	var args map[string]json.RawMessage
	if p.Vouched || json.Unmarshal(c.Args, &args) == nil && len(args) == 0 {
		return nil
	}
	fields, hosts := p.fields(), p.Hosts()
	sum := sha256.Sum256(fmt.Appendf(nil, "%q %q", hosts, fields))
	u := &FirstUse{Hosts: hosts, Terms: cmp.Or(p.Manifest.LegalURL, p.Manifest.PrivacyURL), Pin: hex.EncodeToString(sum[:])}
	if a[p.ID] == u.Pin {
		return nil
	}
	u.More = max(0, len(fields)-maxUseFields)
	for _, f := range fields[:len(fields)-u.More] {
		u.Fields = append(u.Fields, markdown.Line(f, maxUseName))
	}
	return u
}

// fieldsOf are the names of what may be sent to the operations of a document, sorted: those
// of parameters and, of a body that has such, of its properties.
func fieldsOf(d *openapi.Document) []string {
	var names []string
	for _, o := range d.Operations {
		if o.Verdict == openapi.Refused {
			continue
		}
		for _, in := range o.Inputs() {
			if in.Name != bodyArgument || len(in.Inputs) == 0 {
				names = append(names, in.Name)
				continue
			}
			for _, property := range in.Inputs {
				names = append(names, property.Name)
			}
		}
	}
	slices.Sort(names)
	return slices.Compact(names)
}

// bodyArgument is the argument that holds a request's body.
const bodyArgument = "body"

// withdraw takes back what was agreed to about a plugin, and says whether there was anything.
func (a Agreed) withdraw(id string) bool {
	withdrawn := false
	for key := range a {
		if key == id || strings.HasPrefix(key, id+" ") {
			delete(a, key)
			withdrawn = true
		}
	}
	return withdrawn
}

// Uses are the ids of the plugins of which a member agreed that they have words of theirs,
// sorted.
func (a Agreed) Uses() []string {
	var ids []string
	for key := range a {
		if !strings.Contains(key, " ") {
			ids = append(ids, key)
		}
	}
	slices.Sort(ids)
	return ids
}

// Withdraw returns the record without what a member agreed to about the plugin with an id,
// and false where there was nothing.
func (r *Registry) Withdraw(ctx context.Context, place chat.Place, member, id string) (store.Record, bool, error) {
	own, rec, err := r.preference(ctx, r.memberKey(place, member))
	if err != nil || !own.Agreed.withdraw(id) {
		return store.Record{}, false, err
	}
	return withValue(rec, own)
}
