package main

import (
	_ "embed" // of the plugin to start from
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strings"

	"github.com/spf13/cobra"
)

// starter is the plugin to start from: a whole program, built and tested with ours.
//
//go:embed starter/main.go
var starter string

func newCommand() *cobra.Command {
	return &cobra.Command{
		Use:   "new DIR",
		Short: "Write a working plugin to start from: one Go file, no dependencies",
		Args:  arguments("DIR"),
		RunE: func(c *cobra.Command, args []string) error {
			return newPlugin(args[0], c.OutOrStdout())
		},
	}
}

var notModule = regexp.MustCompile(`[^a-z0-9_-]+`)

// newPlugin writes the starter into a folder, which must be empty or not there yet.
func newPlugin(dir string, out io.Writer) error {
	switch entries, err := os.ReadDir(dir); {
	case errors.Is(err, fs.ErrNotExist):
	case err != nil:
		return fmt.Errorf("%s is no folder that can be written (%w): choose another", dir, cause(err))
	case len(entries) > 0:
		return fmt.Errorf("%s is not empty: choose a folder that is, or that is not there yet", dir)
	}
	if err := os.MkdirAll(dir, 0o755); err != nil { //nolint:gosec // a project's folder, as mkdir makes it
		return fmt.Errorf("%s cannot be made (%w): choose another folder", dir, cause(err))
	}
	full, err := filepath.Abs(dir)
	if err != nil {
		return fmt.Errorf("%s cannot be made (%w): choose another folder", dir, err)
	}
	module := strings.Trim(notModule.ReplaceAllString(strings.ToLower(filepath.Base(full)), "-"), "-_")
	if module == "" {
		module = "plugin"
	}
	for name, text := range map[string]string{"main.go": starter, "go.mod": "module " + module + "\n\ngo 1.22\n"} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o644); err != nil { //nolint:gosec // sources, no secrets
			return fmt.Errorf("%s cannot be written (%w): choose another folder", filepath.Join(dir, name), cause(err))
		}
	}
	_, err = fmt.Fprintf(out, `A plugin stands in %s. Start it:

  cd %s && go run . -listen 127.0.0.1:8080

and then, in another terminal:

  aidesk plugin check http://127.0.0.1:8080
  aidesk demo --plugin http://127.0.0.1:8080
`, dir, dir)
	return err
}
