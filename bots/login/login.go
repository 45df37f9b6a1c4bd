// Package login serves the pages on which a member connects an account: what is connected for
// whom, the form for keys, the way to a provider and back, and the six digits that the
// member types into the messenger. core/account decides; the pages show what it decides.
//
// No page has a script. Getting one has no effect, but at the address to which a provider
// sends browsers back, so that whoever follows links in a chat to preview them changes
// nothing. No address, cookie, code or digit is logged.
package login

import (
	"context"
	"errors"
	"log/slog"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"aidesk/core/account"
	"aidesk/core/secret"
)

// The paths of the pages.
const (
	startPath    = "/oauth/start"
	callbackPath = "/oauth/callback/"
	digitsPath   = "/oauth/digits"
)

const (
	maxForm  = 16 << 10 // bytes of a form that is sent
	maxQuery = 16 << 10 // bytes of a query
	maxWork  = 32       // steps that are under way at once
)

// Pages are the pages. They are served below /oauth/.
type Pages struct {
	connections *account.Connections
	public      string // without a slash at its end
	cookie      string // its name
	secure      bool
	origins     *http.CrossOriginProtection
	rate        *rate
	work        chan struct{} // has room for maxWork
	mux         *http.ServeMux
	log         *slog.Logger
}

// New makes the pages. public is http.public_url: https, or http on a machine where aidesk is
// developed. The logger is that of the accounts.
func New(connections *account.Connections, public string, now func() time.Time) (*Pages, error) {
	u, err := url.Parse(public)
	if err != nil || u.Scheme != "https" && u.Scheme != "http" || u.Host == "" || u.User != nil || u.RawQuery != "" || u.Fragment != "" {
		return nil, errors.New("the pages of logins: the public address is none that a browser can open")
	}
	p := &Pages{
		connections: connections, public: strings.TrimRight(public, "/"), secure: u.Scheme == "https",
		origins: http.NewCrossOriginProtection(), rate: newRate(now), work: make(chan struct{}, maxWork),
		mux: http.NewServeMux(), log: connections.Accounts.Logger,
	}
	if p.cookie = "aidesk"; p.secure {
		p.cookie = "__Host-aidesk" // no other host, not even one beside it, can set it
	}
	if err := p.origins.AddTrustedOrigin(u.Scheme + "://" + u.Host); err != nil {
		return nil, errors.New("the pages of logins: the public address is none that a browser can open")
	}
	p.mux.HandleFunc("GET "+startPath, p.show)
	p.mux.HandleFunc("POST "+startPath, p.proceed)
	p.mux.HandleFunc("GET "+callbackPath+"{id}", p.callback)
	p.mux.HandleFunc("GET "+digitsPath, p.digits)
	for _, path := range []string{startPath, callbackPath + "{id}", digitsPath} {
		p.mux.HandleFunc(path, func(w http.ResponseWriter, _ *http.Request) { p.stop(w, notAllowed, nil) })
	}
	p.mux.HandleFunc("/", func(w http.ResponseWriter, _ *http.Request) { p.stop(w, missing, nil) })
	return p, nil
}

// Link is the address that a member is given, of the token that Connections.Begin made.
func (p *Pages) Link(token string) string {
	return p.public + startPath + "?t=" + url.QueryEscape(token)
}

// RedirectBase is the address for account.Connections.Redirect, of http.public_url.
func RedirectBase(public string) string {
	return strings.TrimRight(public, "/") + strings.TrimSuffix(callbackPath, "/")
}

// ServeHTTP serves a page.
func (p *Pages) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	header := w.Header()
	header.Set("Cache-Control", "no-store")
	header.Set("Referrer-Policy", "no-referrer")
	header.Set("X-Content-Type-Options", "nosniff")
	header.Set("Cross-Origin-Opener-Policy", "same-origin")
	header.Set("X-Robots-Tag", "noindex, nofollow")
	switch {
	case !p.rate.allow(r.RemoteAddr):
		p.stop(w, busy, nil)
	case len(r.URL.RawQuery) > maxQuery:
		p.stop(w, unreadable, nil)
	default:
		p.mux.ServeHTTP(w, r)
	}
}

// show shows who connects what.
func (p *Pages) show(w http.ResponseWriter, r *http.Request) {
	token := r.URL.Query().Get("t")
	c, err := p.connections.Open(r.Context(), token)
	if errors.Is(err, account.ErrUsed) && p.toDigits(w, r, token) {
		return
	}
	if err != nil {
		p.fail(w, r, "", err)
		return
	}
	p.start(w, http.StatusOK, c, token, "")
}

// proceed is the press on that page: on to the provider, or with what was typed.
func (p *Pages) proceed(w http.ResponseWriter, r *http.Request) {
	leave, ok := p.enter(w)
	if !ok {
		return
	}
	defer leave()
	if p.origins.Check(r) != nil {
		p.stop(w, foreign, nil)
		return
	}
	r.Body = http.MaxBytesReader(w, r.Body, maxForm)
	if media, _, _ := strings.Cut(r.Header.Get("Content-Type"), ";"); strings.TrimSpace(media) != "application/x-www-form-urlencoded" || r.ParseForm() != nil {
		p.stop(w, unreadable, nil)
		return
	}
	token := r.PostForm.Get("t")
	c, err := p.connections.Open(r.Context(), token)
	if err != nil {
		p.fail(w, r, "", err)
		return
	}
	if c.Login.Kind == account.OAuth {
		cookie, address, err := p.connections.Continue(r.Context(), token)
		if err != nil {
			p.fail(w, r, c.ID, err)
			return
		}
		p.remember(w, cookie)
		redirect(w, address)
		return
	}
	values := map[string]secret.Text{}
	for i, field := range c.Login.Fields {
		values[field.Name] = secret.Text(r.PostForm.Get(fieldID(i)))
	}
	cookie, err := p.connections.Keys(r.Context(), token, values)
	if fault, ok := errors.AsType[*account.FieldError](err); ok {
		p.start(w, http.StatusUnprocessableEntity, c, token, fault.Error())
		return
	}
	if err != nil {
		p.fail(w, r, c.ID, err)
		return
	}
	p.remember(w, cookie)
	redirect(w, p.public+digitsPath)
}

// callback takes a browser back from the provider. The digits have a page of their own, so
// that code and state leave the address, and the page can be loaded again.
func (p *Pages) callback(w http.ResponseWriter, r *http.Request) {
	leave, ok := p.enter(w)
	if !ok {
		return
	}
	defer leave()
	if r.Method != http.MethodGet { // HEAD comes here too
		p.stop(w, notAllowed, nil)
		return
	}
	query, err := url.ParseQuery(r.URL.RawQuery)
	if err != nil {
		p.stop(w, unreadable, nil)
		return
	}
	cookie := p.cookieOf(r)
	c, err := p.connections.Callback(r.Context(), r.PathValue("id"), cookie, query)
	if errors.Is(err, account.ErrUsed) && p.toDigits(w, r, cookie) {
		return
	}
	if err != nil {
		p.failAt(w, r, c, err)
		return
	}
	redirect(w, p.public+digitsPath)
}

// toDigits sends the browser that logged in, and loads an earlier page again, to its digits;
// false: it is another, or they are not shown any more. Token is of the page's login.
func (p *Pages) toDigits(w http.ResponseWriter, r *http.Request, token string) bool {
	id, _, _ := strings.Cut(token, ".")
	c, _, err := p.connections.Digits(r.Context(), p.cookieOf(r))
	if err != nil && !errors.Is(err, account.ErrEarly) || c.ID != id {
		return false
	}
	redirect(w, p.public+digitsPath)
	return true
}

// digits shows the digits to the browser that logged in.
func (p *Pages) digits(w http.ResponseWriter, r *http.Request) {
	c, digits, err := p.connections.Digits(r.Context(), p.cookieOf(r))
	switch {
	case errors.Is(err, account.ErrUsed):
		p.stop(w, done, &c)
	case errors.Is(err, account.ErrEarly):
		p.stop(w, early, &c)
	case err != nil:
		p.failAt(w, r, c, err)
	default:
		p.finish(w, c, digits)
	}
}

// enter bounds the steps that are under way at once.
func (p *Pages) enter(w http.ResponseWriter) (leave func(), ok bool) {
	select {
	case p.work <- struct{}{}:
		return func() { <-p.work }, true
	default:
		p.stop(w, busy, nil)
		return nil, false
	}
}

// remember gives the browser its cookie. Lax: it has to come along when a provider sends the
// browser back.
func (p *Pages) remember(w http.ResponseWriter, cookie string) {
	http.SetCookie(w, &http.Cookie{ //nolint:gosec // G124: it is Secure but on loopback, where there is no https
		Name: p.cookie, Value: cookie, Path: "/", MaxAge: int((3 * account.Life).Seconds()),
		Secure: p.secure, HttpOnly: true, SameSite: http.SameSiteLaxMode,
	})
}

func (p *Pages) cookieOf(r *http.Request) string {
	if cookie, err := r.Cookie(p.cookie); err == nil {
		return cookie.Value
	}
	return ""
}

// redirect sends a browser on with a GET. http.Redirect would write the address into a page.
func redirect(w http.ResponseWriter, address string) {
	w.Header().Set("Location", address)
	w.WriteHeader(http.StatusSeeOther)
}

func fieldID(i int) string { return "field-" + strconv.Itoa(i) }

// fail shows why a step was refused, of a connection that may not be shown.
func (p *Pages) fail(w http.ResponseWriter, r *http.Request, id string, err error) {
	p.failAt(w, r, account.Connection{ID: id}, err)
}

// failAt shows why a step was refused.
func (p *Pages) failAt(w http.ResponseWriter, r *http.Request, c account.Connection, err error) {
	var known *account.Connection
	if c.Platform != "" {
		known = &c
	}
	for _, told := range refusals {
		if errors.Is(err, told.err) {
			p.stop(w, outcome{status: told.status, title: told.title, line: sentence(told.err), remedy: told.remedy}, known)
			return
		}
	}
	if !errors.Is(err, context.Canceled) {
		p.log.WarnContext(r.Context(), "a step of a login failed", slog.String("connection", c.ID), slog.Any("error", err))
	}
	p.stop(w, broken, known)
}
