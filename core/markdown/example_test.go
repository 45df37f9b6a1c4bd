package markdown_test

import (
	"fmt"
	"strings"

	"aidesk/core/markdown"
)

// Parse reads CommonMark. A link stays a link only where allow says so; of others the
// address is shown as text.
func ExampleParse() {
	allow := func(url string) bool { return strings.HasPrefix(url, "https://stays.example.com/") }
	document := markdown.Parse("**Two** stays: [Canal Loft](https://stays.example.com/1) and [that](https://evil.example.com/?q=secret).", allow)
	fmt.Println(document.Text())
	fmt.Println(document.Links())
	// Output:
	// Two stays: Canal Loft (https://stays.example.com/1) and that (evil.example.com).
	// [https://stays.example.com/1]
}

// Split cuts a document into parts that fit into one message each.
func ExampleDocument_Split() {
	document := markdown.Parse("one two three\n\nfour five six", nil)
	limit := markdown.Sized(14, func(part markdown.Document) int { return len(part.Text()) })
	for _, part := range document.Split(limit) {
		fmt.Printf("%q\n", part.Text())
	}
	// Output:
	// "one two three"
	// "four five six"
}
