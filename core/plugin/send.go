package plugin

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"time"

	"aidesk/core/egress"
	"aidesk/core/openapi"
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
		return Outcome{Sent: Unsent}, fmt.Errorf("%s has changed since this call was made", c.Human)
	}
	if c.Digest != c.digest() {
		return Outcome{Sent: Unsent}, errors.New("the call is not the one that was approved")
	}
	out := r.once(ctx, p, o, c)
	helps := out.Sent == Unsent && out.Code == "unreachable" || out.Code == "rate" || out.Code == "server"
	if c.Unsafe || !helps || out.RetryAfter > longestPause {
		return out, nil
	}
	select {
	case <-ctx.Done():
		return out, nil
	case <-time.After(out.RetryAfter):
		return r.once(ctx, p, o, c), nil
	}
}

func (r *Registry) once(ctx context.Context, p *Plugin, o *openapi.Operation, c Call) Outcome {
	request := egress.Request{Method: c.Request.Method, URL: c.Request.URL, Header: http.Header{}, Body: c.Request.Body, Effect: c.Unsafe}
	if !c.Write {
		request.Timeout = readTimeout
	}
	for _, f := range c.Request.Header {
		request.Header.Add(f.Name, f.Value)
	}
	response, state, err := r.Guard.Do(ctx, p.ID, request)
	sent := map[egress.Sent]Sent{egress.Unsent: Unsent, egress.Unknown: Unsure, egress.Answered: Answered}[state]
	if err == nil || c.Unsafe && sent == Answered { // the status says what became of it, even if the rest broke off
		return Outcome{o.Shape(openapi.Response{
			Status: response.Status, ContentType: response.Header.Get("Content-Type"),
			Header: response.Header, Body: response.Body, Truncated: response.Truncated || err != nil,
		}), sent}
	}
	code, message := "unreachable", p.Human()+" cannot be reached. Try again later."
	switch {
	case errors.Is(err, egress.ErrRefused):
		code, message = "refused", fmt.Sprintf("%s is at an address that I may not call. Tell your administrator: %s.", p.Human(), err)
	case errors.Is(err, egress.ErrTimeout):
		code, message = "timeout", p.Human()+" did not answer in time. Try again later."
	case errors.Is(err, egress.ErrTooLarge):
		code, message = "too_large", p.Human()+" answered with more than I can read."
	}
	r.Logger.WarnContext(ctx, "call failed", "plugin", p.ID, "operation", o.ID, "sent", string(sent), "error", err)
	return Outcome{openapi.Result{Status: "error", Code: code, Content: message, Message: message}, sent}
}
