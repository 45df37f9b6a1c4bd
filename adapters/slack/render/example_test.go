package render_test

import (
	"fmt"

	"aidesk/adapters/slack/render"
	"aidesk/core/chat"
	"aidesk/core/markdown"
)

// Render makes the messages of a reply as Slack takes them: text for notifications, and
// blocks.
func ExampleRender() {
	messages, err := render.Render(chat.Reply{
		ID: "r1", Place: chat.Place{Platform: "slack", Workspace: "T1", Channel: "C1"},
		Text: markdown.New(markdown.Paragraph(markdown.Text("1 < 2, says "), markdown.Strong("Ada"), markdown.Text("."))),
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(messages[0].Text)
	fmt.Println(string(messages[0].Blocks))
	// Output:
	// 1 &lt; 2, says Ada.
	// [{"type":"rich_text","elements":[{"type":"rich_text_section","elements":[{"type":"text","text":"1 < 2, says "},{"type":"text","text":"Ada","style":{"bold":true}},{"type":"text","text":"."}]}]}]
}
