package plugin

import (
	"context"
	"errors"
	"fmt"
	"net/http"

	"aidesk/core/account"
	"aidesk/core/chat"
	"aidesk/core/egress"
	"aidesk/core/openapi"
	"aidesk/core/policy"
)

// codeLogin is the Code of a Result in the place of which the plugin gave none: the account
// of the call has to be connected again.
const codeLogin = "login"

// Scope is a workspace as the store knows it.
func (r *Registry) Scope(place chat.Place) string { return chat.Key(r.Bot) + "/" + place.Scope() }

// Owner is a member as the store knows them.
func (r *Registry) Owner(place chat.Place, member string) string {
	return chat.Key(r.Bot, place.Platform, place.Workspace, member)
}

// Bind names in a call the account with which it goes: the member's own, else one that the
// workspace shares and that this member may use here. Missing says that the call wants a
// login and that there is none. Without accounts, or a Registry, calls go as they are.
func (r *Registry) Bind(ctx context.Context, place chat.Place, m chat.Member, p *Plugin, o *openapi.Operation, c *Call) (missing bool, err error) {
	c.Account, c.Label, c.Own = "", "", false
	if r == nil || r.Accounts == nil {
		c.Digest = c.digest()
		return false, nil
	}
	ways, free := p.Ways(o)
	if len(ways) > 0 {
		all, err := r.accountsAt(ctx, place, m.ID, p)
		if err != nil {
			return false, err
		}
		for _, a := range all {
			if r.login(place, m, a) != policy.LoginOK || wayOf(ways, a.Has) == nil {
				continue
			}
			shown, err := r.Shown(ctx, place, m.ID, p)
			if err != nil {
				return false, err
			}
			c.Account, c.Label, c.Own = r.Accounts.Key(a), a.Label, !a.Shared() && !shown
			break
		}
	}
	c.Digest = c.digest()
	return c.Account == "" && !free, nil
}

// wayOf is the first way to authenticate whose values are all there.
func wayOf(ways [][]account.Slot, has func(field string) bool) []account.Slot {
	for _, w := range ways {
		whole := true
		for _, s := range w {
			whole = whole && (has(s.Field) || s.User != "" && has(s.User)) // a password may be empty
		}
		if whole {
			return w
		}
	}
	return nil
}

// Login says whether the account of a call may be used by a member in a place now.
func (r *Registry) Login(ctx context.Context, place chat.Place, m chat.Member, c Call) (policy.Login, error) {
	if c.Account == "" {
		return policy.LoginOK, nil
	}
	if r.Accounts == nil {
		return policy.LoginGone, nil
	}
	a, err := r.Accounts.Get(ctx, c.Account)
	if errors.Is(err, account.ErrNotConnected) {
		return policy.LoginGone, nil
	}
	if err != nil {
		return policy.LoginGone, fmt.Errorf("reading an account at %s: %w", c.Plugin, err)
	}
	if a.Plugin != c.Plugin || a.Scope != r.Scope(place) {
		return policy.LoginForbidden, nil
	}
	return r.login(place, m, a), nil
}

func (r *Registry) login(place chat.Place, m chat.Member, a account.Account) policy.Login {
	switch {
	case a.State != account.Connected:
		return policy.LoginGone
	case a.Shared():
		return policy.ShareLogin(a.Roles, a.Channels, place, m)
	case a.Owner != r.Owner(place, m.ID):
		return policy.LoginForbidden
	}
	return policy.LoginOK
}

// loggedIn is a request with the credential of its call in it.
type loggedIn struct {
	request    egress.Request
	account    account.Account
	credential account.Credential
}

// logIn adds the credential of a call to its request. Only here and in with does one enter,
// after the digest was checked, and only at the hosts that its account is for.
func (r *Registry) logIn(ctx context.Context, p *Plugin, o *openapi.Operation, c Call, request egress.Request) (loggedIn, error) {
	l := loggedIn{request: request}
	if c.Account == "" {
		return l, nil
	}
	credential, a, err := r.Accounts.Use(ctx, c.Account)
	if err != nil {
		return l, err
	}
	l.account = a
	return l.with(credential, p, o)
}

// with is the request with another credential of its account.
func (l loggedIn) with(credential account.Credential, p *Plugin, o *openapi.Operation) (loggedIn, error) {
	l.credential = credential
	ways, _ := p.Ways(o)
	way := wayOf(ways, func(field string) bool { return credential[field] != "" })
	if way == nil {
		return l, account.ErrExpired
	}
	for i, s := range way {
		if _, chosen := p.LoginChoice.Prefixes[s.Field]; s.Field == account.FieldAccess && s.In == "header" && !chosen {
			way[i].Prefix = l.account.Prefix() // as the provider said of the token
		}
	}
	return l, credential.Add(&l.request, way, l.account.Hosts)
}

// retryLogin goes on after the plugin answered 401 to a credential: another one is got, once,
// and a read is sent with it. A call with effect is not sent again. The error is ErrExpired
// where the account has to be connected again.
func (r *Registry) retryLogin(ctx context.Context, p *Plugin, o *openapi.Operation, c Call, id string, in loggedIn, first egress.Response) (egress.Response, egress.Sent, error) {
	again, fault := r.Accounts.Rejected(ctx, c.Account, in.credential)
	if errors.Is(fault, account.ErrExpired) || errors.Is(fault, account.ErrNotConnected) {
		return first, egress.Answered, account.ErrExpired
	}
	if fault == nil && !c.Unsafe {
		in, fault = in.with(again, p, o) // it takes the place of the first
	}
	if fault != nil || c.Unsafe { // what the plugin said stands
		return first, egress.Answered, nil //nolint:nilerr // that no other credential was got is no fault of the call
	}
	response, state, err := r.Guard.Do(ctx, id, in.request)
	response = in.hide(response)
	if err == nil && response.Status == http.StatusUnauthorized {
		if _, err := r.Accounts.Rejected(ctx, c.Account, again); errors.Is(err, account.ErrExpired) {
			return response, state, account.ErrExpired
		}
	}
	return response, state, err
}

// loginEnded is the outcome of a call to which the plugin answered that its account must be
// connected again: it did nothing.
func (p *Plugin) loginEnded() Outcome {
	out := p.loginFault(account.ErrExpired)
	out.Sent = Answered
	return out
}

// hide removes a credential from what the plugin answered, which may repeat it.
func (l loggedIn) hide(response egress.Response) egress.Response {
	if len(l.credential) == 0 {
		return response
	}
	response.Body = []byte(account.Hide(string(response.Body), l.credential))
	header := http.Header{}
	for name, values := range response.Header {
		for _, v := range values {
			header.Add(name, account.Hide(v, l.credential))
		}
	}
	response.Header = header
	return response
}

// loginFault is the outcome of a call whose account cannot be used; nothing was sent.
func (p *Plugin) loginFault(err error) Outcome {
	message := fmt.Sprintf(textLoginFailed, p.Human())
	switch {
	case errors.Is(err, account.ErrExpired), errors.Is(err, account.ErrNotConnected):
		message = fmt.Sprintf(textConnectAgain, p.Human(), p.Name)
	case errors.Is(err, account.ErrHost):
		message = fmt.Sprintf(textOtherHost, p.Human(), p.Name)
	}
	return Outcome{openapi.Result{Status: "error", Code: codeLogin, Content: message, Message: message}, Unsent}
}
