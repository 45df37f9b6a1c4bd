package agent

import (
	"slices"

	"aidesk/core/markdown"
	"aidesk/core/plugin"
)

// Flow is a member's leave, for one conversation: data that came from one plugin may
// go into reads of another.
type Flow struct {
	Member string `json:"member"` // platform's id
	From   string `json:"from"`   // plugin's id
	To     string `json:"to"`     // plugin's id
}

// carries lists the other plugins whose data a call to a plugin may carry: all whose
// results stand in the conversation, whatever the model makes of them, without those
// that the member allowed. A model that takes arguments from members' words alone
// carries nothing.
func (r *run) carries(to string) []plugin.Origin {
	if r.Model.Info().Literal {
		return nil
	}
	var ids []string
	for _, e := range slices.Concat(r.History, r.answer.Entries) {
		for _, p := range e.Message.Parts {
			if p.Result == nil {
				continue
			}
			for _, id := range p.Result.Plugins {
				if id != to && !slices.Contains(ids, id) && !r.allowed(Flow{r.Member.ID, id, to}) {
					ids = append(ids, id)
				}
			}
		}
	}
	slices.Sort(ids)
	origins := make([]plugin.Origin, len(ids))
	for i, id := range ids {
		origins[i] = plugin.Origin{Plugin: id, Human: r.human(id)}
	}
	return origins
}

// allowed says whether the member gave leave in this conversation.
func (r *run) allowed(f Flow) bool {
	return slices.ContainsFunc(r.History, func(e Entry) bool { return slices.Contains(e.Flows, f) })
}

// human is a plugin's name for people; of one that is enabled no longer, its host.
func (r *run) human(id string) string {
	for _, p := range r.enabled {
		if p.ID == id {
			return markdown.Line(p.Human(), 50)
		}
	}
	return id
}
