package chat_test

import (
	"fmt"

	"aidesk/core/chat"
)

// A Grammar is the table of commands; what a member types is parsed by it.
func ExampleGrammar_Parse() {
	grammar := chat.Grammar{{
		Name: "plugins", Summary: "See and use plugins",
		Verbs: []chat.Verb{
			{Name: "list", Summary: "What there is", Example: "/plugins list"},
			{Name: "run", Summary: "Use an operation", Example: "/plugins run stays.search", Options: []chat.Option{
				{Name: "operation", Kind: chat.Word, Required: true},
			}},
		},
	}}

	command, err := grammar.Parse("/plugins run stays.search")
	fmt.Println(command.Name, command.Verb, command.Options, err)

	_, err = grammar.Parse("/plugins run") // the error says in a member's words what to type
	fmt.Println("needs its operation:", err != nil)
	// Output:
	// plugins run map[operation:stays.search] <nil>
	// needs its operation: true
}
