package wire

import (
	"cmp"
	"regexp"
	"slices"
	"strings"
	"unicode/utf8"

	"aidesk/core/model"
)

// maxMessage is the longest message of an error, in characters.
const maxMessage = 300

// scrubber keeps what was sent out of messages.
type scrubber struct {
	key, model string
	request    *model.Request
}

// line is the message of an error that a server told.
func (s scrubber) line(kind model.Kind, status int, said report) string {
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

// run is how many characters in a row are no accident.
const run = 16

// clean makes a foreign message one short line in which nothing stands that was
// sent: no key, no quotation of a message, no longer piece of one, no word of one
// that has digits in it.
func (s scrubber) clean(message string) string {
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

// sent is all that was sent and is not ours, as it is compared.
func (s scrubber) sent() string {
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

// ours reports whether a word is the model's name or a tool's.
func (s scrubber) ours(word string) bool {
	return strings.EqualFold(word, s.model) || slices.ContainsFunc(s.request.Tools, func(t model.Tool) bool {
		return strings.EqualFold(word, t.Name)
	})
}
