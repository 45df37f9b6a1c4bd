package account

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"net/url"
	"slices"
	"strings"
	"time"

	"aidesk/core/egress"
	"aidesk/store"
)

// How an account is connected. A member asks for it in the messenger and gets a link
// (Begin). The page behind it says who connects what (Open) and goes on by a press: to the
// provider (Continue), which sends the browser back (Callback), or with keys that are typed
// on the page (Keys). The browser that got there is shown six digits (Digits), which the
// member types into the messenger (Finish): only then there is an account. So whoever lures
// another into a login of theirs still has to talk the digits out of them, and a stolen link
// connects nothing.
//
// All of it is one record, and every step replaces the version that it read: it happens
// once, whichever process is asked, and a restart between two steps loses nothing.

// Life is how long each of the three steps may take: to open the link and continue, to log
// in at the provider, and to type the digits.
const Life = 10 * time.Minute

const (
	maxPending = 8  // logins of one member in a workspace that wait at once; the oldest makes room
	maxStarts  = 10 // times that one link goes on to the provider
	maxTries   = 3  // of the digits
	maxRaces   = 20 // times that a step is tried anew because another changed the record
)

// Phase says how far a connection has come.
type Phase string

// The phases of a connection, in their order.
const (
	Begun      Phase = "begun"      // the link was given
	Consenting Phase = "consenting" // a browser went on to the provider
	Exchanging Phase = "exchanging" // it came back, and its code is exchanged
	Waiting    Phase = "waiting"    // the digits were shown
	Finishing  Phase = "finishing"  // they were typed, and the account is written
	Finished   Phase = "finished"   // it is; the credential is no longer here
)

// NewConnection is what is known when a member wants to connect an account.
type NewConnection struct {
	Scope  string `json:"scope"`  // the workspace as the store knows it
	Plugin string `json:"plugin"` // id
	Name   string `json:"name"`   // of the plugin, for people

	By         string `json:"by"`     // the member as the store knows them: who began, and alone can finish
	Member     string `json:"member"` // platform's id
	MemberName string `json:"member_name"`
	Workspace  string `json:"workspace"` // its name
	Platform   string `json:"platform"`  // its name: "Slack"
	Back       string `json:"back"`      // address that leads back to the messenger; empty: none

	Conversation string   `json:"conversation"`      // in which it goes on
	Account      string   `json:"account,omitempty"` // id of the account that is connected again; empty: a new one
	Label        string   `json:"label"`             // of the account
	Shared       bool     `json:"shared,omitempty"`  // the workspace's account, not the member's; always of a ServiceKey
	Login        Login    `json:"login"`
	Hosts        []string `json:"hosts"` // as in Account
}

// Connection is a login that was begun. Nothing in it is secret.
type Connection struct {
	NewConnection
	ID      string    `json:"id"`
	Phase   Phase     `json:"phase"`
	Created time.Time `json:"created"`
	Until   time.Time `json:"until"` // the step that is next ends with it
}

// The errors on which callers branch, each in words for the member.
var (
	ErrLink    = errors.New(textLink)
	ErrUsed    = errors.New(textUsed)
	ErrBrowser = errors.New(textBrowser)
	ErrMember  = errors.New(textMember)
	ErrMixed   = errors.New(textMixed)
	ErrDenied  = errors.New(textDenied)
	ErrRefused = errors.New(textRefused)
	ErrEarly   = errors.New(textEarly)
	ErrDigits  = errors.New(textDigits)
)

// WrongDigitsError says that the digits are not those that were shown.
type WrongDigitsError struct{ Left int } // tries

// Error says how many tries are left.
func (e *WrongDigitsError) Error() string {
	switch e.Left {
	case 0:
		return textWrongLast
	case 1:
		return textWrongOne
	default:
		return fmt.Sprintf(textWrong, e.Left)
	}
}

// Told is what a member reads of an error that says why a login does not go on; false: it is
// none of these.
func Told(err error) (line string, ok bool) {
	wrong, typed := (*WrongDigitsError)(nil), (*FieldError)(nil)
	for _, known := range []error{ErrLink, ErrUsed, ErrBrowser, ErrMember, ErrMixed, ErrDenied, ErrRefused, ErrEarly, ErrDigits} {
		ok = ok || errors.Is(err, known)
	}
	switch {
	case errors.As(err, &wrong):
		line = wrong.Error()
	case errors.As(err, &typed):
		line = typed.Error()
	case ok:
		line = err.Error()
	default:
		return "", false
	}
	return strings.ToUpper(line[:1]) + line[1:] + ".", true
}

// FieldError says what is wrong with a value that was typed.
type FieldError struct{ Label, Problem string }

// Error names the field, never the value.
func (e *FieldError) Error() string { return e.Label + " " + e.Problem }

// Connections are the logins that are under way. They are kept where the accounts are, by the
// same clock, and tokens are asked for by the same guard.
type Connections struct {
	Accounts *Accounts
	Redirect string    // address below which providers send browsers back: "https://desk.example.com/oauth/callback"
	Random   io.Reader // defaults to crypto/rand
}

// Begin makes a connection and returns the token of its link. Where a member began many, the
// oldest is discarded.
func (c *Connections) Begin(ctx context.Context, n NewConnection) (Connection, string, error) {
	if err := c.fit(ctx, n); err != nil {
		return Connection{}, "", err
	}
	if err := c.makeRoom(ctx, n.Scope, n.By); err != nil {
		return Connection{}, "", err
	}
	id, err := c.random(16)
	if err != nil {
		return Connection{}, "", err
	}
	secret, err := c.random(32)
	if err != nil {
		return Connection{}, "", err
	}
	if n.Account == "" {
		// Known from now on, so that finishing twice makes one account.
		if n.Account, err = c.random(16); err != nil {
			return Connection{}, "", err
		}
	}
	n.Shared = n.Shared || n.Login.Kind == ServiceKey
	now := c.Accounts.Now().UTC()
	p := &pending{
		Connection: Connection{NewConnection: n, ID: memberTag(n.Scope, n.By) + id, Phase: Begun, Created: now, Until: now.Add(Life)},
		Link:       hash(secret),
		Sealed:     map[string]string{},
	}
	if err := c.put(ctx, p); err != nil {
		return Connection{}, "", err
	}
	return p.Connection, p.ID + "." + secret, nil
}

// fit reports why an account cannot be connected like this.
func (c *Connections) fit(ctx context.Context, n NewConnection) error {
	if n.Scope == "" || n.Plugin == "" || n.By == "" || len(n.Hosts) == 0 {
		return errors.New("connecting an account: the workspace, plugin, member and hosts have to be named")
	}
	switch n.Login.Kind {
	case ServiceKey, UserKey:
		if len(n.Login.Fields) == 0 {
			return fmt.Errorf("connecting an account at %s: no field is asked for", n.Plugin)
		}
		return nil
	case OAuth:
	default:
		return fmt.Errorf("connecting an account at %s: the plugin wants no login", n.Plugin)
	}
	provider := n.Login.Provider
	if provider == nil {
		return fmt.Errorf("connecting an account at %s: it names no provider", n.Plugin)
	}
	if err := c.CheckProvider(n.Plugin, *provider); err != nil {
		return fmt.Errorf("connecting an account at %s: %w", n.Plugin, err)
	}
	if _, err := c.Accounts.Client(ctx, n.Scope, n.Plugin); err != nil {
		return fmt.Errorf("connecting an account at %s: reading the client: %w", n.Plugin, err)
	}
	return nil
}

// CheckProvider reports why nobody can log in at a plugin's provider, in words that follow a
// colon: an address of it is none, or leads where neither browsers nor aidesk may be sent.
func (c *Connections) CheckProvider(plugin string, p Provider) error {
	if _, err := c.AuthorizeOrigin(plugin, p); err != nil {
		return fmt.Errorf("the login page: %w", err)
	}
	if err := c.reachable(plugin, p.TokenURL); err != nil {
		return fmt.Errorf("the address for tokens: %w", err)
	}
	return nil
}

// AuthorizeOrigin is scheme and host of the page at which members log in, in the one spelling
// that a header may carry; an error where browsers must not be sent there.
func (c *Connections) AuthorizeOrigin(plugin string, p Provider) (string, error) {
	u, err := url.Parse(p.AuthorizeURL)
	if err != nil {
		return "", errors.New("it is not an address")
	}
	host := strings.ToLower(u.Host)
	if u.Fragment != "" || strings.Trim(host, "abcdefghijklmnopqrstuvwxyz0123456789.-:[]") != "" {
		return "", errors.New("it is not an address to which a browser can be sent")
	}
	// The browser goes there, not aidesk, so any port will do.
	judged := p.AuthorizeURL
	if u.Scheme == "https" && u.User == nil {
		judged = "https://" + hostOnly(u)
	}
	if err := c.reachable(plugin, judged); err != nil {
		return "", err
	}
	return u.Scheme + "://" + host, nil
}

// hostOnly is the host of an address without its port.
func hostOnly(u *url.URL) string {
	if strings.Contains(u.Hostname(), ":") {
		return "[" + u.Hostname() + "]"
	}
	return u.Hostname()
}

// reachable reports why a plugin's address cannot have a part in a login. Plain http is for
// what the operator opened: codes and secrets travel there.
func (c *Connections) reachable(plugin, address string) error {
	kind := egress.Effect
	if !strings.HasPrefix(strings.ToLower(address), "https:") {
		kind = egress.Manifest // the kind that needs https
	}
	return c.Accounts.Guard.Check(kind, plugin, address)
}

// makeRoom discards what a member began and has expired, and the oldest where there are too
// many.
func (c *Connections) makeRoom(ctx context.Context, scope, by string) error {
	waiting, err := c.scan(ctx, memberTag(scope, by))
	if err != nil {
		return err
	}
	slices.SortFunc(waiting, func(a, b *pending) int { return a.Created.Compare(b.Created) })
	var over []*pending
	for i, p := range waiting {
		if !c.Accounts.Now().Before(p.Until) || len(waiting)-i >= maxPending {
			over = append(over, p)
		}
	}
	return c.discardAll(ctx, over, "it expired, or others took its place")
}

// Open returns the connection of a link that can still be used. It changes nothing.
func (c *Connections) Open(ctx context.Context, token string) (Connection, error) {
	p, err := c.byLink(ctx, token)
	if err != nil {
		return Connection{}, err
	}
	return p.Connection, nil
}

// Look returns a connection by its id, whoever began it.
func (c *Connections) Look(ctx context.Context, id string) (Connection, error) {
	p, err := c.load(ctx, id)
	if err != nil {
		return Connection{}, err
	}
	if !c.Accounts.Now().Before(p.Until) {
		return p.Connection, ErrLink
	}
	return p.Connection, nil
}

// Discard ends a connection that its member does not want any more, with all that it holds.
func (c *Connections) Discard(ctx context.Context, by, id string) error {
	for range maxRaces {
		p, err := c.load(ctx, id)
		switch {
		case errors.Is(err, ErrLink):
			return nil
		case err != nil:
			return err
		case p.By != by:
			return ErrMember
		}
		if err := c.discard(ctx, p, "the member gave it up"); !errors.Is(err, store.ErrConflict) {
			return err
		}
	}
	return fmt.Errorf("discarding a login: %w", store.ErrConflict)
}

// Forget ends all that a member began in a workspace.
func (c *Connections) Forget(ctx context.Context, scope, by string) error {
	return c.sweep(ctx, memberTag(scope, by), func(*pending) bool { return true }, "the member is forgotten")
}

// ForgetPlugin ends all logins at a plugin of a workspace.
func (c *Connections) ForgetPlugin(ctx context.Context, scope, plugin string) error {
	return c.sweep(ctx, "", func(p *pending) bool { return p.Scope == scope && p.Plugin == plugin }, "the plugin is removed")
}

// Sweep ends what has expired. It is called from time to time: nobody may come back to a
// login that was given up, and its tokens must not stay.
func (c *Connections) Sweep(ctx context.Context) error {
	return c.sweep(ctx, "", func(p *pending) bool { return !c.Accounts.Now().Before(p.Until) }, "it expired")
}

// sweep discards what is under a prefix and fits.
func (c *Connections) sweep(ctx context.Context, prefix string, fits func(*pending) bool, why string) error {
	found, err := c.scan(ctx, prefix)
	if err != nil {
		return err
	}
	return c.discardAll(ctx, slices.DeleteFunc(found, func(p *pending) bool { return !fits(p) }), why)
}

// random is n random bytes as a word of letters and digits.
func (c *Connections) random(n int) (string, error) {
	source := c.Random
	if source == nil {
		source = rand.Reader
	}
	bytes := make([]byte, n)
	if _, err := io.ReadFull(source, bytes); err != nil {
		return "", fmt.Errorf("getting random bytes: %w", err)
	}
	return word.EncodeToString(bytes), nil
}
