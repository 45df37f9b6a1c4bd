package main

import (
	"bytes"
	"context"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net/http"
	"net/url"
	"os"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"aidesk/bots/inbox"
	"aidesk/core/audit"
	"aidesk/store/bolt"
	"aidesk/store/bolt/disk"
)

func auditCommand() *cobra.Command {
	return commandGroup("audit", "Export the audit, and show that nothing in it was changed", auditExportCommand(), auditVerifyCommand())
}

func auditVerifyCommand() *cobra.Command {
	path, against := "", ""
	c := &cobra.Command{
		Use:   "verify --config config.yaml [--against EXPORT]",
		Short: "Show that no line of the audit was changed, taken away or put elsewhere",
		Long: `Read the audit of each workspace and hold every line against the one before it, and the
last against what is known of the end. The first place where something is wrong is named,
and the exit code is 1. aidesk may run meanwhile.

What was put back from a backup is whole, and lacks what came after: --against compares with
an earlier export, every line of which must still be there, but for what was deleted because
its time was over.`,
		Args: noArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			k, err := keysOfStore(path, c)
			if err != nil {
				return err
			}
			return k.verifyAudit(c.Context(), against)
		},
	}
	c.Flags().StringVar(&path, "config", "", "the configuration file")
	c.Flags().StringVar(&against, "against", "", "an earlier export")
	return c
}

func auditExportCommand() *cobra.Command {
	o := auditExport{}
	path := ""
	c := &cobra.Command{
		Use:   "export --config config.yaml OUT",
		Short: "Write the audit to a file, one JSON object a line",
		Long: `Write the audit of all workspaces, or of one, to a new file: one JSON object a line, of each
workspace the oldest first (docs/audit.md says what stands in it). OUT may be - for standard
output. aidesk may run meanwhile. That it was exported, and by whom, is in the audit too.

--resume goes on behind what OUT has already; --after N behind a line of one workspace.`,
		Args: oneArgument("to which file: aidesk audit export --config config.yaml OUT"),
		RunE: func(c *cobra.Command, args []string) error {
			o.out = args[0]
			if err := o.check(); err != nil {
				return err
			}
			k, err := keysOfStore(path, c)
			if err != nil {
				return err
			}
			return k.exportAudit(c.Context(), o, c.OutOrStdout(), c.ErrOrStderr())
		},
	}
	c.Flags().StringVar(&path, "config", "", "the configuration file")
	c.Flags().StringVar(&o.workspace, "workspace", "", "of this workspace only, for example slack/T0123456")
	c.Flags().Uint64Var(&o.after, "after", 0, "only what stands behind the line of this number")
	c.Flags().BoolVar(&o.resume, "resume", false, "OUT is there: add what it has not")
	return c
}

// auditExport is what is to be exported, and where to.
type auditExport struct {
	out, workspace string
	after          uint64
	resume         bool
}

// check refuses what does not go together.
func (o auditExport) check() error {
	switch {
	case o.after > 0 && o.workspace == "":
		return usageError{errors.New("each workspace has numbers of its own: say of which --after is, for example --workspace slack/T0123456")}
	case o.resume && (o.after > 0 || o.out == "-"):
		return usageError{errors.New("--resume goes on behind what the file has, which is neither - nor --after")}
	}
	return nil
}

// verifyAudit says of the audit of each workspace whether it is whole.
func (k *storeKeys) verifyAudit(ctx context.Context, against string) error {
	var export *os.File
	if against != "" {
		var err error
		if export, err = os.Open(against); err != nil {
			return fmt.Errorf("the export %s: %w", against, err)
		}
		defer func() { _ = export.Close() }()
	}
	var done auditCheck
	err := besideOrAlone(ctx,
		func() error {
			if export == nil {
				return askAdmin(ctx, socketFile(k.file), http.MethodGet, verifyPath, decodeInto(&done))
			}
			return sendAdmin(ctx, socketFile(k.file), http.MethodPost, verifyPath, io.NopCloser(export), decodeInto(&done))
		},
		func() error {
			return k.withStore(bolt.Options{}, func(db *bolt.DB) (err error) {
				var r io.Reader
				if export != nil {
					r = export
				}
				done, err = checkAudit(ctx, db, k.ring, r)
				return err
			})
		})
	if err != nil {
		return err
	}
	return k.tellAudit(done, against)
}

// tellAudit prints what was found. A fault is an error.
func (k *storeKeys) tellAudit(done auditCheck, against string) error {
	if len(done.Verdicts) == 0 {
		fmt.Fprintln(k.says, "The audit has no line yet.")
	}
	faults := 0
	for _, v := range done.Verdicts {
		fmt.Fprintf(k.says, "%s: %s\n", v.Scope, verdictText(v))
		if v.Fault != "" {
			faults++
		}
	}
	if against != "" && done.Against == "" {
		fmt.Fprintf(k.says, "%s: all %d lines are in the store, or were deleted because their time was over\n", against, done.Compared)
	}
	switch {
	case done.Against != "":
		return fmt.Errorf("the store is not what it was when %s was exported: %s", against, done.Against)
	case faults > 0:
		return fmt.Errorf("the audit of %d of %d workspaces is not whole: compare it with an earlier export or a backup", faults, len(done.Verdicts))
	}
	return nil
}

// verdictText says how an audit is.
func verdictText(v audit.Verdict) string {
	if v.Fault != "" {
		return "NOT WHOLE: " + v.Fault
	}
	text := fmt.Sprintf("whole, %d lines up to line %d, link %s", v.Lines, v.Last, hex.EncodeToString(v.Link))
	if v.Purged > 0 {
		text += fmt.Sprintf("; those up to line %d were deleted because their time was over", v.Purged)
	}
	if v.Signed < v.Lines && v.Signed == 0 {
		text += "; no line is signed with a key yet, so only the next one will vouch for them"
	}
	return text
}

// exportAudit writes the audit to a file or to standard output.
func (k *storeKeys) exportAudit(ctx context.Context, o auditExport, stdout, says io.Writer) error {
	if o.out == "-" {
		return k.exportTo(ctx, o, nil, stdout, says)
	}
	var ends map[string]audit.End
	flags := os.O_WRONLY | os.O_CREATE | os.O_EXCL
	if o.resume {
		flags = os.O_WRONLY | os.O_APPEND
		have, err := os.Open(o.out)
		if err != nil {
			return fmt.Errorf("the export to go on with: %w", err)
		}
		ends, err = audit.Ends(have)
		_ = have.Close()
		if err != nil {
			return fmt.Errorf("%s: %w", o.out, err)
		}
	}
	out, err := os.OpenFile(o.out, flags, 0o600)
	if errors.Is(err, fs.ErrExist) {
		return fmt.Errorf("%s is there already: name a new file, or add what it has not with --resume", o.out)
	}
	if err != nil {
		return err
	}
	err = k.exportTo(ctx, o, ends, out, says)
	if err == nil {
		err = out.Sync()
	}
	return disk.Remedied(errors.Join(err, out.Close()))
}

// exportTo writes the audit: the program that runs does, or else this one.
func (k *storeKeys) exportTo(ctx context.Context, o auditExport, ends map[string]audit.End, out, says io.Writer) error {
	ask := exportRequest{Workspace: o.workspace, After: o.after, Ends: ends}
	counted := &countLines{w: out}
	err := besideOrAlone(ctx,
		func() error {
			body, err := json.Marshal(ask)
			if err != nil {
				return err
			}
			asked := exportPath + "?" + url.Values{"ask": {string(body)}}.Encode()
			return askAdmin(ctx, socketFile(k.file), http.MethodGet, asked, func(r io.Reader) error {
				_, err := io.Copy(counted, r)
				return err
			})
		},
		func() error {
			return k.withStore(bolt.Options{}, func(db *bolt.DB) (err error) {
				if err := errors.Join(inbox.Unlock(ctx, db, k.ring), audit.Unlock(ctx, db, k.ring)); err != nil {
					return err
				}
				plan, err := planExport(ctx, db, ask)
				if err == nil {
					err = plan.write(ctx, db, audit.Actor{Kind: audit.Operator, ID: thisOperator()}, time.Now, counted)
				}
				return err
			})
		})
	if err != nil {
		return err
	}
	fmt.Fprintf(says, "Exported: %d lines.\n", counted.n)
	return nil
}

// countLines counts the lines that are written.
type countLines struct {
	w io.Writer
	n int
}

// Write writes.
func (c *countLines) Write(part []byte) (int, error) {
	c.n += bytes.Count(part, []byte("\n"))
	return c.w.Write(part)
}

// ofWorkspace reports whether a scope is the workspace that somebody named: all of it, or
// without the bot.
func ofWorkspace(scope, named string) bool {
	_, rest, _ := strings.Cut(scope, "/")
	return slices.Contains([]string{scope, rest}, named)
}
