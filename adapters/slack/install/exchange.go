package install

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"regexp"
	"strconv"
	"strings"
	"time"

	"aidesk/adapters/session"
	"aidesk/adapters/slack/webapi"
	"aidesk/core/installation"
	"aidesk/core/secret"
)

const maxAnswer = 64 << 10 // bytes of an answer of Slack's here

// leeway is how long before its end a token is renewed.
const leeway = 10 * time.Minute

// access is an answer of oauth.v2.access.
type access struct {
	reply
	Token      string          `json:"access_token"`
	Type       string          `json:"token_type"`
	Refresh    string          `json:"refresh_token"`
	Life       json.RawMessage `json:"expires_in"` // in seconds
	Scope      string          `json:"scope"`
	BotUser    string          `json:"bot_user_id"`
	App        string          `json:"app_id"`
	Team       named           `json:"team"`
	Enterprise named           `json:"enterprise"`
	Wide       bool            `json:"is_enterprise_install"`
	By         struct {
		ID string `json:"id"`
	} `json:"authed_user"`
}

type named struct {
	ID   string `json:"id"`
	Name string `json:"name"`
}

// reply is what every answer of Slack's has.
type reply struct {
	OK   bool   `json:"ok"`
	Code string `json:"error"`
}

func (r reply) refusal() (string, bool) { return r.Code, !r.OK }

// Error is a refusal of Slack's, of which nothing is repeated but its code.
type Error struct{ Method, Code string }

// Error names the method and the code.
func (e *Error) Error() string { return e.Method + ": " + e.Code }

var (
	codeShape = regexp.MustCompile(`^[a-z_]{1,64}$`)
	idShape   = regexp.MustCompile(`^[TE][A-Z0-9]{1,32}$`)
)

// exchange asks for the tokens that a code stands for, and who the app is with them.
func (f *Flow) exchange(ctx context.Context, given string) (installation.Installation, error) {
	var a access
	err := f.call(ctx, "oauth.v2.access", secret.Text(""), url.Values{"code": {given}, "redirect_uri": {f.redirect()}}, &a)
	if err != nil {
		return installation.Installation{}, err
	}
	i := installation.Installation{
		ID: a.Team.ID, Name: a.Team.Name, Enterprise: a.Enterprise.ID, Wide: a.Wide, App: a.App, BotUser: a.BotUser, Scopes: a.Scope, By: a.By.ID,
		At: f.Now().UTC(),
	}
	if a.Wide {
		i.ID, i.Name = a.Enterprise.ID, a.Enterprise.Name
	}
	if !idShape.MatchString(i.ID) || a.BotUser == "" || a.Type != "bot" || a.Token == "" {
		return i, errors.New("oauth.v2.access: Slack names no workspace, or gives no token for a bot")
	}
	i = f.withTokens(i, a)
	var who struct {
		reply
		Bot  string `json:"bot_id"`
		User string `json:"user_id"`
		Team string `json:"team_id"`
		URL  string `json:"url"`
	}
	if err := f.call(ctx, "auth.test", i.Token, url.Values{}, &who); err != nil {
		return i, err
	}
	if who.User != i.BotUser || !i.Wide && who.Team != i.ID {
		return i, errors.New("auth.test: Slack gave the token of another bot or workspace than it said")
	}
	i.Bot, i.URL = who.Bot, who.URL
	return i, nil
}

// withTokens is an installation with the tokens of an answer.
func (f *Flow) withTokens(i installation.Installation, a access) installation.Installation {
	i.Token, i.Refresh, i.Expires, i.Broken = secret.Text(a.Token), secret.Text(a.Refresh), time.Time{}, ""
	if a.Scope != "" {
		i.Scopes = a.Scope
	}
	if seconds, err := strconv.ParseFloat(strings.Trim(string(a.Life), `"`), 64); err == nil && seconds >= 1 && a.Refresh != "" {
		i.Expires = f.Now().UTC().Add(time.Duration(min(seconds, 1e9)) * time.Second)
		i.Life = min(time.Duration(min(seconds, 1e9))*time.Second, 30*24*time.Hour)
	}
	return i
}

// finalCodes are those after which a refresh token is of no use any more.
var finalCodes = map[string]bool{
	"invalid_refresh_token": true, "token_revoked": true, "account_inactive": true, "invalid_auth": true, "token_expired": true,
}

// goneCodes are those with which Slack refuses a token of an app that was removed.
var goneCodes = map[string]bool{"account_inactive": true, "token_revoked": true, "invalid_auth": true}

// renew asks for the next tokens of an installation.
func (f *Flow) renew(ctx context.Context, i installation.Installation) (installation.Installation, error) {
	var a access
	err := f.call(ctx, "oauth.v2.access", secret.Text(""), url.Values{"grant_type": {"refresh_token"}, "refresh_token": {i.Refresh.Reveal()}}, &a)
	if refused, ok := errors.AsType[*Error](err); ok && finalCodes[refused.Code] {
		f.Logger.ErrorContext(ctx, "the token of a workspace cannot be renewed: install the app there again", "workspace", i.ID, "error", err)
		return i, &installation.Refusal{Reason: "Slack renews its token no more (" + refused.Code + ")"}
	}
	if err != nil {
		return i, err
	}
	if a.Token == "" {
		return i, errors.New("oauth.v2.access: Slack gives no token")
	}
	if a.Refresh == "" {
		a.Refresh = i.Refresh.Reveal()
	}
	return f.withTokens(i, a), nil
}

// Token is a webapi.TokenSource for an installation. It goes on with the token of the same bot
// where the app is installed anew meanwhile.
func (f *Flow) Token(ctx context.Context, meant installation.Installation, rejected string) (string, error) {
	i, err := f.Installations.Get(ctx, meant.ID)
	if errors.Is(err, installation.ErrNone) || err == nil && !i.SameBot(meant) {
		return "", webapi.ErrRemoved
	}
	if err != nil {
		return "", err
	}
	due := !i.Expires.IsZero() && !f.Now().Before(i.Expires.Add(-min(leeway, i.Life/2)))
	if !due && (rejected == "" || i.Token != secret.Text(rejected)) || i.Refresh == "" {
		return i.Token.Reveal(), nil
	}
	next, err := f.Installations.Renew(ctx, i.ID, i.Token, f.renew)
	switch {
	case err == nil && next.SameBot(meant):
		return next.Token.Reveal(), nil
	case err == nil, errors.Is(err, installation.ErrNone):
		return "", webapi.ErrRemoved
	case rejected == "" && f.Now().Before(i.Expires): // it is good for a while
		return i.Token.Reveal(), nil
	}
	return "", err
}

// Alive asks Slack whether the token of an installation is still good. An error says that
// Slack did not say.
func (f *Flow) Alive(ctx context.Context, i installation.Installation) (bool, error) {
	token, err := f.Token(ctx, i, "")
	if errors.Is(err, webapi.ErrRemoved) {
		return false, nil
	}
	if err != nil {
		return false, err
	}
	var who struct{ reply }
	err = f.call(ctx, "auth.test", secret.Text(token), url.Values{}, &who)
	if refused, ok := errors.AsType[*Error](err); ok && goneCodes[refused.Code] {
		return false, nil
	}
	return err == nil, err
}

// revoke gives a token back that is not wanted.
func (f *Flow) revoke(ctx context.Context, token secret.Text) error {
	var out struct{ reply }
	return f.call(ctx, "auth.revoke", token, url.Values{}, &out)
}

// Credentials asks Slack whether client id and secret belong together, by a code that is none.
func (f *Flow) Credentials(ctx context.Context) error {
	var out access
	err := f.call(ctx, "oauth.v2.access", secret.Text(""), url.Values{"code": {"0"}, "redirect_uri": {f.redirect()}}, &out)
	refused, ok := errors.AsType[*Error](err)
	switch {
	case err == nil || ok && (refused.Code == "invalid_code" || refused.Code == "bad_redirect_uri"):
		return nil
	case ok && refused.Code == "invalid_client_id":
		return errors.New("slack knows no such client id: copy it from “Basic Information” of the app")
	case ok && refused.Code == "bad_client_secret":
		return errors.New("the client secret is another one: copy it from “Basic Information” of the app")
	}
	return err
}

// call makes one request of Slack's Web API, with a token or as the app itself. It follows no
// redirect and tries nothing twice. Its errors hold neither an address nor what was sent.
func (f *Flow) call(ctx context.Context, method string, token secret.Text, form url.Values, out interface{ refusal() (string, bool) }) error {
	ctx, cancel := context.WithTimeout(ctx, session.CallTimeout)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, f.base.JoinPath(method).String(), strings.NewReader(form.Encode()))
	if err != nil {
		return fmt.Errorf("%s: %w", method, session.WithoutURL(err))
	}
	req.GetBody = nil // a code and a refresh token are good once
	req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	if token != "" {
		req.Header.Set("Authorization", "Bearer "+token.Reveal())
	} else {
		req.SetBasicAuth(f.ClientID, f.ClientSecret.Reveal())
	}
	once := *f.Client
	once.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	resp, err := once.Do(req)
	if err != nil {
		return fmt.Errorf("%s: %w", method, session.WithoutURL(err))
	}
	defer func() { _ = resp.Body.Close() }()
	if resp.StatusCode != http.StatusOK {
		return fmt.Errorf("%s: Slack answers with status %d", method, resp.StatusCode)
	}
	body, err := io.ReadAll(io.LimitReader(resp.Body, maxAnswer+1))
	if err != nil {
		return fmt.Errorf("%s: reading the answer: %w", method, session.WithoutURL(err))
	}
	if len(body) > maxAnswer || session.DecodeLenient(body, out) != nil {
		return fmt.Errorf("%s: Slack's answer is not one", method)
	}
	if word, refused := out.refusal(); refused {
		if !codeShape.MatchString(word) {
			word = "unknown_error"
		}
		return &Error{method, word}
	}
	return nil
}
