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

// binding is a model's tool together with the operation that it calls.
type binding struct {
	tool      model.Tool
	plugin    *plugin.Plugin
	operation *openapi.Operation

	// The tool cut to maxToolTokens, and without descriptions of its arguments; both are
	// made when they are first needed.
	trimmed, minimal func() model.Tool
}

// bindTools returns the tools of all callable operations of plugins, sorted by name.
func bindTools(plugins []*plugin.Plugin) []binding {
	var all []binding
	var tools []openapi.Tool
	for _, p := range plugins {
		for _, o := range p.Usable() {
			all = append(all, binding{plugin: p, operation: o})
			tools = append(tools, o.Tool(p.Name))
		}
	}
	for i, t := range openapi.Names(tools) {
		all[i].tool = tool(t, all[i])
	}
	slices.SortFunc(all, func(a, b binding) int { return cmp.Compare(a.tool.Name, b.tool.Name) })
	return all
}

func tool(t openapi.Tool, o binding) model.Tool {
	return model.Tool{
		Name: t.Name, Typed: o.plugin.Name + "." + o.operation.ID, Plugin: o.plugin.Human(),
		Summary:     cmp.Or(o.operation.Summary, o.operation.ID),
		Description: t.Description, Schema: t.Schema, Examples: t.Examples, Sample: t.Sample,
		Write: o.plugin.Asks(o.operation),
	}
}

// Typed returns an operation with its arguments as a member would type it, and the
// name of its tool.
func Typed(p *plugin.Plugin, o *openapi.Operation, args json.RawMessage) (line, name string) {
	t := tool(o.Tool(p.Name), binding{plugin: p, operation: o})
	return utterance.Line(t, args), t.Name
}

func toolsOf(offers []binding) []model.Tool {
	tools := make([]model.Tool, len(offers))
	for i, o := range offers {
		tools[i] = o.tool
	}
	return tools
}

// toolset holds the tools of one selection of enabled plugins. It is built once and
// shared by all turns with the same selection.
type toolset struct {
	bindings      []binding
	byName        map[string]int // in offers, by the tool's name
	index         func() *search.Index
	allWithinRoom func() ([]offeredTool, bool) // the tools that fit into toolRoom, and whether these are all
	briefs        func() []string              // descriptions of all plugins
}

func newToolset(plugins []*plugin.Plugin) *toolset {
	s := &toolset{bindings: bindTools(plugins), byName: map[string]int{}}
	for i, o := range s.bindings {
		s.byName[o.tool.Name] = i
		s.bindings[i].trimmed = sync.OnceValue(func() model.Tool { return trimTool(o, maxToolTokens) })
		s.bindings[i].minimal = sync.OnceValue(func() model.Tool { return minimalTool(o, minimalToolTokens) })
	}
	s.allWithinRoom = sync.OnceValues(func() ([]offeredTool, bool) { return fit(offerAll(s.bindings), toolRoom) })
	s.briefs = sync.OnceValue(func() []string { return describePlugins(plugins, offerAll(s.bindings), briefRoom) })
	s.index = sync.OnceValue(func() *search.Index { return search.NewIndex(toolsOf(s.bindings)) })
	return s
}

// find returns the untrimmed tool of a name.
func (s *toolset) find(name string) (binding, bool) {
	i, ok := s.byName[name]
	if !ok {
		return binding{}, false
	}
	return s.bindings[i], true
}

// toolsetCache keeps the toolsets that were used last. Its zero value is ready.
type toolsetCache struct {
	mu     sync.Mutex
	recent []cachedToolset // the newest first
}

type cachedToolset struct {
	key     [sha256.Size]byte
	plugins []*plugin.Plugin // of which it was asked for last
	build   func() *toolset  // built by its first caller, outside the cache's lock
}

// maxCachedToolsets can be small because members mostly share the same selection.
const maxCachedToolsets = 8

// get returns the toolset of plugins, built now if it is not cached.
func (s *toolsetCache) get(plugins []*plugin.Plugin) (*toolset, error) {
	if build := s.same(plugins); build != nil {
		return build(), nil
	}
	key, err := toolsetKey(plugins)
	if err != nil {
		return nil, err
	}
	return s.entry(key, plugins)(), nil
}

// same finds the toolset of these very plugins, which never change. To compare pointers is
// cheaper than to write down a hundred registrations in each turn.
func (s *toolsetCache) same(plugins []*plugin.Plugin) func() *toolset {
	s.mu.Lock()
	defer s.mu.Unlock()
	i := slices.IndexFunc(s.recent, func(k cachedToolset) bool { return slices.Equal(k.plugins, plugins) })
	if i < 0 {
		return nil
	}
	k := s.recent[i]
	copy(s.recent[1:], s.recent[:i])
	s.recent[0] = k
	return k.build
}

func (s *toolsetCache) entry(key [sha256.Size]byte, plugins []*plugin.Plugin) func() *toolset {
	s.mu.Lock()
	defer s.mu.Unlock()
	k := cachedToolset{key: key}
	if i := slices.IndexFunc(s.recent, func(k cachedToolset) bool { return k.key == key }); i >= 0 {
		k = s.recent[i]
		s.recent = slices.Delete(s.recent, i, i+1)
	} else {
		k.build = sync.OnceValue(func() *toolset { return newToolset(plugins) })
	}
	k.plugins = slices.Clone(plugins)
	s.recent = slices.Insert(s.recent[:min(len(s.recent), maxCachedToolsets-1)], 0, k)
	return k.build
}

// toolsetKey is a digest of the plugins' registrations and of the rules of their operations:
// the same key means the same tools.
func toolsetKey(plugins []*plugin.Plugin) (key [sha256.Size]byte, err error) {
	h := sha256.New()
	for _, p := range plugins {
		raw, err := json.Marshal([]any{p.Registration, p.Ruled()})
		if err != nil {
			return key, fmt.Errorf("naming what is enabled: %w", err)
		}
		h.Write(raw)
	}
	return [sha256.Size]byte(h.Sum(nil)), nil
}
