// Package install is how a Slack app gets into several workspaces: somebody opens
// /slack/oauth/start, agrees on Slack's page, and comes back to /slack/oauth/callback with a
// code, for which Slack gives the tokens of that workspace. It renews them where the app has
// token rotation, and knows by which installation an event came.
//
// The pages say one plain line each. No token, code, state or cookie is logged, and no error
// holds one.
package install

import (
	"crypto/rand"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"sync"
	"time"

	"aidesk/adapters/slack/setup"
	"aidesk/core/installation"
	"aidesk/core/secret"
)

const (
	stateLife = 10 * time.Minute
	maxUsed   = 20_000 // states that are remembered as used
	maxWork   = 16     // codes that are exchanged at once
	maxQuery  = 8 << 10
)

// Config is a Slack app that several workspaces install.
type Config struct {
	ClientID     string
	ClientSecret secret.Text
	Scopes       []string // of the bot. Defaults to all that setup.Manifest asks for
	Allowed      []string // ids of workspaces and organisations that may install it; none: every one
	PublicURL    string   // where aidesk is reached, without a slash at its end

	Installations *installation.Installations
	Secrets       *secret.Ring // seals the state that travels through the browser
	Base          *url.URL     // of the Web API; ends with a slash
	Client        *http.Client
	Logger        *slog.Logger
	Now           func() time.Time
}

// Flow installs the app and renews its tokens. It may be used concurrently.
type Flow struct {
	Config
	base   *url.URL
	cookie string // its name
	secure bool
	work   chan struct{} // has room for maxWork

	mu   sync.Mutex
	used map[[32]byte]time.Time // states, until they would be too old anyway
}

// New makes a Flow.
func New(c Config) (*Flow, error) {
	u, err := url.Parse(c.PublicURL)
	if err != nil || u.Host == "" || u.Scheme != "https" && u.Scheme != "http" {
		return nil, errors.New("slack: the public address is none that a browser can open")
	}
	c.PublicURL = strings.TrimRight(c.PublicURL, "/")
	if len(c.Scopes) == 0 {
		c.Scopes = setup.AllScopes()
	}
	f := &Flow{Config: c, base: c.Base, secure: u.Scheme == "https", work: make(chan struct{}, maxWork), used: map[[32]byte]time.Time{}}
	if f.cookie = "aidesk-slack"; f.secure {
		f.cookie = "__Host-aidesk-slack" // no other host, not even one beside it, can set it
	}
	return f, nil
}

// AddTo serves the two pages.
func (f *Flow) AddTo(mux *http.ServeMux) {
	mux.HandleFunc(setup.PathStart, f.page(f.start))
	mux.HandleFunc(setup.PathCallback, f.page(f.callback))
}

func (f *Flow) redirect() string { return f.PublicURL + setup.PathCallback }

// authorizeURL is Slack's page on which somebody agrees, beside its Web API.
func (f *Flow) authorizeURL(state string) string {
	u := f.base.ResolveReference(&url.URL{Path: "../oauth/v2/authorize"})
	u.RawQuery = url.Values{
		"client_id": {f.ClientID}, "scope": {strings.Join(f.Scopes, ",")}, "redirect_uri": {f.redirect()}, "state": {state},
	}.Encode()
	return u.String()
}

// page serves a page by GET; what it returns is what the browser shows.
func (f *Flow) page(serve func(w http.ResponseWriter, r *http.Request) (status int, line string)) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		h := w.Header()
		h.Set("Cache-Control", "no-store")
		h.Set("Referrer-Policy", "no-referrer")
		h.Set("X-Content-Type-Options", "nosniff")
		h.Set("X-Robots-Tag", "noindex, nofollow")
		status, line := http.StatusMethodNotAllowed, textMethod
		if r.Method == http.MethodGet {
			status, line = http.StatusBadRequest, textUnreadable
			if len(r.URL.RawQuery) <= maxQuery {
				status, line = serve(w, r)
			}
		}
		if line == "" {
			w.WriteHeader(status)
			return
		}
		h.Set("Content-Type", "text/plain; charset=utf-8")
		w.WriteHeader(status)
		_, _ = io.WriteString(w, line+"\n")
	}
}

// start sends the browser to Slack. Nothing is kept of it here: what the callback has to know
// is in the state, sealed, and belongs to the cookie that only this browser has.
func (f *Flow) start(w http.ResponseWriter, r *http.Request) (int, string) {
	cookie := rand.Text()
	state, err := f.seal(cookie)
	if err != nil {
		f.Logger.ErrorContext(r.Context(), "beginning an installation", "error", err)
		return http.StatusInternalServerError, textBroken
	}
	f.setCookie(w, cookie)
	w.Header().Set("Location", f.authorizeURL(state))
	return http.StatusSeeOther, ""
}

// callback takes a browser back from Slack.
func (f *Flow) callback(_ http.ResponseWriter, r *http.Request) (int, string) {
	q := r.URL.Query()
	var cookie string
	if c, err := r.Cookie(f.cookie); err == nil {
		cookie = c.Value
	}
	if line := f.use(cookie, q.Get("state")); line != "" {
		return http.StatusForbidden, line
	}
	if q.Get("error") != "" || q.Get("code") == "" {
		return http.StatusOK, textDeclined
	}
	select {
	case f.work <- struct{}{}:
		defer func() { <-f.work }()
	default:
		return http.StatusServiceUnavailable, textBusy
	}
	ctx := r.Context()
	i, err := f.exchange(ctx, q.Get("code"))
	if refused, ok := errors.AsType[*Error](err); ok && (refused.Code == "invalid_code" || refused.Code == "code_already_used" || refused.Code == "code_expired") {
		return http.StatusForbidden, textCode
	}
	if err != nil {
		f.Logger.ErrorContext(ctx, "installing the app in a workspace", "error", err)
		return http.StatusBadGateway, textSlack
	}
	if len(f.Allowed) > 0 && !slices.Contains(f.Allowed, i.ID) && (i.Enterprise == "" || !slices.Contains(f.Allowed, i.Enterprise)) {
		if err := f.revoke(ctx, i.Token); err != nil {
			f.Logger.WarnContext(ctx, "giving back the token of a workspace that may not install the app", "workspace", i.ID, "error", err)
		}
		return http.StatusForbidden, textNotAllowed
	}
	if err := f.Installations.Put(ctx, i); err != nil {
		f.Logger.ErrorContext(ctx, "installing the app in a workspace", "workspace", i.ID, "error", err)
		return http.StatusInternalServerError, textBroken
	}
	f.Logger.InfoContext(ctx, "the app was installed", "workspace", i.ID, "name", i.Name, "by", i.By, "wide", i.Wide)
	return http.StatusOK, fmt.Sprintf(textInstalled, plain(i.Name))
}

// plain is a name of others on a page of plain text.
func plain(name string) string {
	name = strings.Map(func(r rune) rune {
		if r < ' ' || r == 0x7f || r >= 0x202a && r <= 0x202e || r >= 0x2066 && r <= 0x2069 {
			return -1
		}
		return r
	}, name)
	if r := []rune(name); len(r) > 80 {
		name = string(r[:80]) + "…"
	}
	if strings.TrimSpace(name) == "" {
		return "your workspace"
	}
	return name
}

// setCookie gives the browser its cookie. Lax: it has to come along when Slack sends the
// browser back.
func (f *Flow) setCookie(w http.ResponseWriter, value string) {
	http.SetCookie(w, &http.Cookie{ //nolint:gosec // G124: it is Secure but on loopback, where there is no https
		Name: f.cookie, Value: value, Path: "/", MaxAge: int(stateLife / time.Second), Secure: f.secure, HttpOnly: true, SameSite: http.SameSiteLaxMode,
	})
}

// state is what travels through the browser, sealed.
type state struct {
	Cookie string    `json:"cookie"` // its hash
	Until  time.Time `json:"until"`
}

func (f *Flow) path() string { return "slack-install/" + f.Installations.Bot }

func hash(text string) string {
	sum := sha256.Sum256([]byte(text))
	return hex.EncodeToString(sum[:])
}

func (f *Flow) seal(cookie string) (string, error) {
	body, err := json.Marshal(state{hash(cookie), f.Now().UTC().Add(stateLife)})
	if err != nil {
		return "", err
	}
	return f.Secrets.Seal(f.path(), body)
}

// use judges a state, which is good once, and returns why it is not.
func (f *Flow) use(cookie, sealed string) string {
	if cookie == "" {
		return textNoCookie
	}
	body, err := f.Secrets.Open(f.path(), sealed)
	var s state
	if err != nil || json.Unmarshal(body, &s) != nil {
		return textWrongState
	}
	now := f.Now()
	switch {
	case subtle.ConstantTimeCompare([]byte(s.Cookie), []byte(hash(cookie))) != 1:
		return textOtherBrowser
	case !now.Before(s.Until):
		return textLate
	}
	key := sha256.Sum256([]byte(sealed))
	f.mu.Lock()
	defer f.mu.Unlock()
	if _, known := f.used[key]; known {
		return textUsed
	}
	if len(f.used) >= maxUsed {
		for k, until := range f.used {
			if !now.Before(until) {
				delete(f.used, k)
			}
		}
	}
	if len(f.used) >= maxUsed {
		return textBusy
	}
	f.used[key] = s.Until
	return ""
}
