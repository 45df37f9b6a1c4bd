package secret

import (
	"fmt"
	"io"
	"log/slog"
)

// Text is a value that must not be read where it is printed: every way to print, log or
// encode it gives three asterisks. Reveal gives the value to the one place that needs it.
type Text string

// hidden is what is shown in the place of a Text.
const hidden = "***"

// Reveal is the value.
func (t Text) Reveal() string { return string(t) }

// String hides the value.
func (Text) String() string { return hidden }

// Format hides the value from every verb.
func (Text) Format(f fmt.State, _ rune) { _, _ = io.WriteString(f, hidden) }

// LogValue hides the value from a log.
func (Text) LogValue() slog.Value { return slog.StringValue(hidden) }

// MarshalText hides the value from encoders: what is kept is sealed, not encoded.
func (Text) MarshalText() ([]byte, error) { return []byte(hidden), nil }
