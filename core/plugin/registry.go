package plugin

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"path"
	"slices"
	"strings"
	"sync"
	"time"

	"golang.org/x/sync/singleflight"

	"aidesk/core/account"
	"aidesk/core/chat"
	"aidesk/core/egress"
	"aidesk/core/policy"
	"aidesk/store"
)

// Registry is what one bot knows of its plugins, kept in Records:
//
//	plugin/<bot>/*/<id>                 from the configuration, for every workspace
//	plugin/<bot>/<workspace path>/<id>  added by an administrator there
//	enable/<bot>/<workspace path>/<member>
//	scope/<bot>/<workspace path>/<channel>
//	rules/<bot>/<workspace path>        what administrators decided about operations
//	freeze/<bot>/<workspace path>       what they stopped
//	seen/<bot>/<workspace path>/<member>
type Registry struct {
	Bot     string
	Records store.Records
	Guard   *egress.Guard
	Logger  *slog.Logger
	Now     func() time.Time
	Reserve func(ctx context.Context, counts ...store.Count) error                      // counts calls; nil: they have no limit
	Members func(ctx context.Context, place chat.Place, id string) (chat.Member, error) // as the platform knows them now; nil: nobody has a role

	Accounts *account.Accounts      // nil: there are none, and calls go without a credential
	Shared   map[string]SharedLogin // keys of the configuration, by plugin id

	// TakeChanges lets a plugin of the configuration serve as it is found at each start;
	// otherwise what changed waits until an administrator approves it.
	TakeChanges bool

	compiling singleflight.Group // by compileKey
	mu        sync.Mutex
	compiled  map[string]*Plugin         // by compileKey; guarded by mu
	lists     recent[[]*Plugin]          // by workspace
	offered   map[string]bool            // keys of the configuration that are kept in a workspace; guarded by mu
	choices   recent[kept[preference]]   // by key
	rules     recent[kept[policy.Rules]] // by key
	freezes   recent[kept[Freezes]]      // by key
	seen      recent[time.Time]          // by key
}

// Configured is a plugin of the configuration.
type Configured struct {
	Source  string
	Default bool
	// FirstUse is FirstUseAsk or FirstUseTrust; empty: the latter where Default is set.
	FirstUse string
	Login    LoginChoice
}

// everywhere stands in a key where a workspace's path would.
const everywhere = "*"

// Configure makes the plugins of the configuration the ones that are registered
// everywhere. Each is read anew: writing it there and starting aidesk is the
// operator's approval. One that cannot be read keeps serving the version that
// was stored before; without one its error is returned, joined with the others'.
func (r *Registry) Configure(ctx context.Context, plugins []Configured) error {
	stored, err := r.registrations(ctx, everywhere)
	if err != nil {
		return err
	}
	var faults []error
	wanted := map[string]bool{}
	for i, got := range r.readAll(ctx, plugins) {
		id := got.id
		if id != "" && wanted[id] {
			faults = append(faults, fmt.Errorf("%s: another plugin of the configuration is at the same address: one host and port is one plugin", plugins[i].Source))
			continue
		}
		wanted[id] = id != ""
		old := slices.IndexFunc(stored, func(g Registration) bool { return g.ID == id })
		if got.err != nil {
			if old < 0 {
				faults = append(faults, got.err)
			} else {
				r.Logger.WarnContext(ctx, "plugin cannot be read, its stored version serves", "plugin", id, "error", got.err)
			}
			continue
		}
		reg := got.plugin.Registration
		reg.Default, reg.Vouched, reg.Locked, reg.LoginChoice = plugins[i].Default, plugins[i].vouched(), true, plugins[i].Login
		reg.Name = got.plugin.Manifest.uniqueName(func(n string) bool {
			return slices.ContainsFunc(stored, func(g Registration) bool { return g.Name == n && g.ID != id })
		})
		if old >= 0 {
			next := *got.plugin
			next.Registration = reg
			reg = r.pinned(ctx, stored[old], &next)
			reg.Name, reg.Revision = stored[old].Name, stored[old].Revision
		}
		value, err := json.Marshal(reg)
		if err != nil {
			return fmt.Errorf("storing the plugin %s: %w", id, err)
		}
		if reg.Revision, err = r.Records.Put(ctx, store.Record{Key: r.recordKey(everywhere, id), Version: reg.Revision, Value: value}); err != nil {
			return fmt.Errorf("storing the plugin %s: %w", id, err)
		}
		stored = append(slices.DeleteFunc(stored, func(g Registration) bool { return g.ID == id }), reg)
	}
	for _, g := range stored {
		if !wanted[g.ID] {
			if err := r.Records.Delete(ctx, r.recordKey(everywhere, g.ID), g.Revision); err != nil {
				return fmt.Errorf("removing the plugin %s: %w", g.ID, err)
			}
		}
	}
	if err := r.forgetShared(ctx); err != nil {
		return fmt.Errorf("ending accounts that the configuration gives no more: %w", err)
	}
	return errors.Join(faults...)
}

// readResult is the result of reading one plugin of the configuration.
type readResult struct {
	id     string
	plugin *Plugin // its bytes are stored
	err    error
}

// readAll reads plugins side by side and keeps their bytes.
func (r *Registry) readAll(ctx context.Context, plugins []Configured) []readResult {
	readings := make([]readResult, len(plugins))
	var group sync.WaitGroup
	for i, c := range plugins {
		group.Go(func() {
			got := &readings[i]
			if got.id, _, got.err = ID(c.Source); got.err != nil {
				return
			}
			read, err := r.readUsable(ctx, true, c.Source)
			if err == nil {
				read.Plugin.Registration, err = r.storeBytes(ctx, read.Plugin.Registration, read)
				got.plugin = read.Plugin
			}
			got.err = err
		})
	}
	group.Wait()
	return readings
}

// storeBytes stores the bytes of a plugin and names them in its registration.
func (r *Registry) storeBytes(ctx context.Context, reg Registration, got *Import) (Registration, error) {
	var err error
	if got.manifest != nil {
		if reg.Hashes.Manifest, err = r.Records.PutDocument(ctx, got.manifest); err != nil {
			return reg, fmt.Errorf("storing the manifest of %s: %w", reg.ID, err)
		}
	}
	if reg.Hashes.Document, err = r.Records.PutDocument(ctx, got.document); err != nil {
		return reg, fmt.Errorf("storing the document of %s: %w", reg.ID, err)
	}
	reg.Hashes.Parts = map[string]string{}
	for address, body := range got.parts {
		if reg.Hashes.Parts[address], err = r.Records.PutDocument(ctx, body); err != nil {
			return reg, fmt.Errorf("storing a part of the document of %s: %w", reg.ID, err)
		}
	}
	reg.Version = reg.version()
	p := *got.Plugin
	p.Registration = reg
	r.cache(&p)
	return reg, nil
}

// List returns the plugins registered in a workspace, sorted by name.
func (r *Registry) List(ctx context.Context, place chat.Place) ([]*Plugin, error) {
	plugins, known, keep := r.lists.get(r.Records, place.Scope(), r.recordKey(everywhere, ""), r.recordKey(place.Scope(), ""), r.rulesPrefix())
	if known {
		return slices.Clone(plugins), nil
	}
	rules, err := r.Rules(ctx, place)
	if err != nil {
		return nil, err
	}
	plugins = nil
	whole := true
	for _, scope := range []string{everywhere, place.Scope()} {
		regs, err := r.registrations(ctx, scope)
		if err != nil {
			return nil, err
		}
		for _, reg := range regs {
			p, err := r.compiledPlugin(ctx, reg)
			if err != nil { // the other plugins still work
				r.Logger.ErrorContext(ctx, "plugin cannot be used", "plugin", reg.ID, "error", err)
				whole = false
				continue
			}
			p.scope, p.rules = place.Scope(), rules
			plugins = append(plugins, p)
		}
	}
	slices.SortFunc(plugins, func(a, b *Plugin) int { return cmp.Compare(a.Name, b.Name) })
	if whole {
		keep(slices.Clone(plugins))
	}
	return plugins, nil
}

// Find returns the plugin with a name, an id or a human name, as a member types it.
func (r *Registry) Find(ctx context.Context, place chat.Place, word string) (*Plugin, error) {
	plugins, err := r.List(ctx, place)
	if err != nil {
		return nil, err
	}
	for _, p := range plugins {
		if strings.EqualFold(p.Name, word) || strings.EqualFold(p.ID, word) || strings.EqualFold(p.Human(), word) {
			return p, nil
		}
	}
	return nil, fmt.Errorf("no plugin is called %q here: %w", word, store.ErrNotFound)
}

// reader reads plugins of the configuration, or those that somebody typed.
func (r *Registry) reader(configured bool) Reader {
	return Reader{Guard: r.Guard, Logger: r.Logger, Typed: !configured}
}

// compiledPlugin returns a registered plugin, compiled once for all who use it.
func (r *Registry) compiledPlugin(ctx context.Context, reg Registration) (*Plugin, error) {
	key := reg.compileKey()
	p := r.cached(key)
	if p == nil {
		ctx := context.WithoutCancel(ctx) // others wait for the same compilation
		got, err, _ := r.compiling.Do(key, func() (any, error) {
			if p := r.cached(key); p != nil {
				return p, nil
			}
			p, err := r.compileStored(ctx, reg)
			if err == nil {
				r.cache(p)
			}
			return p, err
		})
		if err != nil {
			return nil, err
		}
		p = got.(*Plugin) //nolint:errcheck,forcetypeassert // the function above returns one
	}
	same := *p
	same.Registration = reg
	return &same, nil
}

// compileStored compiles a plugin from its stored bytes.
func (r *Registry) compileStored(ctx context.Context, reg Registration) (*Plugin, error) {
	var manifest []byte
	var err error
	if reg.Hashes.Manifest != "" {
		if manifest, err = r.Records.Document(ctx, reg.Hashes.Manifest); err != nil {
			return nil, fmt.Errorf("the manifest of %s: %w", reg.ID, err)
		}
	}
	document, err := r.Records.Document(ctx, reg.Hashes.Document)
	if err != nil {
		return nil, fmt.Errorf("the document of %s: %w", reg.ID, err)
	}
	return r.reader(reg.Locked).compile(ctx, reg, manifest, document, func(ctx context.Context, address string) ([]byte, error) {
		return r.Records.Document(ctx, reg.Hashes.Parts[address])
	})
}

// cached returns the plugin compiled under a key, or nil.
func (r *Registry) cached(key string) *Plugin {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.compiled[key]
}

// cache keeps a compiled plugin for all who use it.
func (r *Registry) cache(p *Plugin) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.compiled == nil {
		r.compiled = map[string]*Plugin{}
	}
	r.compiled[p.compileKey()] = p
}

// compileKey identifies everything that the compiled plugin depends on: its bytes, and
// the addresses that stand in for servers missing in the document.
func (g Registration) compileKey() string { return g.Version + " " + g.At + " " + g.Found }

func (r *Registry) registrations(ctx context.Context, scope string) ([]Registration, error) {
	var regs []Registration
	var broken error
	err := r.Records.Scan(ctx, r.recordKey(scope, ""), func(rec store.Record) bool {
		reg := Registration{}
		if broken = json.Unmarshal(rec.Value, &reg); broken != nil {
			return false
		}
		reg.Revision = rec.Version
		regs = append(regs, reg)
		return true
	})
	if err = errors.Join(err, broken); err != nil {
		return nil, fmt.Errorf("reading the registered plugins: %w", err)
	}
	return regs, nil
}

func (r *Registry) recordKey(scope, id string) string {
	return "plugin/" + chat.Key(r.Bot) + "/" + scope + "/" + strings.ReplaceAll(id, "/", "%2F")
}

// Added calls fn with every plugin that administrators added in a chat, by bot and workspace.
func Added(ctx context.Context, records store.Records, fn func(workspace string, g Registration)) error {
	var fault error
	err := records.Scan(ctx, "plugin/", func(r store.Record) bool {
		var g Registration
		if fault = json.Unmarshal(r.Value, &g); fault == nil && !g.Locked {
			workspace, _ := path.Split(strings.TrimPrefix(r.Key, "plugin/"))
			fn(strings.TrimSuffix(workspace, "/"), g)
		}
		return fault == nil
	})
	if err = errors.Join(err, fault); err != nil {
		return fmt.Errorf("reading the plugins: %w", err)
	}
	return nil
}

// ErrLocked says that a plugin comes from the configuration and is changed only there.
var ErrLocked = errors.New("it comes from the configuration and is changed only there")

// Read reads a plugin for an administrator of a workspace, keeps its bytes and
// returns it under the name that it would have there. Nothing is registered yet.
func (r *Registry) Read(ctx context.Context, place chat.Place, source string) (*Plugin, error) {
	got, err := r.reader(false).Read(ctx, source)
	if err != nil {
		return nil, err
	}
	plugins, err := r.List(ctx, place)
	if err != nil {
		return nil, err
	}
	reg := got.Plugin.Registration
	for _, p := range plugins {
		if p.ID == reg.ID && p.Locked {
			return nil, fmt.Errorf("%s is registered already: %w", p.Human(), ErrLocked)
		}
		if p.ID == reg.ID {
			reg.Name, reg.Default, reg.Revision = p.Name, p.Default, p.Revision
			reg.LoginChoice, reg.Added = p.LoginChoice, p.Added
		}
	}
	if reg.Name == "" {
		reg.Name = got.Plugin.Manifest.uniqueName(func(n string) bool {
			for _, p := range plugins {
				if p.Name == n {
					return true
				}
			}
			return false
		})
	}
	if reg, err = r.storeBytes(ctx, reg, got); err != nil {
		return nil, err
	}
	return r.compiledPlugin(ctx, reg)
}

// Planned compiles a plugin that Read returned, from the bytes that were kept.
func (r *Registry) Planned(ctx context.Context, plan Registration) (*Plugin, error) {
	return r.compiledPlugin(ctx, plan)
}

// Register returns the record that registers, in a workspace, a plugin that Read
// returned, by whom.
func (r *Registry) Register(place chat.Place, reg Registration, by Stamp) (store.Record, error) {
	if reg.Added.At.IsZero() {
		reg.Added = by
	} else {
		reg.Reviewed = by
	}
	return r.record(place, reg)
}

// SetDefault returns the record that makes a plugin enabled, or not, for everyone
// who did not choose. ErrLocked.
func (r *Registry) SetDefault(place chat.Place, p *Plugin, on bool) (store.Record, error) {
	if p.Locked {
		return store.Record{}, ErrLocked
	}
	reg := p.Registration
	reg.Default = on
	return r.record(place, reg)
}

// ChooseLogin returns the record with what an administrator decided about a plugin's login.
// ErrLocked.
func (r *Registry) ChooseLogin(place chat.Place, p *Plugin, choice LoginChoice) (store.Record, error) {
	if p.Locked {
		return store.Record{}, ErrLocked
	}
	if err := choice.Check(); err != nil {
		return store.Record{}, fmt.Errorf("choosing the login of %s: %w", p.Human(), err)
	}
	reg := p.Registration
	reg.LoginChoice = choice
	return r.record(place, reg)
}

// Remove removes a plugin from a workspace. What members enabled is forgotten with
// the plugin's id as soon as they change it; a plugin that is added again under the
// same id finds it. ErrLocked.
func (r *Registry) Remove(ctx context.Context, place chat.Place, p *Plugin) error {
	if p.Locked {
		return ErrLocked
	}
	err := r.Records.Delete(ctx, r.recordKey(place.Scope(), p.ID), p.Revision)
	if errors.Is(err, store.ErrNotFound) {
		return nil
	}
	return err
}
