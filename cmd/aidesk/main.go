// Aidesk puts AI plugins into the messenger that a team already uses.
//
// This package is the program: the command line, and the wiring of every part to
// every other. It is the only one that knows them all.
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"runtime/debug"
	"strings"
	"syscall"
	_ "time/tzdata" // the zones of members, also where the machine has none

	"github.com/spf13/cobra"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	code := run(ctx, os.Args[1:], os.Stdin, os.Stdout, os.Stderr)
	stop()
	os.Exit(code)
}

// The exit codes.
const (
	exitOK      = 0
	exitFailure = 1 // a finding or a failure
	exitUsage   = 2 // wrong use of the command line
)

// usageError is a wrong use of the command line.
type usageError struct{ error }

// run runs the program and returns its exit code. An error is one line on stderr that
// says what is wrong, where, and what to do.
func run(ctx context.Context, args []string, in io.Reader, out, errs io.Writer) int {
	root := rootCommand()
	root.SetArgs(args)
	root.SetIn(in)
	root.SetOut(out)
	root.SetErr(errs)
	err := root.ExecuteContext(ctx)
	if err == nil {
		return exitOK
	}
	fmt.Fprintf(errs, "aidesk: %s\n", strings.TrimSpace(err.Error()))
	if errors.As(err, &usageError{}) {
		return exitUsage
	}
	return exitFailure
}

func rootCommand() *cobra.Command {
	c := commandGroup("aidesk", "AI plugins in the messenger that your team already uses",
		adminCommand(), auditCommand(), backupCommand(), demoCommand(), discordCommand(), doctorCommand(), evalCommand(), initCommand(), keysCommand(), renderCommand(), restoreCommand(), serveCommand(), slackCommand(), versionCommand(),
		pluginCommand(), previewCommand(), privacyCommand(), fakeCommand())
	c.SilenceUsage, c.SilenceErrors = true, true
	c.SetFlagErrorFunc(func(c *cobra.Command, err error) error {
		return usageError{fmt.Errorf("%w: see %s --help", err, c.CommandPath())}
	})
	return c
}

// commandGroup is a command that only has others below it: alone it prints its help.
func commandGroup(use, short string, commands ...*cobra.Command) *cobra.Command {
	c := &cobra.Command{
		Use: use, Short: short,
		Args: func(c *cobra.Command, args []string) error {
			if len(args) > 0 {
				return usageError{fmt.Errorf("there is no command %q: see %s --help", args[0], c.CommandPath())}
			}
			return nil
		},
		RunE: func(c *cobra.Command, _ []string) error { return c.Help() },
	}
	c.AddCommand(commands...)
	return c
}

// noArgs is for commands without arguments.
func noArgs(c *cobra.Command, args []string) error {
	if len(args) > 0 {
		return usageError{fmt.Errorf("unexpected argument %q: see %s --help", args[0], c.CommandPath())}
	}
	return nil
}

func versionCommand() *cobra.Command {
	return &cobra.Command{
		Use: "version", Short: "Print the version", Args: noArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			_, err := fmt.Fprintln(c.OutOrStdout(), "aidesk", version())
			return err
		},
	}
}

// version returns the version that the Go command wrote into the program.
func version() string {
	info, ok := debug.ReadBuildInfo()
	if !ok || info.Main.Version == "" {
		return "dev"
	}
	return strings.Trim(info.Main.Version, "()")
}
