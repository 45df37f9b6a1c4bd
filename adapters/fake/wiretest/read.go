package wiretest

import (
	"encoding/json"
	"regexp"
	"strings"
	"testing"
	"unicode"

	discordread "aidesk/adapters/discord/oracletest"
	slackread "aidesk/adapters/slack/oracletest"
	"aidesk/adapters/slack/render"
)

// said leaves out what no reader sees: white space, rules of tables, blanks without a width.
func said(s string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsSpace(r) || r == '─' || r == '\u200b' {
			return -1
		}
		return r
	}, s)
}

// slackLine reads a message of Slack as oracletest does: texts with the addresses of links,
// items with their numbers. Tables are without their heads.
func slackLine(t testing.TB, name string, body []byte) Line {
	t.Helper()
	var sent struct {
		Text   string          `json:"text"`
		Blocks json.RawMessage `json:"blocks"`
	}
	if err := json.Unmarshal(body, &sent); err != nil {
		t.Fatal(err)
	}
	blocks, err := slackread.Blocks(render.Message{Blocks: sent.Blocks})
	if err != nil {
		t.Fatal(err)
	}
	var reading strings.Builder
	for _, b := range blocks {
		read(&b)
		reading.WriteString(slackread.Stream([]slackread.Node{b}))
		if b.Access != nil {
			reading.WriteString(b.Access.Object().String()) // of a button beside the text
		}
	}
	if len(blocks) == 0 {
		reading.WriteString(markup(sent.Text))
	}
	return Line{Name: name, Platform: "slack", Body: body, Reading: said(reading.String())}
}

// read puts what is read of Slack's markup in the place of the markup, as Stream takes it as
// it stands.
func read(n *slackread.Node) {
	if n.Type == "mrkdwn" {
		n.Text, _ = json.Marshal(markup(n.String()))
	}
	if o := n.Object(); o.Type == "mrkdwn" {
		n.Text, _ = json.Marshal(map[string]string{"type": "plain_text", "text": markup(o.String())})
	}
	for i := range n.Elements {
		read(&n.Elements[i])
	}
}

var (
	linked = regexp.MustCompile(`\*?<([^<>|]+)\|([^<>]+)>\*?`)
	plain  = strings.NewReplacer("&lt;", "<", "&gt;", ">", "&amp;", "&")
)

// markup is what is read of the markup that we write: links, bold or not, and escaped text.
func markup(s string) string { return plain.Replace(linked.ReplaceAllString(s, "$2$1")) }

// discordLine reads a message of Discord as oracletest does, then its embeds and buttons.
func discordLine(t testing.TB, name string, body []byte) Line {
	t.Helper()
	var sent struct {
		Content string `json:"content"`
		Embeds  []struct {
			Author, Footer          struct{ Name, Text string }
			Title, URL, Description string
			Fields                  []struct{ Name, Value string }
		} `json:"embeds"`
		Components []component `json:"components"`
	}
	if err := json.Unmarshal(body, &sent); err != nil {
		t.Fatal(err)
	}
	var out strings.Builder
	out.WriteString(dialect(sent.Content))
	for _, e := range sent.Embeds {
		out.WriteString(e.Author.Name)
		if e.Title != "" { // it is the link
			out.WriteString(e.Title + e.URL)
		}
		out.WriteString(dialect(e.Description))
		for _, f := range e.Fields {
			out.WriteString(f.Name + dialect(f.Value))
		}
		out.WriteString(e.Footer.Text)
	}
	for _, c := range sent.Components {
		c.labels(&out)
	}
	return Line{Name: name, Platform: "discord", Body: body, Reading: said(out.String())}
}

// component is a row, a button or a menu.
type component struct {
	Label, Placeholder, URL string
	Options                 []struct{ Label string }
	Components              []component
}

func (c component) labels(out *strings.Builder) {
	out.WriteString(c.Label + c.URL + c.Placeholder)
	for _, o := range c.Options {
		out.WriteString(o.Label)
	}
	for _, inner := range c.Components {
		inner.labels(out)
	}
}

// dialect is what is read of Discord's dialect: characters, the addresses of links, and what
// is alive by its kind.
func dialect(s string) string {
	var out strings.Builder
	for _, token := range discordread.Read(s) {
		switch {
		case token.Link != "":
			out.WriteString(token.Link)
		case token.Live != "":
			out.WriteString("!" + token.Live + "!")
		default:
			out.WriteRune(token.Char)
		}
	}
	return out.String()
}
