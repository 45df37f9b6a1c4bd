package render

import (
	"strings"

	"aidesk/core/chat"
	"aidesk/core/markdown"
)

// FlagEphemeral marks what only one member sees.
const FlagEphemeral = 64

// Ephemeral is a message as the answer to an interaction.
type Ephemeral struct {
	Content    string       `json:"content"`
	Flags      int          `json:"flags"`
	Components []ActionsRow `json:"components"`
	Mentions   Mentions     `json:"allowed_mentions"`
}

// EphemeralLine is a passing note: its lines, in the last of which addresses may stand.
func EphemeralLine(line, link string) Ephemeral {
	text := escape("", line)
	if link != "" {
		text += " " + link
	}
	return EphemeralText(text)
}

// EphemeralText is a passing note with content that is rendered already.
func EphemeralText(content string) Ephemeral {
	return Ephemeral{Content: content, Flags: FlagEphemeral, Components: []ActionsRow{}, Mentions: Mentions{Parse: []string{}}}
}

// Faults says what is wrong with a form, a line for each fault.
func Faults(faults []chat.Fault) Ephemeral {
	var lines []string
	for _, f := range faults {
		line := f.Message
		if f.Input != "" {
			line = f.Input + ": " + line
		}
		lines = append(lines, markdown.Line(line, MaxContent/maxInputs/2))
	}
	return EphemeralLine(strings.Join(lines, "\n"), "")
}

// AddButton adds a button to a passing note.
func (a *Ephemeral) AddButton(b chat.Button) error {
	made, err := button(b)
	if err != nil {
		return err
	}
	a.Components = []ActionsRow{{Type: typeRow, Components: []Button{made}}}
	return nil
}
