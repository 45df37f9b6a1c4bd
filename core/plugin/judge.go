package plugin

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"

	"aidesk/core/chat"
	"aidesk/core/policy"
	"aidesk/store"
)

// Ask is what Judge is asked about.
type Ask struct {
	Place   chat.Place
	Member  chat.Member // as the platform knows them now
	Call    Call
	Enabled []*Plugin // nil: those that are enabled now
	Bound   bool      // its account was named just now, so it is not looked at once more

	Grant    string // id of a Grant of the member that may be the approval; empty: none
	Schedule string // id of the schedule for which the turn runs; empty: none
	Strange  bool   // what strangers may have written was read before the call was wished
}

// Judge asks the policy about a call with all that is known now: what is enabled, what the
// member agreed to, what is of the account, and what administrators decided. It is asked when
// a model wishes the call and again at the moment of sending. It returns the plugin of the
// call too, nil where it is not enabled.
func (r *Registry) Judge(ctx context.Context, a Ask) (policy.Decision, *Plugin, error) {
	c := a.Call
	q := policy.Question{Member: a.Member, Since: a.Member.Joined, ID: c.Plugin, Plugin: c.Human, Carries: len(c.From) > 0}
	on := a.Enabled
	var err error
	if on == nil {
		if on, _, err = r.Enabled(ctx, a.Place, a.Member.ID); err != nil {
			return policy.Decision{}, nil, err
		}
	}
	var agreed Agreed
	if r != nil {
		if agreed, err = r.fillQuestion(ctx, a, &q); err != nil {
			return policy.Decision{}, nil, err
		}
	}
	var p *Plugin
	if i := slices.IndexFunc(on, func(p *Plugin) bool { return p.ID == c.Plugin }); i >= 0 {
		p = on[i]
		q.Enabled = true
		if o, ok := p.Operation(c.Operation); ok {
			q.Same, q.Held, q.Operation, q.Agreed = p.Version == c.Version, p.Held(o), p.Facts(o), !agreed.First(p, o)
			q.FirstUse = agreed.FirstUse(p, c) != nil
		}
		if a.Grant != "" {
			if _, _, q.Granted, err = r.UseGrant(ctx, a, p); err != nil {
				return policy.Decision{}, nil, err
			}
		}
	}
	return policy.Call(q), p, nil
}

// fillQuestion adds to a question what is kept: the rules, what is of the account, and since
// when the member is one. It returns what they agreed to.
func (r *Registry) fillQuestion(ctx context.Context, a Ask, q *policy.Question) (agreed Agreed, err error) {
	if q.Rules, err = r.Rules(ctx, a.Place); err != nil {
		return nil, err
	}
	q.Rule = q.Rules.Operation(a.Call.Plugin, a.Call.Operation)
	if q.Rules.MinimumAge > 0 {
		q.Now = r.Now()
		if q.Since.IsZero() {
			if q.Since, err = r.FirstSeen(ctx, a.Place, a.Member.ID); err != nil {
				return nil, err
			}
		}
	}
	frozen, err := r.Freezes(ctx, a.Place)
	if err != nil {
		return nil, err
	}
	q.Frozen = frozen.Of(a.Call.Plugin).What
	if q.Closed, err = r.closed(ctx, a.Place, a.Call.Plugin); err != nil {
		return nil, err
	}
	if !a.Bound {
		if q.Login, err = r.Login(ctx, a.Place, a.Member, a.Call); err != nil {
			return nil, err
		}
	}
	return r.Agreed(ctx, a.Place, a.Member.ID)
}

// Rules returns what the administrators of a workspace decided. The caller must not change
// what its maps and lists hold.
func (r *Registry) Rules(ctx context.Context, place chat.Place) (policy.Rules, error) {
	kept, err := r.rulesOf(ctx, place)
	return kept.value, err
}

func (r *Registry) rulesPrefix() string { return "rules/" + chat.Key(r.Bot) + "/" }

func (r *Registry) rulesOf(ctx context.Context, place chat.Place) (kept[policy.Rules], error) {
	return readKept(ctx, r.Records, &r.rules, r.rulesPrefix()+place.Scope(), r.rulesPrefix())
}

// ChangeRules returns the record with changed rules. change gets a copy of its own.
func (r *Registry) ChangeRules(ctx context.Context, place chat.Place, change func(*policy.Rules)) (store.Record, error) {
	kept, err := r.rulesOf(ctx, place)
	if err != nil {
		return store.Record{}, err
	}
	var rules policy.Rules
	if len(kept.record.Value) > 0 {
		if err := json.Unmarshal(kept.record.Value, &rules); err != nil {
			return store.Record{}, fmt.Errorf("reading the rules of a workspace: %w", err)
		}
	}
	change(&rules)
	record := kept.record
	if record.Value, err = json.Marshal(rules); err != nil {
		return store.Record{}, fmt.Errorf("storing the rules of a workspace: %w", err)
	}
	return record, nil
}
