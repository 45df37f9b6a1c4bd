// Package chat is the messenger's vocabulary: what happens in one (Event), what
// aidesk wants shown in one (Reply, Home, Form), the commands (Grammar), and the
// two contracts between a messenger and aidesk: an Adapter brings a platform, a
// Handler is aidesk behind it.
//
// The words mean the same on every platform. A Workspace is a Slack workspace or a
// Discord server; a Thread is a Slack thread, a Discord thread or reply chain.
// Texts that come from a member are CommonMark; texts that go out are
// markdown.Documents, built from nodes or parsed once, so that no adapter ever
// interprets foreign markup.
package chat

import (
	"strings"
	"sync"
	"time"
)

// Place is where something happened or shall appear.
type Place struct {
	Platform  string `json:"platform"`            // "slack", "discord", "terminal"
	Workspace string `json:"workspace"`           // platform's id
	Channel   string `json:"channel"`             // platform's id; of a direct message: its channel
	Thread    string `json:"thread,omitempty"`    // platform's id of the thread; empty outside of one
	Direct    bool   `json:"direct,omitempty"`    // only the member and aidesk read it
	External  bool   `json:"external,omitempty"`  // shared with other organisations
	Installed string `json:"installed,omitempty"` // which Installation speaks, where an app has several

	// Operator is the id of a request that an operator makes on the machine, about this place;
	// who asked is answered there, and the platform shows nothing. Empty: a member is here.
	Operator string `json:"operator,omitempty"`
}

// OperatorPlatform is the platform of the adapter by which operators give commands.
const OperatorPlatform = "operator"

// operatorPrefix begins the id of an operator. No platform's id of a member does.
const operatorPrefix = "operator:"

// OperatorID is the id of an operator of the machine as a member.
func OperatorID(name string) string { return operatorPrefix + name }

// OperatorName is the name of an operator; ok is false for the id of a member.
func OperatorName(id string) (name string, ok bool) { return strings.CutPrefix(id, operatorPrefix) }

// AtPlatform is the place as members see it.
func (p Place) AtPlatform() Place {
	p.Operator = ""
	return p
}

// Conversation is the key under which aidesk remembers this place: platform,
// workspace, channel and thread as a path. Parts never contain a slash unescaped.
func (p Place) Conversation() string {
	return Key(p.Platform, p.Workspace, p.Channel, p.Thread)
}

// Scope is the path of the workspace: what is configured there hangs below it.
func (p Place) Scope() string { return Key(p.Platform, p.Workspace) }

// Key joins parts to a path; a slash or percent sign inside a part is escaped, so
// that two different lists of parts never give one key.
func Key(parts ...string) string {
	escaped := make([]string, len(parts))
	for i, p := range parts {
		escaped[i] = inKey.Replace(p)
	}
	return strings.Join(escaped, "/")
}

// inKey escapes what parts a key.
var inKey = strings.NewReplacer("%", "%25", "/", "%2F")

// Member is a person in a workspace, as the platform describes them now.
type Member struct {
	ID          string   `json:"id"`
	Name        string   `json:"name"`             // what others see
	Zone        string   `json:"zone,omitempty"`   // IANA name, "Europe/Paris"; empty: not known
	Locale      string   `json:"locale,omitempty"` // BCP 47, "en-GB"; empty: not known
	Roles       []string `json:"roles,omitempty"`
	Admin       bool     `json:"admin,omitempty"` // administers the workspace, by the platform's own word
	Guest       bool     `json:"guest,omitempty"`
	Stranger    bool     `json:"stranger,omitempty"` // belongs to another organisation
	Deactivated bool     `json:"deactivated,omitempty"`
	Bot         bool     `json:"bot,omitempty"`

	Joined time.Time `json:"joined,omitzero"` // when they became a member of the workspace; zero: not told
}

// Zones are the zones of members, each read once. Its zero value is ready; it may be used
// concurrently.
type Zones struct{ read sync.Map }

// Of is the member's zone, or UTC where it is not known.
func (z *Zones) Of(m Member) *time.Location {
	if known, ok := z.read.Load(m.Zone); ok {
		if l, ok := known.(*time.Location); ok {
			return l
		}
	}
	l := m.Location()
	if l.String() == m.Zone { // so that there are no more than there are zones
		z.read.Store(m.Zone, l)
	}
	return l
}

// Location is the member's zone, or UTC where it is not known.
func (m Member) Location() *time.Location {
	if l, err := time.LoadLocation(m.Zone); err == nil {
		return l
	}
	return time.UTC
}
