package openai

import (
	"cmp"
	"encoding/json"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/sashabaranov/go-openai"

	"aidesk/core/model"
)

// maxMessage is the longest message of an error, in characters.
const maxMessage = 300

// report is what a server says of an error.
type report struct {
	code, kind, message string
}

// readReport reads an error's body: OpenAI's form, and what others make of it.
func readReport(raw []byte) report {
	var body struct {
		Error   json.RawMessage `json:"error"`
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
		code := asText(inner.Code)
		if code == "" && len(inner.Code) > 0 && inner.Code[0] != 'n' {
			code = string(inner.Code)
		}
		return report{code: code, kind: asText(inner.Type), message: asText(inner.Message)}
	}
	return report{message: cmp.Or(asText(body.Error), asText(body.Message), asText(body.Detail))}
}

// Words that tell kinds of failure which share a status.
var (
	tooLong = []string{
		"context_length", "context length", "context window", "context size", "maximum context", "too many tokens",
		"prompt is too long", "input is too long", "reduce the length",
	}
	filtered = []string{"content_filter", "content_policy", "content management policy", "content policy", "moderation"}
)

// classify tells the kind of failure. status is 0 within a stream, where a code
// may stand for it.
func (r report) classify(status int) model.Kind {
	if n, err := strconv.Atoi(r.code); err == nil && status == 0 {
		status = n
	}
	words := strings.ToLower(r.code + " " + r.kind + " " + r.message)
	has := func(list []string) bool {
		return slices.ContainsFunc(list, func(w string) bool { return strings.Contains(words, w) })
	}
	switch {
	case status == 401, status == 402:
		return model.Auth
	case status == 413, has(tooLong):
		return model.Context
	case has(filtered):
		return model.Refused
	case status == 403, status == 0 && strings.Contains(words, "api_key"):
		return model.Auth
	case status == 429, status == 0 && strings.Contains(words, "rate_limit"):
		return model.Rate
	case status == 0, status == 408, status >= 500:
		return model.Overloaded
	}
	return model.BadRequest
}

// scrubber keeps what was sent out of messages.
type scrubber struct {
	key  string
	body *openai.ChatCompletionRequest
}

// line is the message of an error that a server told.
func (s scrubber) line(kind model.Kind, status int, said report) string {
	switch {
	case status == 402:
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

// run is how many characters in a row are no accident.
const run = 16

// clean makes a foreign message one short line in which nothing stands that was
// sent: no key, no quotation of a message, no longer piece of one, no word of one
// that has digits in it.
func (s scrubber) clean(message string) string {
	message = clip(oneLine(strings.ToValidUTF8(message, "")), maxMessage)
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

// without replaces the pieces of message that stand in sent.
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

// sent is all that was sent in messages, as it is compared.
func (s scrubber) sent() string {
	var b strings.Builder
	for _, m := range s.body.Messages {
		b.WriteString(oneLine(m.Content) + "\n")
		for _, c := range m.ToolCalls {
			b.WriteString(oneLine(c.Function.Arguments) + "\n")
		}
	}
	return strings.ToLower(b.String())
}

// ours reports whether a word is the model's name or a tool's.
func (s scrubber) ours(word string) bool {
	return strings.EqualFold(word, s.body.Model) || slices.ContainsFunc(s.body.Tools, func(t openai.Tool) bool {
		return t.Function != nil && strings.EqualFold(word, t.Function.Name)
	})
}

// clip shortens s to most characters, the last being an ellipsis then.
func clip(s string, most int) string {
	if utf8.RuneCountInString(s) <= most {
		return s
	}
	return string([]rune(s)[:most-1]) + "…"
}
