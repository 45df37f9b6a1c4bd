package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"time"

	"github.com/spf13/cobra"

	"aidesk/bots/inbox"
	"aidesk/bots/restore"
	"aidesk/bots/schedule"
	"aidesk/cmd/aidesk/config"
	"aidesk/core/audit"
	"aidesk/core/grant"
	"aidesk/store"
	"aidesk/store/bolt"
	"aidesk/store/bolt/disk"
)

func backupCommand() *cobra.Command {
	path := ""
	c := &cobra.Command{
		Use:   "backup --config config.yaml OUT",
		Short: "Write a copy of the store to a new file, while aidesk runs or not",
		Long: `Write a copy of the store, as it is at one moment, to a new file: whole and read through
once more, or not at all. aidesk may run meanwhile; then it is asked through the socket
beside its store, which only its own user and root may open.

The keys are not in it. Keep a copy of them apart: without them a backup is of no use, and
with them it says everything.`,
		Args: oneArgument("to which file: aidesk backup --config config.yaml OUT"),
		RunE: func(c *cobra.Command, args []string) error {
			cfg, file, err := storeOf(path, c.ErrOrStderr())
			if err != nil {
				return err
			}
			return backup(c.Context(), cfg, file, args[0], c.OutOrStdout())
		},
	}
	c.Flags().StringVar(&path, "config", "", "the configuration file")
	return c
}

func restoreCommand() *cobra.Command {
	path, replace := "", false
	c := &cobra.Command{
		Use:   "restore --config config.yaml BACKUP",
		Short: "Put a backup in the place of the store, so that nothing in it runs again",
		Long: `Put a copy of a backup in the place of the store. aidesk must not run.

aidesk went on after the backup was made, so nothing in it runs again: cards that wait are
no longer valid, a call that was being sent counts as unknown, replies that were not
delivered and questions that were not answered are not taken up. What members wrote before
this restore is not answered any more; whoever got no answer has to ask again.`,
		Args: oneArgument("which backup: aidesk restore --config config.yaml BACKUP"),
		RunE: func(c *cobra.Command, args []string) error {
			cfg, file, err := storeOf(path, c.ErrOrStderr())
			if err != nil {
				return err
			}
			return restoreBackup(c.Context(), cfg, args[0], file, replace, c.OutOrStdout())
		},
	}
	c.Flags().StringVar(&path, "config", "", "the configuration file")
	c.Flags().BoolVar(&replace, "replace", false, "the store is there: keep it beside the new one, as .before-restore")
	return c
}

// oneArgument is for commands with one argument.
func oneArgument(missing string) cobra.PositionalArgs {
	return func(c *cobra.Command, args []string) error {
		switch {
		case len(args) == 0:
			return usageError{errors.New("say " + missing)}
		case len(args) > 1:
			return usageError{fmt.Errorf("unexpected argument %q: see %s --help", args[1], c.CommandPath())}
		}
		return nil
	}
}

// storeOf reads a configuration and returns it with the file of its store.
func storeOf(path string, errs io.Writer) (config.Config, string, error) {
	if path == "" {
		return config.Config{}, "", usageError{errors.New("say which configuration: --config config.yaml")}
	}
	cfg, err := config.Load(path, os.LookupEnv, func(line string) { fmt.Fprintln(errs, "aidesk:", line) })
	if err != nil {
		return cfg, "", err
	}
	file, err := storePath(cfg.Store.URL)
	return cfg, file, err
}

// startTime is how long a program that starts may have the store and not listen yet.
const startTime = 3 * time.Second

// backup writes what a store holds into a new file.
func backup(ctx context.Context, cfg config.Config, file, out string, says io.Writer) error {
	if _, err := os.Lstat(out); !errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("%s is there already: name a new file", out)
	}
	if _, err := os.Stat(file); errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("there is no store %s yet: aidesk serve makes it", file)
	}
	var found bolt.Contents
	begun := time.Now()
	err := disk.Make(out, func(temp string) error {
		if err := snapshotTo(ctx, file, temp); err != nil {
			return err
		}
		var err error
		if found, err = bolt.Inspect(temp); err != nil {
			return err
		}
		return bolt.MarkBackup(temp, begun)
	})
	if err != nil {
		return fmt.Errorf("no backup was made: %w", err)
	}
	info, err := os.Stat(out)
	if err != nil {
		return err
	}
	fmt.Fprintf(says, "The store is in %s (%.1f MB), whole and read through.\n", out, float64(info.Size())/1e6)
	if found.Damaged > 0 {
		fmt.Fprintf(says, "Damaged records, in the store too: %d. Keep older backups.\n", found.Damaged)
	}
	fmt.Fprintf(says, "The keys are not in it: keep a copy of %s apart, without which it cannot be used.\n", keysOf(cfg, file))
	return nil
}

// snapshotTo writes the store into a file: the program that runs does, or else this one.
func snapshotTo(ctx context.Context, file, path string) error {
	out, err := os.OpenFile(path, os.O_WRONLY, 0o600)
	if err != nil {
		return err
	}
	err = besideOrAlone(ctx,
		func() error { return readSnapshot(ctx, socketFile(file), out) },
		func() error { return bolt.Snapshot(file, out) })
	return disk.Remedied(errors.Join(err, out.Close()))
}

// besideOrAlone does something by way of the program that runs, or else, where none does,
// with the store itself. One that is just starting has the store and does not listen yet.
func besideOrAlone(ctx context.Context, beside, alone func() error) error {
	for begun := time.Now(); ; {
		err := beside()
		if errors.Is(err, errNotRunning) {
			err = alone()
		}
		if !errors.Is(err, bolt.ErrInUse) && !errors.Is(err, errStarting) || time.Since(begun) > startTime {
			return err
		}
		select {
		case <-ctx.Done():
			return err
		case <-time.After(startTime / 100):
		}
	}
}

// keysOf says where the keys of a configuration are.
func keysOf(cfg config.Config, file string) string {
	if len(cfg.Keys) > 0 {
		return "the keys of the configuration"
	}
	return keyFile(file)
}

// restoreBackup puts a backup in the place of a store.
func restoreBackup(ctx context.Context, cfg config.Config, from, file string, replace bool, says io.Writer) error {
	if _, err := os.Stat(from); err != nil {
		return fmt.Errorf("the backup %s: %w", from, err)
	}
	if target, err := filepath.EvalSymlinks(file); err == nil {
		file = target
	}
	keep := ""
	if replace {
		keep = file + ".before-restore"
	}
	var closed bolt.Restored
	var ended, schedules int
	var at time.Time
	err := bolt.Restore(from, file, keep, bolt.Options{}, func(db *bolt.DB) error {
		if err := unlock(ctx, cfg, file, db); err != nil {
			return err
		}
		var err error
		closed, err = db.MarkRestored(ctx, func(a store.Action) (store.Commit, error) { return restore.Close(a, time.Now()) })
		if err != nil {
			return err
		}
		at = db.RestoredAt()
		if ended, err = grant.EndAll(ctx, db, at); err != nil {
			return err
		}
		if schedules, err = schedule.Restored(ctx, db, at); err != nil {
			return err
		}
		return recordRestore(ctx, db, at)
	})
	switch {
	case errors.Is(err, fs.ErrExist):
		return fmt.Errorf("the store %s is there: --replace puts the backup in its place and keeps it as %s.before-restore", file, file)
	case err != nil:
		return fmt.Errorf("nothing was restored: %w", err)
	}
	as := from
	if !closed.Made.IsZero() {
		as += " of " + closed.Made.Format(time.RFC3339)
	}
	fmt.Fprintf(says, "%s is now what %s has. Nothing in it runs again:\n", file, as)
	fmt.Fprintf(says, "- calls that waited for a decision or were being sent: %d; their cards are no longer valid, or their outcome is unknown\n", closed.Actions)
	if ended > 0 {
		fmt.Fprintf(says, "- what members let aidesk do without asking them: %d; it asks again, since nobody knows what was used or revoked since\n", ended)
	}
	fmt.Fprintf(says, "- replies that were not delivered: %d; they are not delivered now\n", closed.Replies)
	fmt.Fprintf(says, "- messages, presses and commands that were not worked: %d; they are not worked now\n", len(closed.Events))
	for _, e := range closed.Events {
		fmt.Fprintf(says, "  %s, %s in %s\n", e.Ingested.Format(time.RFC3339), e.Kind, e.Conversation)
	}
	fmt.Fprintf(says, "- schedules that go on: %d, from their next run on; none is made up for\n", schedules)
	fmt.Fprintf(says, "What members wrote before %s is not answered: who got no answer has to ask again.\n", at.Format(time.RFC3339))
	if _, err := os.Lstat(keep); keep != "" && err == nil {
		fmt.Fprintf(says, "The store that was there is %s.\n", keep)
	}
	return nil
}

// recordRestore writes into each audit that it went back in time, and by whom.
func recordRestore(ctx context.Context, db *bolt.DB, at time.Time) error {
	heads, err := db.AuditHeads(ctx)
	if err != nil {
		return err
	}
	var lines []store.Audit
	for _, h := range heads {
		l := audit.Line{
			Time: at, Action: "store.restored", Actor: audit.Actor{Kind: audit.Operator, ID: thisOperator()},
			Place: audit.PlaceOf(h.Scope), Outcome: audit.OK,
		}
		lines = append(lines, store.Audit{Scope: h.Scope, Time: at, Body: l.Encode()})
	}
	return db.AppendAudits(ctx, lines...)
}

// unlock holds the keys of a configuration against a restored store, and makes none.
func unlock(ctx context.Context, cfg config.Config, file string, db *bolt.DB) error {
	ring, err := configuredKeys(cfg.Keys, keyFile(file))
	if errors.Is(err, fs.ErrNotExist) {
		return checkUnsealed(ctx, keyFile(file), db)
	}
	if err != nil {
		return err
	}
	if err := inbox.Unlock(ctx, db, ring); err != nil {
		return err
	}
	return audit.Unlock(ctx, db, ring)
}
