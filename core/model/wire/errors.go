package wire

import (
	"cmp"
	"encoding/json"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"aidesk/core/model"
)

// serverError is an error as a server describes it.
type serverError struct {
	code, kind, message string
}

// readServerError reads an error in OpenAI's form, or in that of other servers.
func readServerError(raw []byte) serverError {
	var body struct {
		Error   json.RawMessage `json:"error"`
		Code    json.RawMessage `json:"code"`
		Message json.RawMessage `json:"message"`
		Detail  json.RawMessage `json:"detail"`
	}
	if json.Unmarshal(raw, &body) != nil {
		return serverError{}
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
		return serverError{code: code, kind: Text(inner.Type), message: Text(inner.Message)}
	}
	return serverError{code: Text(body.Code), message: cmp.Or(Text(body.Error), Text(body.Message), Text(body.Detail))}
}

// Phrases that tell failures apart that share a status.
var (
	tooLong = []string{
		"context_length", "context length", "context window", "context size", "maximum context", "too many tokens",
		"prompt is too long", "input is too long", "reduce the length", "context limit",
	}
	unpaid   = []string{"insufficient_quota", "credit balance", "billing_error"}
	filtered = []string{"content_filter", "content_policy", "content management policy", "content policy", "moderation"}
)

// unpaid reports whether the account has no credit.
func (r serverError) unpaid() bool { return r.has(unpaid) }

// has reports whether one of the phrases occurs in the error.
func (r serverError) has(list []string) bool {
	words := strings.ToLower(r.code + " " + r.kind + " " + r.message)
	return slices.ContainsFunc(list, func(w string) bool { return strings.Contains(words, w) })
}

// classify returns the kind of failure. status is 0 for an error within a stream,
// where a numeric code may take its place.
func (r serverError) classify(status int) model.Kind {
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

// maxMessage bounds an error's message, in characters.
const maxMessage = 300

// redactor removes from servers' messages whatever was sent to them.
type redactor struct {
	key, model string
	request    *model.Request
}

// line returns the message for an error that a server reported.
func (s redactor) line(kind model.Kind, status int, said serverError) string {
	switch {
	case status == 402, kind == model.Auth && said.unpaid():
		return "the server wants to be paid; check the account there"
	case kind == model.Auth:
		// Servers like to repeat the key, or parts of it.
		return "the server does not accept the key; check api_key"
	case kind == model.Context:
		return "the conversation is longer than the model can read"
	}
	words := map[model.Kind]string{
		model.Rate:       "the server wants fewer requests",
		model.Overloaded: "the server failed or is overloaded",
		model.Refused:    "the server refuses the content",
		model.BadRequest: "the server does not accept the request",
	}[kind]
	if status == 404 {
		words = "the server has no such address or model; check base_url and model"
	}
	if message := s.clean(said.message); message != "" {
		return words + ": " + message
	}
	if code := s.clean(cmp.Or(said.code, said.kind)); code != "" {
		return words + " (" + code + ")"
	}
	return words
}

var (
	keyLike = regexp.MustCompile(`(?i)\b(bearer\s+\S+|(sk|key|pk|rk)-[A-Za-z0-9_*-]{6,})`)
	inMarks = regexp.MustCompile("[\"'`“‘«][^\"'`“”‘’«»]{1,200}[\"'`”’»]")
)

// run is how many equal characters in a row count as a quotation.
const run = 16

// clean shortens a server's message to one line and removes what was sent: the key,
// quotations of a message, longer pieces of one, and words of one that have digits in
// them.
func (s redactor) clean(message string) string {
	message = Clip(OneLine(strings.ToValidUTF8(message, "")), maxMessage)
	if len(s.key) > 3 {
		message = strings.ReplaceAll(message, s.key, "***")
	}
	message = keyLike.ReplaceAllString(message, "***")
	sent := s.sent()
	if sent == "" || message == "" {
		return message
	}
	message = inMarks.ReplaceAllStringFunc(message, func(quoted string) string {
		_, first := utf8.DecodeRuneInString(quoted)
		_, last := utf8.DecodeLastRuneInString(quoted)
		if inner := quoted[first : len(quoted)-last]; strings.Contains(sent, strings.ToLower(inner)) && !s.ours(inner) {
			return "“…”"
		}
		return quoted
	})
	words := strings.Fields(message)
	for i, word := range words {
		bare := strings.ToLower(strings.Trim(word, ".,;:!?()[]{}\"'`"))
		if strings.ContainsAny(bare, "0123456789@") && strings.Contains(sent, bare) && !s.ours(bare) {
			words[i] = "…"
		}
	}
	return without(strings.Join(words, " "), sent)
}

// without replaces the pieces of message that occur in sent.
func without(message, sent string) string {
	runes := []rune(message)
	covered := make([]bool, len(runes))
	for i := 0; i+run <= len(runes); i++ {
		if strings.Contains(sent, strings.ToLower(string(runes[i:i+run]))) {
			for j := range run {
				covered[i+j] = true
			}
		}
	}
	var b strings.Builder
	for i, r := range runes {
		switch {
		case !covered[i]:
			b.WriteRune(r)
		case i == 0 || !covered[i-1]:
			b.WriteRune('…')
		}
	}
	return b.String()
}

// sent returns all texts that were sent and are not ours, in lower case.
func (s redactor) sent() string {
	var b strings.Builder
	say := func(text string) { b.WriteString(strings.ToLower(OneLine(text)) + "\n") }
	for _, text := range slices.Concat(s.request.System, s.request.Brief) {
		say(text)
	}
	for _, m := range s.request.Messages {
		say(m.Name)
		say(m.TextOf())
		for _, part := range m.Parts {
			if part.Call != nil {
				say(string(part.Call.Args))
			}
			if part.Result != nil {
				say(part.Result.Content)
			}
		}
	}
	return b.String()
}

// ours reports whether a word is the model's or a tool's name.
func (s redactor) ours(word string) bool {
	return strings.EqualFold(word, s.model) || slices.ContainsFunc(s.request.Tools, func(t model.Tool) bool {
		return strings.EqualFold(word, t.Name)
	})
}
