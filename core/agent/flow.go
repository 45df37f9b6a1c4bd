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

// carries lists the other plugins whose data a call to a plugin may carry: all of
// which the model has seen a result in this conversation, whatever it makes of them,
// without those that the member allowed. A model that takes arguments from members'
// words alone carries nothing.
func (r *run) carries(to string) []plugin.Origin {
	if r.Model.Info().Literal {
		return nil
	}
	var origins []plugin.Origin
	for _, id := range r.saw() {
		if id != to && !r.allowed(Flow{r.Member.ID, id, to}) {
			origins = append(origins, plugin.Origin{Plugin: id, Human: r.human(id)})
		}
	}
	return origins
}

// saw lists the plugins, by id, whose data the model has seen in this conversation.
// What it says may repeat them, so its words bear their names too: a result may be
// left out of the transcript, or be beyond what is read of it.
func (r *run) saw() []string {
	var ids []string
	add := func(list []string) {
		for _, id := range list {
			if !slices.Contains(ids, id) {
				ids = append(ids, id)
			}
		}
	}
	for _, e := range r.transcript() {
		add(e.Seen)
		for _, p := range e.Message.Parts {
			if p.Result != nil {
				add(p.Result.Plugins)
			}
		}
	}
	slices.Sort(ids)
	return ids
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
