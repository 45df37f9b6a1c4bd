// Package account keeps the logins at plugins: keys that an administrator gives for a
// workspace, keys of members, and accounts that members connect by OAuth 2. It asks for
// tokens, keeps them fresh, gives them back, and is the one place where a credential
// enters a request.
//
// An Account belongs to a member or to a workspace and is for some hosts. What is secret
// of it is sealed in the store, each value under a path that names workspace, plugin, owner,
// account and field; it goes to no other host, into no text, log or error.
package account

import (
	"errors"
	"time"

	"aidesk/core/secret"
)

// Kind says who logs in to a plugin, and how.
type Kind string

// The kinds of login.
const (
	None       Kind = ""            // calls go without a credential
	ServiceKey Kind = "service_key" // an administrator gives it, for the workspace
	UserKey    Kind = "user_key"    // each member gives their own
	OAuth      Kind = "oauth"       // each member connects their own account: authorization code with PKCE
)

// State is the state of an Account.
type State string

// The states of an Account.
const (
	Connected State = "connected"
	Expired   State = "expired" // the plugin takes the credential no more: connect again
	Revoked   State = "revoked" // an administrator ended it
)

// Account is a login at a plugin.
type Account struct {
	ID     string   `json:"id"`               // opaque, made when it was connected
	Scope  string   `json:"scope"`            // the workspace as the store knows it
	Plugin string   `json:"plugin"`           // id
	Owner  string   `json:"owner"`            // the member as the store knows them; empty: the workspace shares it
	Member string   `json:"member,omitempty"` // platform's id of the owner, or of the administrator who shared it
	Label  string   `json:"label"`            // for people: "Ann's Trello", "Trello, shared by this workspace"
	Kind   Kind     `json:"kind"`
	Hosts  []string `json:"hosts"` // host[:port] of each address that its credential may go to
	Scopes string   `json:"scopes,omitempty"`
	State  State    `json:"state"`
	// Connection is the id of the login that connected it last.
	Connection string `json:"connection,omitempty"`

	Created time.Time `json:"created"`
	Used    time.Time `json:"used,omitzero"`    // to the hour
	Expires time.Time `json:"expires,omitzero"` // of the credential where it cannot be refreshed
	Due     time.Time `json:"due,omitzero"`     // from when on its access token is refreshed before it is used; zero: only when it is rejected

	// Roles and Channels say who may use a shared account and where; both empty: nobody.
	Roles    []string `json:"roles,omitempty"`
	Channels []string `json:"channels,omitempty"`

	// Of OAuth: where it was connected, as which client and what kind of token came, and
	// when a rejected token was last replaced.
	Provider  *Provider `json:"provider,omitempty"`
	ClientID  string    `json:"client_id,omitempty"`
	TokenType string    `json:"token_type,omitempty"` // "Bearer" or "Basic"
	Renewed   time.Time `json:"renewed,omitzero"`

	Sealed  map[string]string `json:"sealed"` // by field
	Version uint64            `json:"-"`      // of the record
}

// Shared reports whether the workspace shares the account.
func (a Account) Shared() bool { return a.Owner == "" }

// Has reports whether the account has a value for a field.
func (a Account) Has(field string) bool { return a.Sealed[field] != "" }

// Prefix is what stands before the account's access token in a header.
func (a Account) Prefix() string {
	if a.TokenType == typeBasic {
		return "Basic "
	}
	return "Bearer "
}

// Fields of a Credential beside those that a Login asks for.
const (
	FieldAccess  = "access"  // the access token of OAuth
	FieldRefresh = "refresh" // its refresh token
)

// Credential is what an Account opens with: its values by field.
type Credential map[string]secret.Text

// Login is what a plugin wants before it answers.
type Login struct {
	Kind         Kind      `json:"kind"`
	Fields       []Field   `json:"fields,omitempty"`       // what is asked for, of keys
	Provider     *Provider `json:"provider,omitempty"`     // of OAuth
	Instructions string    `json:"instructions,omitempty"` // of the manifest, for the administrator
}

// Field is one value that a member or an administrator gives.
type Field struct {
	Name   string `json:"name"`  // its name in a Credential
	Label  string `json:"label"` // for people
	Hint   string `json:"hint,omitempty"`
	Secret bool   `json:"secret,omitempty"` // not of a user name
	// Optional: it may stay empty, as the password beside a user name that is the key.
	Optional bool `json:"optional,omitempty"`
}

// Provider is where a member logs in by OAuth.
type Provider struct {
	AuthorizeURL string `json:"authorize_url"`
	TokenURL     string `json:"token_url"`
	Issuer       string `json:"issuer,omitempty"` // that its answers name, where its metadata promise it (RFC 9207); empty: not compared
	Scope        string `json:"scope,omitempty"`  // sent as it stands
	JSON         bool   `json:"json,omitempty"`   // the token request is JSON, else a form
	Basic        bool   `json:"basic,omitempty"`  // client id and secret go into the header Authorization, else into the body
}

// Client is aidesk as a provider knows it. An administrator gets both from the plugin's author.
type Client struct {
	ID     string
	Secret secret.Text // empty: a public client
}

// Slot is one place in a request to which a value of a Credential goes.
type Slot struct {
	Field  string `json:"field"` // of the Credential
	User   string `json:"user,omitempty"`
	In     string `json:"in"`               // "header", "query" or "cookie"
	Name   string `json:"name"`             // of the header, parameter or cookie
	Prefix string `json:"prefix,omitempty"` // what stands before the value: "Bearer ", "Token token="; of Basic, whose User is set, "Basic "
}

// The errors on which callers branch.
var (
	ErrNotConnected = errors.New("no account is connected")
	ErrExpired      = errors.New("the account has to be connected again")
	ErrHost         = errors.New("the account is for another host")
	ErrNoClient     = errors.New("no OAuth client is set for the plugin: an administrator gets its id and secret from the plugin's author")
)
