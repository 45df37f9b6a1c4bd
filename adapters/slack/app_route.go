package slack

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"time"

	"aidesk/adapters/session"
	"aidesk/adapters/slack/payload"
	"aidesk/core/chat"
	"aidesk/core/installation"
)

// route is for which installation a payload is, and in which workspace it happened.
type route struct {
	installations []string // ids, in the order in which they are tried
	workspace     string
	author        string // of a press: who wrote the message with the button
}

// routeOf reads from a payload for whom it is. Slack signs what it sends, so that its ids can
// be trusted; they are looked at in this order:
//
//   - of an event, what its authorization names: the organisation where the app was installed
//     for all of it, else the workspace. The ids beside it say where the event happened, which
//     in a channel shared with others may be a workspace that never installed the app. They
//     count only where there is no authorization.
//   - of a press, who wrote the message with the button, which in a channel shared with another
//     workspace may be that one's app; see byAuthor.
//   - of a form, the workspace in which the app showed it (app_installed_team_id).
//   - of anything else, the organisation where is_enterprise_install says so, else the
//     workspace, else the organisation.
//
// The workspace is that of the authorization, else the one through which Slack delivers to
// this app (context_team_id), else where it happened.
func routeOf(kind string, raw json.RawMessage) (route, error) {
	var to payload.Addressee
	if err := session.DecodeLenient(raw, &to); err != nil {
		return route{}, errMalformed
	}
	if kind == kindInteraction {
		team := cmp.Or(to.View.Installed, to.TeamObject.ID, to.User.Team)
		if to.Wide {
			team = cmp.Or(to.TeamObject.ID, to.User.Team, to.View.Installed)
		}
		r := newRoute(bool(to.Wide), to.EnterpriseObject.ID, team)
		if to.Type == "block_actions" {
			r.author = to.Message.User
		}
		return r, nil
	}
	if len(to.Authorizations) > 0 {
		by := to.Authorizations[0]
		if by.Wide {
			return newRoute(true, cmp.Or(by.Enterprise, to.Enterprise), cmp.Or(by.Team, to.ContextTeam, to.Team)), nil
		}
		if by.Team != "" {
			return newRoute(false, "", by.Team), nil
		}
	}
	return newRoute(bool(to.Wide), to.Enterprise, cmp.Or(to.ContextTeam, to.Team)), nil
}

func newRoute(wide bool, enterprise, team string) route {
	r := route{workspace: team, installations: []string{team, enterprise}}
	if wide {
		r.installations = []string{enterprise}
	}
	r.installations = slices.DeleteFunc(r.installations, func(id string) bool { return id == "" })
	return r
}

// find reads the installation of a route.
func (a *App) find(ctx context.Context, r route) (installation.Installation, error) {
	for _, id := range r.installations {
		i, err := a.config.Installations.Get(ctx, id)
		if !errors.Is(err, installation.ErrNone) {
			return i, err
		}
	}
	return installation.Installation{}, installation.ErrNone
}

// byAuthor is the installation, with its workspace, whose bot wrote the message in which a
// button was pressed: what the button stands for is that workspace's, whoever pressed it.
func (a *App) byAuthor(ctx context.Context, author string) (installation.Installation, error) {
	all, err := a.config.Installations.All(ctx)
	if err != nil {
		return installation.Installation{}, err
	}
	for _, i := range all {
		if i.BotUser == author && !i.Wide {
			return a.config.Installations.Get(ctx, i.ID)
		}
	}
	return installation.Installation{}, installation.ErrNone
}

// receive takes in one payload, as Adapter.receive does, in the workspace that it is for.
func (a *App) receive(ctx context.Context, kind string, raw json.RawMessage) (any, error) {
	if kind == kindEvents {
		var outer payload.Callback
		if err := session.DecodeLenient(raw, &outer); err != nil {
			return nil, errMalformed
		}
		switch {
		case outer.Type == "url_verification":
			return map[string]string{"challenge": outer.Challenge}, nil
		case outer.Event.Type == "app_uninstalled", outer.Event.Type == "tokens_revoked":
			return nil, a.removed(ctx, outer, raw)
		}
	}
	if err := a.Ready(); err != nil {
		return nil, chat.ErrNotRunning
	}
	to, err := routeOf(kind, raw)
	if err != nil {
		return nil, err
	}
	i, err := a.find(ctx, to)
	if to.author != "" && (err == nil && to.author != i.BotUser || errors.Is(err, installation.ErrNone)) {
		i, err = a.byAuthor(ctx, to.author)
		to.workspace = i.ID
	}
	if errors.Is(err, installation.ErrNone) || err == nil && to.workspace == "" {
		a.config.Logger.DebugContext(ctx, "from a workspace in which the app is not installed", "kind", kind, "workspace", to.workspace)
		if kind == kindCommand {
			return ephemeralAnswer(textNotInstalled, ""), nil
		}
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("finding the installation of a workspace: %w", err)
	}
	if err := a.config.Installations.Seen(ctx, i, to.workspace); err != nil {
		return nil, err
	}
	return a.session(i, to.workspace).receive(ctx, kind, raw)
}

// removed ends an installation that Slack says has ended. What it tells may be old: an event
// comes again for hours, and the app may have been installed anew meanwhile. So one that
// happened before the installation ends it only if Slack does not take its token any more.
func (a *App) removed(ctx context.Context, outer payload.Callback, raw json.RawMessage) error {
	to, err := routeOf(kindEvents, raw)
	if err != nil {
		return err
	}
	if outer.Event.Type == "tokens_revoked" && len(outer.Event.Tokens.Bot) == 0 { // those of members, of which the app has none
		return nil
	}
	i, err := a.find(ctx, to)
	switch {
	case errors.Is(err, installation.ErrNone):
		if outer.Event.Type == "app_uninstalled" && len(to.installations) > 0 { // what the first delivery may have left
			return a.config.Installations.End(ctx, to.installations[0], installation.Installation{})
		}
		return nil
	case err != nil && len(to.installations) > 0: // it cannot be opened, and need not be
		return a.config.Installations.End(ctx, to.installations[0], installation.Installation{})
	case err != nil:
		return err
	}
	if bots := outer.Event.Tokens.Bot; len(bots) > 0 && !slices.Contains(bots, i.BotUser) {
		return nil
	}
	if outer.Time < i.At.Unix() {
		alive, err := a.flow.Alive(ctx, i)
		if alive || err != nil {
			return err
		}
	}
	return a.remove(ctx, i, outer.Event.Type)
}

// remove ends an installation.
func (a *App) remove(ctx context.Context, i installation.Installation, why string) error {
	if err := a.config.Installations.End(ctx, i.ID, i); err != nil {
		return err
	}
	a.forget(i.ID)
	a.config.Logger.InfoContext(ctx, "the app is not in a workspace any more; its tokens, its key and its records were deleted",
		"workspace", i.ID, "name", i.Name, "reason", why)
	return nil
}

// recheck is how long the answer to whether a token is still good holds.
const recheck = time.Minute

// checkRefused ends an installation whose token Slack refuses for good: the event that says
// so may have got lost.
func (a *App) checkRefused(ctx context.Context, s *workspaceSession) {
	switch s.client.Refused() {
	case "account_inactive", "token_revoked":
	default:
		return
	}
	now := a.config.Now()
	s.checking.Lock()
	defer s.checking.Unlock()
	if now.Before(s.checked.Add(recheck)) {
		return
	}
	s.checked = now
	ctx = context.WithoutCancel(ctx)
	if alive, err := a.flow.Alive(ctx, s.installed); alive || err != nil {
		return
	}
	if err := a.remove(ctx, s.installed, "Slack refuses its token"); err != nil {
		a.config.Logger.WarnContext(ctx, "ending an installation", "workspace", s.installed.ID, "error", err)
	}
}
