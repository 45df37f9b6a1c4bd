package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"strings"

	"github.com/spf13/cobra"

	discordrender "aidesk/adapters/discord/render"
	"aidesk/adapters/slack/render"
	"aidesk/adapters/terminal"
	"aidesk/core/chat"
	"aidesk/core/markdown"
)

// renderOptions are the flags of render.
type renderOptions struct {
	to    string
	json  bool
	allow []string
}

func renderCommand() *cobra.Command {
	var o renderOptions
	c := &cobra.Command{
		Use:   "render --to slack|discord|terminal [FILE]",
		Short: "Show the messages that a CommonMark text becomes",
		Long: `Show the messages that a CommonMark text becomes, in the order in which they would be
sent: for Slack and Discord the bodies of the requests, for the terminal the text.
The text is read from FILE or from standard input and counts as a member's own words,
so its links can be followed unless --allow says which.`,
		Args: func(c *cobra.Command, args []string) error {
			if len(args) > 1 {
				return noArgs(c, args[1:])
			}
			return nil
		},
		RunE: func(c *cobra.Command, args []string) error {
			renderer, ok := renderers[o.to]
			if !ok {
				return usageError{errors.New("say for which messenger: --to slack, --to discord or --to terminal")}
			}
			allow, err := linkFilter(o.allow)
			if err != nil {
				return err
			}
			text, err := readText(c.InOrStdin(), args)
			if err != nil {
				return err
			}
			bodies, err := renderer(chat.Reply{Text: markdown.Parse(text, allow)})
			if err != nil {
				return fmt.Errorf("rendering for %s: %w", o.to, err)
			}
			return printBodies(c.OutOrStdout(), bodies, o.json)
		},
	}
	f := c.Flags()
	f.StringVar(&o.to, "to", "", "the messenger: slack, discord or terminal")
	f.BoolVar(&o.json, "json", false, "print one JSON array of the request bodies")
	f.StringArrayVar(&o.allow, "allow", nil, "the only URL that may be followed (may be repeated), or none")
	return c
}

// renderers return the bodies of messages: values to be encoded as JSON or, for the
// terminal, strings.
var renderers = map[string]func(chat.Reply) ([]any, error){
	"slack":   func(r chat.Reply) ([]any, error) { return toAny(render.Render(r)) },
	"discord": func(r chat.Reply) ([]any, error) { return toAny(discordrender.Render(r)) },
	"terminal": func(r chat.Reply) ([]any, error) {
		return []any{terminal.Renderer{}.Render(r)}, nil
	},
}

func toAny[M any](messages []M, err error) ([]any, error) {
	out := make([]any, len(messages))
	for i, m := range messages {
		out[i] = m
	}
	return out, err
}

// linkFilter returns which links are clickable: all, unless the command line names some.
func linkFilter(urls []string) (func(string) bool, error) {
	if len(urls) == 0 {
		return func(string) bool { return true }, nil
	}
	allowed := map[string]bool{}
	for _, u := range urls {
		normal, ok := markdown.Normal(u)
		switch {
		case u == "none" && len(urls) > 1:
			return nil, usageError{errors.New("--allow none stands alone: leave the other --allow out")}
		case u != "none" && !ok:
			return nil, usageError{fmt.Errorf("--allow %q: give a whole http or https address, or none", u)}
		case ok:
			allowed[normal] = true
		}
	}
	return func(u string) bool {
		normal, ok := markdown.Normal(u)
		return ok && allowed[normal]
	}, nil
}

// readText reads the named file, or standard input if none is named.
func readText(in io.Reader, args []string) (string, error) {
	if len(args) == 0 {
		text, err := io.ReadAll(in)
		if err != nil {
			return "", fmt.Errorf("reading standard input: %w", err)
		}
		return string(text), nil
	}
	text, err := os.ReadFile(args[0])
	if cause := (*fs.PathError)(nil); errors.As(err, &cause) {
		return "", fmt.Errorf("%s: %w: name a file that can be read, or none to read standard input", args[0], cause.Err)
	}
	return string(text), err
}

// printBodies prints bodies as one array or one by one.
func printBodies(out io.Writer, bodies []any, array bool) error {
	if array {
		text, err := encodeJSON(bodies, "")
		if err == nil {
			_, err = fmt.Fprintln(out, text)
		}
		return err
	}
	for _, b := range bodies {
		text, plain := b.(string)
		if !plain {
			var err error
			if text, err = encodeJSON(b, "  "); err != nil {
				return err
			}
		}
		if _, err := fmt.Fprintln(out, text); err != nil {
			return err
		}
	}
	return nil
}

// encodeJSON encodes without escaping <, > and &.
func encodeJSON(v any, indent string) (string, error) {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	e.SetIndent("", indent)
	if err := e.Encode(v); err != nil {
		return "", fmt.Errorf("writing the messages: %w", err)
	}
	return strings.TrimSuffix(b.String(), "\n"), nil
}
