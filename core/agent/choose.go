package agent

import (
	"cmp"
	"maps"
	"slices"
	"strings"

	"aidesk/core/model"
	"aidesk/core/model/search"
)

// What a model is offered. Up to allTools operations all are, where they fit into
// the room; of more, the rankedTools that say most of what was asked, and those that
// this conversation used already: these stay, so that a provider's cache of the
// beginning lives as long as it can. The rest is found by the tool findName.
const (
	allTools    = 24
	rankedTools = 8
	usedTools   = 8
	toolRoom    = 4000 // tokens of all tools together
	oneTool     = 1000 // of one
	plainTool   = 200  // of one without words for its arguments, where it can be so small
	toolFrame   = 12   // what a wire adds to each
)

// Why a tool is offered.
const (
	whyAll    = "all"
	whyRanked = "ranked"
	whyUsed   = "used"
	whyFound  = "found"
)

// pick is an offer for one request, with why it is made.
type pick struct {
	offer
	score float64
	why   string
}

// choose decides what the next request offers.
func (r *run) choose() {
	room := r.share(toolRoom)
	switch {
	case r.all:
		return
	case r.Model.Info().Literal:
		r.offered, r.all = everything(r.set.offers), true
	case len(r.set.offers) <= allTools && room == toolRoom:
		r.offered, r.all = r.set.whole()
	case len(r.set.offers) <= allTools:
		r.offered, r.all = fit(everything(r.set.offers), room)
	}
	if !r.all {
		r.offered, _ = fit(r.best(), room-cost(findTool))
		slices.SortFunc(r.offered, func(a, b pick) int { return cmp.Compare(a.tool.Name, b.tool.Name) })
	}
}

// everything picks all.
func everything(offers []offer) []pick {
	list := make([]pick, len(offers))
	for i, o := range offers {
		list[i] = pick{offer: o, why: whyAll}
	}
	return list
}

// best are the offers for this request when not all can be made, the most important
// first: what the model searched for, what was used last, what ranks high.
func (r *run) best() []pick {
	scores := r.scores()
	names := slices.SortedFunc(maps.Keys(scores), func(a, b string) int {
		return cmp.Or(cmp.Compare(scores[b], scores[a]), cmp.Compare(a, b))
	})
	var list []pick
	add := func(name, why string) {
		o, ok := r.set.find(name)
		if ok && !slices.ContainsFunc(list, func(p pick) bool { return p.tool.Name == name }) {
			list = append(list, pick{o, scores[name], why})
		}
	}
	for _, name := range r.found {
		add(name, whyFound)
	}
	used := r.used()
	for _, name := range used[:min(len(used), usedTools)] {
		add(name, whyUsed)
	}
	for _, name := range names[:min(len(names), rankedTools)] {
		add(name, whyRanked)
	}
	return list
}

// before is how many earlier words of members count, and a half as much: "and on
// Friday?" says little by itself.
const before = 3

// scores ranks operations by what members said.
func (r *run) scores() map[string]float64 {
	var said []string
	for _, e := range r.transcript() {
		if e.Message.Role == model.User {
			said = append(said, e.Message.TextOf())
		}
	}
	scores := map[string]float64{}
	rank := func(query string, weight float64) {
		for _, hit := range r.set.index().Rank(clip(query, maxQuery), 2*rankedTools) {
			scores[hit.Tool.Name] += weight * hit.Score
		}
	}
	if last := len(said) - 1; last >= 0 {
		rank(said[last], 1)
		rank(strings.Join(said[max(0, last-before):last], "\n"), 0.5)
	}
	return scores
}

// maxQuery is how much of a text is looked for, in bytes: who pastes a document
// says at its beginning what for.
const maxQuery = 4 << 10

// used are the operations that this conversation called, the last first.
func (r *run) used() []string {
	var names []string
	add := func(name string) {
		if !slices.Contains(names, name) {
			names = append(names, name)
		}
	}
	for _, e := range slices.Backward(r.transcript()) {
		for _, p := range e.Message.Parts {
			switch {
			case p.Call != nil:
				add(p.Call.Name)
			case p.Result != nil && e.Message.Role == model.Outcome: // a member may have run it
				add(p.Result.Operation)
			}
		}
	}
	return names
}

// fit makes tools fit into a room of tokens. The words for single arguments go
// first, those of the last picks before others, and then the last picks themselves;
// whole is false where one had to go.
func fit(list []pick, room int) (fitted []pick, whole bool) {
	list = slices.Clone(list)
	sum := 0
	for i := range list {
		list[i].tool = list[i].modest()
		sum += cost(list[i].tool)
	}
	for i := len(list) - 1; i >= 0 && sum > room; i-- {
		sum -= cost(list[i].tool)
		list[i].tool = list[i].bare()
		sum += cost(list[i].tool)
	}
	all := len(list)
	for sum > room {
		sum -= cost(list[len(list)-1].tool)
		list = list[:len(list)-1]
	}
	return list, len(list) == all
}

// cost is what a tool is in a request, in tokens.
func cost(t model.Tool) int {
	return toolFrame + search.Tokens(t.Name) + search.Tokens(t.Description) + search.Tokens(string(t.Schema))
}

// within is an offer's tool in at most so many tokens.
func within(o offer, tokens int) model.Tool {
	t := o.tool
	for size := tokens; cost(t) > tokens; size = size * 2 / 3 {
		if size < plainTool {
			return bare(o, tokens)
		}
		t.Schema = o.operation.ToolWithin(o.plugin.Name, size).Schema
	}
	return t
}

// bare is an offer's tool without words for its arguments, in so many tokens if
// that can be, and never in more than one may have: an argument list that is
// larger still is not described, and the plugin's document judges what comes.
func bare(o offer, tokens int) model.Tool {
	t := o.tool
	t.Schema = o.operation.ToolPlain(o.plugin.Name, tokens).Schema
	if cost(t) > oneTool {
		t.Schema = []byte(`{"type":"object"}`)
	}
	return t
}

// clip cuts a text to at most n bytes, between characters.
func clip(text string, n int) string {
	if len(text) <= n {
		return text
	}
	return strings.ToValidUTF8(text[:n], "")
}
