package plugin

import (
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"aidesk/core/account"
	"aidesk/core/openapi"
)

// Difference is what another version of a plugin changes.
type Difference struct {
	// Operations, as "POST /orders (placeOrder)". Changed ones ask for other arguments, go
	// elsewhere or have another effect.
	Added, Removed, Changed []string
	Renamed                 []Rewording // operations that are the same under another id
	Reworded                []Rewording // operations that are described in other words
	Texts                   []Rewording // what it says of itself
	Hosts                   []string    // servers that calls go to and did not before
	Login                   bool        // it wants another login

	Held []string // ids of the operations that are not to be used before an administrator has looked
}

// Rewording is something that reads otherwise. Where neither text is given, it is in the
// details.
type Rewording struct{ Of, Before, After string }

// Empty says that nothing is another that a call depends on or that somebody reads.
func (d Difference) Empty() bool {
	return len(d.Added)+len(d.Removed)+len(d.Changed)+len(d.Renamed)+len(d.Reworded)+len(d.Texts)+len(d.Hosts) == 0 && !d.Login
}

// Operations is how many operations are others or gone.
func (d Difference) Operations() int {
	return len(d.Removed) + len(d.Changed) + len(d.Renamed) + len(d.Reworded)
}

// difference compares two versions of a plugin.
func difference(old, next *Plugin) Difference {
	d := Difference{Login: old.Manifest.Auth != next.Manifest.Auth || !sameLogin(old, next), Texts: ownTexts(old, next)}
	added := map[string][]*openapi.Operation{} // by hash, in the order of the document
	servers := map[string]bool{}
	for _, o := range old.Callable() {
		servers[o.Server] = true
	}
	for _, o := range next.Callable() {
		if !servers[o.Server] && !slices.Contains(d.Hosts, o.Server) {
			d.Hosts = append(d.Hosts, o.Server)
		}
		if !old.has(o.ID) {
			added[o.Hash] = append(added[o.Hash], o)
		}
	}
	renamed := map[string]bool{} // ids that are new
	for _, o := range old.Callable() {
		after, ok := next.Operation(o.ID)
		switch {
		case !ok || !next.callable(after):
			if same := added[o.Hash]; len(same) > 0 {
				added[o.Hash], renamed[same[0].ID] = same[1:], true
				d.Renamed = append(d.Renamed, Rewording{o.Method + " " + o.Path, o.ID, same[0].ID})
				break
			}
			d.Removed = append(d.Removed, named(o))
		case o.Hash != after.Hash:
			d.Changed = append(d.Changed, named(o))
		case !sameWords(old, o, next, after):
			d.Reworded = append(d.Reworded, reworded(o, after))
		default:
			continue
		}
		d.Held = append(d.Held, o.ID)
	}
	for _, o := range next.Callable() {
		if !old.has(o.ID) && !renamed[o.ID] {
			d.Added = append(d.Added, named(o))
		}
	}
	return d
}

func named(o *openapi.Operation) string { return fmt.Sprintf("%s %s (%s)", o.Method, o.Path, o.ID) }

// has says whether the plugin has an operation that can be called.
func (p *Plugin) has(id string) bool {
	o, ok := p.Operation(id)
	return ok && p.callable(o)
}

// sameLogin reports whether two versions of a plugin ask for the same and send members to the
// same place.
func sameLogin(old, next *Plugin) bool {
	a, b := old.Login(), next.Login()
	same := func(x, y account.Field) bool { return x.Name == y.Name && x.Secret == y.Secret }
	at, to := cmp.Or(a.Provider, new(account.Provider)), cmp.Or(b.Provider, new(account.Provider))
	return a.Kind == b.Kind && slices.EqualFunc(a.Fields, b.Fields, same) && *at == *to
}

// ownTexts compares what two versions say of themselves.
func ownTexts(old, next *Plugin) []Rewording {
	var d []Rewording
	for i, text := range old.texts() {
		if after := next.texts()[i]; after.After != text.After {
			d = append(d, Rewording{text.Of, text.After, after.After})
		}
	}
	return d
}

// texts are what a plugin says of itself.
func (p *Plugin) texts() []Rewording {
	m := p.Manifest
	return []Rewording{
		{Of: textItsName, After: m.NameForHuman},
		{Of: textForModel, After: m.DescriptionForModel},
		{Of: textForPeople, After: m.DescriptionForHuman},
		{Of: textLegalPage, After: m.LegalURL},
		{Of: textPrivacyPage, After: m.PrivacyURL},
		{Of: textContact, After: m.ContactEmail},
		{Of: textLogo, After: m.LogoURL},
	}
}

// words are what a model and members read of an operation. Of arguments too large to be
// shown whole only what is said of the operation itself counts: how much of them is shown
// depends on the other operations.
func (p *Plugin) words(o *openapi.Operation) (said string, arguments string) {
	t := o.Tool(p.Name)
	said = strings.Join(append([]string{o.Summary, o.Description, t.Description}, t.Examples...), "\n")
	if t.Reduced {
		return said, ""
	}
	return said, string(t.Schema)
}

func sameWords(old *Plugin, o *openapi.Operation, next *Plugin, after *openapi.Operation) bool {
	said, arguments := old.words(o)
	now, then := next.words(after)
	return said == now && (arguments == then || arguments == "" || then == "")
}

// reworded says how an operation is described otherwise.
func reworded(o, after *openapi.Operation) Rewording {
	switch {
	case o.Summary != after.Summary:
		return Rewording{named(o), o.Summary, after.Summary}
	case o.Description != after.Description:
		return Rewording{named(o), o.Description, after.Description}
	}
	return Rewording{Of: named(o)}
}

// meaning is a digest of everything that a call depends on or that somebody reads. The bytes of
// two versions may differ where it does not.
func (p *Plugin) meaning() string {
	h := sha256.New()
	add := func(v any) {
		body, err := json.Marshal(v)
		if err != nil {
			panic(err) // texts
		}
		h.Write(append(body, '\n'))
	}
	login := p.Login()
	add(p.texts())
	add([]any{p.Manifest.Auth, login.Kind, login.Fields, login.Provider})
	for _, o := range p.Callable() {
		said, arguments := p.words(o)
		add([]string{o.ID, o.Hash, o.Server, said, arguments})
	}
	return hex.EncodeToString(h.Sum(nil))
}
