package slack

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"aidesk/adapters/session"
	"aidesk/adapters/slack/install"
	"aidesk/adapters/slack/setup"
	"aidesk/core/installation"
	"aidesk/core/markdown"
)

// DiagnoseApp checks what can be checked of an app without its installations. The
// configuration needs neither Installations nor Secrets.
func DiagnoseApp(ctx context.Context, c AppConfig) []session.Finding {
	out := []session.Finding{session.Found("slack: http mode, the signing secret", checkSigningSecret(c.SigningSecret))}
	const what = "slack: client id and client secret"
	base, err := apiBase(c.APIBaseURL)
	if err != nil {
		return append(out, session.Found(what, err))
	}
	c.setDefaults(base)
	f, err := install.New(install.Config{
		ClientID: c.ClientID, ClientSecret: c.ClientSecret, PublicURL: c.PublicURL, Base: base, Client: c.Client, Logger: c.Logger, Now: c.Now,
	})
	if err == nil {
		err = f.Credentials(ctx)
	}
	return append(out, session.Found(what, err), session.Found("slack: workspaces install the app at "+c.PublicURL+setup.PathStart, nil))
}

// DiagnoseInstallations judges installations by what is kept of them; public is the address
// under which aidesk is reached.
func DiagnoseInstallations(all []installation.Installation, public string) (out []session.Finding) {
	again := "install it there again: " + public + setup.PathStart
	for _, i := range all {
		f := session.Finding{What: fmt.Sprintf("slack: installed in %s (%s), by %s on %s", markdown.Line(i.Name, 80), i.ID, i.By, i.At.Format(time.DateOnly))}
		have := strings.Split(i.Scopes, ",")
		var missing []string
		for _, n := range setup.Scopes {
			if !slices.Contains(have, n.Scope) {
				missing = append(missing, n.Scope)
			}
		}
		switch {
		case i.Broken != "":
			f.Err = errors.New(i.Broken + ": " + again)
		case len(missing) > 0:
			f.Err = fmt.Errorf("the scopes %s are missing: %s", strings.Join(missing, ", "), again)
		}
		out = append(out, f)
	}
	return out
}
