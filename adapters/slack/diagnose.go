package slack

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"slices"
	"strings"

	"aidesk/adapters/session"
	"aidesk/adapters/slack/render"
	"aidesk/adapters/slack/setup"
	"aidesk/adapters/slack/webapi"
	"aidesk/core/chat"
)

// Diagnose checks tokens, scopes and the mode, and says what to do about each fault. It
// posts nothing and may be called while the adapter runs.
func (a *Adapter) Diagnose(ctx context.Context) []session.Finding {
	out := []session.Finding{session.Found("slack: the bot token looks like one", checkTokenPrefix(a.BotToken, "xoxb-", "the bot token"))}
	var who identity
	err := a.client.Fetch(ctx, "auth.test", url.Values{}, &who)
	if err != nil {
		return append(out, session.Found("slack: the bot token", withRemedy(err)), a.diagnoseTransport(ctx))
	}
	out = append(out, session.Found(fmt.Sprintf("slack: the bot token, of %s at %s", who.User, who.URL), nil))
	out = append(out, a.diagnoseScopes()...)
	if _, err := a.Member(ctx, a.place(who), who.User); err != nil {
		out = append(out, session.Found("slack: reading members", withRemedy(err)))
	}
	for _, id := range slices.Compact(slices.Sorted(slices.Values(slices.Concat(a.Groups, a.Admins)))) {
		if !isGroup(id) {
			continue
		}
		finding := session.Finding{What: "slack: the user group " + id}
		if _, err := a.groupMembers(ctx, id); err != nil {
			finding.Err = withRemedy(err)
		}
		out = append(out, finding)
	}
	return append(out, a.diagnoseTransport(ctx))
}

// diagnoseScopes compares the scopes of the token with those in the manifest.
func (a *Adapter) diagnoseScopes() []session.Finding {
	have := a.client.KnownScopes()
	if have == "" {
		return []session.Finding{session.Found("slack: scopes", errors.New("slack does not name the scopes of the token; compare them with the manifest"))}
	}
	var out []session.Finding
	for _, n := range setup.Scopes {
		var err error
		if !webapi.ContainsScope(have, n.Scope) {
			err = fmt.Errorf("missing, to %s: add it under “OAuth & Permissions” of the app, and install the app again", n.Why)
		}
		out = append(out, session.Found("slack: the scope "+n.Scope, err))
	}
	if a.FollowThreads && !webapi.ContainsScope(have, "channels:history") {
		out = append(out, session.Found("slack: following threads", errors.New("needs the scope channels:history and the event message.channels")))
	}
	for _, may := range []setup.Need{{Scope: scopeFiles, Why: "files that members attach"}, {Scope: "channels:history", Why: "what stands above a question in a thread"}} {
		what := "slack: reading " + may.Why
		if !webapi.ContainsScope(have, may.Scope) {
			what += ": off, the token lacks the scope " + may.Scope
		}
		out = append(out, session.Found(what, nil))
	}
	return out
}

// diagnoseTransport checks how events come in.
func (a *Adapter) diagnoseTransport(ctx context.Context) session.Finding {
	if a.Mode == ModeHTTP {
		return session.Found("slack: http mode, the signing secret", checkSigningSecret(a.SigningSecret))
	}
	what := "slack: socket mode, the app token"
	if err := checkTokenPrefix(a.AppToken, "xapp-", "the app token"); err != nil {
		return session.Found(what, err)
	}
	err := a.client.DoWithToken(ctx, "apps.connections.open", "", func(ctx context.Context) error {
		_, _, err := a.client.Slack().StartSocketModeContext(ctx)
		return err
	})
	switch code := webapi.CodeOf(err); {
	case err == nil:
		return session.Found(what, nil)
	case code == "missing_scope":
		return session.Found(what, errors.New("give the app token the scope connections:write under “Basic Information” of the app"))
	case webapi.IsAuthCode(code) || code == "not_allowed_token_type":
		return session.Found(what, fmt.Errorf("slack refuses it (%s): make one with the scope connections:write under “Basic Information” of the app", code))
	case code != "":
		return session.Found(what, fmt.Errorf("slack opens no connection (%s): switch Socket Mode on for the app", code))
	default:
		return session.Found(what, withRemedy(err))
	}
}

// checkSigningSecret returns an error if a signing secret does not look like one.
func checkSigningSecret(secret string) error {
	if len(secret) < 16 || strings.HasPrefix(secret, "x") && strings.Contains(secret, "-") {
		return errors.New("this does not look like a signing secret; copy it from “Basic Information” of the app")
	}
	return nil
}

// checkTokenPrefix returns an error if a token is of another kind.
func checkTokenPrefix(token, prefix, name string) error {
	if strings.HasPrefix(token, prefix) {
		return nil
	}
	return fmt.Errorf("%s begins with %s…, this one does not: is it another one?", name, prefix)
}

// withRemedy adds to an error what to do about it.
func withRemedy(err error) error { return fmt.Errorf("%w: %s", err, webapi.Remedy(err)) }

// place is the place of the whole workspace.
func (a *Adapter) place(who identity) chat.Place {
	return chat.Place{Platform: platform, Workspace: who.Team}
}

// Live posts, updates and deletes one message of each kind in a channel, and says what
// Slack refused. The app has to be a member of the channel.
func (a *Adapter) Live(ctx context.Context, channel string) []session.Finding {
	who, err := a.identity.Get(ctx)
	if err != nil {
		return []session.Finding{session.Found("slack: the bot token", withRemedy(err))}
	}
	place := a.place(who)
	place.Channel = channel
	return session.TryAll(ctx, session.Poster[render.Message]{
		Platform: platform, Image: "https://a.slack-edge.com/80588/marketing/img/meta/slack_hash_256.png", Advise: withRemedy,
		Render: func(r chat.Reply, _ string) ([]render.Message, error) {
			r.Place = place
			return a.render(r)
		},
		Post: func(ctx context.Context, m render.Message) (string, error) {
			p := &posting{Adapter: a}
			if err := p.post(ctx, m); err != nil {
				return "", err
			}
			return p.Out.Messages[0], nil
		},
		Update: func(ctx context.Context, ts string, m render.Message) error {
			p := &posting{Adapter: a, Delivery: session.Delivery{Out: session.Delivered{Channel: channel}}}
			return p.update(ctx, m, ts)
		},
		Delete: func(ctx context.Context, ts string) error { return a.deleteMessage(ctx, channel, ts) },
	})
}
