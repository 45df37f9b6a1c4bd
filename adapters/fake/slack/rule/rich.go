package rule

// maxChars is what a text of a rich_text block may have; only the whole message
// bounds it.
const maxChars = 40_000

// styled is an inline element of rich text.
func styled(f fields) rule {
	f["style"] = shape(fields{
		"bold": flag, "italic": flag, "strike": flag, "code": flag, "underline": flag,
	})
	return shape(f)
}

var inlines = map[string]rule{
	"text":      styled(fields{"text!": text(1, maxChars)}),
	"link":      styled(fields{"url!": link(3000), "text": text(1, maxChars), "unsafe": flag}),
	"emoji":     styled(fields{"name!": text(1, 255), "unicode": text(1, 255), "url": link(3000)}),
	"user":      styled(fields{"user_id!": text(1, 255)}),
	"usergroup": styled(fields{"usergroup_id!": text(1, 255)}),
	"channel":   styled(fields{"channel_id!": text(1, 255)}),
	"team":      styled(fields{"team_id!": text(1, 255)}),
	"broadcast": styled(fields{"range!": word("here", "channel", "everyone")}),
	"color":     styled(fields{"value!": text(1, 255)}),
	"date": styled(fields{
		"timestamp!": number(0, 1e12, true), "format!": text(1, 255), "url": link(3000), "fallback": text(1, 3000),
	}),
}

var (
	border  = number(0, 1, true)
	section = shape(fields{"elements!": list(0, maxChars, kinds(inlines))})

	richText = shape(fields{"block_id": name, "elements!": list(1, maxChars, kinds(map[string]rule{
		"rich_text_section": section,
		"rich_text_quote":   shape(fields{"elements!": list(0, maxChars, kinds(inlines)), "border": border}),
		"rich_text_preformatted": shape(fields{
			"elements!": list(0, maxChars, kinds(only(inlines, "text", "link"))), "border": border, "language": text(1, 255),
		}),
		"rich_text_list": shape(fields{
			"elements!": list(1, maxChars, kinds(map[string]rule{"rich_text_section": section})), "style!": word("bullet", "ordered"),
			"indent": number(0, 8, true), "offset": number(0, 1e6, true), "border": border,
		}),
	}))})
	richTexts = kinds(map[string]rule{"rich_text": richText})
)
