package bot

import (
	"fmt"
	"strconv"
	"strings"
	"time"

	"aidesk/core/markdown"
)

// Paragraph is a text of one plain line.
func Paragraph(line string) markdown.Document {
	return markdown.New(markdown.Paragraph(markdown.Text(line)))
}

// Grouped writes a number with commas: 1,234,567.
func Grouped(n int64) string {
	text := strconv.FormatInt(n, 10)
	for i := len(text) - 3; i > 0; i -= 3 {
		text = text[:i] + "," + text[i:]
	}
	return text
}

// Decimal writes millionths with at least two digits: 0.0125, 3.50.
func Decimal(micros int64) string {
	whole, rest := Grouped(micros/1_000_000), fmt.Sprintf("%06d", micros%1_000_000)
	return whole + "." + rest[:2] + strings.TrimRight(rest[2:], "0")
}

// Sentence is an error as a sentence.
func Sentence(err error) string {
	text := markdown.Line(err.Error(), 400)
	if text == "" {
		return ""
	}
	return strings.ToUpper(text[:1]) + strings.TrimRight(text[1:], ".") + "."
}

// Fact is a labelled value in a list.
func Fact(label string, value markdown.Inline) []markdown.Inline {
	return []markdown.Inline{markdown.Strong(label), markdown.Text(": "), value}
}

// Date is a day as people read it.
func Date(t time.Time, zone *time.Location) string { return t.In(zone).Format("2 January 2006") }

// FormFault says to a member why a form does not open.
type FormFault string

func (f FormFault) Error() string { return string(f) }
