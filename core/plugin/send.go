package plugin

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"time"

	"aidesk/core/account"
	"aidesk/core/chat"
	"aidesk/core/egress"
	"aidesk/core/openapi"
	"aidesk/core/policy"
	"aidesk/store"
)

// Sent says how far a call came.
type Sent string

// How far a call can come. Unsure is only for what nobody can find out: the
// request may have arrived, and no answer came.
const (
	Unsent   Sent = "unsent"
	Unsure   Sent = "unsure"
	Answered Sent = "answered"
)

// Outcome is what a call that was sent, or was not, came to.
type Outcome struct {
	openapi.Result
	Sent Sent
}

// Away reports whether the plugin could not be reached, so that it has heard nothing.
func (o Outcome) Away() bool { return o.Sent == Unsent && o.Code == codeUnreachable }

// Ours reports whether the message of the outcome is ours alone: the plugin was not asked, or
// only said that it does not know the account.
func (o Outcome) Ours() bool { return o.Sent == Unsent || o.Code == codeLogin }

// codeUnreachable is the Code of a Result in the place of which the plugin gave none.
const codeUnreachable = "unreachable"

// readTimeout is the longest a member waits for one read.
const readTimeout = 15 * time.Second

// longestPause is how long a busy plugin may ask to wait before the one retry of a read.
const longestPause = 3 * time.Second

// Send sends a call: the one place that calls leave from. The bytes are those of
// c.Request; the digest is checked against them once more. A read is tried twice
// where that can help; a call with effect never.
//
// What the plugin answers, and that it does not answer, is a Result; the error is
// only for calls that must not leave.
func (r *Registry) Send(ctx context.Context, p *Plugin, c Call) (Outcome, error) {
	o, ok := p.Operation(c.Operation)
	if !ok || p.ID != c.Plugin || p.Version != c.Version {
		return Outcome{Sent: Unsent}, fmt.Errorf(textChanged, c.Human)
	}
	if c.Digest != c.digest() {
		return Outcome{Sent: Unsent}, errors.New(textNotApproved)
	}
	if err := r.countCall(ctx, p); err != nil {
		return Outcome{Sent: Unsent}, err
	}
	out := r.sendOnce(ctx, p, o, c)
	helps := out.Away() || out.Code == "rate" || out.Code == "server"
	if c.Unsafe || !helps || out.RetryAfter > longestPause {
		return out, nil
	}
	select {
	case <-ctx.Done():
		return out, nil
	case <-time.After(out.RetryAfter):
		return r.sendOnce(ctx, p, o, c), nil
	}
}

// countCall counts a call against what a plugin may be called in a day of UTC, where
// administrators of the workspace in which it was listed set a bound.
func (r *Registry) countCall(ctx context.Context, p *Plugin) error {
	most := p.rules.Calls[p.ID]
	if most == 0 || r.Reserve == nil {
		return nil
	}
	day := r.Now().UTC().Truncate(24 * time.Hour)
	err := r.Reserve(ctx, store.Count{
		Key: "calls/" + chat.Key(r.Bot) + "/" + p.scope + "/" + chat.Key(p.ID) + day.Format("/2006-01-02"), N: 1, Limit: most, Until: day.Add(48 * time.Hour),
	})
	if errors.Is(err, store.ErrLimit) {
		return fmt.Errorf(textCallsSpent, p.Human(), most)
	}
	if err != nil {
		return fmt.Errorf("counting a call of %s: %w", p.ID, err)
	}
	return nil
}

func (r *Registry) sendOnce(ctx context.Context, p *Plugin, o *openapi.Operation, c Call) Outcome {
	request := egress.Request{Method: c.Request.Method, URL: c.Request.URL, Header: http.Header{}, Body: c.Request.Body, Effect: c.Unsafe}
	if !c.Write {
		request.Timeout = readTimeout
	}
	for _, f := range c.Request.Header {
		request.Header.Add(f.Name, f.Value)
	}
	id := p.ID
	if !p.Locked {
		id = "" // the operator's exceptions are for plugins of the configuration
	}
	in, err := r.logIn(ctx, p, o, c, request)
	if err != nil {
		r.Logger.WarnContext(ctx, "an account cannot be used", "plugin", p.ID, "operation", o.ID, "error", err)
		return p.loginFault(err)
	}
	response, state, err := r.Guard.Do(ctx, id, in.request)
	if err == nil && response.Status == http.StatusUnauthorized && c.Account != "" {
		if response, state, err = r.retryLogin(ctx, p, o, c, id, in, response); errors.Is(err, account.ErrExpired) {
			return p.loginEnded()
		}
	}
	response = in.hide(response)
	sent := map[egress.Sent]Sent{egress.Unsent: Unsent, egress.Unknown: Unsure, egress.Answered: Answered}[state]
	if err == nil || c.Unsafe && sent == Answered { // the status says what became of it, even if the rest broke off
		return Outcome{o.Shape(openapi.Response{
			Status: response.Status, ContentType: response.Header.Get("Content-Type"),
			Header: response.Header, Body: response.Body, Truncated: response.Truncated || err != nil,
			Method: c.Request.Method, URL: c.Request.URL,
		}), sent}
	}
	code, message := codeUnreachable, fmt.Sprintf(textUnreachable, p.Human())
	switch {
	case errors.Is(err, egress.ErrRefused):
		code, message = "refused", fmt.Sprintf(textMayNotCall, p.Human(), err)
	case errors.Is(err, egress.ErrTimeout):
		code, message = "timeout", fmt.Sprintf(textNoAnswer, p.Human())
	case errors.Is(err, egress.ErrTooLarge):
		code, message = "too_large", fmt.Sprintf(textTooLarge, p.Human())
	}
	r.Logger.WarnContext(ctx, "call failed", "plugin", p.ID, "operation", o.ID, "sent", string(sent), "error", err)
	return Outcome{openapi.Result{Status: "error", Code: code, Content: message, Message: message}, sent}
}

// Usable are the operations that are called, sorted as in the document: without those of
// which an administrator lets none go.
func (p *Plugin) Usable() []*openapi.Operation {
	return slices.DeleteFunc(p.Callable(), func(o *openapi.Operation) bool {
		way, _ := p.Way(o)
		return way == policy.ModeNever
	})
}

// Callable are the operations that can be called, sorted as in the document.
func (p *Plugin) Callable() []*openapi.Operation {
	var callable []*openapi.Operation
	for _, o := range p.Document.Operations {
		if p.callable(o) {
			callable = append(callable, o)
		}
	}
	return callable
}

func (p *Plugin) callable(o *openapi.Operation) bool {
	return o.Verdict != openapi.Refused && !slices.Contains(p.Without, o.ID)
}

// refusal is why the first operation that cannot be called cannot.
func (p *Plugin) refusal() string {
	for _, o := range p.Document.Operations {
		for _, n := range o.Notes {
			if o.Verdict == openapi.Refused && n.Level == "error" {
				return n.Message
			}
		}
	}
	return "all are left out"
}

// Asks says whether a call of the operation needs the member's approval: every call
// that is no read, unless an administrator marked exactly this operation as one, and every
// call for which an administrator wants it.
func (p *Plugin) Asks(o *openapi.Operation) bool {
	way, _ := p.Way(o)
	return way != policy.ModeRead
}

// Rule is what administrators decided about an operation.
func (p *Plugin) Rule(o *openapi.Operation) policy.OperationRule {
	return p.rules.Operation(p.ID, o.ID)
}

// Ruled are the rules of its operations, by id: those that have one.
func (p *Plugin) Ruled() map[string]policy.OperationRule {
	ruled := map[string]policy.OperationRule{}
	for _, o := range p.Document.Operations {
		if rule, is := p.rules.Operations[policy.OperationKey(p.ID, o.ID)]; is {
			ruled[o.ID] = rule
		}
	}
	return ruled
}

// Way says how calls of the operation go by the rules of the workspace in which the plugin
// was listed, and by which of them.
func (p *Plugin) Way(o *openapi.Operation) (policy.Mode, string) {
	return p.Rule(o).Way(p.Facts(o))
}

// Facts are what a decision knows of an operation.
func (p *Plugin) Facts(o *openapi.Operation) policy.Operation {
	return policy.Operation{
		Method: o.Method, Reads: o.Effect != openapi.EffectWrite, Asks: o.Asks, Refused: !p.callable(o),
		Ticked: o.Hash != "" && p.Reads[o.ID] == o.Hash, Hash: o.Hash,
	}
}

// MayRead says whether the operation is a read or an administrator may mark it as one.
func (p *Plugin) MayRead(o *openapi.Operation) bool { return p.Facts(o).MayRead() }
