package slack

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"slices"
	"strings"

	"aidesk/adapters/session"
	"aidesk/adapters/slack/setup"
)

// Diagnose looks at tokens, scopes and the mode, each with its remedy. It posts
// nothing and may be called while the adapter runs.
func (a *Adapter) Diagnose(ctx context.Context) []session.Finding {
	out := []session.Finding{session.Found("slack: the bot token looks like one", kindOfToken(a.BotToken, "xoxb-", "the bot token"))}
	var who identity
	err := a.web.call(ctx, "auth.test", "", url.Values{}, &who)
	if err != nil {
		return append(out, session.Found("slack: the bot token", advised(err)), a.way(ctx))
	}
	out = append(out, session.Found(fmt.Sprintf("slack: the bot token, of %s at %s", who.User, who.URL), nil))
	out = append(out, a.granted()...)
	if _, err := a.Member(ctx, a.place(who), who.User); err != nil {
		out = append(out, session.Found("slack: reading members", advised(err)))
	}
	for _, id := range slices.Compact(slices.Sorted(slices.Values(slices.Concat(a.Groups, a.Admins)))) {
		if !isGroup(id) {
			continue
		}
		finding := session.Finding{What: "slack: the user group " + id}
		if _, err := a.membersOf(ctx, id); err != nil {
			finding.Err = advised(err)
		}
		out = append(out, finding)
	}
	return append(out, a.way(ctx))
}

// granted compares the scopes of the token with what is needed.
func (a *Adapter) granted() []session.Finding {
	a.web.mu.Lock()
	have := a.web.scopes
	a.web.mu.Unlock()
	if have == "" {
		return []session.Finding{session.Found("slack: scopes", errors.New("slack does not name the scopes of the token; compare them with the manifest"))}
	}
	var out []session.Finding
	for _, n := range setup.Scopes {
		var err error
		if !granted(have, n.Scope) {
			err = fmt.Errorf("missing, to %s: add it under “OAuth & Permissions” of the app, and install the app again", n.Why)
		}
		out = append(out, session.Found("slack: the scope "+n.Scope, err))
	}
	if a.FollowThreads && !granted(have, "channels:history") {
		out = append(out, session.Found("slack: following threads", errors.New("needs the scope channels:history and the event message.channels")))
	}
	return out
}

// way looks at how events come in.
func (a *Adapter) way(ctx context.Context) session.Finding {
	if a.Mode == ModeHTTP {
		var err error
		if len(a.SigningSecret) < 16 || strings.HasPrefix(a.SigningSecret, "x") && strings.Contains(a.SigningSecret, "-") {
			err = errors.New("this does not look like a signing secret; copy it from “Basic Information” of the app")
		}
		return session.Found("slack: http mode, the signing secret", err)
	}
	what := "slack: socket mode, the app token"
	if err := kindOfToken(a.AppToken, "xapp-", "the app token"); err != nil {
		return session.Found(what, err)
	}
	err := a.web.ask(ctx, a.AppToken, "apps.connections.open", "", map[string]any{}, nil)
	switch code := codeOf(err); {
	case err == nil:
		return session.Found(what, nil)
	case code == "missing_scope":
		return session.Found(what, errors.New("give the app token the scope connections:write under “Basic Information” of the app"))
	case hopeless[code] || code == "not_allowed_token_type":
		return session.Found(what, fmt.Errorf("slack refuses it (%s): make one with the scope connections:write under “Basic Information” of the app", code))
	case code != "":
		return session.Found(what, fmt.Errorf("slack opens no connection (%s): switch Socket Mode on for the app", code))
	default:
		return session.Found(what, advised(err))
	}
}

// kindOfToken says when a token is of another kind.
func kindOfToken(token, prefix, name string) error {
	if strings.HasPrefix(token, prefix) {
		return nil
	}
	return fmt.Errorf("%s begins with %s…, this one does not: is it another one?", name, prefix)
}

// advised is an error with what to do about it.
func advised(err error) error { return fmt.Errorf("%w: %s", err, remedy(err)) }
