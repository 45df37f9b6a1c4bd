package agent

import (
	"cmp"
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"slices"
	"sync"

	"aidesk/core/model"
	"aidesk/core/model/planner/utterance"
	"aidesk/core/model/search"
	"aidesk/core/openapi"
	"aidesk/core/plugin"
)

// offer is a tool with the operation behind it.
type offer struct {
	tool      model.Tool
	plugin    *plugin.Plugin
	operation *openapi.Operation

	// The tool as it goes to a model beside others, and without words for its
	// arguments; drawn when it is first wanted.
	modest, bare func() model.Tool
}

// offers makes the tools of plugins, sorted by name, without the operations that
// cannot be called.
func offers(plugins []*plugin.Plugin) []offer {
	var all []offer
	var tools []openapi.Tool
	for _, p := range plugins {
		for _, o := range p.Usable() {
			all = append(all, offer{plugin: p, operation: o})
			tools = append(tools, o.Tool(p.Name))
		}
	}
	for i, t := range openapi.Names(tools) {
		all[i].tool = tool(t, all[i])
	}
	slices.SortFunc(all, func(a, b offer) int { return cmp.Compare(a.tool.Name, b.tool.Name) })
	return all
}

func tool(t openapi.Tool, o offer) model.Tool {
	return model.Tool{
		Name: t.Name, Typed: o.plugin.Name + "." + o.operation.ID, Plugin: o.plugin.Human(),
		Summary:     cmp.Or(o.operation.Summary, o.operation.ID),
		Description: t.Description, Schema: t.Schema, Examples: t.Examples, Sample: t.Sample,
		Write: o.plugin.Asks(o.operation),
	}
}

// Typed is an operation with its arguments as a member types it, and its tool's name.
func Typed(p *plugin.Plugin, o *openapi.Operation, args json.RawMessage) (line, name string) {
	t := tool(o.Tool(p.Name), offer{plugin: p, operation: o})
	return utterance.Line(t, args), t.Name
}

func toolsOf(offers []offer) []model.Tool {
	tools := make([]model.Tool, len(offers))
	for i, o := range offers {
		tools[i] = o.tool
	}
	return tools
}

// set is what a choice of plugins offers: drawn and read once for all turns that
// share the choice.
type set struct {
	offers []offer
	at     map[string]int // in offers, by the tool's name
	index  func() *search.Index
	whole  func() ([]pick, bool) // all of it within the usual room, and whether it is
	briefs func() []string       // of all of it
}

func newSet(plugins []*plugin.Plugin) *set {
	s := &set{offers: offers(plugins), at: map[string]int{}}
	for i, o := range s.offers {
		s.at[o.tool.Name] = i
		s.offers[i].modest = sync.OnceValue(func() model.Tool { return within(o, oneTool) })
		s.offers[i].bare = sync.OnceValue(func() model.Tool { return bare(o, plainTool) })
	}
	s.whole = sync.OnceValues(func() ([]pick, bool) { return fit(everything(s.offers), toolRoom) })
	s.briefs = sync.OnceValue(func() []string { return describe(plugins, everything(s.offers), briefRoom) })
	s.index = sync.OnceValue(func() *search.Index { return search.NewIndex(toolsOf(s.offers)) })
	return s
}

// find is the offer of a tool, as it stands whole.
func (s *set) find(name string) (offer, bool) {
	i, ok := s.at[name]
	if !ok {
		return offer{}, false
	}
	return s.offers[i], true
}

// sets keeps the sets that were used last. Its zero value is ready.
type sets struct {
	mu   sync.Mutex
	last []keptSet // the one used last stands first
}

type keptSet struct {
	key [sha256.Size]byte
	set func() *set // made by the first who asks; nobody else waits for it
}

// keptSets is how many sets are kept: members mostly share what is enabled.
const keptSets = 8

// of is the set of plugins, which is made where it is not kept.
func (s *sets) of(plugins []*plugin.Plugin) (*set, error) {
	key, err := keyOf(plugins)
	if err != nil {
		return nil, err
	}
	return s.find(key, plugins)(), nil
}

func (s *sets) find(key [sha256.Size]byte, plugins []*plugin.Plugin) func() *set {
	s.mu.Lock()
	defer s.mu.Unlock()
	k := keptSet{key, nil}
	if i := slices.IndexFunc(s.last, func(k keptSet) bool { return k.key == key }); i >= 0 {
		k = s.last[i]
		s.last = slices.Delete(s.last, i, i+1)
	} else {
		k.set = sync.OnceValue(func() *set { return newSet(plugins) })
	}
	s.last = slices.Insert(s.last[:min(len(s.last), keptSets-1)], 0, k)
	return k.set
}

// keyOf names a choice of plugins: the same key, the same tools.
func keyOf(plugins []*plugin.Plugin) (key [sha256.Size]byte, err error) {
	h := sha256.New()
	for _, p := range plugins {
		raw, err := json.Marshal(p.Registration)
		if err != nil {
			return key, fmt.Errorf("naming what is enabled: %w", err)
		}
		h.Write(raw)
	}
	return [sha256.Size]byte(h.Sum(nil)), nil
}
