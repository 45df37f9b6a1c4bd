package wire

import (
	"cmp"
	"encoding/json"
	"slices"
	"strconv"
	"strings"

	"aidesk/core/model"
)

// report is what a server says of an error.
type report struct {
	code, kind, message string
}

// readReport reads an error's body: OpenAI's form, and what others make of it.
func readReport(raw []byte) report {
	var body struct {
		Error   json.RawMessage `json:"error"`
		Code    json.RawMessage `json:"code"`
		Message json.RawMessage `json:"message"`
		Detail  json.RawMessage `json:"detail"`
	}
	if json.Unmarshal(raw, &body) != nil {
		return report{}
	}
	var inner struct {
		Code    json.RawMessage `json:"code"`
		Type    json.RawMessage `json:"type"`
		Message json.RawMessage `json:"message"`
	}
	if json.Unmarshal(body.Error, &inner) == nil {
		code := Text(inner.Code)
		if code == "" && len(inner.Code) > 0 && inner.Code[0] != 'n' {
			code = string(inner.Code)
		}
		return report{code: code, kind: Text(inner.Type), message: Text(inner.Message)}
	}
	return report{code: Text(body.Code), message: cmp.Or(Text(body.Error), Text(body.Message), Text(body.Detail))}
}

// Words that tell kinds of failure which share a status.
var (
	tooLong = []string{
		"context_length", "context length", "context window", "context size", "maximum context", "too many tokens",
		"prompt is too long", "input is too long", "reduce the length", "context limit",
	}
	unpaid   = []string{"insufficient_quota", "credit balance", "billing_error"}
	filtered = []string{"content_filter", "content_policy", "content management policy", "content policy", "moderation"}
)

// unpaid reports whether the account is the matter.
func (r report) unpaid() bool { return r.has(unpaid) }

// has reports whether one of the words stands in the report.
func (r report) has(list []string) bool {
	words := strings.ToLower(r.code + " " + r.kind + " " + r.message)
	return slices.ContainsFunc(list, func(w string) bool { return strings.Contains(words, w) })
}

// classify tells the kind of failure. status is 0 within a stream, where a code
// may stand for it.
func (r report) classify(status int) model.Kind {
	if n, err := strconv.Atoi(r.code); err == nil && status == 0 {
		status = n
	}
	switch {
	case status == 401, status == 402, r.unpaid():
		return model.Auth
	case status == 413, r.has(tooLong):
		return model.Context
	case r.has(filtered):
		return model.Refused
	case status == 403, status == 0 && r.has([]string{"api_key", "authentication_error", "permission_error"}):
		return model.Auth
	case status == 429, status == 0 && r.has([]string{"rate_limit"}):
		return model.Rate
	case status == 0 && r.has([]string{"invalid_request"}):
		return model.BadRequest
	case status == 0, status == 408, status == 409, status >= 500:
		return model.Overloaded
	}
	return model.BadRequest
}
