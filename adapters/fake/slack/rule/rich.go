package rule

// maxChars is what a text of a rich_text block may have; only the whole message
// bounds it.
const maxChars = 40_000

// styledInline is an inline element of rich text.
func styledInline(f fields) rule {
	f["style"] = shape(fields{
		"bold": boolean, "italic": boolean, "strike": boolean, "code": boolean, "underline": boolean,
	})
	return shape(f)
}

var inlines = map[string]rule{
	"text":      styledInline(fields{"text!": text(1, maxChars)}),
	"link":      styledInline(fields{"url!": address(3000), "text": text(1, maxChars), "unsafe": boolean}),
	"emoji":     styledInline(fields{"name!": text(1, 255), "unicode": text(1, 255), "url": address(3000)}),
	"user":      styledInline(fields{"user_id!": text(1, 255)}),
	"usergroup": styledInline(fields{"usergroup_id!": text(1, 255)}),
	"channel":   styledInline(fields{"channel_id!": text(1, 255)}),
	"team":      styledInline(fields{"team_id!": text(1, 255)}),
	"broadcast": styledInline(fields{"range!": oneOf("here", "channel", "everyone")}),
	"color":     styledInline(fields{"value!": text(1, 255)}),
	"date": styledInline(fields{
		"timestamp!": number(0, 1e12, true), "format!": text(1, 255), "url": address(3000), "fallback": text(1, 3000),
	}),
}

var (
	border  = number(0, 1, true)
	section = shape(fields{"elements!": list(0, maxChars, byType(inlines))})

	richText = shape(fields{"block_id": idText, "elements!": list(1, maxChars, byType(map[string]rule{
		"rich_text_section": section,
		"rich_text_quote":   shape(fields{"elements!": list(0, maxChars, byType(inlines)), "border": border}),
		"rich_text_preformatted": shape(fields{
			"elements!": list(0, maxChars, byType(only(inlines, "text", "link"))), "border": border, "language": text(1, 255),
		}),
		"rich_text_list": shape(fields{
			"elements!": list(1, maxChars, byType(map[string]rule{"rich_text_section": section})), "style!": oneOf("bullet", "ordered"),
			"indent": number(0, 8, true), "offset": number(0, 1e6, true), "border": border,
		}),
	}))})
	richTexts = byType(map[string]rule{"rich_text": richText})
)
