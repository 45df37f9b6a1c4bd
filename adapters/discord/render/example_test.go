package render_test

import (
	"fmt"

	"aidesk/adapters/discord/render"
	"aidesk/core/chat"
	"aidesk/core/markdown"
)

// Render makes the messages of a reply as Discord takes them: its dialect of Markdown,
// with what could be read as markup escaped.
func ExampleRender() {
	messages, err := render.Render(chat.Reply{
		ID: "r1", Place: chat.Place{Platform: "discord", Workspace: "1", Channel: "2"},
		Text: markdown.New(markdown.Paragraph(markdown.Text("2 * 3 * 4, says "), markdown.Strong("Ada"), markdown.Text("."))),
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(messages[0].Content)
	// Output:
	// 2 \* 3 \* 4, says **Ada**.
}
