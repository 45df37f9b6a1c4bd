package bot

import (
	"fmt"
	"strconv"
	"strings"

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
