package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"log/slog"
	"net/http"
	"net/url"
	"os"
	"time"

	"github.com/spf13/cobra"

	"aidesk/bots/privacy"
	"aidesk/core/audit"
	"aidesk/store"
	"aidesk/store/bolt/disk"
)

// Where the admin socket answers of members.
const (
	memberExportPath = "/member/export"
	memberForgetPath = "/member/forget"
)

// memberRequest says whose what is asked for is.
type memberRequest struct{ path, workspace, member string }

func (q *memberRequest) flags(c *cobra.Command) {
	c.Flags().StringVar(&q.path, "config", "", "the configuration file")
	c.Flags().StringVar(&q.workspace, "workspace", "", "in this workspace, for example slack/T0123456; needed where there are several")
}

// ask asks the program that runs.
func (q memberRequest) ask(c *cobra.Command, method, path string, read func(io.Reader) error) error {
	_, file, err := storeOf(q.path, c.ErrOrStderr())
	if err != nil {
		return err
	}
	query := url.Values{"workspace": {q.workspace}, "member": {q.member}}.Encode()
	err = askAdmin(c.Context(), socketFile(file), method, path+"?"+query, read)
	if errors.Is(err, errNotRunning) {
		return errors.New("no aidesk runs here that could do it: start aidesk serve first")
	}
	return err
}

func memberExportCommand() *cobra.Command {
	out, q := "", memberRequest{}
	c := &cobra.Command{
		Use:   "export --config config.yaml MEMBER",
		Short: "Write everything that is kept of a member to a file",
		Long: `Write everything that is kept of a member of a workspace to one JSON file: what was said,
cards, accounts without their credentials, grants, schedules, ratings, usage, and the lines of
the audit about them. docs/privacy.md describes it. MEMBER is the id at the messenger.

The audit has that it was exported, and by whom.`,
		Args: oneArgument("of which member: aidesk admin export --config config.yaml U012AB3CD"),
		RunE: func(c *cobra.Command, args []string) error {
			q.member = args[0]
			write := func(w io.Writer) error {
				return q.ask(c, http.MethodGet, memberExportPath, func(r io.Reader) error {
					_, err := io.Copy(w, r)
					return err
				})
			}
			if out == "-" {
				return write(c.OutOrStdout())
			}
			if out == "" {
				out = "aidesk-" + url.PathEscape(q.member) + ".json"
			}
			to, err := os.OpenFile(out, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
			if errors.Is(err, fs.ErrExist) {
				return fmt.Errorf("%s is there already: name a new file with --out", out)
			}
			if err != nil {
				return err
			}
			if err := errors.Join(write(to), to.Sync(), to.Close()); err != nil {
				return disk.Remedied(errors.Join(err, os.Remove(out)))
			}
			_, err = fmt.Fprintf(c.OutOrStdout(), "Everything that is kept of %s is in %s.\n", q.member, out)
			return err
		},
	}
	q.flags(c)
	c.Flags().StringVar(&out, "out", "", "the file, or - for standard output (default aidesk-MEMBER.json)")
	return c
}

func memberForgetCommand() *cobra.Command {
	yes, q := false, memberRequest{}
	c := &cobra.Command{
		Use:   "forget --config config.yaml --yes MEMBER",
		Short: "Delete what is kept of a member",
		Long: `Delete what is kept of a member of a workspace, as /aidesk forget does for themselves. The
lines of the audit stay, without names. MEMBER is the id at the messenger.`,
		Args: oneArgument("which member: aidesk admin forget --config config.yaml --yes U012AB3CD"),
		RunE: func(c *cobra.Command, args []string) error {
			if !yes {
				return usageError{errors.New("this cannot be undone: say --yes, and export it before if it may be needed")}
			}
			q.member = args[0]
			line := ""
			if err := q.ask(c, http.MethodPost, memberForgetPath, decodeInto(&line)); err != nil {
				return err
			}
			_, err := fmt.Fprintln(c.OutOrStdout(), line)
			return err
		},
	}
	q.flags(c)
	c.Flags().BoolVar(&yes, "yes", false, "really delete it")
	return c
}

// handleMembers exports and forgets what is kept of a member.
func (ops operators) handleMembers(a *adminSocket, s store.Store, now func() time.Time, logger *slog.Logger) {
	find := func(r *http.Request) (m privacy.Member, err error) {
		m.Store, m.ID = s, r.URL.Query().Get("member")
		if m.Bot, m.Place, err = ops.workspace(r.Context(), s, r.URL.Query().Get("workspace")); err == nil && m.ID == "" {
			err = errors.New("say of which member, by the id at the messenger")
		}
		return m, err
	}
	note := func(ctx context.Context, m privacy.Member, by audit.Actor, action string) error {
		line := audit.Line{Action: action, Actor: by, Targets: []audit.Target{{Kind: audit.OfMember, ID: m.ID}}}
		return s.AppendAudits(ctx, m.Bot.Audit(now(), m.Place, line))
	}
	a.mux.HandleFunc("GET "+memberExportPath, func(out http.ResponseWriter, r *http.Request) {
		m, err := find(r)
		if err == nil {
			err = note(r.Context(), m, operatorOf(r), "member.exported")
		}
		if err != nil {
			answerJSON(out, nil, err)
			return
		}
		if err := privacy.Export(r.Context(), patient{out}, m, now()); err != nil {
			logger.ErrorContext(r.Context(), "exporting what is kept of a member", "error", err)
			panic(http.ErrAbortHandler) // so that the other end sees that it is cut
		}
	})
	a.mux.HandleFunc("POST "+memberForgetPath, func(out http.ResponseWriter, r *http.Request) {
		m, err := find(r)
		line, action := m.ID+" is forgotten.", "member.forgotten"
		if err == nil {
			err = privacy.Forget(r.Context(), m, now())
		}
		if errors.Is(err, privacy.ErrHeld) {
			line, action, err = m.ID+" is held: nothing was deleted. It is noted, and done when the hold ends.", "member.held", nil
		}
		if err == nil {
			err = note(r.Context(), m, operatorOf(r), action)
		}
		if err != nil {
			logger.ErrorContext(r.Context(), "forgetting a member", "error", err)
		}
		answerJSON(out, line, err)
	})
}
