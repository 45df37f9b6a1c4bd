package main

import (
	"context"
	"errors"
	"fmt"
	"io"

	"github.com/spf13/cobra"

	"aidesk/adapters/terminal"
	"aidesk/core/chat"
	"aidesk/core/egress"
	"aidesk/core/preview"
)

// previewOptions are the flags of preview.
type previewOptions struct {
	hosts []string
	json  bool
}

func previewCommand() *cobra.Command {
	var o previewOptions
	c := &cobra.Command{
		Use:   "preview URL",
		Short: "Show the card that a link to this page gets",
		Long: `Show the card that a link to this page gets, fetched as aidesk fetches pages that
plugins link to: the address is not trusted, so that private addresses are refused.`,
		Args: func(_ *cobra.Command, args []string) error {
			if len(args) != 1 {
				return usageError{errors.New("say which page: aidesk preview URL")}
			}
			return nil
		},
		RunE: func(c *cobra.Command, args []string) error {
			return showPreview(c.Context(), o, args[0], c.InOrStdin(), c.OutOrStdout())
		},
	}
	f := c.Flags()
	f.BoolVar(&o.json, "json", false, "print one JSON object")
	f.StringArrayVar(&o.hosts, "allow-host", nil, "reach this IP:PORT though it is not public")
	return c
}

// showPreview prints the card of a page; a page without one is an error.
func showPreview(ctx context.Context, o previewOptions, address string, in io.Reader, out io.Writer) error {
	guard, err := egress.New(egress.Rules{AllowHosts: o.hosts}, egress.WithVersion(version()))
	if err != nil {
		return usageError{fmt.Errorf("--allow-host: %w", err)}
	}
	fetcher := &preview.Fetcher{Guard: guard}
	defer fetcher.Wait()
	card, refusal := fetcher.Preview(ctx, address)
	if o.json {
		err = printPreview(out, card, refusal)
	}
	switch {
	case err != nil:
		return err
	case refusal != nil:
		return fmt.Errorf("no preview: %w", refusal)
	case o.json:
		return nil
	}
	tty := detectTTY(in, out)
	look := terminal.Renderer{Color: tty.color}
	if tty.width != nil {
		look.Width = tty.width()
	}
	_, err = fmt.Fprintln(out, look.Render(chat.Reply{Previews: []chat.Preview{card}}))
	return err
}

// printPreview prints a card, or why there is none, as JSON.
func printPreview(out io.Writer, card chat.Preview, refusal error) error {
	var object any = struct {
		URL         string `json:"url"`
		SiteName    string `json:"site_name"`
		Title       string `json:"title"`
		Description string `json:"description"`
		Image       string `json:"image"`
		ImageKind   string `json:"image_kind,omitempty"`
	}(card)
	if refusal != nil {
		object = struct {
			Refused string `json:"refused"`
		}{refusal.Error()}
	}
	text, err := encodeJSON(object, "  ")
	if err == nil {
		_, err = fmt.Fprintln(out, text)
	}
	return err
}
