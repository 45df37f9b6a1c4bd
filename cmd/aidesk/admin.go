package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"aidesk/adapters/operator"
	"aidesk/adapters/terminal"
	"aidesk/bots/bot"
	"aidesk/bots/command"
	"aidesk/core/chat"
	"aidesk/store"
)

const (
	adminPath = "/admin"         // where the admin socket takes commands of administrators
	adminTime = 90 * time.Second // for which one is waited for
)

func adminCommand() *cobra.Command {
	path, o := "", adminRequest{}
	var set []string
	c := &cobra.Command{
		Use:   "admin --config config.yaml [--workspace slack/T…] COMMAND",
		Short: "Give a command of administrators on the machine",
		Long: `Give a command of /plugins-admin to the aidesk that runs, about one workspace: for example
aidesk admin --config config.yaml add example.com. What it answers is printed, and stands in
no channel. The audit names the user of the machine who gave it.

aidesk admin press N presses a button of the last answer. Where that, or a command, opens a
form, --set NAME=VALUE fills it in. What is kept of a member is exported and forgotten by
commands of their own.`,
		Args: func(_ *cobra.Command, args []string) error {
			if len(args) == 0 {
				return usageError{errors.New("say which command, for example: aidesk admin --config config.yaml audit refused")}
			}
			return nil
		},
		RunE: func(c *cobra.Command, args []string) error {
			if err := o.read(args, set); err != nil {
				return err
			}
			_, file, err := storeOf(path, c.ErrOrStderr())
			if err != nil {
				return err
			}
			return administer(c.Context(), file, o, c.OutOrStdout())
		},
	}
	c.AddCommand(memberExportCommand(), memberForgetCommand())
	c.Flags().StringVar(&path, "config", "", "the configuration file")
	c.Flags().StringVar(&o.Workspace, "workspace", "", "about this workspace, for example slack/T0123456; needed where there are several")
	c.Flags().StringVar(&o.Channel, "channel", "", "about this channel, by the platform's id")
	c.Flags().StringArrayVar(&set, "set", nil, "NAME=VALUE: a value of the form that opens; may be given several times")
	return c
}

// adminRequest is a command as it goes to the program that runs.
type adminRequest struct {
	operator.Request
	Workspace string `json:"workspace,omitempty"`
	Channel   string `json:"channel,omitempty"`
}

// read reads the words of a command and the values of a form.
func (o *adminRequest) read(args, set []string) error {
	o.Line = strings.Join(args, " ")
	if args[0] == "press" {
		n, err := 0, error(nil)
		if len(args) == 2 {
			n, err = strconv.Atoi(args[1])
		}
		if err != nil || n < 1 {
			return usageError{errors.New("say which button by its number: aidesk admin --config config.yaml press 1")}
		}
		o.Press, o.Line = n, ""
	}
	for _, s := range set {
		name, value, ok := strings.Cut(s, "=")
		if !ok || name == "" {
			return usageError{fmt.Errorf("--set %q: want NAME=VALUE", s)}
		}
		if o.Set == nil {
			o.Set = map[string]string{}
		}
		o.Set[name] = value
	}
	return nil
}

// administer gives a command to the program that runs, and prints what it answers.
func administer(ctx context.Context, file string, o adminRequest, out io.Writer) error {
	body, err := json.Marshal(o)
	if err != nil {
		return err
	}
	var replies []chat.Reply
	err = sendAdmin(ctx, socketFile(file), http.MethodPost, adminPath, bytes.NewReader(body), decodeInto(&replies))
	if errors.Is(err, errNotRunning) {
		return errors.New("no aidesk runs here that could do it: start aidesk serve first")
	}
	if err != nil {
		return err
	}
	tty := detectTTY(nil, out)
	renderer := terminal.Renderer{Color: tty.color, Zone: time.Local}
	if tty.width != nil {
		renderer.Width = tty.width()
	}
	for _, r := range replies {
		fmt.Fprintln(out, renderer.Render(r))
	}
	if len(replies) > 0 && len(terminal.Buttons(replies[len(replies)-1])) > 0 {
		fmt.Fprintln(out, "\nTo press a button: aidesk admin --config … press NUMBER")
	}
	return nil
}

// operators are the adapters of operators, by bot.
type operators []*bot.Bot

// newOperators gives each bot an adapter for operators.
func newOperators(bots []*bot.Bot, now func() time.Time) operators {
	for _, b := range bots {
		b.Operator = &operator.Adapter{Platforms: b.Adapters, Grammar: command.Table, Buttons: terminal.Buttons, Now: now}
	}
	return bots
}

// handle takes commands of operators at the admin socket.
func (ops operators) handle(a *adminSocket, s store.Store, logger *slog.Logger) {
	a.mux.HandleFunc("POST "+adminPath, func(out http.ResponseWriter, r *http.Request) {
		ctx, cancel := context.WithTimeout(r.Context(), adminTime)
		defer cancel()
		var o adminRequest
		err := json.NewDecoder(io.LimitReader(r.Body, maxRequestBody)).Decode(&o)
		var replies []chat.Reply
		if err == nil {
			o.Operator = operatorOf(r).ID
			replies, err = ops.do(ctx, s, o)
		}
		logger.InfoContext(ctx, "a command of an operator", "by", o.Operator, "error", err)
		answerJSON(out, replies, err)
	})
}

// do finds the bot and the workspace that a command is about, and has it done.
func (ops operators) do(ctx context.Context, s store.Store, o adminRequest) ([]chat.Reply, error) {
	b, place, err := ops.workspace(ctx, s, o.Workspace)
	if err != nil {
		return nil, err
	}
	place.Channel, place.Direct = o.Channel, o.Channel == ""
	if place.Direct {
		place.Channel = chat.OperatorPlatform
	}
	o.Place = place
	adapter, ok := b.Operator.(*operator.Adapter)
	if !ok {
		return nil, operator.ErrNotRunning
	}
	return adapter.Do(ctx, o.Request)
}

// workspace finds a workspace by what somebody named; without a name the only one.
func (ops operators) workspace(ctx context.Context, s store.Store, named string) (*bot.Bot, chat.Place, error) {
	heads, err := s.AuditHeads(ctx)
	if err != nil {
		return nil, chat.Place{}, err
	}
	var known, fitting []string
	for _, h := range heads {
		if b, err := bot.ForConversation(ops, h.Scope); err == nil && ops.at(b, h.Scope) {
			known = append(known, h.Scope)
			if named == "" || ofWorkspace(h.Scope, named) {
				fitting = append(fitting, h.Scope)
			}
		}
	}
	if len(fitting) == 0 && named != "" { // nothing was done in it so far
		for _, b := range ops {
			for _, scope := range []string{named, chat.Key(b.Name) + "/" + named} {
				if ops.at(b, scope) && !slices.Contains(fitting, scope) {
					fitting = append(fitting, scope)
				}
			}
		}
	}
	switch {
	case len(fitting) == 0 && len(known) == 0:
		return nil, chat.Place{}, errors.New("say about which workspace: --workspace slack/T0123456 or discord/SERVER")
	case len(fitting) != 1:
		return nil, chat.Place{}, fmt.Errorf("say about which workspace: --workspace with one of %s", strings.Join(known, ", "))
	}
	b, err := bot.ForConversation(ops, fitting[0])
	if err != nil {
		return nil, chat.Place{}, err
	}
	place, _ := b.PlaceOf(fitting[0])
	return b, place, nil
}

// at reports whether a bot is at the platform of a scope.
func (operators) at(b *bot.Bot, scope string) bool {
	place, ok := b.PlaceOf(scope)
	if !ok || place.Workspace == "" {
		return false
	}
	_, err := b.Adapter(place.Platform)
	return err == nil
}
