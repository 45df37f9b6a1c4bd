package main

import (
	"github.com/spf13/cobra"

	"aidesk/cmd/aidesk/setup"
)

func initCommand() *cobra.Command {
	path := "config.yaml"
	c := &cobra.Command{
		Use:   "init",
		Short: "Ask a few questions, write a configuration, and say what to do next",
		Args:  none,
		RunE: func(c *cobra.Command, _ []string) error {
			return setup.Run(c.Context(), path, c.InOrStdin(), c.OutOrStdout())
		},
	}
	c.Flags().StringVar(&path, "config", path, "the file to write; one that is there is never overwritten")
	return c
}
